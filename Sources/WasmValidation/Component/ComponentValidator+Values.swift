// Component Binary Format, Value Definitions and Start Definitions.

import WasmBinary
import WasmSyntax

extension ComponentValidator {
  // MARK: Values

  func addValue(_ value: ValueDefinition) throws(ModuleError) -> ValueTypeID {
    try require(.componentValues, for: "value definitions")
    let type: ValueTypeID = try resolve(value.type)
    let contents: ValueContents = [.own, .borrow, .asyncValue, .errorContext]
    guard types[type].contents.isDisjoint(with: contents) else {
      throw invalid("a value definition cannot contain handles, streams, futures or error contexts")
    }
    var checker = ValueChecker(types: types, reader: ByteReader(value.bytes))
    try checker.check(type)
    guard checker.reader.isAtEnd else {
      throw invalid("unexpected data at the end of a value definition")
    }
    let identity = arena.constant(type, value.bytes)
    scope.values.append((ResolvedValue(type: type, identity: identity), false))
    return type
  }

  // MARK: Start

  func addStart(_ start: ComponentStart) throws(ModuleError) {
    try require(.componentValues, for: "component start functions")
    let function = types[try self.function(start.function)].type
    guard start.arguments.count == function.parameters.count else {
      throw invalid(
        "component start function requires \(function.parameters.count) arguments "
          + "but was given \(start.arguments.count)")
    }
    for (position, parameter) in function.parameters.enumerated() {
      let argument = try consumeValue(start.arguments[position])
      try match("value type mismatch for component start function argument \(position)") {
        () throws(SubtypingError) in
        try subtyping.check(argument.type, against: parameter.type)
      }
    }
    let results = function.result.map { [$0] } ?? []
    guard start.resultCount == results.count else {
      throw invalid(
        "component start function has a result count of \(start.resultCount) "
          + "but the function type has a result count of \(results.count)")
    }
    for result in results {
      scope.values.append((ResolvedValue(type: result, identity: arena.freshValue()), false))
    }
  }
}

/// Reads the bytes of a value of a known type. Recursion is as deep as the type is.
private struct ValueChecker {
  let types: ComponentTypes
  var reader: ByteReader

  mutating func check(_ type: ValueTypeID) throws(ModuleError) {
    switch types[type].shape.despecialized {
    case .scalar(let type): try checkScalar(type)
    case .string: _ = try reader.readName()
    case .record(let fields): for field in fields { try check(field) }
    case .list(let element, nil):
      for _ in 0..<(try reader.readCount()) { try check(element) }
    case .list(let element, let length?): for _ in 0..<length { try check(element) }
    case .variant(let cases): try checkVariant(cases, types[type].shape)
    case .flags(let count): try reader.skip((count + 7) / 8)
    case .errorContext, .own, .borrow, .stream, .future:
      throw reader.invalid("a value definition cannot contain this type")
    }
  }

  private mutating func checkVariant(
    _ cases: [ValueTypeID?], _ shape: ResolvedValueType
  ) throws(ModuleError) {
    let start = reader.position
    let index: UInt32
    switch shape {
    case .option, .result: index = UInt32(try reader.readByte())
    default: index = try reader.readU32()
    }
    guard index < cases.count else {
      throw reader.malformed("case \(index) of \(cases.count) in a value definition", at: start)
    }
    if let payload = cases[Int(index)] { try check(payload) }
  }

  private mutating func checkScalar(_ type: PrimitiveValType) throws(ModuleError) {
    let start = reader.position
    switch type {
    case .bool:
      guard try reader.readByte() <= 1 else {
        throw reader.malformed("invalid boolean value", at: start)
      }
    case .s8, .u8: _ = try reader.readByte()
    case .s16:
      let value = try reader.readS32()
      guard Int16(exactly: value) != nil else {
        throw reader.malformed("integer too large", at: start)
      }
    case .u16:
      let value = try reader.readU32()
      guard value <= UInt16.max else { throw reader.malformed("integer too large", at: start) }
    case .s32: _ = try reader.readS32()
    case .u32: _ = try reader.readU32()
    case .s64: _ = try reader.readS64()
    case .u64: _ = try reader.readU64()
    case .f32:
      let bits = try reader.readF32Bits()
      guard !Float(bitPattern: bits).isNaN || bits == 0x7FC0_0000 else {
        throw reader.malformed("NaN in a value definition is not canonical", at: start)
      }
    case .f64:
      let bits = try reader.readF64Bits()
      guard !Double(bitPattern: bits).isNaN || bits == 0x7FF8_0000_0000_0000 else {
        throw reader.malformed("NaN in a value definition is not canonical", at: start)
      }
    case .char: try checkChar()
    case .string, .errorContext: break
    }
  }

  /// One scalar value in UTF-8.
  private mutating func checkChar() throws(ModuleError) {
    let start = reader.position
    let first = try reader.readByte()
    let count = first < 0x80 ? 0 : first < 0xE0 ? 1 : first < 0xF0 ? 2 : 3
    var bytes = [first]
    for _ in 0..<count { bytes.append(try reader.readByte()) }
    guard let string = String(validating: bytes, as: UTF8.self), string.unicodeScalars.count == 1
    else { throw reader.malformed("malformed UTF-8 encoding", at: start) }
  }
}
