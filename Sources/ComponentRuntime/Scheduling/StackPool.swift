// Stacks of guest threads that are idle, to be used again: taking one costs nothing until more are in use at once than
// ever before.

import CWasmExecution
import WasmExecution

/// Idle stacks of a store.
struct StackPool {
  // Invariant: the first `count` contexts of `room` are initialised, idle, and retained by this pool.
  private let core: Unmanaged<CoreStore>
  private var idle: UnsafeMutablePointer<ContextPointer>
  private var count = 0
  private var room = 8
  private static let capacity = 1024

  init(_ core: CoreStore) {
    self.core = .passUnretained(core)
    idle = .allocate(capacity: room)
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
    if count < room || makeRoom() {
      (idle + count).initialize(to: context)
      count += 1
    } else {
      context.releaseDrivenThread()
    }
  }

  /// False if there are as many as are kept.
  @inline(never)
  private mutating func makeRoom() -> Bool {
    guard room < Self.capacity else { return false }
    let larger = UnsafeMutablePointer<ContextPointer>.allocate(capacity: room * 2)
    larger.moveInitialize(from: idle, count: count)
    idle.deallocate()
    idle = larger
    room *= 2
    return true
  }

  /// Frees all stacks of the store, those in use as well.
  func deallocate() {
    core._withUnsafeGuaranteedRef { $0.releaseDrivenThreads() }
    idle.deallocate()
  }
}
