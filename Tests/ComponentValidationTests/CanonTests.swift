import Testing
import WasmSyntax
import WasmValidation

/// Canonical ABI, Canonical Definitions: what the suite does not reach.
struct CanonTests {
  private func module(_ pointer: String, _ extra: String = "") -> String {
    """
    (core module $m (memory (export "m") \(pointer) 1)
      (func (export "realloc") (param \(pointer) \(pointer) \(pointer) \(pointer))
        (result \(pointer)) unreachable) \(extra))
    (core instance $i (instantiate $m))
    (alias core export $i "m" (core memory $mem))
    (alias core export $i "realloc" (core func $realloc))
    """
  }

  /// The type of the last core function.
  private func lastCoreFunction(_ fields: String) throws -> FunctionType? {
    let component = try validate(fields)
    return component.root.coreFunctions.last.flatMap { component.types.core.function($0) }
  }

  @Test func pointersFollowTheMemory() throws {
    let lower = "(import \"f\" (func $f (param \"s\" string) (result (list u8))))"
    let canon = "(core func (canon lower (func $f) (memory $mem) (realloc $realloc)))"
    #expect(
      try lastCoreFunction(lower + module("i32") + canon)
        == FunctionType(parameters: [.i32, .i32, .i32], results: []))
    #expect(
      try lastCoreFunction(lower + module("i64") + canon)
        == FunctionType(parameters: [.i64, .i64, .i64], results: []))
  }

  @Test func reallocFollowsTheMemory() {
    let fields = """
      (core module $n (func (export "r") (param i32 i32 i32 i32) (result i32) unreachable))
      (core instance $j (instantiate $n))
      (import "f" (func $f (result string)))
      (core func (canon lower (func $f) (memory $mem) (realloc (core func $j "r"))))
      """
    expectValid(module("i32") + fields)
    expectInvalid(module("i64") + fields, "`realloc` uses a core function with an incorrect")
  }

  @Test func memoriesMustNotBeShared() {
    expectInvalid(
      """
      (core module $m (memory (export "m") 1 1 shared)) (core instance $i (instantiate $m))
      (import "f" (func $f)) (core func (canon lower (func $f) (memory (core memory $i "m"))))
      """, "mismatch in the shared flag for memories")
  }

  @Test func streams() throws {
    let stream = "(type $s (stream string))" + module("i64")
    let options = "async (memory $mem)"
    #expect(
      try lastCoreFunction(
        stream + "(core func (canon stream.read $s \(options) (realloc $realloc)))")
        == FunctionType(parameters: [.i32, .i64, .i64], results: [.i64]))
    expectInvalid(stream + "(core func (canon stream.read $s \(options)))", "`realloc` is required")
    expectValid(stream + "(core func (canon stream.write $s \(options)))")
    expectInvalid(stream + "(core func (canon stream.write $s async))", "`memory` is required")
    expectInvalid(stream + "(core func (canon future.new $s))", "type index 0 is not a future type")
    expectInvalid(
      stream + "(core func (canon stream.write $s \(options) (post-return $realloc)))",
      "`post-return` cannot be specified")
    #expect(
      try lastCoreFunction("(type $f (future)) (core func (canon future.read $f async))")
        == FunctionType(parameters: [.i32, .i32], results: [.i32]))
  }

  @Test func taskReturn() throws {
    #expect(
      try lastCoreFunction(
        module("i32") + "(core func (canon task.return (result string) (memory $mem)))")
        == FunctionType(parameters: [.i32, .i32], results: []))
    expectInvalid(
      "(core func (canon task.return (result string)))", "`memory` is required")
    expectInvalid(
      module("i32")
        + "(core func (canon task.return (result string) (memory $mem) (realloc $realloc)))",
      "`realloc` cannot be specified")
    expectInvalid("(core func (canon task.return async))", "`async` cannot be specified")
  }

  @Test func errorContext() throws {
    #expect(
      try lastCoreFunction(module("i64") + "(core func (canon error-context.new (memory $mem)))")
        == FunctionType(parameters: [.i64, .i64], results: [.i32]))
    #expect(
      try lastCoreFunction(
        module("i32")
          + "(core func (canon error-context.debug-message (memory $mem) (realloc $realloc)))")
        == FunctionType(parameters: [.i32, .i32], results: []))
    expectInvalid("(core func (canon error-context.new))", "`memory` is required")
    expectInvalid(
      module("i32") + "(core func (canon error-context.debug-message (memory $mem)))",
      "`realloc` is required")
    expectInvalid(
      module("i32") + "(core func (canon error-context.new (memory $mem) async))",
      "`async` cannot be specified")
  }

  @Test func contextSlots() {
    expectValid("(core func (canon context.get i32 1)) (core func (canon context.set i32 0))")
    expectInvalid("(core func (canon context.get i32 2))", "slots 0 and 1 only")
    expectInvalid("(core func (canon context.get f32 0))", "only support `i32` and `i64`")
    expectInvalid(
      "(core func (canon context.get i32 0)) (core func (canon context.set i64 1))",
      "must have the same type")
    // Another component may choose otherwise.
    expectValid(
      "(core func (canon context.get i32 0)) (component (core func (canon context.get i64 0)))")
  }

  @Test func threads() throws {
    let table = """
      (core module $m (table (export "t") i64 1 funcref) (table (export "e") 1 externref))
      (core instance $i (instantiate $m))
      (core type $f (func (param i64))) (core type $g (func (param i32) (result i32)))
      """
    #expect(
      try lastCoreFunction(
        table + "(core func (canon thread.new-indirect $f (core table $i \"t\")))")
        == FunctionType(parameters: [.i64, .i64], results: [.i32]))
    expectInvalid(
      table + "(core func (canon thread.new-indirect $g (core table $i \"t\")))",
      "must take a single `i32`")
    expectInvalid(
      table + "(core func (canon thread.new-indirect $f (core table $i \"e\")))",
      "a table of `funcref` is required")
  }

  @Test func callbacks() {
    let fields = """
      (core module $m (func (export "f") (result i32) unreachable)
        (func (export "cb") (param i32 i32 i32) (result i32) unreachable) (func (export "n")))
      (core instance $i (instantiate $m)) (type $t (func async))
      """
    func lift(_ options: String) -> String {
      fields + "(func (type $t) (canon lift (core func $i \"f\") \(options)))"
    }
    expectValid(lift("async (callback (core func $i \"cb\"))"))
    expectInvalid(lift("(callback (core func $i \"cb\"))"), "cannot be used without `async`")
    expectInvalid(
      lift("async (callback (core func $i \"n\"))"), "`callback` uses a core function with an")
    expectInvalid(
      lift("async (callback (core func $i \"cb\")) (post-return (core func $i \"n\"))"),
      "cannot be used together with `async`")
  }

  @Test func destructors() {
    func fields(_ parameter: String) -> String {
      """
      (core module $m (func (export "d") (param \(parameter)))) (core instance $i (instantiate $m))
      (type $r (resource (rep i64) (dtor (core func $i "d"))))
      """
    }
    expectValid(fields("i64"))
    expectInvalid(fields("i32"), "wrong signature for a destructor")
    expectInvalid("(type (resource (rep f32)))", "`i32` or `i64`")
  }
}
