// Text Format, Lexical Format, Characters: what a byte of source text can begin or continue.

/// The lexical role of a byte.
enum CharacterClass: UInt8 {
  /// Blank, tab, line feed, carriage return.
  case space
  /// Letters, digits and the symbols that identifiers, keywords and numbers are made of.
  case identifier
  case quote
  case leftParen
  case rightParen
  case semicolon
  /// `,` `[` `]` `{` `}`: reserved tokens of their own.
  case punctuation
  case control
  /// The bytes of characters beyond ASCII, which stand only in strings and comments.
  case nonASCII

  /// The class of every byte.
  static let table: [CharacterClass] = (0...255).map { CharacterClass(of: UInt8($0)) }

  private init(of byte: UInt8) {
    switch byte {
    case 0x09, 0x0A, 0x0D, 0x20: self = .space
    case 0x00...0x1F, 0x7F: self = .control
    case UInt8(ascii: "\""): self = .quote
    case UInt8(ascii: "("): self = .leftParen
    case UInt8(ascii: ")"): self = .rightParen
    case UInt8(ascii: ";"): self = .semicolon
    case UInt8(ascii: ","), UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: "{"),
      UInt8(ascii: "}"):
      self = .punctuation
    case 0x80...0xFF: self = .nonASCII
    default: self = .identifier
    }
  }
}

/// The value of a hexadecimal digit.
@inline(__always)
func hexDigitValue(_ byte: UInt8) -> UInt8? {
  switch byte {
  case UInt8(ascii: "0")...UInt8(ascii: "9"): byte &- UInt8(ascii: "0")
  case UInt8(ascii: "a")...UInt8(ascii: "f"): byte &- UInt8(ascii: "a") &+ 10
  case UInt8(ascii: "A")...UInt8(ascii: "F"): byte &- UInt8(ascii: "A") &+ 10
  default: nil
  }
}

/// The value of a decimal digit.
@inline(__always)
func digitValue(_ byte: UInt8) -> UInt8? {
  let value = byte &- UInt8(ascii: "0")
  return value < 10 ? value : nil
}
