// Ending calls early: cancelled Swift tasks, deadlines, deadlocks, closing; and guests that compute for long.

import Testing

@testable import Apus

/// `wait` waits for a cancellation and ends by it; `answer` returns 9 when cancelled; `deaf` waits for the host without
/// listening; `spin` never ends; `quick` returns at once; `stuck` waits for nothing.
private let worker = guest(
  #"(import "host" (func $host async (result u32)))"#,
  [
    .init("host", "(result i32)", "lower (func $host)"), .returnU32, .taskCancel, .setNew, .setWait,
    .setWaitCancellable,
  ],
  core: """
    (func (export "wait")
      (call $expect (call $set.wait-cancellable (call $set.new) (i32.const 16)) (i32.const 6))
      (call $task.cancel))
    (func (export "answer")
      (call $expect (call $set.wait-cancellable (call $set.new) (i32.const 16)) (i32.const 6))
      (call $return-u32 (i32.const 9)))
    (func (export "deaf") (call $return-u32 (call $host)))
    (func (export "spin") (loop $l (br $l)))
    (func (export "count") (param i32) (result i32)
      (loop $l
        (local.set 0 (i32.sub (local.get 0) (i32.const 1)))
        (br_if $l (local.get 0)))
      (i32.const 3))
    (func (export "quick") (call $return-u32 (i32.const 1)))
    (func (export "stuck")
      (drop (call $set.wait (call $set.new) (i32.const 16)))
      (call $return-u32 (i32.const 1)))
    """,
  exports: ["wait", "answer", "deaf", "quick", "stuck"].map {
    """
    (func (export "\($0)") async (result u32) (canon lift (core func $i "\($0)") async))

    """
  }.joined() + """
    (func (export "spin") (canon lift (core func $i "spin")))
    (func (export "count") (param "n" u32) (result u32) (canon lift (core func $i "count")))
    """)

private func linker(_ host: @escaping AsynchronousHostFunction = { _ in .u32(5) }) -> Linker {
  var linker = Linker()
  linker.asyncFunction("host", host)
  return linker
}

@Suite struct CancellationTests {
  /// A host function that is never ready keeps the store from being deadlocked.
  private func begin(
    _ fixture: Fixture, _ name: String, timeout: Duration? = nil
  ) async throws -> SwiftTask<ComponentValue?, any Error> {
    let function = try fixture.instance.function(name)
    let (_, writer) = try await fixture.store.makeStream(of: .u8)
    let task = SwiftTask {
      defer { writer.close() }
      return try await function.call(timeout: timeout)
    }
    #expect(await eventually { await fixture.store.counts.tasks > 0 })
    return task
  }

  @Test func aCancelledTaskCancelsItsCall() async throws {
    let fixture = try await Fixture(worker, linker())
    let task = try await begin(fixture, "wait")
    task.cancel()
    await #expect {
      try await task.value
    } throws: { error in
      if case .cancelled? = error as? CallError { true } else { false }
    }
    #expect(await eventually { await fixture.remains.tasks == 0 })
    #expect(try await fixture.call("quick") == .u32(1))
  }

  @Test func aCancelledCallMayStillReturn() async throws {
    let fixture = try await Fixture(worker, linker())
    let task = try await begin(fixture, "answer")
    task.cancel()
    #expect(try await task.value == .u32(9))
  }

  @Test func aCallThatDoesNotResolveInTimeIsGivenUp() async throws {
    let goOn = Signal()
    var limits = Store.Limits()
    limits.cancellationDeadline = .milliseconds(30)
    let fixture = try await Fixture(
      worker,
      linker { _ in
        await goOn.wait()
        return .u32(5)
      }, limits: limits)
    let task = try await begin(fixture, "deaf")
    task.cancel()
    await #expect {
      try await task.value
    } throws: { error in
      if case .cancelledWithoutResolution? = error as? CallError { true } else { false }
    }
    #expect(await fixture.store.counts.tasks == 2)
    goOn.set()
    #expect(await eventually { await fixture.remains == Store.Counts() })
    #expect(try await fixture.call("quick") == .u32(1))
  }

  @Test func aCallThatWaitsRunsOutOfTime() async throws {
    let fixture = try await Fixture(worker, linker())
    let task = try await begin(fixture, "wait", timeout: .milliseconds(30))
    await #expect {
      try await task.value
    } throws: { error in
      if case .timedOut(nil)? = error as? CallError { true } else { false }
    }
    #expect(try await fixture.call("quick") == .u32(1))
  }

  @Test func aCallThatComputesRunsOutOfTime() async throws {
    let fixture = try await Fixture(worker, linker())
    let error = await #expect(throws: CallError.self) {
      try await fixture.call("spin", timeout: .milliseconds(50))
    }
    guard case .timedOut(let trap?)? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(trap.reason == .deadline && !trap.backtrace.isEmpty)
    await #expect(throws: CallError.self) { try await fixture.call("quick") }
    #expect(await fixture.remains == Store.Counts())
  }

  @Test func theDeadlineOfAStoreStopsAGuest() async throws {
    var limits = Store.Limits()
    limits.deadline = .milliseconds(50)
    let fixture = try await Fixture(worker, linker(), limits: limits)
    let error = await #expect(throws: CallError.self) { try await fixture.call("spin") }
    guard case .trap(let trap)? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(trap.reason == .deadline)
  }

  @Test func callsQueueWhileAGuestComputes() async throws {
    let fixture = try await Fixture(worker, linker())
    let count = try fixture.instance.function("count")
    let quick = try fixture.instance.function("quick")
    let task = SwiftTask { try await count.call(.u32(100_000_000)) }
    try await SwiftTask.sleep(for: .milliseconds(20))
    #expect(try await quick.call() == .u32(1))
    #expect(try await task.value == .u32(3))
    #expect(await fixture.remains == Store.Counts())
  }

  @Test func aQueuedCallIsCancelledBeforeItBegins() async throws {
    let goOn = Signal()
    let text = guest(
      #"(import "host" (func $host (result u32)))"#,
      [.init("host", "(result i32)", "lower (func $host)")],
      core: #"(func (export "f") (result i32) (call $host))"#,
      exports: #"(func (export "f") (result u32) (canon lift (core func $i "f")))"#)
    let fixture = try await Fixture(
      text,
      linker { _ in
        await goOn.wait()
        return .u32(4)
      })
    let f = try fixture.instance.function("f")
    let first = SwiftTask { try await f.call() }
    #expect(await eventually { await fixture.store.counts.tasks > 0 })
    let second = SwiftTask { try await f.call() }
    let third = SwiftTask { try await f.call(timeout: .milliseconds(10)) }
    try await SwiftTask.sleep(for: .milliseconds(20))
    second.cancel()
    await #expect {
      try await second.value
    } throws: { error in
      if case .cancelled? = error as? CallError { true } else { false }
    }
    await #expect {
      try await third.value
    } throws: { error in
      if case .timedOut(nil)? = error as? CallError { true } else { false }
    }
    goOn.set()
    #expect(try await first.value == .u32(4))
    #expect(await fixture.remains == Store.Counts())
  }

  @Test func aDeadlockSaysWhoWaitsForWhat() async throws {
    let fixture = try await Fixture(worker, linker())
    let error = await #expect(throws: CallError.self) { try await fixture.call("stuck") }
    guard case .deadlock(let waits)? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(waits.count == 1)
    #expect(waits.first?.description.contains("set of 0 waitables") == true)
    #expect(try await fixture.call("quick") == .u32(1))
  }

  @Test func closingEndsEverything() async throws {
    let log = Log<String>()
    let fixture = try await Fixture(
      worker,
      linker { _ in
        do {
          try await SwiftTask.sleep(for: .seconds(60))
        } catch {
          log.add("cancelled")
        }
        return .u32(0)
      })
    let waiting = try await begin(fixture, "wait")
    let deaf = try fixture.instance.function("deaf")
    let calling = SwiftTask { try await deaf.call() }
    #expect(await eventually { await fixture.store.counts.tasks == 3 })
    await fixture.store.close()
    for task in [waiting, calling] {
      await #expect {
        try await task.value
      } throws: { error in
        if case .closed? = error as? CallError { true } else { false }
      }
    }
    #expect(await eventually { log.entries == ["cancelled"] })
    #expect(await fixture.remains == Store.Counts())
    await #expect(throws: CallError.self) { try await fixture.call("quick") }
  }

  @Test func aStoreThatNobodyHoldsEndsItsHostFunctions() async throws {
    let log = Log<String>()
    let began = Signal()
    var task: SwiftTask<Void, Never>?
    do {
      let fixture = try await Fixture(
        worker,
        linker { _ in
          began.set()
          do {
            try await SwiftTask.sleep(for: .seconds(60))
          } catch {
            log.add("cancelled")
          }
          return .u32(0)
        },
        limits: {
          var limits = Store.Limits()
          limits.cancellationDeadline = .milliseconds(10)
          return limits
        }())
      let deaf = try fixture.instance.function("deaf")
      task = SwiftTask { _ = try? await deaf.call() }
      await began.wait()
      task?.cancel()
    }
    await task?.value
    task = nil
    #expect(await eventually { log.entries == ["cancelled"] })
  }

  @Test func aStoreRunsOnTheEmbeddersExecutor() async throws {
    let executor = CountingExecutor()
    let store = try Store(engine: engine, executor: executor)
    let instance = try await store.instantiate(
      Component(engine: engine, text: worker), linker())
    #expect(try await store.call(instance.function("deaf")) == .u32(5))
    #expect(executor.jobs.entries.count > 0)
  }
}

/// Runs jobs on Swift's own threads, one after the other, and counts them.
private final class CountingExecutor: SerialExecutor {
  let jobs = Log<Int>()
  private actor Runner {
    func run(_ job: UnownedJob, on executor: UnownedSerialExecutor) {
      job.runSynchronously(on: executor)
    }
  }
  private let runner = Runner()

  func enqueue(_ job: consuming ExecutorJob) {
    jobs.add(1)
    let job = UnownedJob(job)
    let executor = asUnownedSerialExecutor()
    SwiftTask.detached { await self.runner.run(job, on: executor) }
  }
}
