// CanonicalABI.md, Loading, Flat Lifting and Flat Lowering of what is one core value. Between lifting and lowering a
// scalar is the slot that flat lowering would make of it: signed integers sign-extended to 32 bits, floats as bits.

/// Loading: `CANONICAL_FLOAT32_NAN`, `CANONICAL_FLOAT64_NAN`
let canonicalFloat32NaN: UInt64 = 0x7fc0_0000
let canonicalFloat64NaN: UInt64 = 0x7ff8_0000_0000_0000

extension PlanNode.Kind {
  /// The value that bits stand for, which may come from memory or from a slot, where those above the type's width do
  /// not count.
  @inline(__always)
  func normalize(_ bits: UInt64) throws(ComponentTrap) -> UInt64 {
    switch self {
    case .u32, .s32: return bits & 0xffff_ffff
    case .u64, .s64: return bits
    case .bool: return bits & 0xffff_ffff == 0 ? 0 : 1
    case .u8: return bits & 0xff
    case .u16: return bits & 0xffff
    case .s8: return UInt64(UInt32(bitPattern: Int32(Int8(truncatingIfNeeded: bits))))
    case .s16: return UInt64(UInt32(bitPattern: Int32(Int16(truncatingIfNeeded: bits))))
    case .f32: return canonicalizeNaN32(bits & 0xffff_ffff)
    case .f64: return canonicalizeNaN64(bits)
    case .char: return try convertI32ToChar(bits & 0xffff_ffff)
    case .flags, .string, .errorContext, .list, .fixedLengthList, .record, .variant, .own,
      .borrow, .stream, .future:
      assertionFailure("not a scalar")
      return bits
    }
  }
}

/// `canonicalize_nan32`. By the deterministic profile this is also `maybe_scramble_nan32`.
@inline(__always)
package func canonicalizeNaN32(_ bits: UInt64) -> UInt64 {
  bits & 0x7fff_ffff > 0x7f80_0000 ? canonicalFloat32NaN : bits
}

/// `canonicalize_nan64`
@inline(__always)
package func canonicalizeNaN64(_ bits: UInt64) -> UInt64 {
  bits & 0x7fff_ffff_ffff_ffff > 0x7ff0_0000_0000_0000 ? canonicalFloat64NaN : bits
}

/// `convert_i32_to_char`
@inline(__always)
func convertI32ToChar(_ bits: UInt64) throws(ComponentTrap) -> UInt64 {
  try trapIf(bits >= 0x110000, .invalidChar)
  try trapIf(bits & 0xffff_f800 == 0xd800, .invalidChar)
  return bits
}

extension ContextRef {
  /// `load` and `lift_flat` of a scalar.
  @inline(__always)
  package func liftScalar(_ node: PlanNodeRef, _ place: Place) throws(ComponentTrap) -> UInt64 {
    let bits = loadBits(place, node.pointee.scalarSize)
    if node.pointee.kind == .flags { return bits & node.pointee.number }
    return try node.pointee.kind.normalize(bits)
  }

  /// `store` and `lower_flat` of a scalar.
  @inline(__always)
  package func lowerScalar(_ value: UInt64, _ node: PlanNodeRef, _ place: Place) {
    storeBits(value, place, node.pointee.scalarSize)
  }

  /// The case of a variant.
  @inline(__always)
  package func liftDiscriminant(
    _ node: PlanNodeRef, _ place: Place
  ) throws(ComponentTrap) -> Int {
    let index = loadBits(place, node.pointee.scalarSize)
    try trapIf(index >= UInt64(node.pointee.parts.count), .invalidDiscriminant)
    return Int(index)
  }

  /// Lowers the case of a variant; in slots, those that the case's payload leaves over become zero.
  @inline(__always)
  package func lowerDiscriminant(_ index: Int, _ node: PlanNodeRef, _ place: Place) {
    storeBits(UInt64(index), place, node.pointee.scalarSize)
    guard let slots = place.slots else { return }
    let payload = node.pointee.parts[index].node
    let used = 1 + Int(payload?.pointee.flatCount ?? 0)
    for slot in used..<max(used, Int(node.pointee.flatCount)) { slots[slot] = 0 }
  }
}
