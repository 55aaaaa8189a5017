// A linear memory of one store (Execution, Runtime Structure, Memory Instances).

import CWasmExecution
import WasmSyntax

/// A memory that instances of one store import and export.
package final class CoreMemory {
  package unowned let store: CoreStore
  /// As declared; the size now is `byteCount`.
  package let type: MemoryType
  /// What it shares with other stores; nil if it is not a shared memory.
  package let shared: SharedMemory?
  package let record: UnsafeMutablePointer<WasmMemory>
  /// The memory's own address space; a shared memory has none.
  private var reservation: Reservation?
  private let maximumBytes: UInt64

  init(store: CoreStore, type: MemoryType) throws(InstantiationError) {
    if type.isShared {
      let bound = min(store.limits.memoryBytes, max(store.limits.memory64ReservationBytes, 1 << 32))
      guard let shared = SharedMemory(type: type, limit: bound) else {
        throw .limit(
          LimitExceeded(
            .memory, "a shared memory of \(type.limits.minimum) pages cannot be reserved"))
      }
      self.shared = shared
      reservation = nil
      maximumBytes = .max
    } else {
      let declared = type.limits.maximum.flatMap { type.bytes(pages: $0) } ?? .max
      let most = min(declared, type.addressType == .i32 ? AddressSpacePool.slotBytes : .max)
      let bound =
        type.addressType == .i32
        ? AddressSpacePool.slotBytes : min(most, store.limits.memory64ReservationBytes)
      guard let minimum = type.bytes(pages: type.limits.minimum),
        minimum <= store.limits.memoryBytes,
        var taken = AddressSpacePool.shared.take(preferred: max(bound, minimum), minimum: minimum)
      else {
        throw .limit(
          LimitExceeded(.memory, "a memory of \(type.limits.minimum) pages exceeds the limit"))
      }
      guard taken.commit(minimum) else {
        AddressSpacePool.shared.give(taken, used: 0)
        throw .limit(
          LimitExceeded(.memory, "a memory of \(type.limits.minimum) pages cannot be allocated"))
      }
      shared = nil
      reservation = taken
      maximumBytes = most
    }
    self.store = store
    self.type = type
    record = .allocate(capacity: 1)
    fillRecord(minimum: type.bytes(pages: type.limits.minimum) ?? 0)
    guard store.takeMemory(byteCount) else {
      throw .limit(
        LimitExceeded(.memory, "a memory of \(type.limits.minimum) pages exceeds the limit"))
    }
  }

  init(store: CoreStore, shared: SharedMemory) throws(InstantiationError) {
    self.store = store
    self.shared = shared
    type = shared.type
    reservation = nil
    maximumBytes = .max
    record = .allocate(capacity: 1)
    fillRecord(minimum: shared.byteCount)
    guard store.takeMemory(byteCount) else {
      throw .limit(
        LimitExceeded(.memory, "a shared memory of \(byteCount) bytes exceeds the limit"))
    }
  }

  private func fillRecord(minimum: UInt64) {
    var fields = WasmMemory()
    fields.base =
      shared?.base
      ?? reservation?.base.assumingMemoryBound(to: UInt8.self)
    fields.size = minimum
    fields.shared_size = shared?.size
    fields.page_size_log2 = type.pageSizeLog2
    fields.is_64 = type.addressType == .i64 ? 1 : 0
    fields.owner = Unmanaged.passUnretained(self).toOpaque()
    record.initialize(to: fields)
  }

  deinit {
    if let reservation {
      AddressSpacePool.shared.give(reservation, used: record.pointee.size)
    }
    record.deallocate()
  }

  /// Bytes now.
  package var byteCount: UInt64 { shared?.byteCount ?? record.pointee.size }
  package var pageCount: UInt64 { byteCount >> UInt64(type.pageSizeLog2) }

  /// The contents. Valid until the memory grows or guest code runs; those of a shared memory may change at any time.
  package var bytes: UnsafeMutableRawBufferPointer {
    UnsafeMutableRawBufferPointer(start: record.pointee.base, count: Int(byteCount))
  }

  /// The old number of pages, nil if the memory cannot grow by so many (Execution, Growing Memories).
  package func grow(by pages: UInt64) -> UInt64? {
    guard let delta = type.bytes(pages: pages) else { return nil }
    guard store.memoryBytes.addingReportingOverflow(delta).overflow == false,
      store.memoryBytes + delta <= store.limits.memoryBytes
    else { return nil }
    let old: UInt64?
    if let shared {
      old = shared.grow(by: delta)
      record.pointee.size = shared.byteCount
    } else {
      old = growOwn(by: delta)
    }
    if old != nil { store.memoryBytes += delta }
    return old.map { $0 >> UInt64(type.pageSizeLog2) }
  }

  private func growOwn(by delta: UInt64) -> UInt64? {
    let old = record.pointee.size
    let (new, overflow) = old.addingReportingOverflow(delta)
    guard !overflow, new <= maximumBytes, var current = reservation else { return nil }
    if !current.commit(new) {
      // Beyond the reservation, or it could not be had whole: move.
      guard new > current.bytes else { return nil }
      let preferred = min(maximumBytes, new.addingReportingOverflow(new / 2).partialValue)
      guard
        var larger = AddressSpacePool.shared.take(preferred: max(preferred, new), minimum: new)
      else { return nil }
      guard larger.commit(new) else {
        AddressSpacePool.shared.give(larger, used: 0)
        return nil
      }
      larger.base.copyMemory(from: current.base, byteCount: Int(old))
      AddressSpacePool.shared.give(current, used: old)
      current = larger
      record.pointee.base = current.base.assumingMemoryBound(to: UInt8.self)
    }
    reservation = current
    record.pointee.size = new
    return old
  }
}

extension CoreStore {
  /// Counts bytes of a new memory against the limit.
  func takeMemory(_ bytes: UInt64) -> Bool {
    let (sum, overflow) = memoryBytes.addingReportingOverflow(bytes)
    guard !overflow, sum <= limits.memoryBytes else { return false }
    memoryBytes = sum
    return true
  }
}
