// A guest that computes for ever delays nobody else for long: neither those who want its store nor other Swift tasks,
// also with as many such guests as Swift has threads.

import Testing

@testable import Apus

private let spinner = """
  (component
    (core module $m
      (func (export "spin") (loop $l (br $l)))
      (func (export "answer") (result i32) (i32.const 7)))
    (core instance $i (instantiate $m))
    (func (export "spin") (canon lift (core func $i "spin")))
    (func (export "answer") (result u32) (canon lift (core func $i "answer"))))
  """

@Suite(.serialized) struct GivingWayTests {
  /// What everybody may be made to wait.
  private let bar = Duration.milliseconds(20)

  /// Runs guests that spin, and measures how much longer something takes meanwhile. The best of some attempts counts, and of
  /// each the median: others keep the machine and Swift's threads busy as well, but a store that does not give way is late
  /// nearly every time.
  private func expectPrompt(
    spinners: Int, _ body: @Sendable (Store) async throws -> Void,
    sourceLocation: SourceLocation = #_sourceLocation
  ) async throws {
    var best = Duration.seconds(100)
    for _ in 0..<5 where best > bar {
      let fixtures = try await (0..<spinners).asyncMap { _ in try await Fixture(spinner) }
      let store = fixtures[0].store
      let quiet = try await median(for: .milliseconds(50)) { try await body(store) }
      let spins = try fixtures.map { fixture in
        let spin = try fixture.instance.function("spin")
        return SwiftTask { try await spin.call(timeout: .milliseconds(300)) }
      }
      let busy = try await median(for: .milliseconds(200)) { try await body(store) }
      best = min(best, busy - quiet)
      for spin in spins { await #expect(throws: CallError.self) { _ = try await spin.value } }
    }
    #expect(best <= bar, sourceLocation: sourceLocation)
  }

  /// How long something takes that is done again and again for a while.
  private func median(
    for time: Duration, _ body: () async throws -> Void
  ) async rethrows -> Duration {
    let clock = ContinuousClock()
    let start = clock.now
    var times: [Duration] = []
    repeat {
      times.append(try await clock.measure { try await body() })
    } while clock.now - start < time
    return times.sorted()[times.count / 2]
  }

  @Test(arguments: [1, 2, 4])
  func anotherTaskRuns(spinners: Int) async throws {
    try await expectPrompt(spinners: spinners) { _ in
      await SwiftTask.detached { await SwiftTask.yield() }.value
    }
  }

  @Test(arguments: [1, 2, 4])
  func theStoreCanBeReached(spinners: Int) async throws {
    try await expectPrompt(spinners: spinners) { store in _ = await store.counts }
  }

  @Test func aCallOfAnotherStoreRuns() async throws {
    let other = try await Fixture(spinner)
    try await expectPrompt(spinners: 2) { _ in
      let answer = try await other.call("answer")
      #expect(answer == .u32(7))
    }
  }

  /// A call that is queued behind the guest is cancelled without waiting for it.
  @Test func aQueuedCallIsCancelled() async throws {
    let fixture = try await Fixture(spinner)
    let spin = try fixture.instance.function("spin")
    let answer = try fixture.instance.function("answer")
    let spinning = SwiftTask { try await spin.call(timeout: .seconds(2)) }
    #expect(await eventually { await fixture.store.counts.tasks == 1 })
    let clock = ContinuousClock()
    var times: [Duration] = []
    for _ in 0..<10 {
      let queued = SwiftTask { try await answer.call() }
      let before = clock.now
      queued.cancel()
      await #expect {
        _ = try await queued.value
      } throws: { error in
        if case .cancelled? = error as? CallError { true } else { false }
      }
      times.append(clock.now - before)
    }
    #expect(times.min().map { $0 <= bar } == true)
    await #expect(throws: CallError.self) { _ = try await spinning.value }
  }
}

extension Sequence {
  fileprivate func asyncMap<T>(_ transform: (Element) async throws -> T) async rethrows -> [T] {
    var result: [T] = []
    for element in self { result.append(try await transform(element)) }
    return result
  }
}
