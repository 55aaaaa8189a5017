// Lookups in index spaces, with the messages for indices that are not there.

import WasmSyntax

extension ComponentValidator {
  func outOfBounds(_ what: String, _ index: UInt32, space: String) -> ModuleError {
    invalid("unknown \(what) \(index): \(space) index out of bounds")
  }

  private func entry<T>(
    _ index: UInt32, of entries: [T], _ what: String, space: String? = nil
  ) throws(ModuleError) -> T {
    guard index < entries.count else {
      throw outOfBounds(what, index, space: space ?? what)
    }
    return entries[Int(index)]
  }

  // MARK: Core index spaces

  func coreFunctionID(_ index: UInt32) throws(ModuleError) -> CoreTypeID {
    try entry(index, of: scope.coreFunctions, "core function", space: "function")
  }

  func coreFunction(_ index: UInt32) throws(ModuleError) -> FunctionType {
    let id = try coreFunctionID(index)
    return types.core.function(id) ?? FunctionType(parameters: [], results: [])
  }

  func coreTable(_ index: UInt32) throws(ModuleError) -> TableType {
    try entry(index, of: scope.coreTables, "table")
  }

  func coreMemory(_ index: UInt32) throws(ModuleError) -> MemoryType {
    try entry(index, of: scope.coreMemories, "memory")
  }

  func coreGlobal(_ index: UInt32) throws(ModuleError) -> GlobalType {
    try entry(index, of: scope.coreGlobals, "global")
  }

  func coreTag(_ index: UInt32) throws(ModuleError) -> CoreTypeID {
    try entry(index, of: scope.coreTags, "tag")
  }

  func coreModule(
    _ index: UInt32, in scope: ComponentScope? = nil
  ) throws(ModuleError) -> ModuleTypeID {
    try entry(index, of: (scope ?? self.scope).coreModules, "module")
  }

  func coreInstance(_ index: UInt32) throws(ModuleError) -> CoreInstanceTypeID {
    try entry(index, of: scope.coreInstances, "core instance", space: "instance")
  }

  func coreType(
    _ index: UInt32, in scope: ComponentScope? = nil
  ) throws(ModuleError) -> CoreTypeEntry {
    try entry(index, of: (scope ?? self.scope).coreTypes, "type")
  }

  func moduleType(_ index: UInt32) throws(ModuleError) -> ModuleTypeID {
    guard case .module(let id) = try coreType(index) else {
      throw invalid("core type index \(index) is not a module type")
    }
    return id
  }

  // MARK: Component index spaces

  func function(_ index: UInt32) throws(ModuleError) -> FunctionTypeID {
    try entry(index, of: scope.functions, "function")
  }

  func component(
    _ index: UInt32, in scope: ComponentScope? = nil
  ) throws(ModuleError) -> ComponentTypeID {
    try entry(index, of: (scope ?? self.scope).components, "component")
  }

  func instance(_ index: UInt32) throws(ModuleError) -> InstanceTypeID {
    try entry(index, of: scope.instances, "instance")
  }

  func type(
    _ index: UInt32, in scope: ComponentScope? = nil
  ) throws(ModuleError) -> TypeReference {
    try entry(index, of: (scope ?? self.scope).types, "type")
  }

  /// Takes a value out of circulation (Binary Format, Start Definitions).
  func consumeValue(_ index: UInt32) throws(ModuleError) -> ResolvedValue {
    let value = try entry(index, of: scope.values, "value")
    if value.isConsumed { throw invalid("value \(index) cannot be used more than once") }
    scope.values[Int(index)].isConsumed = true
    return value.value
  }

  func functionType(_ index: UInt32) throws(ModuleError) -> FunctionTypeID {
    guard case .function(let id) = try type(index) else {
      throw invalid("type index \(index) is not a function type")
    }
    return id
  }

  func instanceType(_ index: UInt32) throws(ModuleError) -> InstanceTypeID {
    guard case .instance(let id) = try type(index) else {
      throw invalid("type index \(index) is not an instance type")
    }
    return id
  }

  func componentType(_ index: UInt32) throws(ModuleError) -> ComponentTypeID {
    guard case .component(let id) = try type(index) else {
      throw invalid("type index \(index) is not a component type")
    }
    return id
  }

  func resourceType(_ index: UInt32) throws(ModuleError) -> ResourceReference {
    guard case .resource(let reference) = try type(index) else {
      throw invalid("type index \(index) is not a resource type")
    }
    return reference
  }

  func definedType(_ index: UInt32) throws(ModuleError) -> ValueTypeID {
    guard case .value(let id) = try type(index) else {
      throw invalid("type index \(index) is not a defined type")
    }
    return id
  }

  /// Appends an item to the index space of its sort.
  func append(_ type: ResolvedExternType, isConsumed: Bool = false) {
    switch type {
    case .coreModule(let id): scope.coreModules.append(id)
    case .function(let id): scope.functions.append(id)
    case .value(let value): scope.values.append((value, isConsumed))
    case .type(let type): scope.types.append(type)
    case .component(let id): scope.components.append(id)
    case .instance(let id): scope.instances.append(id)
    }
  }

  /// The type of the item that a sort and index name; a value is consumed.
  func item(_ item: SortIndex, as use: String) throws(ModuleError) -> ResolvedExternType {
    switch item.sort {
    case .core(.module): return .coreModule(try coreModule(item.index))
    case .core(let sort):
      throw invalid("core \(sort.name) cannot be used as \(use): only core modules can")
    case .function: return .function(try function(item.index))
    case .value:
      try require(.componentValues, for: "values")
      return .value(try consumeValue(item.index))
    case .type: return .type(try type(item.index))
    case .component: return .component(try component(item.index))
    case .instance: return .instance(try instance(item.index))
    }
  }
}
