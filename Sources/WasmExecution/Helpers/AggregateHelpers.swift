// struct.new, array.new and their variants, array.fill, array.copy, array.init_data, array.init_elem (Execution,
// Aggregate Instructions). Operands stay in the frame until an operation is done, where the collector finds them.

import CWasmExecution
import WasmSyntax

enum AggregateHelpers {
  static let all: [HelperTable.Entry] = [
    (
      UInt32(WASM_HELPER_STRUCT_NEW),
      { context, slots, type, _ in
        guarded(context, slots) { newStructure($0, $1, type, isDefault: false) }
      }
    ),
    (
      UInt32(WASM_HELPER_STRUCT_NEW_DEFAULT),
      { context, slots, type, _ in
        guarded(context, slots) { newStructure($0, $1, type, isDefault: true) }
      }
    ),
    (
      UInt32(WASM_HELPER_ARRAY_NEW),
      { context, slots, type, _ in guarded(context, slots) { newArray($0, $1, type) } }
    ),
    (
      UInt32(WASM_HELPER_ARRAY_NEW_DEFAULT),
      { context, slots, type, _ in guarded(context, slots) { newDefaultArray($0, $1, type) } }
    ),
    (
      UInt32(WASM_HELPER_ARRAY_NEW_FIXED),
      { context, slots, type, count in
        guarded(context, slots) { newFixedArray($0, $1, type, count) }
      }
    ),
    (
      UInt32(WASM_HELPER_ARRAY_NEW_DATA),
      { context, slots, type, data in guarded(context, slots) { newDataArray($0, $1, type, data) } }
    ),
    (
      UInt32(WASM_HELPER_ARRAY_NEW_ELEM),
      { context, slots, type, segment in
        guarded(context, slots) { newElementArray($0, $1, type, segment) }
      }
    ),
    (
      UInt32(WASM_HELPER_ARRAY_FILL),
      { context, slots, type, _ in guarded(context, slots) { fill($0, $1, type) } }
    ),
    (
      UInt32(WASM_HELPER_ARRAY_COPY),
      { context, slots, _, _ in guarded(context, slots) { copy($0, $1) } }
    ),
    (
      UInt32(WASM_HELPER_ARRAY_INIT_DATA),
      { context, slots, _, data in guarded(context, slots) { initializeData($0, $1, data) } }
    ),
    (
      UInt32(WASM_HELPER_ARRAY_INIT_ELEM),
      { context, slots, _, segment in
        guarded(context, slots) { initializeElements($0, $1, segment) }
      }
    ),
  ]

  // MARK: Structures

  private static func newStructure(
    _ context: GuestContext, _ slots: Slots, _ index: UInt32, isDefault: Bool
  ) -> Int32 {
    guard let type = context.type(index) else { return context.bug("unknown type \(index)") }
    let object = context.withStore { store in
      store.heap.allocate(type, store: store, zeroed: isDefault)
    }
    guard let object else { return context.trap(.gcHeapExhausted) }
    if !isDefault { object.setFields(from: slots) }
    slots[0] = object.word
    return Status.goOn
  }

  // MARK: New arrays

  /// Spends the fuel and allocates; nil with the context's trap set if either cannot be.
  private static func allocate(
    _ context: GuestContext, _ index: UInt32, _ length: UInt64, zeroed: Bool = false
  ) -> GCObject? {
    guard let type = context.type(index) else {
      _ = context.bug("unknown type \(index)")
      return nil
    }
    let bytes = (length & 0xFFFF_FFFF) * UInt64(type.pointee.element_size)
    if bytes > 16, context.spend(bytes / 16) != Status.goOn { return nil }
    let object = context.withStore {
      $0.heap.allocateArray(
        type, length: UInt32(truncatingIfNeeded: length), store: $0, zeroed: zeroed)
    }
    if object == nil { _ = context.trap(.gcHeapExhausted) }
    return object
  }

  private static func newArray(
    _ context: GuestContext, _ slots: Slots, _ index: UInt32
  ) -> Int32 {
    guard let type = context.type(index) else { return context.bug("unknown type \(index)") }
    let length = slots[Aggregates.elementSlots(type)]
    guard let object = allocate(context, index, length) else { return Status.trap }
    object.fill(0..<UInt64(object.length), with: slots)
    slots[0] = object.word
    return Status.goOn
  }

  private static func newDefaultArray(
    _ context: GuestContext, _ slots: Slots, _ index: UInt32
  ) -> Int32 {
    guard let object = allocate(context, index, slots[0], zeroed: true) else {
      return Status.trap
    }
    slots[0] = object.word
    return Status.goOn
  }

  private static func newFixedArray(
    _ context: GuestContext, _ slots: Slots, _ index: UInt32, _ count: UInt32
  ) -> Int32 {
    guard let object = allocate(context, index, UInt64(count)) else { return Status.trap }
    object.setElements(from: slots)
    slots[0] = object.word
    return Status.goOn
  }

  private static func newDataArray(
    _ context: GuestContext, _ slots: Slots, _ index: UInt32, _ data: UInt32
  ) -> Int32 {
    let (start, length) = (slots[0], slots[1])
    guard let type = context.type(index) else { return context.bug("unknown type \(index)") }
    let segment = context.dataSegment(data)
    let bytes = length * UInt64(type.pointee.element_size)
    guard isInBounds(start, bytes, of: UInt64(segment.count)) else {
      return context.trap(.memoryOutOfBounds)
    }
    guard let object = allocate(context, index, length) else { return Status.trap }
    if let source = segment.baseAddress, bytes > 0 {
      object.element(0).copyMemory(from: source + Int(start), byteCount: Int(bytes))
    }
    slots[0] = object.word
    return Status.goOn
  }

  private static func newElementArray(
    _ context: GuestContext, _ slots: Slots, _ index: UInt32, _ segmentIndex: UInt32
  ) -> Int32 {
    let (start, length) = (slots[0], slots[1])
    let segment = context.elementSegment(segmentIndex)
    guard isInBounds(start, length, of: UInt64(segment.count)) else {
      return context.trap(.tableOutOfBounds)
    }
    guard let object = allocate(context, index, length) else { return Status.trap }
    if let source = segment.baseAddress, length > 0 {
      object.payload.update(from: source + Int(start), count: Int(length))
    }
    slots[0] = object.word
    return Status.goOn
  }

  // MARK: Bulk operations

  private static func fill(
    _ context: GuestContext, _ slots: Slots, _ index: UInt32
  ) -> Int32 {
    guard let type = context.type(index) else { return context.bug("unknown type \(index)") }
    guard let object = GCObject(word: slots[0]) else { return context.trap(.nullArrayReference) }
    let (start, count) = (slots[1], slots[2 + Aggregates.elementSlots(type)])
    guard isInBounds(start, count, of: UInt64(object.length)) else {
      return context.trap(.arrayOutOfBounds)
    }
    let size = UInt64(type.pointee.element_size)
    return context.inBulk(count * size) { offset, step in
      let first = start + UInt64(offset) / size
      object.fill(first..<first + UInt64(step) / size, with: slots + 2)
    }
  }

  private static func copy(_ context: GuestContext, _ slots: Slots) -> Int32 {
    guard let to = GCObject(word: slots[0]), let from = GCObject(word: slots[2]) else {
      return context.trap(.nullArrayReference)
    }
    let (toStart, fromStart, count) = (slots[1], slots[3], slots[4])
    guard isInBounds(toStart, count, of: UInt64(to.length)),
      isInBounds(fromStart, count, of: UInt64(from.length))
    else { return context.trap(.arrayOutOfBounds) }
    let target = to.element(toStart)
    let source = UnsafeRawPointer(from.element(fromStart))
    let bytes = count * UInt64(to.type.pointee.element_size)
    return context.inBulk(bytes, backwards: UnsafeRawPointer(target) > source) { offset, step in
      (target + offset).copyMemory(from: source + offset, byteCount: step)
    }
  }

  private static func initializeData(
    _ context: GuestContext, _ slots: Slots, _ data: UInt32
  ) -> Int32 {
    guard let object = GCObject(word: slots[0]) else { return context.trap(.nullArrayReference) }
    let (start, from, count) = (slots[1], slots[2], slots[3])
    guard isInBounds(start, count, of: UInt64(object.length)) else {
      return context.trap(.arrayOutOfBounds)
    }
    let segment = context.dataSegment(data)
    let bytes = count * UInt64(object.type.pointee.element_size)
    guard isInBounds(from, bytes, of: UInt64(segment.count)) else {
      return context.trap(.memoryOutOfBounds)
    }
    guard let source = segment.baseAddress else { return Status.goOn }
    let target = object.element(start)
    return context.inBulk(bytes) { offset, step in
      (target + offset).copyMemory(from: source + Int(from) + offset, byteCount: step)
    }
  }

  private static func initializeElements(
    _ context: GuestContext, _ slots: Slots, _ segmentIndex: UInt32
  ) -> Int32 {
    guard let object = GCObject(word: slots[0]) else { return context.trap(.nullArrayReference) }
    let (start, from, count) = (slots[1], slots[2], slots[3])
    guard isInBounds(start, count, of: UInt64(object.length)) else {
      return context.trap(.arrayOutOfBounds)
    }
    let segment = context.elementSegment(segmentIndex)
    guard isInBounds(from, count, of: UInt64(segment.count)) else {
      return context.trap(.tableOutOfBounds)
    }
    guard let source = segment.baseAddress else { return Status.goOn }
    let target = object.payload + Int(start)
    return context.inBulk(count * 8) { offset, step in
      (target + offset / 8).update(from: source + Int(from) + offset / 8, count: step / 8)
    }
  }
}
