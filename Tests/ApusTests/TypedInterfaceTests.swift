// The interface without boxes that typed functions and calls are built on.

import ComponentRuntime
import Testing

@testable import Apus

private typealias ComponentValue = Apus.ComponentValue

private let adder = guest(
  #"""
  (import "add" (func $add (param "a" u32) (param "b" u32) (result u32)))
  (import "later" (func $later async (param "a" u32) (result u32)))
  """#,
  [
    .init("add", "(param i32 i32) (result i32)", "lower (func $add)"),
    .init("later", "(param i32) (result i32)", "lower (func $later)"), .returnU32,
  ],
  core: """
    (func (export "f") (param i32) (result i32) (call $add (local.get 0) (i32.const 1)))
    (func (export "g") (param i32) (call $return-u32 (call $later (local.get 0))))
    """,
  exports: """
    (func (export "f") (param "a" u32) (result u32) (canon lift (core func $i "f")))
    (func (export "g") async (param "a" u32) (result u32) (canon lift (core func $i "g") async))
    """)

@Suite struct TypedInterfaceTests {
  private func linker(
    later: @escaping @Sendable (UInt32) async throws -> UInt32 = { $0 }
  ) -> Linker {
    var linker = Linker()
    linker.typedFunction(
      "add",
      TypedHostFunction(
        type: FunctionType(parameters: [.init("a", .u32), .init("b", .u32)], result: .u32)
      ) { call, _ in
        let slots = try #require(call.slots)
        slots[0] = (slots[0] + slots[1]) & 0xffff_ffff
        return .returned
      })
    linker.typedFunction(
      "later",
      TypedHostFunction(
        type: FunctionType(isAsync: true, parameters: [.init("a", .u32)], result: .u32)
      ) {
        call, store in
        let argument = UInt32(truncatingIfNeeded: try #require(call.slots)[0])
        return try store.suspend(&call) {
          let result = try await later(argument)
          return { slots, _ in slots[0] = UInt64(result) }
        }
      })
    return linker
  }

  private func call(_ function: Function, _ argument: UInt32) async throws -> UInt32 {
    let box = Box()
    try await function.store.call(function) { (_, slots) throws(ComponentTrap) in
      slots[0] = UInt64(argument)
    } lift: { (_, slots, _) throws(ComponentTrap) in
      box.value = UInt32(truncatingIfNeeded: slots[0])
    }
    return box.value
  }

  private final class Box: @unchecked Sendable { var value: UInt32 = 0 }

  @Test func passesSlots() async throws {
    let fixture = try await Fixture(adder, linker())
    let f = try fixture.instance.function("f")
    #expect(try await call(f, 41) == 42)
    let result = try await fixture.store.run { context in
      let box = Box()
      for _ in 0..<10 {
        try context.call(f) { (_, slots) throws(ComponentTrap) in
          slots[0] = UInt64(box.value)
        } lift: { (_, slots, _) throws(ComponentTrap) in
          box.value = UInt32(truncatingIfNeeded: slots[0])
        }
      }
      return box.value
    }
    #expect(result == 10)
  }

  @Test func insistsOnItsType() async throws {
    let text = guest(
      #"(import "add" (func $add (param "a" u32) (result u32)))"#, core: "", exports: "")
    let store = try Store(engine: engine)
    let error = await #expect(throws: InstantiationError.self) {
      try await store.instantiate(Component(engine: engine, text: text), linker())
    }
    #expect(error?.description.contains("func(a: u32, b: u32) -> u32") == true)
  }

  @Test func waitsAndReturnsAtOnce() async throws {
    let fixture = try await Fixture(adder, linker { $0 + 1 })
    #expect(try await call(fixture.instance.function("g"), 1) == 2)
    let waiting = try await Fixture(
      adder,
      linker {
        await SwiftTask.yield()
        return $0 + 2
      })
    #expect(try await call(waiting.instance.function("g"), 1) == 3)
    #expect(await waiting.remains == Store.Counts())
  }

  @Test func aStaleTaskIsNobodysElse() async throws {
    // A call that is completed twice: the second time its record belongs to another call.
    let pending = Log<PendingHostCall>()
    var linker = linker()
    linker.typedFunction(
      "later",
      TypedHostFunction(type: nil) { call, _ in
        let suspended = try call.suspend()
        pending.add(suspended)
        return .pending(suspended)
      })
    let fixture = try await Fixture(adder, linker)
    let g = try fixture.instance.function("g")
    let first = SwiftTask { try await g.call(.u32(0)) }
    #expect(await eventually { pending.entries.count == 1 })
    let driver = fixture.store.driver
    let stale = pending.entries[0]
    driver.post { _ = try? $0.runtime.complete(stale, .success(.u32(1))) }
    #expect(try await first.value == .u32(1))
    let second = SwiftTask { try await g.call(.u32(0)) }
    #expect(await eventually { pending.entries.count == 2 })
    let current = pending.entries[1]
    #expect(stale.task.index == current.task.index && stale.task != current.task)
    driver.post { _ = try? $0.runtime.complete(stale, .success(.u32(2))) }
    driver.post { _ = try? $0.runtime.completeCancelled(stale) }
    try await SwiftTask.sleep(for: .milliseconds(10))
    driver.post { _ = try? $0.runtime.complete(current, .success(.u32(3))) }
    #expect(try await second.value == .u32(3))
    #expect(await fixture.remains == Store.Counts())
  }
}
