// Component Binary Format, Value Definitions: the bytes of a value of a known type, which have been validated.

import WasmBinary
import WasmSyntax
import WasmValidation

/// Reads values. Recursion is as deep as the type is.
struct ValueDecoder {
  private let types: ComponentTypes
  private var reader: ByteReader

  init(_ bytes: Bytes, _ types: ComponentTypes) {
    self.types = types
    reader = ByteReader(bytes)
  }

  mutating func value(_ type: ValueTypeID) throws(ModuleError) -> ComponentValue {
    switch types[type].shape {
    case .primitive(let primitive): return try scalar(primitive)
    case .record(let fields):
      var values: [ComponentValue.RecordField] = []
      for field in fields { values.append(.init(field.label, try value(field.type))) }
      return .record(values)
    case .tuple(let elements):
      var values: [ComponentValue] = []
      for element in elements { values.append(try value(element)) }
      return .tuple(values)
    case .list(let element): return .list(try list(element, Int(try reader.readCount())))
    case .fixedLengthList(let element, let length): return .list(try list(element, Int(length)))
    case .map(let key, let mapped, entry: _):
      var entries: [ComponentValue.MapEntry] = []
      for _ in 0..<(try reader.readCount()) {
        let key = try value(key)
        entries.append(.init(key, try value(mapped)))
      }
      return .map(entries)
    case .variant(let cases):
      let item = cases[Int(try reader.readU32())]
      return .variant(label: item.label, payload: try payload(item.type))
    case .enum(let labels): return .enum(labels[Int(try reader.readU32())])
    case .option(let element):
      return .option(try reader.readByte() == 0 ? nil : try value(element))
    case .result(let ok, let error):
      return try .result(reader.readByte() == 0 ? .ok(payload(ok)) : .error(payload(error)))
    case .flags(let labels): return .flags(try flags(labels))
    case .own, .borrow, .stream, .future:
      throw reader.invalid("a value definition cannot contain this type")
    }
  }

  private mutating func payload(_ type: ValueTypeID?) throws(ModuleError) -> ComponentValue? {
    guard let type else { return nil }
    return try value(type)
  }

  private mutating func list(
    _ element: ValueTypeID, _ count: Int
  ) throws(ModuleError) -> [ComponentValue] {
    var values: [ComponentValue] = []
    for _ in 0..<count { values.append(try value(element)) }
    return values
  }

  private mutating func flags(_ labels: [String]) throws(ModuleError) -> [String] {
    var set: [String] = []
    var byte: UInt8 = 0
    for (index, label) in labels.enumerated() {
      if index % 8 == 0 { byte = try reader.readByte() }
      if byte >> UInt8(index % 8) & 1 == 1 { set.append(label) }
    }
    return set
  }

  private mutating func scalar(_ type: PrimitiveValType) throws(ModuleError) -> ComponentValue {
    switch type {
    case .bool: .bool(try reader.readByte() != 0)
    case .s8: .s8(Int8(bitPattern: try reader.readByte()))
    case .u8: .u8(try reader.readByte())
    case .s16: .s16(Int16(truncatingIfNeeded: try reader.readS32()))
    case .u16: .u16(UInt16(truncatingIfNeeded: try reader.readU32()))
    case .s32: .s32(try reader.readS32())
    case .u32: .u32(try reader.readU32())
    case .s64: .s64(try reader.readS64())
    case .u64: .u64(try reader.readU64())
    case .f32: .f32(Float(bitPattern: try reader.readF32Bits()))
    case .f64: .f64(Double(bitPattern: try reader.readF64Bits()))
    case .char: .char(try char())
    case .string: .string(try reader.readName())
    case .errorContext: throw reader.invalid("a value definition cannot contain this type")
    }
  }

  /// One scalar value in UTF-8.
  private mutating func char() throws(ModuleError) -> Unicode.Scalar {
    let first = try reader.readByte()
    var bytes = [first]
    for _ in 0..<(first < 0x80 ? 0 : first < 0xE0 ? 1 : first < 0xF0 ? 2 : 3) {
      bytes.append(try reader.readByte())
    }
    return String(decoding: bytes, as: UTF8.self).unicodeScalars.first ?? "\u{fffd}"
  }
}
