// Functions of the host that wait, called from guests: who waits for them, what they hold meanwhile, how they end.

import Testing

@testable import Apus

/// `f(x) = sleep(x) + 1`, on a thread of its own, and `g(x)`, which calls `sleep` five times.
private let sleeper = guest(
  #"(import "sleep" (func $sleep async (param "x" u32) (result u32)))"#,
  [.init("sleep", "(param i32) (result i32)", "lower (func $sleep)"), .returnU32],
  core: """
    (func (export "f") (param i32)
      (call $return-u32 (i32.add (call $sleep (local.get 0)) (i32.const 1))))
    (func (export "g") (param i32)
      (local $n i32)
      (loop $l
        (local.set 0 (call $sleep (local.get 0)))
        (local.set $n (i32.add (local.get $n) (i32.const 1)))
        (br_if $l (i32.lt_u (local.get $n) (i32.const 5))))
      (call $return-u32 (local.get 0)))
    """,
  exports: """
    (func (export "f") async (param "x" u32) (result u32)
      (canon lift (core func $i "f") async))
    (func (export "g") async (param "x" u32) (result u32)
      (canon lift (core func $i "g") async))
    """)

@Suite struct HostCallTests {
  @Test func aFunctionThatNeverSuspendsJustReturns() async throws {
    var linker = Linker()
    linker.asyncFunction("sleep") { arguments in arguments[0] }
    let fixture = try await Fixture(sleeper, linker)
    #expect(try await fixture.call("f", .u32(41)) == .u32(42))
    #expect(await fixture.remains == Store.Counts())
  }

  @Test func concurrentCallsKeepTheirResultsApart() async throws {
    let signals = [Signal(), Signal(), Signal()]
    var linker = Linker()
    linker.asyncFunction("sleep") { arguments in
      guard case .u32(let index) = arguments[0] else { return nil }
      await signals[Int(index)].wait()
      return .u32(index * 10)
    }
    let fixture = try await Fixture(sleeper, linker)
    let function = try fixture.instance.function("f")
    let results = try await withThrowingTaskGroup(of: ComponentValue?.self) { group in
      for index in 0..<3 {
        group.addTask { try await function.call(.u32(UInt32(index))) }
      }
      #expect(await eventually { await fixture.store.counts.tasks == 6 })
      var results: [ComponentValue?] = []
      for index in [2, 0, 1] {
        signals[index].set()
        results.append(try await group.next() ?? nil)
      }
      return results
    }
    #expect(results == [.u32(21), .u32(1), .u32(11)])
    #expect(await fixture.remains == Store.Counts())
  }

  @Test func aHundredCallsOfFiveSuspensionsLeaveNothing() async throws {
    var linker = Linker()
    linker.asyncFunction("sleep") { arguments in
      await SwiftTask.yield()
      guard case .u32(let value) = arguments[0] else { return nil }
      return .u32(value + 1)
    }
    let fixture = try await Fixture(sleeper, linker)
    let function = try fixture.instance.function("g")
    var most = 0
    try await withThrowingTaskGroup(of: Void.self) { group in
      for index in 0..<100 {
        group.addTask {
          let result = try await function.call(.u32(UInt32(index)))
          #expect(result == .u32(UInt32(index) + 5))
        }
      }
      for _ in 0..<50 {
        most = max(most, await fixture.store.counts.tasks)
        await SwiftTask.yield()
      }
      try await group.waitForAll()
    }
    #expect(most <= 200)
    #expect(await fixture.remains == Store.Counts())
  }

  @Test func nestedCallsKeepTheirResultsApart() async throws {
    // f's host function awaits another call of f, whose result must not be taken for its own.
    let holder = Holder()
    var linker = Linker()
    linker.asyncFunction("sleep") { arguments in
      guard case .u32(let value) = arguments[0], value > 0 else { return .u32(100) }
      await SwiftTask.yield()
      let inner = try await holder.function?.call(.u32(value - 1))
      guard case .u32(let result)? = inner else { return nil }
      return .u32(result + 1000)
    }
    let fixture = try await Fixture(sleeper, linker)
    holder.function = try fixture.instance.function("f")
    #expect(try await fixture.call("f", .u32(3)) == .u32(3104))
    #expect(await fixture.remains == Store.Counts())
    holder.function = nil
  }

  @Test func anErrorEndsTheCallThatWaits() async throws {
    var linker = Linker()
    linker.asyncFunction("sleep") { _ in
      await SwiftTask.yield()
      throw Unlucky()
    }
    let fixture = try await Fixture(sleeper, linker)
    let error = await #expect(throws: CallError.self) { try await fixture.call("f", .u32(1)) }
    guard case .host(let cause, _)? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(cause is Unlucky)
    #expect(await fixture.remains == Store.Counts())
  }

  @Test func aTrapCancelsTheFunctionsThatItsInstanceHasCalled() async throws {
    let began = Signal()
    let log = Log<String>()
    var linker = Linker()
    linker.asyncFunction("sleep") { _ in
      began.set()
      do {
        try await SwiftTask.sleep(for: .seconds(60))
      } catch {
        log.add("cancelled")
      }
      return .u32(0)
    }
    let text = guest(
      #"(import "sleep" (func $sleep async (param "x" u32) (result u32)))"#,
      [.init("sleep", "(param i32) (result i32)", "lower (func $sleep)"), .returnU32],
      core: """
        (func (export "f") (param i32) (call $return-u32 (call $sleep (local.get 0))))
        (func (export "fail") unreachable)
        """,
      exports: """
        (func (export "f") async (param "x" u32) (result u32)
          (canon lift (core func $i "f") async))
        (func (export "fail") (canon lift (core func $i "fail")))
        """)
    let fixture = try await Fixture(text, linker)
    async let result = fixture.call("f", .u32(1))
    await began.wait()
    await #expect(throws: CallError.self) { try await fixture.call("fail") }
    do {
      _ = try await result
      Issue.record("the call returned")
    } catch let error as CallError {
      guard case .trap(let trap) = error else {
        Issue.record("\(error)")
        return
      }
      #expect(trap.reason == .unreachable)
    }
    #expect(await eventually { log.entries == ["cancelled"] })
    #expect(await fixture.remains == Store.Counts())
  }

  // MARK: Cancelling

  /// `f` cancels a call of the host's that it has made, synchronously, and returns what `subtask.cancel` said.
  private static let canceller = guest(
    #"(import "sleep" (func $sleep async (result u32)))"#,
    [
      .init("sleep", "(param i32) (result i32)", "lower (func $sleep) async MEM"),
      .subtaskCancel, .subtaskCancelAsync, .subtaskDrop, .returnU32, .setNew, .setWait, .setDrop,
      .join,
    ],
    core: """
      (func (export "f")
        (local $subtask i32) (local $result i32)
        (local.set $subtask (call $sleep (i32.const 64)))
        (call $expect (i32.and (local.get $subtask) (i32.const 15)) (i32.const 1))
        (local.set $subtask (i32.shr_u (local.get $subtask) (i32.const 4)))
        (local.set $result (call $subtask.cancel (local.get $subtask)))
        (call $subtask.drop (local.get $subtask))
        (call $return-u32
          (i32.add (i32.mul (local.get $result) (i32.const 1000)) (i32.load (i32.const 64)))))
      (func (export "g")
        (local $subtask i32) (local $set i32)
        (local.set $subtask (i32.shr_u (call $sleep (i32.const 64)) (i32.const 4)))
        (call $expect (call $subtask.cancel-async (local.get $subtask)) (i32.const -1))
        (local.set $set (call $set.new))
        (call $join (local.get $subtask) (local.get $set))
        (call $expect (call $set.wait (local.get $set) (i32.const 16)) (i32.const 1))
        (call $subtask.drop (local.get $subtask))
        (call $set.drop (local.get $set))
        (call $return-u32
          (i32.add (i32.mul (i32.load (i32.const 20)) (i32.const 1000))
            (i32.load (i32.const 64)))))
      """,
    exports: """
      (func (export "f") async (result u32) (canon lift (core func $i "f") async))
      (func (export "g") async (result u32) (canon lift (core func $i "g") async))
      """)

  @Test(arguments: ["f", "g"])
  func aCallThatIsNeverReadyCanBeCancelled(_ function: String) async throws {
    var linker = Linker()
    linker.asyncFunction("sleep") { _ in
      try await SwiftTask.sleep(for: .seconds(1000))
      return .u32(7)
    }
    let fixture = try await Fixture(Self.canceller, linker)
    // CANCELLED_BEFORE_RETURNED
    #expect(try await fixture.call(function) == .u32(4000))
    #expect(await fixture.remains == Store.Counts())
  }

  @Test(arguments: ["f", "g"])
  func aCancelledFunctionMayStillReturn(_ function: String) async throws {
    let log = Log<Bool>()
    var linker = Linker()
    linker.asyncFunction("sleep") { _ in
      try? await SwiftTask.sleep(for: .seconds(1000))
      log.add(SwiftTask.isCancelled)
      return .u32(7)
    }
    let fixture = try await Fixture(Self.canceller, linker)
    // RETURNED
    #expect(try await fixture.call(function) == .u32(2007))
    #expect(log.entries == [true])
    #expect(await fixture.remains == Store.Counts())
  }

  // MARK: Lending

  /// `f` makes a resource, lends it to `hold` and drops it meanwhile; `g` waits before it drops it.
  private static func lender(_ drop: String) -> String {
    guest(
      """
      (import "host" (instance $host
        (export "thing" (type $thing (sub resource)))
        (export "make" (func (result (own $thing))))
        (export "hold" (func async (param "thing" (borrow $thing)) (result u32)))))
      (alias export $host "thing" (type $R))
      (alias export $host "make" (func $make))
      (alias export $host "hold" (func $hold))
      """,
      [
        .init("make", "(result i32)", "lower (func $make)"),
        .init("hold", "(param i32 i32) (result i32)", "lower (func $hold) async MEM"),
        .init("hold-sync", "(param i32) (result i32)", "lower (func $hold)"),
        .init("drop", "(param i32)", "resource.drop $R"), .returnU32,
      ],
      core: """
        (func (export "f")
          (local $thing i32)
          (local.set $thing (call $make))
          \(drop))
        """,
      exports: #"(func (export "f") async (result u32) (canon lift (core func $i "f") async))"#)
  }

  private static func linker(
    _ log: Log<String>, _ hold: @escaping @Sendable (Resource) async throws -> UInt32
  ) -> Linker {
    var linker = Linker()
    let type = HostResourceType(Thing.self)
    linker.resource("thing", in: "host", type)
    linker.function("make", in: "host") { _, _ in .own(Resource(Thing(log), as: type)) }
    linker.asyncFunction("hold", in: "host") { arguments in
      guard case .borrow(let resource) = arguments[0] else { return nil }
      return .u32(try await hold(resource))
    }
    return linker
  }

  @Test func theOwnerCannotDropWhatTheHostWasLent() async throws {
    let log = Log<String>()
    let linker = Self.linker(log) { resource in
      let thing = try resource.object(as: Thing.self)
      do {
        try await SwiftTask.sleep(for: .seconds(60))
      } catch {
        thing.log.add("cancelled, usable: \(resource.isUsable)")
      }
      return 1
    }
    let fixture = try await Fixture(
      Self.lender(
        """
        (call $expect
          (i32.and (call $hold (local.get $thing) (i32.const 64)) (i32.const 15)) (i32.const 1))
        (call $drop (local.get $thing))
        """), linker)
    let error = await #expect(throws: CallError.self) { try await fixture.call("f") }
    guard case .trap(let trap)? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(trap.reason == .component("lentHandle"))
    #expect(trap.message == "cannot remove owned resource while borrowed")
    #expect(await eventually { !log.entries.isEmpty })
    #expect(await fixture.store.counts.tasks == 0)
    await fixture.store.close()
    #expect(await fixture.remains == Store.Counts())
    #expect(log.entries.count == 1)
  }

  @Test func theOwnerDropsAfterTheLoanHasEnded() async throws {
    let log = Log<String>()
    let kept = Log<Resource>()
    let linker = Self.linker(log) { resource in
      kept.add(resource)
      await SwiftTask.yield()
      _ = try resource.object(as: Thing.self)
      log.add("held")
      return 5
    }
    let fixture = try await Fixture(
      Self.lender(
        """
        (call $hold-sync (local.get $thing))
        (call $drop (local.get $thing))
        (call $return-u32)
        """), linker)
    #expect(try await fixture.call("f") == .u32(5))
    #expect(log.entries == ["held", "dropped"])
    #expect(kept.entries.count == 1)
    let resource = try #require(kept.entries.first)
    #expect(!resource.isUsable)
    #expect(throws: HostFunctionError.self) { try resource.object(as: Thing.self) }
    #expect(await fixture.remains == Store.Counts())
  }

  @Test func droppedRunsExactlyAtTheGuestsDrop() async throws {
    let log = Log<String>()
    let linker = Self.linker(log) { _ in
      log.add("held")
      return 0
    }
    let fixture = try await Fixture(
      Self.lender(
        """
        (call $drop (call $make))
        (drop (call $hold-sync (local.get $thing)))
        (call $drop (local.get $thing))
        (drop (call $hold-sync (local.tee $thing (call $make))))
        (call $drop (local.get $thing))
        (call $return-u32 (i32.const 1))
        """), linker)
    #expect(try await fixture.call("f") == .u32(1))
    #expect(log.entries == ["dropped", "held", "dropped", "held", "dropped"])
    #expect(await fixture.remains == Store.Counts())
  }

  @Test func aGuestDropsItsBorrowAndReturnsWhileASiblingIsBlockedInTheHost() async throws {
    let log = Log<String>()
    let began = Signal()
    let goOn = Signal()
    let type = HostResourceType(Thing.self)
    var linker = Linker()
    linker.resource("thing", in: "host", type)
    linker.asyncFunction("wait", in: "host") { _ in
      began.set()
      await goOn.wait()
      return nil
    }
    let text = guest(
      """
      (import "host" (instance $host
        (export "thing" (type $thing (sub resource)))
        (export "wait" (func async))))
      (alias export $host "thing" (type $R))
      (alias export $host "wait" (func $wait))
      """,
      [
        .init("wait", "", "lower (func $wait)"), .init("drop", "(param i32)", "resource.drop $R"),
        .returnNothing,
      ],
      core: """
        (global $thing (mut i32) (i32.const 0))
        (func (export "keep") (param i32)
          (global.set $thing (local.get 0))
          (call $wait)
          (call $drop (global.get $thing))
          (call $return))
        (func (export "use") (param i32)
          (call $drop (local.get 0))
          (call $return))
        """,
      exports: """
        (func (export "keep") async (param "thing" (borrow $R))
          (canon lift (core func $i "keep") async))
        (func (export "use") async (param "thing" (borrow $R))
          (canon lift (core func $i "use") async))
        """)
    let fixture = try await Fixture(text, linker)
    let thing = Resource(Thing(log), as: type)
    async let kept = fixture.call("keep", .borrow(thing))
    await began.wait()
    #expect(try await fixture.call("use", .borrow(thing)) == nil)
    // Still lent to the other call.
    await #expect(throws: CallError.self) { try await thing.drop() }
    goOn.set()
    #expect(try await kept == nil)
    try await thing.drop()
    #expect(log.entries.isEmpty)
    #expect(await fixture.remains == Store.Counts())
  }
}

/// A resource of the host's that notes when guests drop it.
final class Thing: HostResource {
  let log: Log<String>
  init(_ log: Log<String>) { self.log = log }
  func dropped() { log.add("dropped") }
}

/// A function that is known only once its component is instantiated.
final class Holder: @unchecked Sendable {
  var function: Function?
}
