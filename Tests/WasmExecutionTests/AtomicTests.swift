import Synchronization
import Testing
import WasmSyntax

@testable import WasmExecution

@Suite struct AtomicTests {
  private static let text = """
    (module (import "x" "m" (memory 1 100 shared))
      ;; Waits until the cell holds its turn, hands over to the other one, so many times.
      (func (export "play") (param $me i32) (param $other i32) (param $count i32)
        (loop $next
          (loop $wait
            (if (i32.ne (i32.atomic.load (i32.const 0)) (local.get $me))
              (then
                (drop (memory.atomic.wait32 (i32.const 0) (local.get $other) (i64.const -1)))
                (br $wait))))
          (i32.store (i32.const 8)
            (i32.add (i32.load (i32.const 8)) (i32.const 1)))
          (if (i32.eqz (i32.rem_u (local.get $count) (i32.const 2000)))
            (then (drop (memory.grow (i32.const 1)))))
          (i32.atomic.store (i32.const 0) (local.get $other))
          (drop (memory.atomic.notify (i32.const 0) (i32.const 1)))
          (br_if $next (local.tee $count (i32.sub (local.get $count) (i32.const 1))))))
      (func (export "size") (result i32) (memory.size))
      (func (export "wait") (param i32 i64) (result i32)
        (memory.atomic.wait32 (i32.const 16) (local.get 0) (local.get 1)))
      (func (export "wait64") (param i32 i64) (result i32)
        (memory.atomic.wait64 (local.get 0) (local.get 1) (i64.const 0)))
      (func (export "notify") (param i32) (result i32)
        (memory.atomic.notify (i32.const 16) (local.get 0)))
      (func (export "store") (param i32)
        (i32.atomic.store (i32.const 16) (local.get 0))))
    """

  private static func sharedMemory() throws -> SharedMemory {
    try #require(
      SharedMemory(
        type: MemoryType(limits: Limits(minimum: 1, maximum: 100), isShared: true),
        limit: 1 << 32))
  }

  private static func instance(
    of engine: Engine, _ shared: SharedMemory
  ) throws -> CoreInstance {
    let store = CoreStore.forTests(engine: engine)
    let instance = try store.instance(text, ["x.m": .memory(try store.adopt(shared))])
    keep(store)
    return instance
  }

  // Instances do not keep their stores.
  private static let kept = Mutex<[StoreBox]>([])
  private struct StoreBox: @unchecked Sendable { var store: CoreStore }
  private static func keep(_ store: CoreStore) {
    let box = StoreBox(store: store)
    kept.withLock { $0.append(box) }
  }

  @Test func handOversBetweenTwoStores() throws {
    let engine = Engine.forTests()
    let shared = try Self.sharedMemory()
    let rounds: UInt32 = 50_000
    onThreads(2) { index in
      do {
        let instance = try Self.instance(of: engine, shared)
        try instance.call(
          "play", .i32(UInt32(index)), .i32(UInt32(1 - index)), .i32(rounds))
      } catch {
        Issue.record("\(error)")
      }
    }
    let instance = try Self.instance(of: engine, shared)
    let memory = instance.memories[0]
    #expect(memory.bytes.load(fromByteOffset: 8, as: UInt32.self) == 2 * rounds)
    #expect(try instance.int("size") == 51)
    #expect(shared.byteCount == 51 << 16)
  }

  @Test func resultsAndTimeouts() throws {
    let instance = try Self.instance(of: .forTests(), Self.sharedMemory())
    #expect(try instance.int("wait", .i32(1), .i64(.max)) == 1)
    #expect(try instance.int("wait", .i32(0), .i64(0)) == 2)
    let start = OSThread.now
    #expect(try instance.int("wait", .i32(0), .i64(20_000_000)) == 2)
    #expect(OSThread.now - start >= 20_000_000)
    #expect(try instance.int("notify", .i32(10)) == 0)
    #expect(try instance.trap("wait64", .i32(4), .i64(0)).reason == .unalignedAtomic)
    #expect(try instance.trap("wait64", .i32(65536), .i64(0)).reason == .memoryOutOfBounds)
  }

  /// A driver that does not block: the guest thread is parked, and the notification calls back.
  @Test func parkedThreads() throws {
    let instance = try Self.instance(of: .forTests(), Self.sharedMemory())
    let store = instance.store
    let function = try #require(instance.function(named: "wait"))
    var threads: [(GuestThread, AtomicWait)] = []
    for _ in 0..<3 {
      let thread = try #require(GuestThread(store: store))
      guard
        case .suspended(.atomicWait(let wait)) = try thread.start(
          function, [.i32(0), .i64(UInt64(bitPattern: -1))])
      else {
        Issue.record("not parked")
        return
      }
      threads.append((thread, wait))
    }
    #expect(try instance.int("notify", .i32(2)) == 2)
    #expect(threads.map { $0.1.result } == [0, 0, nil])
    #expect(threads[2].1.expire() == AtomicWait.timedOut)
    for (thread, wait) in threads {
      let result = try #require(wait.result)
      guard case .returned = thread.resume(deliver: { $0[0] = result }),
        case .i32(let number) = thread.results[0]
      else {
        Issue.record("did not return")
        return
      }
      #expect(UInt64(number) == result)
    }
    // A thread that is dropped while it waits is not woken any more.
    var dropped = GuestThread(store: store)
    _ = try dropped?.start(function, [.i32(0), .i64(UInt64(bitPattern: -1))])
    dropped = nil
    #expect(try instance.int("notify", .i32(10)) == 0)
  }

  @Test func deadlineEndsAWait() throws {
    let shared = try Self.sharedMemory()
    let store = CoreStore.forTests { $0.deadlineTicks = 3 }
    let instance = try store.instance(Self.text, ["x.m": .memory(try store.adopt(shared))])
    #expect(
      try instance.trap("wait", .i32(0), .i64(UInt64(bitPattern: -1))).reason == .deadline)
  }

  @Test func memoryThatIsNotShared() throws {
    let store = CoreStore.forTests()
    let instance = try store.instance(
      """
      (module (memory 1)
        (func (export "wait") (result i32)
          (memory.atomic.wait32 (i32.const 0) (i32.const 0) (i64.const 0)))
        (func (export "notify") (result i32)
          (memory.atomic.notify (i32.const 0) (i32.const 1))))
      """)
    #expect(try instance.trap("wait").message == "expected shared memory")
    #expect(try instance.int("notify") == 0)
  }
}
