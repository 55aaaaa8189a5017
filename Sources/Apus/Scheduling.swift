// Who makes the choices that the specification leaves to a runtime: which ready thread goes first, which of several events
// is delivered. Other orders than the default are for finding what a component relies on without knowing.

import ComponentRuntime

extension Store {
  /// Which of several ready threads goes first (Canonical ABI, Embedding, `Store.tick`).
  public struct Scheduling: Sendable, Hashable {
    /// Whether the choices are kept: `Store.scheduleTrace`.
    public var isRecorded = false
    private let mode: SchedulePolicy.Mode

    private init(_ mode: SchedulePolicy.Mode) { self.mode = mode }

    /// The thread that has been ready longest.
    public static let fifo = Scheduling(.fifo)

    /// A pseudo-random order that the seed determines.
    public static func random(seed: UInt64) -> Scheduling { Scheduling(.random(seed: seed)) }

    /// The choices of a run that was recorded, which must have had the same calls and answers of the host; the default
    /// after its end.
    public static func replay(_ trace: ScheduleTrace) -> Scheduling {
      Scheduling(.replay(trace.trace))
    }

    /// The same order, recorded.
    public func recorded() -> Scheduling {
      var copy = self
      copy.isRecorded = true
      return copy
    }

    var policy: SchedulePolicy { SchedulePolicy(mode, records: isRecorded) }
  }

  /// The choices that were made, in order (`Store.Scheduling`). The command line writes the same files.
  public struct ScheduleTrace: Sendable, Hashable {
    let trace: ComponentRuntime.ScheduleTrace

    init(_ trace: ComponentRuntime.ScheduleTrace) { self.trace = trace }

    /// A trace that was saved; nil if the bytes are none.
    public init?(bytes: [UInt8]) {
      guard let trace = ComponentRuntime.ScheduleTrace(bytes: bytes) else { return nil }
      self.trace = trace
    }

    /// The trace in a form to be saved.
    public var bytes: [UInt8] { trace.bytes }
  }

  /// The choices so far, if they are recorded (`Scheduling.isRecorded`).
  public var scheduleTrace: ScheduleTrace? {
    driver.runtime.scheduleTrace.map { ScheduleTrace($0) }
  }
}
