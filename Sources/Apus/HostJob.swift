// A function of the host that may wait, as a Swift task that begins to run in the middle of the guest's call. If it has
// finished by then it was just a call; else its result comes through the store's mailbox.

import ComponentRuntime
import Synchronization

/// One call of a function of the host that may wait. Not generic: what knows the type of the result is in closures.
@usableFromInline
final class HostJob: @unchecked Sendable {
  // Invariant: the closures are only called on the store's executor, after the function has returned.
  private enum State: @unchecked Sendable {
    case running
    case finished((any Error)?)
    /// The store waits to hear of it.
    case pending(PendingHostCall, HostMailbox)
    case delivered
  }
  private let state = Mutex<State>(.running)
  /// The call as what it was lent sees it; nil if nothing was and the store does not wait.
  private let scope: HostCallScope?
  private let result: Result
  private let body: @Sendable () async throws -> Void

  /// What has the result, once the function has returned.
  enum Result {
    case typed(SendableLowering)
    case boxed(() -> ComponentValue?)
  }

  init(
    _ scope: HostCallScope?, _ result: Result, _ body: @escaping @Sendable () async throws -> Void
  ) {
    self.scope = scope
    self.result = result
    self.body = body
  }

  private func run() async {
    do {
      try await body()
      finish(nil)
    } catch {
      finish(error)
    }
  }

  /// Begins the function, up to where it first suspends if the platform can do that.
  private func start() -> SwiftTask<Void, Never> {
    // With nothing captured but the job the closure needs no context of its own.
    let run: @Sendable () async -> Void = { await self.run() }
    guard let scope, scope.parked != nil else { return Self.task(run) }
    return HostCallScope.$current.withValue(scope) { Self.task(run) }
  }

  private static func task(_ run: @escaping @Sendable () async -> Void) -> SwiftTask<Void, Never> {
    if #available(macOS 26, iOS 26, tvOS 26, watchOS 26, visionOS 26, *) {
      SwiftTask.immediate(operation: run)
    } else {
      SwiftTask(operation: run)
    }
  }

  private func finish(_ error: (any Error)?) {
    scope?.end()
    let waiting: (PendingHostCall, HostMailbox)? = state.withLock { state in
      guard case .pending(let pending, let mailbox) = state else {
        state = .finished(error)
        return nil
      }
      state = .delivered
      return (pending, mailbox)
    }
    if let (pending, mailbox) = waiting { deliver(to: mailbox, pending, error) }
  }

  /// Delivers what the function has come to, once nothing else of the store can be in between.
  private func deliver(to mailbox: HostMailbox, _ pending: PendingHostCall, _ error: (any Error)?) {
    mailbox.postToDriver { [self] driver in
      if pending.isParked {
        driver.complete(pending, result, error)
      } else {
        driver.whenFree { [self] in $0.complete(pending, result, error) }
      }
    }
  }

  /// Begins the function. What the call has come to: its result now, or later. To be called once.
  func begin(
    _ call: inout ComponentHostCall, _ driver: StoreDriver
  ) throws -> HostOutcome {
    let task = start()
    if let finished = takeFinished() {
      if let error = finished { throw error }
      try driver.setResult(result, &call)
      return .returned
    }
    let pending = try call.suspend { task.cancel() }
    let finished: (any Error)?? = state.withLock { state in
      if case .finished(let error) = state {
        state = .delivered
        return .some(error)
      }
      state = .pending(pending, driver.runtime.mailbox)
      return nil
    }
    // It finished in between, on another thread.
    if let error = finished { deliver(to: driver.runtime.mailbox, pending, error) }
    return .pending(pending)
  }

  /// The error that it finished with, if any, if it did.
  private func takeFinished() -> (any Error)?? {
    state.withLock { state in
      guard case .finished(let error) = state else { return nil }
      state = .delivered
      return .some(error)
    }
  }
}
