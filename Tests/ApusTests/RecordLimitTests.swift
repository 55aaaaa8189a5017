// Limits on what a store keeps for its guests: handles, calls, threads, stacks, streams and sets.

import Testing

@testable import Apus

/// What makes records without end, and what waits.
private let hoarder = guest(
  """
  (import "host" (func $host async (result u32)))
  (type $R (resource (rep i32)))
  (type $ST (stream u8))
  (core type $thread (func (param i32)))
  (core module $tables (table (export "table") 1 funcref))
  (core instance $tables (instantiate $tables))
  (core module $filler
    (import "" "mem" (memory 1))
    (import "" "table" (table 1 funcref))
    (import "" "set.new" (func $set.new (result i32)))
    (import "" "set.wait" (func $set.wait (param i32 i32) (result i32)))
    (func $wait (param i32) (drop (call $set.wait (call $set.new) (i32.const 16))))
    (elem (i32.const 0) func $wait))
  (core func $set.new' (canon waitable-set.new))
  (core func $set.wait' (canon waitable-set.wait (memory (core memory $libc "mem"))))
  (core instance (instantiate $filler (with "" (instance
    (export "mem" (memory $libc "mem")) (export "table" (table $tables "table"))
    (export "set.new" (func $set.new')) (export "set.wait" (func $set.wait'))))))
  """,
  [
    .init("host", "(result i32)", "lower (func $host)"),
    .init("new", "(param i32) (result i32)", "resource.new $R"), .setNew, .returnU32,
    .returnNothing, .yield, .init("stream.new", "(result i64)", "stream.new $ST"),
    .init("thread.new", "(param i32 i32) (result i32)", "thread.new-indirect $thread TABLE"),
    .init("thread.resume-later", "(param i32)", "thread.resume-later"),
  ],
  core: """
    (func (export "handles") (loop $l (drop (call $new (i32.const 1))) (br $l)))
    (func (export "sets") (loop $l (drop (call $set.new)) (br $l)))
    (func (export "streams") (loop $l (drop (call $stream.new)) (br $l)))
    (func (export "threads")
      (loop $l (drop (call $thread.new (i32.const 0) (i32.const 0))) (br $l)))
    (func (export "running")
      (loop $l
        (call $thread.resume-later (call $thread.new (i32.const 0) (i32.const 0)))
        (drop (call $yield))
        (br $l)))
    (func (export "wait") (call $return-u32 (call $host)))
    (func (export "answer") (result i32) (i32.const 9))
    """,
  exports: """
    (func (export "handles") (canon lift (core func $i "handles")))
    (func (export "sets") (canon lift (core func $i "sets")))
    (func (export "streams") (canon lift (core func $i "streams")))
    (func (export "threads") async (canon lift (core func $i "threads") async))
    (func (export "running") async (canon lift (core func $i "running") async))
    (func (export "wait") async (result u32) (canon lift (core func $i "wait") async))
    (func (export "answer") (result u32) (canon lift (core func $i "answer")))
    """
).replacing("TABLE", with: #"(core table $tables "table")"#)

@Suite(.timeLimit(.minutes(1))) struct RecordLimitTests {
  private func fixture(
    _ change: (inout Store.Limits) -> Void, _ goOn: Signal = Signal()
  ) async throws -> Bystanders {
    var linker = Linker()
    linker.asyncFunction("host") { _ in
      await goOn.wait()
      return .u32(1)
    }
    return try await Bystanders(hoarder, linker, limits: limits(change))
  }

  @Test(arguments: [
    ("handles", "tableFull"), ("sets", "tooManyRecords"), ("streams", "tooManyRecords"),
    ("threads", "tooManyThreads"), ("running", "tooManyThreads"),
  ])
  func records(_ name: String, _ reason: String) async throws {
    let fixture = try await fixture {
      $0.handles = 1000
      $0.waitables = 500
      $0.threads = 200
    }
    await expectTrap(.component(reason)) { _ = try await fixture.call(name) }
    try await fixture.expectPoisoned("answer", by: .component(reason))
    try await fixture.expectUntouched()
    // What it had made is gone with it: another one can make as much, and no more.
    #expect(await fixture.limited.store.counts.threads == 0)
    let again = try await fixture.limited.store.instantiate(
      Component(engine: engine, text: hoarder), self.host)
    await expectTrap(.component(reason)) { _ = try await again.function(name).call() }
    try await fixture.expectUntouched()
  }

  private var host: Linker {
    var linker = Linker()
    linker.asyncFunction("host") { _ in .u32(1) }
    return linker
  }

  @Test func stacksOfAllThreads() async throws {
    let fixture = try await fixture { $0.allStackBytes = 256 << 10 }
    await expectTrap(.callStackExhausted) { _ = try await fixture.call("running") }
    try await fixture.expectPoisoned("answer", by: .callStackExhausted)
    try await fixture.expectUntouched()
  }

  /// The host makes too many calls: those that there is no room for fail, and nothing else happens.
  @Test(arguments: ["tasks", "stacks"])
  func callsOfTheHost(_ limit: String) async throws {
    let goOn = Signal()
    let fixture = try await fixture(
      { if limit == "tasks" { $0.tasks = 20 } else { $0.allStackBytes = 20 << 10 } }, goOn)
    let wait = try fixture.limited.instance.function("wait")
    let reason: Trap.Reason =
      limit == "tasks" ? .component("tooManyTasks") : .callStackExhausted
    let outcomes = await withTaskGroup(of: Bool?.self) { group in
      for _ in 0..<50 {
        group.addTask {
          do {
            return try await wait.call() == .u32(1)
          } catch CallError.trap(let trap) where trap.reason == reason {
            return false
          } catch {
            Issue.record("\(error)")
            return nil
          }
        }
      }
      var outcomes: [Bool?] = []
      while let next = await group.next() {
        outcomes.append(next)
        // The others wait until all that have to fail have.
        if outcomes.count == 40 { goOn.set() }

      }
      return outcomes
    }
    #expect(outcomes.contains(true) && outcomes.contains(false))
    #expect(!outcomes.contains(nil))
    #expect(try await fixture.call("answer") == .u32(9))
    #expect(try await wait.call() == .u32(1))
    #expect(await eventually { await fixture.limited.store.counts.tasks == 0 })
    try await fixture.expectUntouched()
  }

  /// One of several calls hits a limit: those that wait in its component end with it, and learn why; others go on.
  @Test func oneOfSeveralCalls() async throws {
    let goOn = Signal()
    let fixture = try await fixture({ $0.handles = 1000 }, goOn)
    var linker = Linker()
    linker.asyncFunction("host") { _ in
      await goOn.wait()
      return .u32(2)
    }
    let other = try await fixture.limited.store.instantiate(
      Component(engine: engine, text: hoarder), linker)
    let here = try fixture.limited.instance.function("wait")
    let there = try other.function("wait")
    let ends = SwiftTask { try await here.call() }
    let goesOn = SwiftTask { try await there.call() }
    // The calls and those of the host's function.
    #expect(await eventually { await fixture.limited.store.counts.tasks == 4 })
    await expectTrap(.component("tableFull")) { _ = try await fixture.call("handles") }
    await expectTrap(.component("tableFull")) { _ = try await ends.value }
    goOn.set()
    #expect(try await goesOn.value == .u32(2))
    try await fixture.expectUntouched()
  }

  /// The same for fuel that only one call was given: another call of the same component is ended by the trap, one of
  /// another component is not, and has used nothing of that fuel.
  @Test func fuelOfOneOfSeveralCalls() async throws {
    let goOn = Signal()
    let fixture = try await fixture({ _ in }, goOn)
    let here = try fixture.limited.instance.function("wait")
    let ends = SwiftTask { try await here.call() }
    #expect(await eventually { await fixture.limited.store.counts.tasks == 2 })
    await expectTrap(.fuelExhausted) { _ = try await fixture.call("handles", fuel: 10_000) }
    await expectTrap(.fuelExhausted) { _ = try await ends.value }
    #expect(await fixture.limited.store.counts.tasks == 0)
    try await fixture.expectUntouched()
  }
}
