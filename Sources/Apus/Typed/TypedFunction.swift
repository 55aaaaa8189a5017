// Functions of instances with static types: compared once, when they are looked up.

import ComponentRuntime
import Synchronization
import WasmExecution

/// A function of an instance whose arguments and result are Swift values (Explainer, Type Definitions, `functype`). Found
/// with `Instance.function(_:as:)`; keeps its store alive.
///
///     let add = try instance.function("add", as: ((UInt32, UInt32) -> UInt32).self)
///     let sum = try await add(1, 2)
///
/// A call from synchronous code that passes only numbers allocates no more than one closure.
public struct TypedFunction<each Argument: ComponentConvertible, Output: ComponentPayload>: Sendable
{
  /// The function as it was found.
  public let function: Function
  /// Whether any arguments can be passed.
  private let takesAnything: Bool
  private let idle: IdleCall

  init(_ function: Function) throws(LookupError) {
    self.function = function
    idle = IdleCall()
    takesAnything = function.function.pointee.parameters.takesAnything
    let found = function.type
    let wanted = FunctionType.of(
      isAsync: found.isAsync, repeat (each Argument).self, result: Output.self)
    guard wanted.isSame(as: found) else {
      throw LookupError(
        name: function.name, expected: wanted.description, found: found.description, nearest: nil)
    }
  }

  /// Calls the function from synchronous code and returns its result.
  ///
  /// - Throws: `CallError`, as `StoreContext.call(_:_:)` does; `mismatch` if an argument or the result is not accepted by
  ///   its Swift type, or cannot be passed.
  public func callAsFunction(
    _ arguments: repeat each Argument, in context: borrowing StoreContext
  ) throws(CallError) -> Output {
    let driver = context.driver
    guard function.store.driver === driver else {
      throw .mismatch("the function belongs to another store")
    }
    var output: Output?
    try perform(driver) { (step) throws(ConversionError) in
      if let state = step.lower {
        try step.lowerFields(state, repeat each arguments)
      } else if let state = step.lift {
        output = try step.liftResult(state)
      }
    }
    guard let output else { throw .mismatch("the function has returned nothing") }
    return output
  }

  private func perform(
    _ driver: StoreDriver, _ conversion: TypedCall.Conversion
  ) throws(CallError) {
    let (call, invocation) = idle.take() ?? makeCall()
    try withoutActuallyEscaping(conversion) { (conversion) throws(CallError) in
      call.conversion = conversion
      defer { call.conversion = nil }
      if takesAnything {
        try driver.runNow(kept: invocation)
      } else {
        try driver.runNow(
          StoreCall(invocation) { stored throws(CallError) in
            try call.takeHandles(&stored.gifts)
          })
      }
    }
    defer { if takesAnything { idle.put(call, invocation) } }
    try call.checkResult()
  }

  private func makeCall() -> (TypedCall, ConvertedInvocation) {
    let call = TypedCall(function.store.driver, function.function) {
      (step) throws(ConversionError) in
      if let state = step.lift { let _: Output = try step.liftResult(state) }
    }
    return (call, ConvertedInvocation(function.function, call))
  }
}

extension TypedFunction where repeat each Argument: Sendable, Output: Sendable {
  /// Calls the function and waits for its result: see `Store.call`.
  ///
  /// - Parameters:
  ///   - timeout: How long the call may take; nil for no limit. See `CallError.timedOut`.
  ///   - fuel: How much fuel it may use; nil for no limit of its own. See `Store.call`.
  /// - Throws: `CallError`; `mismatch` if an argument or the result is not accepted by its Swift type, or cannot be passed.
  public func callAsFunction(
    _ arguments: repeat each Argument, timeout: Duration? = nil, fuel: UInt64? = nil
  ) async throws(CallError) -> Output {
    let (call, invocation) = makeCall()
    let result = TypedResultBox<Output>()
    call.conversion = { (step) throws(ConversionError) in
      if let state = step.lower {
        try step.lowerFields(state, repeat each arguments)
      } else if let state = step.lift {
        result.value = try step.liftResult(state)
      }
    }
    try await function.store.perform(
      StoreCall(invocation, name: function.name, timeout: timeout, fuel: fuel) {
        stored throws(CallError) in
        try call.takeHandles(&stored.gifts)
      })
    try call.checkResult()
    guard let output = result.value else { throw .mismatch("the function has returned nothing") }
    return output
  }
}

/// The result of a call that a Swift task awaits.
private final class TypedResultBox<Value>: @unchecked Sendable {
  // Invariant: written on the store's executor before the task goes on.
  var value: Value?
}

/// An invocation that nobody uses, to be used again.
final class IdleCall: @unchecked Sendable {
  // Invariant: only used on the store's executor.
  @exclusivity(unchecked) private var call: TypedCall?
  @exclusivity(unchecked) private var invocation: ConvertedInvocation?

  /// Whoever takes it is the only one who has it: functions call themselves, through the host.
  func take() -> (TypedCall, ConvertedInvocation)? {
    guard let call, let invocation else { return nil }
    self.call = nil
    self.invocation = nil
    invocation.reset()
    return (call, invocation)
  }

  func put(_ call: TypedCall, _ invocation: ConvertedInvocation) {
    guard invocation.isResolved else { return }
    self.call = call
    self.invocation = invocation
  }
}

extension StoreDriver {
  /// `runNow` for calls that nothing but their caller knows of.
  func runNow(kept invocation: Invocation) throws(CallError) {
    if isClosed { throw .closed }
    guard runtime.quantum == nil else { throw .wouldBlock }
    do throws(ComponentFailure) {
      try runtime.startKept(invocation)
    } catch {
      throw CallError(error)
    }
    if invocation.isRunning { letGoOn(invocation) }
    switch invocation.state {
    case .returned: return
    case .running, .cancelled: throw .cancelled
    case .failed(let failure): throw CallError(failure)
    }
  }

  private func letGoOn(_ invocation: Invocation) {
    while invocation.isRunning {
      guard let progress = try? runtime.tick() else { continue }
      if case .ran = progress { continue }
      break
    }
    guard invocation.isRunning else { return }
    runtime.abandon(invocation, .wouldBlock)
    if runtime.quantum == nil { try? runtime.requestCancellation(of: invocation) }
  }
}

extension FunctionType {
  /// The type of a function with such Swift types; parameters have no names.
  static func of<each Argument: ComponentConvertible, Output: ComponentPayload>(
    isAsync: Bool = false, _ arguments: repeat (each Argument).Type, result output: Output.Type
  ) -> FunctionType {
    var type = FunctionType(isAsync: isAsync, result: output.payloadType)
    for argument in repeat each arguments {
      type.parameters.append(ValueType.Field("", argument.componentType))
    }
    return type
  }

  /// Whether values can be passed as they are: names of parameters do not count, nor whether the function may wait.
  func isSame(as other: FunctionType) -> Bool {
    parameters.map(\.type) == other.parameters.map(\.type) && result == other.result
  }
}

extension Instance {
  /// The exported function of this name with Swift types, given as the type of a Swift function:
  /// `as: ((UInt32, String) -> Bool).self`. Functions that may wait have the same; see `function(_:)` for names.
  ///
  /// - Throws: `LookupError` if there is none, or its type is another one: both are in the error.
  public func function<each Argument: ComponentConvertible, Output: ComponentConvertible>(
    _ name: String, as type: ((repeat each Argument) -> Output).Type
  ) throws(LookupError) -> TypedFunction<repeat each Argument, Output> {
    try TypedFunction(try function(name))
  }

  /// The exported function of this name that returns nothing.
  public func function<each Argument: ComponentConvertible>(
    _ name: String, as type: ((repeat each Argument) -> Void).Type
  ) throws(LookupError) -> TypedFunction<repeat each Argument, Nothing> {
    try TypedFunction(try function(name))
  }
}

extension TypedFunction where Output == Nothing {
  /// The same for functions that return nothing.
  public func callAsFunction(
    _ arguments: repeat each Argument, in context: borrowing StoreContext
  ) throws(CallError) {
    let _: Nothing = try callAsFunction(repeat each arguments, in: context)
  }
}

extension TypedFunction where Output == Nothing, repeat each Argument: Sendable {
  /// The same for functions that return nothing.
  public func callAsFunction(
    _ arguments: repeat each Argument, timeout: Duration? = nil, fuel: UInt64? = nil
  ) async throws(CallError) {
    let _: Nothing = try await callAsFunction(
      repeat each arguments, timeout: timeout, fuel: fuel)
  }
}
