// What scripts may expect and what the runner says when something else comes.

import Synchronization
import Testing
import WasmExecution
import WasmSyntax
import WastRunner

/// Runs a script with every feature on; the lines of the directives that failed, and the count.
private func run(_ script: String) -> (lines: [String], count: String) {
  var configuration = EngineConfiguration()
  configuration.features = .all
  let lines = Mutex<[String]>([])
  let runner = WastRunner(engine: Engine(configuration: configuration)) { line in
    lines.withLock { $0.append(line) }
  }
  let count = runner.run(Bytes(script.utf8), name: "s")
  return (lines.withLock { $0 }, "\(count)")
}

@Suite struct PatternTests {
  @Test(arguments: [
    ("f32.const nan:0x400000", "f32.const nan:canonical", true),
    ("f32.const -nan:0x400000", "f32.const nan:canonical", true),
    ("f32.const nan:0x400001", "f32.const nan:canonical", false),
    ("f32.const nan:0x400001", "f32.const nan:arithmetic", true),
    ("f32.const nan:0x200000", "f32.const nan:arithmetic", false),
    ("f64.const nan:0x8000000000000", "f64.const nan:canonical", true),
    ("f64.const nan:0x8000000000001", "f64.const nan:canonical", false),
    ("f64.const nan:0x4000000000000", "f64.const nan:arithmetic", false),
    ("f64.const -0", "f64.const 0", false),
    ("v128.const f32x4 nan 1 2 -0", "v128.const f32x4 nan:canonical 1 2 -0", true),
    ("v128.const f32x4 nan 1 2 -0", "v128.const f32x4 nan:canonical 1 2 0", false),
    ("v128.const f64x2 nan:0x8000000000001 1", "v128.const f64x2 nan:arithmetic 1", true),
    ("i32.const 2", "either (i32.const 1) (i32.const 2)", true),
    ("i32.const 3", "either (i32.const 1) (i32.const 2)", false),
  ])
  func numbers(_ value: String, _ pattern: String, _ matches: Bool) {
    let type = value.prefix { $0 != "." }
    let result = run(
      """
      (module (func (export "f") (result \(type)) (\(value))))
      (assert_return (invoke "f") (\(pattern)))
      """)
    #expect(result.count == (matches ? "2 passed, 0 failed" : "1 passed, 1 failed"))
  }

  @Test(arguments: [
    ("anyref", "(ref.i31 (i32.const 1))", "ref.i31", true),
    ("anyref", "(ref.i31 (i32.const 1))", "ref.eq", true),
    ("anyref", "(ref.i31 (i32.const 1))", "ref.struct", false),
    ("anyref", "(struct.new 0)", "ref.struct", true),
    ("anyref", "(array.new_default 1 (i32.const 0))", "ref.array", true),
    ("anyref", "(array.new_default 1 (i32.const 0))", "ref.struct", false),
    ("anyref", "(ref.null any)", "ref.null", true),
    ("anyref", "(ref.null any)", "ref.null none", true),
    ("anyref", "(ref.null any)", "ref.any", false),
    ("funcref", "(ref.func 0)", "ref.func", true),
    ("funcref", "(ref.func 0)", "ref.null", false),
    ("externref", "(extern.convert_any (struct.new 0))", "ref.extern", true),
  ])
  func references(_ type: String, _ value: String, _ pattern: String, _ matches: Bool) {
    let result = run(
      """
      (module (type (struct)) (type (array i8))
        (func (export "f") (result \(type)) \(value)))
      (assert_return (invoke "f") (\(pattern)))
      """)
    #expect(result.count == (matches ? "2 passed, 0 failed" : "1 passed, 1 failed"))
  }

  @Test func hostReferencesKeepTheirNumber() {
    let result = run(
      """
      (module
        (func (export "id") (param externref) (result externref) local.get 0)
        (func (export "in") (param externref) (result anyref) (any.convert_extern (local.get 0))))
      (assert_return (invoke "id" (ref.extern 7)) (ref.extern 7))
      (assert_return (invoke "in" (ref.extern 7)) (ref.host 7))
      (assert_return (invoke "id" (ref.extern 7)) (ref.extern 8))
      """)
    #expect(result.lines == ["s:6: expected (ref.extern 8), got (ref.extern 7)"])
  }
}

@Suite struct DirectiveTests {
  @Test func kindsOfRefusalAreToldApart() {
    let result = run(
      """
      (assert_malformed (module quote "(func i32.ad)") "unknown operator")
      (assert_invalid (module (func i32.add)) "type mismatch")
      (assert_unlinkable (module (import "no" "thing" (func))) "unknown import")
      (assert_malformed (module quote "(func i32.add)") "type mismatch")
      (assert_invalid (module) "nothing")
      (assert_unlinkable (module (func $f unreachable) (start $f)) "unknown import")
      """)
    #expect(result.count == "3 passed, 3 failed")
    #expect(
      result.lines[0].hasPrefix("s:4: expected malformed module (type mismatch), got invalid"))
    #expect(result.lines[1] == "s:5: expected invalid module (nothing), got a valid module")
    #expect(
      result.lines[2].hasPrefix("s:6: expected unlinkable module (unknown import), got wasm trap"))
  }

  @Test func trapsAndExceptionsAreToldApart() {
    let result = run(
      """
      (module (tag $e)
        (func (export "trap") unreachable)
        (func (export "throw") (throw $e))
        (func $r (export "recurse") (call $r)))
      (assert_trap (invoke "trap") "unreachable")
      (assert_exception (invoke "throw"))
      (assert_exhaustion (invoke "recurse") "call stack exhausted")
      (assert_trap (invoke "throw") "unreachable")
      (assert_exception (invoke "trap"))
      (assert_trap (invoke "trap") "integer overflow")
      """)
    #expect(
      result.lines == [
        "s:8: expected \"unreachable\", got uncaught exception",
        "s:9: expected an exception, got wasm trap: wasm `unreachable` instruction executed",
        "s:10: expected \"integer overflow\", got wasm trap: wasm `unreachable` instruction executed",
      ])
  }

  @Test func aStoreGoesOnAfterATrap() {
    let result = run(
      """
      (module (global $g (mut i32) (i32.const 0))
        (func (export "set") (global.set $g (i32.const 5)) unreachable)
        (func (export "get") (result i32) (global.get $g)))
      (assert_trap (invoke "set") "unreachable")
      (assert_return (invoke "get") (i32.const 5))
      """)
    #expect(result.count == "3 passed, 0 failed")
  }

  @Test func definitionsCanBeInstantiatedTwice() {
    let result = run(
      """
      (module definition $M (global (export "g") (mut i32) (i32.const 1))
        (func (export "set") (global.set 0 (i32.const 2))))
      (module instance $A $M)
      (module instance $B $M)
      (invoke $A "set")
      (assert_return (get $A "g") (i32.const 2))
      (assert_return (get $B "g") (i32.const 1))
      (module instance $C $N)
      """)
    #expect(result.count == "6 passed, 1 failed")
    #expect(result.lines == ["s:8: expected a module definition, got none named N"])
  }

  @Test func aFailedModuleIsNotTheCurrentOne() {
    let result = run(
      """
      (module (func (export "f")))
      (module (import "no" "thing" (func)))
      (invoke "f")
      """)
    #expect(result.count == "1 passed, 2 failed")
  }

  @Test func textThatIsNoScriptIsOneFailure() {
    let result = run("(module)\n(")
    #expect(result.count == "0 passed, 1 failed")
    #expect(result.lines.first?.hasPrefix("s:2: expected a script, got ") == true)
  }
}
