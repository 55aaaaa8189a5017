// CanonicalABI.md, Stream State and Future State: what the two ends of a stream or future have in common. A pending
// read or write is the end that made it; its buffer lies there.

package typealias SharedCopyRef = UnsafeMutablePointer<SharedCopy>

/// Stream State: `CopyResult`.
package enum CopyResult: UInt32, BitwiseCopyable, Sendable {
  case completed = 0
  case dropped = 1
  case cancelled = 2
}

/// Stream State and Future State: `SharedStreamImpl` and `SharedFutureImpl`.
package struct SharedCopy: BitwiseCopyable {
  package let isFuture: Bool
  /// `none_or_number_type(t)`
  private let isNoneOrNumberType: Bool
  package internal(set) var dropped = false
  /// Ends that exist, or are on their way from one instance to another.
  var ends: UInt8 = 0
  package let store: StoreRef
  /// `pending_inst`, `pending_buffer`, `pending_on_copy`, `pending_on_copy_done`
  package internal(set) var pending: CopyEndRef?
  /// An end of the host's that neither reads nor writes, but is to know when the other is dropped.
  var watcher: CopyEndRef?

  init(_ store: StoreRef, isFuture: Bool, isNoneOrNumberType: Bool) {
    self.store = store
    self.isFuture = isFuture
    self.isNoneOrNumberType = isNoneOrNumberType
  }

  func checkInstances(_ inst: InstanceRef?) throws(ComponentTrap) {
    let isSame = inst != nil && inst == pending?.pointee.buffer.inst
    try trapIf(
      isSame && !isNoneOrNumberType, isFuture ? .intraComponentFuture : .intraComponentStream)
  }
}

extension SharedCopyRef {
  /// `reset_and_notify_pending`
  private func resetAndNotifyPending(_ result: CopyResult) {
    guard let pending = pointee.pending else { return }
    pointee.pending = nil
    pending.onCopyDone(result)
  }

  /// `cancel`
  package func cancel() { resetAndNotifyPending(.cancelled) }

  /// `drop`
  func drop() {
    guard !pointee.dropped else { return }
    pointee.dropped = true
    if pointee.pending != nil { resetAndNotifyPending(.dropped) }
    if let watcher = pointee.watcher.take() { watcher.onCopyDone(.dropped) }
  }

  /// `read`
  func read(_ end: CopyEndRef) throws(ComponentTrap) {
    if pointee.isFuture {
      try readFuture(end)
    } else {
      try copyStream(end, reads: true)
    }
  }

  /// `write`
  func write(_ end: CopyEndRef) throws(ComponentTrap) {
    if pointee.isFuture {
      try writeFuture(end)
    } else {
      try copyStream(end, reads: false)
    }
  }

  /// `SharedStreamImpl.read` and `write`, which differ in what two buffers of length zero mean.
  private func copyStream(_ end: CopyEndRef, reads: Bool) throws(ComponentTrap) {
    if pointee.dropped { return end.onCopyDone(.dropped) }
    guard let pending = pointee.pending else {
      pointee.pending = end
      return
    }
    try pointee.checkInstances(end.pointee.buffer.inst)
    if pending.pointee.buffer.remain > 0 {
      if end.pointee.buffer.remain > 0 {
        let count = min(end.pointee.buffer.remain, pending.pointee.buffer.remain)
        try copy(count, from: reads ? pending : end, to: reads ? end : pending)
        pending.onCopy()
      }
      end.onCopyDone(.completed)
    } else if !reads && end.pointee.buffer.isZeroLength && pending.pointee.buffer.isZeroLength {
      end.onCopyDone(.completed)
    } else {
      resetAndNotifyPending(.completed)
      pointee.pending = end
    }
  }

  /// `SharedFutureImpl.read`. A guest cannot drop a writable end without writing; where the host has done so the reader
  /// learns of it.
  private func readFuture(_ end: CopyEndRef) throws(ComponentTrap) {
    if pointee.dropped { return end.onCopyDone(.dropped) }
    guard let pending = pointee.pending else {
      pointee.pending = end
      return
    }
    try pointee.checkInstances(end.pointee.buffer.inst)
    try copy(1, from: pending, to: end)
    resetAndNotifyPending(.completed)
    end.onCopyDone(.completed)
  }

  /// `SharedFutureImpl.write`
  private func writeFuture(_ end: CopyEndRef) throws(ComponentTrap) {
    if pointee.dropped { return end.onCopyDone(.dropped) }
    guard let pending = pointee.pending else {
      pointee.pending = end
      return
    }
    try pointee.checkInstances(end.pointee.buffer.inst)
    try copy(1, from: end, to: pending)
    resetAndNotifyPending(.completed)
    end.onCopyDone(.completed)
  }

  /// `dst_buffer.write(src_buffer.read(n))`
  private func copy(
    _ count: UInt32, from source: CopyEndRef, to destination: CopyEndRef
  ) throws(ComponentTrap) {
    if source.pointee.buffer.elements != nil {
      var from = source.pointee.buffer
      var to = destination.pointee.buffer
      try pointee.store.pointee.copyBuffers(&from, &to, count)
    }
    source.pointee.buffer.advance(count)
    destination.pointee.buffer.advance(count)
  }
}

extension StoreRef {
  /// `SharedStreamImpl(t)` or `SharedFutureImpl(t)` with both its ends, which are in no table yet.
  package func newSharedCopy(
    isFuture: Bool, t: RuntimeTypeID, isNoneOrNumberType: Bool
  ) throws(ComponentTrap) -> (readable: CopyEndRef, writable: CopyEndRef) {
    let graph = try graph()
    guard let shared = graph.pointee.shared.add() else { throw ComponentTrap(.tooManyRecords) }
    shared.initialize(
      to: SharedCopy(self, isFuture: isFuture, isNoneOrNumberType: isNoneOrNumberType))
    shared.pointee.ends = 2
    let readable = try newCopyEnd(isFuture ? .readableFuture : .readableStream, shared, t)
    let writable = try newCopyEnd(isFuture ? .writableFuture : .writableStream, shared, t)
    return (readable, writable)
  }

  /// An end of something shared that has lost, or not yet got, this end.
  package func newCopyEnd(
    _ kind: CopyEnd.Kind, _ shared: SharedCopyRef, _ t: RuntimeTypeID
  ) throws(ComponentTrap) -> CopyEndRef {
    guard let end = try graph().pointee.copyEnds.add() else {
      throw ComponentTrap(.tooManyRecords)
    }
    end.setUp(kind, shared, t)
    return end
  }

  /// Adds an end to an instance's table.
  package func add(_ end: CopyEndRef, to inst: InstanceRef) throws(ComponentTrap) -> UInt32 {
    let index = try inst.add(Handle(end))
    end.pointee.waitable.inst = inst
    end.pointee.waitable.index = index
    return index
  }

  /// The end is gone, what is shared is not: it goes to somebody else.
  package func removeCopyEnd(_ end: CopyEndRef) {
    guard case .tasks(let graph) = pointee.concurrency else { return }
    graph.pointee.copyEnds.remove(end)
  }

  /// One end less; with the last one goes what was shared.
  func releaseShared(_ shared: SharedCopyRef) {
    guard case .tasks(let graph) = pointee.concurrency else { return }
    shared.pointee.ends -= 1
    if shared.pointee.ends == 0 { graph.pointee.shared.remove(shared) }
  }
}
