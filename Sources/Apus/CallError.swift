// Why a call did not come to its result.

import ComponentRuntime
import WasmExecution

/// The end of a call other than by its result.
public enum CallError: Error, Sendable, CustomStringConvertible {
  /// The guest was stopped.
  case trap(Trap)
  /// A function of the host has thrown this; where it was called, the innermost
  /// function first. The guest that called it was stopped.
  case host(any Error, backtrace: [Trap.Frame])
  /// `cannot enter component instance`: a trap has left it unusable, or it is in the middle of the call that this one
  /// was made from.
  case cannotEnter(poisonedBy: Trap?)
  /// The arguments do not fit the function's type, or a resource, stream or future among them cannot be given.
  case mismatch(String)
  /// The call would have to wait where it cannot: in `Store.run`, in a synchronous function of the host, or in a
  /// function of the host whose type is not `async` and that the store itself waits for.
  case wouldBlock
  /// Nothing in the store can go on and nobody outside is waited for.
  case deadlock([Wait])
  /// The call was cancelled, and its callee has ended without a result.
  case cancelled
  /// The call was cancelled, and its callee has not ended in time. What it may still return is let go of.
  case cancelledWithoutResolution
  /// The time that the call was given is over. A guest that was computing was stopped by this trap; one that was waiting
  /// was cancelled.
  case timedOut(Trap?)
  /// A limit of the store (`Store.Limits`), where no guest ran that a trap could have stopped.
  case limit(LimitError)
  /// The store was closed.
  case closed

  /// A guest thread that waits, for `deadlock`.
  public struct Wait: Sendable, Hashable, CustomStringConvertible {
    /// Who waits for what.
    public let description: String
  }

  /// What happened, in words.
  public var description: String {
    switch self {
    case .trap(let trap): trap.description
    case .host(let error, backtrace: _): "\(error)"
    case .cannotEnter(poisonedBy: nil): "wasm trap: cannot enter component instance"
    case .cannotEnter(poisonedBy: let trap?):
      "wasm trap: cannot enter component instance after a trap: \(trap.message)"
    case .mismatch(let message): message
    case .wouldBlock: "the call would block"
    case .deadlock(let waits):
      (["deadlock detected: event loop cannot make further progress"] + waits.map(\.description))
        .joined(separator: "\n  ")
    case .cancelled: "the call was cancelled"
    case .cancelledWithoutResolution: "the call was cancelled and did not resolve in time"
    case .timedOut: "the call took too long"
    case .limit(let error): error.description
    case .closed: "the store is closed"
    }
  }

  init(_ failure: ComponentFailure) {
    switch failure {
    case .trap(let trap, let component): self = .trap(Trap(trap, component))
    case .host(let error, let backtrace):
      // What a function of the host passes on of a call of its own is still what that call ended with.
      self =
        switch error {
        case let error as CallError: error
        case let error as ComponentTrap: .trap(Trap(error))
        case let error as ComponentFailure: CallError(error)
        default: .host(error, backtrace: backtrace.map(Trap.Frame.init))
        }
    case .cannotEnter(poisonedBy: let failure):
      self = .cannotEnter(poisonedBy: failure.map { Trap(asked: $0) })
    case .mismatch(let message): self = .mismatch(message)
    case .wouldBlock: self = .wouldBlock
    case .deadlock(let waits): self = .deadlock(waits.map { Wait(description: $0.description) })
    case .cancelled: self = .cancelled
    case .cancelledWithoutResolution: self = .cancelledWithoutResolution
    case .unlinkable(let message): self = .mismatch(message)
    case .limit(let error): self = .limit(LimitError(error))
    case .closed: self = .closed
    }
  }
}

/// Something a function of the host has returned, or a resource that it used, is not what it should be.
public struct HostFunctionError: Error, Sendable, Hashable, CustomStringConvertible {
  /// What is wrong.
  public let description: String
}
