// A memory that several stores on several threads use at once. It never moves; its size only grows.

import CWasmExecution
import Synchronization
import WasmSyntax

/// The part of a shared memory that all stores have in common.
package final class SharedMemory: @unchecked Sendable {
  // Invariant: `base` never changes; `size` is only accessed atomically, written under the lock of `reservation`, and
  // never exceeds what is committed.
  package let type: MemoryType
  let base: UnsafeMutablePointer<UInt8>
  let size: UnsafeMutablePointer<UInt64>
  private let maximumBytes: UInt64
  private let reservation: Mutex<Reservation>

  /// nil if there is not enough address space or memory.
  package init?(type: MemoryType, limit: UInt64) {
    guard let minimum = type.bytes(pages: type.limits.minimum), minimum <= limit else { return nil }
    let declared = type.limits.maximum.flatMap { type.bytes(pages: $0) } ?? .max
    let most = min(declared, type.addressType == .i32 ? AddressSpacePool.slotBytes : .max)
    let preferred = max(minimum, min(most, max(limit, 1)))
    guard
      var reservation = AddressSpacePool.shared.take(preferred: preferred, minimum: minimum)
    else { return nil }
    guard reservation.commit(minimum) else {
      AddressSpacePool.shared.give(reservation, used: 0)
      return nil
    }
    self.type = type
    maximumBytes = min(most, reservation.bytes)
    base = reservation.base.assumingMemoryBound(to: UInt8.self)
    size = .allocate(capacity: 1)
    size.initialize(to: minimum)
    self.reservation = Mutex(reservation)
  }

  deinit {
    let used = size.pointee
    reservation.withLock { AddressSpacePool.shared.give($0, used: used) }
    size.deallocate()
  }

  /// Bytes at this moment.
  package var byteCount: UInt64 { wasm_atomic_load64(size) }

  /// The old number of bytes, nil if the memory cannot grow by so much or `mayGrow` says no.
  func grow(by delta: UInt64, if mayGrow: (UInt64) -> Bool = { _ in true }) -> UInt64? {
    reservation.withLock { reservation in
      let old = wasm_atomic_load64(size)
      let (new, overflow) = old.addingReportingOverflow(delta)
      guard !overflow, new <= maximumBytes, mayGrow(delta), reservation.commit(new) else {
        return nil
      }
      wasm_atomic_store64(size, new)
      return old
    }
  }
}

extension MemoryType {
  /// Bytes of so many pages, nil if they are more than a 64-bit number or the address type can hold.
  func bytes(pages: UInt64) -> UInt64? {
    guard pageSizeLog2 < 64 else { return nil }
    let (bytes, overflow) = pages.multipliedReportingOverflow(by: 1 << UInt64(pageSizeLog2))
    return overflow ? nil : bytes
  }
}
