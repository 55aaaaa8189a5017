// Functions of the host, and calls, without boxes: what typed interfaces are built on. Conversions work on slots and on
// the guest's memory through the call's context (`ContextRef`), by the plans of the function's types.

import ComponentRuntime
import WasmExecution

/// A function of the host that takes its arguments from slots itself.
package struct TypedHostFunction: Sendable {
  /// What it does: on the store's executor, in the middle of the call. A function that waits does so with
  /// `StoreAccess.suspend`.
  package typealias Body = @Sendable (inout ComponentHostCall, StoreAccess) throws -> HostOutcome
  /// The type that components must import it with.
  let type: FunctionType?
  let body: Body

  package init(type: FunctionType?, _ body: @escaping Body) {
    self.type = type
    self.body = body
  }
}

/// The store of a typed function's call.
package struct StoreAccess {
  let driver: StoreDriver

  package var runtime: ComponentStore { driver.runtime }

  /// The store, to be kept.
  package var store: Store? { driver.store }

  /// The type of the host's resources as it exists in this store.
  package func resourceType(of type: HostResourceType) throws -> ResourceTypeRef {
    try driver.resourceType(of: type)
  }

  /// Begins work that the call waits for. It returns what puts the result into the caller's slots, on the store's
  /// executor. If it never suspends the call has returned.
  package func suspend(
    _ call: inout ComponentHostCall,
    _ work: @escaping @Sendable () async throws -> TypedResult
  ) throws -> HostOutcome {
    let scope = HostCallScope(parking: call.function.pointee.isAsync ? nil : driver)
    let job = HostJob<TypedResult>(driver) { driver, pending, result in
      scope.end()
      driver.complete(pending, result)
    }
    job.start(scope, work)
    return try job.outcome(&call) { result, call in
      scope.end()
      guard let slots = call.slots, let cx = call.cx else { throw ComponentTrap(.bug) }
      try result.get()(slots, cx)
    }
  }
}

/// Puts a result into slots, or into memory through the context.
package typealias TypedResult = @Sendable (SlotPointer, ContextRef) throws -> Void

extension StoreDriver {
  func hostFunction(_ function: TypedHostFunction) -> HostFunction {
    let body = function.body
    return HostFunction(signature: function.type?.signature) { [unowned self] call in
      try body(&call, StoreAccess(driver: self))
    }
  }

  fileprivate func complete(
    _ pending: PendingHostCall, _ result: Result<TypedResult, any Error>
  ) {
    guard runtime.isPending(pending) else { return }
    switch result {
    case .success(let lower):
      try? runtime.complete(pending) { slots, lowered in
        try lower(slots, lowered.cx)
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

extension Linker {
  /// Defines a function without boxes.
  package mutating func typedFunction(
    _ name: String, in interface: String? = nil, _ function: TypedHostFunction
  ) {
    define(name, in: interface, .typed(function))
  }
}

extension Store {
  /// Calls a function with conversions of the caller's own.
  package func call(
    _ function: Function, timeout: Duration? = nil, lower: @escaping CustomInvocation.Lower,
    lift: @escaping CustomInvocation.Lift
  ) async throws(CallError) {
    guard function.store === self else { throw .mismatch("the function belongs to another store") }
    try await perform(
      StoreCall(CustomInvocation(function.function, lower: lower, lift: lift), timeout: timeout))
  }
}

extension StoreContext {
  /// The same from synchronous code.
  package borrowing func call(
    _ function: Function, lower: @escaping CustomInvocation.Lower,
    lift: @escaping CustomInvocation.Lift
  ) throws(CallError) {
    guard function.store.driver === driver else {
      throw .mismatch("the function belongs to another store")
    }
    try driver.runNow(
      StoreCall(CustomInvocation(function.function, lower: lower, lift: lift)))
  }
}
