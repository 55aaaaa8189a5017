// CanonicalABI.md, Subtask State: a call as its caller sees it. A subtask that nobody can see (a synchronous call that
// lends nothing) has no record.

package typealias SubtaskRef = UnsafeMutablePointer<Subtask>
package typealias SubtaskID = RecordID<Subtask>

/// Subtask State: `Subtask`.
package struct Subtask: BitwiseCopyable {
  package enum State: UInt8, BitwiseCopyable, Sendable {
    case starting = 0
    case started = 1
    case returned = 2
    case cancelledBeforeStarted = 3
    case cancelledBeforeReturned = 4
  }
  // The waitable comes first: see `Waitable`.
  package var waitable: Waitable
  package internal(set) var state: State
  package internal(set) var cancellationRequested: Bool
  /// `lenders is None`
  package internal(set) var resolveDelivered: Bool
  /// Whether the call resolves once its host function says so.
  package var isHostCall: Bool
  /// `lenders`: indices of handles in the caller's table, or of the host's; the first few here, the others in blocks.
  fileprivate(set) var lenderCount: UInt32
  private var firstLenders: Lenders
  private var moreLenders: UnsafeMutablePointer<LenderBlock>?
  /// `flat_results`: at most one.
  package var flatResult: UInt64
  /// The instance that calls, nil if the host does.
  package internal(set) var inst: InstanceRef?
  /// Who is to be asked to cancel (`on_cancel`).
  package var callee: TaskID
  /// The thread that waits for the resolution of a synchronously lowered call.
  var syncWaiter: ThreadRef?
  /// What the adapter keeps with the call: what it was lowered from, who called, and for asynchronously lowered calls the
  /// flat arguments, the pointer for the results being the last of them.
  package var owner: UnsafeMutableRawPointer?
  package var callerThread: ThreadRef?
  /// The store, where the host calls and there is no instance to ask.
  package var hostStore: StoreRef?
  package var arguments: (UInt64, UInt64, UInt64, UInt64, UInt64)

  private typealias Lenders = (UInt32, UInt32, UInt32, UInt32, UInt32, UInt32)
  private static var inlineCount: UInt32 { 6 }

  /// Adds to `lenders`; false if there is no room for more.
  mutating func appendLender(_ index: UInt32, _ blocks: inout Slab<LenderBlock>) -> Bool {
    if lenderCount < Self.inlineCount {
      withUnsafeMutableBytes(of: &firstLenders) {
        $0.storeBytes(of: index, toByteOffset: Int(lenderCount) * 4, as: UInt32.self)
      }
    } else {
      let position = (lenderCount - Self.inlineCount) % LenderBlock.capacity
      if position == 0 {
        guard let block = blocks.add() else { return false }
        block.pointee.next = moreLenders
        moreLenders = block
      }
      moreLenders?.pointee.set(position, index)
    }
    lenderCount += 1
    return true
  }

  /// Empties `lenders`, calling the function with each.
  mutating func takeLenders(_ blocks: inout Slab<LenderBlock>, _ body: (UInt32) -> Void) {
    while lenderCount > Self.inlineCount, let block = moreLenders {
      let rest = (lenderCount - Self.inlineCount - 1) % LenderBlock.capacity + 1
      for position in 0..<rest { body(block.pointee.get(position)) }
      lenderCount -= rest
      moreLenders = block.pointee.next
      blocks.remove(block)
    }
    withUnsafeBytes(of: &firstLenders) { bytes in
      for position in 0..<Int(lenderCount) {
        body(bytes.load(fromByteOffset: position * 4, as: UInt32.self))
      }
    }
    lenderCount = 0
  }

  /// Lends, for reports: handle indices in the caller's table.
  package var lenders: [UInt32] {
    var result: [UInt32] = []
    withUnsafeBytes(of: firstLenders) { bytes in
      for position in 0..<Int(min(lenderCount, Self.inlineCount)) {
        result.append(bytes.load(fromByteOffset: position * 4, as: UInt32.self))
      }
    }
    var block = moreLenders
    var rest = lenderCount > Self.inlineCount ? lenderCount - Self.inlineCount : 0
    while let current = block, rest > 0 {
      let count = (rest - 1) % LenderBlock.capacity + 1
      for position in 0..<count { result.append(current.pointee.get(position)) }
      rest -= count
      block = current.pointee.next
    }
    return result
  }
}

/// More lenders of a subtask.
package struct LenderBlock: BitwiseCopyable {
  static var capacity: UInt32 { 14 }
  var next: UnsafeMutablePointer<LenderBlock>?
  private var indices: (UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64) = (
    0, 0, 0, 0, 0, 0, 0
  )

  mutating func set(_ position: UInt32, _ index: UInt32) {
    withUnsafeMutableBytes(of: &indices) {
      $0.storeBytes(of: index, toByteOffset: Int(position) * 4, as: UInt32.self)
    }
  }

  func get(_ position: UInt32) -> UInt32 {
    withUnsafeBytes(of: indices) {
      $0.load(fromByteOffset: Int(position) * 4, as: UInt32.self)
    }
  }
}

extension SubtaskRef {
  /// `Subtask()`, field by field: see `ThreadRef.setUp`.
  @inline(__always)
  func setUp(_ inst: InstanceRef?) {
    waitable.setUp(.subtask, inst)
    pointee.state = .starting
    pointee.cancellationRequested = false
    pointee.resolveDelivered = false
    pointee.isHostCall = false
    pointee.lenderCount = 0
    pointee.inst = inst
    pointee.callee = .none
    pointee.syncWaiter = nil
    pointee.owner = nil
    pointee.hostStore = nil
  }

  @inline(__always)
  var waitable: WaitableRef {
    UnsafeMutableRawPointer(self).assumingMemoryBound(to: Waitable.self)
  }

  /// `resolved`
  package var resolved: Bool {
    switch pointee.state {
    case .starting, .started: false
    case .returned, .cancelledBeforeStarted, .cancelledBeforeReturned: true
    }
  }

  /// `add_lender` where the host calls.
  func addLender(_ resource: HostResourceRef, _ store: StoreRef) throws(ComponentTrap) {
    let index = Slab.id(of: resource).index
    guard pointee.appendLender(index, &store.pointee.lenderBlocks) else {
      throw ComponentTrap(.tooManyRecords)
    }
    resource.pointee.numLends += 1
  }

  /// `add_lender`; the handle is that entry of the caller's table.
  @inline(__always)
  package func addLender(
    _ handle: UnsafeMutablePointer<Handle>, _ index: UInt32, _ store: StoreRef
  ) throws(ComponentTrap) {
    assert(!pointee.resolveDelivered && !resolved)
    guard pointee.appendLender(index, &store.pointee.lenderBlocks) else {
      throw ComponentTrap(.tooManyRecords)
    }
    handle.pointee.numLends += 1
  }

  /// The first half of `on_start` in `canon_lower`.
  package func start() {
    onProgress()
    assert(pointee.state == .starting)
    pointee.state = .started
  }

  /// `on_resolve` in `canon_lower` once the results have been lowered, or with a cancelled call.
  @inline(__always)
  package func resolve(_ result: ResolveResult) {
    onProgress()
    switch result {
    case .returned(let flatResult):
      assert(pointee.state == .started)
      pointee.state = .returned
      pointee.flatResult = flatResult
    case .cancelled:
      assert(pointee.cancellationRequested)
      pointee.state =
        pointee.state == .starting ? .cancelledBeforeStarted : .cancelledBeforeReturned
    }
    pointee.syncWaiter?.note()
  }

  /// `deliver_resolve`
  @inline(__always)
  package func deliverResolve(_ store: StoreRef) {
    assert(!pointee.resolveDelivered && resolved)
    pointee.resolveDelivered = true
    if pointee.lenderCount > 0 { releaseLenders(store) }
  }

  fileprivate func releaseLenders(_ store: StoreRef) {
    let inst = pointee.inst
    pointee.takeLenders(&store.pointee.lenderBlocks) { index in
      if let inst {
        inst.pointee.handles.get(index)?.pointee.numLends -= 1
      } else {
        store.pointee.hostResources.record(at: index)?.pointee.numLends -= 1
      }
    }
  }

  /// `on_progress`: nothing before the subtask is in a table.
  private func onProgress() {
    if pointee.waitable.index != 0 { waitable.setPendingEvent(.subtask) }
  }

  /// `subtask_event`
  func takeEvent() -> Event {
    if resolved, let inst = pointee.inst { deliverResolve(inst.pointee.store) }
    return Event(.subtask, pointee.waitable.index, UInt32(pointee.state.rawValue))
  }

  /// A synchronously lowered call waits until it is resolved.
  package func startWaiting(_ thread: ThreadRef) -> ReadyCondition {
    pointee.syncWaiter = thread
    return .subtaskResolved(self)
  }

  package func finishWaiting() { pointee.syncWaiter = nil }

  /// The checks of `canon subtask.cancel` and its request; the effect is the caller's, on `callee`.
  package func requestCancellation() throws(ComponentTrap) {
    try trapIf(pointee.resolveDelivered, .subtaskResolutionDelivered)
    try trapIf(pointee.cancellationRequested, .subtaskCancelledTwice)
  }

  package func markCancellationRequested() { pointee.cancellationRequested = true }

  /// `drop`, without removing the record.
  package func drop() throws(ComponentTrap) {
    try trapIf(!pointee.resolveDelivered, .subtaskNotResolved)
    waitable.drop()
  }
}

extension StoreRef {
  /// The caller's handles are free although the call has not resolved: its callee is gone.
  func releaseLenders(_ subtask: SubtaskRef) {
    if subtask.pointee.lenderCount > 0 { subtask.releaseLenders(self) }
  }
}

/// What `on_resolve` is called with.
package enum ResolveResult: BitwiseCopyable {
  case returned(flatResult: UInt64)
  case cancelled
}
