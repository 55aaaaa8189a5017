import Testing
import WasmSyntax

@testable import WasmExecution

@Suite struct InstantiationTests {
  /// Names are equal if their bytes are, also where Unicode calls them equivalent.
  @Test func exportNamesAreBytes() throws {
    let store = CoreStore.forTests()
    let instance = try store.instance(
      #"""
      (module
        (func (export "\c3\85") (result i32) i32.const 1)
        (func (export "A\cc\8a") (result i32) i32.const 2))
      """#)
    guard case .i32(1) = try instance.call("\u{C5}").first,
      case .i32(2) = try instance.call("A\u{30A}").first
    else {
      Issue.record("composed and decomposed names are confused")
      return
    }
  }

  private func unlinkable(_ body: () throws -> Void) throws -> String {
    do {
      try body()
    } catch let error as InstantiationError {
      guard case .unlinkable(let message) = error else { throw error }
      return message
    }
    return "no error"
  }

  @Test func importsAreMatched() throws {
    let store = CoreStore.forTests()
    let exporter = try store.instance(
      """
      (module (func (export "f") (param i32)) (memory (export "m") 1 4)
        (table (export "t") 2 funcref) (global (export "g") i32 (i32.const 1))
        (tag (export "e") (param i64)))
      """)
    var imports: [String: ExternValue] = [:]
    for (name, value) in exporter.exports { imports["x.\(name)"] = value }
    let given = imports
    _ = try store.instance(
      """
      (module (import "x" "f" (func (param i32))) (import "x" "m" (memory 1 5))
        (import "x" "t" (table 1 funcref)) (import "x" "g" (global i32))
        (import "x" "e" (tag (param i64))))
      """, given)
    let cases = [
      #"(import "x" "f" (func (param i64)))"#: "[i64] -> [], found function [i32] -> []",
      #"(import "x" "f" (memory 1))"#: "found function [i32] -> []",
      #"(import "x" "m" (memory 2))"#: "expected memory 2, found memory 1 4",
      #"(import "x" "m" (memory 1 3))"#: "expected memory 1 3, found memory 1 4",
      #"(import "x" "m" (memory i64 1))"#: "expected memory i64 1",
      #"(import "x" "t" (table 2 externref))"#: "(ref null extern), found table 2 (ref null func)",
      #"(import "x" "g" (global (mut i32)))"#: "expected global (mut i32), found global i32",
      #"(import "x" "e" (tag (param i32)))"#: "expected tag [i32] -> [], found tag [i64] -> []",
    ]
    for (text, expected) in cases {
      let message = try unlinkable { _ = try store.instance("(module \(text))", given) }
      #expect(message.hasPrefix("incompatible import type"))
      #expect(message.hasSuffix(expected) || message.contains(expected), "\(message)")
    }
    let unknown = try unlinkable { _ = try store.instance(#"(module (import "x" "y" (func)))"#) }
    #expect(unknown.hasPrefix("unknown import"))
  }

  /// A later segment traps: earlier ones stay written, and functions put into a table stay alive.
  @Test func earlierWritesStay() throws {
    let store = CoreStore.forTests()
    let exporter = try store.instance(
      """
      (module (memory (export "m") 1) (table (export "t") 10 funcref)
        (func (export "call") (result i32) (call_indirect (result i32) (i32.const 0)))
        (func (export "load") (result i32) (i32.load8_u (i32.const 0))))
      """)
    var imports: [String: ExternValue] = [:]
    for (name, value) in exporter.exports { imports["x.\(name)"] = value }
    let module = try store.engine.module(
      """
      (module (import "x" "m" (memory 1)) (import "x" "t" (table 10 funcref))
        (elem (i32.const 0) $f) (data (i32.const 0) "\\2a") (data (i32.const 65536) "x")
        (func $f (result i32) (i32.const 7)))
      """)
    var message = "instantiated"
    do throws(InstantiationError) {
      _ = try store.instantiate(module) { imports["\($0.module).\($0.name)"] }
    } catch {
      message = error.description
    }
    #expect(message == "wasm trap: out of bounds memory access")
    #expect(try exporter.int("load") == 42)
    #expect(try exporter.int("call") == 7)
  }

  @Test func startFunctionMayTrap() throws {
    let store = CoreStore.forTests()
    #expect(throws: InstantiationError.self) {
      try store.instance("(module (func $s (unreachable)) (start $s))")
    }
  }

  /// What cannot be allocated leaves nothing behind.
  @Test func failedAllocationIsTakenBack() throws {
    let store = CoreStore.forTests { $0.memoryBytes = 4 << 16 }
    #expect(throws: InstantiationError.self) {
      try store.instance("(module (memory 3) (memory 2) (table 5 funcref))")
    }
    #expect(store.memoryBytes == 0)
    #expect(store.instances.isEmpty)
    _ = try store.instance("(module (memory 4))")
  }

  @Test func entitiesOfOtherStoresAreRefused() throws {
    let engine = Engine.forTests()
    let other = CoreStore.forTests(engine: engine)
    let memory = try other.makeMemory(MemoryType(limits: Limits(minimum: 1)))
    let store = CoreStore.forTests(engine: engine)
    #expect(throws: InstantiationError.self) {
      try store.instance(#"(module (import "x" "m" (memory 1)))"#, ["x.m": .memory(memory)])
    }
  }
}
