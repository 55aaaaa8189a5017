// From bytes to tokens in one pass. Parentheses are matched here, so that the parser can step over a whole form, and
// nesting costs an entry of an array, not native stack.

import WasmSyntax

/// Text Format, Lexical Format. Errors carry the offset in the source.
struct Lexer {
  let source: UnsafeBufferPointer<UInt8>
  let nestingLimit: Int
  private let classes = CharacterClass.table
  private var offset = 0

  /// What lexing makes of a text.
  struct Output {
    var tokens: [Token] = []
    var annotations: [Annotation] = []
    var annotationTokens: [Token] = []
    var symbols = SymbolTable()
  }
  private(set) var output = Output()

  /// A parenthesis that has not been closed.
  private struct Open {
    var start: Int
    /// The token's index; meaningless for annotations and inside them.
    var token: Int
  }
  private var open: [Open] = []
  /// How many entries of `open` lie outside the annotation being read, -1 outside of one.
  private var annotationBase = -1
  /// The annotation being read, if it is one to keep.
  private var annotation: Annotation?

  init(_ source: UnsafeBufferPointer<UInt8>, nestingLimit: Int) {
    self.source = source
    self.nestingLimit = nestingLimit
    output.tokens.reserveCapacity(source.count / 5 + 8)
  }

  private var isInAnnotation: Bool { annotationBase >= 0 }

  @inline(__always)
  private func byte(at offset: Int) -> UInt8 { offset < source.count ? source[offset] : 0 }

  private func error(_ message: String, at offset: Int) -> ModuleError {
    ModuleError(.malformed, message, at: .offset(offset))
  }

  // MARK: The main loop

  mutating func run() throws(ModuleError) {
    guard source.count < Int(UInt32.max) else {
      throw ModuleError(.limit, "source text too large", at: .offset(0))
    }
    while offset < source.count {
      switch classes[Int(source[offset])] {
      case .space: offset += 1
      case .leftParen: try lexLeftParen()
      case .rightParen: try lexRightParen()
      case .identifier, .quote: try lexWord()
      case .semicolon:
        if byte(at: offset + 1) == UInt8(ascii: ";") {
          try skipLineComment()
        } else {
          try appendReserved(count: 1)
        }
      case .punctuation: try appendReserved(count: 1)
      case .control: throw error("illegal character", at: offset)
      case .nonASCII:
        throw error(
          utf8SequenceLength(source, at: offset) == nil
            ? "malformed UTF-8 encoding" : "illegal character", at: offset)
      }
    }
    if isInAnnotation { throw error("unclosed annotation", at: open[annotationBase].start) }
    if !open.isEmpty { throw error("unexpected end of input, unclosed parenthesis", at: offset) }
    // Enough of them that looking a few tokens ahead stays inside.
    for _ in 0..<4 { append(.end, from: offset, to: offset) }
  }

  private mutating func append(
    _ kind: Token.Kind, from start: Int, to end: Int, _ payload: UInt32 = 0
  ) {
    let token = Token(
      kind: kind, start: UInt32(truncatingIfNeeded: start), end: UInt32(truncatingIfNeeded: end),
      payload: payload)
    if annotationBase < 0 {
      output.tokens.append(token)
    } else if annotation != nil {
      output.annotationTokens.append(token)
    }
  }

  private mutating func appendReserved(count: Int) throws(ModuleError) {
    guard isInAnnotation else { throw error("unknown operator", at: offset) }
    append(.reserved, from: offset, to: offset + count)
    offset += count
  }

  // MARK: Parentheses, annotations, comments

  private mutating func lexLeftParen() throws(ModuleError) {
    let next = byte(at: offset + 1)
    if next == UInt8(ascii: ";") { return try skipBlockComment() }
    guard open.count < nestingLimit else {
      throw ModuleError(.limit, "parentheses nested too deeply", at: .offset(offset))
    }
    if next == UInt8(ascii: "@") { return try lexAnnotationStart() }
    open.append(Open(start: offset, token: output.tokens.count))
    append(.leftParen, from: offset, to: offset + 1)
    offset += 1
  }

  private mutating func lexRightParen() throws(ModuleError) {
    guard let last = open.popLast() else { throw error("unexpected token )", at: offset) }
    if isInAnnotation {
      if open.count > annotationBase {
        append(.rightParen, from: offset, to: offset + 1)
      } else {
        // The annotation itself.
        annotationBase = -1
        if var annotation {
          annotation.contents = annotation.contents.lowerBound..<output.annotationTokens.count
          output.annotations.append(annotation)
          self.annotation = nil
        }
      }
    } else {
      output.tokens[last.token].payload = UInt32(truncatingIfNeeded: output.tokens.count)
      append(.rightParen, from: offset, to: offset + 1)
    }
    offset += 1
  }

  private mutating func lexAnnotationStart() throws(ModuleError) {
    let start = offset
    offset += 2
    var name: [UInt8] = []
    if byte(at: offset) == UInt8(ascii: "\"") {
      let stringStart = offset
      try skipString()
      let content = UnsafeBufferPointer(rebasing: source[stringStart + 1..<offset - 1])
      appendString(content, to: &name)
      guard isValidUTF8(name) else { throw error("malformed UTF-8 encoding", at: stringStart) }
    } else {
      let nameStart = offset
      skipIdentifierCharacters()
      name = Array(source[nameStart..<offset])
    }
    guard !name.isEmpty else {
      guard isInAnnotation, byte(at: start + 2) != UInt8(ascii: "\"") else {
        throw error("empty annotation id", at: start)
      }
      // Inside an annotation it is a parenthesis and a reserved token.
      open.append(Open(start: start, token: 0))
      append(.leftParen, from: start, to: start + 1)
      return append(.reserved, from: start + 1, to: start + 2)
    }
    if !isInAnnotation {
      annotationBase = open.count
      annotation = name.withUnsafeBufferPointer { Annotation.Kind(id: $0) }.map {
        Annotation(
          kind: $0, start: UInt32(truncatingIfNeeded: start), tokenIndex: output.tokens.count,
          contents: output.annotationTokens.count..<output.annotationTokens.count)
      }
    } else {
      append(.leftParen, from: start, to: offset)
    }
    open.append(Open(start: start, token: 0))
  }

  private mutating func skipLineComment() throws(ModuleError) {
    while offset < source.count {
      let byte = source[offset]
      if byte == 0x0A || byte == 0x0D { return }
      try skipCharacter(byte)
    }
  }

  private mutating func skipBlockComment() throws(ModuleError) {
    let start = offset
    var depth = 1
    offset += 2
    while offset < source.count {
      let byte = source[offset]
      let next = self.byte(at: offset + 1)
      if byte == UInt8(ascii: ";"), next == UInt8(ascii: ")") {
        offset += 2
        depth -= 1
        if depth == 0 { return }
      } else if byte == UInt8(ascii: "("), next == UInt8(ascii: ";") {
        offset += 2
        depth += 1
      } else {
        try skipCharacter(byte)
      }
    }
    throw error("unclosed comment", at: start)
  }

  @inline(__always)
  private mutating func skipCharacter(_ byte: UInt8) throws(ModuleError) {
    if byte < 0x80 {
      offset += 1
    } else {
      guard let length = utf8SequenceLength(source, at: offset) else {
        throw error("malformed UTF-8 encoding", at: offset)
      }
      offset += length
    }
  }

  // MARK: Words and strings

  @inline(__always)
  private mutating func skipIdentifierCharacters() {
    while offset < source.count, classes[Int(source[offset])] == .identifier {
      offset += 1
    }
  }

  /// Steps over a string; true if there are escape sequences in it.
  @discardableResult
  private mutating func skipString() throws(ModuleError) -> Bool {
    let start = offset
    var hasEscapes = false
    offset += 1
    while offset < source.count {
      let byte = source[offset]
      switch byte {
      case UInt8(ascii: "\""):
        offset += 1
        return hasEscapes
      case UInt8(ascii: "\\"):
        hasEscapes = true
        // Mostly bytes in hexadecimal.
        if hexDigitValue(self.byte(at: offset + 1)) != nil,
          hexDigitValue(self.byte(at: offset + 2)) != nil
        {
          offset += 3
          continue
        }
        switch parseEscape(source, at: offset) {
        case .success(let escape): offset += escape.length
        case .failure(let failure): throw error(failure.message, at: offset)
        }
      case 0x0A, 0x0D: throw error("unclosed string literal", at: start)
      case 0x00...0x1F, 0x7F:
        throw error("illegal control character in string literal", at: offset)
      default: try skipCharacter(byte)
      }
    }
    throw error("unclosed string literal", at: start)
  }

  /// The longest sequence of identifier characters and strings: one token, whatever it turns out to be.
  private mutating func lexWord() throws(ModuleError) {
    let start = offset
    if source[start] == UInt8(ascii: "'"), !isInAnnotation, lexCharacter() { return }
    skipIdentifierCharacters()
    if byte(at: offset) != UInt8(ascii: "\"") { return try appendWord(from: start) }
    let stringStart = offset
    let hasEscapes = try skipString()
    let next = offset < source.count ? classes[Int(source[offset])] : .space
    guard next == .identifier || next == .quote else {
      if stringStart == start {
        return append(.string, from: start, to: offset, hasEscapes ? 1 : 0)
      }
      if stringStart == start + 1, source[start] == UInt8(ascii: "$") {
        return try appendQuotedIdentifier(from: start)
      }
      return try appendReservedWord(from: start)
    }
    while offset < source.count {
      switch classes[Int(source[offset])] {
      case .identifier: skipIdentifierCharacters()
      case .quote: try skipString()
      default: return try appendReservedWord(from: start)
      }
    }
    try appendReservedWord(from: start)
  }

  /// A character between single quotes (Component Model, Value Definitions); false if what stands here is none.
  private mutating func lexCharacter() -> Bool {
    let scalar: Unicode.Scalar
    let length: Int
    let first = byte(at: offset + 1)
    if first == UInt8(ascii: "\\") {
      guard case .success(let escape) = parseEscape(source, at: offset + 1) else { return false }
      switch escape.value {
      case .scalar(let value): scalar = value
      // A byte by its hexadecimal digits is no character.
      case .byte(let byte):
        guard escape.length == 2 else { return false }
        scalar = Unicode.Scalar(byte)
      }
      length = escape.length
    } else {
      guard first >= 0x20, first != 0x7F, first != UInt8(ascii: "\""),
        let count = utf8SequenceLength(source, at: offset + 1)
      else { return false }
      let bytes = source[offset + 1..<offset + 1 + count]
      guard let value = String(decoding: bytes, as: UTF8.self).unicodeScalars.first else {
        return false
      }
      scalar = value
      length = count
    }
    let end = offset + 1 + length
    guard byte(at: end) == UInt8(ascii: "'") else { return false }
    let next = end + 1 < source.count ? classes[Int(source[end + 1])] : .space
    guard next != .identifier, next != .quote else { return false }
    append(.character, from: offset, to: end + 1, scalar.value)
    offset = end + 1
    return true
  }

  private mutating func appendReservedWord(from start: Int) throws(ModuleError) {
    guard isInAnnotation else { throw error("unknown operator", at: start) }
    append(.reserved, from: start, to: offset)
  }

  private mutating func appendQuotedIdentifier(from start: Int) throws(ModuleError) {
    var name: [UInt8] = []
    appendString(UnsafeBufferPointer(rebasing: source[start + 2..<offset - 1]), to: &name)
    guard !name.isEmpty else { throw error("empty identifier", at: start) }
    guard isValidUTF8(name) else { throw error("malformed UTF-8 encoding", at: start) }
    let symbol = name.withUnsafeBufferPointer { output.symbols.intern($0) }
    append(.identifier, from: start, to: offset, symbol)
  }

  /// A token of identifier characters only.
  private mutating func appendWord(from start: Int) throws(ModuleError) {
    let bytes = UnsafeBufferPointer(rebasing: source[start..<offset])
    switch bytes[0] {
    case UInt8(ascii: "$"):
      guard bytes.count > 1 else { throw error("empty identifier", at: start) }
      let symbol = output.symbols.intern(UnsafeBufferPointer(rebasing: bytes[1...]))
      append(.identifier, from: start, to: offset, symbol)
    case UInt8(ascii: "a")...UInt8(ascii: "z"):
      append(.keyword, from: start, to: offset, WordTable.shared.word(for: bytes).rawValue)
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"):
      append(.number, from: start, to: offset)
    default: try appendReservedWord(from: start)
    }
  }
}
