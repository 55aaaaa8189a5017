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

  // MARK: Values

  fileprivate mutating func arguments(
    _ parameters: [ResolvedField]
  ) throws(WaveError) -> [ComponentValue] {
    let values = try positional(parameters.map(\.type), "arguments", from: offset)
    guard token == .end else { throw unexpected("the end") }
    return values
  }

  // Each case has a function of its own, which looks at the type again: see `ValueCheck`.

  private enum Form {
    case primitive
    case record
    case variant
    case list
    case map
    case tuple
    case flags
    case `enum`
    case option
    case result
    case handle
  }

  private func shape(_ type: ValueTypeID) -> ResolvedValueType { types[type].shape }

  private func form(_ type: ValueTypeID) -> Form {
    switch shape(type) {
    case .primitive: .primitive
    case .record: .record
    case .variant: .variant
    case .list, .fixedLengthList: .list
    case .map: .map
    case .tuple: .tuple
    case .flags: .flags
    case .enum: .enum
    case .option: .option
    case .result: .result
    case .own, .borrow, .stream, .future: .handle
    }
  }

  private mutating func value(_ type: ValueTypeID) throws(WaveError) -> ComponentValue {
    switch form(type) {
    case .primitive: return try primitive(type)
    case .record: return try record(type)
    case .variant: return try variant(type)
    case .list: return try list(type)
    case .map: return try map(type)
    case .tuple: return try tuple(type)
    case .flags: return try flags(type)
    case .enum: return try `enum`(type)
    case .option: return try option(type)
    case .result: return try result(type)
    case .handle: throw unwritable(shape(type).word)
    }
  }

  private func unwritable(_ word: String) -> WaveError {
    error("a value of type \(word) cannot be written", at: offset)
  }

  private mutating func primitive(_ type: ValueTypeID) throws(WaveError) -> ComponentValue {
    guard case .primitive(let primitive) = shape(type) else { throw unwritable("?") }
    switch primitive {
    case .bool: return try bool()
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
    case .errorContext: throw unwritable("error-context")
    }
  }

  private mutating func bool() throws(WaveError) -> ComponentValue {
    let isTrue = isAt(keyword: "true")
    guard isTrue || isAt(keyword: "false") else { throw unexpected("bool") }
    try advance()
    return .bool(isTrue)
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

  private mutating func list(_ type: ValueTypeID) throws(WaveError) -> ComponentValue {
    switch shape(type) {
    case .list(let element): return .list(try elements(element))
    case .fixedLengthList(let element, let length):
      let start = offset
      let values = try elements(element)
      guard values.count == Int(length) else {
        throw error("expected \(length) elements, found \(values.count)", at: start)
      }
      return .list(values)
    default: throw unwritable("?")
    }
  }

  private mutating func elements(_ element: ValueTypeID) throws(WaveError) -> [ComponentValue] {
    guard try take("[") else { throw unexpected("list") }
    var values: [ComponentValue] = []
    while !isAt("]") {
      values.append(try value(element))
      guard try take(",") else { break }
    }
    try expect("]")
    return values
  }

  /// A map is written as the list of tuples that it stands for.
  private mutating func map(_ type: ValueTypeID) throws(WaveError) -> ComponentValue {
    guard case .map(_, _, let entry) = shape(type) else { throw unwritable("?") }
    return .map(
      try elements(entry).compactMap {
        guard case .tuple(let parts) = $0, parts.count == 2 else { return nil }
        return ComponentValue.MapEntry(parts[0], parts[1])
      })
  }

  private mutating func tuple(_ type: ValueTypeID) throws(WaveError) -> ComponentValue {
    guard case .tuple(let elements) = shape(type) else { throw unwritable("?") }
    let start = offset
    guard try take("(") else { throw unexpected("tuple") }
    let values = try positional(elements, "elements", from: start)
    return .tuple(values)
  }

  /// As many values as there are types, up to a closing parenthesis.
  private mutating func positional(
    _ elements: [ValueTypeID], _ word: String, from start: Int
  ) throws(WaveError) -> [ComponentValue] {
    var values: [ComponentValue] = []
    while !isAt(")") {
      guard values.count < elements.count else {
        throw error("expected \(elements.count) \(word), found more", at: offset)
      }
      values.append(try value(elements[values.count]))
      guard try take(",") else { break }
    }
    try expect(")")
    guard values.count == elements.count else {
      throw error("expected \(elements.count) \(word), found \(values.count)", at: start)
    }
    return values
  }

  /// Fields in any order; those that are options may be missing. `{:}` has none.
  private mutating func record(_ type: ValueTypeID) throws(WaveError) -> ComponentValue {
    let start = offset
    var values: [String: ComponentValue] = [:]
    if try openRecord() {
      while let field = try fieldHead(type, values) {
        values[field.label] = try value(field.type)
        if try !take(",") { break }
      }
      try expect("}")
    }
    return .record(try complete(type, values, from: start))
  }

  /// False for the empty record.
  private mutating func openRecord() throws(WaveError) -> Bool {
    guard try take("{") else { throw unexpected("record") }
    guard try take(":") else { return true }
    try expect("}")
    return false
  }

  private func fields(_ type: ValueTypeID) -> [ResolvedField] {
    guard case .record(let fields) = shape(type) else { return [] }
    return fields
  }

  /// The name and type of the next field; nil if there is none.
  private mutating func fieldHead(
    _ type: ValueTypeID, _ values: [String: ComponentValue]
  ) throws(WaveError) -> ResolvedField? {
    if isAt("}") { return nil }
    let start = offset
    let label = try label()
    guard let field = fields(type).first(where: { $0.label == label }) else {
      throw error("unknown field `\(label)`", at: start)
    }
    if values[label] != nil { throw error("duplicate field `\(label)`", at: start) }
    try expect(":")
    return field
  }

  private func complete(
    _ type: ValueTypeID, _ values: [String: ComponentValue], from start: Int
  ) throws(WaveError) -> [ComponentValue.RecordField] {
    var result: [ComponentValue.RecordField] = []
    for field in fields(type) {
      if let value = values[field.label] {
        result.append(ComponentValue.RecordField(field.label, value))
      } else if case .option = shape(field.type) {
        result.append(ComponentValue.RecordField(field.label, .option(nil)))
      } else {
        throw error("missing field `\(field.label)`", at: start)
      }
    }
    return result
  }

  private mutating func variant(_ type: ValueTypeID) throws(WaveError) -> ComponentValue {
    let start = offset
    guard case .label(let label, _) = token else { throw unexpected("variant") }
    let payloadType = try caseType(label, of: type)
    try advance()
    return .variant(label: label, payload: try payload(payloadType, label, start))
  }

  private func caseType(
    _ label: String, of type: ValueTypeID
  ) throws(WaveError) -> ValueTypeID? {
    guard case .variant(let cases) = shape(type),
      let item = cases.first(where: { $0.label == label })
    else { throw error("unknown case `\(label)`", at: offset) }
    return item.type
  }

  /// What is in parentheses behind a case.
  private mutating func payload(
    _ type: ValueTypeID?, _ label: String, _ start: Int
  ) throws(WaveError) -> ComponentValue? {
    guard let type = try open(type, label, start) else { return nil }
    let value = try value(type)
    try expect(")")
    return value
  }

  /// Takes the opening parenthesis where there is a payload.
  private mutating func open(
    _ type: ValueTypeID?, _ label: String, _ start: Int
  ) throws(WaveError) -> ValueTypeID? {
    let isGiven = try take("(")
    if type == nil && isGiven { throw error("unexpected payload for `\(label)` case", at: start) }
    if type != nil && !isGiven { throw error("missing payload for `\(label)` case", at: start) }
    return type
  }

  private mutating func `enum`(_ type: ValueTypeID) throws(WaveError) -> ComponentValue {
    guard case .enum(let labels) = shape(type) else { throw unwritable("?") }
    guard case .label(let label, _) = token else { throw unexpected("enum") }
    guard labels.contains(label) else { throw error("unknown case `\(label)`", at: offset) }
    try advance()
    return .enum(label)
  }

  private mutating func flags(_ type: ValueTypeID) throws(WaveError) -> ComponentValue {
    guard case .flags(let labels) = shape(type) else { throw unwritable("?") }
    guard try take("{") else { throw unexpected("flags") }
    var set: Set<String> = []
    while !isAt("}") {
      let start = offset
      let label = try label()
      guard labels.contains(label) else { throw error("unknown flag `\(label)`", at: start) }
      guard set.insert(label).inserted else {
        throw error("duplicate flag `\(label)`", at: start)
      }
      guard try take(",") else { break }
    }
    try expect("}")
    return .flags(labels.filter(set.contains))
  }

  /// What comes first in an option or result, and what its payload is.
  private enum Head {
    case empty
    case bare(ValueTypeID)
    case explicit(ValueTypeID?, String, Int)
    case explicitError(ValueTypeID?, String, Int)
  }

  private mutating func optionHead(_ type: ValueTypeID) throws(WaveError) -> Head {
    guard case .option(let payload) = shape(type) else { throw unwritable("?") }
    let start = offset
    if isAt(keyword: "none") {
      try advance()
      return .empty
    }
    if isAt(keyword: "some") {
      try advance()
      return .explicit(payload, "some", start)
    }
    guard mayBeBare(payload) else { throw unexpected("option") }
    return .bare(payload)
  }

  private mutating func resultHead(_ type: ValueTypeID) throws(WaveError) -> Head {
    guard case .result(let ok, let failure) = shape(type) else { throw unwritable("?") }
    let start = offset
    if isAt(keyword: "ok") {
      try advance()
      return .explicit(ok, "ok", start)
    }
    if isAt(keyword: "err") {
      try advance()
      return .explicitError(failure, "err", start)
    }
    guard let ok, mayBeBare(ok) else { throw unexpected("result") }
    return .bare(ok)
  }

  private mutating func option(_ type: ValueTypeID) throws(WaveError) -> ComponentValue {
    .option(try payload(try optionHead(type)))
  }

  private mutating func result(_ type: ValueTypeID) throws(WaveError) -> ComponentValue {
    let head = try resultHead(type)
    let payload = try payload(head)
    guard case .explicitError = head else { return .result(.ok(payload)) }
    return .result(.error(payload))
  }

  private mutating func payload(_ head: Head) throws(WaveError) -> ComponentValue? {
    switch head {
    case .empty: return nil
    case .bare(let type): return try value(type)
    case .explicit(let type, let label, let start), .explicitError(let type, let label, let start):
      return try payload(type, label, start)
    }
  }

  /// Whether `some` or `ok` can be left away around a value of a type.
  private func mayBeBare(_ type: ValueTypeID) -> Bool {
    switch form(type) {
    case .option, .result: false
    case .primitive, .record, .variant, .list, .map, .tuple, .flags, .enum, .handle: true
    }
  }
}
