// Values of component types as scripts write them: arguments of `invoke` and results of `assert_return`. They say as much
// of their type as their words do; the function called knows the rest.

import WasmSyntax

/// A component value in a script.
package indirect enum ComponentConstant: Hashable, Sendable {
  case bool(Bool)
  case u8(UInt8)
  case s8(Int8)
  case u16(UInt16)
  case s16(Int16)
  case u32(UInt32)
  case s32(Int32)
  case u64(UInt64)
  case s64(Int64)
  case f32(bits: UInt32)
  case f64(bits: UInt64)
  case char(Unicode.Scalar)
  case string(String)
  case list([ComponentConstant])
  case record([Field])
  case tuple([ComponentConstant])
  case variant(String, ComponentConstant?)
  case `enum`(String)
  case option(ComponentConstant?)
  case ok(ComponentConstant?)
  case err(ComponentConstant?)
  case flags([String])

  package struct Field: Hashable, Sendable {
    package var label: String
    package var value: ComponentConstant
    package init(_ label: String, _ value: ComponentConstant) {
      self.label = label
      self.value = value
    }
  }

  /// Reads the form that starts at a token of a source.
  package init(
    _ source: TextSource, at tokenIndex: Int,
    limits: ImplementationLimits = ImplementationLimits()
  ) throws(ModuleError) {
    var parser = ComponentConstantParser(TextCursor(source, at: tokenIndex), limits)
    do throws(ModuleError) {
      self = try parser.parseForm()
    } catch {
      throw source.locate(error)
    }
  }
}

extension ScriptValue {
  /// The argument as a value of a component type; nil if it can only be a core value.
  package func componentConstant() throws(ModuleError) -> ComponentConstant? {
    switch self {
    case .f32(let bits): .f32(bits: bits)
    case .f64(let bits): .f64(bits: bits)
    case .component(let source, let tokenIndex): try ComponentConstant(source, at: tokenIndex)
    case .i32, .i64, .v128, .refNull, .refExtern, .refHost: nil
    }
  }
}

extension ResultPattern {
  /// The result as a value of a component type, which has one NaN only; nil if it can only be a core value.
  package func componentConstant() throws(ModuleError) -> ComponentConstant? {
    switch self {
    case .f32(.bits(let bits)): .f32(bits: UInt32(truncatingIfNeeded: bits))
    case .f32(.canonicalNaN), .f32(.arithmeticNaN): .f32(bits: 0x7FC0_0000)
    case .f64(.bits(let bits)): .f64(bits: bits)
    case .f64(.canonicalNaN), .f64(.arithmeticNaN): .f64(bits: 0x7FF8_0000_0000_0000)
    case .component(let source, let tokenIndex): try ComponentConstant(source, at: tokenIndex)
    case .i32, .i64, .v128, .refNull, .reference, .refExtern, .refHost, .either: nil
    }
  }
}

/// Reads component values of scripts.
struct ComponentConstantParser {
  private var cursor: TextCursor
  private var depth = 0

  private let limits: ImplementationLimits

  init(_ cursor: TextCursor, _ limits: ImplementationLimits) {
    self.cursor = cursor
    self.limits = limits
  }

  /// `(word ...)`
  mutating func parseForm() throws(ModuleError) -> ComponentConstant {
    try cursor.expectLeftParen()
    let constant = try parse()
    try cursor.expectRightParen()
    return constant
  }

  /// A value from its word on.
  private mutating func parse() throws(ModuleError) -> ComponentConstant {
    guard depth < limits.componentNesting else {
      throw ModuleError(
        .limit, "values nested too deeply", at: .offset(cursor.token.startOffset))
    }
    depth += 1
    defer { depth -= 1 }
    if let scalar = try parseScalar() { return scalar }
    return try parseCompound()
  }

  /// Apart from the compound values, so that a level of nesting takes little native stack.
  private mutating func parseScalar() throws(ModuleError) -> ComponentConstant? {
    let start = cursor
    let word = cursor.keyword()
    cursor.advance()
    switch word {
    case "bool.const":
      if cursor.take("true") { return .bool(true) }
      try cursor.expect("false")
      return .bool(false)
    case "u8.const": return .u8(UInt8(truncatingIfNeeded: try cursor.expectNatural(bits: 8)))
    case "s8.const": return .s8(Int8(truncatingIfNeeded: try cursor.expectInteger(bits: 8)))
    case "u16.const": return .u16(UInt16(truncatingIfNeeded: try cursor.expectNatural(bits: 16)))
    case "s16.const": return .s16(Int16(truncatingIfNeeded: try cursor.expectInteger(bits: 16)))
    case "u32.const": return .u32(UInt32(truncatingIfNeeded: try cursor.expectNatural(bits: 32)))
    case "s32.const": return .s32(Int32(truncatingIfNeeded: try cursor.expectInteger(bits: 32)))
    case "u64.const": return .u64(try cursor.expectNatural(bits: 64))
    case "s64.const": return .s64(Int64(bitPattern: try cursor.expectInteger(bits: 64)))
    case "f32.const":
      return .f32(bits: UInt32(truncatingIfNeeded: try cursor.expectFloat(.f32)))
    case "f64.const": return .f64(bits: try cursor.expectFloat(.f64))
    case "char.const": return .char(try parseCharacter())
    case "str.const": return .string(try cursor.expectNameString())
    case "enum.const": return .enum(try cursor.expectNameString())
    case "option.none": return .option(nil)
    case "flags.const":
      var labels: [String] = []
      while !cursor.isAtEndOfForm { labels.append(try cursor.expectNameString()) }
      return .flags(labels)
    default:
      cursor = start
      return nil
    }
  }

  private mutating func parseCompound() throws(ModuleError) -> ComponentConstant {
    if cursor.take("list.const") { return .list(try parseForms()) }
    if cursor.take("record.const") { return .record(try parseFields()) }
    if cursor.take("tuple.const") { return .tuple(try parseForms()) }
    if cursor.take("option.some") { return .option(try parseForm()) }
    if cursor.take("result.ok") { return .ok(try parseOptionalForm()) }
    if cursor.take("result.err") { return .err(try parseOptionalForm()) }
    try cursor.expect("variant.const")
    let label = try cursor.expectNameString()
    return .variant(label, try parseOptionalForm())
  }

  private mutating func parseForms() throws(ModuleError) -> [ComponentConstant] {
    var values: [ComponentConstant] = []
    while !cursor.isAtEndOfForm { values.append(try parseForm()) }
    return values
  }

  private mutating func parseOptionalForm() throws(ModuleError) -> ComponentConstant? {
    cursor.isAtEndOfForm ? nil : try parseForm()
  }

  /// `(field label value)*`, where the value may do without parentheses.
  private mutating func parseFields() throws(ModuleError) -> [ComponentConstant.Field] {
    var fields: [ComponentConstant.Field] = []
    while !cursor.isAtEndOfForm {
      try cursor.expectForm("field")
      let label = try cursor.expectNameString()
      let value = cursor.isAtLeftParen ? try parseForm() : try parse()
      fields.append(ComponentConstant.Field(label, value))
      try cursor.expectRightParen()
    }
    return fields
  }

  /// A string of one character.
  private mutating func parseCharacter() throws(ModuleError) -> Unicode.Scalar {
    let token = cursor.token
    let scalars = try cursor.expectNameString().unicodeScalars
    guard let scalar = scalars.first, scalars.count == 1 else {
      throw cursor.error("unexpected token, one character expected", at: token)
    }
    return scalar
  }
}
