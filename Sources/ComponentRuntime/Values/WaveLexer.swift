// Tokens of WAVE, the WebAssembly Value Encoding: a text for values that reads like the literals of many languages.

/// Text that is no value, or not one of the type asked for.
package struct WaveError: Error, Hashable, Sendable, CustomStringConvertible {
  package let message: String
  /// Bytes from the start of the text.
  package let offset: Int

  package var description: String { "\(message) at \(offset)" }
}

/// A token; labels and numbers are bytes of the text.
enum WaveToken: Equatable {
  case punctuation(UInt8)
  /// A label, or a keyword unless it is escaped.
  case label(String, isEscaped: Bool)
  case number(String)
  case character(Unicode.Scalar)
  case string(String)
  case end

  /// How messages call it.
  var word: String {
    switch self {
    case .punctuation(let byte): "`\(Character(Unicode.Scalar(byte)))`"
    case .label(let label, _): "`\(label)`"
    case .number(let text): "number \(text)"
    case .character: "a character"
    case .string: "a string"
    case .end: "the end"
    }
  }
}

/// Reads tokens.
struct WaveLexer {
  private let bytes: [UInt8]
  private(set) var offset: Int
  private let end: Int

  /// Words that are not labels unless escaped.
  static let keywords: Set<String> = ["true", "false", "some", "none", "ok", "err", "inf", "nan"]

  init(_ bytes: [UInt8], from start: Int = 0) {
    self.bytes = bytes
    offset = start
    end = bytes.count
  }

  private func error(_ message: String, at offset: Int? = nil) -> WaveError {
    WaveError(message: message, offset: offset ?? self.offset)
  }

  private func byte(_ ahead: Int = 0) -> UInt8? {
    offset + ahead < end ? bytes[offset + ahead] : nil
  }

  /// Where the next token starts.
  mutating func skipSpace() -> Int {
    while let byte = byte() {
      switch byte {
      case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\n"), UInt8(ascii: "\r"):
        offset += 1
      case UInt8(ascii: "/") where self.byte(1) == UInt8(ascii: "/"):
        while let next = self.byte(), next != UInt8(ascii: "\n") { offset += 1 }
      default: return offset
      }
    }
    return offset
  }

  mutating func next() throws(WaveError) -> WaveToken {
    _ = skipSpace()
    guard let first = byte() else { return .end }
    switch first {
    case UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: "["), UInt8(ascii: "]"),
      UInt8(ascii: "{"), UInt8(ascii: "}"), UInt8(ascii: ","), UInt8(ascii: ":"):
      offset += 1
      return .punctuation(first)
    case UInt8(ascii: "\""): return try string()
    case UInt8(ascii: "'"): return try character()
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
    case UInt8(ascii: "%"):
      offset += 1
      return try label(isEscaped: true)
    default: return try label(isEscaped: false)
    }
  }

  // MARK: Labels and numbers

  private static func isLetter(_ byte: UInt8) -> Bool {
    let lower = byte | 0x20
    return lower >= UInt8(ascii: "a") && lower <= UInt8(ascii: "z")
  }

  private static func isDigit(_ byte: UInt8) -> Bool {
    byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
  }

  private func text(from start: Int) -> String {
    String(decoding: bytes[start..<offset], as: UTF8.self)
  }

  private mutating func label(isEscaped: Bool) throws(WaveError) -> WaveToken {
    let start = offset
    guard let first = byte(), Self.isLetter(first) else { throw error("invalid token") }
    while let byte = byte(), Self.isLetter(byte) || Self.isDigit(byte) || byte == UInt8(ascii: "-")
    {
      offset += 1
    }
    let text = text(from: start)
    guard text.split(separator: "-", omittingEmptySubsequences: false).allSatisfy({ !$0.isEmpty })
    else { throw error("invalid label `\(text)`", at: start) }
    return .label(text, isEscaped: isEscaped)
  }

  private mutating func digits() -> Int {
    let start = offset
    while let byte = byte(), Self.isDigit(byte) { offset += 1 }
    return offset - start
  }

  private mutating func number() throws(WaveError) -> WaveToken {
    let start = offset
    if byte() == UInt8(ascii: "-") {
      offset += 1
      if byte() == UInt8(ascii: "i") {
        guard try label(isEscaped: false) == .label("inf", isEscaped: false) else {
          throw error("invalid token", at: start)
        }
        return .number("-inf")
      }
    }
    let leadsWithZero = byte() == UInt8(ascii: "0")
    let integerDigits = digits()
    guard integerDigits > 0, !leadsWithZero || integerDigits == 1 else {
      throw error("invalid number", at: start)
    }
    if byte() == UInt8(ascii: ".") {
      offset += 1
      guard digits() > 0 else { throw error("invalid number", at: start) }
    }
    if let exponent = byte(), exponent | 0x20 == UInt8(ascii: "e") {
      offset += 1
      if byte() == UInt8(ascii: "+") || byte() == UInt8(ascii: "-") { offset += 1 }
      guard digits() > 0 else { throw error("invalid number", at: start) }
    }
    if let byte = byte(), Self.isLetter(byte) || byte == UInt8(ascii: ".") {
      throw error("invalid number", at: start)
    }
    return .number(text(from: start))
  }

  // MARK: Characters and strings

  private mutating func character() throws(WaveError) -> WaveToken {
    let start = offset
    offset += 1
    guard let first = byte(), first != UInt8(ascii: "'"), first != UInt8(ascii: "\n") else {
      throw error("invalid token", at: start)
    }
    let scalar = try scalar()
    guard byte() == UInt8(ascii: "'") else { throw error("invalid token", at: start) }
    offset += 1
    return .character(scalar)
  }

  /// A character as it stands, or escaped.
  private mutating func scalar() throws(WaveError) -> Unicode.Scalar {
    let start = offset
    guard let first = byte() else { throw error("unexpected end of input") }
    if first == UInt8(ascii: "\\") { return try escape() }
    if first < 0x80 {
      offset += 1
      return Unicode.Scalar(first)
    }
    // The text is a Swift string, so this is valid UTF-8.
    let length = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4
    offset = min(offset + length, end)
    guard let scalar = text(from: start).unicodeScalars.first else {
      throw error("invalid token", at: start)
    }
    return scalar
  }

  private mutating func escape() throws(WaveError) -> Unicode.Scalar {
    let start = offset
    offset += 1
    guard let kind = byte() else { throw error("unexpected end of input") }
    offset += 1
    switch kind {
    case UInt8(ascii: "\\"), UInt8(ascii: "\""), UInt8(ascii: "'"): return Unicode.Scalar(kind)
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "u"): break
    default: throw error("invalid character escape", at: start)
    }
    guard byte() == UInt8(ascii: "{") else { throw error("invalid character escape", at: start) }
    offset += 1
    let digitsStart = offset
    while let byte = byte(), byte != UInt8(ascii: "}"), offset - digitsStart <= 6 { offset += 1 }
    let digits = text(from: digitsStart)
    guard byte() == UInt8(ascii: "}"), (1...6).contains(digits.utf8.count),
      digits.utf8.allSatisfy({ $0 != UInt8(ascii: "+") && $0 != UInt8(ascii: "-") }),
      let value = UInt32(digits, radix: 16), let scalar = Unicode.Scalar(value)
    else { throw error("invalid character escape", at: start) }
    offset += 1
    return scalar
  }

  private var isAtTripleQuote: Bool {
    byte() == UInt8(ascii: "\"") && byte(1) == UInt8(ascii: "\"") && byte(2) == UInt8(ascii: "\"")
  }

  private mutating func string() throws(WaveError) -> WaveToken {
    if isAtTripleQuote { return try multilineString() }
    let start = offset
    offset += 1
    var scalars = String.UnicodeScalarView()
    while let byte = byte(), byte != UInt8(ascii: "\"") {
      guard byte != UInt8(ascii: "\n") else { throw error("invalid token", at: start) }
      scalars.append(try scalar())
    }
    guard byte() != nil else { throw error("unterminated string", at: start) }
    offset += 1
    return .string(String(scalars))
  }

  /// Lines between triple quotes, each without the spaces that the closing ones are indented by.
  private mutating func multilineString() throws(WaveError) -> WaveToken {
    let start = offset
    offset += 3
    if byte() == UInt8(ascii: "\r") { offset += 1 }
    guard byte() == UInt8(ascii: "\n") else {
      throw error(
        "invalid multiline string: opening \"\"\" must be followed immediately by newline")
    }
    offset += 1
    // Lines as scalars, with the number of spaces that each begins with unescaped.
    var lines: [(indentation: Int, scalars: [Unicode.Scalar])] = [(0, [])]
    var isIndentation = true
    while !isAtTripleQuote {
      guard let byte = byte() else { throw error("unterminated string", at: start) }
      if byte == UInt8(ascii: "\n") {
        offset += 1
        lines.append((0, []))
        isIndentation = true
        continue
      }
      if byte != UInt8(ascii: " ") { isIndentation = false }
      if isIndentation { lines[lines.count - 1].indentation += 1 }
      lines[lines.count - 1].scalars.append(try scalar())
    }
    offset += 3
    let last = lines.removeLast()
    guard last.indentation == last.scalars.count else {
      throw error("invalid multiline string: closing \"\"\" must be on its own line", at: start)
    }
    var result = String.UnicodeScalarView()
    for (number, line) in lines.enumerated() {
      guard line.indentation >= last.indentation else {
        throw error(
          "invalid multiline string: lines must be indented at least as much as closing \"\"\"",
          at: start)
      }
      if number > 0 { result.append("\n") }
      result.append(contentsOf: line.scalars.dropFirst(last.indentation))
    }
    return .string(String(result))
  }
}
