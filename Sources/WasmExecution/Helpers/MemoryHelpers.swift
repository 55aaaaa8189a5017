// memory.grow, memory.init, memory.copy, memory.fill, data.drop (Execution, Memory Instructions). Addresses and lengths
// of 32-bit memories are zero-extended in their slots, so that one form serves both address types.

import CWasmExecution

enum MemoryHelpers {
  static let all: [HelperTable.Entry] = [
    (
      UInt32(WASM_HELPER_MEMORY_GROW),
      { context, slots, memory, _ in guarded(context, slots) { grow($0, $1, memory) } }
    ),
    (
      UInt32(WASM_HELPER_MEMORY_INIT),
      { context, slots, data, memory in guarded(context, slots) { initialize($0, $1, data, memory) }
      }
    ),
    (
      UInt32(WASM_HELPER_MEMORY_COPY),
      { context, slots, to, from in guarded(context, slots) { copy($0, $1, to, from) } }
    ),
    (
      UInt32(WASM_HELPER_MEMORY_FILL),
      { context, slots, memory, _ in guarded(context, slots) { fill($0, $1, memory) } }
    ),
    (
      UInt32(WASM_HELPER_DATA_DROP),
      { context, _, data, _ in
        guarded(context) {
          CoreInstance.running($0)?.dropData(data)
          return Status.goOn
        }
      }
    ),
  ]

  private static func grow(_ context: GuestContext, _ slots: Slots, _ index: UInt32) -> Int32 {
    guard let memory = context.memory(index), let owner = memory.pointee.owner else {
      return context.bug("unknown memory \(index)")
    }
    let old = Unmanaged<CoreMemory>.fromOpaque(owner)._withUnsafeGuaranteedRef {
      $0.grow(by: slots[0])
    }
    slots[0] = old ?? (memory.pointee.is_64 != 0 ? .max : UInt64(UInt32.max))
    return Status.goOn
  }

  private static func initialize(
    _ context: GuestContext, _ slots: Slots, _ data: UInt32, _ index: UInt32
  ) -> Int32 {
    let (to, from, count) = (slots[0], slots[1], slots[2])
    let segment = context.dataSegment(data)
    guard let memory = context.memory(index) else { return context.bug("unknown memory \(index)") }
    guard isInBounds(from, count, of: UInt64(segment.count)), memory.contains(to, count) else {
      return context.trap(.memoryOutOfBounds)
    }
    guard let source = segment.baseAddress, let base = memory.pointee.base else {
      return Status.goOn
    }
    let target = UnsafeMutableRawPointer(base + Int(to))
    return context.inBulk(count) { offset, step in
      (target + offset).copyMemory(from: source + Int(from) + offset, byteCount: step)
    }
  }

  private static func copy(
    _ context: GuestContext, _ slots: Slots, _ toIndex: UInt32, _ fromIndex: UInt32
  ) -> Int32 {
    let (to, from, count) = (slots[0], slots[1], slots[2])
    guard let toMemory = context.memory(toIndex), let fromMemory = context.memory(fromIndex) else {
      return context.bug("unknown memory")
    }
    guard toMemory.contains(to, count), fromMemory.contains(from, count) else {
      return context.trap(.memoryOutOfBounds)
    }
    guard let toBase = toMemory.pointee.base, let fromBase = fromMemory.pointee.base else {
      return Status.goOn
    }
    let target = UnsafeMutableRawPointer(toBase + Int(to))
    let source = UnsafeRawPointer(fromBase + Int(from))
    // The steps must not overwrite what is still to be copied.
    return context.inBulk(count, backwards: target > source) { offset, step in
      (target + offset).copyMemory(from: source + offset, byteCount: step)
    }
  }

  private static func fill(_ context: GuestContext, _ slots: Slots, _ index: UInt32) -> Int32 {
    let (to, value, count) = (slots[0], slots[1], slots[2])
    guard let memory = context.memory(index) else { return context.bug("unknown memory \(index)") }
    guard memory.contains(to, count) else { return context.trap(.memoryOutOfBounds) }
    guard let base = memory.pointee.base else { return Status.goOn }
    return context.inBulk(count) { offset, step in
      (base + Int(to) + offset).update(
        repeating: UInt8(truncatingIfNeeded: value), count: step)
    }
  }
}

extension CoreInstance {
  /// The instance whose code runs.
  static func running(_ context: GuestContext) -> CoreInstance? {
    context.pointee.instance.pointee.owner.map {
      Unmanaged<CoreInstance>.fromOpaque($0).takeUnretainedValue()
    }
  }
}
