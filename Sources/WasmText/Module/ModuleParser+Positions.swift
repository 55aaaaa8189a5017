// From an offset in an encoded module back to the text. Validation sees only bytes; an error in a module that came from
// text has to name a line. Nothing is recorded while encoding: the module is encoded once more, up to the offset.

import WasmBinary
import WasmSyntax

/// Notices the token at which the code of a function reaches an offset.
struct InstructionProbe {
  /// In the function's body, local declarations included.
  let offset: Int
  private(set) var tokenIndex: Int?

  init(offset: Int) { self.offset = offset }

  @inline(__always)
  mutating func look(at index: Int, written count: Int) {
    if count > offset, tokenIndex == nil { tokenIndex = index }
  }
}

/// The same error with line and column if it names an offset in what `parseText` makes of `text`.
package func locateInText(
  _ error: ModuleError, _ text: Bytes, limits: ImplementationLimits = ImplementationLimits()
) -> ModuleError {
  guard case .offset(let offset) = error.position,
    let source = try? TextSource(text, limits: limits)
  else { return error }
  var cursor = TextCursor(source)
  if cursor.isAtForm("component") { return locate(error, at: offset, in: source, limits) }
  var located = error
  located.position = .offset(cursor.token.startOffset)
  // What a binary or quoted module contains has no lines; its own stand for it.
  if cursor.takeForm(.module) {
    _ = cursor.take(.identifier)
    if cursor.isAt(.binary) || cursor.isAt(.quote) { return source.locate(located) }
  }
  if let token = ModuleParser.token(at: offset, source, bodyIndex: cursor.index) {
    located.position = .offset(token.startOffset)
  }
  return source.locate(located)
}

extension ModuleParser {
  /// The token behind the byte at an offset of the encoded module; nil if none is.
  static func token(at offset: Int, _ source: TextSource, bodyIndex: Int) -> Token? {
    do throws(ModuleError) {
      var first = ModuleParser(source, at: bodyIndex)
      let module = Bytes(try first.parse())
      defer { withExtendedLifetime(module) {} }
      guard let (id, start) = try section(of: module, at: offset) else { return nil }
      var parser = ModuleParser(source, at: bodyIndex)
      return try parser.token(at: max(0, offset - start), in: id, module, contents: start)
    } catch { return nil }
  }

  /// The section that holds an offset and where its entries start.
  private static func section(
    of module: Bytes, at offset: Int
  ) throws(ModuleError) -> (SectionID, entries: Int)? {
    var reader = ByteReader(module)
    try reader.skip(8)
    while !reader.isAtEnd {
      let id = SectionID(rawValue: try reader.readByte())
      var contents = try reader.split(count: try reader.readCount())
      if offset > contents.endPosition || reader.position <= offset { continue }
      guard let id, id != .custom else { return nil }
      if id == .start || id == .dataCount { return (id, contents.position) }
      _ = try contents.readU32()
      return (id, contents.position)
    }
    return nil
  }

  /// Encodes fields until one reaches an offset in a section's entries.
  private mutating func token(
    at offset: Int, in id: SectionID, _ module: Bytes, contents: Int
  ) throws(ModuleError) -> Token? {
    _ = try takeNameAnnotation()
    try declareFields()
    for field in fieldsInOrder {
      let start = sections.entryBytes(of: id)
      try encode(field)
      guard sections.entryBytes(of: id) > offset else { continue }
      let fieldToken = source.tokens[field.tokenIndex]
      guard id == .code else { return fieldToken }
      // The body is behind its size.
      var reader = ByteReader(module)
      reader.move(to: contents + start)
      _ = try reader.readU32()
      probe = InstructionProbe(offset: contents + offset - reader.position)
      try encode(field)
      // The final `end` is the field's parenthesis; before the first instruction there is the field itself.
      guard let index = probe?.tokenIndex else {
        return offset < start + 2 ? fieldToken : source.tokens[Int(fieldToken.payload)]
      }
      return opening(index)
    }
    return nil
  }

  /// A parenthesis that closes stands for the form that it closes.
  private func opening(_ index: Int) -> Token {
    let token = source.tokens[index]
    guard token.kind == .rightParen else { return token }
    return source.tokens[..<index].last { $0.kind == .leftParen && Int($0.payload) == index }
      ?? token
  }
}

extension ModuleSections {
  /// How many bytes the entries of a section take so far.
  fileprivate func entryBytes(of id: SectionID) -> Int {
    switch id {
    case .custom: 0
    case .type: types.writer.count
    case .import: imports.writer.count
    case .function: functions.writer.count
    case .table: tables.writer.count
    case .memory: memories.writer.count
    case .global: globals.writer.count
    case .export: exports.writer.count
    case .start: start == nil ? 0 : .max
    case .element: elements.writer.count
    case .code: code.writer.count
    case .data: data.writer.count
    case .dataCount: needsDataCount ? .max : 0
    case .tag: tags.writer.count
    }
  }
}
