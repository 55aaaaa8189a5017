// Calls that need no object, and who else uses their store: borrows that are kept, what a call leaves ready, and `run` and
// `instantiate` between calls that wait.

import Synchronization
import Testing

@testable import Apus

private let keeper = guest(
  """
  (import "thing" (type $T (sub resource)))
  (import "host" (func $host (param "x" u32) (result u32)))
  """,
  [
    .init("host", "(param i32) (result i32)", "lower (func $host)"),
    .init("drop-thing", "(param i32)", "resource.drop $T"),
  ],
  core: """
    (func (export "keep") (param i32) (result i32) (i32.const 1))
    (func (export "keep-text") (param i32) (result i32)
      (i32.store (i32.const 1024) (i32.const 0)) (i32.store (i32.const 1028) (i32.const 0)) (i32.const 1024))
    (func (export "keep-silently") (param i32))
    (func (export "use") (param i32 i32) (result i32)
      (call $host (local.get 1)) (call $drop-thing (local.get 0)))
    (func (export "f") (param i32) (result i32) (call $host (local.get 0)))
    """,
  exports: """
    (func (export "keep") (param "t" (borrow $T)) (result u32) (canon lift (core func $i "keep")))
    (func (export "keep-text") (param "t" (borrow $T)) (result string) (canon lift (core func $i "keep-text") MEM))
    (func (export "keep-silently") (param "t" (borrow $T)) (canon lift (core func $i "keep-silently")))
    (func (export "use") (param "t" (borrow $T)) (param "x" u32) (result u32) (canon lift (core func $i "use")))
    (func (export "f") (param "x" u32) (result u32) (canon lift (core func $i "f")))
    """)

private final class Lent: HostResource {
  func dropped() {}
}

private struct Keeper {
  let store: Store
  let instance: Instance
  let type = HostResourceType(Lent.self, name: "thing")

  init() async throws {
    var linker = Linker()
    linker.resource("thing", type)
    linker.asyncFunction("host") { (x: UInt32) async throws -> UInt32 in
      if x > 0 { await SwiftTask.yield() }
      return x + 1
    }
    store = try Store(engine: engine)
    instance = try await store.instantiate(Component(engine: engine, text: keeper), linker)
  }
}

@Suite struct DirectCallTests {
  /// Canonical ABI, `Task.return_`
  @Test(arguments: [false, true]) func keptBorrowTraps(isAwaited: Bool) async throws {
    func expectKept<R: ComponentPayload & Sendable>(_ name: String, _ type: R.Type) async throws {
      let keeper = try await Keeper()
      let keep = try TypedFunction<BorrowedResource, R>(keeper.instance.function(name))
      let thing = Resource(Lent(), as: keeper.type)
      do {
        if isAwaited {
          _ = try await keep(BorrowedResource(thing))
        } else {
          _ = try await keeper.store.run { context -> R in
            try keep(BorrowedResource(thing), in: context)
          }
        }
        Issue.record("it has returned")
      } catch {
        #expect("\(error)".contains("borrow handles still remain at the end of the call"))
      }
      // The loan is over.
      try await thing.drop()
    }
    try await expectKept("keep", UInt32.self)
    try await expectKept("keep-text", String.self)
    try await expectKept("keep-silently", Nothing.self)
  }

  @Test func lenderWaitsWithTheCall() async throws {
    let keeper = try await Keeper()
    let use = try keeper.instance.function("use", as: ((BorrowedResource, UInt32) -> UInt32).self)
    let thing = Resource(Lent(), as: keeper.type)
    #expect(try await use(BorrowedResource(thing), 0) == 1)
    #expect(try await use(BorrowedResource(thing), 1) == 2)
    let result = try await keeper.store.run { context -> UInt32 in
      try use(BorrowedResource(thing), 0, in: context)
    }
    #expect(result == 1)
    try await thing.drop()
  }

  @Test func runAndInstantiateBetweenCallsThatWait() async throws {
    let keeper = try await Keeper()
    let store = keeper.store
    let f = try keeper.instance.function("f", as: ((UInt32) -> UInt32).self)
    let component = try Component(engine: engine, text: guest(core: "", exports: ""))
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<4 {
        group.addTask {
          for _ in 0..<200 {
            let result = try await f(1)
            #expect(result == 2)
          }
        }
        group.addTask {
          for _ in 0..<200 {
            let result = try await store.run { context -> UInt32 in try f(0, in: context) }
            #expect(result == 1)
          }
        }
        group.addTask { for _ in 0..<50 { _ = try await store.instantiate(component) } }
      }
      try await group.waitForAll()
    }
  }

  @Test func endsAHostWrite() async throws {
    let dropper = guest(
      "(type $ST (stream u8))", GuestImport.copies("stream", "$ST"),
      core: """
        (global $s (mut i32) (i32.const 0))
        (func (export "keep") (param i32) (global.set $s (local.get 0)))
        (func (export "drop") (call $stream.drop-readable (global.get $s)))
        """,
      exports: """
        (func (export "keep") (param "s" $ST) (canon lift (core func $i "keep")))
        (func (export "drop") (canon lift (core func $i "drop")))
        """)
    let store = try Store(engine: engine)
    let instance = try await store.instantiate(Component(engine: engine, text: dropper))
    let keep = try instance.function("keep", as: ((TypedStream<UInt8>) -> Void).self)
    let drop = try instance.function("drop", as: (() -> Void).self)
    let (reader, writer) = try await store.makeStream(of: UInt8.self)
    try await keep(reader)
    let written = Log<Int>()
    let writing = SwiftTask { written.add(try await writer.write([1, 2, 3, 4])) }
    try await SwiftTask.sleep(for: .milliseconds(20))
    try await drop()
    #expect(await eventually { written.entries == [0] })
    writing.cancel()
  }

  @Test func trapLeavesOthersReady() async throws {
    let maker = guest(
      "(type $ST (stream u8))", GuestImport.copies("stream", "$ST"),
      core: """
        (global $w (mut i32) (i32.const 0))
        (func (export "make") (result i32) (local i64)
          (local.set 0 (call $stream.new))
          (global.set $w (i32.wrap_i64 (i64.shr_u (local.get 0) (i64.const 32))))
          (i32.wrap_i64 (local.get 0)))
        (func (export "write-trap")
          (drop (call $stream.write (global.get $w) (i32.const 0) (i32.const 4))) (unreachable))
        """,
      exports: """
        (func (export "make") (result $ST) (canon lift (core func $i "make")))
        (func (export "write-trap") (canon lift (core func $i "write-trap")))
        """)
    let reader = guest(
      "(type $ST (stream u8))", [.returnU32] + GuestImport.copies("stream", "$ST"),
      core: """
        (func (export "consume") (param i32)
          (call $return-u32 (call $stream.read-sync (local.get 0) (i32.const 64) (i32.const 4))))
        """,
      exports: """
        (func (export "consume") async (param "s" $ST) (result u32)
          (canon lift (core func $i "consume") async))
        """)
    let store = try Store(engine: engine)
    let a = try await store.instantiate(Component(engine: engine, text: maker))
    let b = try await store.instantiate(Component(engine: engine, text: reader))
    let stream = try await a.function("make", as: (() -> TypedStream<UInt8>).self)()
    let consume = try b.function("consume", as: ((TypedStream<UInt8>) -> UInt32).self)
    let fail = try a.function("write-trap", as: (() -> Void).self)
    // Something that the host may still do keeps the reader from being deadlocked.
    let (_, writer) = try await store.makeStream(of: UInt8.self)
    let done = Log<UInt32>()
    let consuming = SwiftTask { done.add(try await consume(stream)) }
    try await SwiftTask.sleep(for: .milliseconds(20))
    await #expect(throws: CallError.self) { try await fail() }
    #expect(await eventually { done.entries.count == 1 })
    consuming.cancel()
    writer.close()
  }

  @Test func whatIsNotPassedIsZero() async throws {
    struct Forgetful: ComponentConvertible, Sendable {
      static var componentType: ValueType { .list(.u32) }
      static func lift(from source: borrowing ComponentSource) -> Forgetful { Forgetful() }
      func lower(to destination: borrowing ComponentDestination) {}
    }
    let text = guest(
      core: """
        (func (export "length") (param i32 i32) (result i32)
          (i32.or (local.get 0) (local.get 1)))
        """,
      exports: """
        (func (export "length") (param "l" (list u32)) (result u32)
          (canon lift (core func $i "length") MEM REALLOC))
        """)
    let instance = try await Store(engine: engine).instantiate(
      Component(engine: engine, text: text))
    let full = try instance.function("length", as: (([UInt32]) -> UInt32).self)
    let none = try instance.function("length", as: ((Forgetful) -> UInt32).self)
    #expect(try await full([1, 2, 3]) != 0)
    #expect(try await none(Forgetful()) == 0)
  }
}

@Suite struct ExtremeUseTests {
  @Test(arguments: [0, 1, -1, .min]) func storeWithoutRoomForStacks(bytes: Int) {
    var limits = Store.Limits()
    limits.allStackBytes = bytes
    #expect(throws: CallError.self) { try Store(engine: engine, limits: limits) }
  }

  @Test func endlessTimeouts() async throws {
    let keeper = try await Keeper()
    let f = try keeper.instance.function("f", as: ((UInt32) -> UInt32).self)
    #expect(try await f(1, timeout: .seconds(Int64.max)) == 2)
  }

  /// Both stores want it at once: one gets it.
  @Test func resourceForTwoStores() async throws {
    let text = guest(
      """
      (import "thing" (type $T (sub resource)))
      """, [.init("drop-thing", "(param i32)", "resource.drop $T")],
      core: """
        (func (export "take") (param i32) (call $drop-thing (local.get 0)))
        """,
      exports: """
        (func (export "take") (param "t" (own $T)) (canon lift (core func $i "take")))
        """)
    let type = HostResourceType(Counted.self)
    var linker = Linker()
    linker.resource("thing", type)
    let component = try Component(engine: engine, text: text)
    let first = try await Store(engine: engine).instantiate(component, linker)
    let second = try await Store(engine: engine).instantiate(component, linker)
    let one = try first.function("take", as: ((Resource) -> Void).self)
    let other = try second.function("take", as: ((Resource) -> Void).self)
    let drops = Log<Int>()
    for round in 0..<500 {
      let thing = Resource(Counted(drops), as: type)
      async let a: Bool = succeeds { try await one(thing) }
      async let b: Bool = succeeds { try await other(thing) }
      #expect(await a != b)
      #expect(drops.entries.count == round + 1)
    }
  }

  /// Nobody has a reference to the store but what goes on with it.
  @Test func spinningStoreGoes() async throws {
    let text = guest(
      core: "(func (export \"spin\") (loop $on (br $on)))",
      exports: "(func (export \"spin\") (canon lift (core func $i \"spin\")))")
    weak var gone: Store?
    do {
      var limits = Store.Limits()
      limits.cancellationDeadline = .milliseconds(20)
      let store = try Store(engine: engine, limits: limits)
      gone = store
      let instance = try await store.instantiate(Component(engine: engine, text: text))
      let spin = try instance.function("spin", as: (() -> Void).self)
      let spinning = SwiftTask { try await spin() }
      try await SwiftTask.sleep(for: .milliseconds(20))
      spinning.cancel()
      _ = await spinning.result
    }
    #expect(await eventually { gone == nil })
  }

  /// Nor what the call was lent.
  @Test(arguments: [false, true]) func spinningStoreGoesWithLoans(isLent: Bool) async throws {
    let text = guest(
      """
      (import "thing" (type $T (sub resource)))
      """,
      core: "(func (export \"spin\") (param i32) (loop $on (br $on)))",
      exports: """
        (func (export "lent") (param "t" (borrow $T)) (canon lift (core func $i "spin")))
        (func (export "given") (param "t" (own $T)) (canon lift (core func $i "spin")))
        """)
    weak var gone: Store?
    weak var thing: Lent?
    do {
      let type = HostResourceType(Lent.self)
      var linker = Linker()
      linker.resource("thing", type)
      var limits = Store.Limits()
      limits.cancellationDeadline = .milliseconds(20)
      let store = try Store(engine: engine, limits: limits)
      gone = store
      let instance = try await store.instantiate(
        Component(engine: engine, text: text), linker)
      let object = Lent()
      thing = object
      let spinning = SwiftTask {
        let resource = Resource(object, as: type)
        if isLent {
          try await instance.function("lent", as: ((BorrowedResource) -> Void).self)(
            BorrowedResource(resource))
        } else {
          try await instance.function("given", as: ((Resource) -> Void).self)(resource)
        }
      }
      try await SwiftTask.sleep(for: .milliseconds(20))
      spinning.cancel()
      _ = await spinning.result
    }
    #expect(await eventually { gone == nil && thing == nil })
  }

  /// A call that was given up while its store was parked gives back what it was lent when it ends after all.
  @Test func givenUpLoanEnds() async throws {
    let gate = Signal()
    let type = HostResourceType(Lent.self)
    var linker = Linker()
    linker.resource("thing", type)
    linker.asyncFunction("host") { (x: UInt32) async -> UInt32 in
      await gate.wait()
      return x
    }
    var limits = Store.Limits()
    limits.cancellationDeadline = .milliseconds(20)
    let store = try Store(engine: engine, limits: limits)
    let instance = try await store.instantiate(Component(engine: engine, text: keeper), linker)
    let use = try instance.function("use", as: ((BorrowedResource, UInt32) -> UInt32).self)
    weak var thing: Lent?
    do {
      let object = Lent()
      thing = object
      let calling = SwiftTask { try await use(BorrowedResource(Resource(object, as: type)), 1) }
      try await SwiftTask.sleep(for: .milliseconds(20))
      calling.cancel()
      _ = await calling.result
    }
    gate.set()
    #expect(await eventually { thing == nil })
    #expect(await store.counts == Store.Counts())
  }

  /// A `deinit` of the program runs when nothing is locked.
  @Test func objectAsksForItsResource() async throws {
    let asked = Log<Bool>()
    func make() -> Resource {
      let object = Curious()
      let resource = Resource(object, as: HostResourceType(Curious.self))
      object.ask.withLock { $0 = { [weak resource] in asked.add(resource?.isUsable ?? true) } }
      return resource
    }
    let resource = make()
    try await resource.drop()
    #expect(asked.entries == [false])
    #expect(!resource.isUsable)
  }

  @Test func runIsNotStarved() async throws {
    let keeper = try await Keeper()
    let f = try keeper.instance.function("f", as: ((UInt32) -> UInt32).self)
    let store = keeper.store
    let done = Log<Bool>()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<4 {
        group.addTask { while done.entries.isEmpty { _ = try await f(1) } }
      }
      for _ in 0..<20 { try await store.run { _ in } }
      done.add(true)
      try await group.waitForAll()
    }
  }

  @Test func instantiationIsCancelled() async throws {
    let text = """
      (component
        (import "wait" (func $wait async))
        (core func $wait' (canon lower (func $wait)))
        (core module $M (import "" "wait" (func $wait)) (func (export "start") (call $wait)))
        (core instance $m (instantiate $M (with "" (instance (export "wait" (func $wait'))))))
        (func $start async (canon lift (core func $m "start")))
        (start $start))
      """
    var linker = Linker()
    linker.asyncFunction("wait") { () async throws in try await SwiftTask.sleep(for: .seconds(60)) }
    var limits = Store.Limits()
    limits.cancellationDeadline = .milliseconds(20)
    let store = try Store(engine: engine, limits: limits)
    let component = try Component(engine: engine, text: text)
    let instantiating = SwiftTask { [linker] in try await store.instantiate(component, linker) }
    try await SwiftTask.sleep(for: .milliseconds(20))
    instantiating.cancel()
    await #expect(throws: InstantiationError.self) { try await instantiating.value }
    await store.close()
  }
}

private final class Curious: HostResource {
  let ask = Mutex<(@Sendable () -> Void)?>(nil)
  func dropped() {}
  deinit { ask.withLock { $0 }?() }
}

private final class Counted: HostResource {
  let drops: Log<Int>
  init(_ drops: Log<Int>) { self.drops = drops }
  func dropped() { drops.add(1) }
}

private func succeeds(_ body: () async throws -> Void) async -> Bool {
  do {
    try await body()
    return true
  } catch {
    return false
  }
}
