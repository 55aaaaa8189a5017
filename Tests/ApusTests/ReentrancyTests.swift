// Calls into a store from its own functions of the host, and calls that meet a store that waits.

import Synchronization
import Testing

@testable import Apus

/// `f` calls `host`, imported with a type that is not `async`, and adds one; `g` just returns 7.
private let caller = guest(
  #"(import "host" (func $host (param "x" u32) (result u32)))"#,
  [.init("host", "(param i32) (result i32)", "lower (func $host)")],
  core: """
    (func (export "f") (param i32) (result i32)
      (i32.add (call $host (local.get 0)) (i32.const 1)))
    (func (export "g") (result i32) (i32.const 7))
    """,
  exports: """
    (func (export "f") (param "x" u32) (result u32) (canon lift (core func $i "f")))
    (func (export "g") (result u32) (canon lift (core func $i "g")))
    """)

/// The same with an `async` host function and `async` functions that are lifted without a callback.
private let asyncCaller = guest(
  #"(import "host" (func $host async (param "x" u32) (result u32)))"#,
  [.init("host", "(param i32) (result i32)", "lower (func $host)"), .returnU32],
  core: """
    (func (export "f") (param i32)
      (call $return-u32 (i32.add (call $host (local.get 0)) (i32.const 1))))
    (func (export "g") (call $return-u32 (i32.const 7)))
    """,
  exports: """
    (func (export "f") async (param "x" u32) (result u32)
      (canon lift (core func $i "f") async))
    (func (export "g") async (result u32) (canon lift (core func $i "g") async))
    """)

@Suite struct ReentrancyTests {
  @Test func aSynchronousFunctionCallsAnotherRootInstance() async throws {
    // host -> guest -> host -> guest -> host -> guest
    let store = try Store(engine: engine)
    var last = Linker()
    last.function("host") { _, arguments in arguments[0] }
    let third = try await store.instantiate(Component(engine: engine, text: caller), last)
    let thirdF = try third.function("f")
    var middle = Linker()
    middle.function("host") { context, arguments in try context.call(thirdF, arguments) }
    let second = try await store.instantiate(Component(engine: engine, text: caller), middle)
    let secondF = try second.function("f")
    var first = Linker()
    first.function("host") { context, arguments in
      let once = try context.call(secondF, arguments) ?? .u32(0)
      return try context.call(secondF, [once])
    }
    let root = try await store.instantiate(Component(engine: engine, text: caller), first)
    #expect(try await store.call(root.function("f"), [.u32(10)]) == .u32(15))
    #expect(await store.counts == Store.Counts())
  }

  @Test func anAsynchronousFunctionCallsAnotherRootInstanceAndItsOwn() async throws {
    let store = try Store(engine: engine)
    let holder = Holder()
    var linker = Linker()
    linker.asyncFunction("host") { arguments in
      await SwiftTask.yield()
      guard case .u32(let x) = arguments[0], x > 0, let function = holder.function else {
        return .u32(100)
      }
      return try await function.call(.u32(x - 1))
    }
    let instance = try await store.instantiate(
      Component(engine: engine, text: asyncCaller), linker)
    let other = try await store.instantiate(Component(engine: engine, text: asyncCaller), linker)
    holder.function = try other.function("f")
    #expect(try await store.call(instance.function("f"), [.u32(5)]) == .u32(106))
    holder.function = nil
    #expect(await store.counts == Store.Counts())
  }

  @Test func theTreeThatIsCallingCannotBeEntered() async throws {
    let holder = Holder()
    let log = Log<String>()
    var linker = Linker()
    linker.function("host") { context, arguments in
      do {
        return try context.call(holder.function!)
      } catch {
        log.add("\(error)")
        throw error
      }
    }
    let fixture = try await Fixture(caller, linker)
    holder.function = try fixture.instance.function("g")
    let error = await #expect(throws: CallError.self) { try await fixture.call("f", .u32(1)) }
    #expect(log.entries == ["wasm trap: cannot enter component instance"])
    guard case .cannotEnter(poisonedBy: nil)? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    holder.function = nil
    #expect(await fixture.remains == Store.Counts())
  }

  @Test func aSynchronousFunctionCannotMakeACallThatWaits() async throws {
    let store = try Store(engine: engine)
    let never = Log<String>()
    var waiting = Linker()
    waiting.asyncFunction("host") { _ in
      do {
        try await SwiftTask.sleep(for: .seconds(60))
      } catch {
        never.add("cancelled")
        throw error
      }
      return .u32(0)
    }
    let callee = try await store.instantiate(
      Component(engine: engine, text: asyncCaller), waiting)
    let function = try callee.function("f")
    let log = Log<String>()
    var linker = Linker()
    linker.function("host") { context, arguments in
      do {
        return try context.call(function, arguments)
      } catch CallError.wouldBlock {
        log.add("wouldBlock")
        return .u32(50)
      }
    }
    let root = try await store.instantiate(Component(engine: engine, text: caller), linker)
    #expect(try await store.call(root.function("f"), [.u32(1)]) == .u32(51))
    #expect(log.entries == ["wouldBlock"])
    await store.close()
    #expect(await eventually { never.entries == ["cancelled"] })
    #expect(await store.counts == Store.Counts())
  }

  @Test func runningSynchronouslyCannotMakeACallThatWaits() async throws {
    var linker = Linker()
    let goOn = Signal()
    linker.asyncFunction("host") { arguments in
      await goOn.wait()
      return arguments[0]
    }
    let fixture = try await Fixture(asyncCaller, linker)
    let f = try fixture.instance.function("f")
    let g = try fixture.instance.function("g")
    let result = try await fixture.store.run { context in
      #expect(throws: CallError.self) { try context.call(f, [.u32(1)]) }
      return try context.call(g)
    }
    #expect(result == .u32(7))
    goOn.set()
    #expect(await eventually { await fixture.remains == Store.Counts() })
  }

  @Test func anAsyncClosureOfASynchronousTypeCannotAwaitItsOwnStore() async throws {
    let holder = Holder()
    let log = Log<String>()
    var linker = Linker()
    linker.asyncFunction("host") { arguments in
      await SwiftTask.yield()
      do {
        _ = try await holder.function?.call()
      } catch {
        log.add("\(error)")
      }
      // A task of its own is no way out either.
      let inner = SwiftTask { try await holder.function?.call() }
      if case .failure(let error) = await inner.result { log.add("\(error)") }
      return arguments[0]
    }
    let fixture = try await Fixture(caller, linker)
    holder.function = try fixture.instance.function("g")
    #expect(try await fixture.call("f", .u32(1)) == .u32(2))
    #expect(log.entries == ["the call would block", "the call would block"])
    holder.function = nil
    #expect(try await fixture.call("g") == .u32(7))
  }

  @Test func twoTasksCallAComponentThatPollsInOrder() async throws {
    let log = Log<UInt32>()
    let goOn = [Signal(), Signal()]
    var linker = Linker()
    linker.asyncFunction("host") { arguments in
      guard case .u32(let x) = arguments[0] else { return nil }
      log.add(x)
      await goOn[Int(x)].wait()
      return .u32(x)
    }
    let fixture = try await Fixture(caller, linker)
    let f = try fixture.instance.function("f")
    let g = try fixture.instance.function("g")
    let first = SwiftTask { try await f.call(.u32(0)) }
    #expect(await eventually { log.entries == [0] })
    let second = SwiftTask { try await f.call(.u32(1)) }
    let third = SwiftTask { try await g.call() }
    try await SwiftTask.sleep(for: .milliseconds(20))
    #expect(log.entries == [0])
    goOn[1].set()
    goOn[0].set()
    #expect(try await first.value == .u32(1))
    #expect(try await second.value == .u32(2))
    #expect(try await third.value == .u32(7))
    #expect(log.entries == [0, 1])
    #expect(await fixture.remains == Store.Counts())
  }

  @Test func nestingEndsInATrap() async throws {
    let store = try Store(
      engine: engine,
      limits: {
        var limits = Store.Limits()
        limits.nativeDepth = 8
        return limits
      }())
    let functions = Mutex<[Function]>([])
    for index in 0..<12 {
      var linker = Linker()
      linker.function("host") { context, arguments in
        guard index > 0 else { return .u32(0) }
        return try context.call(functions.withLock { $0[index - 1] }, arguments)
      }
      let instance = try await store.instantiate(Component(engine: engine, text: caller), linker)
      let function = try instance.function("f")
      functions.withLock { $0.append(function) }
    }
    let all = functions.withLock { $0 }
    #expect(try await all[6].call(.u32(0)) == .u32(7))
    let error = await #expect(throws: CallError.self) { try await all[11].call(.u32(0)) }
    guard case .trap(let trap)? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(trap.reason == .callStackExhausted)
    functions.withLock { $0 = [] }
  }
}
