// The clocks of a guest: the system's, or one that a test moves by hand.

import Synchronization

/// Where a guest's time comes from.
package protocol Clocks: AnyObject, Sendable {
  /// The time of day.
  var wallTime: WASIInstant { get }
  /// Nanoseconds.
  var wallResolution: UInt64 { get }
  /// Nanoseconds since some point; never goes back.
  var monotonicTime: UInt64 { get }
  var monotonicResolution: UInt64 { get }
  /// Nanoseconds of processor time used by the process, and by the OS thread that asks.
  var processTime: UInt64 { get }
  var threadTime: UInt64 { get }
  /// When the monotonic clock shows this time.
  func readiness(at time: UInt64) -> Readiness
}

/// A clock that only moves when it is told to, for tests. The time of day moves along with the monotonic clock.
public final class SteppableClock: Clocks {
  private struct State {
    var wall: WASIInstant
    var monotonic: UInt64 = 0
    var waiting: [(time: UInt64, signal: Signal)] = []
  }
  private let state: Mutex<State>
  private let skipsWaits: Bool

  /// - Parameter skipsWaits: Whether the clock jumps ahead whenever a guest begins to wait for a time, so that no sleep
  ///   takes any. Otherwise guests sleep until `advance` has been called often enough.
  public init(wallTime: WASIInstant = WASIInstant(seconds: 0), skipsWaits: Bool = false) {
    state = Mutex(State(wall: wallTime))
    self.skipsWaits = skipsWaits
  }

  /// Moves time ahead.
  public func advance(byNanoseconds delta: UInt64) {
    let due = state.withLock { state in
      let (time, overflow) = state.monotonic.addingReportingOverflow(delta)
      state.monotonic = overflow ? .max : time
      state.wall = state.wall.advanced(byNanoseconds: delta)
      defer { state.waiting.removeAll { $0.time <= state.monotonic } }
      return state.waiting.filter { $0.time <= state.monotonic }.map(\.signal)
    }
    for signal in due { signal.set() }
  }

  package var wallTime: WASIInstant { state.withLock { $0.wall } }
  package var wallResolution: UInt64 { 1 }
  package var monotonicTime: UInt64 { state.withLock { $0.monotonic } }
  package var monotonicResolution: UInt64 { 1 }
  /// Work takes no time on this clock.
  package var processTime: UInt64 { 0 }
  package var threadTime: UInt64 { 0 }

  package func readiness(at time: UInt64) -> Readiness {
    if skipsWaits {
      let now = monotonicTime
      if time > now { advance(byNanoseconds: time - now) }
      return .ready
    }
    return state.withLock { state in
      if time <= state.monotonic { return .ready }
      // A guest that asks over and over waits for the same time each time.
      if let waiting = state.waiting.first(where: { $0.time == time }) {
        return .signal(waiting.signal)
      }
      let signal = Signal()
      state.waiting.append((time, signal))
      return .signal(signal)
    }
  }
}
