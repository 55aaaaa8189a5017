// What the host holds of a store: resources that were given or lent to it, and ends of streams and futures. It names
// them by generational ids, so what it keeps too long is an error and never somebody else's.

extension HostResourceRef {
  package var id: HostResourceID { Slab.id(of: self) }
}

extension StoreRef {
  /// A handle for the host: its own, or one lent for the duration of a task of the host.
  package func addHostResource(
    _ rt: ResourceTypeRef, _ rep: UInt64, own: Bool, _ task: TaskRef? = nil
  ) throws(ComponentTrap) -> HostResourceRef {
    guard let resource = pointee.hostResources.add() else { throw ComponentTrap(.tooManyRecords) }
    resource.initialize(
      to: HostResource(rt: rt, rep: rep, own: own, borrowScope: task.map { $0.id } ?? .none))
    if !own, let task {
      resource.pointee.nextBorrow = task.pointee.hostBorrows
      task.pointee.hostBorrows = resource
    }
    return resource
  }

  /// What the host was lent for a task is not its any more.
  package func endHostBorrows(of task: TaskRef) {
    var borrow = task.pointee.hostBorrows
    task.pointee.hostBorrows = nil
    while let current = borrow {
      borrow = current.pointee.nextBorrow
      pointee.hostResources.remove(current)
    }
  }

  /// Takes a resource from the host, which must own it.
  package func takeHostResource(
    _ id: HostResourceID
  ) throws(ComponentTrap) -> (rep: UInt64, rt: ResourceTypeRef) {
    guard let resource = pointee.hostResources[id], resource.pointee.own else {
      throw ComponentTrap(.unknownHandle, index: id.index)
    }
    try trapIf(resource.pointee.numLends != 0, .lentHandle)
    let (rep, rt) = (resource.pointee.rep, resource.pointee.rt)
    pointee.hostResources.remove(resource)
    return (rep, rt)
  }

  /// Lends one of the host's resources to a call that the host makes.
  func lendHostResource(
    _ id: HostResourceID, _ subtask: SubtaskRef?
  ) throws(ComponentTrap) -> UInt64 {
    guard let resource = pointee.hostResources[id] else {
      throw ComponentTrap(.unknownHandle, index: id.index)
    }
    try subtask?.addLender(resource, self)
    return resource.pointee.rep
  }

  /// The readable end of something lifted, in the host's hands.
  func addHostEnd(
    _ shared: SharedCopyRef, _ kind: CopyEnd.Kind, _ t: RuntimeTypeID
  ) throws(ComponentTrap) -> CopyEndID {
    try newCopyEnd(kind, shared, t).id
  }

  /// An end that the host holds.
  package func hostEnd(_ id: CopyEndID) -> CopyEndRef? {
    guard case .tasks(let graph) = pointee.concurrency, let end = graph.pointee.copyEnds[id],
      end.pointee.waitable.inst == nil
    else { return nil }
    return end
  }

  /// Takes an end from the host; what it shares goes to somebody else.
  func takeHostEnd(_ id: CopyEndID) throws(ComponentTrap) -> SharedCopyRef {
    guard let end = hostEnd(id), end.pointee.state == .idle else {
      throw ComponentTrap(.unknownHandle, index: id.index)
    }
    let shared = end.pointee.shared
    removeCopyEnd(end)
    return shared
  }

  /// One more reference to an error context.
  func retainErrorContext(_ id: ErrorContextID) throws(ComponentTrap) -> ErrorContextRef {
    guard let context = pointee.errorContexts[id] else {
      throw ComponentTrap(.unknownHandle, index: id.index)
    }
    context.pointee.retain()
    return context
  }
}
