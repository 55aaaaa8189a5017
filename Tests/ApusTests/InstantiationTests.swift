// Start functions that wait or compute, core modules as imports, and instances that import each other.

import Testing

@testable import Apus

/// A component whose start function calls `host`, and whose `f` returns what that returned.
private func starting(_ core: String) -> String {
  """
  (component
    (import "host" (func $host (result u32)))
    (canon lower (func $host) (core func $host'))
    (core module $m
      (import "" "host" (func $host (result i32)))
      (global $result (mut i32) (i32.const 0))
      \(core)
      (start $start)
      (func (export "f") (result i32) (global.get $result)))
    (core instance $i (instantiate $m (with "" (instance (export "host" (func $host'))))))
    (func (export "f") (result u32) (canon lift (core func $i "f"))))
  """
}

@Suite struct InstantiationTests {
  @Test func aStartFunctionWaitsForTheHost() async throws {
    var linker = Linker()
    linker.asyncFunction("host") { _ in
      try await SwiftTask.sleep(for: .milliseconds(10))
      return .u32(11)
    }
    let fixture = try await Fixture(
      starting("(func $start (global.set $result (call $host)))"), linker)
    #expect(try await fixture.call("f") == .u32(11))
    #expect(await fixture.remains == Store.Counts())
  }

  @Test func aStartFunctionThatComputesGivesWay() async throws {
    var linker = Linker()
    linker.function("host") { _, _ in .u32(12) }
    let fixture = try await Fixture(
      starting(
        """
        (func $start
          (local $n i32)
          (local.set $n (i32.const 30000000))
          (loop $l
            (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
          (global.set $result (call $host)))
        """), linker)
    #expect(try await fixture.call("f") == .u32(12))
  }

  @Test func aStartFunctionThatFailsIsToldOf() async throws {
    var linker = Linker()
    linker.asyncFunction("host") { _ in
      await SwiftTask.yield()
      return .u32(1)
    }
    let store = try Store(engine: engine)
    let component = try Component(
      engine: engine, text: starting("(func $start (drop (call $host)) unreachable)"))
    let error = await #expect(throws: InstantiationError.self) {
      try await store.instantiate(component, linker)
    }
    guard case .call(.trap(let trap))? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(trap.reason == .unreachable)
    // Another root instance is not affected.
    let other = try await store.instantiate(
      Component(engine: engine, text: starting("(func $start)")), linker)
    #expect(try await store.call(other.function("f")) == .u32(0))
  }

  @Test func instancesImportEachOther() async throws {
    let store = try Store(engine: engine)
    let provider = try await store.instantiate(
      Component(
        engine: engine,
        text: """
          (component
            (core module $m (func (export "one") (result i32) (i32.const 1)))
            (core instance $i (instantiate $m))
            (func $one (result u32) (canon lift (core func $i "one")))
            (instance $api (export "one" (func $one)))
            (export "test:api/numbers@1.0.0" (instance $api))
            (export "one" (func $one)))
          """))
    let text = guest(
      """
      (import "all" (instance $all (export "one" (func (result u32)))))
      (import "one" (func $one (result u32)))
      (alias export $all "one" (func $one'))
      """,
      [
        .init("one", "(result i32)", "lower (func $one)"),
        .init("one'", "(result i32)", "lower (func $one')"),
      ],
      core: #"(func (export "two") (result i32) (i32.add (call $one) (call $one')))"#,
      exports: #"(func (export "two") (result u32) (canon lift (core func $i "two")))"#)
    var linker = Linker()
    linker.function("one", try provider.function("one"))
    linker.instance("all", provider)
    let user = try await store.instantiate(Component(engine: engine, text: text), linker)
    #expect(try await store.call(user.function("two")) == .u32(2))
    let other = try Store(engine: engine)
    await #expect(throws: InstantiationError.self) {
      try await other.instantiate(Component(engine: engine, text: text), linker)
    }
  }

  @Test func coreModulesAreImported() async throws {
    let module = try Module(
      engine: engine, text: #"(module (func (export "f") (result i32) (i32.const 9)))"#)
    var linker = Linker()
    linker.module("code", module)
    let fixture = try await Fixture(
      """
      (component
        (import "code" (core module $m (export "f" (func (result i32)))))
        (core instance $i (instantiate $m))
        (func (export "f") (result u32) (canon lift (core func $i "f"))))
      """, linker)
    #expect(try await fixture.call("f") == .u32(9))
  }

  @Test func aWaitForSharedMemoryReleasesTheThread() async throws {
    let text = """
      (component
        (core module $m
          (memory 1 1 shared)
          (func (export "wait") (result i32)
            (memory.atomic.wait32 (i32.const 0) (i32.const 0) (i64.const 20000000)))
          (func (export "g") (result i32) (i32.const 4)))
        (core instance $i (instantiate $m))
        (func (export "wait") (result u32) (canon lift (core func $i "wait")))
        (func (export "g") (result u32) (canon lift (core func $i "g"))))
      """
    let fixture = try await Fixture(text)
    let wait = try fixture.instance.function("wait")
    let task = SwiftTask { try await wait.call() }
    // A call that comes in between waits for its turn.
    try await SwiftTask.sleep(for: .milliseconds(2))
    #expect(try await fixture.call("g") == .u32(4))
    #expect(try await task.value == .u32(2))
  }
}
