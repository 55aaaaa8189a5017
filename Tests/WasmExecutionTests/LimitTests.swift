import Testing
import WasmSyntax

@testable import WasmExecution

/// Every limit of a store, hit from guest code.
@Suite struct LimitTests {
  private static let loop = #"(module (func (export "loop") (loop $l (br $l))))"#

  @Test func instructionsOfAFunction() throws {
    let engine = Engine.forTests { $0.limits.functionInstructions = 1000 }
    let store = CoreStore.forTests(engine: engine)
    let steps = String(
      repeating: "(local.set 0 (i32.mul (local.get 0) (i32.const 3)))", count: 2000)
    let instance = try store.instance(
      """
      (module (func (export "large") (param i32) \(steps)) (func (export "small")))
      """)
    #expect(try instance.trap("large", .i32(0)).reason == .functionTooLarge)
    #expect(!store.isPoisoned)
    try instance.call("small")
  }

  @Test func fuel() throws {
    let count = """
      (module (func (export "count") (param i32)
        (loop $l (br_if $l
          (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))))
      """
    let store = CoreStore.forTests { $0.fuel = 1_000_000 }
    let instance = try store.instance(count)
    try instance.call("count", .i32(10))
    let small = 1_000_000 - (try #require(store.fuel))
    try instance.call("count", .i32(1010))
    let large = 1_000_000 - small - (try #require(store.fuel))
    // Exactly proportional to the iterations, whatever the slices.
    #expect((large - small) % 1000 == 0)
    let perIteration = (large - small) / 1000
    #expect(perIteration > 0)
    let trap = try instance.trap("count", .i32(.max))
    #expect(trap.reason == .fuelExhausted)
    #expect(trap.message == "all fuel consumed")
    #expect(store.fuel == 0)
    // One unit less than is needed traps, exactly what is needed does not.
    store.fuel = large
    try instance.call("count", .i32(1010))
    #expect(store.fuel == 0)
    store.fuel = large - 1
    #expect(try instance.trap("count", .i32(1010)).reason == .fuelExhausted)
  }

  /// Fusion changes what is executed, not what it costs.
  @Test func fuelIsTheSameUnfused() throws {
    let text = """
      (module (memory 1)
        (func $fib (export "fib") (param i32) (result i32)
          (if (result i32) (i32.lt_u (local.get 0) (i32.const 2))
            (then (local.get 0))
            (else (i32.add
              (call $fib (i32.sub (local.get 0) (i32.const 1)))
              (call $fib (i32.sub (local.get 0) (i32.const 2)))))))
        (func (export "sieve") (param i32) (result i32) (local i32 i32)
          (loop $outer
            (local.set 2 (local.get 1))
            (loop $inner
              (i32.store8 (local.get 2) (i32.const 1))
              (br_if $inner (i32.lt_u
                (local.tee 2 (i32.add (local.get 2) (i32.const 7))) (local.get 0))))
            (br_if $outer (i32.lt_u
              (local.tee 1 (i32.add (local.get 1) (i32.const 3))) (local.get 0))))
          (local.get 2)))
      """
    var spent: [[UInt64]] = []
    for fusion in [true, false] {
      let engine = Engine.forTests { $0.instructionFusion = fusion }
      let store = CoreStore.forTests(engine: engine) { $0.fuel = 1_000_000_000 }
      let instance = try store.instance(text)
      var costs: [UInt64] = []
      for name in ["fib", "sieve"] {
        store.fuel = 1_000_000_000
        _ = try instance.int(name, .i32(20))
        costs.append(1_000_000_000 - (try #require(store.fuel)))
      }
      spent.append(costs)
    }
    #expect(spent[0] == spent[1])
    #expect(spent[0].allSatisfy { $0 > 50 })
  }

  @Test func fuelOfBulkOperations() throws {
    let store = CoreStore.forTests { $0.fuel = 10_000 }
    let instance = try store.instance(
      """
      (module (memory 16)
        (func (export "fill") (param i32)
          (memory.fill (i32.const 0) (i32.const 1) (local.get 0))))
      """)
    try instance.call("fill", .i32(0))
    let base = 10_000 - (try #require(store.fuel))
    store.fuel = 10_000
    try instance.call("fill", .i32(1600))
    #expect(10_000 - (try #require(store.fuel)) == base + 100)
    #expect(try instance.trap("fill", .i32(1 << 20)).reason == .fuelExhausted)
  }

  @Test func deadline() throws {
    let store = CoreStore.forTests { $0.deadlineTicks = 4 }
    let instance = try store.instance(Self.loop)
    let start = OSThread.now
    let trap = try instance.trap("loop")
    #expect(trap.reason == .deadline)
    #expect(trap.description == "wasm trap: interrupt")
    #expect(OSThread.now - start >= 15_000_000)
  }

  @Test func deadlineOfBulkOperations() throws {
    let store = CoreStore.forTests { $0.deadlineTicks = 2 }
    let instance = try store.instance(
      """
      (module (memory 16384)
        (func (export "fill")
          (loop $l
            (memory.fill (i32.const 0) (i32.const 0) (i32.const 0x10000000))
            (br $l))))
      """)
    #expect(try instance.trap("fill").reason == .deadline)
  }

  @Test func timerTicksWhileSomethingRuns() {
    let timer = EpochTimer()
    let client = EpochClient(timer: timer)
    let other = EpochClient(timer: timer)
    for _ in 0..<2 {
      client.enter()
      other.enter()
      other.leave()
      let start = timer.epoch
      while timer.epoch < start + 3 { OSThread.sleep(milliseconds: 1) }
      client.leave()
      while timer.isTicking { OSThread.sleep(milliseconds: 1) }
      OSThread.sleep(milliseconds: 20)
      let end = timer.epoch
      OSThread.sleep(milliseconds: 20)
      #expect(timer.epoch == end)
    }
    client.retire()
    other.retire()
  }

  @Test func memoryBytes() throws {
    let store = CoreStore.forTests { $0.memoryBytes = 10 << 16 }
    let text = """
      (module (memory (export "m") 1)
        (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0))))
      """
    let instance = try store.instance(text)
    #expect(try instance.int("grow", .i32(8)) == 1)
    #expect(try instance.int("grow", .i32(2)) == .max)
    _ = try store.instance(text)
    #expect(throws: InstantiationError.self) { try store.instance(text) }
    #expect(try instance.int("grow", .i32(1)) == .max)
    #expect(try instance.int("grow", .i32(0)) == 9)
  }

  @Test func tableElements() throws {
    let store = CoreStore.forTests { $0.tableElements = 100 }
    let text = """
      (module (table 10 funcref)
        (func (export "grow") (param i32) (result i32)
          (table.grow 0 (ref.null func) (local.get 0))))
      """
    let instance = try store.instance(text)
    #expect(try instance.int("grow", .i32(80)) == 10)
    #expect(try instance.int("grow", .i32(11)) == .max)
    _ = try store.instance(text)
    #expect(throws: InstantiationError.self) { try store.instance(text) }
  }

  @Test func instances() throws {
    let store = CoreStore.forTests { $0.instances = 2 }
    _ = try store.instance("(module)")
    _ = try store.instance("(module)")
    #expect(throws: InstantiationError.self) { try store.instance("(module)") }
  }

  @Test func gcHeapBytes() throws {
    let store = CoreStore.forTests { $0.gcHeapBytes = 1 << 20 }
    let instance = try store.instance(
      """
      (module (type $node (struct (field (ref null $node))))
        (func (export "keep") (local $head (ref null $node))
          (loop $l
            (local.set $head (struct.new $node (local.get $head)))
            (br $l)))
        (func (export "large") (param i32) (result i32)
          (array.len (array.new_default $bytes (local.get 0))))
        (type $bytes (array i8)))
      """)
    let trap = try instance.trap("keep")
    #expect(trap.reason == .gcHeapExhausted)
    #expect(try instance.trap("large", .i32(2 << 20)).reason == .gcHeapExhausted)
    #expect(try instance.trap("large", .i32(.max)).reason == .gcHeapExhausted)
    #expect(try instance.int("large", .i32(500_000)) == 500_000)
    #expect(store.heap.footprint <= 1 << 20)
  }

  @Test func moduleSizeAndNesting() throws {
    let engine = Engine.forTests { $0.limits.moduleBytes = 100 }
    let long = #"(module (memory 1) (data "\#(String(repeating: "a", count: 100))"))"#
    #expect(throws: ModuleError.self) { try engine.module(long) }
    let flat = Engine.forTests { $0.limits.blockNesting = 10 }
    let blocks = String(repeating: "block ", count: 11) + String(repeating: "end ", count: 11)
    #expect(throws: ModuleError.self) { try flat.module("(module (func \(blocks)))") }
  }
}
