// Explainer and Binary Format, Value Definitions. What a value's text means depends on its type, so the parser remembers
// the value types it has seen; a value whose type is only known to the validator is written as `(binary ...)`.

import WasmBinary
import WasmSyntax

/// A value type and the scope whose indices it is made of.
struct ComponentValueShape {
  var type: DefValType
  /// Position among the open scopes.
  var level: Int
}

extension ComponentParser {
  // MARK: Types of values

  mutating func noteValueType(_ index: UInt32, _ type: DefValType) {
    scope.valueTypes[index] = ComponentValueShape(type: type, level: scopes.count - 1)
  }

  /// The type at `index` will be the same as another one of the scope.
  mutating func noteSameValueType(_ index: UInt32, as other: UInt32) {
    scope.valueTypes[index] = scope.valueTypes[other]
  }

  mutating func noteOuterAlias(_ local: UInt32, count: UInt32, index: UInt32, sort: Sort) {
    guard sort == .type, count < scopes.count else { return }
    scope.valueTypes[local] = scopes[scopes.count - 1 - Int(count)].valueTypes[index]
  }

  // MARK: Definitions

  /// `value` behind its keyword, without the closing parenthesis.
  mutating func parseValue() throws(ModuleError) {
    let (identifier, name) = try parseBinding()
    let exports = try parseInlineExports()
    let index: UInt32
    if let alias = try parseInlineAlias() {
      index = try defineAlias(alias, .value, identifier, name: name)
    } else if let importName = try parseInlineImport() {
      let type = ComponentExternType.value(try parseValueBound())
      index = try defineImport(importName, type, identifier, name: name)
    } else {
      let written = try parseValType()
      try defineInlineTypes()
      let type = try resolve(written)
      var writer = ByteWriter()
      try parseValue(type, level: scopes.count - 1, to: &writer)
      scope.encoder.append(.value(ValueDefinition(type: type, bytes: Bytes(writer.bytes))))
      index = try bind(.value, identifier, name: name)
    }
    deferExports(exports, SortIndex(.value, index))
  }

  // MARK: Values

  /// `val`
  private mutating func parseValue(
    _ type: ValType, level: Int, to writer: inout ByteWriter
  ) throws(ModuleError) {
    if cursor.takeForm("binary") {
      writer.writeBytes(cursor.takeStrings())
      return try cursor.expectRightParen()
    }
    switch type {
    case .primitive(let type): try parsePrimitiveValue(type, to: &writer)
    case .index(let index):
      guard let shape = scopes[level].valueTypes[index] else {
        throw cursor.error("unexpected token, a value of this type is written (binary ...)")
      }
      try enterLevel()
      try parseCompoundValue(shape.type, level: shape.level, to: &writer)
      depth -= 1
    }
  }

  private mutating func parsePrimitiveValue(
    _ type: PrimitiveValType, to writer: inout ByteWriter
  ) throws(ModuleError) {
    switch type {
    case .bool:
      let value = cursor.take("true")
      if !value { try cursor.expect("false") }
      writer.writeByte(value ? 1 : 0)
    case .u8: writer.writeByte(UInt8(truncatingIfNeeded: try cursor.expectNatural(bits: 8)))
    case .u16: writer.writeU64(try cursor.expectNatural(bits: 16))
    case .u32: writer.writeU64(try cursor.expectNatural(bits: 32))
    case .u64: writer.writeU64(try cursor.expectNatural(bits: 64))
    case .s8: writer.writeByte(UInt8(truncatingIfNeeded: try cursor.expectSigned(bits: 8)))
    case .s16: writer.writeS64(try cursor.expectSigned(bits: 16))
    case .s32: writer.writeS64(try cursor.expectSigned(bits: 32))
    case .s64: writer.writeS64(try cursor.expectSigned(bits: 64))
    case .f32:
      writer.writeF32(bits: UInt32(truncatingIfNeeded: try cursor.expectCanonicalFloat(.f32)))
    case .f64: writer.writeF64(bits: try cursor.expectCanonicalFloat(.f64))
    case .char: writer.writeBytes(Array(String(try cursor.expectCharacter()).utf8))
    case .string: writer.writeName(try cursor.expectNameString())
    case .errorContext: throw cursor.unexpectedToken()
    }
  }

  /// `val` of a defined type; Binary Format, Value Definitions says how it is written. Where values nest, functions are
  /// small, so that a level takes little native stack.
  private mutating func parseCompoundValue(
    _ type: DefValType, level: Int, to writer: inout ByteWriter
  ) throws(ModuleError) {
    switch type {
    case .primitive(let type): try parsePrimitiveValue(type, to: &writer)
    case .record(let fields):
      try parseValues("record", fields.map(\.type), level, to: &writer)
    case .tuple(let types): try parseValues("tuple", types, level, to: &writer)
    case .variant(let cases): try parseVariant(cases, level, to: &writer)
    case .list(let element): try parseElements(element, level, to: &writer)
    case .fixedLengthList(let element, let length):
      try parseElements(element, level, count: length, to: &writer)
    case .map(let key, let value): try parsePairs(key, value, level, to: &writer)
    case .flags(let labels): try parseFlags(labels, to: &writer)
    case .enum(let labels): try parseEnum(labels, to: &writer)
    case .option(let element):
      let isNone = cursor.isAt("none")
      writer.writeByte(isNone ? 0 : 1)
      try parseCase(isNone ? "none" : "some", isNone ? nil : element, level, to: &writer)
    case .result(let type, let error):
      let isError = cursor.isAt("error") || cursor.isAtForm("error")
      writer.writeByte(isError ? 1 : 0)
      try parseCase(isError ? "error" : "ok", isError ? error : type, level, to: &writer)
    case .own, .borrow, .stream, .future: throw cursor.unexpectedToken()
    }
  }

  private mutating func parseValues(
    _ keyword: StaticString, _ types: [ValType], _ level: Int, to writer: inout ByteWriter
  ) throws(ModuleError) {
    try cursor.expectForm(keyword)
    for type in types { try parseValue(type, level: level, to: &writer) }
    try cursor.expectRightParen()
  }

  private mutating func parseVariant(
    _ cases: [VariantCase], _ level: Int, to writer: inout ByteWriter
  ) throws(ModuleError) {
    try cursor.expectForm("variant")
    let position = try parseLabel(cases.map(\.label))
    writer.writeCount(position)
    if let type = cases[position].type { try parseValue(type, level: level, to: &writer) }
    try cursor.expectRightParen()
  }

  private mutating func parseElements(
    _ type: ValType, _ level: Int, count: UInt32? = nil, to writer: inout ByteWriter
  ) throws(ModuleError) {
    try cursor.expectForm("list")
    var elements = ByteWriter()
    var found = 0
    while !cursor.isAtEndOfForm {
      try parseValue(type, level: level, to: &elements)
      found += 1
    }
    // A length that the type fixes is not written.
    if let count {
      guard found == count else {
        throw cursor.error("unexpected token, the type has \(count) elements, found \(found)")
      }
    } else {
      writer.writeCount(found)
    }
    writer.writeBytes(elements.bytes)
    try cursor.expectRightParen()
  }

  /// A map: a list of tuples.
  private mutating func parsePairs(
    _ key: ValType, _ value: ValType, _ level: Int, to writer: inout ByteWriter
  ) throws(ModuleError) {
    try cursor.expectForm("list")
    var pairs = ByteWriter()
    var count = 0
    while !cursor.isAtEndOfForm {
      try parseValues("tuple", [key, value], level, to: &pairs)
      count += 1
    }
    writer.writeCount(count)
    writer.writeBytes(pairs.bytes)
    try cursor.expectRightParen()
  }

  private mutating func parseFlags(
    _ labels: [String], to writer: inout ByteWriter
  ) throws(ModuleError) {
    try cursor.expectForm("flags")
    var bytes = [UInt8](repeating: 0, count: (labels.count + 7) / 8)
    while !cursor.isAtEndOfForm {
      let position = try parseLabel(labels)
      bytes[position / 8] |= 1 << UInt8(position % 8)
    }
    writer.writeBytes(bytes)
    try cursor.expectRightParen()
  }

  private mutating func parseEnum(
    _ labels: [String], to writer: inout ByteWriter
  ) throws(ModuleError) {
    try cursor.expectForm("enum")
    writer.writeCount(try parseLabel(labels))
    try cursor.expectRightParen()
  }

  /// `ok`, `(ok val)` and the like.
  private mutating func parseCase(
    _ keyword: StaticString, _ type: ValType?, _ level: Int, to writer: inout ByteWriter
  ) throws(ModuleError) {
    guard let type else { return try cursor.expect(keyword) }
    try cursor.expectForm(keyword)
    try parseValue(type, level: level, to: &writer)
    try cursor.expectRightParen()
  }

  /// The position of a label among those of a type.
  private mutating func parseLabel(_ labels: [String]) throws(ModuleError) -> Int {
    let token = cursor.token
    let label = try cursor.expectNameString()
    guard let position = labels.firstIndex(where: { ExactName($0) == ExactName(label) }) else {
      throw cursor.error("unexpected token, the type has no label \"\(label)\"", at: token)
    }
    return position
  }
}

extension TextCursor {
  /// A number between -2^(bits - 1) and 2^(bits - 1) - 1.
  mutating func expectSigned(bits: Int) throws(ModuleError) -> Int64 {
    let token = token
    let literal =
      token.kind == .number ? source.withBytes(of: token) { IntegerLiteral($0) } : nil
    guard let literal else { throw unexpectedToken() }
    let limit: UInt64 = 1 << UInt64(bits - 1)
    let isNegative = literal.sign == .minus
    guard !literal.overflows, isNegative ? literal.magnitude <= limit : literal.magnitude < limit
    else { throw error("s\(bits) constant out of range", at: token) }
    advance()
    let bits = Int64(bitPattern: literal.magnitude)
    return isNegative ? 0 &- bits : bits
  }

  /// `f64canon`: NaN has one form.
  mutating func expectCanonicalFloat(_ format: FloatFormat) throws(ModuleError) -> UInt64 {
    let token = token
    let spelling = source.text(of: token)
    if spelling.contains("nan"), spelling != "nan" { throw unexpectedToken() }
    return try expectFloat(format)
  }

  /// `'c'`
  mutating func expectCharacter() throws(ModuleError) -> Unicode.Scalar {
    guard token.kind == .character, let scalar = Unicode.Scalar(token.payload) else {
      throw unexpectedToken()
    }
    advance()
    return scalar
  }
}
