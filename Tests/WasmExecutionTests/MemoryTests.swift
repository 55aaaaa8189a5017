import Testing
import WasmSyntax

@testable import WasmExecution

@Suite struct MemoryTests {
  @Test func growthKeepsContents() throws {
    // A reservation of one page: the memory has to move to grow.
    let store = CoreStore.forTests { $0.memory64ReservationBytes = 1 << 16 }
    let instance = try store.instance(
      """
      (module (memory i64 1)
        (func (export "grow") (param i64) (result i64) (memory.grow (local.get 0)))
        (func (export "store") (i32.store (i64.const 65532) (i32.const 77)))
        (func (export "load") (result i32) (i32.load (i64.const 65532)))
        (func (export "last") (param i64) (result i32) (i32.load8_u (local.get 0))))
      """)
    try instance.call("store")
    for pages in [1, 10, 100] {
      _ = try instance.call("grow", .i64(UInt64(pages)))
      #expect(try instance.int("load") == 77)
    }
    #expect(try instance.int("last", .i64(112 * 65536 - 1)) == 0)
    #expect(try instance.trap("last", .i64(112 * 65536)).reason == .memoryOutOfBounds)
    #expect(try instance.trap("last", .i64(.max)).reason == .memoryOutOfBounds)
    guard case .i64(.max) = try instance.call("grow", .i64(1 << 60))[0] else {
      Issue.record("grew by 2^60 pages")
      return
    }
  }

  @Test func pagesOfOneByte() throws {
    let store = CoreStore.forTests()
    let instance = try store.instance(
      """
      (module (memory 5 (pagesize 1))
        (func (export "load") (param i32) (result i32) (i32.load8_u (local.get 0)))
        (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0)))
        (func (export "size") (result i32) (memory.size)))
      """)
    #expect(try instance.int("load", .i32(4)) == 0)
    #expect(try instance.trap("load", .i32(5)).reason == .memoryOutOfBounds)
    #expect(try instance.int("grow", .i32(7)) == 5)
    #expect(try instance.int("load", .i32(11)) == 0)
    #expect(try instance.int("size") == 12)
  }

  /// A reservation taken from the pool again is zero.
  @Test func reusedMemoryIsZero() throws {
    for size in [1, 100] {
      for _ in 0..<5 {
        let store = CoreStore.forTests()
        let memory = try store.makeMemory(MemoryType(limits: Limits(minimum: UInt64(size))))
        let isZero = [UInt8](memory.bytes) == [UInt8](repeating: 0, count: memory.bytes.count)
        #expect(isZero)
        memory.bytes.initializeMemory(as: UInt8.self, repeating: 0xFF)
      }
    }
  }

  @Test func overlappingCopiesInSteps() throws {
    // Lengths above the step of 1 MiB, in both directions.
    let store = CoreStore.forTests()
    let instance = try store.instance(
      """
      (module (memory (export "m") 64)
        (func (export "copy") (param i32 i32 i32)
          (memory.copy (local.get 0) (local.get 1) (local.get 2))))
      """)
    guard case .memory(let memory)? = instance.export(named: "m") else {
      Issue.record("no memory")
      return
    }
    let length = 5 << 18
    let pattern = (0..<length).map { UInt8(truncatingIfNeeded: $0 &* 7) }
    for (to, from) in [(100, 0), (0, 100), (1 << 20, 0), (0, 1 << 20)] {
      UnsafeMutableRawBufferPointer(rebasing: memory.bytes[from..<from + length])
        .copyBytes(from: pattern)
      try instance.call(
        "copy", .i32(UInt32(to)), .i32(UInt32(from)), .i32(UInt32(length)))
      let isCopied = [UInt8](memory.bytes[to..<to + length]) == pattern
      #expect(isCopied)
    }
  }
}
