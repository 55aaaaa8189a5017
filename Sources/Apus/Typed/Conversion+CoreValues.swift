// Values that are one core value each, where functions have no others: what is lifted and lowered is then all there is to do,
// and is inlined into the program. The same as `lift` and `lower` of these types, by the rules of Flat Lifting and Flat
// Lowering. Characters are not among them: lifting one can trap, which has to happen within the call.

import ComponentRuntime

// Integers of less than 32 bits are sign- or zero-extended to 32; what else a guest has in the slot does not count.

extension UInt8 {
  @inlinable public static var isCoreValue: Bool { true }
  @inlinable public static func lift(coreValue bits: UInt64) -> UInt8 {
    UInt8(truncatingIfNeeded: bits)
  }
  @inlinable public var coreValue: UInt64 { UInt64(self) }
}

extension Int8 {
  @inlinable public static var isCoreValue: Bool { true }
  @inlinable public static func lift(coreValue bits: UInt64) -> Int8 {
    Int8(truncatingIfNeeded: bits)
  }
  @inlinable public var coreValue: UInt64 { UInt64(UInt32(bitPattern: Int32(self))) }
}

extension UInt16 {
  @inlinable public static var isCoreValue: Bool { true }
  @inlinable public static func lift(coreValue bits: UInt64) -> UInt16 {
    UInt16(truncatingIfNeeded: bits)
  }
  @inlinable public var coreValue: UInt64 { UInt64(self) }
}

extension Int16 {
  @inlinable public static var isCoreValue: Bool { true }
  @inlinable public static func lift(coreValue bits: UInt64) -> Int16 {
    Int16(truncatingIfNeeded: bits)
  }
  @inlinable public var coreValue: UInt64 { UInt64(UInt32(bitPattern: Int32(self))) }
}

extension UInt32 {
  @inlinable public static var isCoreValue: Bool { true }
  @inlinable public static func lift(coreValue bits: UInt64) -> UInt32 {
    UInt32(truncatingIfNeeded: bits)
  }
  @inlinable public var coreValue: UInt64 { UInt64(self) }
}

extension Int32 {
  @inlinable public static var isCoreValue: Bool { true }
  @inlinable public static func lift(coreValue bits: UInt64) -> Int32 {
    Int32(truncatingIfNeeded: bits)
  }
  @inlinable public var coreValue: UInt64 { UInt64(UInt32(bitPattern: self)) }
}

extension UInt64 {
  @inlinable public static var isCoreValue: Bool { true }
  @inlinable public static func lift(coreValue bits: UInt64) -> UInt64 { bits }
  @inlinable public var coreValue: UInt64 { self }
}

extension Int64 {
  @inlinable public static var isCoreValue: Bool { true }
  @inlinable public static func lift(coreValue bits: UInt64) -> Int64 { Int64(bitPattern: bits) }
  @inlinable public var coreValue: UInt64 { UInt64(bitPattern: self) }
}

extension Float {
  @inlinable public static var isCoreValue: Bool { true }
  public static func lift(coreValue bits: UInt64) -> Float {
    Float(bitPattern: UInt32(truncatingIfNeeded: canonicalizeNaN32(bits & 0xffff_ffff)))
  }
  public var coreValue: UInt64 { canonicalizeNaN32(UInt64(bitPattern)) }
}

extension Double {
  @inlinable public static var isCoreValue: Bool { true }
  public static func lift(coreValue bits: UInt64) -> Double {
    Double(bitPattern: canonicalizeNaN64(bits))
  }
  public var coreValue: UInt64 { canonicalizeNaN64(bitPattern) }
}

extension Bool {
  @inlinable public static var isCoreValue: Bool { true }
  @inlinable public static func lift(coreValue bits: UInt64) -> Bool { bits & 0xffff_ffff != 0 }
  @inlinable public var coreValue: UInt64 { self ? 1 : 0 }
}
