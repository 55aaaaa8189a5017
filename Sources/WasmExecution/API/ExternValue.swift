// What instances import and export: handles to the entities of one store.

import CWasmExecution
import WasmSyntax

/// External values (Execution, Runtime Structure, External Instances).
package enum ExternValue {
  case function(CoreFunction)
  case table(CoreTable)
  case memory(CoreMemory)
  case global(CoreGlobal)
  case tag(CoreTag)

  package var kind: ExternKind {
    switch self {
    case .function: .function
    case .table: .table
    case .memory: .memory
    case .global: .global
    case .tag: .tag
    }
  }

  var store: CoreStore {
    switch self {
    case .function(let function): function.store
    case .table(let table): table.store
    case .memory(let memory): memory.store
    case .global(let global): global.store
    case .tag(let tag): tag.store
    }
  }
}

/// A function of a store, defined by a guest or by the host. Like every handle, only meaningful while its store lives.
package struct CoreFunction {
  package unowned let store: CoreStore
  package let record: UnsafeMutablePointer<WasmFunction>

  /// The canonical type; concrete types in it are canonical ids.
  package var type: FunctionType {
    store.functionType(of: UnsafePointer(record))
  }

  /// A reference to it.
  package var reference: Reference {
    Reference(word: UInt64(UInt(bitPattern: record)), root: store.functionRoot)
  }
}

/// A global of a store (Execution, Runtime Structure, Global Instances).
package final class CoreGlobal {
  package unowned let store: CoreStore
  /// In canonical ids.
  package let type: GlobalType
  /// Two slots; the second is used by v128 only.
  let slots: UnsafeMutablePointer<UInt64>

  init(store: CoreStore, type: GlobalType) {
    self.store = store
    self.type = type
    slots = .allocate(capacity: 2)
    slots.initialize(repeating: 0, count: 2)
  }

  deinit { slots.deallocate() }

  package var value: Value { store.value(type.valueType, at: UnsafePointer(slots)) }

  /// Writes a mutable global; false if it is immutable or the value does not fit its type.
  package func set(_ value: Value) -> Bool {
    guard type.isMutable, store.accepts(value, as: type.valueType) else { return false }
    store.write(value, to: slots)
    return true
  }
}

/// A tag of a store (Execution, Runtime Structure, Tag Instances). Its identity is the type of its exceptions.
package final class CoreTag {
  package unowned let store: CoreStore
  /// The parameters' type, in canonical ids.
  package let type: FunctionType
  let functionInfo: TypeInfo
  /// The run-time type of exceptions with this tag: the values as whole slots behind the object's header.
  let exceptionInfo: UnsafeMutablePointer<WasmTypeInfo>
  private let referenceOffsets: UnsafeMutablePointer<UInt32>

  init(store: CoreStore, type: FunctionType, functionInfo: TypeInfo) {
    self.store = store
    self.type = type
    self.functionInfo = functionInfo
    referenceOffsets = .allocate(capacity: max(type.parameters.count, 1))
    exceptionInfo = .allocate(capacity: 1)
    var info = WasmTypeInfo()
    info.kind = UInt8(WASM_TYPE_EXCEPTION)
    info.is_final = 1
    var offset = TypeLayout.headerSize
    for parameter in type.parameters {
      if parameter.isReference {
        (referenceOffsets + Int(info.reference_count)).initialize(to: offset)
        info.reference_count += 1
      }
      offset += UInt32(parameter.slots * 8)
    }
    info.object_size = offset
    info.parameter_slots = (offset - TypeLayout.headerSize) / 8
    info.reference_offsets = UnsafePointer(referenceOffsets)
    exceptionInfo.initialize(to: info)
  }

  deinit {
    exceptionInfo.deallocate()
    referenceOffsets.deallocate()
  }

  var identity: UnsafeMutableRawPointer { UnsafeMutableRawPointer(exceptionInfo) }
}
