// The order in which ready threads run is chosen by the embedder, recorded and repeated; and an engine can do without.

import Testing

@testable import Apus

/// `all` makes three threads, each of which tells the host its number again and again, giving way in between.
private let talkers = guest(
  """
  (import "say" (func $say (param "x" u32)))
  (core type $thread (func (param i32)))
  (core module $tables (table (export "table") 1 funcref))
  (core instance $tables (instantiate $tables))
  (core func $say' (canon lower (func $say)))
  (core func $yield' (canon thread.yield))
  (core module $talker
    (import "" "table" (table 1 funcref))
    (import "" "say" (func $say (param i32)))
    (import "" "yield" (func $yield (result i32)))
    (func $talk (param i32)
      (local i32)
      (loop $l
        (call $say (local.get 0))
        (drop (call $yield))
        (br_if $l
          (i32.lt_u (local.tee 1 (i32.add (local.get 1) (i32.const 1))) (i32.const 8)))))
    (elem (i32.const 0) func $talk))
  (core instance (instantiate $talker (with "" (instance
    (export "table" (table $tables "table")) (export "say" (func $say'))
    (export "yield" (func $yield'))))))
  """,
  [
    .init(
      "thread.new", "(param i32 i32) (result i32)",
      #"thread.new-indirect $thread (core table $tables "table")"#),
    .init("thread.resume-later", "(param i32)", "thread.resume-later"), .returnNothing,
  ],
  core: """
    (func $begin (param i32)
      (call $thread.resume-later (call $thread.new (i32.const 0) (local.get 0))))
    (func (export "all")
      (call $begin (i32.const 0)) (call $begin (i32.const 1)) (call $begin (i32.const 2))
      (call $return))
    """,
  exports: #"(func (export "all") async (canon lift (core func $i "all") async))"#)

@Suite struct SchedulingTests {
  /// What three threads say, and what was chosen.
  private func run(
    _ scheduling: Store.Scheduling
  ) async throws -> (said: [UInt32], trace: Store.ScheduleTrace?) {
    let said = Log<UInt32>()
    var linker = Linker()
    linker.function("say") { _, arguments in
      if case .u32(let number)? = arguments.first { said.add(number) }
      return nil
    }
    let store = try Store(engine: engine, scheduling: scheduling)
    let instance = try await store.instantiate(
      Component(engine: engine, text: talkers), linker)
    _ = try await instance.function("all").call()
    #expect(await eventually { await store.counts.threads == 0 })
    return (said.entries, await store.scheduleTrace)
  }

  @Test func oneAfterTheOther() async throws {
    let (said, trace) = try await run(.fifo)
    #expect(said == Array(repeating: [0, 1, 2], count: 8).flatMap { $0 })
    #expect(trace == nil)
  }

  @Test func bySeed() async throws {
    var orders: Set<[UInt32]> = []
    for seed: UInt64 in 0..<8 {
      let first = try await run(.random(seed: seed)).said
      #expect(first.count == 24)
      #expect(try await run(.random(seed: seed)).said == first)
      orders.insert(first)
    }
    #expect(orders.count > 4)
  }

  @Test func recordedAndRepeated() async throws {
    let (said, trace) = try await run(.random(seed: 7).recorded())
    let bytes = try #require(trace).bytes
    let saved = try #require(Store.ScheduleTrace(bytes: bytes))
    let again = try await run(.replay(saved).recorded())
    #expect(again.said == said)
    #expect(again.trace?.bytes == bytes)
    #expect(Store.ScheduleTrace(bytes: [0x80]) == nil)
  }

  @Test func withoutConcurrency() async throws {
    var configuration = Engine.Configuration()
    configuration.hasConcurrency = false
    let engine = Engine(configuration: configuration)
    #expect {
      try Component(engine: engine, text: talkers)
    } throws: { error in
      (error as? LoadError)?.reason == .invalid
    }
    let store = try Store(engine: engine)
    let instance = try await store.instantiate(Component(engine: engine, text: bystander))
    #expect(try await instance.function("answer").call() == .u32(7))
    #expect(await store.counts == Store.Counts())
  }
}
