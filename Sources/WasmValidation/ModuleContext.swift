// Validation, Contexts: what a module's code can refer to, flattened. Index spaces are complete except for the globals
// that a constant expression may see.

import WasmSyntax

struct TableRecord: BitwiseCopyable {
  var element: UInt32
  var address: UInt32
}

struct GlobalRecord: BitwiseCopyable {
  var bits: UInt32
  var isMutable: Bool
}

/// The context of a module. Value types are canonical; address types are kinds of value types.
final class ModuleContext {
  let features: FeatureSet
  let limits: ImplementationLimits
  let types: FlatBuffer<TypeRecord>
  let pool: FlatBuffer<UInt32>
  /// Type index of each function, canonical.
  let functions: FlatBuffer<UInt32>
  let tables: FlatBuffer<TableRecord>
  let memories: FlatBuffer<UInt32>
  let globals: FlatBuffer<GlobalRecord>
  let importedGlobalCount: Int
  /// Type index of each tag, canonical.
  let tags: FlatBuffer<UInt32>
  let elements: FlatBuffer<UInt32>
  /// What the data count section says, nil without one.
  let dataCount: UInt32?
  /// Functions that occur outside of bodies, which `ref.func` asks for.
  let declared: FlatBuffer<Bool>

  /// All indices in `module`'s types, functions, tags, tables and globals must have been checked.
  init(
    _ module: Module, types: TypeContext, features: FeatureSet, limits: ImplementationLimits
  ) {
    self.features = features
    self.limits = limits
    self.types = FlatBuffer(types.records)
    pool = FlatBuffer(types.pool)
    functions = FlatBuffer(module.functions.lazy.map { types.records[Int($0)].canonical })
    tags = FlatBuffer(module.tags.lazy.map { types.records[Int($0)].canonical })
    tables = FlatBuffer(
      module.tables.lazy.map {
        TableRecord(
          element: types.canonical($0.element).bits, address: $0.addressType.valueType.bits)
      })
    memories = FlatBuffer(module.memories.lazy.map { $0.addressType.valueType.bits })
    globals = FlatBuffer(
      module.globals.lazy.map {
        GlobalRecord(bits: types.canonical($0.valueType).bits, isMutable: $0.isMutable)
      })
    importedGlobalCount = module.importedGlobalCount
    elements = FlatBuffer(module.elementSegments.lazy.map { types.canonical($0.type).bits })
    dataCount = module.dataCount
    declared = FlatBuffer(repeatElement(false, count: module.functions.count))
  }
}
