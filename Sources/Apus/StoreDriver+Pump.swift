// Going on with a store: queued calls begin, ready threads run, runs that gave way go on. Whoever holds the actor does it,
// in slices, and between slices the actor is free for others.

import ComponentRuntime
import WasmExecution

extension StoreDriver {
  /// What a slice came to.
  enum Progress {
    /// There is more to do.
    case more
    /// A guest gave way in the middle of a computation.
    case gaveWay
    /// Only somebody outside can bring the store on.
    case waits
    /// Calls wait, and nobody outside is waited for.
    case deadlocked
  }

  /// Goes on for a while, until a call is done if one is given.
  func advance(until call: StoreCall? = nil) -> Progress {
    let start = EpochTimer.shared.epoch
    for turn in 0..<256 {
      // Turns may be long, also where it is the host that works.
      if turn > 0, EpochTimer.shared.epoch != start { break }
      renewDeadline()
      startQueued()
      requestCancellations()
      dropLate()
      if isClosed { return .waits }
      if isClaimed { return .more }
      if let call, call.isDone { return .more }
      // A failure is that of the thread that ran; it has reached whoever waits for it.
      guard let progress = try? runtime.tick() else { continue }
      switch progress {
      case .ran: continue
      case .waits(for: nil): return .waits
      case .waits(for: .preempted?): return .gaveWay
      case .waits(for: .atomicWait(let wait)?):
        if arm(wait) { return .waits }
      case .waits(for: .host?): return .waits
      case .idle(let isHostPending):
        dropLate()
        if hasQueued && isFree { continue }
        return isHostPending || calls.isEmpty ? .waits : .deadlocked
      }
    }
    return .more
  }

  /// What goes on now has not computed yet, unless it gave way in the middle of that.
  private func renewDeadline() {
    guard let ticks = deadlineTicks else { return }
    if case .suspended(_, .preempted) = runtime.quantum { return }
    runtime.core.deadline = EpochTimer.shared.epoch &+ ticks
  }

  /// The run that gave way goes on.
  func goOn() {
    if case .suspended(_, .preempted) = runtime.quantum {
      try? runtime.endSuspension(result: nil)
    }
  }

  /// Nobody will ever bring these calls on.
  func failDeadlocked() {
    let failure = runtime.deadlock()
    for call in calls.values { runtime.abandon(call.invocation, failure) }
  }

  /// Sees to it that a guest's wait for a notification of shared memory ends; false if it was over.
  private func arm(_ wait: AtomicWait) -> Bool {
    if let result = wait.result {
      armedWait = nil
      try? runtime.endSuspension(result: result)
      return false
    }
    guard armedWait !== wait else { return true }
    armedWait = wait
    wait.onEnd { [mailbox = runtime.mailbox] in mailbox.post { _ in } }
    if let timeout = wait.timeout {
      _ = timer(.nanoseconds(Int64(clamping: timeout))) { driver in
        // Whoever goes on with the store finds that it is over.
        if driver.armedWait === wait { _ = wait.expire() }
      }
    }
    return true
  }
}

extension ComponentStore {
  /// Whether the run that gave way belongs to a call, or one that waits in a core function of the host: it can be stopped.
  func isStoppable(in invocation: Invocation) -> Bool {
    switch quantum {
    case .suspended(_, .preempted), .suspended(_, .host): break
    case .suspended(_, .atomicWait), .parked, nil: return false
    }
    guard let running = state.pointee.currentThread.task, let task = invocation.runningTask
    else { return false }
    return running.id == task
      || state.callPath(of: running).contains { $0.id == task }
  }
}
