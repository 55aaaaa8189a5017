import Synchronization
import Testing
import WasmSyntax

@testable import WasmExecution

private final class Payload: Sendable {
  static let alive = Mutex(0)
  init() { Self.alive.withLock { $0 += 1 } }
  deinit { Self.alive.withLock { $0 -= 1 } }
}

@Suite struct CollectorTests {
  private static let lists = """
    (module
      (type $node (struct (field (mut i32)) (field (mut (ref null $node)))))
      (type $mixed (struct (field i8) (field v128) (field (ref null $mixed)) (field i16) (field f64)))
      (type $refs (array (mut (ref null $node))))
      (global $kept (mut (ref null $node)) (ref.null $node))
      (table $t 10 (ref null $node))

      ;; Builds a list of so many nodes and returns the sum of its values.
      (func $build (param i32) (result (ref null $node)) (local (ref null $node))
        (loop $l
          (local.set 1 (struct.new $node (local.get 0) (local.get 1)))
          (br_if $l (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))
        (local.get 1))
      (func $sum (param (ref null $node)) (result i32) (local i32)
        (block $done
          (loop $l
            (br_if $done (ref.is_null (local.get 0)))
            (local.set 1 (i32.add (local.get 1) (struct.get $node 0 (local.get 0))))
            (local.set 0 (struct.get $node 1 (local.get 0)))
            (br $l)))
        (local.get 1))
      (func (export "keep") (param i32) (global.set $kept (call $build (local.get 0))))
      (func (export "sum") (result i32) (call $sum (global.get $kept)))
      (func (export "churn") (param i32 i32)
        (loop $l
          (drop (call $build (local.get 1)))
          (br_if $l (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))))
      (func (export "table") (result i32)
        (table.set $t (i32.const 3) (call $build (i32.const 100)))
        (drop (call $build (i32.const 500000)))
        (call $sum (table.get $t (i32.const 3))))
      (func (export "array") (result i32) (local (ref $refs))
        (local.set 0 (array.new $refs (call $build (i32.const 10)) (i32.const 5000)))
        (array.set $refs (local.get 0) (i32.const 4999) (call $build (i32.const 20)))
        (drop (call $build (i32.const 500000)))
        (i32.add
          (call $sum (array.get $refs (local.get 0) (i32.const 0)))
          (call $sum (array.get $refs (local.get 0) (i32.const 4999)))))
      (func (export "mixed") (result i32) (local (ref null $mixed) i32)
        (loop $l
          (local.set 0 (struct.new $mixed (i32.const 0x181)
            (v128.const i64x2 1 2) (local.get 0) (i32.const 7) (f64.const 1.5)))
          (br_if $l (i32.lt_u (local.tee 1 (i32.add (local.get 1) (i32.const 1)))
            (i32.const 300000))))
        (i32.add
          (struct.get_u $mixed 0 (struct.get $mixed 2 (local.get 0)))
          (i32.wrap_i64 (i64x2.extract_lane 1 (struct.get $mixed 1 (local.get 0))))))
      (func (export "make") (param i32) (result (ref null $node)) (call $build (local.get 0)))
      (func (export "total") (param (ref null $node)) (result i32) (call $sum (local.get 0))))
    """

  @Test func millionsOfObjectsInABoundedHeap() throws {
    let store = CoreStore.forTests { $0.gcHeapBytes = 16 << 20 }
    let instance = try store.instance(Self.lists)
    try instance.call("keep", .i32(1000))
    // Two million nodes of 32 bytes.
    try instance.call("churn", .i32(200), .i32(10_000))
    #expect(store.heap.collections > 5)
    #expect(store.heap.footprint <= 16 << 20)
    #expect(try instance.int("sum") == 500_500)
  }

  @Test func longListIsMarkedWithoutRecursion() throws {
    let engine = Engine.forTests()
    onThreads(1, stackBytes: 512 << 10) { _ in
      do {
        let store = CoreStore.forTests(engine: engine)
        let instance = try store.instance(Self.lists)
        try instance.call("keep", .i32(1_000_000))
        let before = store.heap.collections
        try instance.call("churn", .i32(11), .i32(100_000))
        #expect(store.heap.collections > before)
        #expect(store.heap.liveBytes >= 32_000_000)
        #expect(try instance.int("sum") == UInt32(truncatingIfNeeded: 500_000_500_000))
      } catch {
        Issue.record("\(error)")
      }
    }
  }

  @Test func rootsInTablesArraysAndStacks() throws {
    let store = CoreStore.forTests { $0.gcHeapBytes = 64 << 20 }
    let instance = try store.instance(Self.lists)
    #expect(try instance.int("table") == 5050)
    #expect(try instance.int("array") == 55 + 210)
    #expect(try instance.int("mixed") == 0x81 + 2)
    #expect(store.heap.collections > 2)
  }

  /// With a collection at every allocation a root that is missed shows at once.
  @Test func collectingAtEveryAllocation() throws {
    let store = CoreStore.forTests()
    store.heap.isStressed = true
    let text = Self.lists.replacing("500000", with: "50").replacing("300000", with: "50")
      .replacing("5000)", with: "500)").replacing("4999", with: "499")
    let instance = try store.instance(text)
    try instance.call("keep", .i32(300))
    #expect(try instance.int("table") == 5050)
    #expect(try instance.int("array") == 55 + 210)
    #expect(try instance.int("mixed") == 0x81 + 2)
    #expect(try instance.int("sum") == 45150)
    #expect(store.heap.collections > 500)
    #expect(store.heap.liveBytes < 100_000)
  }

  @Test func referencesHeldBySwift() throws {
    let store = CoreStore.forTests()
    let instance = try store.instance(Self.lists)
    var list: [Value] = try instance.call("make", .i32(100))
    #expect(store.roots.count == 1)
    try instance.call("churn", .i32(50), .i32(10_000))
    #expect(store.heap.collections > 0)
    #expect(try instance.int("total", list[0]) == 5050)
    list = []
    #expect(store.roots.count == 0)
    store.heap.collect(store)
    #expect(store.heap.liveBytes == 0)
  }

  @Test func referencesOfAnotherStoreAreRefused() throws {
    let engine = Engine.forTests()
    let module = try engine.module(Self.lists)
    let store = CoreStore.forTests(engine: engine)
    let instance = try store.instantiate(module, imports: [])
    let other = CoreStore.forTests(engine: engine)
    let list = try other.instantiate(module, imports: []).call("make", .i32(3))
    guard case .mismatch = try instance.failure("total", list[0]) else {
      Issue.record("a reference of another store was accepted")
      return
    }
  }

  @Test func hostValues() throws {
    do {
      let store = CoreStore.forTests()
      let instance = try store.instance(
        """
        (module (global $g (mut externref) (ref.null extern))
          (func (export "set") (param externref)
            (global.set $g (extern.convert_any (any.convert_extern (local.get 0)))))
          (func (export "get") (result externref) (global.get $g)))
        """)
      for _ in 0..<1000 {
        try instance.call("set", .ref(#require(store.makeExternal(.object(Payload())))))
      }
      store.heap.collect(store)
      store.heap.collect(store)
      #expect(Payload.alive.withLock { $0 } == 1)
      guard case .ref(let reference) = try instance.call("get")[0],
        case .host(.object(let object)) = store.kind(of: reference)
      else {
        Issue.record("no host value")
        return
      }
      #expect(object is Payload)
      try instance.call("set", .ref(#require(store.makeExternal(.number(42)))))
      guard case .ref(let number) = try instance.call("get")[0],
        case .host(.number(42)) = store.kind(of: number)
      else {
        Issue.record("no number")
        return
      }
    }
    #expect(Payload.alive.withLock { $0 } == 0)
  }

  @Test func constantExpressionsMakeObjects() throws {
    let store = CoreStore.forTests()
    let instance = try store.instance(
      """
      (module
        (type $pair (struct (field i32) (field v128)))
        (type $vectors (array v128))
        (type $pairs (array (ref $pair)))
        (global $p (ref $pair)
          (struct.new $pair (i32.add (i32.const 20) (i32.const 1)) (v128.const i64x2 1 2)))
        (global $a (ref $pairs)
          (array.new_fixed $pairs 2 (global.get $p) (struct.new_default $pair)))
        (global $v (ref $vectors) (array.new $vectors (v128.const i64x2 3 4) (i32.const 7)))
        (elem $e (ref $pair) (global.get $p) (struct.new $pair (i32.const 5) (v128.const i64x2 0 0)))
        (func (export "f") (result i32)
          (i32.add
            (struct.get $pair 0 (array.get $pairs (global.get $a) (i32.const 0)))
            (i32.add
              (i32.wrap_i64 (i64x2.extract_lane 1 (array.get $vectors (global.get $v) (i32.const 6))))
              (struct.get $pair 0
                (array.get $pairs (array.new_elem $pairs $e (i32.const 0) (i32.const 2))
                  (i32.const 1)))))))
      """)
    store.heap.collect(store)
    #expect(try instance.int("f") == 21 + 4 + 5)
  }
}
