// Defined types: functions, structures, arrays, and the recursion groups they come in.

/// A function's parameters and results (Types, Function Types).
package struct FunctionType: Hashable, Sendable {
  package var parameters: [ValueType]
  package var results: [ValueType]

  package init(parameters: [ValueType], results: [ValueType]) {
    self.parameters = parameters
    self.results = results
  }
}

/// What a field or array element stores (Types, Storage Types).
package enum StorageType: Hashable, Sendable {
  case i8
  case i16
  case value(ValueType)

  /// The type of the value read: packed types unpack to i32.
  package var unpacked: ValueType {
    switch self {
    case .i8, .i16: .i32
    case .value(let type): type
    }
  }
}

/// A field of a structure, or the element of an array (Types, Field Types).
package struct FieldType: Hashable, Sendable {
  package var storage: StorageType
  package var isMutable: Bool

  package init(storage: StorageType, isMutable: Bool) {
    self.storage = storage
    self.isMutable = isMutable
  }
}

/// Types, Composite Types.
package enum CompositeType: Hashable, Sendable {
  case function(FunctionType)
  case structure([FieldType])
  case array(FieldType)
}

/// A composite type with its place in the subtype hierarchy (Types, Recursive Types).
package struct SubType: Hashable, Sendable {
  package var isFinal: Bool
  /// Type indices; validation allows at most one.
  package var supertypes: [UInt32]
  package var composite: CompositeType

  package init(isFinal: Bool = true, supertypes: [UInt32] = [], composite: CompositeType) {
    self.isFinal = isFinal
    self.supertypes = supertypes
    self.composite = composite
  }
}

/// The type section as a flat index space. `recursionGroups` are ranges of it, in order and without gaps.
package struct TypeSection: Sendable {
  package var types: [SubType] = []
  package var recursionGroups: [Range<Int>] = []
  package init() {}

  /// The function type at an index, nil if the index is out of bounds or names something else.
  package func function(at index: UInt32) -> FunctionType? {
    guard index < types.count, case .function(let type) = types[Int(index)].composite else {
      return nil
    }
    return type
  }
}
