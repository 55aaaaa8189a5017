// Calls of functions of the host that have Swift types: their arguments are lifted one by one, nothing is boxed.

import ComponentRuntime
import WasmExecution

/// A function of the host that takes its arguments from where the guest has them.
struct TypedHostFunction: Sendable {
  /// The type that components must import it with: names of parameters do not count, nor whether it may wait.
  let type: FunctionType
  let body: Body

  enum Body: Sendable {
    /// With the same for slots, if there is nothing else.
    case synchronous(TypedHostCall.Body, TypedHostCall.CoreValues?)
    case asynchronous(@Sendable (inout ComponentHostCall, StoreDriver) throws -> HostOutcome)
  }

  init(_ type: FunctionType, _ body: Body) {
    self.type = type
    self.body = body
  }
}

/// A call of a synchronous one, as the closure sees it that knows the types.
@usableFromInline
struct TypedHostCall: ~Copyable {
  @usableFromInline typealias Body = @Sendable (borrowing TypedHostCall) throws -> Void
  /// Takes arguments from slots and leaves the result in the first.
  @usableFromInline typealias CoreValues =
    @Sendable (UnsafeMutablePointer<UInt64>, borrowing StoreContext) throws -> Void
  fileprivate let call: UnsafeMutablePointer<ComponentHostCall>
  fileprivate let state: LiftStateRef
  fileprivate let place: Place

  @usableFromInline var context: StoreContext { StoreContext(state.pointee.driver) }

  @usableFromInline var arguments: ComponentSource {
    ComponentSource(state, state.pointee.plan.root, place)
  }

  /// The argument of this number, which goes up.
  @inlinable
  borrowing func argument<Value: ComponentConvertible>(
    _ index: inout Int, _ type: Value.Type
  ) throws -> Value {
    defer { index &+= 1 }
    do throws(ConversionError) {
      return try arguments.field(index)
    } catch {
      throw error.hostError
    }
  }

  /// Puts the result where the guest expects it.
  @usableFromInline
  borrowing func finish(_ lower: Lowering) throws {
    state.endViews()
    try state.pointee.driver.setResult(&call.pointee, lower)
  }
}

extension LiftStateRef {
  /// The guest may have memory moved from now on.
  fileprivate func endViews() {
    if pointee.view != nil { pointee.driver.views.end() }
    pointee.view = nil
  }
}

extension StoreDriver {
  /// A typed function as a function of this store.
  func hostFunction(_ function: TypedHostFunction) -> HostFunction {
    switch function.body {
    case .synchronous(let body, let coreValues):
      HostFunction(
        inSlots: coreValues.map { coreValues in
          { [unowned(unsafe) self] slots in try coreValues(slots, StoreContext(self)) }
        }
      ) { [unowned(unsafe) self] call in
        try self.perform(&call, body)
        return .returned
      }
    case .asynchronous(let body):
      HostFunction { [unowned(unsafe) self] call in try body(&call, self) }
    }
  }

  // A store's functions are called by the store's guests.
  @inline(__always)
  private func perform(
    _ call: inout ComponentHostCall, _ body: TypedHostCall.Body
  ) throws {
    let scope = call.function.pointee.takesBorrows ? HostCallScope() : nil
    defer { scope?.end() }
    var (state, place) = try arguments(&call, scope)
    state.givesViews = true
    try withUnsafeMutablePointer(to: &call) { call in
      try withUnsafeMutablePointer(to: &state) { state in
        defer { state.endViews() }
        try body(TypedHostCall(call: call, state: state, place: place))
      }
    }
  }

  /// Where a call's arguments are. `scope` is kept by the caller.
  @inline(__always)
  fileprivate func arguments(
    _ call: inout ComponentHostCall, _ scope: HostCallScope?
  ) throws -> (LiftState, Place) {
    guard let (from, place) = try call.argumentsPlace() else {
      throw HostFunctionError(description: "a typed function of the host was called by the host")
    }
    var state = LiftState(from, call.function.pointee.parameters, self)
    state.hostTask = call.task
    state.scope = scope
    return (state, place)
  }

  fileprivate func setResult(_ call: inout ComponentHostCall, _ lower: Lowering) throws {
    guard let (to, place) = try call.resultPlace() else { throw ComponentTrap(.bug) }
    try setResult(call.function.pointee.result, to, place, lower)
  }

  fileprivate func setResult(
    _ plan: PlanRef, _ to: ContextRef, _ place: Place, _ lower: Lowering
  ) throws {
    guard plan.hasHandles else {
      if !plan.takesAnything {
        do throws(ConversionError) {
          try look(plan, to, lower)
        } catch {
          throw error.hostError
        }
      }
      return try lowerResult(plan, to, place, nil, lower)
    }
    var passed = PassedValues(plan, to, self)
    do {
      do throws(ConversionError) {
        try look(plan, to, &passed, lower)
      } catch {
        throw error.hostError
      }
      try withUnsafeMutablePointer(to: &passed) { try lowerResult(plan, to, place, $0, lower) }
    } catch {
      for gift in passed.gifts { giveBack(gift) }
      throw error
    }
  }

  @inline(__always)
  private func lowerResult(
    _ plan: PlanRef, _ to: ContextRef, _ place: Place,
    _ passed: UnsafeMutablePointer<PassedValues>?, _ lower: Lowering
  ) throws {
    var state = LowerState(to, plan, self, passed)
    do throws(ConversionError) {
      try withUnsafeMutablePointer(to: &state) { (state) throws(ConversionError) in
        try lower(ComponentDestination(state, plan.root, place))
      }
    } catch {
      throw error.hostError
    }
  }
}

// MARK: - Functions that may wait

extension TypedHostFunction {
  static func asynchronous<
    each Argument: ComponentConvertible & Sendable, Output: ComponentPayload & Sendable
  >(
    _ body: @escaping @Sendable (repeat each Argument) async throws -> Output
  ) -> TypedHostFunction {
    let type = FunctionType.of(repeat (each Argument).self, result: Output.self)
    return TypedHostFunction(
      type,
      .asynchronous { call, driver in
        let scope = HostCallScope(parking: call.function.pointee.isAsync ? nil : driver)
        var (state, place) = try driver.arguments(&call, scope)
        let arguments = try withUnsafeMutablePointer(to: &state) { state in
          var index = 0
          func next<Value: ComponentConvertible>(_ type: Value.Type) throws -> Value {
            defer { index &+= 1 }
            do throws(ConversionError) {
              return try ComponentSource(state, state.pointee.plan.root, place).field(index)
            } catch {
              throw error.hostError
            }
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
          let value = try result.get()
          try driver.setResult(&call) { (record) throws(ConversionError) in
            try record.result(value)
          }
        }
      })
  }
}

extension StoreDriver {
  /// The result of a function that was pending.
  fileprivate func complete(
    _ pending: PendingHostCall, typed result: Result<some ComponentPayload, any Error>
  ) {
    guard runtime.isPending(pending) else { return }
    switch result {
    case .success(let value):
      // A failure has reached whoever waits for the guest.
      try? runtime.complete(pending) { slots, lowered in
        let (to, place) = try lowered.hostResultPlace(slots)
        try self.setResult(lowered.pointee.function.pointee.result, to, place) {
          (record) throws(ConversionError) in
          try record.result(value)
        }
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
