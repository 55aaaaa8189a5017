// Time runs out wherever a guest computes: in start functions, destructors, allocators, calls between components, and in
// turns that come after a wait.

import Testing

@testable import Apus

private let spin = "(loop $l (br $l))"

/// Little time, but more than anything here takes that does not spin.
private let short = limits { $0.deadline = .milliseconds(30) }

@Suite(.serialized) struct DeadlineTests {
  /// An instantiation that must end with the deadline, in a store that can be used afterwards.
  private func expectStopped(_ text: String) async throws {
    let store = try Store(engine: engine, limits: short)
    let component = try Component(engine: engine, text: text)
    let trap = await expectTrap(.deadline) { _ = try await store.instantiate(component) }
    #expect(trap?.backtrace.isEmpty == false)
    let other = try await store.instantiate(Component(engine: engine, text: bystander))
    #expect(try await other.function("answer").call() == .u32(7))
  }

  @Test func aStartFunctionOfACoreModule() async throws {
    try await expectStopped(
      """
      (component
        (core module $m (func $start \(spin)) (start $start))
        (core instance (instantiate $m)))
      """)
  }

  @Test func aStartFunctionOfAComponent() async throws {
    try await expectStopped(
      """
      (component
        (core module $m (func (export "start") \(spin)))
        (core instance $i (instantiate $m))
        (func $start (canon lift (core func $i "start")))
        (start $start))
      """)
  }

  /// `make` returns a resource whose destructor never ends; `drop` drops one of its own.
  private let destructor = guest(
    """
    (core module $dtors (func (export "dtor") (param i32) \(spin)))
    (core instance $dtors (instantiate $dtors))
    (type $R (resource (rep i32) (dtor (core func $dtors "dtor"))))
    """,
    [
      .init("new", "(param i32) (result i32)", "resource.new $R"),
      .init("drop-r", "(param i32)", "resource.drop $R"),
    ],
    core: """
      (func (export "make") (result i32) (call $new (i32.const 1)))
      (func (export "drop") (call $drop-r (call $new (i32.const 1))))
      """,
    exports: """
      (export $R' "thing" (type $R))
      (func (export "make") (result (own $R')) (canon lift (core func $i "make")))
      (func (export "drop") (canon lift (core func $i "drop")))
      """)

  @Test func aDestructorOfAGuestsOwn() async throws {
    let fixture = try await Bystanders(destructor, limits: short)
    await expectTrap(.deadline) { _ = try await fixture.call("drop") }
    try await fixture.expectPoisoned("make", by: .deadline)
    try await fixture.expectUntouched()
  }

  @Test func aDestructorThatTheHostCalls() async throws {
    let fixture = try await Bystanders(destructor, limits: short)
    guard case .own(let resource)? = try await fixture.call("make") else { throw Unlucky() }
    await expectTrap(.deadline) { try await resource.drop() }
    try await fixture.expectPoisoned("make", by: .deadline)
    try await fixture.expectUntouched()
  }

  @Test func aDestructorInACallThatMayTakeSoLong() async throws {
    let fixture = try await Bystanders(destructor, limits: Store.Limits())
    try await expectTimedOut { _ = try await fixture.call("drop", timeout: .milliseconds(30)) }
    try await fixture.expectUntouched()
  }

  /// `take` is given a string, for which there is never an end of looking for room; `later` gets one from the host when it
  /// has waited.
  private let allocator = """
    (component
      (import "name" (func $name async (result string)))
      (core module $libc
        (memory (export "mem") 1)
        (func (export "realloc") (param i32 i32 i32 i32) (result i32) \(spin) unreachable))
      (core instance $libc (instantiate $libc))
      (core func $name' (canon lower (func $name)
        (memory (core memory $libc "mem")) (realloc (core func $libc "realloc"))))
      (core func $return (canon task.return))
      (core module $m
        (import "" "name" (func $name (param i32)))
        (import "" "return" (func $return))
        (func (export "take") (param i32 i32))
        (func (export "later") (call $name (i32.const 0)) (call $return)))
      (core instance $i (instantiate $m (with "" (instance
        (export "name" (func $name')) (export "return" (func $return))))))
      (func (export "take") (param "text" string) (canon lift (core func $i "take")
        (memory (core memory $libc "mem")) (realloc (core func $libc "realloc"))))
      (func (export "later") async (canon lift (core func $i "later") async)))
    """
  private var naming: Linker {
    var linker = Linker()
    linker.asyncFunction("name") { _ in
      try await SwiftTask.sleep(for: .milliseconds(5))
      return .string("a name")
    }
    return linker
  }

  @Test func anAllocatorForAnArgument() async throws {
    let fixture = try await Bystanders(allocator, naming, limits: short)
    await expectTrap(.deadline) { _ = try await fixture.call("take", .string("x")) }
    try await fixture.expectUntouched()
  }

  @Test func anAllocatorForAResultOfTheHost() async throws {
    let fixture = try await Bystanders(allocator, naming, limits: short)
    await expectTrap(.deadline) { _ = try await fixture.call("later") }
    try await fixture.expectUntouched()
  }

  @Test(arguments: ["take", "later"])
  func anAllocatorInACallThatMayTakeSoLong(_ name: String) async throws {
    let fixture = try await Bystanders(allocator, naming, limits: Store.Limits())
    let function = try fixture.limited.instance.function(name)
    try await expectTimedOut {
      _ = try await fixture.limited.store.call(
        function, name == "take" ? [.string("x")] : [], timeout: .milliseconds(50))
    }
    try await fixture.expectUntouched()
  }

  /// A component that calls another one, once as they share a stack and once not.
  private func callsAnother(async isAsync: Bool) -> String {
    let word = isAsync ? "async" : ""
    return """
      (component
        (component $callee
          (core module $m (func (export "f") \(spin)))
          (core instance $i (instantiate $m))
          (func (export "f") \(word) (canon lift (core func $i "f"))))
        (component $caller
          (import "f" (func $f \(word)))
          (core func $f' (canon lower (func $f)))
          (core module $m (import "" "f" (func $f)) (func (export "g") (call $f)))
          (core instance $i (instantiate $m (with "" (instance (export "f" (func $f'))))))
          (func (export "g") \(word) (canon lift (core func $i "g"))))
        (instance $callee (instantiate $callee))
        (instance $caller (instantiate $caller (with "f" (func $callee "f"))))
        (export "g" (func $caller "g"))
        (export "f" (func $callee "f")))
      """
  }

  @Test(arguments: [false, true])
  func aCallBetweenComponents(async isAsync: Bool) async throws {
    let fixture = try await Bystanders(callsAnother(async: isAsync), limits: short)
    await expectTrap(.deadline) { _ = try await fixture.call("g") }
    // Both had been entered.
    try await fixture.expectPoisoned("f", by: .deadline)
    try await fixture.expectPoisoned("g", by: .deadline)
    try await fixture.expectUntouched()
  }

  @Test(arguments: [false, true])
  func fuelInACallBetweenComponents(async isAsync: Bool) async throws {
    let fixture = try await Bystanders(callsAnother(async: isAsync), limits: Store.Limits())
    await expectTrap(.fuelExhausted) { _ = try await fixture.call("g", fuel: 1_000_000) }
    try await fixture.expectUntouched()
  }

  @Test func aWaitForTheHostIsNoComputation() async throws {
    // In between another store computes, so that the clock of deadlines moves on.
    let text = guest(
      #"(import "host" (func $host (result u32)))"#,
      [.init("host", "(result i32)", "lower (func $host)")],
      core: """
        (func (export "f") (param i32) (result i32)
          (local i32)
          (local.set 1 (call $host))
          (loop $l
            (local.set 0 (i32.sub (local.get 0) (i32.const 1)))
            (br_if $l (local.get 0)))
          (local.get 1))
        """,
      exports: #"(func (export "f") (param "n" u32) (result u32) (canon lift (core func $i "f")))"#)
    var linker = Linker()
    linker.asyncFunction("host") { _ in
      try await SwiftTask.sleep(for: .milliseconds(400))
      return .u32(3)
    }
    let fixture = try await Bystanders(
      text, linker, limits: limits { $0.deadline = .milliseconds(200) })
    let busy = try await Fixture(
      """
      (component (core module $m (func (export "f") \(spin))) (core instance $i (instantiate $m))
        (func (export "f") (canon lift (core func $i "f"))))
      """)
    let noise = SwiftTask { try await busy.call("f", timeout: .milliseconds(600)) }
    #expect(try await fixture.call("f", .u32(300_000)) == .u32(3))
    await #expect(throws: CallError.self) { _ = try await noise.value }
  }

  @Test func aCallThatWaitsCanBeGivenLongerThanADeadline() async throws {
    let fixture = try await Bystanders(allocator, naming, limits: short)
    // Cancelled while it waits for the host, which does not look.
    var linker = Linker()
    linker.asyncFunction("name") { _ in
      try await SwiftTask.sleep(for: .seconds(30))
      return .string("")
    }
    let waiting = try await fixture.limited.store.instantiate(
      Component(engine: engine, text: allocator), linker)
    do {
      _ = try await waiting.function("later").call(timeout: .milliseconds(60))
      Issue.record("it has returned")
    } catch CallError.timedOut(nil) {}
    try await fixture.expectUntouched()
  }

  /// A call whose guest computed when its time was over.
  private func expectTimedOut(
    _ body: () async throws -> Void, sourceLocation: SourceLocation = #_sourceLocation
  ) async throws {
    do {
      try await body()
      Issue.record("it has returned", sourceLocation: sourceLocation)
    } catch CallError.timedOut(let trap) {
      #expect(trap?.reason == .deadline, sourceLocation: sourceLocation)
    }
  }
}
