// A call of a host function that waits: for a function whose type is not `async` the whole run is parked meanwhile, else
// the caller's task goes on. In neither case does an OS thread wait.

import ComponentRuntime

/// Tries a call again whenever something that it waits for has happened. The call keeps it; other threads only hand it
/// back to the store's own.
final class BlockedCall: @unchecked Sendable {
  private unowned let store: ComponentStore
  private let attempt: () throws -> Attempt
  private weak var pending: PendingHostCall?
  private var waits: [Poller.Wait] = []
  /// Counts attempts, so that of several things that happen only the first leads to one.
  private var round = 0

  private init(_ store: ComponentStore, _ attempt: @escaping () throws -> Attempt) {
    self.store = store
    self.attempt = attempt
  }

  deinit { cancelWaits() }

  /// Suspends a call that has been tried once.
  static func suspend(
    _ call: inout HostCall, _ store: ComponentStore, _ readinesses: [Readiness],
    _ attempt: @escaping () throws -> Attempt
  ) throws -> PendingHostCall {
    let blocked = BlockedCall(store, attempt)
    let pending = try call.suspend(onCancel: { blocked.cancel() })
    blocked.pending = pending
    blocked.wait(for: readinesses)
    return pending
  }

  private func wait(for readinesses: [Readiness]) {
    let (mailbox, round) = (store.mailbox, round)
    waits = readinesses.map {
      Poller.shared.add($0) { [weak self] in
        mailbox.post { [weak self] store in
          guard let self, let pending else { return }
          if pending.isParked { return tryAgain(round) }
          // The result may have to be stored where only the guest's `realloc` can say.
          store.whenFree { [weak self] _ in self?.tryAgain(round) }
        }
      }
    }
  }

  private func cancelWaits() {
    for wait in waits { Poller.shared.cancel(wait) }
    waits = []
  }

  private func tryAgain(_ round: Int) {
    guard round == self.round, let pending else { return }
    self.round += 1
    cancelWaits()
    let result: Result<ComponentValue?, any Error>
    do {
      switch try attempt() {
      case .wait(let readinesses): return wait(for: readinesses)
      case .done(let value): result = .success(value)
      }
    } catch {
      result = .failure(error)
    }
    // A failure reaches whoever waits for the run.
    try? store.complete(pending, result)
  }

  private func cancel() {
    guard let pending else { return }
    round += 1
    cancelWaits()
    try? store.completeCancelled(pending)
  }
}
