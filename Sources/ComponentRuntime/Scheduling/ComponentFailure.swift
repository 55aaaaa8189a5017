// Why something that was asked of a component did not come to its result.

import WasmExecution

/// The end of a call, or of an instantiation, other than by its result.
package enum ComponentFailure: Error, CustomStringConvertible {
  /// A trap, and which of the Canonical ABI's if it is one of those.
  case trap(Trap, ComponentTrap?)
  /// The error with which a host function ended the computation, and where it was called.
  case host(any Error, backtrace: [BacktraceFrame])
  /// The instance cannot be entered, because of what it has ended with if that is given: poisoned; else because it is
  /// running.
  indirect case cannotEnter(poisonedBy: ComponentFailure?)
  /// The arguments do not fit the function's type.
  case mismatch(String)
  /// The call has to wait for something, where it cannot.
  case wouldBlock
  /// Nothing can go on, and nothing outside is waited for.
  case deadlock([WaitReport])
  /// The callee was cancelled and has not returned.
  case cancelled
  /// Cancellation was requested, and the callee did not resolve before the deadline.
  case cancelledWithoutResolution
  /// What was to be linked does not fit.
  case unlinkable(String)
  /// A limit of the store.
  case limit(LimitExceeded)
  /// The store was closed.
  case closed

  package init(_ trap: ComponentTrap) {
    self = .trap(Trap(trap.reason == .bug ? .bug : .component, detail: trap.message), trap)
  }

  /// The trap that instances are left with: those of the host's errors have their words.
  package var asTrap: Trap { trap ?? Trap(.hostError, detail: description) }

  /// The trap, if it is one.
  package var trap: Trap? {
    switch self {
    case .trap(let trap, _): trap
    case .cannotEnter: Trap(.component, detail: "\(ComponentTrap.Reason.cannotEnter.text)")
    case .deadlock: Trap(.component, detail: description)
    case .host, .mismatch, .wouldBlock, .cancelled, .cancelledWithoutResolution, .unlinkable,
      .limit, .closed:
      nil
    }
  }

  package var description: String {
    switch self {
    case .trap(let trap, _): trap.description
    case .host(let error, backtrace: _): "\(error)"
    case .cannotEnter(poisonedBy: nil): "wasm trap: \(ComponentTrap.Reason.cannotEnter.text)"
    case .cannotEnter(poisonedBy: let failure?):
      "wasm trap: \(ComponentTrap.Reason.cannotEnter.text) after a trap: \(failure.asTrap.message)"
    case .mismatch(let message): message
    case .wouldBlock: "the call would block"
    case .deadlock(let waits):
      (["\(ComponentTrap.Reason.deadlock.text)"] + waits.map(\.description))
        .joined(separator: "\n  ")
    case .cancelled: "the call was cancelled"
    case .cancelledWithoutResolution: "the call was cancelled and did not resolve in time"
    case .unlinkable(let message): message
    case .limit(let limit): limit.description
    case .closed: "the store is closed"
    }
  }
}

extension SchedulerRef {
  /// The failure behind an error that ends the run: what a conversion's callee ended with, the host's error, or the trap
  /// itself. `context` is the one that was running, nil if none was.
  func takeFailure(_ trap: ComponentTrap?, _ context: ContextPointer? = nil) -> ComponentFailure {
    let failure = pointee.failure
    let noted = pointee.trap
    pointee.failure = nil
    pointee.trap = nil
    // What lifting alone traps with comes before what a conversion's callee has ended with.
    if let failure, trap == nil || trap?.reason == .guestCode { return failure }
    guard let context else {
      return trap.map(ComponentFailure.init) ?? ComponentFailure(.init(.bug))
    }
    if let trap { _ = fail(context, trap) }
    return withCore { core in
      let hostError = core.takeHostError(context)
      let taken = core.takeTrap(context)
      switch hostError {
      case .host(let error, backtrace: let inner):
        if let failure = error as? ComponentFailure { return failure }
        return .host(error, backtrace: inner.isEmpty ? taken.backtrace : inner)
      case .trap(let trap): return .trap(trap, nil)
      case .mismatch, .wouldBlock, .exception, nil:
        return .trap(taken, trap ?? (taken.reason == .component ? noted : nil))
      }
    }
  }

  /// Ends a host function or built-in with a trap; the status for it to return.
  @inline(never)
  func fail(_ context: ContextPointer, _ trap: ComponentTrap) -> Int32 {
    if trap.reason == .guestCode {
      return context.trap(component: "\(ComponentTrap.Reason.guestCode.text)")
    }
    pointee.failure = nil
    pointee.trap = trap
    return trap.reason == .bug
      ? context.fail(.bug, trap.message) : context.trap(component: report(of: trap))
  }

  /// The trap's words, and what a person needs to find its cause.
  private func report(of trap: ComponentTrap) -> String {
    guard trap.reason == .borrowsRemain, let task = state.pointee.currentThread.task else {
      return trap.message
    }
    let handles = state.remainingBorrows(of: task).map { "\($0.index)" }.joined(separator: ", ")
    let callers = state.callPath(of: task).map { ", called by task \($0.id.index)" }.joined()
    return "\(trap.message): handles \(handles) of task \(task.id.index)\(callers)"
  }
}
