// Binary Format, Types, written in their shortest forms (`funcref` and not `(ref null func)` in two bytes).

import WasmSyntax

extension ByteWriter {
  /// Any value type but bottom, which has no encoding.
  package mutating func writeValueType(_ type: ValueType) {
    switch type.kind {
    case .i32: writeByte(0x7F)
    case .i64: writeByte(0x7E)
    case .f32: writeByte(0x7D)
    case .f64: writeByte(0x7C)
    case .v128: writeByte(0x7B)
    case .reference:
      if type.isNullable, let encoding = type.heapType.abstract?.encoding {
        writeByte(encoding)
      } else {
        writeByte(type.isNullable ? 0x63 : 0x64)
        writeHeapType(type.heapType)
      }
    case .bottom: assertionFailure("bottom has no encoding")
    }
  }

  package mutating func writeHeapType(_ type: HeapType) {
    if let index = type.index {
      writeS33(Int64(index))
    } else if let encoding = type.abstract?.encoding {
      writeByte(encoding)
    } else {
      assertionFailure("bottom has no encoding")
    }
  }

  package mutating func writeResultType(_ types: [ValueType]) {
    writeCount(types.count)
    for type in types { writeValueType(type) }
  }

  package mutating func writeStorageType(_ type: StorageType) {
    switch type {
    case .i8: writeByte(0x78)
    case .i16: writeByte(0x77)
    case .value(let type): writeValueType(type)
    }
  }

  package mutating func writeFieldType(_ type: FieldType) {
    writeStorageType(type.storage)
    writeByte(type.isMutable ? 1 : 0)
  }

  package mutating func writeFunctionType(_ type: FunctionType) {
    writeByte(0x60)
    writeResultType(type.parameters)
    writeResultType(type.results)
  }

  package mutating func writeCompositeType(_ type: CompositeType) {
    switch type {
    case .function(let type): writeFunctionType(type)
    case .structure(let fields):
      writeByte(0x5F)
      writeCount(fields.count)
      for field in fields { writeFieldType(field) }
    case .array(let element):
      writeByte(0x5E)
      writeFieldType(element)
    }
  }

  package mutating func writeSubType(_ type: SubType) {
    // Final without supertypes is what a plain composite type abbreviates.
    if !type.isFinal || !type.supertypes.isEmpty {
      writeByte(type.isFinal ? 0x4F : 0x50)
      writeCount(type.supertypes.count)
      for index in type.supertypes { writeU32(index) }
    }
    writeCompositeType(type.composite)
  }

  /// A recursion group. `isExplicit` keeps the group's bytes for one type, which can do without.
  package mutating func writeRecursiveType(
    _ types: some Collection<SubType>, isExplicit: Bool = false
  ) {
    if isExplicit || types.count != 1 {
      writeByte(0x4E)
      writeCount(types.count)
    }
    for type in types { writeSubType(type) }
  }

  package mutating func writeLimits(
    _ limits: Limits, addressType: AddressType, isShared: Bool = false, hasPageSize: Bool = false
  ) {
    writeByte(
      (limits.maximum == nil ? 0 : 1) | (isShared ? 2 : 0) | (addressType == .i64 ? 4 : 0)
        | (hasPageSize ? 8 : 0))
    writeU64(limits.minimum)
    if let maximum = limits.maximum { writeU64(maximum) }
  }

  package mutating func writeTableType(_ type: TableType) {
    writeValueType(type.element)
    writeLimits(type.limits, addressType: type.addressType)
  }

  package mutating func writeMemoryType(_ type: MemoryType) {
    let hasPageSize = type.pageSizeLog2 != MemoryType.defaultPageSizeLog2
    writeLimits(
      type.limits, addressType: type.addressType, isShared: type.isShared, hasPageSize: hasPageSize)
    if hasPageSize { writeU32(type.pageSizeLog2) }
  }

  package mutating func writeGlobalType(_ type: GlobalType) {
    writeValueType(type.valueType)
    writeByte(type.isMutable ? 1 : 0)
  }

  package mutating func writeTagType(_ index: UInt32) {
    writeByte(0)
    writeU32(index)
  }

  /// The kind byte and the type, as in an import.
  package mutating func writeExternType(_ type: ExternType) {
    writeByte(type.kind.rawValue)
    switch type {
    case .function(let index): writeU32(index)
    case .table(let type): writeTableType(type)
    case .memory(let type): writeMemoryType(type)
    case .global(let type): writeGlobalType(type)
    case .tag(let index): writeTagType(index)
    }
  }
}
