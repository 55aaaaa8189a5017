import Testing
import WasmSyntax

@testable import WasmText

@Suite struct LexerTests {
  private func kinds(_ text: String) throws -> [Token.Kind] {
    try TextSource(Array(text.utf8)).tokens.map(\.kind).filter { $0 != .end }
  }

  private func error(_ text: String) throws -> ModuleError {
    try #require(throws: ModuleError.self) { try TextSource(Array(text.utf8)) }
  }

  @Test func kindsOfTokens() throws {
    #expect(
      try kinds(#"(module $a $"b c" "text" 12 -0x1p3 +inf i32.const offset=4)"#) == [
        .leftParen, .keyword, .identifier, .identifier, .string, .number, .number, .number,
        .keyword, .keyword, .rightParen,
      ])
  }

  @Test func parenthesesKnowTheirPartner() throws {
    let tokens = try TextSource(Array("(a (b) (c (d)))".utf8)).tokens
    #expect(tokens[0].payload == 11)
    #expect(tokens[2].payload == 4)
    #expect(tokens[5].payload == 10)
  }

  @Test func quotedIdentifiersEqualPlainOnes() throws {
    let tokens = try TextSource(Array(#"$ab $"ab" $"\61\u{62}" $abc"#.utf8)).tokens
    #expect(tokens[0].payload == tokens[1].payload)
    #expect(tokens[0].payload == tokens[2].payload)
    #expect(tokens[0].payload != tokens[3].payload)
  }

  @Test func manyIdentifiersStayDistinct() throws {
    let text = (0..<5000).map { "$id\($0)" }.joined(separator: " ")
    let source = try TextSource(Array((text + " " + text).utf8))
    let symbols = source.tokens.filter { $0.kind == .identifier }.map(\.payload)
    #expect(Set(symbols).count == 5000)
    #expect(Array(symbols[..<5000]) == Array(symbols[5000...]))
    #expect(source.name(of: source.tokens[4321]) == Array("id4321".utf8))
  }

  @Test func stringEscapes() throws {
    let source = try TextSource(Array(#""a\t\n\r\"\'\\\00\fF\u{20_AC}ü""#.utf8))
    #expect(
      source.string(source.tokens[0])
        == Array("a\t\n\r\"'\\\u{0}".utf8) + [0xFF] + Array("€ü".utf8))
  }

  @Test func commentsAndAnnotationsAreSpace() throws {
    let text = """
      (; a (; nested ;) ;; ;) (module ;; line
      (@a "x" (y , ; [ ] { } "(" ) (@b) (@) 8q x")"y ) (@"quoted id")
      )
      """
    #expect(try kinds(text) == [.leftParen, .keyword, .rightParen])
  }

  @Test(arguments: [
    ("(module\n  \u{1})", "illegal character", 2, 3), ("\"abc", "unclosed string literal", 1, 1),
    ("\r\n\r\"a\nb\"", "unclosed string literal", 3, 1),
    ("  \"\\q\"", "invalid string escape", 1, 4),
    (#""\u{d800}""#, "malformed UTF-8 encoding", 1, 2),
    (#""\u{110000}""#, "malformed UTF-8 encoding", 1, 2),
    (#""\u{}""#, "invalid string escape", 1, 2),
    ("$", "empty identifier", 1, 1), (#"$"""#, "empty identifier", 1, 1),
    (#"$"\ff""#, "malformed UTF-8 encoding", 1, 1), ("(; (; ;)", "unclosed comment", 1, 1),
    ("(@ a)", "empty annotation id", 1, 1), (#"(@"")"#, "empty annotation id", 1, 1),
    ("\n(@a (b)", "unclosed annotation", 2, 1), ("a]", "unknown operator", 1, 2),
    (#""a""b""#, "unknown operator", 1, 1), (#"$x"a""#, "unknown operator", 1, 1),
    ("0$x \"a\" \"b\"x", "unknown operator", 1, 9), ("( @a)", "unknown operator", 1, 3),
    ("ü", "illegal character", 1, 1), (")", "unexpected token )", 1, 1),
    ("((a)", "unexpected end of input, unclosed parenthesis", 1, 5),
  ])
  func errors(_ text: String, _ message: String, _ line: Int, _ column: Int) throws {
    let error = try error(text)
    #expect(error.message == message)
    #expect(error.position == .line(line, column: column))
    #expect(error.kind == .malformed)
  }

  @Test func malformedUTF8() throws {
    for bytes: [UInt8] in [
      [0x80], [0xC0, 0x80], [0xE0, 0x80, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80],
      [0xF8, 0x88, 0x80, 0x80], [0xE2, 0x82],
    ] {
      for (before, after) in [(";; ", "\n"), ("(; ", " ;)"), ("\"", "\""), ("", "")] {
        let error = try #require(throws: ModuleError.self) {
          try TextSource(Array(before.utf8) + bytes + Array(after.utf8))
        }
        #expect(error.message == "malformed UTF-8 encoding")
      }
    }
  }

  @Test func nestingLimit() throws {
    var limits = ImplementationLimits()
    limits.textNesting = 3
    #expect(throws: Never.self) { try TextSource(Array("((()))".utf8), limits: limits) }
    let error = try #require(throws: ModuleError.self) {
      try TextSource(Array("(((())))".utf8), limits: limits)
    }
    #expect(error.kind == .limit)
  }

  @Test func everyKeywordIsFound() {
    for keyword in Keyword.allCases {
      let spelling = keyword.spelling
      let bytes = UnsafeBufferPointer(
        start: spelling.utf8Start, count: spelling.utf8CodeUnitCount)
      #expect(WordTable.shared.word(for: bytes) == keyword, "\(spelling)")
    }
    for row in InstructionTable.shared.rows {
      let bytes = UnsafeBufferPointer(
        start: row.name.utf8Start, count: row.name.utf8CodeUnitCount)
      let opcode = WordTable.shared.word(for: bytes).opcode
      #expect(opcode?.definition.map { "\($0.name)" } == "\(row.name)")
    }
  }
}
