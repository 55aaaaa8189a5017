// From the text of a core module to its binary form, in the two passes of the specification: the first binds the
// identifiers of all fields, the second encodes them. Nothing in between: an instruction is written when it is read.

import WasmBinary
import WasmSyntax

/// Text Format, Modules.
struct ModuleParser {
  let source: TextSource
  var cursor: TextCursor

  /// A field found by the first pass: where it starts, and its index in the space that it belongs to.
  struct Field {
    var tokenIndex: Int
    var keyword: Keyword
    var index: UInt32
    var isType: Bool { keyword == .type || keyword == .rec }
  }
  var fields: [Field] = []

  var types = IdentifierSpace(of: "type")
  var functions = IdentifierSpace(of: "function")
  var tables = IdentifierSpace(of: "table")
  var memories = IdentifierSpace(of: "memory")
  var tags = IdentifierSpace(of: "tag")
  var globals = IdentifierSpace(of: "global")
  var elements = IdentifierSpace(of: "elem segment")
  var data = IdentifierSpace(of: "data segment")
  /// Of structures: type index and symbol in one number, to the field's index.
  var structureFields: [UInt64: UInt32] = [:]
  var typeTable = TypeTable()

  var sections = ModuleSections()
  /// The expression or function body being written.
  var code = ByteWriter()
  var function = FunctionState()
  /// Set while an error in the encoded module is traced back to the text.
  var probe: InstructionProbe?
  var annotations: AnnotationReader

  /// Starts at a module's first field; `identifier` is the module's own.
  init(_ source: TextSource, at bodyIndex: Int, identifier: Token? = nil) {
    self.source = source
    cursor = TextCursor(source, at: bodyIndex)
    annotations = AnnotationReader(source, from: bodyIndex)
    sections.names.module = identifier.map { source.name(of: $0) }
  }

  /// Reads up to the parenthesis that closes the module, or the end of the source, and leaves the cursor there.
  mutating func parse() throws(ModuleError) -> [UInt8] {
    if let name = try takeNameAnnotation() { sections.names.module = name }
    try declareFields()
    let end = cursor.index
    for field in fieldsInOrder { try encode(field) }
    try annotations.checkAllTaken(upTo: end)
    cursor.index = end
    return sections.encode()
  }

  /// Fields in the order in which they are encoded: types first, which others look into.
  var fieldsInOrder: [Field] { fields.filter(\.isType) + fields.filter { !$0.isType } }

  mutating func encode(_ field: Field) throws(ModuleError) {
    if field.isType { try parseTypeField(field) } else { try parseField(field) }
  }

  // MARK: Indices

  /// Whether the cursor stands on an index.
  var isAtIndex: Bool { cursor.token.kind == .identifier || cursor.token.kind == .number }

  /// A number, or an identifier bound in the space.
  mutating func parseIndex(in space: IdentifierSpace) throws(ModuleError) -> UInt32 {
    guard let identifier = cursor.take(.identifier) else { return try cursor.expectU32() }
    guard let index = space[identifier] else {
      throw cursor.error("unknown \(space.member)", at: identifier)
    }
    return index
  }

  /// An index that may be left out, for 0.
  mutating func parseOptionalIndex(in space: IdentifierSpace) throws(ModuleError) -> UInt32 {
    isAtIndex ? try parseIndex(in: space) : 0
  }

  /// A form of a keyword and an index.
  mutating func parseIndexForm(
    _ keyword: Keyword, in space: IdentifierSpace
  ) throws(ModuleError) -> UInt32 {
    guard cursor.takeForm(keyword) else { throw cursor.unexpectedToken() }
    let index = try parseIndex(in: space)
    try cursor.expectRightParen()
    return index
  }
}

/// A core module in a source.
package struct ModuleText: Sendable {
  package let source: TextSource
  /// The token index of the first field.
  package let bodyIndex: Int
  package let identifier: Token?

  package init(_ source: TextSource, at bodyIndex: Int, identifier: Token? = nil) {
    self.source = source
    self.bodyIndex = bodyIndex
    self.identifier = identifier
  }

  /// The module's binary form. What stands behind its closing parenthesis is not looked at.
  package func encode() throws(ModuleError) -> [UInt8] {
    var parser = ModuleParser(source, at: bodyIndex, identifier: identifier)
    do throws(ModuleError) {
      return try parser.parse()
    } catch {
      throw source.locate(error)
    }
  }
}

/// Encodes a module: `(module ...)`, its binary and quoted forms, or just its fields. Errors give line and column.
package func parseModule(
  _ text: [UInt8], limits: ImplementationLimits = ImplementationLimits()
) throws(ModuleError) -> [UInt8] {
  try encodeModule(try TextSource(text, limits: limits), allowsForms: true, limits)
}

package func parseModule(
  _ text: Bytes, limits: ImplementationLimits = ImplementationLimits()
) throws(ModuleError) -> [UInt8] {
  try parseModule(text.array, limits: limits)
}

/// What a quotation contains is a module or the fields of one, and none of the other forms.
func parseQuotedModule(
  _ text: [UInt8], limits: ImplementationLimits = ImplementationLimits()
) throws(ModuleError) -> [UInt8] {
  try encodeModule(try TextSource(text, limits: limits), allowsForms: false, limits)
}

private func encodeModule(
  _ source: TextSource, allowsForms: Bool, _ limits: ImplementationLimits
) throws(ModuleError) -> [UInt8] {
  var cursor = TextCursor(source)
  guard cursor.takeForm(.module) else { return try ModuleText(source, at: 0).encode() }
  let identifier = cursor.take(.identifier)
  let behind = source.tokens[Int(source.tokens[0].payload) + 1]
  guard behind.kind == .end else {
    throw source.locate(cursor.error("unexpected token behind the module", at: behind))
  }
  guard allowsForms, cursor.isAt(.binary) || cursor.isAt(.quote) else {
    return try ModuleText(source, at: cursor.index, identifier: identifier).encode()
  }
  let isQuote = cursor.take(.quote)
  if !isQuote { cursor.advance() }
  let contents = cursor.takeStrings()
  guard cursor.isAtRightParen else { throw source.locate(cursor.unexpectedToken()) }
  return isQuote ? try parseQuotedModule(contents, limits: limits) : contents
}
