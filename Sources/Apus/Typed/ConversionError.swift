// Why a value could not be converted.

import ComponentRuntime

/// A value could not be converted.
///
/// Where a guest has broken a rule of the Canonical ABI it is stopped by a trap. What a Swift type does not accept is an
/// error of the program: `CallError.mismatch` for a call, and for a function of the host `HostFunctionError`.
public struct ConversionError: Error, Sendable, CustomStringConvertible {
  enum Cause: Sendable {
    case trap(ComponentTrap)
    case refused(String)
    case call(CallError)
  }
  // In an object, so that conversions return it in a register: they hardly ever do.
  private final class Box: Sendable {
    let cause: Cause
    init(_ cause: Cause) { self.cause = cause }
  }
  private let box: Box
  var cause: Cause { box.cause }

  init(_ cause: Cause) { box = Box(cause) }

  /// The error of a type that does not accept a value, or cannot pass it.
  public init(_ description: String) { self.init(.refused(description)) }

  /// What is wrong.
  public var description: String {
    switch cause {
    case .trap(let trap): trap.message
    case .refused(let description): description
    case .call(let error): error.description
    }
  }

  /// The type's `lift` or `lower` asks for something that is not in the type it states.
  static func unlike(_ expected: String) -> ConversionError {
    ConversionError("a conversion expected \(expected), which is not what its type says")
  }

  /// As an error of a function of the host.
  @usableFromInline
  var hostError: any Error {
    switch cause {
    case .trap(let trap): trap
    case .refused(let description): HostFunctionError(description: description)
    case .call(let error): HostFunctionError(description: error.description)
    }
  }

  /// As an error of a call.
  @usableFromInline
  var callError: CallError {
    switch cause {
    case .trap(let trap): CallError(ComponentFailure(trap))
    case .refused(let description): .mismatch(description)
    case .call(let error): error
    }
  }
}

/// Passes on what traps.
@inline(__always)
func converting<Value>(
  _ body: () throws(ComponentTrap) -> Value
) throws(ConversionError) -> Value {
  do throws(ComponentTrap) {
    return try body()
  } catch {
    throw ConversionError(.trap(error))
  }
}
