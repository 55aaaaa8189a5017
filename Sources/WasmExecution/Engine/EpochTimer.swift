// The epoch: a counter that one thread of the process advances every 5 ms while any store runs guest code. Guest code
// looks at it whenever a slice of fuel is used up, so that it costs nothing per instruction.

import Synchronization

/// The clock behind deadlines.
package final class EpochTimer: Sendable {
  package static let shared = EpochTimer()
  package static let tickMilliseconds = 5

  private let counter = Atomic<UInt64>(0)
  /// Cleared one tick before the thread goes to sleep, so that whoever starts to run either sees that or is seen.
  fileprivate let isActive = Atomic<Bool>(false)
  private struct State {
    var clients: [ObjectIdentifier: EpochClient] = [:]
    var hasThread = false
  }
  private let state = Mutex(State())
  private let wakeUp = OSEvent()

  /// The ticks after which a duration is over for sure: one more than it has, for the one under way.
  package static func ticks(_ duration: Duration) -> UInt64 {
    let ticks = duration / .milliseconds(tickMilliseconds)
    return UInt64(exactly: max(0, ticks.rounded(.up)) + 1) ?? .max
  }

  /// The current epoch.
  package var epoch: UInt64 { counter.load(ordering: .relaxed) }
  /// Whether the timer's thread is ticking.
  package var isTicking: Bool { isActive.load(ordering: .relaxed) }

  fileprivate func add(_ client: EpochClient) {
    state.withLock { $0.clients[ObjectIdentifier(client)] = client }
  }

  fileprivate func remove(_ client: EpochClient) {
    _ = state.withLock { $0.clients.removeValue(forKey: ObjectIdentifier(client)) }
  }

  fileprivate func activate() {
    let needsThread = state.withLock { state in
      isActive.store(true, ordering: .relaxed)
      defer { state.hasThread = true }
      return !state.hasThread
    }
    if needsThread {
      guard OSThread.start({ self.run() }) else {
        state.withLock { $0.hasThread = false }
        isActive.store(false, ordering: .relaxed)
        return
      }
    }
    wakeUp.set()
  }

  private var anyClientRuns: Bool {
    state.withLock { state in
      state.clients.values.contains { $0.isRunning.load(ordering: .relaxed) }
    }
  }

  private func run() {
    while true {
      OSThread.sleep(milliseconds: Self.tickMilliseconds)
      if anyClientRuns {
        counter.wrappingAdd(1, ordering: .relaxed)
        continue
      }
      isActive.store(false, ordering: .sequentiallyConsistent)
      OSThread.sleep(milliseconds: Self.tickMilliseconds)
      if anyClientRuns {
        isActive.store(true, ordering: .relaxed)
        continue
      }
      _ = wakeUp.wait()
    }
  }
}

/// A store's side of the timer.
final class EpochClient: Sendable {
  fileprivate let isRunning = Atomic<Bool>(false)
  private let timer: EpochTimer

  init(timer: EpochTimer = .shared) {
    self.timer = timer
    timer.add(self)
  }

  func retire() { timer.remove(self) }

  /// Guest code begins to run. A plain store and load: this is part of every call.
  func enter() {
    isRunning.store(true, ordering: .relaxed)
    if !timer.isActive.load(ordering: .relaxed) { timer.activate() }
  }

  func leave() { isRunning.store(false, ordering: .relaxed) }
}
