import Testing
import WasmSyntax

@testable import WasmText

@Suite struct ScriptTests {
  private func directives(_ text: String) throws -> [Directive] {
    try Script(Array(text.utf8)).directives
  }

  private func only(_ text: String) throws -> Directive.Kind {
    let directives = try directives(text)
    try #require(directives.count == 1)
    return directives[0].kind
  }

  @Test func positions() throws {
    let directives = try directives("(module)\r\n;; comment\n  (module) (register \"a\")")
    #expect(directives.map(\.line) == [1, 3, 3])
    #expect(directives.map(\.column) == [1, 3, 12])
  }

  @Test func formsOfModules() throws {
    guard case .module(let text) = try only("(module $m (func))"), text.name == "m",
      case .text = text.form, !text.isComponent
    else { throw Unexpected() }
    guard case .definition(let binary) = try only("(module definition $m binary \"a\" \"b\")"),
      case .binary(let bytes) = binary.form, bytes == [0x61, 0x62]
    else { throw Unexpected() }
    guard case .module(let component) = try only("(component quote \"\")"), component.isComponent
    else { throw Unexpected() }
    guard case .instance(let instance) = try only("(module instance $i $m)"),
      instance.name == "i", instance.definition == "m"
    else { throw Unexpected() }
    guard case .instance(let unnamed) = try only("(module instance $m)"), unnamed.name == nil,
      unnamed.definition == "m"
    else { throw Unexpected() }
  }

  @Test func fieldsWithoutAModule() throws {
    guard case .module(let module) = try only("(func) (memory 0) (func (export \"f\"))") else {
      throw Unexpected()
    }
    #expect(try module.encode() == parse("(module (func) (memory 0) (func (export \"f\")))"))
  }

  @Test func errorsInModulesBelongToTheirDirectives() throws {
    let directives = try directives(
      """
      (module (func nonsense))
      (module quote "(func\\n  nonsense)")
      (assert_malformed (module quote "(") "unclosed")
      """)
    #expect(directives.count == 3)
    guard case .module(let text) = directives[0].kind, case .module(let quote) = directives[1].kind
    else { throw Unexpected() }
    let textError = try #require(throws: ModuleError.self) { try text.encode() }
    #expect(textError.position == .line(1, column: 15))
    let quoteError = try #require(throws: ModuleError.self) { try quote.encode() }
    #expect(quoteError.position == .line(2, column: 3))
  }

  @Test func argumentsAndResults() throws {
    let kind = try only(
      """
      (assert_return
        (invoke $i "f" (i32.const -1) (i64.const 2) (f32.const nan) (f64.const -0x1p1)
          (v128.const i64x2 1 2) (ref.null func) (ref.extern 3) (ref.host 4))
        (i32.const 1) (f32.const nan:canonical) (f64.const nan:arithmetic)
        (v128.const f32x4 1 nan:canonical nan:arithmetic nan:0x1) (v128.const i8x16
          0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15)
        (ref.null) (ref.null extern) (ref.func) (ref.extern) (ref.extern 5) (ref)
        (either (i32.const 1) (i32.const 2)))
      """)
    guard
      case .assertReturn(.invoke(let instance, let function, let arguments), let results) = kind
    else { throw Unexpected() }
    #expect(instance == "i")
    #expect(function == "f")
    #expect(
      arguments.map { "\($0)" } == [
        "i32(4294967295)", "i64(2)", "f32(bits: 2143289344)", "f64(bits: 13835058055282163712)",
        "v128(low: 1, high: 2)", "\(ScriptValue.refNull(.func))", "refExtern(3)", "refHost(4)",
      ])
    try #require(results.count == 12)
    guard case .i32(1) = results[0], case .f32(.canonicalNaN) = results[1],
      case .f64(.arithmeticNaN) = results[2],
      case .v128(
        .f32x4([.bits(0x3F80_0000), .canonicalNaN, .arithmeticNaN, .bits(0x7F80_0001)])) =
        results[3],
      case .v128(.bits(low: 0x0706_0504_0302_0100, high: 0x0F0E_0D0C_0B0A_0908)) = results[4],
      case .refNull(nil) = results[5], case .refNull(.some(.extern)) = results[6],
      case .reference(.some(.func)) = results[7], case .reference(.some(.extern)) = results[8],
      case .refExtern(5) = results[9], case .reference(nil) = results[10],
      case .either(let patterns) = results[11], patterns.count == 2
    else { throw Unexpected() }
  }

  @Test func assertionsAndThreads() throws {
    let directives = try directives(
      """
      (assert_trap (invoke "f") "a") (assert_trap (module) "b") (assert_trap (module instance $m) "")
      (assert_exhaustion (invoke "f") "") (assert_exception (invoke "f"))
      (assert_suspension (invoke "f") "") (assert_invalid (module) "") (assert_unlinkable (module) "")
      (assert_malformed_custom (module quote "") "") (assert_invalid_custom (module) "")
      (get $i "g") (invoke "f")
      (thread $t (shared (module $m)) (register "m" $m) (invoke "f")) (wait $t)
      """)
    let kinds = directives.map { "\($0.kind)".prefix { $0 != "(" } }
    #expect(
      kinds == [
        "assertTrap", "assertTrap", "assertTrap", "assertExhaustion", "assertException",
        "assertSuspension", "assertInvalid", "assertUnlinkable", "assertMalformedCustom",
        "assertInvalidCustom", "action", "action", "thread", "wait",
      ])
    guard case .thread("t", ["m"], let inner) = directives[12].kind else { throw Unexpected() }
    #expect(inner.count == 2)
  }

  @Test func whatIsNotKnownSaysSo() throws {
    guard case .unknown("assert_nothing") = try only("(assert_nothing (module))") else {
      throw Unexpected()
    }
    guard case .malformed = try only("(assert_return)") else { throw Unexpected() }
    guard case .malformed = try only("(register \"a\" $b $c)") else { throw Unexpected() }
    #expect(throws: ModuleError.self) { try directives("(module) nonsense") }
    #expect(throws: ModuleError.self) { try directives("(module") }
  }

  private struct Unexpected: Error {}
}
