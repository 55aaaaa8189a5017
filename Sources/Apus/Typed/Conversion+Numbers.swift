// Numbers, Booleans and characters: values that are one core value each.

import ComponentRuntime

/// `u8`
extension UInt8: ComponentConvertible {
  public static var componentType: ValueType { .u8 }
  public static var elementCopying: ElementCopying { ElementCopying(kind: .u8) }

  public static func lift(from source: borrowing ComponentSource) throws(ConversionError) -> UInt8 {
    UInt8(truncatingIfNeeded: try source.scalar(.u8))
  }

  public func lower(to destination: borrowing ComponentDestination) throws(ConversionError) {
    try destination.setScalar(.u8, UInt64(self))
  }
}

/// `s8`
extension Int8: ComponentConvertible {
  public static var componentType: ValueType { .s8 }
  public static var elementCopying: ElementCopying { ElementCopying(kind: .s8) }

  public static func lift(from source: borrowing ComponentSource) throws(ConversionError) -> Int8 {
    Int8(truncatingIfNeeded: try source.scalar(.s8))
  }

  public func lower(to destination: borrowing ComponentDestination) throws(ConversionError) {
    try destination.setScalar(.s8, UInt64(UInt32(bitPattern: Int32(self))))
  }
}

/// `u16`
extension UInt16: ComponentConvertible {
  public static var componentType: ValueType { .u16 }
  public static var elementCopying: ElementCopying { ElementCopying(kind: .u16) }

  public static func lift(from source: borrowing ComponentSource) throws(ConversionError) -> UInt16
  {
    UInt16(truncatingIfNeeded: try source.scalar(.u16))
  }

  public func lower(to destination: borrowing ComponentDestination) throws(ConversionError) {
    try destination.setScalar(.u16, UInt64(self))
  }
}

/// `s16`
extension Int16: ComponentConvertible {
  public static var componentType: ValueType { .s16 }
  public static var elementCopying: ElementCopying { ElementCopying(kind: .s16) }

  public static func lift(from source: borrowing ComponentSource) throws(ConversionError) -> Int16 {
    Int16(truncatingIfNeeded: try source.scalar(.s16))
  }

  public func lower(to destination: borrowing ComponentDestination) throws(ConversionError) {
    try destination.setScalar(.s16, UInt64(UInt32(bitPattern: Int32(self))))
  }
}

/// `u32`
extension UInt32: ComponentConvertible {
  public static var componentType: ValueType { .u32 }
  public static var elementCopying: ElementCopying { ElementCopying(kind: .u32) }

  public static func lift(from source: borrowing ComponentSource) throws(ConversionError) -> UInt32
  {
    UInt32(truncatingIfNeeded: try source.scalar(.u32))
  }

  public func lower(to destination: borrowing ComponentDestination) throws(ConversionError) {
    try destination.setScalar(.u32, UInt64(self))
  }
}

/// `s32`
extension Int32: ComponentConvertible {
  public static var componentType: ValueType { .s32 }
  public static var elementCopying: ElementCopying { ElementCopying(kind: .s32) }

  public static func lift(from source: borrowing ComponentSource) throws(ConversionError) -> Int32 {
    Int32(truncatingIfNeeded: try source.scalar(.s32))
  }

  public func lower(to destination: borrowing ComponentDestination) throws(ConversionError) {
    try destination.setScalar(.s32, UInt64(UInt32(bitPattern: self)))
  }
}

/// `u64`
extension UInt64: ComponentConvertible {
  public static var componentType: ValueType { .u64 }
  public static var elementCopying: ElementCopying { ElementCopying(kind: .u64) }

  public static func lift(from source: borrowing ComponentSource) throws(ConversionError) -> UInt64
  {
    UInt64(truncatingIfNeeded: try source.scalar(.u64))
  }

  public func lower(to destination: borrowing ComponentDestination) throws(ConversionError) {
    try destination.setScalar(.u64, self)
  }
}

/// `s64`
extension Int64: ComponentConvertible {
  public static var componentType: ValueType { .s64 }
  public static var elementCopying: ElementCopying { ElementCopying(kind: .s64) }

  public static func lift(from source: borrowing ComponentSource) throws(ConversionError) -> Int64 {
    Int64(truncatingIfNeeded: try source.scalar(.s64))
  }

  public func lower(to destination: borrowing ComponentDestination) throws(ConversionError) {
    try destination.setScalar(.s64, UInt64(bitPattern: self))
  }
}

/// `f32`
extension Float: ComponentConvertible {
  public static var componentType: ValueType { .f32 }
  public static var elementCopying: ElementCopying { ElementCopying(kind: .f32) }

  public static func lift(from source: borrowing ComponentSource) throws(ConversionError) -> Float {
    Float(bitPattern: UInt32(truncatingIfNeeded: try source.scalar(.f32)))
  }

  public func lower(to destination: borrowing ComponentDestination) throws(ConversionError) {
    try destination.setScalar(.f32, canonicalizeNaN32(UInt64(bitPattern)))
  }
}

/// `f64`
extension Double: ComponentConvertible {
  public static var componentType: ValueType { .f64 }
  public static var elementCopying: ElementCopying { ElementCopying(kind: .f64) }

  public static func lift(from source: borrowing ComponentSource) throws(ConversionError) -> Double
  {
    Double(bitPattern: try source.scalar(.f64))
  }

  public func lower(to destination: borrowing ComponentDestination) throws(ConversionError) {
    try destination.setScalar(.f64, canonicalizeNaN64(bitPattern))
  }
}

/// `bool`
extension Bool: ComponentConvertible {
  public static var componentType: ValueType { .bool }

  public static func lift(from source: borrowing ComponentSource) throws(ConversionError) -> Bool {
    try source.scalar(.bool) != 0
  }

  public func lower(to destination: borrowing ComponentDestination) throws(ConversionError) {
    try destination.setScalar(.bool, self ? 1 : 0)
  }
}

/// `char`
extension Unicode.Scalar: ComponentConvertible {
  public static var componentType: ValueType { .char }

  public static func lift(from source: borrowing ComponentSource) throws(ConversionError)
    -> Unicode.Scalar
  {
    // Lifting has checked that it is one.
    Unicode.Scalar(UInt32(truncatingIfNeeded: try source.scalar(.char))) ?? "\u{fffd}"
  }

  public func lower(to destination: borrowing ComponentDestination) throws(ConversionError) {
    try destination.setScalar(.char, UInt64(value))
  }
}
