// CanonicalABI.md, canon resource.new, resource.drop and resource.rep.

/// What is left to do when a handle has been dropped.
package enum ResourceDrop: BitwiseCopyable {
  case done
  /// The resource is gone too: its destructor is to be called, as if lifted in the instance that defines the type and
  /// lowered into the one that drops.
  case destroy(rep: UInt64, ResourceTypeRef)
}

extension InstanceRef {
  /// `trap_if(not inst.may_leave)`
  @inline(__always)
  package func checkMayLeave() throws(ComponentTrap) {
    try trapIf(!pointee.mayLeave, .cannotLeave)
  }

  /// `canon_resource_new`
  @inline(__always)
  package func canonResourceNew(_ rt: ResourceTypeRef, _ rep: UInt64) throws(ComponentTrap)
    -> UInt32
  {
    try checkMayLeave()
    return try add(Handle(own: rep, rt))
  }

  /// `canon_resource_drop`, up to the destructor.
  @inline(__always)
  package func canonResourceDrop(
    _ rt: ResourceTypeRef, _ index: UInt32
  ) throws(ComponentTrap) -> ResourceDrop {
    try checkMayLeave()
    let handle = try resourceHandle(index, rt)
    try trapIf(handle.pointee.numLends != 0, .lentHandle)
    let (kind, rep, scope) = (handle.pointee.kind, handle.pointee.rep, handle.pointee.borrowScope)
    pointee.handles.remove(index)
    guard kind == .own else {
      try pointee.store.returnBorrow(scope)
      return .done
    }
    // Dropping enters the instance also where there is no destructor to call.
    if let impl = rt.pointee.impl, !impl.mayEnter(from: self) { throw ComponentTrap(.cannotEnter) }
    return rt.pointee.dtor == nil ? .done : .destroy(rep: rep, rt)
  }

  /// `canon_resource_rep`
  @inline(__always)
  package func canonResourceRep(
    _ rt: ResourceTypeRef, _ index: UInt32
  ) throws(ComponentTrap) -> UInt64 {
    try resourceHandle(index, rt).pointee.rep
  }
}
