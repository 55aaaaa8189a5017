// Binary Format, Types: the type section's recursion groups.

import WasmSyntax

extension ModuleDecoder {
  /// A recursion group; a lone type is a group of one.
  mutating func decodeRecursiveType() throws(ModuleError) {
    let first = module.types.types.count
    if reader.peekByte() == 0x4E {
      _ = try reader.readByte()
      let count = try reader.readCount()
      try check(count, "types in a recursion group", limits.recursionGroupTypes)
      try check(first + count, "types", limits.types)
      for _ in 0..<count { module.types.types.append(try decodeSubType()) }
    } else {
      try check(first + 1, "types", limits.types)
      module.types.types.append(try decodeSubType())
    }
    module.types.recursionGroups.append(first..<module.types.types.count)
  }

  private mutating func decodeSubType() throws(ModuleError) -> SubType {
    let form = reader.peekByte()
    guard form == 0x50 || form == 0x4F else { return SubType(composite: try decodeCompositeType()) }
    _ = try reader.readByte()
    var supertypes: [UInt32] = []
    for _ in 0..<(try reader.readCount()) { supertypes.append(try reader.readU32()) }
    return SubType(
      isFinal: form == 0x4F, supertypes: supertypes, composite: try decodeCompositeType())
  }

  private mutating func decodeCompositeType() throws(ModuleError) -> CompositeType {
    let start = reader.position
    switch try reader.readByte() {
    case 0x60:
      let parameters = try decodeResultType("parameters", limits.parameters)
      let results = try decodeResultType("results", limits.results)
      return .function(FunctionType(parameters: parameters, results: results))
    case 0x5F:
      let count = try reader.readCount()
      try check(count, "fields in a structure", limits.structFields)
      var fields: [FieldType] = []
      fields.reserveCapacity(count)
      for _ in 0..<count { fields.append(try reader.readFieldType()) }
      return .structure(fields)
    case 0x5E: return .array(try reader.readFieldType())
    default: throw reader.malformed("malformed definition type", at: start)
    }
  }

  private mutating func decodeResultType(
    _ what: String, _ limit: Int
  ) throws(ModuleError) -> [ValueType] {
    let count = try reader.readCount()
    try check(count, what, limit)
    var types: [ValueType] = []
    types.reserveCapacity(count)
    for _ in 0..<count { types.append(try reader.readValueType()) }
    return types
  }
}
