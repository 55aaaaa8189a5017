// Functions of instances with static types: compared once, when they are looked up. What knows the types is inlined into
// the program, where they are known too.

import ComponentRuntime

/// A function of an instance whose arguments and result are Swift values (Explainer, Type Definitions, `functype`). Found
/// with `Instance.function(_:as:)`; keeps its store alive.
///
///     let add = try instance.function("add", as: ((UInt32, UInt32) -> UInt32).self)
///     let sum = try await add(1, 2)
///
/// A call from synchronous code of a function that is not `async` and borrows nothing allocates nothing.
public struct TypedFunction<each Argument: ComponentConvertible, Output: ComponentPayload>: Sendable
{
  @usableFromInline let callee: TypedCallee

  /// The function as it was found.
  public var function: Function { callee.function }

  init(_ function: Function) throws(LookupError) {
    callee = try TypedCallee(function) { isAsync in
      FunctionType.of(isAsync: isAsync, repeat (each Argument).self, result: Output.self)
    } discard: { (source) throws(ConversionError) in
      let _: Output = try source.result()
    }
  }

  /// Calls the function from synchronous code and returns its result.
  ///
  /// - Throws: `CallError`, as `StoreContext.call(_:_:)` does; `mismatch` if an argument or the result is not accepted by
  ///   its Swift type, or cannot be passed.
  @inlinable
  public func callAsFunction(
    _ arguments: repeat each Argument, in context: borrowing StoreContext
  ) throws(CallError) -> Output {
    if callee.isDirect, areCoreValues(repeat (each Argument).self, result: Output.self) {
      var bits: UInt64 = 0
      try callee.call(in: context) { slots in
        var slot = slots
        for argument in repeat each arguments {
          slot.pointee = argument.coreValue
          slot += 1
        }
      } result: {
        bits = $0
      }
      do throws(ConversionError) {
        return try Output.lift(coreValue: bits)
      } catch {
        throw error.callError
      }
    }
    let looks = !surelyFit(repeat each arguments)
    if Output.isCoreValue, callee.isDirect {
      var bits: UInt64 = 0
      try callee.call(in: context, looks: looks) { (fields) throws(ConversionError) in
        var index = 0
        _ = (repeat try fields.next(&index, each arguments))
      } result: {
        bits = $0
      }
      do throws(ConversionError) {
        return try Output.lift(coreValue: bits)
      } catch {
        throw error.callError
      }
    }
    var output: Output?
    try callee.call(in: context, looks: looks) { (fields) throws(ConversionError) in
      var index = 0
      _ = (repeat try fields.next(&index, each arguments))
    } lift: { (source) throws(ConversionError) in
      output = try source.result()
    }
    guard let output else { throw .mismatch("the function has returned nothing") }
    return output
  }
}

extension TypedFunction where repeat each Argument: Sendable, Output: Sendable {
  /// Calls the function and waits for its result: see `Store.call`.
  ///
  /// - Parameters:
  ///   - arguments: Resources and streams among them change hands when the call begins.
  ///   - timeout: How long the call may take; nil for no limit. See `CallError.timedOut`.
  ///   - fuel: How much fuel it may use; nil for no limit of its own. See `Store.call`.
  /// - Throws: `CallError`; `mismatch` if an argument or the result is not accepted by its Swift type, or cannot be passed.
  // Runs where its caller does: each hop costs.
  @inlinable
  public nonisolated(nonsending) func callAsFunction(
    _ arguments: repeat each Argument, timeout: Duration? = nil, fuel: UInt64? = nil
  ) async throws(CallError) -> Output {
    if timeout == nil, fuel == nil, callee.isDirect,
      areCoreValues(repeat (each Argument).self, result: Output.self, atMost: CoreArguments.limit)
    {
      var core = CoreArguments()
      _ = (repeat core.append(each arguments))
      if let bits = try await callee.call(core) {
        do throws(ConversionError) {
          return try Output.lift(coreValue: bits)
        } catch {
          throw error.callError
        }
      }
    }
    let result = TypedResultBox<Output>()
    let looks = !surelyFit(repeat each arguments)
    try await callee.call(
      timeout: timeout, fuel: fuel, looks: looks
    ) { (fields) throws(ConversionError) in
      var index = 0
      _ = (repeat try fields.next(&index, each arguments))
    } lift: { (source) throws(ConversionError) in
      result.value = try source.result()
    }
    guard let output = result.value else { throw .mismatch("the function has returned nothing") }
    return output
  }
}

/// Whether values need not be looked at before they are passed.
@inlinable
func surelyFit<each Argument: ComponentPayload>(_ arguments: repeat each Argument) -> Bool {
  var fit = true
  _ = (repeat fit.formConjunction(each arguments))
  return fit
}

/// A few core values that go to a store's executor: without them closures would have to be allocated.
@usableFromInline
struct CoreArguments: Sendable {
  @usableFromInline static let limit = 8
  @usableFromInline var values = SIMD8<UInt64>()
  @usableFromInline var count = 0

  @inlinable init() {}

  @inlinable
  mutating func append(_ value: borrowing some ComponentPayload) {
    values[count] = value.coreValue
    count &+= 1
  }
}

/// The result of a call that a Swift task awaits.
@usableFromInline
final class TypedResultBox<Value>: @unchecked Sendable {
  // Invariant: written on the store's executor before the task goes on.
  @exclusivity(unchecked) @usableFromInline var value: Value?

  @inlinable init() { value = nil }
}

extension FunctionType {
  /// The type of a function with such Swift types; parameters have no names.
  @usableFromInline
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
  public nonisolated(nonsending) func callAsFunction(
    _ arguments: repeat each Argument, timeout: Duration? = nil, fuel: UInt64? = nil
  ) async throws(CallError) {
    let _: Nothing = try await callAsFunction(
      repeat each arguments, timeout: timeout, fuel: fuel)
  }
}

extension Bool {
  @inlinable
  mutating func formConjunction(_ value: borrowing some ComponentPayload) {
    if !value.surelyFits { self = false }
  }
}
