// Tokens are ranges of the source with one number beside them, so that lexing allocates nothing per token and parsing
// compares integers.

import WasmSyntax

/// A token (Text Format, Lexical Format, Tokens).
package struct Token: Sendable {
  package enum Kind: UInt8, Sendable {
    /// Payload: the index of the matching right parenthesis.
    case leftParen
    case rightParen
    /// Starts with a lower-case letter. Payload: a `Word`.
    case keyword
    /// Starts like a number; whether it is one is checked where one is expected.
    case number
    /// Payload: a symbol.
    case identifier
    /// Payload: 1 if there are escape sequences in it.
    case string
    /// `'c'`, in component values. Payload: the scalar.
    case character
    /// Anything else the lexical grammar reserves. Occurs inside annotations only.
    case reserved
    /// The end of the source.
    case end
  }

  package var kind: Kind
  /// Offsets of the first byte and of the one behind the last.
  package var start: UInt32
  package var end: UInt32
  package var payload: UInt32

  package var startOffset: Int { Int(start) }
  package var endOffset: Int { Int(end) }

  /// What a keyword token stands for.
  @inline(__always) var word: Word { kind == .keyword ? Word(rawValue: payload) : .unknown }
}

/// What a keyword stands for: an instruction, one of the grammar's other words, or a prefix of a number.
struct Word: Hashable {
  let rawValue: UInt32

  @inline(__always) init(rawValue: UInt32) { self.rawValue = rawValue }
  @inline(__always) init(_ keyword: Keyword) { rawValue = 0x1000 + UInt32(keyword.rawValue) }

  /// Not a word the grammar knows.
  static let unknown = Word(rawValue: 0xFFFF_FFFF)
  static let offsetEquals = Word(rawValue: 0x2000)
  static let alignEquals = Word(rawValue: 0x2001)

  /// The opcode behind an instruction's keyword; where several share it, the first.
  @inline(__always) var opcode: Opcode? {
    rawValue < 0x1000 ? Opcode(rawValue: UInt16(truncatingIfNeeded: rawValue)) : nil
  }

  @inline(__always) var keyword: Keyword? {
    rawValue >= 0x1000 && rawValue < 0x2000
      ? Keyword(rawValue: UInt8(truncatingIfNeeded: rawValue)) : nil
  }

  @inline(__always) static func == (word: Word, keyword: Keyword) -> Bool {
    word.rawValue == 0x1000 + UInt32(keyword.rawValue)
  }

  @inline(__always) static func != (word: Word, keyword: Keyword) -> Bool { !(word == keyword) }
}
