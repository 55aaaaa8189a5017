// How the host reaches a store from other threads: it posts what is to be done, and whoever drives the store does it.

import Synchronization

/// Work for a store, to be done on the store's own thread.
package final class HostMailbox: Sendable {
  package typealias Work = @Sendable (ComponentStore) -> Void
  private struct State {
    var work: [Work] = []
    var onPost: (@Sendable () -> Void)?
  }
  private let state = Mutex(State())

  /// Adds work; on any thread.
  package func post(_ work: @escaping Work) {
    let onPost = state.withLock { state in
      state.work.append(work)
      return state.onPost
    }
    onPost?()
  }

  /// What is called after each `post`, on the poster's thread: it should only wake somebody up.
  package func setOnPost(_ onPost: (@Sendable () -> Void)?) {
    state.withLock { $0.onPost = onPost }
  }

  package var hasMail: Bool { state.withLock { !$0.work.isEmpty } }

  /// Does what has been posted so far.
  func deliver(to store: ComponentStore) {
    let work = state.withLock { state in
      defer { state.work = [] }
      return state.work
    }
    for item in work { item(store) }
  }
}
