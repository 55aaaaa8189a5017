// Where guest threads wait for notifications of shared memory: one table for the process, because the threads may
// belong to different stores on different OS threads. Nothing here blocks: a waiting guest thread is suspended, and
// whoever drives it is called back.

import Synchronization

/// A guest thread's wait (Threads, memory.atomic.wait).
package final class AtomicWait: Sendable {
  // What the instruction returns.
  package static let notified: UInt64 = 0
  package static let notEqual: UInt64 = 1
  package static let timedOut: UInt64 = 2

  /// Nanoseconds that the guest wants to wait at most; nil for ever.
  package let timeout: UInt64?
  fileprivate let key: ParkingTable.Key

  private struct State {
    var result: UInt64?
    var callback: (@Sendable () -> Void)?
  }
  private let state = Mutex(State())

  fileprivate init(key: ParkingTable.Key, timeout: UInt64?) {
    self.key = key
    self.timeout = timeout
  }

  /// The instruction's result once the wait is over.
  package var result: UInt64? { state.withLock { $0.result } }

  /// Calls back when the wait is over, at once if it is; on any thread, so that it should only wake somebody up.
  package func onEnd(_ callback: @escaping @Sendable () -> Void) {
    let isOver = state.withLock { state in
      if state.result == nil { state.callback = callback }
      return state.result != nil
    }
    if isOver { callback() }
  }

  /// The driver's timer says that the time is up. Returns the result, which a notification may have set before.
  package func expire() -> UInt64 {
    if ParkingTable.shared.remove(self) { end(with: Self.timedOut) }
    return result ?? Self.timedOut
  }

  /// Stops waiting because the thread will not go on.
  package func cancel() { _ = ParkingTable.shared.remove(self) }

  fileprivate func end(with result: UInt64) {
    let callback = state.withLock { state in
      state.result = result
      defer { state.callback = nil }
      return state.callback
    }
    callback?()
  }
}

/// The waits of the process by memory and address.
final class ParkingTable: Sendable {
  static let shared = ParkingTable()

  struct Key: Hashable, Sendable {
    var memory: ObjectIdentifier
    var address: UInt64
  }

  /// A part of the table with a lock of its own.
  private final class Shard: Sendable {
    let queues = Mutex<[Key: [AtomicWait]]>([:])
  }
  private let shards = (0..<64).map { _ in Shard() }

  private func shard(of key: Key) -> Shard {
    let hash = UInt(bitPattern: key.memory.hashValue) &+ UInt(truncatingIfNeeded: key.address)
    let mixed = hash &* 0x9E37_79B9_7F4A_7C15
    return shards[Int(mixed >> 58)]
  }

  /// Parks if `isExpected`, which looks at the memory while no notification can come in between; nil if not.
  func park(
    memory: SharedMemory, address: UInt64, timeout: UInt64?, isExpected: () -> Bool
  ) -> AtomicWait? {
    let key = Key(memory: ObjectIdentifier(memory), address: address)
    return shard(of: key).queues.withLock { queues in
      guard isExpected() else { return nil }
      let wait = AtomicWait(key: key, timeout: timeout)
      queues[key, default: []].append(wait)
      return wait
    }
  }

  /// Wakes up to `count` waits, the oldest first, and returns how many.
  func notify(memory: SharedMemory, address: UInt64, count: UInt32) -> UInt32 {
    let key = Key(memory: ObjectIdentifier(memory), address: address)
    let woken = shard(of: key).queues.withLock { queues -> ArraySlice<AtomicWait> in
      guard let queue = queues[key] else { return [] }
      let woken = queue.prefix(Int(count))
      let rest = queue.dropFirst(Int(count))
      queues[key] = rest.isEmpty ? nil : Array(rest)
      return woken
    }
    for wait in woken { wait.end(with: AtomicWait.notified) }
    return UInt32(woken.count)
  }

  /// Takes a wait out of its queue; false if it is not there any more.
  fileprivate func remove(_ wait: AtomicWait) -> Bool {
    shard(of: wait.key).queues.withLock { queues in
      guard let index = queues[wait.key]?.firstIndex(where: { $0 === wait }) else { return false }
      queues[wait.key]?.remove(at: index)
      if queues[wait.key]?.isEmpty == true { queues[wait.key] = nil }
      return true
    }
  }

  /// Threads that wait now, for tests.
  var count: Int {
    shards.reduce(0) { sum, shard in
      sum + shard.queues.withLock { $0.values.reduce(0) { $0 + $1.count } }
    }
  }
}
