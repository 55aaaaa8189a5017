// Stacks of guest threads that are idle, to be used again: taking one costs nothing until more are in use at once than
// ever before.

import CWasmExecution
import WasmExecution

/// Idle stacks of a store.
struct StackPool {
  // Invariant: the first `count` contexts are initialised, idle, and retained by this pool.
  private let core: Unmanaged<CoreStore>
  private var idle: UnsafeMutablePointer<ContextPointer>
  private var count = 0
  private static let capacity = 1024

  init(_ core: CoreStore) {
    self.core = .passUnretained(core)
    idle = .allocate(capacity: Self.capacity)
  }

  @inline(__always)
  mutating func take() throws(ComponentTrap) -> ContextPointer {
    if count > 0 {
      count -= 1
      return idle[count]
    }
    guard let context = core._withUnsafeGuaranteedRef({ $0.makeDrivenThread() }) else {
      throw ComponentTrap(.stackExhausted)
    }
    return context
  }

  /// Sees to it that the next `take` finds one.
  @inline(__always)
  mutating func reserve() throws(ComponentTrap) {
    if count == 0 { give(try take()) }
  }

  @inline(__always)
  mutating func give(_ context: ContextPointer) {
    context.rest()
    if count < Self.capacity {
      (idle + count).initialize(to: context)
      count += 1
    } else {
      context.releaseDrivenThread()
    }
  }

  /// Frees all stacks of the store, those in use as well.
  func deallocate() {
    core._withUnsafeGuaranteedRef { $0.releaseDrivenThreads() }
    idle.deallocate()
  }
}
