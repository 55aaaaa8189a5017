import Testing
import WasmSyntax

@testable import WasmText

@Suite struct ComponentConstantTests {
  private func constant(_ text: String) throws -> ComponentConstant {
    try ComponentConstant(try TextSource(Array(text.utf8)), at: 0)
  }

  @Test(
    arguments: [
      ("(bool.const true)", .bool(true)), ("(u8.const 0xff)", .u8(255)), ("(s8.const -1)", .s8(-1)),
      ("(s8.const 0xff)", .s8(-1)), ("(u16.const 65_535)", .u16(65535)),
      ("(s16.const -5)", .s16(-5)),
      ("(u32.const 7)", .u32(7)), ("(s32.const -7)", .s32(-7)),
      ("(u64.const 18446744073709551615)", .u64(.max)),
      ("(s64.const -9223372036854775808)", .s64(.min)), ("(f32.const 1)", .f32(bits: 0x3F80_0000)),
      ("(f64.const -inf)", .f64(bits: 0xFFF0_0000_0000_0000)),
      ("(char.const \"\\u{20ac}\")", .char("€")),
      ("(str.const \"a\\nb\")", .string("a\nb")),
      ("(list.const (u8.const 1) (u8.const 2))", .list([.u8(1), .u8(2)])),
      ("(list.const)", .list([])),
      (
        "(record.const (field \"a\" (u8.const 1)) (field \"b\" str.const \"x\"))",
        .record([.init("a", .u8(1)), .init("b", .string("x"))])
      ),
      ("(tuple.const (bool.const false))", .tuple([.bool(false)])),
      ("(variant.const \"a\")", .variant("a", nil)),
      ("(variant.const \"a\" (u8.const 1))", .variant("a", .u8(1))),
      ("(enum.const \"e\")", .enum("e")),
      ("(option.none)", .option(nil)), ("(option.some (option.none))", .option(.option(nil))),
      ("(result.ok)", .ok(nil)), ("(result.ok (u8.const 1))", .ok(.u8(1))),
      ("(result.err)", .err(nil)),
      ("(result.err (str.const \"\"))", .err(.string(""))),
      ("(flags.const \"a\" \"b\")", .flags(["a", "b"])),
    ] as [(String, ComponentConstant)])
  func constants(_ text: String, _ expected: ComponentConstant) throws {
    #expect(try constant(text) == expected)
  }

  @Test(arguments: [
    "(bool.const 1)", "(u8.const 256)", "(u8.const -1)", "(s8.const 256)", "(char.const \"ab\")",
    "(char.const \"\")", "(str.const \"\\ff\")", "(list.const 1)",
    "(record.const (\"a\" u8.const 1))",
    "(option.some)", "(option.none (u8.const 1))", "(i32.const 1)", "(nothing)", "u8.const",
    "(enum.const)",
  ])
  func refusals(_ text: String) throws {
    let error = try #require(throws: ModuleError.self) { try constant(text) }
    #expect(error.kind == .malformed)
  }

  @Test func directives() throws {
    let script = try Script(
      Array(
        """
        (component definition $D (export "f" (func $nothing)))
        (component instance $d $D)
        (assert_return (invoke $d "f" (u8.const 1) (f32.const 2)) (f64.const nan:canonical))
        (assert_trap (component instance $e $D) "message")
        """.utf8))
    try #require(script.directives.count == 4)
    guard case .definition(let definition) = script.directives[0].kind, definition.isComponent,
      definition.name == "D"
    else { throw UnexpectedSyntax() }
    let error = try #require(throws: ModuleError.self) { try definition.encode() }
    #expect(error.position == .line(1, column: 44))
    guard case .instance(let instance) = script.directives[1].kind, instance.isComponent else {
      throw UnexpectedSyntax()
    }
    guard
      case .assertReturn(.invoke("d", "f", let arguments), let results) = script.directives[2].kind
    else { throw UnexpectedSyntax() }
    #expect(
      try arguments.map { try $0.componentConstant() } == [.u8(1), .f32(bits: 0x4000_0000)])
    #expect(
      try results.map { try $0.componentConstant() } == [.f64(bits: 0x7FF8_0000_0000_0000)])
    guard case .assertTrap(.instance, "message") = script.directives[3].kind else {
      throw UnexpectedSyntax()
    }
  }
}
