// WAVE text.

import Testing
import WasmSyntax

@testable import ComponentRuntime
@testable import WasmValidation

@Suite struct WaveTests {
  private let make = TypeMaker()

  private func read(_ text: String, _ type: ValueTypeID) throws -> ComponentValue {
    try WaveReader.value(text, type, in: make.types)
  }

  /// Reads a text and prints the value: as given, or as in the second text.
  private func check(
    _ type: ValueTypeID, _ text: String, _ printed: String? = nil,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let value = try read(text, type)
    #expect(WavePrinter.text(value) == printed ?? text, sourceLocation: sourceLocation)
  }

  private func fails(
    _ type: ValueTypeID, _ texts: String..., sourceLocation: SourceLocation = #_sourceLocation
  ) {
    for text in texts {
      #expect(throws: WaveError.self, "\(text)", sourceLocation: sourceLocation) {
        try read(text, type)
      }
    }
  }

  @Test func numbers() throws {
    for (type, texts) in [
      (.u8, ["0", "255"]), (.s8, ["-128", "127"]), (.u16, ["65535"]), (.s16, ["-32768"]),
      (.u32, ["4294967295"]), (.s32, ["-2147483648"]), (.u64, ["18446744073709551615"]),
      (.s64, ["-9223372036854775808"]), (.bool, ["true", "false"]),
    ] as [(PrimitiveValType, [String])] {
      for text in texts { try check(make(type), text) }
    }
    try check(make(.s8), "-0", "0")
    try check(make(.u8), " \t\r\n 7 // seven\n", "7")
    fails(make(.u8), "256", "-1", "-0", "1.0", "1e1", "01", "+1", "0x10", "", "1 2", "true", "- 1")
    fails(make(.s8), "-129", "128")
    fails(make(.bool), "1", "%true", "True")
  }

  @Test func floats() throws {
    for (text, printed) in [
      ("1", "1"), ("1.5", "1.5"), ("-0", "-0"), ("-0.0", "-0"), ("0", "0"), ("nan", "nan"),
      ("inf", "inf"), ("-inf", "-inf"), ("0.1", "0.1"), ("1e20", "100000000000000000000"),
      ("1E+5", "100000"), ("1e-7", "0.0000001"), ("123456789012345680000", nil),
      ("1.25e-3", "0.00125"), ("-1234.5678", nil), ("16777216", nil),
      ("5e-324", "0." + String(repeating: "0", count: 323) + "5"),
      ("1.7976931348623157e308", "17976931348623157" + String(repeating: "0", count: 292)),
    ] as [(String, String?)] {
      try check(make(.f64), text, printed)
    }
    try check(make(.f32), "0.1")
    try check(make(.f32), "1e30", "1000000000000000000000000000000")
    fails(make(.f64), "1.", ".5", "00.5", "-nan", "+inf", "infinity", "-infx", "1e", "1.5.5")
  }

  @Test func charactersAndStrings() throws {
    let char = make(.char)
    try check(char, "'a'")
    try check(char, "'\\u{1F600}'", "'😀'")
    try check(char, "'\"'", "'\\\"'")
    for text in ["'\\''", "'\\\\'", "'\\t'", "'\\n'", "'\\r'", "'\\u{0}'", "'é'"] {
      try check(char, text)
    }
    fails(char, "''", "'ab'", "'''", "\"a\"", "'a", "'\\q'", "'\\u{d800}'", "'\\u{110000}'")
    let string = make(.string)
    for text in [
      "\"\"", "\"a\\tb\\n\\\"\\'\\\\\"", "\"é😀\"", "\"\\u{301}\\u{a0}\\u{7f}\\u{200b}\"",
    ] {
      try check(string, text)
    }
    try check(string, "\"a'b\\u{0041}\"", "\"a\\'bA\"")
    fails(
      string, "\"a", "\"a\nb\"", "\"\\u{}\"", "\"\\u{0000041}\"", "\"\\x41\"", "\"\\u{+41}\"", "a")
    try check(string, "\"\"\"\n    ab\n      cd\n    \"\"\"", "\"ab\\n  cd\"")
    try check(string, "\"\"\"\n\"\"\"", "\"\"")
    try check(string, "\"\"\"\n\"a\" 'b'\n\"\"\"", "\"\\\"a\\\" \\'b\\'\"")
    fails(
      string, "\"\"\"ab\n\"\"\"", "\"\"\"\n  ab\n cd\n  \"\"\"", "\"\"\"\nab\"\"\"", "\"\"\"\nab")
  }

  @Test func listsAndTuples() throws {
    let u8 = make(.u8)
    try check(make.list(u8), "[1, 2, 3]")
    try check(make.list(u8), "[ 1,2 , ]", "[1, 2]")
    try check(make.list(u8), "[]")
    fails(make.list(u8), "[,]", "[1 2]", "[1", "[1;2]", "1", "[[1]]")
    try check(make.list(u8, 2), "[1, 2]")
    fails(make.list(u8, 2), "[1]", "[1, 2, 3]")
    try check(make.tuple(u8, make(.string)), "(1, \"a\")")
    try check(make.tuple(u8, u8), "(1, 2,)", "(1, 2)")
    fails(make.tuple(u8, u8), "(1)", "(1, 2, 3)", "[1, 2]", "()")
    try check(make.map(make(.string), u8), "[(\"a\", 1), (\"b\", 2)]")
    try check(make.map(make(.string), u8), "[]")
  }

  @Test func records() throws {
    let (u8, string) = (make(.u8), make(.string))
    let record = make.record(["a": u8, "b-c": make.option(string), "d": make.option(u8)])
    try check(record, "{a: 1}")
    try check(record, "{a: 1, b-c: some(\"x\"), d: some(2)}")
    try check(record, "{d: 1, b-c: \"x\", %a: 2, }", "{a: 2, b-c: some(\"x\"), d: some(1)}")
    try check(record, "{a : 1 , b-c : none}", "{a: 1}")
    fails(record, "{}", "{:}", "{b-c: none}", "{a: 1, a: 2}", "{a: 1, x: 2}", "{a 1}", "1")
    let options = make.record(["a": make.option(u8)])
    try check(options, "{:}")
    try check(options, "{}", "{:}")
  }

  @Test func variantsAndFlags() throws {
    let variant = make.variant(["none": nil, "x": make(.u8), "list": make.list(make(.u8))])
    try check(variant, "%none")
    try check(variant, "none", "%none")
    try check(variant, "x(3)")
    try check(variant, "list([1])")
    fails(variant, "x", "y", "%none(1)", "x()", "x(3", "X(3)", "3")
    let number = make.make(.enum(["aa", "b-b", "inf"]))
    try check(number, "aa")
    try check(number, "b-b")
    try check(number, "%inf")
    fails(number, "zz", "aa(1)", "b-", "-b", "b--b")
    let flags = make.flags("a", "b", "true")
    try check(flags, "{a, b}")
    try check(flags, "{b, a,}", "{a, b}")
    try check(flags, "{}")
    try check(flags, "{%true}", "{true}")
    try check(flags, "{true}")
    fails(flags, "{a, a}", "{c}", "{a: true}", "a")
  }

  @Test func optionsAndResults() throws {
    let u8 = make(.u8)
    let option = make.option(u8)
    try check(option, "none")
    try check(option, "some(1)")
    try check(option, "1", "some(1)")
    fails(option, "some", "some()", "none(1)", "\"a\"")
    let nested = make.option(option)
    try check(nested, "none")
    try check(nested, "some(none)")
    try check(nested, "some(1)", "some(some(1))")
    fails(nested, "1")
    let result = make.result(u8, nil)
    try check(result, "ok(1)")
    try check(result, "err")
    try check(result, "1", "ok(1)")
    fails(result, "ok", "err(1)", "ok(")
    try check(make.result(nil, u8), "ok")
    try check(make.result(nil, u8), "err(3)")
    try check(make.result(nil, nil), "ok")
    fails(make.result(nil, nil), "1")
    fails(make.result(option, nil), "1")
    try check(make.result(option, nil), "ok(1)", "ok(some(1))")
  }

  @Test func calls() throws {
    let record = make.record(["a": make(.u8)])
    let parameters = [make(.u8), make(.string), make.list(make.option(record))].enumerated().map {
      ResolvedField(label: "p\($0.offset)", type: $0.element)
    }
    func arguments(_ text: String) throws -> [ComponentValue] {
      try WaveCall(text).arguments(parameters, in: make.types)
    }
    let call = try WaveCall(" ns:pkg/iface@1.0.0#f (1, \"x\", [some({a: 2})])")
    #expect(call.name == "ns:pkg/iface@1.0.0#f")
    #expect(
      try call.arguments(parameters, in: make.types) == [
        .u8(1), .string("x"), .list([.option(.record([.init("a", .u8(2))]))]),
      ])
    #expect(try arguments("f(1, \"(\", [],)").count == 3)
    #expect(try WaveCall("f()").arguments([], in: make.types).isEmpty)
    for text in ["f(1, \"x\")", "f(1, \"x\", [], 2)", "f(1, \"x\", []", "f(1, \"x\", []) 1"] {
      #expect(throws: WaveError.self) { try arguments(text) }
    }
    for text in ["f", "", "(1)", " (1)"] {
      #expect(throws: WaveError.self) { _ = try WaveCall(text) }
    }
  }

  @Test func handlesCannotBeWritten() throws {
    fails(make.make(.stream(nil)), "1", "<stream 1>")
    #expect(WavePrinter.text(.stream(CopyEndID(raw: 1 << 32 | 7))) == "<stream 7>")
  }

  /// Text can be as deep as it likes: the types are not.
  @Test func deepNesting() throws {
    let count = 200_000
    var type = make(.u8)
    for _ in 0..<20 { type = make.list(type) }
    for opening in ["[", "(", "{", "some(", "ok(", "{a:", "x("] {
      let text = String(repeating: opening, count: count)
      fails(type, text)
      fails(make.option(make(.u8)), text)
    }
  }

  @Test(arguments: 0..<60 as Range<UInt64>) func whatIsPrintedReadsBack(seed: UInt64) throws {
    var random = RandomValues(seed: seed + 5000, make)
    for _ in 0..<10 {
      let type = random.type(depth: 4)
      let value = random.value(type)
      let text = WavePrinter.text(value)
      #expect(try read(text, type) == value, "\(text)")
    }
  }

  /// Any bytes are read or refused.
  @Test(arguments: 0..<30 as Range<UInt64>) func mutants(seed: UInt64) throws {
    var random = RandomValues(seed: seed + 9000, make)
    for _ in 0..<100 {
      let type = random.type(depth: 3)
      var scalars = Array(WavePrinter.text(random.value(type)).unicodeScalars)
      for _ in 0..<random.number(1...3) where !scalars.isEmpty {
        let position = random.number(0...scalars.count - 1)
        let alphabet = Array("()[]{},:%\"'\\ -0aeu1.\n/é".unicodeScalars)
        let scalar = alphabet[random.number(0...alphabet.count - 1)]
        switch random.number(0...2) {
        case 0: scalars[position] = scalar
        case 1: scalars.insert(scalar, at: position)
        default: scalars.remove(at: position)
        }
      }
      var text = ""
      text.unicodeScalars.append(contentsOf: scalars)
      guard let value = try? read(text, type) else { continue }
      let printed = WavePrinter.text(value)
      #expect(WavePrinter.text(try read(printed, type)) == printed)
    }
  }
}
