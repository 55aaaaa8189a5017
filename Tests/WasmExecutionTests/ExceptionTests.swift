import Testing
import WasmSyntax

@testable import WasmExecution

@Suite struct ExceptionTests {
  @Test func acrossInstances() throws {
    let store = CoreStore.forTests()
    let thrower = try store.instance(
      """
      (module (tag $t (export "t") (param i32 i64)) (tag $u)
        (func (export "throw") (throw $t (i32.const 3) (i64.const 4)))
        (func (export "other") (throw $u)))
      """)
    var imports: [String: ExternValue] = [:]
    for (name, value) in thrower.exports { imports["x.\(name)"] = value }
    let catcher = try store.instance(
      """
      (module (import "x" "t" (tag $t (param i32 i64))) (import "x" "throw" (func $throw))
        (import "x" "other" (func $other)) (tag $mine (param i32 i64))
        (func $indirect (call $throw))
        (func (export "values") (result i32)
          (block $h (result i32 i64)
            (try_table (catch $mine $h) (catch $t $h) (call $indirect))
            (i32.const 0) (i64.const 0))
          (i32.wrap_i64) (i32.add))
        (func (export "all") (result i32)
          (block $h
            (try_table (catch_all $h) (call $other))
            (return (i32.const 0)))
          (return (i32.const 1)))
        (func (export "rethrow") (result i32)
          (block $out (result i32 i64)
            (try_table (catch $t $out)
              (block $in (result exnref)
                (try_table (catch_all_ref $in) (call $throw))
                (unreachable))
              (throw_ref))
            (unreachable))
          (drop))
        (func (export "uncaught") (call $indirect)))
      """, imports)
    #expect(try catcher.int("values") == 7)
    #expect(try catcher.int("all") == 1)
    #expect(try catcher.int("rethrow") == 3)
    guard case .exception(let exception) = try catcher.failure("uncaught") else {
      Issue.record("no exception")
      return
    }
    let (tag, values) = try #require(store.exception(exception))
    guard case .i32(3) = values[0], case .i64(4) = values[1] else {
      Issue.record("\(values)")
      return
    }
    #expect(tag.type.parameters == [.i32, .i64])
  }

  @Test func throwingNullTraps() throws {
    let store = CoreStore.forTests()
    let instance = try store.instance(
      #"(module (func (export "f") (throw_ref (ref.null exn))))"#)
    #expect(try instance.trap("f").message == "null exception reference")
  }
}
