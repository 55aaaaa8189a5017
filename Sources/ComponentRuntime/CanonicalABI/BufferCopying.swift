// Elements of streams and futures between two buffers (Canonical ABI, Buffer State:
// `dst_buffer.write(src_buffer.read)`).

/// The function that a store copies with (`StateLimits`, `BufferCopy`): between two guests; what goes to or comes from
/// the host is for the function given, and the plan for two guests that know the elements as different types is
/// the other one's.
package func copyBetweenBuffers(
  plan joint: @escaping (Sides<PlanRef>) -> PlanRef? = { _ in nil },
  host:
    @escaping (
      _ from: UnsafePointer<Buffer>, _ to: UnsafePointer<Buffer>, _ count: UInt32
    ) throws(ComponentTrap) -> Void
) -> BufferCopy {
  { (from, to, count) throws(ComponentTrap) in
    guard let source = from.pointee.options, let sourceInstance = from.pointee.inst,
      let target = to.pointee.options, let targetInstance = to.pointee.inst,
      let elements = from.pointee.elements
    else { return try host(from, to, count) }
    var plan = elements.assumingMemoryBound(to: BoundPlanRecord.self)
    if plan.pointee.elements != .none, let other = to.pointee.elementPlan,
      plan.pointee.elements != other.pointee.elements
    {
      guard let found = joint(Sides(lifting: plan, lowering: other)) else {
        throw ComponentTrap(.bug)
      }
      plan = found
    }
    var (lift, lower) = (
      LiftLowerContext(source, sourceInstance), LiftLowerContext(target, targetInstance)
    )
    let (address, destination) = (from.pointee.ptr, to.pointee.ptr)
    try withUnsafePointer(to: &lift) { (from) throws(ComponentTrap) in
      try withUnsafePointer(to: &lower) { (to) throws(ComponentTrap) in
        try Transfer.elements(
          plan, count: UInt64(count), from: from, address, to: to, destination)
      }
    }
  }
}

extension Buffer {
  /// The conversion of a guest's elements; nil for streams and futures of nothing.
  var elementPlan: PlanRef? {
    options == nil ? nil : elements?.assumingMemoryBound(to: BoundPlanRecord.self)
  }
}

extension ContextRef {
  /// `BufferGuestImpl(t, cx, ptr, length)`. `elements` is nil for streams and futures of nothing; if not, it must stay
  /// where it is as long as the buffer is in use.
  package func buffer(
    _ elements: PlanRef?, ptr: UInt64, length: UInt32
  ) throws(ComponentTrap) -> Buffer {
    guard let inst else { throw ComponentTrap(.bug) }
    let root = elements?.root
    return try Buffer(
      guest: opts, inst, elements: elements.map { UnsafeRawPointer($0) },
      elementSize: UInt32(truncatingIfNeeded: root?.pointee.size(is64) ?? 0),
      alignment: UInt32(truncatingIfNeeded: root?.pointee.alignment(is64) ?? 1), ptr: ptr,
      length: length)
  }
}
