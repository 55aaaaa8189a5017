// Validation, Modules: everything of a module outside of function bodies, in the specification's order; then the bodies.

import WasmBinary
import WasmSyntax

/// Decodes and validates a module.
package func validateModule(
  _ bytes: Bytes, features: FeatureSet = .standard,
  limits: ImplementationLimits = ImplementationLimits()
) throws(ModuleError) -> Module {
  var decoder = ModuleDecoder(bytes, limits: limits)
  try decoder.decode()
  var validator = ModuleValidator(decoder, features: features, limits: limits)
  do throws(ModuleError) {
    try validator.validate()
  } catch {
    // What is not in the grammar is malformed even where a rule was broken before.
    if case .invalid = error.kind { try decoder.module.checkCodeIsWellFormed() }
    throw error
  }
  return decoder.module
}

struct ModuleValidator {
  let module: Module
  let features: FeatureSet
  let limits: ImplementationLimits
  private let decoder: ModuleDecoder
  private(set) var types = TypeContext()
  /// The entry being checked, which errors point at.
  var section = SectionID.type
  var entry = 0

  init(_ decoder: ModuleDecoder, features: FeatureSet, limits: ImplementationLimits) {
    self.decoder = decoder
    module = decoder.module
    self.features = features
    self.limits = limits
  }

  mutating func validate() throws(ModuleError) {
    try validateTypes()
    try validateImports()
    try validateFunctions()
    try validateTablesAndMemories()
    try validateTags()
    try validateGlobalTypes()
    for (index, segment) in module.elementSegments.enumerated() {
      at(.element, index)
      try checkElementType(of: segment)
    }
    let context = ModuleContext(module, types: types, features: features, limits: limits)
    var code = FunctionValidator(context, fileOffset: module.bytes.range.lowerBound)
    defer { withExtendedLifetime(module.bytes) {} }
    try validateConstants(&code)
    try validateSegments(context, &code)
    try validateExports(context)
    try validateStart()
    if module.dataCount != nil {
      at(.dataCount, 0)
      try require(.bulkMemory)
    }
    for (index, body) in module.code.enumerated() {
      let type = context.functions.base[module.importedFunctionCount + index]
      try code.validateBody(body, type: Int(type), in: module.bytes)
    }
  }

  // MARK: Errors

  mutating func at(_ section: SectionID, _ entry: Int) {
    self.section = section
    self.entry = entry
  }

  var position: ModuleError.Position { Self.position(decoder, section, entry) }

  private static func position(
    _ decoder: ModuleDecoder, _ section: SectionID, _ entry: Int
  ) -> ModuleError.Position {
    let offset = decoder.position(of: section, entry: entry) ?? 0
    return .offset(offset + decoder.module.bytes.range.lowerBound)
  }

  func invalid(_ message: String) -> ModuleError {
    ModuleError(.invalid, message, at: position)
  }

  func require(_ feature: Feature) throws(ModuleError) {
    if !features.contains(feature) { throw .disabled(feature, at: position) }
  }

  // MARK: Types

  private mutating func validateTypes() throws(ModuleError) {
    let decoder = decoder
    var validator = TypeValidator(module.types, features: features, limits: limits) { group in
      Self.position(decoder, .type, group)
    }
    try validator.validate()
    types = validator.context
  }

  /// A value type outside of code.
  func checkType(_ type: ValueType) throws(ModuleError) {
    if let feature = type.requiredFeature { try require(feature) }
    if type.isReference, let index = type.heapType.index, index >= types.records.count {
      throw invalid("unknown type \(index)")
    }
  }

  private func checkFunctionType(_ index: UInt32) throws(ModuleError) -> TypeRecord {
    guard index < types.records.count else { throw invalid("unknown type \(index)") }
    let record = types.records[Int(index)]
    guard record.kind == .function else { throw invalid("type \(index) is not a function type") }
    return record
  }

  // MARK: Imports and definitions

  private mutating func validateImports() throws(ModuleError) {
    for (index, item) in module.imports.enumerated() {
      at(.import, index)
      switch item.type {
      case .function(let type): _ = try checkFunctionType(type)
      case .table(let type): try checkTable(type)
      case .memory(let type): try checkMemory(type)
      case .global(let type):
        try checkType(type.valueType)
        if type.isMutable { try require(.mutableGlobals) }
      case .tag(let type): try checkTag(type)
      }
    }
  }

  private mutating func validateFunctions() throws(ModuleError) {
    for (index, type) in module.functions.dropFirst(module.importedFunctionCount).enumerated() {
      at(.function, index)
      _ = try checkFunctionType(type)
    }
  }

  private mutating func validateTablesAndMemories() throws(ModuleError) {
    for (index, type) in module.tables.dropFirst(module.importedTableCount).enumerated() {
      at(.table, index)
      try checkTable(type)
    }
    if module.tables.count > 1 { try require(.referenceTypes) }
    for (index, type) in module.memories.dropFirst(module.importedMemoryCount).enumerated() {
      at(.memory, index)
      try checkMemory(type)
    }
    if module.memories.count > 1 { try require(.multiMemory) }
  }

  private mutating func validateTags() throws(ModuleError) {
    for (index, type) in module.tags.dropFirst(module.importedTagCount).enumerated() {
      at(.tag, index)
      try checkTag(type)
    }
  }

  private mutating func validateGlobalTypes() throws(ModuleError) {
    for (index, type) in module.globals.dropFirst(module.importedGlobalCount).enumerated() {
      at(.global, index)
      try checkType(type.valueType)
    }
  }

  private func checkElementType(of segment: ElementSegment) throws(ModuleError) {
    switch segment.items {
    // Their type is what they are; there is no need to be able to write it.
    case .functions: break
    case .expressions:
      if segment.type == .funcref { try require(.bulkMemory) } else { try checkType(segment.type) }
    }
  }

  private func checkTag(_ index: UInt32) throws(ModuleError) {
    try require(.exceptions)
    guard try checkFunctionType(index).resultCount == 0 else {
      throw invalid("non-empty tag result type")
    }
  }

  private func checkLimits(
    _ limits: Limits, atMost bound: UInt64, _ message: @autoclosure () -> String
  ) throws(ModuleError) {
    guard limits.minimum <= bound, limits.maximum ?? 0 <= bound else { throw invalid(message()) }
    if let maximum = limits.maximum, maximum < limits.minimum {
      throw invalid("size minimum must not be greater than maximum")
    }
  }

  private func checkTable(_ type: TableType) throws(ModuleError) {
    if type.element != .funcref { try checkType(type.element) }
    if type.addressType == .i64 { try require(.memory64) }
    try checkLimits(
      type.limits, atMost: type.addressType == .i32 ? UInt64(UInt32.max) : .max,
      "table size must be at most 2^32-1")
  }

  private func checkMemory(_ type: MemoryType) throws(ModuleError) {
    if type.addressType == .i64 { try require(.memory64) }
    if type.isShared {
      try require(.threads)
      guard type.limits.maximum != nil else { throw invalid("shared memory must have maximum") }
    }
    if type.pageSizeLog2 != MemoryType.defaultPageSizeLog2 {
      try require(.customPageSizes)
      guard type.pageSizeLog2 == 0 else { throw invalid("invalid custom page size") }
    }
    // Pages of one byte: as many as an address can count.
    let bound: UInt64 =
      switch (type.addressType, type.pageSizeLog2) {
      case (.i32, 0): UInt64(UInt32.max)
      case (.i32, _): 1 << 16
      case (.i64, 0): .max
      case (.i64, _): 1 << 48
      }
    try checkLimits(type.limits, atMost: bound, "memory size must be at most \(bound) pages")
  }
}
