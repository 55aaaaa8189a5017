// What the component grammar asks of a cursor beyond the core grammar. Its keywords are compared by spelling: they are many,
// each stands in one place, and component text is short next to the core modules inside it.

import WasmSyntax

extension TextCursor {
  // MARK: Looking

  /// The spelling of a keyword.
  func keyword(_ distance: Int = 0) -> String? {
    let token = peek(distance)
    return token.kind == .keyword ? source.text(of: token) : nil
  }

  /// The keyword behind the left parenthesis it stands on.
  var formKeyword: String? { isAtLeftParen ? keyword(1) : nil }

  private func spells(_ token: Token, _ keyword: StaticString) -> Bool {
    token.kind == .keyword
      && source.withBytes(of: token) {
        $0.elementsEqual(
          UnsafeBufferPointer(start: keyword.utf8Start, count: keyword.utf8CodeUnitCount))
      }
  }

  func isAt(_ keyword: StaticString) -> Bool { spells(token, keyword) }

  func isAtForm(_ keyword: StaticString) -> Bool { isAtLeftParen && spells(peek(1), keyword) }

  var isAtEndOfForm: Bool { token.kind == .rightParen || token.kind == .end }

  /// Whether it stands on an identifier or a number.
  var isAtIndex: Bool { token.kind == .identifier || token.kind == .number }

  // MARK: Moving

  mutating func take(_ keyword: StaticString) -> Bool {
    guard isAt(keyword) else { return false }
    advance()
    return true
  }

  mutating func takeForm(_ keyword: StaticString) -> Bool {
    guard isAtForm(keyword) else { return false }
    advance()
    advance()
    return true
  }

  mutating func expect(_ keyword: StaticString) throws(ModuleError) {
    guard take(keyword) else { throw unexpectedToken() }
  }

  mutating func expectForm(_ keyword: StaticString) throws(ModuleError) {
    guard takeForm(keyword) else { throw unexpectedToken() }
  }

  /// The symbol of an identifier.
  mutating func takeIdentifier() -> UInt32? { take(.identifier)?.payload }

  mutating func expectNameString() throws(ModuleError) -> String {
    String(decoding: try expectName(), as: UTF8.self)
  }

  // MARK: Annotations

  /// The annotations in front of the token it stands on.
  var annotations: ArraySlice<Annotation> {
    let all = source.annotations
    // They are in the order of the source.
    func firstPosition(atOrBehind tokenIndex: Int) -> Int {
      var low = 0
      var high = all.count
      while low < high {
        let middle = low + (high - low) / 2
        if all[middle].tokenIndex < tokenIndex { low = middle + 1 } else { high = middle }
      }
      return low
    }
    return all[firstPosition(atOrBehind: index)..<firstPosition(atOrBehind: index + 1)]
  }

  /// The name that a `(@name "...")` in front of the current token gives.
  func nameAnnotation() throws(ModuleError) -> String? {
    guard let annotation = annotations.first(where: { $0.kind == .name }) else { return nil }
    return try nameString(of: annotation)
  }

  /// The one string that an annotation contains.
  func nameString(
    of annotation: Annotation, isOptional: Bool = false
  ) throws(ModuleError) -> String? {
    let contents = source.annotationTokens[annotation.contents]
    if isOptional, contents.isEmpty { return nil }
    guard contents.count == 1, let token = contents.first, token.kind == .string else {
      throw ModuleError(
        .malformed, "@\(annotation.kind.id) annotation: unexpected token",
        at: .offset(Int(annotation.start)))
    }
    let bytes = source.string(token)
    guard isValidUTF8(bytes) else { throw error("malformed UTF-8 encoding", at: token) }
    return String(decoding: bytes, as: UTF8.self)
  }
}
