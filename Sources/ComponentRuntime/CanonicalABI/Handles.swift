// CanonicalABI.md, Loading and Storing of what is an index into a handle table.

extension ContextRef {
  /// The instance whose table is meant.
  @inline(__always)
  private func instance() throws(ComponentTrap) -> InstanceRef {
    guard let inst else { throw ComponentTrap(.bug) }
    return inst
  }

  /// `lift_own`
  @inline(__always)
  package func liftOwn(_ index: UInt32, _ rt: ResourceTypeRef) throws(ComponentTrap) -> UInt64 {
    let inst = try instance()
    let handle = try inst.resourceHandle(index, rt)
    try trapIf(handle.pointee.numLends != 0, .lentHandle)
    try trapIf(handle.pointee.kind != .own, .borrowAsOwn)
    let rep = handle.pointee.rep
    inst.pointee.handles.remove(index)
    return rep
  }

  /// `lift_borrow`
  @inline(__always)
  package func liftBorrow(_ index: UInt32, _ rt: ResourceTypeRef) throws(ComponentTrap) -> UInt64 {
    let handle = try instance().resourceHandle(index, rt)
    guard let subtask else { throw ComponentTrap(.bug) }
    try subtask.addLender(handle, index, store)
    return handle.pointee.rep
  }

  /// `lower_own`
  @inline(__always)
  package func lowerOwn(_ rep: UInt64, _ rt: ResourceTypeRef) throws(ComponentTrap) -> UInt32 {
    try instance().add(Handle(own: rep, rt))
  }

  /// `lower_borrow`: the index of a handle, or the representation itself where the instance defines the resource.
  @inline(__always)
  package func lowerBorrow(_ rep: UInt64, _ rt: ResourceTypeRef) throws(ComponentTrap) -> UInt64 {
    let inst = try instance()
    if rt.pointee.definer == inst { return rep }
    guard let task else { throw ComponentTrap(.bug) }
    let index = try inst.add(Handle(borrow: rep, rt, scope: task.id))
    task.pointee.numBorrows += 1
    return UInt64(index)
  }

  /// `lift_async_value`: `lift_stream` and `lift_future`.
  package func liftAsyncValue(
    _ index: UInt32, _ kind: CopyEnd.Kind, _ t: RuntimeTypeID
  ) throws(ComponentTrap) -> SharedCopyRef {
    let inst = try instance()
    let end = try inst.copyEnd(index, kind, t)
    switch end.pointee.state {
    case .idle: break
    case .copying, .cancellingCopy:
      throw ComponentTrap(kind.isFuture ? .busyFutureReader : .busyStreamReader)
    case .done: throw ComponentTrap(kind.isFuture ? .liftAfterRead : .liftAfterWriterDropped)
    }
    try trapIf(end.waitable.inWaitableSet, kind.isFuture ? .futureInSet : .streamInSet)
    let shared = end.pointee.shared
    inst.pointee.handles.remove(index)
    store.removeCopyEnd(end)
    return shared
  }

  /// `lower_stream` and `lower_future`
  package func lowerAsyncValue(
    _ shared: SharedCopyRef, _ kind: CopyEnd.Kind, _ t: RuntimeTypeID
  ) throws(ComponentTrap) -> UInt32 {
    try store.add(store.newCopyEnd(kind, shared, t), to: instance())
  }

  /// `lift_error_context`
  package func liftErrorContext(_ index: UInt32) throws(ComponentTrap) -> ErrorContextRef {
    let context = try instance().errorContext(index)
    context.pointee.retain()
    return context
  }

  /// `lower_error_context`, which takes over the reference that lifting made.
  package func lowerErrorContext(_ context: ErrorContextRef) throws(ComponentTrap) -> UInt32 {
    try instance().add(Handle(context))
  }
}
