// memory.atomic.notify, memory.atomic.wait32 and wait64 (Threads). Checks come in the order alignment, bounds, shared.

import CWasmExecution
import WasmSyntax

enum AtomicHelpers {
  static let all: [HelperTable.Entry] = [
    (
      UInt32(WASM_HELPER_ATOMIC_NOTIFY),
      { context, slots, memory, offset in guarded(context, slots) { notify($0, $1, memory, offset) }
      }
    ),
    (
      UInt32(WASM_HELPER_ATOMIC_WAIT32),
      { context, slots, memory, offset in
        guarded(context, slots) { wait($0, $1, memory, offset, size: 4) }
      }
    ),
    (
      UInt32(WASM_HELPER_ATOMIC_WAIT64),
      { context, slots, memory, offset in
        guarded(context, slots) { wait($0, $1, memory, offset, size: 8) }
      }
    ),
  ]

  /// The effective address, nil with the context's trap set if it cannot be accessed.
  private static func address(
    _ context: GuestContext, _ memory: UnsafeMutablePointer<WasmMemory>,
    base: UInt64, offset: UInt64, size: UInt64
  ) -> UInt64? {
    let (address, overflow) = base.addingReportingOverflow(offset)
    if overflow {
      _ = context.trap(.memoryOutOfBounds)
      return nil
    }
    if address % size != 0 {
      _ = context.trap(.unalignedAtomic)
      return nil
    }
    if !memory.contains(address, size) {
      _ = context.trap(.memoryOutOfBounds)
      return nil
    }
    return address
  }

  private static func notify(
    _ context: GuestContext, _ slots: Slots, _ index: UInt32, _ offset: UInt32
  ) -> Int32 {
    guard let memory = context.memory(index), let owner = memory.pointee.owner else {
      return context.bug("unknown memory \(index)")
    }
    let offset = UInt64(offset) | slots[2] << 32
    guard let address = address(context, memory, base: slots[0], offset: offset, size: 4) else {
      return Status.trap
    }
    let count = UInt32(truncatingIfNeeded: slots[1])
    let shared = Unmanaged<CoreMemory>.fromOpaque(owner)._withUnsafeGuaranteedRef { $0.shared }
    // Nobody waits for a memory that is not shared.
    slots[0] =
      shared.map {
        UInt64(ParkingTable.shared.notify(memory: $0, address: address, count: count))
      } ?? 0
    return Status.goOn
  }

  private static func wait(
    _ context: GuestContext, _ slots: Slots, _ index: UInt32, _ offset: UInt32, size: UInt64
  ) -> Int32 {
    guard let memory = context.memory(index), let owner = memory.pointee.owner else {
      return context.bug("unknown memory \(index)")
    }
    let offset = UInt64(offset) | slots[3] << 32
    guard let address = address(context, memory, base: slots[0], offset: offset, size: size) else {
      return Status.trap
    }
    let shared = Unmanaged<CoreMemory>.fromOpaque(owner)._withUnsafeGuaranteedRef { $0.shared }
    guard let shared else { return context.trap(.expectedSharedMemory) }
    let expected = slots[1]
    let nanoseconds = Int64(bitPattern: slots[2])
    let cell = UnsafeRawPointer(shared.base + Int(address))
    let isExpected = {
      size == 4
        ? wasm_atomic_load32(cell.assumingMemoryBound(to: UInt32.self))
          == UInt32(truncatingIfNeeded: expected)
        : wasm_atomic_load64(cell.assumingMemoryBound(to: UInt64.self)) == expected
    }
    if nanoseconds == 0 {
      slots[0] = isExpected() ? AtomicWait.timedOut : AtomicWait.notEqual
      return Status.goOn
    }
    let timeout = nanoseconds < 0 ? nil : UInt64(nanoseconds)
    guard
      let wait = ParkingTable.shared.park(
        memory: shared, address: address, timeout: timeout, isExpected: isExpected)
    else {
      slots[0] = AtomicWait.notEqual
      return Status.goOn
    }
    GuestThread.of(context).suspend(.atomicWait(wait), resultsAt: slots)
    return Status.suspend
  }
}
