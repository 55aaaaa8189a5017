// What a blocked operation waits for. Operations of this room never block: they say `wouldBlock`, and whoever called
// waits for a `Readiness` in its own way: stores that share their thread by suspending the guest (`Poller.add`), WASI 0.1 in
// the command by blocking its thread (`Poller.wait`).

import Synchronization

/// Something that becomes true in time. May be true too early; the operation is then simply tried again.
package enum Readiness: Sendable {
  /// True already: regular files, memory, ends and errors.
  case ready
  /// Data, a connection or an end can be read from the descriptor.
  case readable(FileDescriptor)
  /// The descriptor takes data, or its connection attempt is over.
  case writable(FileDescriptor)
  /// The system's monotonic clock has reached this many nanoseconds.
  case time(UInt64)
  /// Something within the process has happened.
  case signal(Signal)
}

/// An event within the process that happens once.
package final class Signal: Sendable {
  private struct State {
    var isSet = false
    var waiting: [UInt64: @Sendable () -> Void] = [:]
    var nextID: UInt64 = 0
  }
  private let state = Mutex(State())

  package init() {}

  package var isSet: Bool { state.withLock { $0.isSet } }

  /// Makes it happen and calls everybody who waits.
  package func set() {
    let waiting = state.withLock { state in
      state.isSet = true
      defer { state.waiting = [:] }
      return state.waiting
    }
    for body in waiting.values { body() }
  }

  /// Calls `body` when it happens, and returns what `remove` takes; nil, having called it, if it has happened already.
  func onSet(_ body: @escaping @Sendable () -> Void) -> UInt64? {
    let id = state.withLock { state -> UInt64? in
      if state.isSet { return nil }
      state.nextID += 1
      state.waiting[state.nextID] = body
      return state.nextID
    }
    if id == nil { body() }
    return id
  }

  func remove(_ id: UInt64) { state.withLock { _ = $0.waiting.removeValue(forKey: id) } }
}
