// Validation, Types: checks the type section group by group and canonicalises it.

import WasmBinary
import WasmSyntax

/// Builds the `TypeContext` of a type section.
struct TypeValidator {
  let section: TypeSection
  let features: FeatureSet
  let limits: ImplementationLimits
  /// Gives an error its place: the recursion group with this number.
  let position: (Int) -> ModuleError.Position

  private(set) var context = TypeContext()
  private var groups: [RecursionGroupKey: UInt32] = [:]
  /// The group being checked.
  private var group = 0
  private var range = 0..<0

  init(
    _ section: TypeSection, features: FeatureSet, limits: ImplementationLimits,
    position: @escaping (Int) -> ModuleError.Position
  ) {
    self.section = section
    self.features = features
    self.limits = limits
    self.position = position
  }

  mutating func validate() throws(ModuleError) {
    context.records.reserveCapacity(section.types.count)
    for (number, range) in section.recursionGroups.enumerated() {
      group = number
      self.range = range
      try validateGroup()
    }
  }

  private func invalid(_ message: String) -> ModuleError {
    ModuleError(.invalid, message, at: position(group))
  }

  private func require(_ feature: Feature) throws(ModuleError) {
    if !features.contains(feature) { throw .disabled(feature, at: position(group)) }
  }

  private mutating func validateGroup() throws(ModuleError) {
    if range.count != 1 { try require(.garbageCollection) }
    for index in range { try checkReferences(of: section.types[index], at: index) }
    let first = UInt32(range.lowerBound)
    let key = RecursionGroupKey(section.types[range], first: first) { index in
      context.records[Int(index)].canonical
    }
    if let canonical = groups[key] {
      // An equivalent group came before: it was checked then, and everything about it is the same.
      for index in range {
        context.records.append(context.records[Int(canonical) + index - range.lowerBound])
      }
      return
    }
    groups[key] = first
    for index in range { addRecord(section.types[index], at: index) }
    for index in range { flatten(section.types[index], at: index) }
    for index in range { try checkSupertype(of: section.types[index], at: index) }
  }

  // MARK: References

  /// Types may name what is in their group or before it; supertypes must come before.
  private func checkReferences(of type: SubType, at index: Int) throws(ModuleError) {
    if !type.isFinal || !type.supertypes.isEmpty { try require(.garbageCollection) }
    guard type.supertypes.count <= 1 else { throw invalid("more than one supertype") }
    for supertype in type.supertypes {
      guard supertype < range.upperBound else { throw invalid("unknown type \(supertype)") }
      guard supertype < index else { throw invalid("forward use of supertype \(supertype)") }
    }
    switch type.composite {
    case .function(let function):
      if function.results.count > 1 { try require(.multiValue) }
      for type in function.parameters { try checkReferences(of: type) }
      for type in function.results { try checkReferences(of: type) }
    case .structure(let fields):
      try require(.garbageCollection)
      for field in fields { try checkReferences(of: field.storage.unpacked) }
    case .array(let element):
      try require(.garbageCollection)
      try checkReferences(of: element.storage.unpacked)
    }
  }

  private func checkReferences(of type: ValueType) throws(ModuleError) {
    if let feature = type.requiredFeature { try require(feature) }
    if type.isReference, let index = type.heapType.index, index >= range.upperBound {
      throw invalid("unknown type \(index)")
    }
  }

  // MARK: Flattening

  /// Enough of the record that references to it can be made canonical.
  private mutating func addRecord(_ type: SubType, at index: Int) {
    let kind: CompositeKind =
      switch type.composite {
      case .function: .function
      case .structure: .structure
      case .array: .array
      }
    var record = TypeRecord(
      kind: kind, isFinal: type.isFinal, depth: 0, canonical: UInt32(index),
      supertype: TypeRecord.none, offset: 0, count: 0, resultCount: 0)
    if let supertype = type.supertypes.first {
      let above = context.records[Int(supertype)]
      record.supertype = above.canonical
      record.depth = above.depth + 1
    }
    context.records.append(record)
  }

  private mutating func flatten(_ type: SubType, at index: Int) {
    context.records[index].offset = context.pool.count
    switch type.composite {
    case .function(let function):
      context.records[index].count = function.parameters.count
      context.records[index].resultCount = function.results.count
      for type in function.parameters { context.pool.append(context.canonical(type).bits) }
      for type in function.results { context.pool.append(context.canonical(type).bits) }
    case .structure(let fields):
      context.records[index].count = fields.count
      for field in fields { appendField(field, of: index) }
    case .array(let element):
      context.records[index].count = 1
      appendField(element, of: index)
    }
  }

  private mutating func appendField(_ field: FieldType, of index: Int) {
    let type = context.canonical(field.storage.unpacked)
    if !type.isDefaultable { context.records[index].isDefaultable = false }
    context.pool.append(
      FieldWord(type, storage: field.storage, isMutable: field.isMutable).bits)
  }

  // MARK: Supertypes

  private func checkSupertype(of type: SubType, at index: Int) throws(ModuleError) {
    guard let supertype = type.supertypes.first else { return }
    guard context.records[index].depth <= limits.subtypingDepth else {
      throw ModuleError(
        .limit, "sub type \(index) is nested too deep: the limit is \(limits.subtypingDepth)",
        at: position(group))
    }
    guard !section.types[Int(supertype)].isFinal else {
      throw invalid("sub type \(index) has final super type \(supertype)")
    }
    guard composite(index, matches: Int(supertype)) else {
      throw invalid("sub type \(index) does not match super type \(supertype)")
    }
  }

  /// Matching, Composite Types, on the flat form.
  private func composite(_ index: Int, matches other: Int) -> Bool {
    let (type, above) = (context.records[index], context.records[other])
    guard type.kind == above.kind else { return false }
    switch type.kind {
    case .function:
      guard type.count == above.count, type.resultCount == above.resultCount else { return false }
      for i in 0..<type.count {
        // Parameters are contravariant.
        guard words(above.offset + i, match: type.offset + i) else { return false }
      }
      for i in 0..<type.resultCount {
        let (result, other) = (type.offset + type.count + i, above.offset + above.count + i)
        guard words(result, match: other) else { return false }
      }
      return true
    case .structure, .array:
      guard type.count >= above.count else { return false }
      for i in 0..<above.count {
        guard field(type.offset + i, matches: above.offset + i) else { return false }
      }
      return true
    }
  }

  private func words(_ word: Int, match other: Int) -> Bool {
    context.matches(ValueType(bits: context.pool[word]), ValueType(bits: context.pool[other]))
  }

  private func field(_ word: Int, matches other: Int) -> Bool {
    let (type, above) = (FieldWord(bits: context.pool[word]), FieldWord(bits: context.pool[other]))
    guard type.isMutable == above.isMutable, type.packing == above.packing else { return false }
    return type.isMutable
      ? type.valueType == above.valueType : context.matches(type.valueType, above.valueType)
  }
}
