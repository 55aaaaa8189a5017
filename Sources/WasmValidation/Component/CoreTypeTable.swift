// Core types across the modules of a component: one canonical id per defined type, so that the imports of one module can
// be matched with the exports of another. The same keys as in the validator of modules and the engine's registry.

import WasmSyntax

/// Canonical core types.
package struct CoreTypeTable: SubtypingContext, Sendable {
  /// By id; type indices inside are ids as well.
  package private(set) var types: [SubType] = []
  private var groups: [RecursionGroupKey: CoreTypeID] = [:]

  package init() {}

  package subscript(id: CoreTypeID) -> SubType { types[Int(id)] }

  package func function(_ id: CoreTypeID) -> FunctionType? {
    guard id < types.count, case .function(let type) = types[Int(id)].composite else { return nil }
    return type
  }

  package func kind(of id: CoreTypeID) -> CompositeKind {
    switch types[Int(id)].composite {
    case .function: .function
    case .structure: .structure
    case .array: .array
    }
  }

  package func supertype(of id: CoreTypeID) -> CoreTypeID? { types[Int(id)].supertypes.first }

  /// The id of the first type of a recursion group. Indices from `first` on count within the group, those before are
  /// made canonical by the function; all must have been checked. Nil if there are too many types.
  mutating func intern(
    _ group: ArraySlice<SubType>, first: UInt32, canonical: (UInt32) -> CoreTypeID
  ) -> CoreTypeID? {
    let key = RecursionGroupKey(group, first: first, canonical: canonical)
    if let id = groups[key] { return id }
    guard types.count + group.count <= Int(HeapType.maximumIndex) else { return nil }
    let id = CoreTypeID(types.count)
    groups[key] = id
    for type in group {
      types.append(type.mapIndices { $0 >= first ? id + ($0 - first) : canonical($0) })
    }
    return id
  }

  /// The ids of a valid module's types, by type index. Nil if there are too many.
  mutating func intern(_ section: TypeSection) -> [CoreTypeID]? {
    var ids: [CoreTypeID] = []
    ids.reserveCapacity(section.types.count)
    for range in section.recursionGroups {
      let group = section.types[range]
      guard let id = intern(group, first: UInt32(range.lowerBound), canonical: { ids[Int($0)] })
      else { return nil }
      ids += (0..<UInt32(range.count)).map { id + $0 }
    }
    return ids
  }

  /// The id of a function type whose type indices are ids. Nil if there are too many types.
  mutating func intern(_ type: FunctionType) -> CoreTypeID? {
    intern([SubType(composite: .function(type))][...], first: .max, canonical: { $0 })
  }
}

extension SubType {
  /// The same type with other type indices.
  func mapIndices(_ map: (UInt32) -> UInt32) -> SubType {
    func field(_ field: FieldType) -> FieldType {
      guard case .value(let type) = field.storage else { return field }
      return FieldType(storage: .value(type.mapIndex(map)), isMutable: field.isMutable)
    }
    let composite: CompositeType =
      switch composite {
      case .function(let type): .function(type.mapIndices(map))
      case .structure(let fields): .structure(fields.map(field))
      case .array(let element): .array(field(element))
      }
    return SubType(isFinal: isFinal, supertypes: supertypes.map(map), composite: composite)
  }
}

extension FunctionType {
  func mapIndices(_ map: (UInt32) -> UInt32) -> FunctionType {
    FunctionType(
      parameters: parameters.map { $0.mapIndex(map) }, results: results.map { $0.mapIndex(map) })
  }
}

extension ValueType {
  func mapIndex(_ map: (UInt32) -> UInt32) -> ValueType {
    guard isReference, let index = heapType.index else { return self }
    return ValueType(nullable: isNullable, HeapType(index: map(index)))
  }
}

extension ExternType {
  /// The same type with ids for type indices.
  func mapIndices(_ map: (UInt32) -> CoreTypeID) -> ExternType {
    switch self {
    case .function(let type): .function(type: map(type))
    case .tag(let type): .tag(type: map(type))
    case .memory: self
    case .global(let type):
      .global(
        GlobalType(valueType: type.valueType.mapIndex(map), isMutable: type.isMutable))
    case .table(let type):
      .table(
        TableType(
          addressType: type.addressType, limits: type.limits, element: type.element.mapIndex(map)))
    }
  }
}
