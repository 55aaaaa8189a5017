import Testing
import WasmSyntax

@testable import WasmExecution

/// Every limit of a store, hit from guest code.
@Suite struct LimitTests {
  private static let loop = #"(module (func (export "loop") (loop $l (br $l))))"#

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

  @Test func timerStopsWhenNothingRuns() throws {
    let store = CoreStore.forTests()
    let instance = try store.instance(#"(module (func (export "f")))"#)
    try instance.call("f")
    // Other tests may be running stores of their own: only its start can be relied on.
    #expect(EpochTimer.shared.isTicking)
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
