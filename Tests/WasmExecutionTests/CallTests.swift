import Testing
import WasmSyntax

@testable import WasmExecution

@Suite struct CallTests {
  @Test func bytesToResult() throws {
    let store = CoreStore.forTests()
    let instance = try store.instance(
      """
      (module
        (func (export "add") (param i32 i32) (result i32)
          (i32.add (local.get 0) (local.get 1)))
        (func (export "swap") (param i64 f32 v128) (result v128 f32 i64)
          (local.get 2) (local.get 1) (local.get 0)))
      """)
    #expect(try instance.int("add", .i32(40), .i32(2)) == 42)
    let results = try instance.call(
      "swap", .i64(7), .f32(1.5), .v128(V128(low: 3, high: 4)))
    guard case .v128(let vector) = results[0], case .f32(let bits) = results[1],
      case .i64(let number) = results[2]
    else {
      Issue.record("unexpected \(results)")
      return
    }
    #expect(vector == V128(low: 3, high: 4))
    #expect(Float(bitPattern: bits) == 1.5)
    #expect(number == 7)
  }

  @Test func argumentsAreChecked() throws {
    let store = CoreStore.forTests()
    let instance = try store.instance(#"(module (func (export "f") (param i32)))"#)
    #expect(throws: InvocationError.self) { try instance.call("f", .i64(1)) }
    #expect(throws: InvocationError.self) { try instance.call("f") }
  }

  /// A stack of 2 KiB grows to what a recursion of 100,000 frames needs; values survive the moves.
  @Test func deepRecursionMovesTheStack() throws {
    let store = CoreStore.forTests { $0.stackBytes = 64 << 20 }
    let instance = try store.instance(
      """
      (module (func $sum (export "sum") (param i32) (result i32)
        (if (result i32) (i32.eqz (local.get 0))
          (then (i32.const 0))
          (else (i32.add (local.get 0) (call $sum (i32.sub (local.get 0) (i32.const 1))))))))
      """)
    #expect(try instance.int("sum", .i32(100_000)) == UInt32(truncatingIfNeeded: 5_000_050_000))
  }

  @Test func stackLimit() throws {
    let store = CoreStore.forTests { $0.stackBytes = 64 << 10 }
    let instance = try store.instance(
      #"(module (func $f (export "f") (call $f)) (func (export "g")))"#)
    let trap = try instance.trap("f")
    #expect(trap.reason == .callStackExhausted)
    #expect(trap.message == "call stack exhausted")
    #expect(trap.backtrace.count == 64)
    #expect(trap.omittedFrames > 100)
    try instance.call("g")
  }

  @Test func backtraceNamesFunctionsAcrossInstances() throws {
    let store = CoreStore.forTests()
    let inner = try store.instance(
      #"(module $inner (func $boom (export "boom") (nop) (unreachable)))"#)
    let outer = try store.instance(
      """
      (module (import "inner" "boom" (func $boom))
        (func (export "go") (call $middle))
        (func $middle (nop) (call $boom)))
      """, ["inner.boom": #require(inner.export(named: "boom"))], name: "outer")
    let trap = try outer.trap("go")
    #expect(trap.reason == .unreachable)
    #expect(trap.backtrace.map(\.function) == ["boom", "middle", nil])
    #expect(trap.backtrace.map(\.module) == ["inner", "outer", "outer"])
    #expect(trap.backtrace.map(\.functionIndex) == [0, 2, 1])
    // The offsets are those of `unreachable` and the two calls.
    let bytes = outer.module.syntax.bytes.array
    #expect(inner.module.syntax.bytes.array[try #require(trap.backtrace[0].offset)] == 0x00)
    #expect(bytes[try #require(trap.backtrace[1].offset)] == 0x10)
    #expect(bytes[try #require(trap.backtrace[2].offset)] == 0x10)
  }

  /// Any number of stores on any threads share a module and translate its functions once.
  @Test func translationsAreShared() throws {
    let engine = Engine.forTests()
    let functions = (0..<100).map { index in
      """
      (func $f\(index) (param i32) (result i32)
        (call $f\(index + 1) (i32.add (local.get 0) (i32.const 1))))
      """
    }
    let module = try engine.module(
      """
      (module \(functions.joined())
        (func $f100 (param i32) (result i32) (local.get 0))
        (export "f" (func $f0)))
      """)
    onThreads(8) { index in
      for _ in 0..<20 {
        do {
          let store = CoreStore.forTests(engine: engine)
          let instance = try store.instantiate(module, imports: [])
          #expect(try instance.int("f", .i32(UInt32(index))) == UInt32(100 + index))
        } catch {
          Issue.record("\(error)")
        }
      }
    }
  }

  @Test func tailCallsDoNotGrowTheStack() throws {
    let store = CoreStore.forTests { $0.stackBytes = 8 << 10 }
    let instance = try store.instance(
      """
      (module (func $loop (export "loop") (param i32 i32) (result i32)
        (if (result i32) (i32.eqz (local.get 0))
          (then (local.get 1))
          (else (return_call $loop (i32.sub (local.get 0) (i32.const 1))
            (i32.add (local.get 1) (i32.const 2)))))))
      """)
    #expect(try instance.int("loop", .i32(100_000), .i32(0)) == 200_000)
  }
}
