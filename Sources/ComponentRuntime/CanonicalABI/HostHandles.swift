// What the host holds of a store: resources that were given or lent to it, and ends of streams and futures. It names
// them by generational ids, so what it keeps too long is an error and never somebody else's.

extension ContextRef {
  /// Lifts a handle of any kind and gives the host a record for it. `hostTask` is what borrows are lent to.
  package func liftHandle(
    _ node: PlanNodeRef, _ place: Place, _ plan: PlanRef, _ hostTask: TaskRef?
  ) throws(ComponentTrap) -> ComponentValue {
    let index = UInt32(truncatingIfNeeded: loadBits(place, 4))
    switch node.pointee.kind {
    case .own:
      let rt = plan.resource(node).lifting
      let rep = try liftOwn(index, rt)
      return .own(try store.addHostResource(rt, rep, own: true).id)
    case .borrow:
      let rt = plan.resource(node).lifting
      let rep = try liftBorrow(index, rt)
      return .borrow(try store.addHostResource(rt, rep, own: false, hostTask).id)
    case .stream: return .stream(try liftHostEnd(node, index, .readableStream, plan))
    case .future: return .future(try liftHostEnd(node, index, .readableFuture, plan))
    default: return .errorContext(Slab.id(of: try liftErrorContext(index)))
    }
  }

  private func liftHostEnd(
    _ node: PlanNodeRef, _ index: UInt32, _ kind: CopyEnd.Kind, _ plan: PlanRef
  ) throws(ComponentTrap) -> CopyEndID {
    let t = plan.payload(node).lifting
    return try store.addHostEnd(liftAsyncValue(index, kind, t), kind, t)
  }

  /// Lowers what the host holds, which `ValueCheck` has accepted.
  package func lowerHandle(
    _ value: ComponentValue, _ node: PlanNodeRef, _ place: Place, _ plan: PlanRef
  ) throws(ComponentTrap) {
    let bits: UInt64
    switch value {
    case .own(let id):
      let rep = try store.takeHostResource(id).rep
      bits = UInt64(try lowerOwn(rep, plan.resource(node).lowering))
    case .borrow(let id):
      let rep = try store.lendHostResource(id, subtask)
      bits = try lowerBorrow(rep, plan.resource(node).lowering) & 0xffff_ffff
    case .stream(let id): bits = try lowerHostEnd(id, .readableStream, node, plan)
    case .future(let id): bits = try lowerHostEnd(id, .readableFuture, node, plan)
    case .errorContext(let id):
      bits = UInt64(try lowerErrorContext(store.retainErrorContext(id)))
    default: throw ComponentTrap(.bug)
    }
    storeBits(bits, place, 4)
  }

  private func lowerHostEnd(
    _ id: CopyEndID, _ kind: CopyEnd.Kind, _ node: PlanNodeRef, _ plan: PlanRef
  ) throws(ComponentTrap) -> UInt64 {
    let shared = try store.takeHostEnd(id)
    return UInt64(try lowerAsyncValue(shared, kind, plan.payload(node).lowering))
  }
}

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
