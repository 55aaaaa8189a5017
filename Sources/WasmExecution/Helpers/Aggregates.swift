// Moving values between slots and the fields and elements of objects. A slot holds a packed or 32-bit value in its low
// bits; a vector takes two slots.

import CWasmExecution
import WasmSyntax

enum Aggregates {
  /// Slots that the fields of a structure take.
  static func fieldSlots(_ type: TypeInfo) -> Int {
    guard let sizes = type.pointee.field_sizes else { return 0 }
    var slots = 0
    for index in 0..<Int(type.pointee.field_count) { slots += sizes[index] == 16 ? 2 : 1 }
    return slots
  }

  /// Slots that an element of an array takes.
  @inline(__always)
  static func elementSlots(_ type: TypeInfo) -> Int { type.pointee.element_size == 16 ? 2 : 1 }

  /// Stores the value of a field or element that has so many bytes.
  @inline(__always)
  static func store(
    _ slots: UnsafePointer<UInt64>, _ size: UInt32, at address: UnsafeMutableRawPointer
  ) {
    switch size {
    case 1: address.storeBytes(of: UInt8(truncatingIfNeeded: slots[0]), as: UInt8.self)
    case 2: address.storeBytes(of: UInt16(truncatingIfNeeded: slots[0]), as: UInt16.self)
    case 4: address.storeBytes(of: UInt32(truncatingIfNeeded: slots[0]), as: UInt32.self)
    case 8: address.storeBytes(of: slots[0], as: UInt64.self)
    default: address.copyMemory(from: slots, byteCount: 16)
    }
  }
}

extension GCObject {
  /// Sets all fields of a structure from consecutive slots.
  func setFields(from slots: UnsafePointer<UInt64>) {
    let type = type
    guard let offsets = type.pointee.field_offsets, let sizes = type.pointee.field_sizes else {
      return
    }
    var slot = slots
    for index in 0..<Int(type.pointee.field_count) {
      let size = UInt32(sizes[index])
      Aggregates.store(slot, size, at: raw + Int(offsets[index]))
      slot += size == 16 ? 2 : 1
    }
  }

  /// Sets all elements of an array from consecutive slots.
  func setElements(from slots: UnsafePointer<UInt64>) {
    let size = type.pointee.element_size
    let stride = Aggregates.elementSlots(type)
    for index in 0..<Int(length) {
      Aggregates.store(slots + index * stride, size, at: element(UInt64(index)))
    }
  }

  /// Sets a range of elements, which lies within the array, to one value.
  func fill(_ range: Range<UInt64>, with slots: UnsafePointer<UInt64>) {
    let count = range.count
    let start = element(range.lowerBound)
    switch type.pointee.element_size {
    case 1:
      start.assumingMemoryBound(to: UInt8.self)
        .update(repeating: UInt8(truncatingIfNeeded: slots[0]), count: count)
    case 2:
      start.assumingMemoryBound(to: UInt16.self)
        .update(repeating: UInt16(truncatingIfNeeded: slots[0]), count: count)
    case 4:
      start.assumingMemoryBound(to: UInt32.self)
        .update(repeating: UInt32(truncatingIfNeeded: slots[0]), count: count)
    case 8:
      start.assumingMemoryBound(to: UInt64.self).update(repeating: slots[0], count: count)
    default:
      for index in 0..<count { (start + index * 16).copyMemory(from: slots, byteCount: 16) }
    }
  }
}
