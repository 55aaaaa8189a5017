// Each limit on what one guest computes or allocates is hit from guest code, with an error of its own, and hits nobody else.

import Testing

@testable import Apus

private let greedy = """
  (component
    (core module $m
      (type $pair (struct (field (ref null 0)) (field i64)))
      (memory (export "mem") 1)
      (table $t 1 funcref)
      (func (export "spin") (loop $l (br $l)))
      (func (export "work") (param i32)
        (loop $l
          (local.set 0 (i32.sub (local.get 0) (i32.const 1)))
          (br_if $l (local.get 0))))
      (func (export "memory") (param i32) (result i32) (memory.grow (local.get 0)))
      (func (export "table") (param i32) (result i32)
        (table.grow $t (ref.null func) (local.get 0)))
      (func $deep (export "deep") (call $deep))
      (func (export "objects") (local $all (ref null $pair))
        (loop $l
          (local.set $all (struct.new $pair (local.get $all) (i64.const 0)))
          (br $l)))
      (func (export "answer") (result i32) (i32.const 9)))
    (core instance $i (instantiate $m))
    (func (export "spin") (canon lift (core func $i "spin")))
    (func (export "work") (param "n" u32) (canon lift (core func $i "work")))
    (func (export "memory") (param "n" u32) (result s32) (canon lift (core func $i "memory")))
    (func (export "table") (param "n" u32) (result s32) (canon lift (core func $i "table")))
    (func (export "deep") (canon lift (core func $i "deep")))
    (func (export "objects") (canon lift (core func $i "objects")))
    (func (export "answer") (result u32) (canon lift (core func $i "answer"))))
  """

@Suite struct LimitTests {
  @Test func fuel() async throws {
    let fixture = try await Bystanders(greedy, limits: limits { $0.fuel = 200_000 })
    await expectTrap(.fuelExhausted) { _ = try await fixture.call("spin") }
    #expect(await fixture.limited.store.fuel == 0)
    await fixture.limited.store.setFuel(1000)
    try await fixture.expectPoisoned("answer", by: .fuelExhausted)
    try await fixture.expectUntouched()
  }

  @Test func fuelOfOneCall() async throws {
    let fixture = try await Bystanders(greedy, limits: limits { $0.fuel = 1_000_000 })
    // Enough for both, or for neither: the call's own runs out, and the store's goes down by as much.
    _ = try await fixture.call("work", .u32(1000), fuel: 100_000)
    let left = try #require(await fixture.limited.store.fuel)
    #expect((900_000..<1_000_000).contains(left))
    let trap = await expectTrap(.fuelExhausted) {
      _ = try await fixture.call("spin", fuel: 300_000)
    }
    #expect(trap?.backtrace.isEmpty == false)
    #expect(await fixture.limited.store.fuel == left - 300_000)
    try await fixture.expectUntouched()
  }

  @Test func fuelOfOneCallWhereTheStoreHasNoLimit() async throws {
    let fixture = try await Bystanders(greedy, limits: Store.Limits())
    _ = try await fixture.call("work", .u32(100_000), fuel: 10_000_000)
    #expect(await fixture.limited.store.fuel == nil)
    await expectTrap(.fuelExhausted) { _ = try await fixture.call("spin", fuel: 5_000_000) }
    #expect(await fixture.limited.store.fuel == nil)
    try await fixture.expectUntouched()
  }

  @Test func growingMemory() async throws {
    // Both memories of the store count.
    let fixture = try await Bystanders(greedy, limits: limits { $0.memoryBytes = 4 << 16 })
    #expect(try await fixture.call("memory", .u32(4)) == .s32(-1))
    #expect(try await fixture.call("memory", .u32(2)) == .s32(1))
    #expect(try await fixture.call("memory", .u32(2)) == .s32(-1))
    let second = try await fixture.limited.store.instantiate(
      Component(engine: engine, text: greedy))
    #expect(try await second.function("memory").call(.u32(1)) == .s32(-1))
    try await fixture.expectUntouched()
  }

  @Test func growingTables() async throws {
    let fixture = try await Bystanders(greedy, limits: limits { $0.tableElements = 10 })
    #expect(try await fixture.call("table", .u32(10)) == .s32(-1))
    #expect(try await fixture.call("table", .u32(9)) == .s32(1))
    #expect(try await fixture.call("table", .u32(1)) == .s32(-1))
    try await fixture.expectUntouched()
  }

  @Test(arguments: [
    ("(memory 3)", LimitError.Limit.memoryBytes), ("(memory i64 3)", .memoryBytes),
    ("(memory 3 4 shared)", .memoryBytes), ("(table 200 funcref)", .tableElements),
  ])
  func sizesAtFirst(_ definition: String, _ expected: LimitError.Limit) async throws {
    let few = limits {
      $0.memoryBytes = 2 << 16
      $0.tableElements = 100
    }
    let component = try Component(
      engine: engine,
      text: "(component (core module $m \(definition)) (core instance (instantiate $m)))")
    let store = try Store(engine: engine, limits: few)
    try await expectLimit(expected) { _ = try await store.instantiate(component) }
    // What was not made does not count.
    let small = try Component(
      engine: engine,
      text: """
        (component
          (core module $m (memory 2) (table 100 funcref)) (core instance (instantiate $m)))
        """)
    _ = try await store.instantiate(small)
    _ = try await Store(engine: engine).instantiate(component)
  }

  @Test func instances() async throws {
    // Instances of components and of core modules are counted apart.
    let store = try Store(engine: engine, limits: limits { $0.instances = 3 })
    let component = try Component(engine: engine, text: bystander)
    var made: [Instance] = []
    for _ in 0..<3 { made.append(try await store.instantiate(component)) }
    try await expectLimit(.instances) { _ = try await store.instantiate(component) }
    for instance in made { #expect(try await instance.function("answer").call() == .u32(7)) }
    _ = try await Store(engine: engine).instantiate(component)
  }

  @Test func stack() async throws {
    let fixture = try await Bystanders(greedy, limits: limits { $0.stackBytes = 64 << 10 })
    let trap = await expectTrap(.callStackExhausted) { _ = try await fixture.call("deep") }
    #expect(trap?.backtrace.isEmpty == false)
    try await fixture.expectPoisoned("answer", by: .callStackExhausted)
    try await fixture.expectUntouched()
  }

  @Test func gcHeap() async throws {
    let fixture = try await Bystanders(greedy, limits: limits { $0.gcHeapBytes = 1 << 20 })
    await expectTrap(.gcHeapExhausted) { _ = try await fixture.call("objects") }
    try await fixture.expectPoisoned("answer", by: .gcHeapExhausted)
    try await fixture.expectUntouched()
  }

  @Test func nativeDepth() async throws {
    // Each component calls the host, which calls the next one.
    let text = guest(
      #"(import "next" (func $next))"#, [.init("next", "", "lower (func $next)")],
      core: #"(func (export "f") (call $next))"#,
      exports: #"(func (export "f") (canon lift (core func $i "f")))"#)
    let functions = Log<Function>()
    let depth = Log<Int>()
    var linker = Linker()
    linker.function("next") { context, _ in
      depth.add(1)
      let next = functions.entries
      if depth.entries.count < next.count { _ = try context.call(next[depth.entries.count]) }
      return nil
    }
    let fixture = try await Bystanders(text, linker, limits: limits { $0.nativeDepth = 5 })
    let component = try Component(engine: engine, text: text)
    for _ in 0..<10 {
      functions.add(
        try await fixture.limited.store.instantiate(component, linker).function("f"))
    }
    await expectTrap(.callStackExhausted) { _ = try await functions.entries[0].call() }
    #expect(depth.entries.count == 5)
    try await fixture.expectUntouched()
    // Those that were not reached can still be called; now the host calls nobody.
    for _ in 0..<5 { depth.add(1) }
    _ = try await functions.entries[9].call()
  }

  @Test func valuesForTheHost() async throws {
    let text = guest(
      #"(import "take" (func $take (param "x" (list u32))))"#,
      [.init("take", "(param i32 i32)", "lower (func $take) MEM")],
      core: """
        (func (export "give") (param i32) (call $take (i32.const 0) (local.get 0)))
        (func (export "return") (param i32) (result i32)
          (i32.store (i32.const 4) (local.get 0)) (i32.const 0))
        (func (export "answer") (result i32) (i32.const 9))
        """,
      exports: """
        (func (export "give") (param "n" u32) (canon lift (core func $i "give")))
        (func (export "return") (param "n" u32) (result (list u32))
          (canon lift (core func $i "return") MEM))
        (func (export "answer") (result u32) (canon lift (core func $i "answer")))
        """)
    var linker = Linker()
    linker.function("take") { _, _ in nil }
    let few = limits { $0.hostValueBytes = 100_000 }
    for name in ["give", "return"] {
      let fixture = try await Bystanders(text, linker, limits: few)
      _ = try await fixture.call(name, .u32(10))
      await expectTrap(.component("hostValueTooLarge")) {
        _ = try await fixture.call(name, .u32(10_000))
      }
      try await fixture.expectPoisoned("answer", by: .component("hostValueTooLarge"))
      try await fixture.expectUntouched()
    }
  }

  /// Something that is refused because of a limit.
  private func expectLimit(
    _ expected: LimitError.Limit, _ body: () async throws -> Void,
    sourceLocation: SourceLocation = #_sourceLocation
  ) async throws {
    do {
      try await body()
      Issue.record("nothing was refused", sourceLocation: sourceLocation)
    } catch InstantiationError.call(.limit(let error)) {
      #expect(error.limit == expected, sourceLocation: sourceLocation)
    }
  }
}
