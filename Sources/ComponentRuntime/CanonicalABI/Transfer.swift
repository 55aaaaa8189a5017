// Values between two guests, without anything in between: each value is lifted from one side and lowered to the other
// before the next one is looked at. The specification lifts all values first. The difference shows only in which of
// two traps is reported, so when a conversion fails the lifting is done again alone (`LiftCheck`), and what that
// finds wins.

/// Lifting and Lowering Values between two instances: `lift_flat_values` with `lower_flat_values`.
package struct Transfer {
  private let plan: PlanRef
  private let from: ContextRef
  private let to: ContextRef
  /// Handles lifted so far, which a check after a failure must not lift again.
  private var liftedHandles: UInt64 = 0

  @inline(__always)
  private init(_ plan: PlanRef, from: ContextRef, to: ContextRef) {
    self.plan = plan
    self.from = from
    self.to = to
  }

  /// Converts values that are in `source` if they fit into `maxSource` slots, and behind the pointer there if not.
  /// They end up in `destination` if they fit into `maxDestination` slots; if not, in memory at `outParam` or,
  /// without one, in memory allocated for them, with the pointer in `destination`. Source and destination slots must
  /// not overlap, except that they may be the same where the values are nothing but scalars in slots.
  @inline(__always)
  package static func values(
    _ plan: PlanRef, from: ContextRef, _ source: UnsafeMutablePointer<UInt64>,
    maxSource: Int, to: ContextRef, _ destination: UnsafeMutablePointer<UInt64>,
    maxDestination: Int, outParam: UInt64? = nil
  ) throws(ComponentTrap) {
    if let kinds = plan.pointee.flatScalars, plan.isFlat(maxSource), plan.isFlat(maxDestination) {
      if plan.pointee.isPassthrough {
        for slot in 0..<kinds.count { destination[slot] = source[slot] }
        return
      }
      for slot in 0..<kinds.count {
        destination[slot] = try kinds[slot].normalize(source[slot])
      }
      return
    }
    try general(
      plan, from: from, source, maxSource: maxSource, to: to, destination,
      maxDestination: maxDestination, outParam: outParam)
  }

  @inline(never)
  private static func general(
    _ plan: PlanRef, from: ContextRef, _ source: UnsafeMutablePointer<UInt64>,
    maxSource: Int, to: ContextRef, _ destination: UnsafeMutablePointer<UInt64>,
    maxDestination: Int, outParam: UInt64?
  ) throws(ComponentTrap) {
    var transfer = Transfer(plan, from: from, to: to)
    let sourcePlace = try from.liftPlace(plan, source, maxFlat: maxSource)
    do throws(ComponentTrap) {
      let target = try to.lowerPlace(
        plan, destination, maxFlat: maxDestination, outParam: outParam)
      try transfer.record(plan.root, sourcePlace, target)
    } catch {
      // What lifting alone would have trapped with comes first.
      var check = LiftCheck(plan, from, liftedHandles: transfer.liftedHandles)
      try check.lift(plan.root, sourcePlace)
      throw error
    }
  }

  /// Converts `count` elements of a stream or list whose ranges have been checked.
  package static func elements(
    _ plan: PlanRef, count: UInt64, from: ContextRef, _ source: UInt64,
    to: ContextRef, _ destination: UInt64
  ) throws(ComponentTrap) {
    // The elements' type is the only field of the root.
    guard let element = plan.root.pointee.parts.first?.node else { return }
    var transfer = Transfer(plan, from: from, to: to)
    do throws(ComponentTrap) {
      try transfer.elements(element, count, source, destination)
    } catch {
      var check = LiftCheck(plan, from, liftedHandles: transfer.liftedHandles)
      try check.elements(element, count, source)
      throw error
    }
  }

  // MARK: One value

  // Kinds have functions of their own that are not inlined: otherwise the frame of all of them would be set up for
  // each.

  /// `lift_flat` or `load` with `lower_flat` or `store`. Recurses as deep as the type is nested.
  private mutating func convert(
    _ node: PlanNodeRef, _ source: Place, _ target: Place
  ) throws(ComponentTrap) {
    switch node.pointee.kind {
    case .bool, .s8, .u8, .s16, .u16, .s32, .u32, .s64, .u64, .f32, .f64, .char, .flags:
      to.lowerScalar(try from.liftScalar(node, source), node, target)
    case .string: try string(source, target)
    case .list: try list(node, source, target)
    case .fixedLengthList: try fixedLengthList(node, source, target)
    case .record: try record(node, source, target)
    case .variant: try variant(node, source, target)
    case .own: try own(node, source, target)
    case .borrow: try borrow(node, source, target)
    case .stream: try asyncValue(.readableStream, node, source, target)
    case .future: try asyncValue(.readableFuture, node, source, target)
    case .errorContext: try errorContext(source, target)
    }
  }

  @inline(__always)
  private mutating func record(
    _ node: PlanNodeRef, _ source: Place, _ target: Place
  ) throws(ComponentTrap) {
    for part in node.pointee.parts {
      guard let field = part.node else { continue }
      try convert(field, source.field(part, from.is64), target.field(part, to.is64))
    }
  }

  @inline(never)
  private func string(_ source: Place, _ target: Place) throws(ComponentTrap) {
    try to.lowerString(try from.liftString(source), target)
  }

  @inline(never)
  private mutating func own(
    _ node: PlanNodeRef, _ source: Place, _ target: Place
  ) throws(ComponentTrap) {
    let rt = plan.resource(node)
    let rep = try from.liftOwn(
      UInt32(truncatingIfNeeded: from.loadBits(source, 4)), rt.lifting)
    liftedHandles += 1
    to.storeBits(UInt64(try to.lowerOwn(rep, rt.lowering)), target, 4)
  }

  @inline(never)
  private mutating func borrow(
    _ node: PlanNodeRef, _ source: Place, _ target: Place
  ) throws(ComponentTrap) {
    let rt = plan.resource(node)
    let rep = try from.liftBorrow(
      UInt32(truncatingIfNeeded: from.loadBits(source, 4)), rt.lifting)
    liftedHandles += 1
    // Of a representation of 64 bits, as much as `store_int` can hold.
    to.storeBits(try to.lowerBorrow(rep, rt.lowering) & 0xffff_ffff, target, 4)
  }

  @inline(never)
  private mutating func errorContext(_ source: Place, _ target: Place) throws(ComponentTrap) {
    let context = try from.liftErrorContext(UInt32(truncatingIfNeeded: from.loadBits(source, 4)))
    liftedHandles += 1
    to.storeBits(UInt64(try to.lowerErrorContext(context)), target, 4)
  }

  @inline(never)
  private mutating func asyncValue(
    _ kind: CopyEnd.Kind, _ node: PlanNodeRef, _ source: Place, _ target: Place
  ) throws(ComponentTrap) {
    let t = plan.payload(node)
    let shared = try from.liftAsyncValue(
      UInt32(truncatingIfNeeded: from.loadBits(source, 4)), kind, t.lifting)
    liftedHandles += 1
    to.storeBits(UInt64(try to.lowerAsyncValue(shared, kind, t.lowering)), target, 4)
  }

  @inline(never)
  private mutating func variant(
    _ node: PlanNodeRef, _ source: Place, _ target: Place
  ) throws(ComponentTrap) {
    let index = try from.liftDiscriminant(node, source)
    if let payload = node.pointee.parts[index].node {
      try convert(payload, source.payload(node, from.is64), target.payload(node, to.is64))
    }
    to.lowerDiscriminant(index, node, target)
  }

  @inline(never)
  private mutating func fixedLengthList(
    _ node: PlanNodeRef, _ source: Place, _ target: Place
  ) throws(ComponentTrap) {
    guard let element = node.pointee.element else { return }
    let count = node.pointee.number
    if source.slots == nil && target.slots == nil {
      return try elements(element, count, source.address, target.address)
    }
    for index in 0..<count {
      try convert(
        element, source.element(index, element, from.is64),
        target.element(index, element, to.is64))
    }
  }

  @inline(never)
  private mutating func list(
    _ node: PlanNodeRef, _ source: Place, _ target: Place
  ) throws(ComponentTrap) {
    guard let element = node.pointee.element else { return }
    let (address, length) = try from.liftList(element, source)
    let destination = try to.allocateList(length, element)
    try elements(element, length, address, destination)
    to.lowerList(destination, length, target)
  }

  /// `load_list_from_valid_range` with `store_list_into_valid_range`
  private mutating func elements(
    _ element: PlanNodeRef, _ count: UInt64, _ source: UInt64, _ target: UInt64
  ) throws(ComponentTrap) {
    if count == 0 { return }
    if element.pointee.isPlain {
      let bytes = Int(truncatingIfNeeded: count &* element.pointee.size(false))
      to.bytes(target).copyMemory(from: from.bytes(source), byteCount: bytes)
      return
    }
    if element.pointee.kind.isScalar {
      return try convertScalars(
        element, Int(truncatingIfNeeded: count), from.bytes(source), to.bytes(target))
    }
    for index in 0..<count {
      try convert(
        element, Place(address: source).element(index, element, from.is64),
        Place(address: target).element(index, element, to.is64))
    }
  }
}

/// Elements that are one scalar each but not plain.
private func convertScalars(
  _ element: PlanNodeRef, _ count: Int, _ source: UnsafeRawPointer,
  _ target: UnsafeMutableRawPointer
) throws(ComponentTrap) {
  @inline(__always)
  func each<Bits: FixedWidthInteger & BitwiseCopyable>(
    _: Bits.Type, _ convert: (UInt64) throws(ComponentTrap) -> UInt64
  ) throws(ComponentTrap) {
    let size = MemoryLayout<Bits>.size
    for index in 0..<count {
      let bits = source.loadUnaligned(fromByteOffset: index * size, as: Bits.self)
      let value = try convert(UInt64(truncatingIfNeeded: bits))
      target.storeBytes(
        of: Bits(truncatingIfNeeded: value), toByteOffset: index * size, as: Bits.self)
    }
  }
  let mask = element.pointee.number
  switch (element.pointee.kind, element.pointee.scalarSize) {
  case (.f32, _): try each(UInt32.self) { bits throws(ComponentTrap) in canonicalizeNaN32(bits) }
  case (.f64, _): try each(UInt64.self) { bits throws(ComponentTrap) in canonicalizeNaN64(bits) }
  case (.char, _): try each(UInt32.self, convertI32ToChar)
  case (.bool, _): try each(UInt8.self) { bits throws(ComponentTrap) in bits == 0 ? 0 : 1 }
  case (_, 1): try each(UInt8.self) { bits throws(ComponentTrap) in bits & mask }
  case (_, 2): try each(UInt16.self) { bits throws(ComponentTrap) in bits & mask }
  case (_, 4): try each(UInt32.self) { bits throws(ComponentTrap) in bits & mask }
  default: try each(UInt64.self) { bits throws(ComponentTrap) in bits }
  }
}
