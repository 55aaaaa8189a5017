// Fills the run-time records of a recursion group: display of supertypes, layout of objects, slot counts. All records
// and tables of a group lie in one allocation, records first.

import CWasmExecution
import WasmSyntax

/// Object layout: 16 bytes of header, then fields in order, each aligned to its size; arrays have their elements there.
package enum TypeLayout {
  package static let headerSize: UInt32 = 16

  /// Makes the records of a group; `types` and `lookup` use canonical ids. Give them back with `free`.
  static func makeInfos(
    types: [SubType], ids: [UInt32], lookup: (UInt32) -> TypeInfo?
  ) -> UnsafeMutablePointer<WasmTypeInfo> {
    var positions: [UInt32: Int] = [:]
    for (position, id) in ids.enumerated() { positions[id] = position }
    let depths = depths(of: types, positions: positions, lookup: lookup)

    var pointers = 0
    var words = 0
    var bytes = 0
    for (index, type) in types.enumerated() {
      pointers += Int(depths[index]) + 1
      guard case .structure(let fields) = type.composite else { continue }
      words += fields.count * 2
      bytes += fields.count
    }
    let pointersOffset = types.count * MemoryLayout<WasmTypeInfo>.stride
    let wordsOffset = pointersOffset + pointers * MemoryLayout<TypeInfo?>.stride
    let bytesOffset = wordsOffset + words * MemoryLayout<UInt32>.stride
    let base = UnsafeMutableRawPointer.allocate(byteCount: bytesOffset + bytes, alignment: 16)
    let infos = base.bindMemory(to: WasmTypeInfo.self, capacity: types.count)
    var nextPointer = (base + pointersOffset).bindMemory(to: TypeInfo?.self, capacity: pointers)
    var nextWord = (base + wordsOffset).bindMemory(to: UInt32.self, capacity: words)
    var nextByte = (base + bytesOffset).bindMemory(to: UInt8.self, capacity: bytes)

    for (index, type) in types.enumerated() {
      var info = WasmTypeInfo()
      info.id = ids[index]
      info.is_final = type.isFinal ? 1 : 0
      info.depth = depths[index]
      let supers = nextPointer
      nextPointer += Int(info.depth) + 1
      if info.depth > 0, let superId = type.supertypes.first {
        // Supertypes stand before their subtypes, so that theirs are filled in.
        let parent = positions[superId].map { TypeInfo(infos + $0) } ?? lookup(superId)
        for depth in 0..<Int(info.depth) {
          (supers + depth).initialize(to: parent?.pointee.supers?[depth])
        }
      }
      (supers + Int(info.depth)).initialize(to: TypeInfo(infos + index))
      info.supers = UnsafePointer(supers)
      switch type.composite {
      case .function(let type):
        info.kind = UInt8(WASM_TYPE_FUNC)
        info.parameter_slots = UInt32(type.parameters.reduce(0) { $0 + $1.slots })
        info.result_slots = UInt32(type.results.reduce(0) { $0 + $1.slots })
      case .structure(let fields):
        info.kind = UInt8(WASM_TYPE_STRUCT)
        fillStructure(&info, fields, words: &nextWord, bytes: &nextByte)
      case .array(let element):
        info.kind = UInt8(WASM_TYPE_ARRAY)
        info.object_size = headerSize
        info.element_size = size(of: element.storage)
        info.element_is_reference = element.storage.unpacked.isReference ? 1 : 0
      }
      (infos + index).initialize(to: info)
    }
    return infos
  }

  static func free(_ infos: UnsafeMutablePointer<WasmTypeInfo>) { infos.deallocate() }

  private static func depths(
    of types: [SubType], positions: [UInt32: Int], lookup: (UInt32) -> TypeInfo?
  ) -> [UInt16] {
    var depths: [UInt16] = []
    for type in types {
      guard let superId = type.supertypes.first else {
        depths.append(0)
        continue
      }
      let parent: UInt16? =
        if let position = positions[superId] {
          position < depths.count ? depths[position] : nil
        } else {
          lookup(superId)?.pointee.depth
        }
      // Validation allows far less; a type too deep to record has no supertypes at run time.
      depths.append(parent.map { $0 < .max - 1 ? $0 + 1 : 0 } ?? 0)
    }
    return depths
  }

  private static func fillStructure(
    _ info: inout WasmTypeInfo, _ fields: [FieldType],
    words: inout UnsafeMutablePointer<UInt32>, bytes: inout UnsafeMutablePointer<UInt8>
  ) {
    let offsets = words
    let references = words + fields.count
    let sizes = bytes
    words += fields.count * 2
    bytes += fields.count
    var end = headerSize
    var referenceCount: UInt32 = 0
    for (index, field) in fields.enumerated() {
      let size = size(of: field.storage)
      end = (end &+ size &- 1) & ~(size &- 1)
      (offsets + index).initialize(to: end)
      (sizes + index).initialize(to: UInt8(size))
      (references + index).initialize(to: 0)
      if field.storage.unpacked.isReference {
        references[Int(referenceCount)] = end
        referenceCount += 1
      }
      end &+= size
    }
    info.object_size = (end &+ 7) & ~7
    info.field_count = UInt32(fields.count)
    info.field_offsets = UnsafePointer(offsets)
    info.field_sizes = UnsafePointer(sizes)
    info.reference_offsets = UnsafePointer(references)
    info.reference_count = referenceCount
  }

  /// Bytes of a field or element.
  package static func size(of storage: StorageType) -> UInt32 {
    switch storage {
    case .i8: 1
    case .i16: 2
    case .value(let type):
      switch type.kind {
      case .i32, .f32: 4
      case .v128: 16
      case .i64, .f64, .reference, .bottom: 8
      }
    }
  }
}
