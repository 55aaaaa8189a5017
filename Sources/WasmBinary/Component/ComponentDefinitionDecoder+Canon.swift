// Component Binary Format, Canonical Definitions.

import WasmSyntax

extension ComponentDefinitionDecoder {
  mutating func readCanon() throws(ModuleError) -> Canon {
    let start = reader.position
    let byte = try reader.readByte()
    switch byte {
    case 0x00:
      try readFunctionSort("canonical function lift")
      let function = try reader.readU32()
      let options = try readCanonOptions()
      return .lift(coreFunction: function, options: options, type: try reader.readU32())
    case 0x01:
      try readFunctionSort("canonical function lower")
      let function = try reader.readU32()
      return .lower(function: function, options: try readCanonOptions())
    default:
      guard let builtin = CanonBuiltin(rawValue: byte) else {
        throw invalidLeadingByte(byte, for: "canonical function", at: start)
      }
      return .builtin(builtin, try readImmediates(builtin.definition.immediate))
    }
  }

  /// The zero that stands for the `func` sort.
  private mutating func readFunctionSort(_ what: String) throws(ModuleError) {
    let start = reader.position
    let byte = try reader.readByte()
    guard byte == 0x00 else { throw invalidLeadingByte(byte, for: what, at: start) }
  }

  private mutating func readImmediates(
    _ shape: CanonImmediateShape
  ) throws(ModuleError) -> CanonImmediates {
    var immediates = CanonImmediates()
    switch shape {
    case .none: break
    case .type: immediates.type = try reader.readU32()
    case .typeOptions:
      immediates.type = try reader.readU32()
      immediates.options = try readCanonOptions()
    case .typeAsync:
      immediates.type = try reader.readU32()
      immediates.flag = try readFlag()
    case .async, .cancellable, .shared: immediates.flag = try readFlag()
    case .cancellableMemory:
      immediates.flag = try readFlag()
      immediates.memory = try reader.readU32()
    case .options: immediates.options = try readCanonOptions()
    case .resultOptions:
      immediates.result = try readResultList()
      immediates.options = try readCanonOptions()
    case .valueTypeSlot:
      immediates.valueType = try reader.readValueType()
      immediates.slot = try reader.readU32()
    case .typeTable:
      immediates.type = try reader.readU32()
      immediates.table = try reader.readU32()
    case .sharedType:
      immediates.flag = try readFlag()
      immediates.type = try reader.readU32()
    case .sharedTypeTable:
      immediates.flag = try readFlag()
      immediates.type = try reader.readU32()
      immediates.table = try reader.readU32()
    }
    return immediates
  }

  private mutating func readFlag() throws(ModuleError) -> Bool {
    let start = reader.position
    switch try reader.readByte() {
    case 0x00: return false
    case 0x01: return true
    default: throw reader.malformed("invalid boolean value", at: start)
    }
  }

  private mutating func readCanonOptions() throws(ModuleError) -> [CanonOption] {
    var options: [CanonOption] = []
    for _ in 0..<(try reader.readCount()) { options.append(try readCanonOption()) }
    return options
  }

  private mutating func readCanonOption() throws(ModuleError) -> CanonOption {
    let start = reader.position
    let byte = try reader.readByte()
    switch byte {
    case 0x00: return .stringEncoding(.utf8)
    case 0x01: return .stringEncoding(.utf16)
    case 0x02: return .stringEncoding(.latin1UTF16)
    case 0x03: return .memory(try reader.readU32())
    case 0x04: return .realloc(try reader.readU32())
    case 0x05: return .postReturn(try reader.readU32())
    case 0x06: return .async
    case 0x07: return .callback(try reader.readU32())
    default: throw invalidLeadingByte(byte, for: "canonical option", at: start)
    }
  }
}
