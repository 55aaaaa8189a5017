// Binary Format, Types. Reading only says what the bytes mean: whether indices exist and features are on is validated.

import WasmSyntax

extension ByteReader {
  package mutating func readValueType() throws(ModuleError) -> ValueType {
    guard let byte = peekByte() else { throw unexpectedEnd() }
    switch byte {
    case 0x7F:
      pointer += 1
      return .i32
    case 0x7E:
      pointer += 1
      return .i64
    case 0x7D:
      pointer += 1
      return .f32
    case 0x7C:
      pointer += 1
      return .f64
    case 0x7B:
      pointer += 1
      return .v128
    default: return try readReferenceType(otherwise: "malformed value type")
    }
  }

  /// A reference type; `message` is what the error says if there is something else.
  package mutating func readReferenceType(
    otherwise message: String = "malformed reference type"
  ) throws(ModuleError) -> ValueType {
    let start = position
    let byte = try readByte()
    switch byte {
    case 0x63: return ValueType(nullable: true, try readHeapType())
    case 0x64: return ValueType(nullable: false, try readHeapType())
    default:
      guard let abstract = AbstractHeapType(encoding: byte) else {
        throw malformed(message, at: start)
      }
      return ValueType(nullable: true, HeapType(abstract))
    }
  }

  package mutating func readHeapType() throws(ModuleError) -> HeapType {
    let start = position
    let code = try readS33()
    if code >= 0 {
      guard code <= HeapType.maximumIndex else { throw invalid("unknown type \(code)", at: start) }
      return HeapType(index: UInt32(truncatingIfNeeded: code))
    }
    guard code >= -64,
      let abstract = AbstractHeapType(encoding: UInt8(truncatingIfNeeded: code) & 0x7F)
    else { throw malformed("malformed heap type", at: start) }
    return HeapType(abstract)
  }

  package mutating func readStorageType() throws(ModuleError) -> StorageType {
    switch peekByte() {
    case 0x78:
      pointer += 1
      return .i8
    case 0x77:
      pointer += 1
      return .i16
    default: return .value(try readValueType())
    }
  }

  package mutating func readMutability() throws(ModuleError) -> Bool {
    let start = position
    switch try readByte() {
    case 0: return false
    case 1: return true
    default: throw malformed("malformed mutability", at: start)
    }
  }

  package mutating func readFieldType() throws(ModuleError) -> FieldType {
    let storage = try readStorageType()
    return FieldType(storage: storage, isMutable: try readMutability())
  }

  /// What limits say besides their numbers.
  struct LimitsFlags {
    var bits: UInt8
    var hasMaximum: Bool { bits & 1 != 0 }
    var isShared: Bool { bits & 2 != 0 }
    var addressType: AddressType { bits & 4 != 0 ? .i64 : .i32 }
    var hasPageSize: Bool { bits & 8 != 0 }
  }

  mutating func readLimits(
    allowed: UInt8
  ) throws(ModuleError) -> (flags: LimitsFlags, limits: Limits) {
    let start = position
    let flags = LimitsFlags(bits: try readByte())
    guard flags.bits & ~allowed == 0 else { throw malformed("malformed limits flags", at: start) }
    let minimum = try readU64()
    let maximum: UInt64? = flags.hasMaximum ? try readU64() : nil
    return (flags, Limits(minimum: minimum, maximum: maximum))
  }

  package mutating func readTableType() throws(ModuleError) -> TableType {
    let element = try readReferenceType()
    let (flags, limits) = try readLimits(allowed: 0b0101)
    return TableType(addressType: flags.addressType, limits: limits, element: element)
  }

  package mutating func readMemoryType() throws(ModuleError) -> MemoryType {
    let (flags, limits) = try readLimits(allowed: 0b1111)
    let pageSizeStart = position
    let pageSizeLog2 = flags.hasPageSize ? try readU32() : MemoryType.defaultPageSizeLog2
    guard pageSizeLog2 < 64 else {
      throw malformed("invalid custom page size", at: pageSizeStart)
    }
    return MemoryType(
      addressType: flags.addressType, limits: limits, isShared: flags.isShared,
      pageSizeLog2: pageSizeLog2)
  }

  package mutating func readGlobalType() throws(ModuleError) -> GlobalType {
    let valueType = try readValueType()
    return GlobalType(valueType: valueType, isMutable: try readMutability())
  }

  /// A tag type: its attribute byte and type index.
  package mutating func readTagType() throws(ModuleError) -> UInt32 {
    let start = position
    guard try readByte() == 0 else { throw malformed("malformed tag attribute", at: start) }
    return try readU32()
  }

  package mutating func readExternType() throws(ModuleError) -> ExternType {
    let start = position
    guard let kind = ExternKind(rawValue: try readByte()) else {
      throw malformed("malformed import kind", at: start)
    }
    switch kind {
    case .function: return .function(type: try readU32())
    case .table: return .table(try readTableType())
    case .memory: return .memory(try readMemoryType())
    case .global: return .global(try readGlobalType())
    case .tag: return .tag(type: try readTagType())
    }
  }
}

extension AbstractHeapType {
  /// The heap type with this one-byte encoding.
  package init?(encoding: UInt8) {
    switch encoding {
    case 0x69: self = .exn
    case 0x6A: self = .array
    case 0x6B: self = .struct
    case 0x6C: self = .i31
    case 0x6D: self = .eq
    case 0x6E: self = .any
    case 0x6F: self = .extern
    case 0x70: self = .func
    case 0x71: self = .none
    case 0x72: self = .noextern
    case 0x73: self = .nofunc
    case 0x74: self = .noexn
    default: return nil
    }
  }
}
