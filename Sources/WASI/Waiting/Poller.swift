// Waits for descriptors and times on behalf of everybody in the process, on one OS thread that is started when somebody
// waits for the first time. poll(2), because it is the same everywhere and takes every kind of descriptor; an entry is
// one-shot, as guests ask again after every operation anyway.

import Synchronization
import WasmExecution

/// Calls back when something is ready.
package final class Poller: Sendable {
  package static let shared = Poller()

  /// A wait in progress. Dropping it does not end the wait.
  package struct Wait: Sendable {
    fileprivate enum Kind {
      case over
      case entry(UInt64)
      case signal(Signal, UInt64)
    }
    fileprivate var kind: Kind
  }

  private struct Entry {
    var readiness: Readiness
    var body: @Sendable () -> Void
  }

  private struct State {
    var entries: [UInt64: Entry] = [:]
    var nextID: UInt64 = 0
    /// Made with the thread; nil while there is none.
    var wakeUp: WakeUpPipe?
  }
  private let state = Mutex(State())

  package init() {}

  /// The number of waits for descriptors and times that are not over.
  package var count: Int { state.withLock { $0.entries.count } }

  /// Calls `body` once, when `readiness` is true: at once if it is already known to be, else on the poller's thread.
  /// `body` must neither block nor run guest code.
  @discardableResult
  package func add(
    _ readiness: Readiness, _ body: @escaping @Sendable () -> Void
  ) -> Wait {
    switch readiness {
    case .ready:
      body()
      return Wait(kind: .over)
    case .signal(let signal):
      guard let id = signal.onSet(body) else { return Wait(kind: .over) }
      return Wait(kind: .signal(signal, id))
    case .readable, .writable, .time:
      guard let id = insert(Entry(readiness: readiness, body: body)) else {
        // No thread can be had: let the operation be tried again rather than hang.
        body()
        return Wait(kind: .over)
      }
      return Wait(kind: .entry(id))
    }
  }

  /// Gives a wait up. Its body may be running, or about to, nevertheless.
  package func cancel(_ wait: Wait) {
    switch wait.kind {
    case .over: break
    case .signal(let signal, let id): signal.remove(id)
    case .entry(let id):
      state.withLock { state in
        // The thread must let go of the descriptor as well.
        if state.entries.removeValue(forKey: id) != nil { state.wakeUp?.wake() }
      }
    }
  }

  private func insert(_ entry: Entry) -> UInt64? {
    state.withLock { state in
      if state.wakeUp == nil {
        guard let pipe = WakeUpPipe(), OSThread.start({ self.run(pipe) }) else { return nil }
        state.wakeUp = pipe
      } else {
        state.wakeUp?.wake()
      }
      state.nextID += 1
      state.entries[state.nextID] = entry
      return state.nextID
    }
  }

  // MARK: The thread

  private func run(_ wakeUp: WakeUpPipe) {
    while true {
      let entries = state.withLock { $0.entries }
      var ready: [UInt64] = []
      var polls = PollSet()
      var end: UInt64?
      polls.add(.readable(wakeUp.receiver), id: 0)
      for (id, entry) in entries {
        if case .time(let time) = entry.readiness {
          end = min(end ?? time, time)
        } else {
          polls.add(entry.readiness, id: id)
        }
      }
      ready = polls.wait(until: end)
      if ready.contains(0) { wakeUp.drain() }
      let now = OSThread.now
      for (id, entry) in entries {
        if case .time(let time) = entry.readiness, time <= now { ready.append(id) }
      }
      let bodies = state.withLock { state in
        ready.compactMap { state.entries.removeValue(forKey: $0)?.body }
      }
      for body in bodies { body() }
    }
  }
}

extension Poller {
  /// Blocks this OS thread until one of them is true, or until `giveUp` says so, which is asked every few milliseconds.
  package func wait(forAnyOf readinesses: [Readiness], orUntil giveUp: (() -> Bool)? = nil) {
    if readinesses.contains(where: \.isTrue) { return }
    let event = OSEvent()
    var end: UInt64?
    var waits: [Wait] = []
    for readiness in readinesses {
      // Times are left to the event, which is exact.
      if case .time(let time) = readiness {
        end = min(end ?? time, time)
      } else {
        waits.append(add(readiness) { event.set() })
      }
    }
    while true {
      if giveUp?() == true { break }
      let now = OSThread.now
      var left = end.map { $0 > now ? $0 - now : 0 }
      if giveUp != nil { left = min(left ?? .max, 5_000_000) }
      if event.wait(nanoseconds: left) { break }
      if let end, OSThread.now >= end { break }
    }
    for wait in waits { cancel(wait) }
  }
}

extension Readiness {
  /// Waits without blocking a thread: until it is true, or the Swift task is cancelled.
  package func wait() async {
    let over = Signal()
    let wait = Poller.shared.add(self) { over.set() }
    await withTaskCancellationHandler {
      await withUnsafeContinuation { continuation in
        Poller.shared.add(.signal(over)) { continuation.resume() }
      }
    } onCancel: {
      over.set()
    }
    Poller.shared.cancel(wait)
  }

  /// Which of several are true now.
  package static func indices(ofTrue readinesses: [Readiness]) -> [Int] {
    var polls = PollSet()
    var isTrue = [Bool](repeating: false, count: readinesses.count)
    for (index, readiness) in readinesses.enumerated() {
      switch readiness {
      case .ready, .time, .signal: isTrue[index] = readiness.isTrue
      case .readable, .writable: polls.add(readiness, id: UInt64(index))
      }
    }
    for index in polls.isEmpty ? [] : polls.wait(until: 0) { isTrue[Int(index)] = true }
    return isTrue.indices.filter { isTrue[$0] }
  }

  /// Whether it is true now.
  package var isTrue: Bool {
    switch self {
    case .ready: true
    case .time(let time): OSThread.now >= time
    case .signal(let signal): signal.isSet
    case .readable, .writable:
      {
        var polls = PollSet()
        polls.add(self, id: 0)
        return !polls.wait(until: 0).isEmpty
      }()
    }
  }
}
