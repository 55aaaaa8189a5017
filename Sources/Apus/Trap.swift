// Traps as the embedding API shows them.

import ComponentRuntime
import WasmExecution

/// The end of a guest's computation by its own fault, or by a limit (Execution, Runtime Structure, Results).
///
/// The instances that were entered, and all others of the same root, can never be entered again.
public struct Trap: Error, Sendable, CustomStringConvertible {
  /// Why the guest was stopped.
  public enum Reason: Sendable, Hashable {
    /// `unreachable` was executed: how most languages end a panic.
    case unreachable
    /// A load, store or bulk operation beyond the end of a memory or data segment.
    case memoryOutOfBounds
    /// An access beyond the end of a table or element segment.
    case tableOutOfBounds
    /// `call_indirect` of an element that is null.
    case indirectCallToNull
    /// `call_indirect` of a function of another type.
    case indirectCallTypeMismatch
    /// `call_indirect` beyond the end of its table.
    case undefinedElement
    /// The quotient of integers, or a float to be truncated, does not fit.
    case integerOverflow
    /// A division of integers by zero.
    case integerDivideByZero
    /// NaN was truncated to an integer.
    case invalidConversion
    /// The guest's stack, or the native one, has no room for another call (`Store.Limits.stackBytes`, `nativeDepth`).
    case callStackExhausted
    /// Something was done to a null reference.
    case nullReference
    /// An access beyond the end of an array of the collector.
    case arrayOutOfBounds
    /// `ref.cast` of a reference of another type.
    case castFailure
    /// An atomic access to an address that is not a multiple of its size.
    case unalignedAtomic
    /// A wait for a notification of a memory that is not shared.
    case expectedSharedMemory
    /// `Store.Limits.fuel` is used up.
    case fuelExhausted
    /// `Store.Limits.deadline`, or the time that a call was given, is over.
    case deadline
    /// `Store.Limits.gcHeapBytes`.
    case gcHeapExhausted
    /// A function of the host failed.
    case hostError
    /// A function is larger than can be translated.
    case functionTooLarge
    /// A rule of the Canonical ABI: its name, as `borrowsRemain`. The message says it in words.
    case component(String)
    /// An error of this library. The store runs no guest any more.
    case bug
  }

  /// A function that was being run, the innermost first.
  public struct Frame: Sendable, CustomStringConvertible {
    private let frame: BacktraceFrame

    init(_ frame: BacktraceFrame) { self.frame = frame }

    /// The core module's name, from its name section.
    public var module: String? { frame.module }
    /// The function's name, from the name section.
    public var function: String? { frame.function }
    /// The function's index in its core module.
    public var functionIndex: UInt32 { frame.functionIndex }
    /// Bytes from the start of the core module to the instruction.
    public var offset: Int? { frame.offset }
    /// The frame in one line.
    public var description: String { frame.description }
  }

  /// Why the guest was stopped.
  public let reason: Reason
  /// What happened, in words; for the rules of the Component Model those of the reference suite.
  public let message: String
  /// The function of the specification's definitions.py that has the check, for rules of the Canonical ABI.
  public let specification: String?
  /// Guest functions that were running, the innermost first, up to a limit.
  public let backtrace: [Frame]

  init(_ trap: WasmExecution.Trap, _ component: ComponentTrap? = nil) {
    reason = Reason(trap.reason, component)
    // The command says `interrupt`, as others do; here it is said which limit that was.
    message = trap.reason == .deadline ? "deadline exceeded" : trap.message
    specification = component?.reason.specification.map { "\($0)" }
    backtrace = trap.backtrace.map(Frame.init)
  }

  init(_ component: ComponentTrap) {
    self.init(
      WasmExecution.Trap(component.reason == .bug ? .bug : .component, detail: component.message),
      component)
  }

  /// What an instance was left with.
  init(asked failure: ComponentFailure) {
    if case .trap(let trap, let component) = failure {
      self.init(trap, component)
    } else {
      self.init(failure.asTrap)
    }
  }

  /// The message with the backtrace below.
  public var description: String {
    (["wasm trap: \(message)"] + backtrace.enumerated().map { "  \($0): \($1)" })
      .joined(separator: "\n")
  }
}

extension Trap.Reason {
  init(_ reason: TrapReason, _ component: ComponentTrap?) {
    self =
      switch reason {
      case .unreachable: .unreachable
      case .memoryOutOfBounds: .memoryOutOfBounds
      case .tableOutOfBounds: .tableOutOfBounds
      case .indirectCallToNull: .indirectCallToNull
      case .indirectCallTypeMismatch: .indirectCallTypeMismatch
      case .undefinedElement: .undefinedElement
      case .integerOverflow: .integerOverflow
      case .integerDivideByZero: .integerDivideByZero
      case .invalidConversion: .invalidConversion
      case .callStackExhausted: .callStackExhausted
      case .nullReference, .nullFunctionReference, .nullStructureReference, .nullArrayReference,
        .nullI31Reference, .nullExceptionReference:
        .nullReference
      case .arrayOutOfBounds: .arrayOutOfBounds
      case .castFailure: .castFailure
      case .unalignedAtomic: .unalignedAtomic
      case .expectedSharedMemory: .expectedSharedMemory
      case .fuelExhausted: .fuelExhausted
      case .deadline: .deadline
      case .bug: .bug
      case .gcHeapExhausted: .gcHeapExhausted
      case .hostError: .hostError
      case .functionTooLarge: .functionTooLarge
      case .component:
        component?.reason == .stackExhausted
          ? .callStackExhausted : .component(component.map { "\($0.reason)" } ?? "")
      }
  }
}
