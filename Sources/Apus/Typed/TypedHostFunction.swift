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
    case asynchronous(TypedHostCall.Waiting)
  }

  init(_ type: FunctionType, _ body: Body) {
    self.type = type
    self.body = body
  }
}

/// A call of one, as the closure sees it that knows the types.
@usableFromInline
struct TypedHostCall: ~Copyable {
  @usableFromInline typealias Body = @Sendable (borrowing TypedHostCall) throws -> Void
  /// Takes arguments from slots and leaves the result in the first.
  @usableFromInline typealias CoreValues =
    @Sendable (UnsafeMutablePointer<UInt64>, borrowing StoreContext) throws -> Void
  /// Takes the arguments.
  @usableFromInline typealias Waiting = @Sendable (borrowing TypedHostCall) throws -> HostJob
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

  /// Puts the result where the guest expects it. `looks` is false if it certainly fits.
  @usableFromInline
  borrowing func finish(looks: Bool, _ lower: Lowering) throws {
    state.endViews()
    try state.pointee.driver.setResult(&call.pointee, looks: looks, lower)
  }

  /// Puts a result that is a core value where the guest expects it, if that is in a slot.
  @usableFromInline
  borrowing func finish(coreValue: UInt64) -> Bool {
    state.endViews()
    return call.pointee.setFlatResult(coreValue)
  }

  /// What a function that may wait is to do with its arguments. `lower` puts the result where the guest expects it, once the function has returned.
  @usableFromInline
  borrowing func job(
    _ body: @escaping @Sendable () async throws -> Void, _ lower: @escaping SendableLowering
  ) -> HostJob {
    HostJob(state.pointee.scope, .typed(lower), body)
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
      HostFunction { [unowned(unsafe) self] call in try self.begin(&call, body) }
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

  private func begin(
    _ call: inout ComponentHostCall, _ body: TypedHostCall.Waiting
  ) throws -> HostOutcome {
    let isParking = !call.function.pointee.isAsync
    let scope =
      isParking || call.function.pointee.takesBorrows
      ? HostCallScope(parking: isParking ? self : nil) : nil
    let job: HostJob
    do {
      var (state, place) = try arguments(&call, scope)
      job = try withUnsafeMutablePointer(to: &call) { call in
        try withUnsafeMutablePointer(to: &state) { state in
          try body(TypedHostCall(call: call, state: state, place: place))
        }
      }
    } catch {
      scope?.end()
      throw error
    }
    return try job.begin(&call, self)
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

  func setResult(
    _ call: inout ComponentHostCall, looks: Bool = true, _ lower: Lowering
  ) throws {
    guard let (to, place) = try call.resultPlace() else { throw ComponentTrap(.bug) }
    try setResult(call.function.pointee.result, to, place, looks: looks, lower)
  }

  fileprivate func setResult(
    _ plan: PlanRef, _ to: ContextRef, _ place: Place, looks: Bool = true, _ lower: Lowering
  ) throws {
    guard plan.hasHandles else {
      if looks && !plan.takesAnything {
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

extension StoreDriver {
  /// Ends a call that was pending. A failure has reached whoever waits for the guest.
  func complete(_ pending: PendingHostCall, _ lower: @escaping SendableLowering) {
    try? runtime.complete(pending) { slots, lowered in
      let (to, place) = try lowered.hostResultPlace(slots)
      try self.setResult(lowered.pointee.function.pointee.result, to, place, lower)
    } directly: {
      .failure(ComponentTrap(.bug))
    }
  }
}
