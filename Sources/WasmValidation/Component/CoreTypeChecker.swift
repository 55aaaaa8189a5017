// Validity of core types that stand in a component and not in a module: the rules of Validation, Types, read from index
// spaces that also hold module types and aliases.

import WasmSyntax

struct CoreTypeChecker {
  let features: FeatureSet
  let limits: ImplementationLimits
  let offset: Int

  private func invalid(_ message: String) -> ModuleError {
    ModuleError(.invalid, message, at: .offset(offset))
  }

  private func require(_ feature: Feature) throws(ModuleError) {
    if !features.contains(feature) { throw .disabled(feature, at: .offset(offset)) }
  }

  private func unknownType(_ index: UInt32) -> ModuleError {
    invalid("unknown type \(index): type index out of bounds")
  }

  // MARK: Recursion groups

  /// Checks what can be checked before the group has ids.
  func checkReferences(
    of group: [SubType], first: UInt32, in space: [CoreTypeEntry]
  ) throws(ModuleError) {
    if group.count != 1 { try require(.garbageCollection) }
    let end = first + UInt32(group.count)
    func check(_ index: UInt32) throws(ModuleError) {
      guard index < end else { throw unknownType(index) }
      if index < first, case .module = space[Int(index)] {
        throw invalid("core type index \(index) is a module type")
      }
    }
    func check(_ type: ValueType) throws(ModuleError) {
      if let feature = type.requiredFeature { try require(feature) }
      if type.isReference, let index = type.heapType.index { try check(index) }
    }
    for (position, type) in group.enumerated() {
      if !type.isFinal || !type.supertypes.isEmpty { try require(.garbageCollection) }
      guard type.supertypes.count <= 1 else { throw invalid("more than one supertype") }
      for supertype in type.supertypes {
        try check(supertype)
        guard supertype < first + UInt32(position) else {
          throw invalid("forward use of supertype \(supertype)")
        }
      }
      switch type.composite {
      case .function(let function):
        if function.results.count > 1 { try require(.multiValue) }
        for type in function.parameters { try check(type) }
        for type in function.results { try check(type) }
      case .structure(let fields):
        try require(.garbageCollection)
        for field in fields { try check(field.storage.unpacked) }
      case .array(let element):
        try require(.garbageCollection)
        try check(element.storage.unpacked)
      }
    }
  }

  /// Checks a type against the supertype that it declares.
  func checkSupertype(of id: CoreTypeID, in table: CoreTypeTable) throws(ModuleError) {
    guard let supertype = table[id].supertypes.first else { return }
    guard !table[supertype].isFinal else { throw invalid("sub type has a final super type") }
    guard table.composite(table[id].composite, matches: table[supertype].composite) else {
      throw invalid("sub type does not match super type")
    }
    var depth = 0
    var current: CoreTypeID? = id
    while let next = current.flatMap({ table.supertype(of: $0) }) {
      depth += 1
      current = next
      if depth > limits.subtypingDepth {
        throw ModuleError(
          .limit, "sub type is nested too deep: the limit is \(limits.subtypingDepth)",
          at: .offset(offset))
      }
    }
  }

  // MARK: External types

  func check(
    _ type: ExternType, in space: [CoreTypeEntry], _ table: CoreTypeTable
  ) throws(ModuleError) {
    switch type {
    case .function(let index): _ = try function(index, in: space, table)
    case .tag(let index):
      try require(.exceptions)
      guard try function(index, in: space, table).results.isEmpty else {
        throw invalid("non-empty tag result type")
      }
    case .global(let type):
      try check(type.valueType, in: space)
      if type.isMutable { try require(.mutableGlobals) }
    case .table(let type):
      try check(type.element, in: space)
      if type.addressType == .i64 { try require(.memory64) }
      try checkLimits(
        type.limits, atMost: type.addressType == .i32 ? UInt64(UInt32.max) : .max,
        "table size must be at most 2^32-1")
    case .memory(let type): try check(type)
    }
  }

  private func function(
    _ index: UInt32, in space: [CoreTypeEntry], _ table: CoreTypeTable
  ) throws(ModuleError) -> FunctionType {
    guard index < space.count else { throw unknownType(index) }
    guard case .defined(let id) = space[Int(index)], let type = table.function(id) else {
      throw invalid("type index \(index) is not a function type")
    }
    return type
  }

  private func check(_ type: ValueType, in space: [CoreTypeEntry]) throws(ModuleError) {
    if let feature = type.requiredFeature { try require(feature) }
    guard type.isReference, let index = type.heapType.index else { return }
    guard index < space.count else { throw unknownType(index) }
    if case .module = space[Int(index)] {
      throw invalid("core type index \(index) is a module type")
    }
  }

  private func check(_ type: MemoryType) throws(ModuleError) {
    if type.addressType == .i64 { try require(.memory64) }
    if type.isShared {
      try require(.threads)
      guard type.limits.maximum != nil else { throw invalid("shared memory must have maximum") }
    }
    if type.pageSizeLog2 != MemoryType.defaultPageSizeLog2 {
      try require(.customPageSizes)
      guard type.pageSizeLog2 == 0 else { throw invalid("invalid custom page size") }
    }
    let bound: UInt64 =
      switch (type.addressType, type.pageSizeLog2) {
      case (.i32, 0): UInt64(UInt32.max)
      case (.i32, _): 1 << 16
      case (.i64, 0): .max
      case (.i64, _): 1 << 48
      }
    try checkLimits(type.limits, atMost: bound, "memory size must be at most \(bound) pages")
  }

  private func checkLimits(
    _ limits: Limits, atMost bound: UInt64, _ message: @autoclosure () -> String
  ) throws(ModuleError) {
    guard limits.minimum <= bound, limits.maximum ?? 0 <= bound else { throw invalid(message()) }
    if let maximum = limits.maximum, maximum < limits.minimum {
      throw invalid("size minimum must not be greater than maximum")
    }
  }
}

extension CoreTypeTable {
  /// Matching, Composite Types.
  fileprivate func composite(_ type: CompositeType, matches other: CompositeType) -> Bool {
    switch (type, other) {
    case (.function(let type), .function(let other)):
      values(other.parameters, match: type.parameters) && values(type.results, match: other.results)
    case (.structure(let fields), .structure(let others)):
      fields.count >= others.count
        && zip(fields, others).allSatisfy { field($0, matches: $1) }
    case (.array(let element), .array(let other)): field(element, matches: other)
    default: false
    }
  }

  private func values(_ types: [ValueType], match others: [ValueType]) -> Bool {
    types.count == others.count && zip(types, others).allSatisfy { matches($0, $1) }
  }

  private func field(_ field: FieldType, matches other: FieldType) -> Bool {
    guard field.isMutable == other.isMutable else { return false }
    // What can be written must be the same, what is only read may be less.
    if field.isMutable { return field.storage == other.storage }
    switch (field.storage, other.storage) {
    case (.i8, .i8), (.i16, .i16): return true
    case (.value(let type), .value(let other)): return matches(type, other)
    default: return false
    }
  }
}
