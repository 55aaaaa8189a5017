// CanonicalABI.md, Tasks: a call as its callee sees it. The implicit thread lies in the task's record, so a call that
// never blocks takes one record and no memory.

package typealias TaskRef = UnsafeMutablePointer<Task>
package typealias TaskID = RecordID<Task>

/// Tasks: `Task`.
package struct Task: BitwiseCopyable {
  package enum State: UInt8, BitwiseCopyable, Sendable {
    case initial = 1
    case started = 2
    case pendingCancel = 3
    case cancelDelivered = 4
    case resolved = 5
  }

  /// The specification's `on_start` and `on_resolve` closures by who made them.
  package enum Caller: BitwiseCopyable {
    /// A synchronous call whose subtask nobody can see.
    case guest
    /// `canon_lower`
    case subtask(SubtaskRef)
    /// The embedding; the token is its own.
    case host(UInt64)
    /// The embedding, in code that goes on when the call returns.
    case direct
    case destructor
    case realloc
    /// A core module's start function or the initialisation of a component.
    case start
  }

  // The thread comes first: its address is the task's.
  /// `implicit_thread`, once a thread has been registered.
  package var implicitThread: Thread
  package internal(set) var store: StoreRef
  /// nil for tasks of the host.
  package internal(set) var inst: InstanceRef?
  package internal(set) var state: State
  /// `ft.async_`
  package internal(set) var isAsyncFunction: Bool
  /// `not opts.async_ or opts.callback`, for functions of async type
  var hasExclusiveOptions: Bool
  /// `num_borrows`
  package var numBorrows: UInt32
  package internal(set) var caller: Caller
  /// The task that made the call, if any: for reports, since it may be gone.
  package internal(set) var callerTask: TaskID
  /// `ft` and `opts`: a record of the linker's.
  package internal(set) var function: UnsafeMutableRawPointer?
  /// `threads`
  package internal(set) var threads: LinkedList<Thread.TaskMembership>
  /// Tasks of the host: what was lent to it.
  var hostBorrows: HostResourceRef?
  /// Without concurrency: the task below.
  var below: TaskRef?

  /// `needs_exclusive`
  package var needsExclusive: Bool { isAsyncFunction && hasExclusiveOptions }
}

/// What `request_cancellation` comes to; resuming is the scheduler's.
package enum CancellationRequest: BitwiseCopyable {
  /// The task has not begun: its implicit thread is to be resumed with `Cancelled.true`.
  case resumeImplicitThread
  /// One of `cancellationCandidates` is to be resumed with `Cancelled.true`, with its instance entered.
  case resumeCandidate
  /// It will be delivered when a thread blocks.
  case pending
}

extension TaskRef {
  @inline(__always) package var id: TaskID { Slab.id(of: self) }

  /// The task's own thread.
  package var implicitThread: ThreadRef {
    UnsafeMutableRawPointer(self).assumingMemoryBound(to: Thread.self)
  }

  // MARK: The implicit thread

  /// `has_backpressure`
  var hasBackpressure: Bool {
    guard let inst = pointee.inst else { return false }
    return inst.pointee.backpressure > 0
      || (pointee.needsExclusive && inst.pointee.exclusiveThread != nil)
  }

  /// `enter_implicit_thread`, up to its wait: true if the thread has entered; if not, it waits until there is
  /// no backpressure, cancellable, and goes on with `finishEntering`.
  @inline(__always)
  package func enterImplicitThread() throws(ComponentTrap) -> Bool {
    assert(pointee.state == .initial)
    if pointee.isAsyncFunction, !mayEnterAtOnce() { return false }
    try register(implicitThread)
    return true
  }

  private func mayEnterAtOnce() -> Bool {
    guard let inst = pointee.inst else { return true }
    if hasBackpressure || inst.pointee.numWaitingToEnter > 0 {
      inst.pointee.numWaitingToEnter += 1
      return false
    }
    takeExclusive(inst)
    return true
  }

  /// The rest of `enter_implicit_thread`; false if the task was cancelled, which resolves it.
  package func finishEntering(_ cancelled: Cancelled) throws(ComponentTrap) -> Bool {
    if let inst = pointee.inst {
      inst.pointee.numWaitingToEnter -= 1
      if cancelled == .true { return false }
      takeExclusive(inst)
    }
    try register(implicitThread)
    return true
  }

  private func takeExclusive(_ inst: InstanceRef) {
    guard pointee.needsExclusive else { return }
    assert(inst.pointee.exclusiveThread == nil)
    inst.pointee.exclusiveThread = implicitThread
  }

  /// `register_thread`
  @inline(__always)
  package func register(_ thread: ThreadRef) throws(ComponentTrap) {
    assert(thread.pointee.task == self && thread.pointee.index == 0)
    pointee.threads.append(thread)
    try pointee.inst?.add(thread)
  }

  /// `enter_implicit_thread` and `register_thread` for a call of a function whose type is not `async`.
  @inline(__always)
  package func enterSync(_ inst: InstanceRef) throws(ComponentTrap) {
    assert(!pointee.isAsyncFunction && pointee.inst == inst && pointee.threads.isEmpty)
    pointee.threads = LinkedList(only: implicitThread)
    try inst.indexThreads()
    inst.pointee.unindexedThread = implicitThread
  }

  /// `exit_implicit_thread`
  @inline(__always)
  package func exitImplicitThread() throws(ComponentTrap) {
    try unregister(implicitThread)
    if pointee.needsExclusive, let inst = pointee.inst {
      assert(inst.pointee.exclusiveThread == implicitThread)
      inst.releaseExclusive()
    }
  }

  /// `exit_implicit_thread` for a task that `enterSync` has begun.
  @inline(__always)
  package func exitSync(_ inst: InstanceRef) throws(ComponentTrap) {
    guard inst.pointee.unindexedThread == implicitThread, pointee.threads.count == 1 else {
      return try unregister(implicitThread)
    }
    assert(pointee.state == .resolved && pointee.numBorrows == 0)
    inst.pointee.unindexedThread = nil
    pointee.threads = LinkedList()
    implicitThread.pointee.cont = .done
  }

  /// `unregister_thread`
  @inline(__always)
  package func unregister(_ thread: ThreadRef) throws(ComponentTrap) {
    assert(thread.pointee.task == self)
    pointee.threads.remove(thread)
    if pointee.threads.isEmpty {
      try trapIf(pointee.state != .resolved, .noResult)
      assert(pointee.numBorrows == 0)
    }
    try pointee.inst?.remove(thread)
    thread.pointee.cont = .done
  }

  // MARK: Cancellation

  /// `request_cancellation`, without its effect.
  package func requestCancellation(from caller: InstanceRef?) -> CancellationRequest {
    if pointee.state == .initial {
      pointee.state = .cancelDelivered
      return .resumeImplicitThread
    }
    assert(pointee.state == .started)
    if !cancellationCandidates.isEmpty, pointee.inst?.mayEnter(from: caller) ?? true {
      pointee.state = .cancelDelivered
      return .resumeCandidate
    }
    pointee.state = .pendingCancel
    return .pending
  }

  /// The threads that can be told of the cancellation, in the order they were made.
  package var cancellationCandidates: [ThreadRef] {
    var candidates: [ThreadRef] = []
    let implicit = implicitThread
    var excludesImplicit = false
    if pointee.needsExclusive, let exclusive = pointee.inst?.pointee.exclusiveThread {
      excludesImplicit = exclusive != implicit
    }
    pointee.threads.forEachLive { thread in
      guard !thread.running, thread.pointee.cancellable else { return }
      if thread == implicit && excludesImplicit { return }
      candidates.append(thread)
    }
    return candidates
  }

  /// `deliver_pending_cancel`
  @inline(__always)
  package func deliverPendingCancel(_ cancellable: Bool) -> Bool {
    guard cancellable, pointee.state == .pendingCancel else { return false }
    pointee.state = .cancelDelivered
    return true
  }

  // MARK: Start and resolution

  /// A call of an instance's `realloc` begins, in the task for that: with fresh context slots.
  @inline(__always)
  package func beginRealloc(_ inst: InstanceRef) -> ThreadRef {
    pointee.inst = inst
    pointee.state = .started
    let thread = implicitThread
    thread.pointee.cont = .running
    thread.pointee.storage = (0, 0)
    return thread
  }

  /// It is over, also if it has trapped.
  @inline(__always)
  package func endRealloc() {
    pointee.state = .resolved
    implicitThread.pointee.cont = .done
  }

  /// `start`; lifting the arguments is the caller's.
  @inline(__always)
  package func start() {
    assert(pointee.state == .initial)
    pointee.state = .started
  }

  /// The checks of `return_`, which come after the results are lifted and before they are lowered.
  @inline(__always)
  package func checkReturn() throws(ComponentTrap) {
    try trapIf(pointee.state == .resolved, .alreadyResolved)
    try trapIf(pointee.numBorrows > 0, .borrowsRemain)
  }

  /// The checks of `cancel`.
  package func checkCancel() throws(ComponentTrap) {
    try trapIf(pointee.state == .resolved, .alreadyResolved)
    try trapIf(pointee.state != .cancelDelivered, .notCancelled)
    try trapIf(pointee.numBorrows > 0, .borrowsRemain)
  }

  /// `on_resolve` has been called.
  @inline(__always)
  package func didResolve() { pointee.state = .resolved }
}
