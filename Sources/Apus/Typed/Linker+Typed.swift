// Functions of the host with static types. What knows the types of synchronous ones is inlined into the program.

import ComponentRuntime

extension Linker {
  /// Defines a synchronous function by its Swift types: nothing is boxed.
  ///
  ///     linker.function("log", in: "example:app/log") { (context, message: String, level: UInt32) -> Bool in
  ///       ...
  ///     }
  ///
  /// Components must import it with the same types; that it may wait makes no difference. `BorrowedBytes` and
  /// `BorrowedString` are views of the guest's memory.
  ///
  /// - Parameters:
  ///   - name: The function's name.
  ///   - interface: The instance that it is in; nil for functions that components import by themselves.
  ///   - body: What the function does. It is called in the middle of the guest's call.
  @inlinable
  public mutating func function<
    each Argument: ComponentConvertible, Output: ComponentConvertible
  >(
    _ name: String, in interface: String? = nil,
    _ body: @escaping @Sendable (borrowing StoreContext, repeat each Argument) throws -> Output
  ) {
    let type = FunctionType.of(repeat (each Argument).self, result: Output.self)
    var coreValues: TypedHostCall.CoreValues?
    if areCoreValues(repeat (each Argument).self, result: Output.self) {
      coreValues = { slots, context in
        var slot = slots
        slots.pointee = try body(
          context, repeat try nextCoreValue(&slot, (each Argument).self)
        ).coreValue
      }
    }
    define(name, in: interface, type, coreValues) { call in
      var index = 0
      let result = try body(
        call.context, repeat try call.argument(&index, (each Argument).self))
      if Output.isCoreValue, call.finish(coreValue: result.coreValue) { return }
      try call.finish(looks: !result.surelyFits) { (record) throws(ConversionError) in
        try record.result(result)
      }
    }
  }

  /// Defines a synchronous function that returns nothing.
  @inlinable
  public mutating func function<each Argument: ComponentConvertible>(
    _ name: String, in interface: String? = nil,
    _ body: @escaping @Sendable (borrowing StoreContext, repeat each Argument) throws -> Void
  ) {
    let type = FunctionType.of(repeat (each Argument).self, result: Nothing.self)
    var coreValues: TypedHostCall.CoreValues?
    if areCoreValues(repeat (each Argument).self, result: Nothing.self) {
      coreValues = { slots, context in
        var slot = slots
        try body(context, repeat try nextCoreValue(&slot, (each Argument).self))
      }
    }
    define(name, in: interface, type, coreValues) { call in
      var index = 0
      try body(call.context, repeat try call.argument(&index, (each Argument).self))
    }
  }

  @usableFromInline
  mutating func define(
    _ name: String, in interface: String?, _ type: FunctionType,
    _ coreValues: TypedHostCall.CoreValues?, _ body: @escaping TypedHostCall.Body
  ) {
    define(name, in: interface, .typed(TypedHostFunction(type, .synchronous(body, coreValues))))
  }

  /// Defines a function that may wait, by its Swift types; see `AsynchronousHostFunction` for who waits for it.
  @inlinable
  public mutating func asyncFunction<
    each Argument: ComponentConvertible & Sendable, Output: ComponentConvertible & Sendable
  >(
    _ name: String, in interface: String? = nil,
    _ body: @escaping @Sendable (repeat each Argument) async throws -> Output
  ) {
    let type = FunctionType.of(repeat (each Argument).self, result: Output.self)
    define(name, in: interface, waiting: type) { call in
      var index = 0
      let arguments = (repeat try call.argument(&index, (each Argument).self))
      // Written by the function, read when it is known to have returned.
      nonisolated(unsafe) var result: Output?
      return call.job {
        result = try await body(repeat each arguments)
      } _: { (record) throws(ConversionError) in
        guard let result else { throw ConversionError("a function has not returned") }
        try record.result(result)
      }
    }
  }

  /// Defines a function that may wait and returns nothing.
  @inlinable
  public mutating func asyncFunction<each Argument: ComponentConvertible & Sendable>(
    _ name: String, in interface: String? = nil,
    _ body: @escaping @Sendable (repeat each Argument) async throws -> Void
  ) {
    let type = FunctionType.of(repeat (each Argument).self, result: Nothing.self)
    define(name, in: interface, waiting: type) { call in
      var index = 0
      let arguments = (repeat try call.argument(&index, (each Argument).self))
      return call.job {
        try await body(repeat each arguments)
      } _: { _ in
      }
    }
  }

  @usableFromInline
  mutating func define(
    _ name: String, in interface: String?, waiting type: FunctionType,
    _ body: @escaping TypedHostCall.Waiting
  ) {
    define(name, in: interface, .typed(TypedHostFunction(type, .asynchronous(body))))
  }
}

/// Whether a function has nothing but core values, as many as fit into slots (`MAX_FLAT_PARAMS`) if not fewer.
@inlinable
func areCoreValues<each Argument: ComponentPayload>(
  _ arguments: repeat (each Argument).Type, result: (some ComponentPayload).Type,
  atMost limit: Int = 16
) -> Bool {
  var count = 0
  for argument in repeat each arguments {
    guard argument.isCoreValue else { return false }
    count &+= 1
  }
  return count <= limit && result.isCoreValue
}

/// The value in a slot, which goes on to the next.
@inlinable
func nextCoreValue<Value: ComponentPayload>(
  _ slot: inout UnsafeMutablePointer<UInt64>, _ type: Value.Type
) throws -> Value {
  let bits = slot.pointee
  slot += 1
  do throws(ConversionError) {
    return try Value.lift(coreValue: bits)
  } catch {
    throw error.hostError
  }
}
