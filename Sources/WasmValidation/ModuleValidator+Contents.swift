// Validation, Modules: initialisers, segments, exports and the start function.

import WasmBinary
import WasmSyntax

extension ModuleValidator {
  // MARK: Initialisers

  /// Tables see the imported globals, a global those before it.
  mutating func validateConstants(_ code: inout FunctionValidator) throws(ModuleError) {
    for (index, initializer) in module.tableInitializers.enumerated() {
      at(.table, index)
      let type = types.canonical(module.tables[module.importedTableCount + index].element)
      if let initializer {
        try require(.functionReferences)
        try code.validateConstant(
          initializer, type: type, globals: module.importedGlobalCount, in: module.bytes)
      } else if !type.isDefaultable {
        throw invalid("type mismatch: a table of non-nullable references needs an initialiser")
      }
    }
    for (index, initializer) in module.globalInitializers.enumerated() {
      let global = module.importedGlobalCount + index
      try code.validateConstant(
        initializer, type: types.canonical(module.globals[global].valueType), globals: global,
        in: module.bytes)
    }
  }

  // MARK: Segments

  mutating func validateSegments(
    _ context: ModuleContext, _ code: inout FunctionValidator
  ) throws(ModuleError) {
    for (index, segment) in module.elementSegments.enumerated() {
      at(.element, index)
      try validate(segment, context, &code)
    }
    for (index, segment) in module.dataSegments.enumerated() {
      at(.data, index)
      switch segment.mode {
      case .passive: try require(.bulkMemory)
      case .active(let memory, let offset):
        guard memory < module.memories.count else { throw invalid("unknown memory \(memory)") }
        try validateOffset(offset, module.memories[Int(memory)].addressType, &code)
      }
    }
  }

  private func validate(
    _ segment: ElementSegment, _ context: ModuleContext, _ code: inout FunctionValidator
  ) throws(ModuleError) {
    let type = types.canonical(segment.type)
    switch segment.items {
    case .functions(let indices):
      for index in indices {
        guard index < module.functions.count else { throw invalid("unknown function \(index)") }
        context.declared.base[Int(index)] = true
      }
    case .expressions(let expressions):
      for expression in expressions {
        try code.validateConstant(
          expression, type: type, globals: module.globals.count, in: module.bytes)
      }
    }
    switch segment.mode {
    case .passive: try require(.bulkMemory)
    case .declarative: try require(.referenceTypes)
    case .active(let index, let offset):
      guard index < module.tables.count else { throw invalid("unknown table \(index)") }
      let table = module.tables[Int(index)]
      let element = types.canonical(table.element)
      guard types.matches(type, element) else {
        throw invalid("type mismatch: segment of \(type.text) in a table of \(element.text)")
      }
      try validateOffset(offset, table.addressType, &code)
    }
  }

  private func validateOffset(
    _ offset: ByteRange, _ address: AddressType, _ code: inout FunctionValidator
  ) throws(ModuleError) {
    try code.validateConstant(
      offset, type: address.valueType, globals: module.globals.count, in: module.bytes)
  }

  // MARK: Exports and start

  mutating func validateExports(_ context: ModuleContext) throws(ModuleError) {
    var names = Set<ExactName>(minimumCapacity: module.exports.count)
    for (index, export) in module.exports.enumerated() {
      at(.export, index)
      guard names.insert(ExactName(export.name)).inserted else {
        throw invalid("duplicate export name \"\(export.name)\"")
      }
      try validate(export, context)
    }
  }

  private func validate(_ export: Export, _ context: ModuleContext) throws(ModuleError) {
    let count =
      switch export.kind {
      case .function: module.functions.count
      case .table: module.tables.count
      case .memory: module.memories.count
      case .global: module.globals.count
      case .tag: module.tags.count
      }
    guard export.index < count else { throw invalid("unknown \(export.kind) \(export.index)") }
    if export.kind == .function { context.declared.base[Int(export.index)] = true }
    if export.kind == .global && module.globals[Int(export.index)].isMutable {
      try require(.mutableGlobals)
    }
  }

  mutating func validateStart() throws(ModuleError) {
    guard let start = module.start else { return }
    at(.start, 0)
    guard let type = module.functionType(start) else { throw invalid("unknown function \(start)") }
    guard type.parameters.isEmpty, type.results.isEmpty else {
      throw invalid("start function must not have parameters or results")
    }
  }
}
