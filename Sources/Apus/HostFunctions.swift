// Functions of the host: closures as components call them.

import ComponentRuntime
import Synchronization
import WasmExecution

/// A function of the host that returns before anything else happens in the store. It may call functions of components
/// through its context, except those of the tree of components that it was called from.
public typealias SynchronousHostFunction =
  @Sendable (borrowing StoreContext, [ComponentValue]) throws -> ComponentValue?

/// A function of the host that may wait. It begins to run on the store's executor, as part of the call, until it first
/// suspends; if it never does, that was the call. What it was lent can be used until it returns.
///
/// Imported as an `async` function only the guest thread that called it waits, and it may itself await calls into the
/// store. Otherwise everything in the store waits, and such a call throws `CallError.wouldBlock`.
///
/// If the guest cancels the call, the Swift task is cancelled; the function may still return a result, or throw
/// `CancellationError`, which ends the call as cancelled. Any other error stops the guest.
public typealias AsynchronousHostFunction =
  @Sendable ([ComponentValue]) async throws -> ComponentValue?

extension StoreDriver {
  /// A synchronous closure as a function of this store.
  func hostFunction(
    _ signature: HostSignature?, _ body: @escaping SynchronousHostFunction
  ) -> HostFunction {
    HostFunction(signature: signature) { [unowned self] call in
      let scope = HostCallScope()
      defer { scope.end() }
      let arguments = try self.lift(try call.arguments(), scope)
      let result = try body(StoreContext(self), arguments)
      try self.setResult(result, &call)
      return .returned
    }
  }

  /// An asynchronous closure as a function of this store.
  func hostFunction(
    _ signature: HostSignature?, _ body: @escaping AsynchronousHostFunction
  ) -> HostFunction {
    HostFunction(signature: signature) { [unowned self] call in
      let scope = HostCallScope(parking: call.function.pointee.isAsync ? nil : self)
      let arguments: [ComponentValue]
      do {
        arguments = try self.lift(try call.arguments(), scope)
      } catch {
        scope.end()
        throw error
      }
      // Written by the function, read when the job is known to have finished.
      nonisolated(unsafe) var result: ComponentValue?
      let job = HostJob(scope, .boxed { result }) { result = try await body(arguments) }
      return try job.begin(&call, self)
    }
  }

  /// Puts the result of a job into the call.
  func setResult(_ result: HostJob.Result, _ call: inout ComponentHostCall) throws {
    switch result {
    case .typed(let lower): try setResult(&call, lower)
    case .boxed(let value): try setResult(value(), &call)
    }
  }

  /// Ends a call that was pending, with the result of its job or an error.
  func complete(
    _ pending: PendingHostCall, _ result: HostJob.Result, _ error: (any Error)?
  ) {
    guard runtime.isPending(pending) else { return }
    if let error { return fail(pending, error) }
    switch result {
    case .typed(let lower): complete(pending, lower)
    case .boxed(let value): complete(pending, value())
    }
  }

  private func setResult(_ result: ComponentValue?, _ call: inout ComponentHostCall) throws {
    var gifts: [StoreCall.Gift] = []
    do {
      try call.setResult(try result.map { value throws(CallError) in try lower(value, &gifts) })
    } catch {
      for gift in gifts { giveBack(gift) }
      if let mismatch = error as? ValueMismatch {
        throw HostFunctionError(description: "a function's result: \(text(of: mismatch))")
      }
      throw error
    }
  }

  private func complete(_ pending: PendingHostCall, _ result: ComponentValue?) {
    var gifts: [StoreCall.Gift] = []
    do {
      let lowered = try result.map { value throws(CallError) in try lower(value, &gifts) }
      try runtime.complete(pending, .success(lowered))
    } catch let failure as ComponentFailure {
      // The guest's own fault, or the result does not fit: it has reached whoever waits for the guest.
      _ = failure
      for gift in gifts { giveBack(gift) }
    } catch {
      for gift in gifts { giveBack(gift) }
      fail(pending, error)
    }
  }

  /// The error of a function that was pending.
  private func fail(_ pending: PendingHostCall, _ error: any Error) {
    if error is CancellationError, pending.isCancelled {
      try? runtime.completeCancelled(pending)
    } else {
      try? runtime.complete(pending, .failure(error))
    }
  }
}
