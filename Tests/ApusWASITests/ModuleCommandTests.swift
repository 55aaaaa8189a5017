// Core modules that import WASI 0.1 in a program: what they get, how they end, and that they wait without a thread.

import Apus
import ApusWASI
import ComponentRuntime
import TestSupport
import Testing
import WASI

private func module(
  _ text: String, _ linker: Linker, in store: Store? = nil
) async throws -> ModuleInstance {
  try await (try store ?? Store(engine: engine)).instantiate(
    Module(engine: engine, text: text), linker)
}

private func isTimeout(_ error: any Error, withTrap: Bool) -> Bool {
  guard case CallError.timedOut(let trap) = error else { return false }
  return (trap != nil) == withTrap
}

@Suite struct ModuleCommandTests {
  // MARK: What they get

  @Test func outputIsCaptured() async throws {
    let (linker, output) = world()
    #expect(try await module(ModuleGuests.hello, linker).runCommand() == 0)
    #expect(output.text == "hello\n")
  }

  @Test func argumentsAndVariables() async throws {
    let (linker, output) = world {
      $0.arguments = ["list", "ä"]
      $0.environment = [("A", "1"), ("EMPTY", "")]
    }
    #expect(try await module(ModuleGuests.list, linker).runCommand() == 0)
    #expect(output.text == "list\0ä\0A=1\0EMPTY=\0")
  }

  @Test func filesInMemory() async throws {
    let files = try InMemoryFileSystem(files: ["in": "some text"])
    let (linker, _) = world { $0.preopens = [.inMemory(files, as: "/")] }
    #expect(try await module(ModuleGuests.copy, linker).runCommand() == 0)
    #expect(try files.read("out") == Array("some text".utf8))
  }

  @Test func nothingIsGrantedThatWasNotAskedFor() async throws {
    let (linker, output) = world()
    #expect(try await module(ModuleGuests.list, linker).runCommand() == 0)
    #expect(output.text == "")
    // badf: there is no directory.
    #expect(try await module(ModuleGuests.copy, linker).runCommand() == 8)
    let files = try InMemoryFileSystem(files: ["in": "some text"])
    let (readOnly, _) = world {
      $0.preopens = [.inMemory(files, as: "/", isReadOnly: true)]
    }
    #expect(try await module(ModuleGuests.copy, readOnly).runCommand() != 0)
    #expect(throws: (any Error).self) { try files.read("out") }
  }

  @Test func functionsOfTheProgramGoFirst() async throws {
    var (linker, output) = world()
    let type = CoreFunctionType(parameters: [.i32, .i32, .i32, .i32], results: [.i32])
    linker.coreFunction(module: "wasi_snapshot_preview1", "fd_write", type: type) { call in
      let memory = try call.memory()
      try memory.write([8, 0, 0, 0], at: 8, in: call.context)
      return [.i32(0)]
    }
    #expect(try await module(ModuleGuests.exit(0), linker).runCommand() == 0)
    #expect(output.text == "")
  }

  @Test func componentsAndModulesShareAStoresWorld() async throws {
    let (linker, output) = world { $0.standardInput = .bytes(Array("abc".utf8)) }
    let store = try Store(engine: engine)
    let first = try await module(ModuleGuests.echo, linker, in: store)
    let second = try await module(ModuleGuests.echo, linker, in: store)
    _ = try await first.function("one").call()
    _ = try await second.function("one").call()
    #expect(try await instance(WASIGuests.hello02, linker, in: store).runCommand() == 0)
    #expect(try await first.runCommand() == 0)
    #expect(output.text == "abhello\nc")
    // Another store begins anew.
    #expect(try await module(ModuleGuests.echo, linker).runCommand() == 0)
    #expect(output.text == "abhello\ncabc")
  }

  // MARK: How they end

  @Test func exitStatus() async throws {
    let (linker, output) = world()
    #expect(try await module(ModuleGuests.exit(3), linker).runCommand() == 3)
    #expect(try await module(ModuleGuests.exit(0), linker).runCommand() == 0)
    #expect(try await module(ModuleGuests.exit(300), linker).runCommand() == 300)
    #expect(output.text == "goodbye\ngoodbye\ngoodbye\n")
  }

  @Test func modulesThatAreNoCommands() async throws {
    await #expect(throws: LookupError.self) {
      try await module("(module)", Linker()).runCommand()
    }
    await #expect {
      let text = #"(module (func (export "_start") (param i32)))"#
      try await module(text, Linker()).runCommand()
    } throws: { error in
      guard case CallError.mismatch = error else { return false }
      return true
    }
  }

  @Test func reactors() async throws {
    let (linker, _) = world { $0.randomness = .seeded(1) }
    let reactor = try await module(ModuleGuests.reactor, linker)
    _ = try await reactor.function("_initialize").call()
    #expect(try await reactor.function("next").call() == [.i32(41)])
    #expect(try await reactor.function("next").call() == [.i32(42)])
    let random = try reactor.function("random")
    let first = try await random.call()
    #expect(try await random.call() != first)
    await #expect {
      try await reactor.function("give-up").call()
    } throws: { error in
      guard case CallError.host(let exit as WASIExit, backtrace: let frames) = error else {
        return false
      }
      return exit.code == 9 && !frames.isEmpty
    }
  }

  @Test func importsThatNobodyHasAreNamed() async throws {
    let (linker, _) = world()
    let text = """
      (module
        (import "wasi_snapshot_preview1" "fd_write" (func (param i32 i32 i32 i32) (result i32)))
        (import "wasi_snapshot_preview1" "fd_wrote" (func))
        (import "wasi_unstable" "fd_write" (func)))
      """
    await #expect {
      _ = try await module(text, linker)
    } throws: { error in
      guard case InstantiationError.link(let error) = error else { return false }
      return error.problems.map(\.path) == [
        ["wasi_snapshot_preview1", "fd_wrote"], ["wasi_unstable", "fd_write"],
      ]
    }
  }

  @Test func directoriesThatAreNotThere() async throws {
    let (linker, _) = world { $0.preopens = [.directory("/no/such/directory", as: "/")] }
    await #expect {
      _ = try await module(ModuleGuests.hello, linker)
    } throws: { error in
      guard case InstantiationError.host(let cause as WASIConfigurationError) = error else {
        return false
      }
      return cause.description.contains("/no/such/directory")
    }
  }

  @Test func aModuleWithoutAMemory() async throws {
    let (linker, _) = world()
    let text = """
      (module
        (import "wasi_snapshot_preview1" "sched_yield" (func $yield (result i32)))
        (func (export "_start") (drop (call $yield))))
      """
    await #expect {
      try await module(text, linker).runCommand()
    } throws: { error in
      "\(error)".contains("missing required memory export")
    }
  }
}

// One after the other, since some of them look at the time.
@Suite(.serialized) struct ModuleWaitingTests {
  @Test func aGuestThatSpinsIsStopped() async throws {
    let (linker, _) = world()
    let spinner = try await module(ModuleGuests.spin, linker)
    await #expect {
      try await spinner.runCommand(timeout: .milliseconds(20))
    } throws: {
      isTimeout($0, withTrap: true)
    }
  }

  /// Many more guests sleep than there are threads for Swift tasks, until a task moves their clock.
  @Test func sleepersBlockNoThread() async throws {
    let clock = SteppableClock()
    let (linker, _) = world { $0.clocks = .stepped(clock) }
    let sleepers = 50
    let returned = Counter()
    try await withThrowingTaskGroup(of: Int32.self) { group in
      for _ in 0..<sleepers {
        let sleeper = try await module(ModuleGuests.sleep, linker)
        group.addTask {
          let status = try await sleeper.runCommand()
          returned.add()
          return status
        }
      }
      try await _Concurrency.Task.sleep(for: .milliseconds(50))
      #expect(returned.value == 0)
      group.addTask {
        while returned.value < sleepers {
          clock.advance(byNanoseconds: 1_000_000_000)
          await _Concurrency.Task.yield()
        }
        return 1
      }
      for try await status in group { #expect(status == 1) }
    }
  }

  /// The clock goes on while the guest waits: what it waits for must not begin anew.
  @Test func theSystemsClock() async throws {
    let (linker, _) = world()
    let sleeper = try await module(ModuleGuests.sleep, linker)
    let start = ContinuousClock.now
    #expect(try await sleeper.function("sleep").call(.i64(50_000_000)) == [.i32(1)])
    #expect(ContinuousClock.now - start >= .milliseconds(50))
    #expect(ContinuousClock.now - start < .seconds(5))
    // No time is no wait.
    #expect(try await sleeper.function("sleep").call(.i64(0)) == [.i32(1)])
  }

  @Test func aGuestThatWaitsIsStopped() async throws {
    let clock = SteppableClock()
    let (linker, _) = world { $0.clocks = .stepped(clock) }
    let store = try Store(engine: engine)
    let sleeper = try await module(ModuleGuests.sleep, linker, in: store)
    await #expect {
      try await sleeper.runCommand(timeout: .milliseconds(10))
    } throws: {
      isTimeout($0, withTrap: true)
    }
    // The store is free again; what the one before waited for ends nobody else's wait.
    let hello = try await module(ModuleGuests.exit(4), linker, in: store)
    #expect(try await hello.runCommand() == 4)
    async let status = sleeper.runCommand()
    while await store.counts.tasks == 0 { await _Concurrency.Task.yield() }
    clock.advance(byNanoseconds: 1_000_000_000)
    clock.advance(byNanoseconds: 1_000_000_000)
    #expect(try await status == 1)
  }

  @Test func closingTheStoreEndsTheWait() async throws {
    let (linker, _) = world { $0.clocks = .stepped(SteppableClock()) }
    let sleeper = try await module(ModuleGuests.sleep, linker)
    let run = _Concurrency.Task { try await sleeper.runCommand() }
    while await sleeper.store.counts.tasks == 0 { await _Concurrency.Task.yield() }
    await sleeper.store.close()
    await #expect {
      try await run.value
    } throws: { error in
      guard case CallError.closed = error else { return false }
      return true
    }
  }

  /// Nobody waits for the call any more, and nobody keeps the store.
  @Test func aStoreGoesWhileAGuestWaits() async throws {
    weak var left: Store?
    do {
      let (linker, _) = world { $0.clocks = .stepped(SteppableClock()) }
      var limits = Store.Limits()
      limits.cancellationDeadline = .milliseconds(10)
      let store = try Store(engine: engine, limits: limits)
      left = store
      let sleeper = try await module(ModuleGuests.sleep, linker, in: store)
      let run = _Concurrency.Task { try await sleeper.runCommand() }
      while await store.counts.tasks == 0 { await _Concurrency.Task.yield() }
      run.cancel()
      await #expect {
        try await run.value
      } throws: { error in
        guard case CallError.cancelledWithoutResolution = error else { return false }
        return true
      }
    }
    for _ in 0..<1000 where left != nil { try await _Concurrency.Task.sleep(for: .milliseconds(5)) }
    #expect(left == nil)
  }

  @Test func synchronousCodeCannotWait() async throws {
    let clock = SteppableClock()
    let (linker, _) = world { $0.clocks = .stepped(clock) }
    let sleeper = try await module(ModuleGuests.sleep, linker)
    let sleep = try sleeper.function("sleep")
    await #expect {
      try await sleeper.store.run { context in try sleep.call(.i64(5), in: context) }
    } throws: { error in
      guard case CallError.wouldBlock = error else { return false }
      return true
    }
    clock.advance(byNanoseconds: 1_000_000_000)
    #expect(try await sleeper.store.run { try sleep.call(.i64(0), in: $0) } == [.i32(1)])
    // Nor can a guest below a function of the host.
    var other = Linker()
    other.coreFunction(module: "host", "sleep", type: CoreFunctionType()) { call in
      _ = try sleep.call(.i64(5), in: call.context)
      return []
    }
    let text = #"(module (import "host" "sleep" (func $f)) (func (export "f") (call $f)))"#
    let caller = try await module(text, other, in: sleeper.store)
    await #expect {
      try await caller.function("f").call()
    } throws: { error in
      guard case CallError.wouldBlock = error else { return false }
      return true
    }
  }

  /// Output that is taken two bytes at a time arrives whole.
  @Test func outputThatIsNotTakenAtOnce() async throws {
    let provider = SlowOutput()
    var linker = Linker()
    linker.add(provider)
    #expect(try await module(ModuleGuests.exit(2), linker).runCommand() == 2)
    #expect(provider.sink.text == "goodbye\n")
  }
}
