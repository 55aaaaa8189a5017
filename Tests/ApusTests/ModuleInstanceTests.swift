// Core modules instantiated by themselves: calls, imports, memories and globals, and the same limits as for components.

import Testing

@testable import Apus

private let text = """
  (module
    (import "host" "add" (func $add (param i32 i32) (result i32)))
    (import "host" "log" (func $log (param i32 i32)))
    (memory (export "memory") 1)
    (global (export "count") (mut i64) (i64.const 5))
    (global (export "fixed") f32 (f32.const 1.5))
    (data (i32.const 8) "hello")
    (func (export "add") (param i32 i32) (result i32) (call $add (local.get 0) (local.get 1)))
    (func (export "swap") (param i64 f64) (result f64 i64) (local.get 1) (local.get 0))
    (func (export "same") (param funcref externref v128) (result funcref externref v128)
      (local.get 0) (local.get 1) (local.get 2))
    (func (export "self") (result funcref) (ref.func 2))
    (elem declare func 2)
    (func (export "log") (call $log (i32.const 8) (i32.const 5)))
    (func (export "trap") unreachable)
    (func (export "spin") (loop $l (br $l)))
    (func $deep (export "deep") (call $deep)))
  """

private func linker(
  _ log: Log<String> = Log(), add: @escaping @Sendable (Int32, Int32) throws -> Int32 = { $0 &+ $1 }
) -> Linker {
  var linker = Linker()
  linker.coreFunction(
    module: "host", "add", type: .init(parameters: [.i32, .i32], results: [.i32])
  ) { call in
    guard case .i32(let a) = call.arguments[0], case .i32(let b) = call.arguments[1] else {
      throw Unlucky()
    }
    return [.i32(try add(a, b))]
  }
  linker.coreFunction(module: "host", "log", type: .init(parameters: [.i32, .i32])) { call in
    guard case .i32(let address) = call.arguments[0], case .i32(let count) = call.arguments[1]
    else { throw Unlucky() }
    let bytes = try call.memory().read(at: Int(address), count: Int(count), in: call.context)
    log.add(String(decoding: bytes, as: UTF8.self))
    return []
  }
  return linker
}

@Suite struct ModuleInstanceTests {
  private func make(
    _ linker: Linker = linker(), limits: Store.Limits = Store.Limits()
  ) async throws -> ModuleInstance {
    let store = try Store(engine: engine, limits: limits)
    return try await store.instantiate(Module(engine: engine, text: text), linker)
  }

  @Test func callsAndHostFunctions() async throws {
    let log = Log<String>()
    let instance = try await make(linker(log))
    #expect(instance.exports.first?.name == "memory")
    let add = try instance.function("add")
    #expect(add.type.description == "[i32 i32] -> [i32]")
    #expect(try await add.call(.i32(3), .i32(-5)) == [.i32(-2)])
    let swapped = try await instance.function("swap").call(.i64(1), .f64(0.5))
    #expect(swapped == [.f64(0.5), .i64(1)])
    _ = try await instance.function("log").call()
    #expect(log.entries == ["hello"])
    #expect(try await instance.store.run { try add.call(.i32(1), .i32(1), in: $0) } == [.i32(2)])
    #expect(await instance.store.counts == Store.Counts())
  }

  @Test func referencesAndVectors() async throws {
    let instance = try await make()
    let reference = try await instance.function("self").call()[0]
    guard case .reference(let function) = reference else { throw Unlucky() }
    #expect(!function.isNull)
    let vector = CoreValue.v128(low: 1, high: 2)
    let same = try instance.function("same")
    #expect(
      try await same.call(reference, .reference(.null), vector)
        == [reference, .reference(.null), vector])
    let other = try await make()
    await #expect {
      _ = try await other.function("same").call(reference, .reference(.null), vector)
    } throws: { error in
      if case .mismatch? = error as? CallError { true } else { false }
    }
  }

  @Test func refusesOtherArguments() async throws {
    let add = try await make().function("add")
    for arguments in [[], [.i32(1), .i64(1)], [.i32(1), .i32(1), .i32(1)]] as [[CoreValue]] {
      await #expect {
        switch arguments.count {
        case 0: _ = try await add.call()
        case 2: _ = try await add.call(arguments[0], arguments[1])
        default: _ = try await add.call(arguments[0], arguments[1], arguments[2])
        }
      } throws: { error in
        if case .mismatch(let message)? = error as? CallError {
          message == "arguments of `add`: expected [i32 i32] -> [i32]"
        } else {
          false
        }
      }
    }
  }

  @Test func aTrapLeavesTheInstanceUsable() async throws {
    let instance = try await make()
    for _ in 0..<3 {
      let trap = await expectTrap(.unreachable) {
        _ = try await instance.function("trap").call()
      }
      #expect(trap?.backtrace.count == 1)
    }
    #expect(try await instance.function("add").call(.i32(3), .i32(4)) == [.i32(7)])
    #expect(await instance.store.counts == Store.Counts())
  }

  @Test func anErrorOfTheHostIsPassedOn() async throws {
    let instance = try await make(linker(add: { _, _ in throw Unlucky() }))
    await #expect {
      _ = try await instance.function("add").call(.i32(1), .i32(1))
    } throws: { error in
      if case .host(let error, let backtrace)? = error as? CallError {
        error is Unlucky && backtrace.count == 1
      } else {
        false
      }
    }
  }

  @Test func memoriesAndGlobals() async throws {
    let instance = try await make()
    let memory = try instance.memory("memory")
    #expect(try await memory.byteCount == 65536)
    #expect(try await memory.read(at: 8, count: 5) == Array("hello".utf8))
    try await memory.write([72], at: 8)
    #expect(try await memory.read(at: 8, count: 5) == Array("Hello".utf8))
    #expect(try await memory.read(at: 65536, count: 0) == [])
    for (address, count) in [(65536, 1), (-1, 1), (0, -1), (Int.max, Int.max)] {
      await #expect(throws: CallError.self) {
        _ = try await memory.read(at: address, count: count)
      }
    }
    await #expect(throws: CallError.self) { try await memory.write([1, 2], at: 65535) }
    let count = try instance.global("count")
    #expect(try await count.value == .i64(5))
    try await count.set(.i64(6))
    #expect(try await count.value == .i64(6))
    await #expect(throws: CallError.self) { try await count.set(.i32(6)) }
    await #expect(throws: CallError.self) { try await instance.global("fixed").set(.f32(1)) }
    #expect(throws: LookupError.self) { try instance.memory("count") }
    #expect(throws: LookupError.self) { try instance.function("ad") }
  }

  @Test func aModuleCallsAnotherAndTheHostCallsBack() async throws {
    let first = try await make()
    let add = try first.function("add")
    var linker = Linker()
    linker.coreInstance("first", first)
    linker.coreFunction(module: "host", "back", type: .init(results: [.i32])) { call in
      try add.call(.i32(20), .i32(1), in: call.context)
    }
    let second = try await first.store.instantiate(
      Module(
        engine: engine,
        text: """
          (module
            (import "first" "add" (func $add (param i32 i32) (result i32)))
            (import "first" "memory" (memory 1))
            (import "host" "back" (func $back (result i32)))
            (global $started (mut i32) (i32.const 0))
            (start $start)
            (func $start (global.set $started (call $add (i32.const 1) (i32.const 2))))
            (func (export "f") (result i32)
              (i32.add (global.get $started) (call $add (call $back) (i32.const 100)))))
          """), linker)
    #expect(try await second.function("f").call() == [.i32(124)])
  }

  @Test func namesWhatIsMissing() async throws {
    let module = try Module(engine: engine, text: text)
    var some = Linker()
    some.coreFunction(module: "host", "adds", type: .init()) { _ in [] }
    let store = try Store(engine: engine)
    await #expect {
      _ = try await store.instantiate(module, some)
    } throws: { error in
      guard case .link(let error)? = error as? InstantiationError else { return false }
      return error.problems.map(\.path) == [["host", "add"], ["host", "log"]]
        && error.problems[0].nearest == "adds"
    }
    some = linker()
    some.coreFunction(module: "host", "add", type: .init(parameters: [.i32])) { _ in [] }
    await #expect {
      _ = try await store.instantiate(module, some)
    } throws: { error in
      if case .unlinkable? = error as? InstantiationError { true } else { false }
    }
  }

  @Test func limitsApply() async throws {
    let instance = try await make(
      limits: limits {
        $0.stackBytes = 64 << 10
        $0.memoryBytes = 1 << 16
      })
    await expectTrap(.callStackExhausted) { _ = try await instance.function("deep").call() }
    await expectTrap(.fuelExhausted) {
      _ = try await instance.function("deep").call(fuel: 10)
    }
    do {
      _ = try await instance.store.instantiate(Module(engine: engine, text: text), linker())
      Issue.record("it was instantiated")
    } catch InstantiationError.call(.limit(let error)) {
      #expect(error.limit == .memoryBytes)
    }
    let hasty = try await make(limits: limits { $0.deadline = .milliseconds(30) })
    await expectTrap(.deadline) { _ = try await hasty.function("spin").call() }
    let free = try await make()
    do {
      _ = try await free.function("spin").call(timeout: .milliseconds(30))
      Issue.record("it has returned")
    } catch CallError.timedOut(let trap?) {
      #expect(trap.reason == .deadline)
    }
    #expect(try await free.function("add").call(.i32(3), .i32(4)) == [.i32(7)])
  }
}
