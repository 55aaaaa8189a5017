// Functions of the host with static types.

import ComponentRuntime
import WasmExecution

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
  public mutating func function<
    each Argument: ComponentConvertible, Output: ComponentConvertible
  >(
    _ name: String, in interface: String? = nil,
    _ body: @escaping @Sendable (borrowing StoreContext, repeat each Argument) throws -> Output
  ) {
    define(name, in: interface, .typed(.synchronous(body)))
  }

  /// Defines a synchronous function that returns nothing.
  public mutating func function<each Argument: ComponentConvertible>(
    _ name: String, in interface: String? = nil,
    _ body: @escaping @Sendable (borrowing StoreContext, repeat each Argument) throws -> Void
  ) {
    define(
      name, in: interface,
      .typed(
        .synchronous { (context: borrowing StoreContext, arguments: repeat each Argument) in
          try body(context, repeat each arguments)
          return Nothing()
        }))
  }

  /// Defines a function that may wait, by its Swift types; see `AsynchronousHostFunction` for who waits for it.
  public mutating func asyncFunction<
    each Argument: ComponentConvertible & Sendable, Output: ComponentConvertible & Sendable
  >(
    _ name: String, in interface: String? = nil,
    _ body: @escaping @Sendable (repeat each Argument) async throws -> Output
  ) {
    define(name, in: interface, .typed(.asynchronous(body)))
  }

  /// Defines a function that may wait and returns nothing.
  public mutating func asyncFunction<each Argument: ComponentConvertible & Sendable>(
    _ name: String, in interface: String? = nil,
    _ body: @escaping @Sendable (repeat each Argument) async throws -> Void
  ) {
    define(
      name, in: interface,
      .typed(
        .asynchronous { (arguments: repeat each Argument) in
          try await body(repeat each arguments)
          return Nothing()
        }))
  }
}

extension TypedHostFunction {
  static func synchronous<each Argument: ComponentConvertible, Output: ComponentPayload>(
    _ body: @escaping @Sendable (borrowing StoreContext, repeat each Argument) throws -> Output
  ) -> TypedHostFunction {
    TypedHostFunction(typesOnly: FunctionType.of(repeat (each Argument).self, result: Output.self))
    {
      call, store in
      let driver = store.driver
      let scope = call.function.pointee.takesBorrows ? HostCallScope() : nil
      defer { scope?.end() }
      var (state, place) = try driver.arguments(&call, scope)
      state.givesViews = true
      let result = try withUnsafeMutablePointer(to: &state) { state in
        defer { if state.pointee.view != nil { driver.views.end() } }
        var index = -1
        func next<Value: ComponentConvertible>(_ type: Value.Type) throws -> Value {
          index += 1
          return try state.argument(index, place)
        }
        return try body(StoreContext(driver), repeat try next((each Argument).self))
      }
      try driver.setResult(result, &call)
      return .returned
    }
  }

  static func asynchronous<
    each Argument: ComponentConvertible & Sendable, Output: ComponentPayload & Sendable
  >(
    _ body: @escaping @Sendable (repeat each Argument) async throws -> Output
  ) -> TypedHostFunction {
    TypedHostFunction(typesOnly: FunctionType.of(repeat (each Argument).self, result: Output.self))
    {
      call, store in
      let driver = store.driver
      let scope = HostCallScope(parking: call.function.pointee.isAsync ? nil : driver)
      var (state, place) = try driver.arguments(&call, scope)
      let arguments = try withUnsafeMutablePointer(to: &state) { state in
        var index = -1
        func next<Value: ComponentConvertible>(_ type: Value.Type) throws -> Value {
          index += 1
          return try state.argument(index, place)
        }
        return (repeat try next((each Argument).self))
      }
      let job = HostJob<Output>(driver) { driver, pending, result in
        scope.end()
        driver.complete(pending, typed: result)
      }
      job.start(scope) { try await body(repeat each arguments) }
      return try job.outcome(&call) { result, call in
        scope.end()
        try driver.setResult(try result.get(), &call)
      }
    }
  }
}

extension LiftStateRef {
  /// An argument of a call of the host's.
  @inline(__always)
  fileprivate func argument<Value: ComponentConvertible>(
    _ index: Int, _ place: Place
  ) throws -> Value {
    do throws(ConversionError) {
      return try ComponentSource(self, pointee.plan.root, place).field(index)
    } catch {
      throw error.hostError
    }
  }
}

extension StoreDriver {
  /// Where a call's arguments are.
  fileprivate func arguments(
    _ call: inout ComponentHostCall, _ scope: HostCallScope?
  ) throws -> (LiftState, Place) {
    guard let (context, place) = try call.argumentsPlace() else {
      throw HostFunctionError(description: "a typed function of the host was called by the host")
    }
    var state = LiftState(context, call.function.pointee.parameters, self)
    state.hostTask = call.task
    state.scope = scope
    return (state, place)
  }

  fileprivate func setResult(
    _ result: some ComponentPayload, _ call: inout ComponentHostCall
  ) throws {
    try setResult(result, call.function.pointee.result, try call.resultPlace())
  }

  private func setResult(
    _ result: some ComponentPayload, _ plan: PlanRef, _ destination: (LiftLowerContext, Place)?
  ) throws {
    guard let (context, place) = destination else { throw ComponentTrap(.bug) }
    var state = LowerState(context, plan, self)
    do throws(ConversionError) {
      if !plan.takesAnything {
        state.check = plan.handleCheck(self, is64: context.is64)
        try result.lowerResult(to: &state, Place(address: 0))
        state.check = nil
      }
      try result.lowerResult(to: &state, place)
    } catch {
      for gift in state.gifts { giveBack(gift) }
      throw error.hostError
    }
  }

  /// The result of a function that was pending.
  fileprivate func complete(
    _ pending: PendingHostCall, typed result: Result<some ComponentPayload, any Error>
  ) {
    guard runtime.isPending(pending) else { return }
    switch result {
    case .success(let value):
      // A failure has reached whoever waits for the guest.
      try? runtime.complete(pending) { slots, lowered in
        try self.setResult(
          value, lowered.pointee.function.pointee.result, try lowered.hostResultPlace(slots))
      } directly: {
        .failure(ComponentTrap(.bug))
      }
    case .failure(let error):
      if error is CancellationError, pending.isCancelled {
        try? runtime.completeCancelled(pending)
      } else {
        try? runtime.complete(pending, .failure(error))
      }
    }
  }
}
