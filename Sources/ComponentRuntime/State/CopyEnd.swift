// CanonicalABI.md, Stream State and Future State: the ends of streams and futures, as handles of guests or in the
// host's hands.

package typealias CopyEndRef = UnsafeMutablePointer<CopyEnd>
package typealias CopyEndID = RecordID<CopyEnd>

/// Stream State: `CopyState`.
package enum CopyState: UInt8, BitwiseCopyable, Sendable {
  case idle = 1
  case copying = 2
  case cancellingCopy = 3
  case done = 4
}

/// Stream State: `CopyEnd`, and which of its subclasses.
package struct CopyEnd: BitwiseCopyable {
  package enum Kind: UInt8, BitwiseCopyable, Sendable {
    case readableStream
    case writableStream
    case readableFuture
    case writableFuture

    package var isFuture: Bool { self == .readableFuture || self == .writableFuture }
    package var isReadable: Bool { self == .readableStream || self == .readableFuture }

    package var eventCode: EventCode {
      switch self {
      case .readableStream: .streamRead
      case .writableStream: .streamWrite
      case .readableFuture: .futureRead
      case .writableFuture: .futureWrite
      }
    }

    var description: HandleWord {
      switch self {
      case .readableStream: .readableStreamEnd
      case .writableStream: .writableStreamEnd
      case .readableFuture: .readableFutureEnd
      case .writableFuture: .writableFutureEnd
      }
    }
  }
  // The waitable comes first: see `Waitable`.
  package var waitable: Waitable
  package internal(set) var kind: Kind
  package internal(set) var state: CopyState
  package internal(set) var shared: SharedCopyRef
  /// `shared.t`, as the holder of this end knows it.
  package internal(set) var t: RuntimeTypeID
  /// The buffer of the copy under way.
  package internal(set) var buffer: Buffer
  /// The embedding's, for ends that the host holds.
  package var owner: UInt64
}

extension CopyEndRef {
  /// `CopyEnd(shared)`, field by field: see `ThreadRef.setUp`.
  @inline(__always)
  func setUp(_ kind: CopyEnd.Kind, _ shared: SharedCopyRef, _ t: RuntimeTypeID) {
    waitable.setUp(.copyEnd, nil)
    pointee.kind = kind
    pointee.state = .idle
    pointee.shared = shared
    pointee.t = t
    pointee.owner = 0
  }

  @inline(__always)
  var waitable: WaitableRef {
    UnsafeMutableRawPointer(self).assumingMemoryBound(to: Waitable.self)
  }

  package var id: CopyEndID { Slab.id(of: self) }

  /// `copying`
  package var copying: Bool {
    switch pointee.state {
    case .idle, .done: false
    case .copying, .cancellingCopy: true
    }
  }

  /// The checks of `stream_copy` and `future_copy` that come before the buffer's.
  package func checkCopy(isAsync: Bool) throws(ComponentTrap) {
    switch pointee.state {
    case .idle: break
    case .copying, .cancellingCopy: throw ComponentTrap(.concurrentCopy)
    case .done: throw ComponentTrap(doneReason)
    }
    try trapIf(waitable.inWaitableSet && !isAsync, .syncWaitInSet)
  }

  private var doneReason: ComponentTrap.Reason {
    switch pointee.kind {
    case .readableStream: .readAfterWriterDropped
    case .writableStream: .writeAfterReaderDropped
    case .readableFuture: .readAfterRead
    case .writableFuture: .writeAfterWrite
    }
  }

  /// `copy`, from `COPYING` on: it is over if the end has an event now.
  package func copy(_ buffer: Buffer) throws(ComponentTrap) {
    pointee.state = .copying
    pointee.buffer = buffer
    if pointee.kind.isReadable {
      try pointee.shared.read(self)
    } else {
      try pointee.shared.write(self)
    }
  }

  /// `cancel_copy`, up to its wait: it is over if the end has an event now.
  package func cancelCopy(isAsync: Bool) throws(ComponentTrap) {
    try trapIf(
      pointee.state != .copying || pointee.waitable.hasSyncWaiter, .noCopyToCancel)
    try trapIf(waitable.inWaitableSet && !isAsync, .syncWaitInSet)
    pointee.state = .cancellingCopy
    if !waitable.hasPendingEvent { pointee.shared.cancel() }
  }

  /// `on_copy`
  func onCopy() { waitable.setPendingEvent(.copy(.completed, reclaims: true)) }

  /// `on_copy_done`
  func onCopyDone(_ result: CopyResult) {
    waitable.setPendingEvent(.copy(result, reclaims: false))
  }

  /// `stream_event` and `future_event`
  func takeEvent(_ event: PendingEvent) -> Event {
    guard case .copy(var result, let reclaims) = event else { return Event(.none) }
    assert(copying)
    if reclaims { pointee.shared.pointee.pending = nil }
    // By the reference suite (cancel-stream) cancelling a copy that was done in part says so; definitions.py keeps the
    // result of the part.
    if pointee.state == .cancellingCopy, !pointee.kind.isFuture, result == .completed {
      result = .cancelled
    }
    let isDone =
      result == .dropped || (pointee.kind.isFuture && result == .completed)
    pointee.state = isDone ? .done : .idle
    let payload =
      pointee.kind.isFuture
      ? result.rawValue : result.rawValue | pointee.buffer.progress << 4
    return Event(pointee.kind.eventCode, pointee.waitable.index, payload)
  }

  /// `drop`, without removing the record.
  package func drop() throws(ComponentTrap) {
    switch pointee.kind {
    case .writableFuture: try trapIf(pointee.state != .done, .dropUnwrittenFuture)
    case .readableStream: try trapIf(copying, .busyStreamReader)
    case .writableStream: try trapIf(copying, .busyStreamWriter)
    case .readableFuture: try trapIf(copying, .busyFutureReader)
    }
    pointee.shared.drop()
    waitable.drop()
  }

  /// The instance that has the end will not use it any more: as if it were dropped, except that the handle stays.
  func abandon() {
    if pointee.shared.pointee.pending == self { pointee.shared.pointee.pending = nil }
    pointee.shared.drop()
  }

  // MARK: Ends that the host holds

  func noteHostEvent() {
    guard case .tasks(let graph) = pointee.shared.pointee.store.pointee.concurrency else { return }
    graph.pointee.hostEvents.append(waitable)
  }

  func forgetHostEvent() {
    guard case .tasks(let graph) = pointee.shared.pointee.store.pointee.concurrency else { return }
    graph.pointee.hostEvents.remove(waitable)
  }

  /// The host waits for the other end to be dropped, which is an event as if it had a read or write under way.
  func watch() {
    pointee.state = .copying
    pointee.buffer = Buffer(host: 0, elements: nil, length: 0)
    pointee.shared.pointee.watcher = self
  }

  /// It does not any more. False if the event is there already.
  func unwatch() -> Bool {
    guard pointee.shared.pointee.watcher == self else { return false }
    pointee.shared.pointee.watcher = nil
    pointee.state = .idle
    return true
  }

  /// The host lets go of an end, whatever it is doing: a copy under way is cancelled first.
  package func dropFromHost(_ store: StoreRef) {
    if copying, !unwatch() {
      if !waitable.hasPendingEvent { pointee.shared.cancel() }
      _ = waitable.getPendingEvent()
    }
    pointee.shared.drop()
    waitable.drop()
    store.releaseShared(pointee.shared)
    store.removeCopyEnd(self)
  }
}

extension TaskGraphRef {
  /// The next end that the host holds and that has an event.
  package var nextHostEvent: CopyEndRef? { pointee.hostEvents.first?.copyEnd }
}

extension StoreRef {
  /// `drop` of an end that a guest has, once its handle is removed.
  package func drop(_ end: CopyEndRef) throws(ComponentTrap) {
    try end.drop()
    releaseShared(end.pointee.shared)
    removeCopyEnd(end)
  }
}
