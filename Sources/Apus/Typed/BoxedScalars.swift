// Numbers and cases in boxes, as conversions see them: bits and indices. See `BoxedConversion`.

import ComponentRuntime

extension ValueType {
  /// The kind of a type that is one number.
  var scalarKind: PlanNode.Kind? {
    switch self {
    case .bool: .bool
    case .s8: .s8
    case .u8: .u8
    case .s16: .s16
    case .u16: .u16
    case .s32: .s32
    case .u32: .u32
    case .s64: .s64
    case .u64: .u64
    case .f32: .f32
    case .f64: .f64
    case .char: .char
    case .flags: .flags
    case .string, .errorContext, .list, .fixedLengthList, .map, .record, .tuple, .variant, .enum,
      .option, .result, .own, .borrow, .stream, .future:
      nil
    }
  }

  func scalar(_ bits: UInt64) -> ComponentValue {
    switch self {
    case .bool: .bool(bits != 0)
    case .s8: .s8(Int8(truncatingIfNeeded: bits))
    case .u8: .u8(UInt8(truncatingIfNeeded: bits))
    case .s16: .s16(Int16(truncatingIfNeeded: bits))
    case .u16: .u16(UInt16(truncatingIfNeeded: bits))
    case .s32: .s32(Int32(truncatingIfNeeded: bits))
    case .u32: .u32(UInt32(truncatingIfNeeded: bits))
    case .s64: .s64(Int64(bitPattern: bits))
    case .f32: .f32(Float(bitPattern: UInt32(truncatingIfNeeded: bits)))
    case .f64: .f64(Double(bitPattern: bits))
    case .char: .char(Unicode.Scalar(UInt32(truncatingIfNeeded: bits)) ?? "\u{fffd}")
    case .flags(let labels):
      .flags(labels.enumerated().filter { bits >> UInt64($0.offset) & 1 == 1 }.map(\.element))
    default: .u64(bits)
    }
  }

  /// The cases of a variant, enum, option or result.
  var cases: [Case] {
    switch self {
    case .variant(let cases): cases
    case .enum(let labels): labels.map { Case($0) }
    case .option(let type): [Case("none"), Case("some", type)]
    case .result(let ok, let error): [Case("ok", ok), Case("error", error)]
    default: []
    }
  }
}

extension ComponentValue {
  /// The bits of a number, as lifting finds them; nil for a value of another type.
  func bits(_ type: ValueType) -> UInt64? {
    switch (self, type) {
    case (.bool(let value), .bool): value ? 1 : 0
    case (.s8(let value), .s8): UInt64(bitPattern: Int64(value))
    case (.u8(let value), .u8): UInt64(value)
    case (.s16(let value), .s16): UInt64(bitPattern: Int64(value))
    case (.u16(let value), .u16): UInt64(value)
    case (.s32(let value), .s32): UInt64(bitPattern: Int64(value))
    case (.u32(let value), .u32): UInt64(value)
    case (.s64(let value), .s64): UInt64(bitPattern: value)
    case (.u64(let value), .u64): value
    case (.f32(let value), .f32): UInt64(value.bitPattern)
    case (.f64(let value), .f64): value.bitPattern
    case (.char(let value), .char): UInt64(value.value)
    case (.flags(let set), .flags(let labels)):
      labels.enumerated().reduce(0) { $0 | (set.contains($1.element) ? 1 << UInt64($1.offset) : 0) }
    default: nil
    }
  }
}
