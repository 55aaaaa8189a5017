// What Swift learns when a call into a guest does not return: a trap with its backtrace, an exception nobody caught, or
// an error of a host function.

import CWasmExecution

/// A frame of a wasm backtrace, innermost first. Names and offsets are looked up when asked for: most backtraces are
/// never read.
package struct BacktraceFrame: Sendable, CustomStringConvertible {
  package let functionIndex: UInt32
  private let source: CoreModule?
  private let instanceName: String?
  private let translation: FunctionTranslation?
  /// The address of the instruction.
  private let pc: UInt

  init(
    functionIndex: UInt32, source: CoreModule?, instanceName: String?, pc: UnsafePointer<WasmIns>?
  ) {
    self.functionIndex = functionIndex
    self.source = source
    self.instanceName = instanceName
    translation = source?.existingTranslation(ofFunction: functionIndex)
    self.pc = UInt(bitPattern: pc)
  }

  /// The module's name: from its name section, else the one given at instantiation.
  package var module: String? { source?.names.module ?? instanceName }

  /// The function's name from the name section.
  package var function: String? { source?.names.functions[functionIndex] }

  /// Byte offset of the instruction from the start of the module.
  package var offset: Int? {
    UnsafePointer<WasmIns>(bitPattern: pc).flatMap { translation?.byteOffset(of: $0) }
  }

  package var description: String {
    let place = offset.map { "0x" + String($0, radix: 16) } ?? "?"
    let name = function ?? "<wasm function \(functionIndex)>"
    return "\(place) - \(module.map { $0 + "!" } ?? "")\(name)"
  }
}

/// The end of a guest computation by its own fault (Execution, Runtime Structure, Results).
package struct Trap: Error, Sendable, CustomStringConvertible {
  package var reason: TrapReason
  /// More than the reason's own words, for bugs and host errors.
  package var detail: String?
  package var backtrace: [BacktraceFrame]
  /// Frames beyond the configured length of a backtrace.
  package var omittedFrames: Int

  package init(
    _ reason: TrapReason, detail: String? = nil, backtrace: [BacktraceFrame] = [],
    omittedFrames: Int = 0
  ) {
    self.reason = reason
    self.detail = detail
    self.backtrace = backtrace
    self.omittedFrames = omittedFrames
  }

  package var message: String {
    guard let detail else { return reason.message }
    return switch reason {
    case .component: detail
    // The reference suite wants the element's index.
    case .indirectCallToNull: "\(reason.message) \(detail)"
    default: "\(reason.message): \(detail)"
    }
  }

  package var description: String { "wasm trap: \(message)" }

  /// The backtrace as the command line shows it, one line a frame.
  package var backtraceDescription: String {
    var lines = backtrace.enumerated().map { "  \($0): \($1)" }
    if omittedFrames > 0 { lines.append("  ... \(omittedFrames) more") }
    return lines.joined(separator: "\n")
  }
}

/// Why a call into a guest did not return.
package enum InvocationError: Error, Sendable, CustomStringConvertible {
  case trap(Trap)
  /// An exception that no frame of the call caught.
  case exception(Reference)
  /// The error with which a host function ended the computation, and where it was called.
  case host(any Error, backtrace: [BacktraceFrame])
  /// The arguments do not fit the function's type, or belong to another store.
  case mismatch(String)
  /// The guest waits for something that only resuming its thread can deliver.
  case wouldBlock

  package var description: String {
    switch self {
    case .trap(let trap): trap.description
    case .exception: "uncaught exception"
    case .host(let error, backtrace: _): "\(error)"
    case .mismatch(let message): message
    case .wouldBlock: "the call would block"
    }
  }
}

/// Why a module could not be instantiated (Execution, Modules, Instantiation).
package enum InstantiationError: Error, Sendable, CustomStringConvertible {
  /// The imports given do not match the imports declared.
  case unlinkable(String)
  /// A limit of the store; nothing was instantiated.
  case limit(LimitExceeded)
  /// A segment or the start function ended this way. What was written before stays written.
  case invocation(InvocationError)

  package var description: String {
    switch self {
    case .unlinkable(let message): message
    case .limit(let limit): limit.description
    case .invocation(let error): error.description
    }
  }
}
