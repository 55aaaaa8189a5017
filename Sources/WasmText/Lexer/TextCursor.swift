// A position among the tokens of a source, with the small questions and expectations that every grammar of the text
// format asks: core modules, scripts, components.

import WasmSyntax

package struct TextCursor {
  package let source: TextSource
  private let tokens: [Token]
  /// Index of the token it stands on.
  package var index: Int

  package init(_ source: TextSource, at index: Int = 0) {
    self.source = source
    tokens = source.tokens
    self.index = index
  }

  // MARK: Looking

  /// The token `distance` ahead.
  @inline(__always)
  func peek(_ distance: Int = 0) -> Token { tokens[min(index + distance, tokens.count - 1)] }

  @inline(__always) var token: Token { peek() }

  @inline(__always) var isAtLeftParen: Bool { token.kind == .leftParen }
  @inline(__always) var isAtRightParen: Bool { token.kind == .rightParen }

  /// Whether it stands on this keyword.
  @inline(__always) func isAt(_ keyword: Keyword) -> Bool { token.word == keyword }

  /// The word behind the left parenthesis it stands on.
  @inline(__always) var formWord: Word { isAtLeftParen ? peek(1).word : .unknown }

  /// Whether it stands on a form that opens with this keyword.
  @inline(__always) func isAtForm(_ keyword: Keyword) -> Bool { formWord == keyword }

  /// The index of the parenthesis that closes the form it stands on.
  var matchingParen: Int { isAtLeftParen ? Int(token.payload) : index }

  // MARK: Moving

  @inline(__always) mutating func advance() { index = min(index + 1, tokens.count - 1) }

  /// Steps over a token, or over a whole form.
  mutating func skip() {
    index = matchingParen
    advance()
  }

  @inline(__always)
  mutating func take(_ kind: Token.Kind) -> Token? {
    let token = token
    guard token.kind == kind else { return nil }
    advance()
    return token
  }

  /// Steps over the keyword if it stands on it.
  @inline(__always)
  mutating func take(_ keyword: Keyword) -> Bool {
    guard isAt(keyword) else { return false }
    advance()
    return true
  }

  /// Steps over the parenthesis and keyword of a form that opens with it.
  @inline(__always)
  mutating func takeForm(_ keyword: Keyword) -> Bool {
    guard isAtForm(keyword) else { return false }
    advance()
    advance()
    return true
  }

  // MARK: Expecting

  mutating func expectLeftParen() throws(ModuleError) {
    guard take(.leftParen) != nil else { throw unexpectedToken() }
  }

  mutating func expectRightParen() throws(ModuleError) {
    guard take(.rightParen) != nil else { throw unexpectedToken() }
  }

  mutating func expect(_ keyword: Keyword) throws(ModuleError) {
    guard take(keyword) else { throw unexpectedToken() }
  }

  mutating func expectString() throws(ModuleError) -> Token {
    guard let token = take(.string) else { throw unexpectedToken() }
    return token
  }

  /// A string that is a name: its bytes are UTF-8.
  mutating func expectName() throws(ModuleError) -> [UInt8] {
    let token = try expectString()
    let bytes = source.string(token)
    guard isValidUTF8(bytes) else { throw error("malformed UTF-8 encoding", at: token) }
    return bytes
  }

  /// Strings as long as there are any, appended to one another.
  mutating func takeStrings() -> [UInt8] {
    var bytes: [UInt8] = []
    while let token = take(.string) { source.appendString(token, to: &bytes) }
    return bytes
  }

  // MARK: Numbers

  private func integer(_ token: Token) -> IntegerLiteral? {
    token.kind == .number ? source.withBytes(of: token) { IntegerLiteral($0) } : nil
  }

  /// Whether it stands on an unsigned integer.
  var isAtNatural: Bool { isNatural(token) }

  func isNatural(_ token: Token) -> Bool { integer(token).map { $0.sign == .none } ?? false }

  /// An unsigned integer below 2^bits.
  mutating func expectNatural(bits: Int) throws(ModuleError) -> UInt64 {
    let token = token
    guard let literal = integer(token), literal.sign == .none else { throw unexpectedToken() }
    guard let value = literal.unsigned(bits: bits) else {
      throw error("i\(bits) constant out of range", at: token)
    }
    advance()
    return value
  }

  mutating func expectU32() throws(ModuleError) -> UInt32 {
    UInt32(truncatingIfNeeded: try expectNatural(bits: 32))
  }

  /// The bits of an integer constant of a width.
  mutating func expectInteger(bits: Int) throws(ModuleError) -> UInt64 {
    let token = token
    guard let literal = integer(token) else { throw unexpectedToken() }
    guard let value = literal.wrapping(bits: bits) else {
      throw error("i\(bits) constant out of range", at: token)
    }
    advance()
    return value
  }

  /// The bits of a float constant.
  mutating func expectFloat(_ format: FloatFormat) throws(ModuleError) -> UInt64 {
    let token = token
    guard token.kind == .number || token.kind == .keyword else { throw unexpectedToken() }
    let result = source.withBytes(of: token) { bytes -> Result<UInt64, FloatLiteralError> in
      do throws(FloatLiteralError) {
        return .success(try FloatLiteral(format: format).bits(bytes))
      } catch {
        return .failure(error)
      }
    }
    switch result {
    case .success(let bits):
      advance()
      return bits
    case .failure(.malformed): throw unexpectedToken()
    case .failure(.outOfRange):
      throw error("f\(format.precision == 24 ? 32 : 64) constant out of range", at: token)
    }
  }

  /// The number behind the `=` of `offset=` or `align=`, if it stands on such a token.
  mutating func takeAssignment(_ word: Word) throws(ModuleError) -> UInt64? {
    let token = token
    guard token.word == word else { return nil }
    let prefix = word == .offsetEquals ? 7 : 6
    let literal = source.withBytes(of: token) { bytes in
      IntegerLiteral(UnsafeBufferPointer(rebasing: bytes[prefix...]))
    }
    guard let literal, literal.sign == .none else { throw unexpectedToken() }
    guard let value = literal.unsigned(bits: 64) else {
      throw error("i64 constant out of range", at: token)
    }
    advance()
    return value
  }

  // MARK: Errors

  func error(_ message: String, at token: Token? = nil) -> ModuleError {
    ModuleError(.malformed, message, at: .offset((token ?? self.token).startOffset))
  }

  /// For a token that the grammar does not allow where it stands.
  func unexpectedToken() -> ModuleError {
    let token = token
    switch token.kind {
    case .end: return error("unexpected end of input")
    case .keyword where token.word == .unknown: return error("unknown operator \(excerpt(token))")
    default: return error("unexpected token \(excerpt(token))")
    }
  }

  private func excerpt(_ token: Token) -> String {
    let text = source.text(of: token)
    return text.utf8.count <= 40 ? text : String(text.prefix(37)) + "..."
  }
}
