// Linear memories lie in reserved address space, of which only a part can be accessed. Reservations for 32-bit
// memories have one size and are pooled: taking one from the pool saves mapping and unmapping it.

import Synchronization

/// Reserved addresses whose first `committed` bytes can be accessed. Owned by exactly one memory or by the pool.
struct Reservation: @unchecked Sendable {
  // Invariant: `base` is reserved for `bytes`, and readable and writable for `committed` <= `bytes`.
  let base: UnsafeMutableRawPointer
  let bytes: UInt64
  private(set) var committed: UInt64 = 0

  /// Makes at least `count` bytes accessible; false if there are not as many or the system refuses.
  mutating func commit(_ count: UInt64) -> Bool {
    if count <= committed { return true }
    guard count <= bytes else { return false }
    // Twice as much as before at least, to make few calls; nothing is used up until it is written.
    let generous = min(bytes, AddressSpace.roundUp(max(count, committed &* 2)))
    for target in [generous, min(bytes, AddressSpace.roundUp(count))]
    where AddressSpace.commit(base + Int(committed), Int(target - committed)) {
      committed = target
      return true
    }
    return false
  }

  func release() { AddressSpace.release(base, bytes) }
}

/// The process-wide pool of reservations for 32-bit memories.
final class AddressSpacePool: Sendable {
  static let shared = AddressSpacePool()
  /// All that 32-bit addresses can reach.
  static let slotBytes: UInt64 = 1 << 32
  /// Reservations kept for reuse; more are unmapped.
  static let capacity = 64
  /// Up to here clearing is cheaper than giving pages back.
  private static let clearedBytes: UInt64 = 128 << 10

  private let free = Mutex<[Reservation]>([])

  /// A zeroed reservation of at least `minimum` bytes and `preferred` if possible.
  func take(preferred: UInt64, minimum: UInt64) -> Reservation? {
    if preferred == Self.slotBytes, let slot = free.withLock({ $0.popLast() }) { return slot }
    var bytes = AddressSpace.roundUp(max(preferred, minimum, 1))
    let least = AddressSpace.roundUp(max(minimum, 1))
    while true {
      if let base = AddressSpace.reserve(bytes) { return Reservation(base: base, bytes: bytes) }
      if bytes == least { return nil }
      bytes = max(least, AddressSpace.roundUp(bytes / 2))
    }
  }

  /// Gives a reservation back; only its first `used` bytes were written to.
  func give(_ reservation: Reservation, used: UInt64) {
    guard reservation.bytes == Self.slotBytes else { return reservation.release() }
    if used <= Self.clearedBytes {
      reservation.base.initializeMemory(as: UInt8.self, repeating: 0, count: Int(used))
    } else if !AddressSpace.reset(reservation.base, Int(AddressSpace.roundUp(used))) {
      return reservation.release()
    }
    let kept = free.withLock { free in
      guard free.count < Self.capacity else { return false }
      free.append(reservation)
      return true
    }
    if !kept { reservation.release() }
  }
}
