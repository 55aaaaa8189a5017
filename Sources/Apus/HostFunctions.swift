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
      let arguments = try self.lift(try call.arguments(), scope)
      let job = HostJob(self) { driver, pending, result in
        scope.end()
        driver.complete(pending, result)
      }
      job.start(scope) { try await body(arguments) }
      return try job.outcome(&call) { result, call in
        scope.end()
        try self.setResult(try result.get(), &call)
      }
    }
  }

  private func setResult(_ result: ComponentValue?, _ call: inout ComponentHostCall) throws {
    var gifts: [StoreCall.Gift] = []
    do {
      try call.setResult(try result.map { value throws(CallError) in try lower(value, &gifts) })
    } catch {
      for gift in gifts { giveBack(gift) }
      if let mismatch = error as? ValueMismatch {
        throw HostFunctionError(description: "a function's result: \(mismatch.description)")
      }
      throw error
    }
  }

  /// The result of a function that was pending.
  private func complete(
    _ pending: PendingHostCall, _ result: Result<ComponentValue?, any Error>
  ) {
    guard runtime.isPending(pending) else { return }
    var gifts: [StoreCall.Gift] = []
    do {
      let value = try result.get()
      let lowered = try value.map { value throws(CallError) in try lower(value, &gifts) }
      try runtime.complete(pending, .success(lowered))
    } catch let failure as ComponentFailure {
      // The guest's own fault, or the result does not fit: it has reached whoever waits for the guest.
      _ = failure
      for gift in gifts { giveBack(gift) }
    } catch is CancellationError where pending.isCancelled {
      try? runtime.completeCancelled(pending)
    } catch {
      for gift in gifts { giveBack(gift) }
      try? runtime.complete(pending, .failure(error))
    }
  }

  /// Delivers what a function has come to, once nothing else of the store can be in between.
  fileprivate func deliver(
    _ pending: PendingHostCall, _ work: @escaping (StoreDriver) -> Void
  ) {
    if pending.isParked { work(self) } else { whenFree(work) }
  }
}

/// A function of the host that runs as a Swift task.
final class HostJob<Value>: @unchecked Sendable {
  // Invariant: the state is behind its lock; values are handed over whole.
  private enum State {
    case running
    case finished(Result<Value, any Error>)
    case pending(PendingHostCall)
    case delivered
  }
  private let state = Mutex<HostJobState>(.init())
  private struct HostJobState: @unchecked Sendable {
    var state = State.running
    var task: SwiftTask<Void, Never>?
    var isCancelled = false
  }
  private weak var driver: StoreDriver?
  private let complete: (StoreDriver, PendingHostCall, Result<Value, any Error>) -> Void

  init(
    _ driver: StoreDriver,
    complete: @escaping (StoreDriver, PendingHostCall, Result<Value, any Error>) -> Void
  ) {
    self.driver = driver
    self.complete = complete
  }

  /// Begins the function, up to where it first suspends if the platform can do that.
  func start(_ scope: HostCallScope, _ body: @escaping @Sendable () async throws -> Value) {
    let run: @Sendable () async -> Void = {
      do {
        self.finish(.success(try await body()))
      } catch {
        self.finish(.failure(error))
      }
    }
    let task = HostCallScope.$current.withValue(scope.parked == nil ? HostCallScope.current : scope)
    {
      Self.task(run)
    }
    state.withLock { $0.task = task }
  }

  private static func task(_ run: @escaping @Sendable () async -> Void) -> SwiftTask<Void, Never> {
    if #available(macOS 26, iOS 26, tvOS 26, watchOS 26, visionOS 26, *) {
      SwiftTask.immediate(operation: run)
    } else {
      SwiftTask(operation: run)
    }
  }

  private func finish(_ result: Result<Value, any Error>) {
    let pending: PendingHostCall? = state.withLock { job in
      guard case .pending(let pending) = job.state else {
        job.state = .finished(result)
        return nil
      }
      job.state = .delivered
      return pending
    }
    guard let pending else { return }
    let box = Handover(pending: pending, result: result)
    driver?.post { driver in
      driver.deliver(box.pending) { self.complete($0, box.pending, box.result) }
    }
  }

  private struct Handover: @unchecked Sendable {
    let pending: PendingHostCall
    let result: Result<Value, any Error>
  }

  private func cancel() {
    let task = state.withLock { job in
      job.isCancelled = true
      return job.task
    }
    task?.cancel()
  }

  /// What the call has come to: its result now, or later.
  func outcome(
    _ call: inout ComponentHostCall,
    _ setResult: (Result<Value, any Error>, inout ComponentHostCall) throws -> Void
  ) throws -> HostOutcome {
    if let result = finishedResult {
      try setResult(result, &call)
      return .returned
    }
    let pending = try call.suspend { self.cancel() }
    let result: Result<Value, any Error>? = state.withLock { job in
      if case .finished(let result) = job.state {
        job.state = .delivered
        return result
      }
      job.state = .pending(pending)
      return nil
    }
    if let result, let driver {
      // It finished in between, on another thread.
      let box = Handover(pending: pending, result: result)
      driver.post { driver in
        driver.deliver(box.pending) { self.complete($0, box.pending, box.result) }
      }
    }
    return .pending(pending)
  }

  private var finishedResult: Result<Value, any Error>? {
    state.withLock { job in
      guard case .finished(let result) = job.state else { return nil }
      job.state = .delivered
      return result
    }
  }
}
