// What one call may use besides the store's own limits: fuel, and time. Turns of threads that work for the call are charged
// to it: its callee's, and those of functions that were called from there, as far as the path to it still lives.

import WasmExecution

/// How much a call may still use, until it has returned.
package final class CallBudget {
  /// Fuel left; nil for no limit.
  package private(set) var fuel: UInt64?
  /// When guests that compute for it are stopped; nil for no limit.
  private let end: ContinuousClock.Instant?
  /// What the embedder wants to find again while something works for the call.
  package var attachment: (any Sendable)?
  /// What the store goes back to when the turn is over.
  private var outer = Outer()

  private struct Outer {
    var fuel: UInt64?
    var granted: UInt64 = 0
    var deadline: UInt64 = .max
  }

  /// nil if there is nothing to be limited.
  package init?(fuel: UInt64?, time: Duration?) {
    guard fuel != nil || time != nil else { return nil }
    self.fuel = fuel
    end = time.map { ContinuousClock.now + $0 }
  }

  /// Nothing is limited, but something is attached.
  package init(attachment: any Sendable) {
    fuel = nil
    end = nil
    self.attachment = attachment
  }

  /// Whether the time is over.
  package var isOverdue: Bool { end.map { $0 <= .now } ?? false }

  /// A turn begins that is charged to the call. Turns do not nest.
  func begin(_ core: CoreStore) {
    if let fuel {
      outer.fuel = core.fuel
      outer.granted = min(fuel, core.fuel ?? .max)
      core.fuel = outer.granted
    }
    if let end {
      outer.deadline = core.deadline
      let ticks = EpochTimer.ticks(end - .now)
      let (deadline, overflow) = EpochTimer.shared.epoch.addingReportingOverflow(ticks)
      if !overflow { core.deadline = min(core.deadline, deadline) }
    }
  }

  func end(_ core: CoreStore) {
    if let fuel {
      let used = outer.granted - min(core.fuel ?? 0, outer.granted)
      self.fuel = fuel - used
      core.fuel = outer.fuel.map { $0 - used }
    }
    if end != nil { core.deadline = outer.deadline }
  }
}

extension ComponentStore {
  /// What is attached to the call that the running guest works for.
  package var attachment: (any Sendable)? {
    budget(of: state.pointee.currentThread.task)?.attachment
  }

  /// The budget that a task's turns are charged to.
  func budget(of task: TaskRef?) -> CallBudget? {
    guard !budgets.isEmpty, let task else { return nil }
    if let budget = budgets[task.id] { return budget }
    for caller in state.callPath(of: task) {
      if let budget = budgets[caller.id] { return budget }
    }
    return nil
  }
}
