// Reads WAVE. The types say what is expected, so text can be nested only as deep as its type is.

import WasmSyntax
import WasmValidation

/// A call as written: `name(arguments)`.
package struct WaveCall: Sendable {
  /// Everything before the parenthesis, without spaces around it.
  package let name: String
  private let bytes: [UInt8]
  private let argumentsOffset: Int

  package init(_ text: String) throws(WaveError) {
    bytes = Array(text.utf8)
    guard let parenthesis = bytes.firstIndex(of: UInt8(ascii: "(")) else {
      throw WaveError(message: "expected `(`", offset: bytes.count)
    }
    let blanks: Set<UInt8> = [0x20, 0x09, 0x0a, 0x0d]
    var name = bytes[..<parenthesis]
    while let first = name.first, blanks.contains(first) { name.removeFirst() }
    while let last = name.last, blanks.contains(last) { name.removeLast() }
    guard !name.isEmpty else { throw WaveError(message: "expected a function name", offset: 0) }
    self.name = String(decoding: name, as: UTF8.self)
    argumentsOffset = parenthesis + 1
  }

  /// The arguments as values of these types.
  package func arguments(
    _ parameters: [ResolvedField], in types: ComponentTypes
  ) throws(WaveError) -> [ComponentValue] {
    var reader = try WaveReader(bytes, from: argumentsOffset, types)
    return try reader.arguments(parameters)
  }
}

/// Reads values of resolved types.
package struct WaveReader {
  private var lexer: WaveLexer
  private var token = WaveToken.end
  private var offset = 0
  private let types: ComponentTypes

  /// The one value that a text is.
  package static func value(
    _ text: String, _ type: ValueTypeID, in types: ComponentTypes
  ) throws(WaveError) -> ComponentValue {
    var reader = try WaveReader(Array(text.utf8), from: 0, types)
    let value = try reader.value(type)
    guard reader.token == .end else { throw reader.unexpected("the end") }
    return value
  }

  fileprivate init(_ bytes: [UInt8], from start: Int, _ types: ComponentTypes) throws(WaveError) {
    lexer = WaveLexer(bytes, from: start)
    self.types = types
    try advance()
  }

  // MARK: Tokens

  private mutating func advance() throws(WaveError) {
    offset = lexer.skipSpace()
    token = try lexer.next()
  }

  private func unexpected(_ expected: String) -> WaveError {
    WaveError(message: "expected \(expected), found \(token.word)", offset: offset)
  }

  private func error(_ message: String, at offset: Int) -> WaveError {
    WaveError(message: message, offset: offset)
  }

  private func isAt(_ punctuation: Unicode.Scalar) -> Bool {
    token == .punctuation(UInt8(ascii: punctuation))
  }

  private mutating func take(_ punctuation: Unicode.Scalar) throws(WaveError) -> Bool {
    guard isAt(punctuation) else { return false }
    try advance()
    return true
  }

  private mutating func expect(_ punctuation: Unicode.Scalar) throws(WaveError) {
    guard try take(punctuation) else { throw unexpected("`\(Character(punctuation))`") }
  }

  /// Whether the token is this keyword.
  private func isAt(keyword: String) -> Bool { token == .label(keyword, isEscaped: false) }

  private mutating func label() throws(WaveError) -> String {
    guard case .label(let label, _) = token else { throw unexpected("a label") }
    try advance()
    return label
  }

  /// Items between brackets, with a comma behind each but the last, where it may stand too.
  private mutating func items(
    until closing: Unicode.Scalar, _ item: (inout WaveReader) throws(WaveError) -> Void
  ) throws(WaveError) {
    while !isAt(closing) {
      try item(&self)
      guard try take(",") else { break }
    }
    try expect(closing)
  }

  // MARK: Values

  fileprivate mutating func arguments(
    _ parameters: [ResolvedField]
  ) throws(WaveError) -> [ComponentValue] {
    var values: [ComponentValue] = []
    let start = offset
    try items(until: ")") { reader throws(WaveError) in
      guard values.count < parameters.count else {
        throw reader.error(
          "expected \(parameters.count) arguments, found more", at: reader.offset)
      }
      values.append(try reader.value(parameters[values.count].type))
    }
    guard token == .end else { throw unexpected("the end") }
    guard values.count == parameters.count else {
      throw error("expected \(parameters.count) arguments, found \(values.count)", at: start)
    }
    return values
  }

  private mutating func value(_ type: ValueTypeID) throws(WaveError) -> ComponentValue {
    switch types[type].shape {
    case .primitive(let primitive): return try self.primitive(primitive)
    case .record(let fields): return try record(fields)
    case .variant(let cases): return try variant(cases)
    case .list(let element): return .list(try list(element, length: nil))
    case .fixedLengthList(let element, let length):
      return .list(try list(element, length: Int(length)))
    case .map(_, _, let entry): return .map(try map(entry))
    case .tuple(let elements): return .tuple(try tuple(elements))
    case .flags(let labels): return try flags(labels)
    case .enum(let labels): return try `enum`(labels)
    case .option(let payload): return try option(payload)
    case .result(let ok, let error): return try result(ok, error)
    case .own, .borrow, .stream, .future:
      throw error("a value of type \(types[type].shape.word) cannot be written", at: offset)
    }
  }

  private mutating func primitive(
    _ type: PrimitiveValType
  ) throws(WaveError) -> ComponentValue {
    switch type {
    case .bool:
      let isTrue = isAt(keyword: "true")
      guard isTrue || isAt(keyword: "false") else { throw unexpected("bool") }
      try advance()
      return .bool(isTrue)
    case .s8: return .s8(try integer("s8"))
    case .u8: return .u8(try integer("u8"))
    case .s16: return .s16(try integer("s16"))
    case .u16: return .u16(try integer("u16"))
    case .s32: return .s32(try integer("s32"))
    case .u32: return .u32(try integer("u32"))
    case .s64: return .s64(try integer("s64"))
    case .u64: return .u64(try integer("u64"))
    case .f32: return .f32(try float("f32"))
    case .f64: return .f64(try float("f64"))
    case .char:
      guard case .character(let scalar) = token else { throw unexpected("char") }
      try advance()
      return .char(scalar)
    case .string:
      guard case .string(let string) = token else { throw unexpected("string") }
      try advance()
      return .string(string)
    case .errorContext:
      throw error("a value of type error-context cannot be written", at: offset)
    }
  }

  private mutating func integer<Integer: FixedWidthInteger>(
    _ word: String
  ) throws(WaveError) -> Integer {
    guard case .number(let text) = token else { throw unexpected(word) }
    // `-0` is a number of signed types only.
    let isNegative = text.utf8.first == UInt8(ascii: "-")
    guard let value = Integer(text), Integer.isSigned || !isNegative else {
      throw error("\(text) is no \(word)", at: offset)
    }
    try advance()
    return value
  }

  private mutating func float<Value: BinaryFloatingPoint & LosslessStringConvertible>(
    _ word: String
  ) throws(WaveError) -> Value {
    var value: Value?
    switch token {
    case .label("nan", isEscaped: false): value = .nan
    case .label("inf", isEscaped: false): value = .infinity
    case .number("-inf"): value = -.infinity
    case .number(let text): value = Value(text)
    case .label, .punctuation, .character, .string, .end: break
    }
    guard let value else { throw unexpected(word) }
    try advance()
    return value
  }

  private mutating func list(
    _ element: ValueTypeID, length: Int?
  ) throws(WaveError) -> [ComponentValue] {
    let start = offset
    guard try take("[") else { throw unexpected("list") }
    var values: [ComponentValue] = []
    try items(until: "]") { reader throws(WaveError) in
      values.append(try reader.value(element))
    }
    if let length, values.count != length {
      throw error("expected \(length) elements, found \(values.count)", at: start)
    }
    return values
  }

  /// A map is written as the list of tuples that it stands for.
  private mutating func map(
    _ entry: ValueTypeID
  ) throws(WaveError) -> [ComponentValue.MapEntry] {
    var entries: [ComponentValue.MapEntry] = []
    for value in try list(entry, length: nil) {
      guard case .tuple(let parts) = value, parts.count == 2 else { continue }
      entries.append(ComponentValue.MapEntry(parts[0], parts[1]))
    }
    return entries
  }

  private mutating func tuple(_ elements: [ValueTypeID]) throws(WaveError) -> [ComponentValue] {
    let start = offset
    guard try take("(") else { throw unexpected("tuple") }
    var values: [ComponentValue] = []
    try items(until: ")") { reader throws(WaveError) in
      guard values.count < elements.count else {
        throw reader.error("expected \(elements.count) elements, found more", at: reader.offset)
      }
      values.append(try reader.value(elements[values.count]))
    }
    guard values.count == elements.count else {
      throw error("expected \(elements.count) elements, found \(values.count)", at: start)
    }
    return values
  }

  /// Fields in any order; those that are options may be missing. `{:}` has none.
  private mutating func record(_ fields: [ResolvedField]) throws(WaveError) -> ComponentValue {
    let start = offset
    guard try take("{") else { throw unexpected("record") }
    var values: [String: ComponentValue] = [:]
    if try take(":") {
      try expect("}")
    } else {
      try items(until: "}") { reader throws(WaveError) in
        let at = reader.offset
        let label = try reader.label()
        guard let field = fields.first(where: { $0.label == label }) else {
          throw reader.error("unknown field `\(label)`", at: at)
        }
        try reader.expect(":")
        let value = try reader.value(field.type)
        guard values.updateValue(value, forKey: label) == nil else {
          throw reader.error("duplicate field `\(label)`", at: at)
        }
      }
    }
    var result: [ComponentValue.RecordField] = []
    for field in fields {
      if let value = values[field.label] {
        result.append(ComponentValue.RecordField(field.label, value))
      } else if case .option = types[field.type].shape {
        result.append(ComponentValue.RecordField(field.label, .option(nil)))
      } else {
        throw error("missing field `\(field.label)`", at: start)
      }
    }
    return .record(result)
  }

  private mutating func variant(_ cases: [ResolvedCase]) throws(WaveError) -> ComponentValue {
    let start = offset
    guard case .label = token else { throw unexpected("variant") }
    let label = try label()
    guard let item = cases.first(where: { $0.label == label }) else {
      throw error("unknown case `\(label)`", at: start)
    }
    return .variant(label: label, payload: try payload(item.type, label, start))
  }

  /// What is in parentheses behind a case.
  private mutating func payload(
    _ type: ValueTypeID?, _ label: String, _ start: Int
  ) throws(WaveError) -> ComponentValue? {
    let isGiven = try take("(")
    guard let type else {
      if isGiven { throw error("unexpected payload for `\(label)` case", at: start) }
      return nil
    }
    guard isGiven else { throw error("missing payload for `\(label)` case", at: start) }
    let value = try value(type)
    try expect(")")
    return value
  }

  private mutating func `enum`(_ labels: [String]) throws(WaveError) -> ComponentValue {
    let start = offset
    guard case .label = token else { throw unexpected("enum") }
    let label = try label()
    guard labels.contains(label) else { throw error("unknown case `\(label)`", at: start) }
    return .enum(label)
  }

  private mutating func flags(_ labels: [String]) throws(WaveError) -> ComponentValue {
    guard try take("{") else { throw unexpected("flags") }
    var set: Set<String> = []
    try items(until: "}") { reader throws(WaveError) in
      let at = reader.offset
      let label = try reader.label()
      guard labels.contains(label) else { throw reader.error("unknown flag `\(label)`", at: at) }
      guard set.insert(label).inserted else {
        throw reader.error("duplicate flag `\(label)`", at: at)
      }
    }
    return .flags(labels.filter(set.contains))
  }

  private mutating func option(_ type: ValueTypeID) throws(WaveError) -> ComponentValue {
    let start = offset
    if isAt(keyword: "none") {
      try advance()
      return .option(nil)
    }
    if isAt(keyword: "some") {
      try advance()
      return .option(try payload(type, "some", start))
    }
    guard mayBeBare(type) else { throw unexpected("option") }
    return .option(try value(type))
  }

  private mutating func result(
    _ ok: ValueTypeID?, _ failure: ValueTypeID?
  ) throws(WaveError) -> ComponentValue {
    let start = offset
    if isAt(keyword: "ok") {
      try advance()
      return .result(.ok(try payload(ok, "ok", start)))
    }
    if isAt(keyword: "err") {
      try advance()
      return .result(.error(try payload(failure, "err", start)))
    }
    guard let ok, mayBeBare(ok) else { throw unexpected("result") }
    return .result(.ok(try value(ok)))
  }

  /// Whether `some` or `ok` can be left away around a value of a type.
  private func mayBeBare(_ type: ValueTypeID) -> Bool {
    switch types[type].shape {
    case .option, .result: false
    case .primitive, .record, .variant, .list, .fixedLengthList, .tuple, .flags, .enum, .own,
      .borrow, .stream, .future, .map:
      true
    }
  }
}
