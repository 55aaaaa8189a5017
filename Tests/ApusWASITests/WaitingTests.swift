// Guests that wait for the world: no thread waits with them, and whoever ends the wait ends the call.

import Apus
import ApusWASI
import TestSupport
import Testing
import WASI

// One after the other, since some of them look at the time.
@Suite(.serialized) struct WaitingTests {
  /// Many more guests sleep than there are threads for Swift tasks, until a task moves their clock.
  @Test func sleepersBlockNoThread() async throws {
    let clock = SteppableClock()
    let (linker, _) = world { $0.clocks = .stepped(clock) }
    let sleepers = 50
    let returned = Counter()
    try await withThrowingTaskGroup(of: Int32.self) { group in
      for _ in 0..<sleepers {
        let sleeper = try await instance(WASIGuests.sleep02, linker)
        group.addTask {
          let status = try await sleeper.runCommand()
          returned.add()
          return status
        }
      }
      try await _Concurrency.Task.sleep(for: .milliseconds(50))
      #expect(returned.value == 0)
      // Those that begin to sleep later sleep by the same clock.
      group.addTask {
        while returned.value < sleepers {
          clock.advance(byNanoseconds: 1_000_000_000)
          await _Concurrency.Task.yield()
        }
        return 0
      }
      for try await status in group { #expect(status == 0) }
    }
  }

  @Test func theSystemsClock() async throws {
    let (linker, _) = world()
    // Waiting is no computing.
    var limits = Store.Limits()
    limits.deadline = .milliseconds(800)
    let sleeper = try await instance(
      WASIGuests.sleep02, linker, in: Store(engine: engine, limits: limits))
    // Deadlines come closer only while some guest of the process computes.
    let spin = try await instance(WASIGuests.spin, Linker()).function("spin")
    let start = ContinuousClock.now
    async let status = sleeper.runCommand()
    while ContinuousClock.now - start < .seconds(1) { _ = try await spin.call() }
    #expect(try await status == 0)
    #expect(ContinuousClock.now - start >= .seconds(1))
  }

  /// The result of one call comes while another one waits, in the middle of whose guest nothing must run.
  @Test func twoWaitsAtATime() async throws {
    let (linker, _) = world()
    #expect(try await instance(WASIGuests.twoSleeps, linker).runCommand() == 0)
  }

  /// The same while a guest computes, which gives way at any place.
  @Test func aWaitThatEndsWhileAGuestComputes() async throws {
    let (linker, output) = world()
    let ticks = try await instance(WASIGuests.ticks03, linker)
    let spin = try await instance(WASIGuests.spin, linker, in: ticks.store).function("spin")
    async let status = ticks.runCommand()
    while output.text != "tick\ntick\ntick\n" { _ = try await spin.call() }
    #expect(try await status == 0)
  }

  @Test func closingTheStoreEndsTheWait() async throws {
    let (linker, _) = world { $0.clocks = .stepped(SteppableClock()) }
    let sleeper = try await instance(WASIGuests.sleep02, linker)
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

  @Test func callsHaveTimeouts() async throws {
    let (linker, _) = world { $0.clocks = .stepped(SteppableClock()) }
    var limits = Store.Limits()
    limits.cancellationDeadline = .milliseconds(10)
    let sleeper = try await instance(
      WASIGuests.sleep02, linker, in: Store(engine: engine, limits: limits))
    await #expect {
      try await sleeper.runCommand(timeout: .milliseconds(10))
    } throws: { error in
      guard case CallError.timedOut = error else { return false }
      return true
    }
  }

  // MARK: Output that is not taken at once

  @Test func whatACommandHasWrittenIsWrittenBeforeItEnds() async throws {
    let provider = SlowOutput()
    var linker = Linker()
    linker.add(provider)
    #expect(try await instance(WASIGuests.hasty03, linker).runCommand() == 0)
    #expect(provider.sink.text == "in haste\n")
  }
}
