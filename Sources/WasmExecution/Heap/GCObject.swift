// An object of the collector as Swift code sees it: a typed view of one address.

import CWasmExecution

/// Structures, arrays, exceptions and boxes of host values. Valid for as long as the collector keeps the object.
struct GCObject {
  // Invariant: `base` is the start of an allocated object, whose first word is its type.
  let base: UnsafeMutablePointer<WasmObject>

  init(_ base: UnsafeMutablePointer<WasmObject>) { self.base = base }

  init?(word: UInt64) {
    guard let base = UnsafeMutablePointer<WasmObject>(bitPattern: UInt(word)) else { return nil }
    self.base = base
  }

  enum Kind { case structure, array, host, exception }

  var word: UInt64 { UInt64(UInt(bitPattern: base)) }
  var type: TypeInfo { base.pointee.type }
  var length: UInt32 { base.pointee.length }
  var raw: UnsafeMutableRawPointer { UnsafeMutableRawPointer(base) }

  var kind: Kind {
    switch Int(type.pointee.kind) {
    case Int(WASM_TYPE_STRUCT): .structure
    case Int(WASM_TYPE_ARRAY): .array
    case Int(WASM_TYPE_HOST): .host
    default: .exception
    }
  }

  /// What follows the header, as words.
  var payload: UnsafeMutablePointer<UInt64> {
    (raw + Int(TypeLayout.headerSize)).assumingMemoryBound(to: UInt64.self)
  }

  /// The address of an array's element.
  func element(_ index: UInt64) -> UnsafeMutableRawPointer {
    raw + Int(TypeLayout.headerSize) + Int(index) * Int(type.pointee.element_size)
  }
}
