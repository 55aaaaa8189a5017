// How much a store may use. Every limit has a trap or an error of its own; the size and nesting of modules are limited
// by `ImplementationLimits`.

/// Limits on one store.
package struct ResourceLimits: Sendable {
  /// Units of work, nil for no limit. Spent at function entry and loop heads by the number of instructions, and by bulk
  /// operations for a sixteenth of their length. Trap: `all fuel consumed`.
  package var fuel: UInt64?
  /// Epoch ticks (of 5 ms) that one call from outside may take, nil for no limit. Trap: `interrupt`.
  package var deadlineTicks: UInt64?
  /// Bytes of all linear memories together. `memory.grow` then returns -1; instantiation fails.
  package var memoryBytes: UInt64 = 64 << 30
  /// Elements of all tables together. `table.grow` then returns -1; instantiation fails.
  package var tableElements: UInt64 = 100_000_000
  /// Instances, which live as long as their store. Instantiation fails.
  package var instances = 1_000_000
  /// Bytes of one guest stack. Trap: `call stack exhausted`.
  package var stackBytes = 8 << 20
  /// Bytes of all guest stacks together, those of suspended threads included. Trap: `call stack exhausted`.
  package var allStackBytes = 512 << 20
  /// Calls from Swift to a guest nested in one another on the native stack; fewer where that is too small. Trap:
  /// `call stack exhausted`.
  package var nativeDepth = 200
  /// Bytes of all objects of the collector. Trap: `gc heap exhausted`.
  package var gcHeapBytes = 2 << 30
  /// Address space reserved for a 64-bit memory that has no smaller maximum; beyond it such a memory moves when it
  /// grows, and a shared one does not grow.
  package var memory64ReservationBytes: UInt64 = 16 << 30
  /// Frames recorded in the backtrace of a trap, innermost first.
  package var backtraceFrames = 64

  package init() {}
}
