// CanonicalABI.md, the built-ins on waitables and their sets, streams, futures and error contexts, as far as they do
// not switch stacks.

extension InstanceRef {
  // MARK: Waitable sets

  /// `canon_waitable_set_new`
  package func canonWaitableSetNew() throws(ComponentTrap) -> UInt32 {
    try checkMayLeave()
    return try add(Handle(pointee.store.newWaitableSet()))
  }

  /// `canon_waitable_set_wait` and `canon_waitable_set_poll`, their checks.
  package func canonWaitableSet(_ index: UInt32) throws(ComponentTrap) -> WaitableSetRef {
    try checkMayLeave()
    return try waitableSet(index)
  }

  /// `canon_waitable_set_drop`
  package func canonWaitableSetDrop(_ index: UInt32) throws(ComponentTrap) {
    try checkMayLeave()
    let set = try waitableSet(index)
    try set.drop()
    pointee.handles.remove(index)
    pointee.store.removeWaitableSet(set)
  }

  /// `canon_waitable_join`
  package func canonWaitableJoin(_ index: UInt32, _ setIndex: UInt32) throws(ComponentTrap) {
    try checkMayLeave()
    let waitable = try waitable(index)
    try trapIf(waitable.pointee.hasSyncWaiter, .joinWhileWaiting)
    waitable.join(setIndex == 0 ? nil : try waitableSet(setIndex))
  }

  // MARK: Streams and futures

  /// `canon_stream_new` and `canon_future_new`
  package func canonCopyNew(
    isFuture: Bool, _ t: RuntimeTypeID, isNoneOrNumberType: Bool
  ) throws(ComponentTrap) -> UInt64 {
    try checkMayLeave()
    let store = pointee.store
    let (readable, writable) = try store.newSharedCopy(
      isFuture: isFuture, t: t, isNoneOrNumberType: isNoneOrNumberType)
    let readIndex = try store.add(readable, to: self)
    let writeIndex = try store.add(writable, to: self)
    return UInt64(readIndex) | UInt64(writeIndex) << 32
  }

  /// `stream_copy` and `future_copy`. With `.wait` the result is that of `finishCopyWait`.
  package func canonCopy(
    _ kind: CopyEnd.Kind, _ t: RuntimeTypeID, _ elements: PlanRef?,
    _ opts: OptionsRef, _ index: UInt32, ptr: UInt64, length: UInt32, _ thread: ThreadRef
  ) throws(ComponentTrap) -> BuiltinResult {
    try checkMayLeave()
    let end = try copyEnd(index, kind, t)
    try end.checkCopy(isAsync: opts.pointee.isAsync)
    var cx = LiftLowerContext(opts, self)
    let buffer = try withUnsafePointer(to: &cx) { (cx) throws(ComponentTrap) in
      try cx.buffer(elements, ptr: ptr, length: kind.isFuture ? 1 : length)
    }
    try end.copy(buffer)
    return end.finish(isAsync: opts.pointee.isAsync, thread)
  }

  /// `cancel_copy`
  package func canonCancelCopy(
    _ kind: CopyEnd.Kind, _ t: RuntimeTypeID, _ index: UInt32, isAsync: Bool, _ thread: ThreadRef
  ) throws(ComponentTrap) -> BuiltinResult {
    try checkMayLeave()
    let end = try copyEnd(index, kind, t)
    try end.cancelCopy(isAsync: isAsync)
    return end.finish(isAsync: isAsync, thread)
  }

  /// `drop`
  package func canonCopyDrop(
    _ kind: CopyEnd.Kind, _ t: RuntimeTypeID, _ index: UInt32
  ) throws(ComponentTrap) {
    try checkMayLeave()
    let end = try copyEnd(index, kind, t)
    try pointee.store.drop(end)
    pointee.handles.remove(index)
  }

  // MARK: Error contexts

  /// `canon_error_context_new`, by the deterministic profile: the message is not even looked at.
  package func canonErrorContextNew() throws(ComponentTrap) -> UInt32 {
    try checkMayLeave()
    return try add(Handle(pointee.store.newErrorContext([])))
  }

  /// `canon_error_context_debug_message`
  package func canonErrorContextDebugMessage(
    _ opts: OptionsRef, _ index: UInt32, ptr: UInt64
  ) throws(ComponentTrap) {
    try checkMayLeave()
    let context = try errorContext(index)
    var cx = LiftLowerContext(opts, self)
    let message = LiftedString(utf8: context.pointee.debugMessage)
    try withUnsafePointer(to: &cx) { (cx) throws(ComponentTrap) in
      let (pointer, units) = try cx.storeStringIntoRange(message)
      let pointerSize = UInt64(opts.pointee.pointerSize)
      try trapIf(cx.isUnaligned(ptr, pointerSize), .unalignedPointer)
      try trapIf(cx.isOutOfBounds(ptr, 2 * pointerSize), .pointerOutOfBounds)
      cx.storePair(pointer, units, Place(address: ptr))
    }
  }

  /// `canon_error_context_drop`
  package func canonErrorContextDrop(_ index: UInt32) throws(ComponentTrap) {
    try checkMayLeave()
    let context = try errorContext(index)
    pointee.handles.remove(index)
    pointee.store.release(context)
  }
}

extension CopyEndRef {
  fileprivate func finish(isAsync: Bool, _ thread: ThreadRef) -> BuiltinResult {
    if waitable.hasPendingEvent { return .done(waitable.getPendingEvent().payload) }
    return isAsync ? .done(blocked) : .wait(waitable.startWaiting(thread))
  }

  /// The wait that a copy or its cancellation asked for is over.
  package func finishCopyWait() -> UInt32 {
    waitable.finishWaiting()
    return waitable.getPendingEvent().payload
  }
}

extension ContextRef {
  /// `unpack_event`, storing what the event carries.
  package func unpackEvent(_ ptr: UInt64, _ event: Event) throws(ComponentTrap) -> UInt32 {
    try trapIf(isUnaligned(ptr, 4), .unalignedPointer)
    try trapIf(isOutOfBounds(ptr, 8), .pointerOutOfBounds)
    storeInt(UInt64(event.index), ptr, 4)
    storeInt(UInt64(event.payload), ptr &+ 4, 4)
    return event.code.rawValue
  }
}

/// Canon lift: `CallbackCode`.
package enum CallbackCode: UInt32, BitwiseCopyable, Sendable {
  case exit = 0
  case yield = 1
  case wait = 2
}

/// `unpack_callback_result`
package func unpackCallbackResult(
  _ packed: UInt32
) throws(ComponentTrap) -> (CallbackCode, waitableSetIndex: UInt32) {
  guard let code = CallbackCode(rawValue: packed & 0xf) else {
    throw ComponentTrap(.unsupportedCallbackCode)
  }
  return (code, packed >> 4)
}
