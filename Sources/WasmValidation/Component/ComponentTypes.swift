// All component-level types of one file, its nested components included: the validator's result as far as types go.
// Immutable and shared; the mutable face that validation builds it with is `ComponentTypeArena`.

import WasmSyntax

/// What all sorts of types keep for the checks on types that mention them.
struct TypeFacts: Hashable, Sendable {
  /// How many types lie within each other.
  var depth = 0
  /// Nodes of the type written out in full.
  var size = 1
  /// The lowest resource type that is mentioned and not bound within; `TypeFacts.noResource` if there is none.
  var lowestResource = Self.noResource
  /// Whether a record, variant, enum or flags occurs.
  var hasNominal = false
  /// Whether values (not value types) are imported or exported.
  var hasValues = false

  static let noResource = UInt32.max

  /// Whether the type means the same everywhere.
  var isClosed: Bool { lowestResource == Self.noResource }

  /// Takes a part into account.
  mutating func include(_ part: TypeFacts) {
    depth = max(depth, part.depth)
    let (sum, overflow) = size.addingReportingOverflow(part.size)
    size = overflow ? .max : sum
    lowestResource = min(lowestResource, part.lowestResource)
    hasNominal = hasNominal || part.hasNominal
    hasValues = hasValues || part.hasValues
  }
}

/// A value type with everything that is computed from it.
package struct ValueTypeInfo: Sendable {
  package let shape: ResolvedValueType
  /// The name under which it was imported or exported, or that of its definition.
  package let name: TypeNameID
  /// The same type without any names. Types are equal exactly if these are.
  package let structural: ValueTypeID
  package let layout32: ValueLayout
  package let layout64: ValueLayout
  package let contents: ValueContents
  let facts: TypeFacts

  package func layout(_ pointer: AddressType) -> ValueLayout {
    pointer == .i32 ? layout32 : layout64
  }
}

package struct FunctionTypeInfo: Sendable {
  package let type: ResolvedFunctionType
  /// The same type without any names.
  package let structural: FunctionTypeID
  let facts: TypeFacts
}

struct InstanceTypeInfo: Sendable {
  let type: ResolvedInstanceType
  let facts: TypeFacts
}

struct ComponentTypeInfo: Sendable {
  let type: ResolvedComponentType
  let facts: TypeFacts
}

/// The arena of resolved types.
///
/// Resource types are numbers (`ResourceID`) that belong to the component in whose validation they came up: one for each
/// definition, each abstract type of an import, each resource type of a new instance and each export that is ascribed
/// `(sub resource)`. A linker that instantiates a component keeps, for each of its instances, a table from these numbers
/// to the resource types that exist at run time, and fills it as it goes through the definitions: every
/// `ValidatedDefinition` lists in `resources` which numbers it brings in and by what path of exports the actual type is
/// found in the item it adds (for a resource definition: a new one). A type of this arena is then read under that
/// table. The `name` of a `ResourceReference` or value type is for validation only.
package struct ComponentTypes: Sendable {
  var values: [ValueTypeInfo] = []
  var functions: [FunctionTypeInfo] = []
  var instances: [InstanceTypeInfo] = []
  var components: [ComponentTypeInfo] = []
  var modules: [ResolvedModuleType] = []
  var coreInstances: [ResolvedCoreInstanceType] = []
  /// Defined core types of all modules and core type definitions, canonical.
  package internal(set) var core = CoreTypeTable()

  /// No types.
  package init() {}

  package subscript(id: ValueTypeID) -> ValueTypeInfo { values[Int(id.raw)] }
  package subscript(id: FunctionTypeID) -> FunctionTypeInfo { functions[Int(id.raw)] }
  package subscript(id: InstanceTypeID) -> ResolvedInstanceType { instances[Int(id.raw)].type }
  package subscript(id: ComponentTypeID) -> ResolvedComponentType { components[Int(id.raw)].type }
  package subscript(id: ModuleTypeID) -> ResolvedModuleType { modules[Int(id.raw)] }
  package subscript(id: CoreInstanceTypeID) -> ResolvedCoreInstanceType {
    coreInstances[Int(id.raw)]
  }

  /// Every value type, in an order in which parts come before wholes.
  package var valueTypeIDs: some RandomAccessCollection<ValueTypeID> {
    values.indices.lazy.map { ValueTypeID(raw: UInt32($0)) }
  }

  func facts(_ type: TypeReference) -> TypeFacts {
    switch type {
    case .value(let id): self[id].facts
    case .function(let id): self[id].facts
    case .instance(let id): instances[Int(id.raw)].facts
    case .component(let id): components[Int(id.raw)].facts
    case .resource(let reference):
      TypeFacts(depth: 1, size: 1, lowestResource: reference.resource.raw)
    }
  }

  func facts(item type: ResolvedExternType) -> TypeFacts {
    switch type {
    case .coreModule(let id):
      TypeFacts(depth: 1, size: 1 + self[id].imports.count + self[id].exports.items.count)
    case .function(let id): facts(.function(id))
    case .value(let value):
      TypeFacts(
        depth: self[value.type].facts.depth, size: self[value.type].facts.size,
        lowestResource: self[value.type].facts.lowestResource,
        hasNominal: self[value.type].facts.hasNominal, hasValues: true)
    case .type(let type): facts(type)
    case .component(let id): facts(.component(id))
    case .instance(let id): facts(.instance(id))
    }
  }
}

// MARK: - Flattening (Canonical ABI, Flattening)

/// How a function passes its parameters and results under given options.
package struct FlattenedFunction: Sendable {
  package let type: FunctionType
  /// Parameters go through memory.
  package let parametersInMemory: Bool
  /// Results go through memory.
  package let resultsInMemory: Bool

  package init(type: FunctionType, parametersInMemory: Bool, resultsInMemory: Bool) {
    self.type = type
    self.parametersInMemory = parametersInMemory
    self.resultsInMemory = resultsInMemory
  }
}

extension ComponentTypes {
  /// `flatten_types`; nil if there are more than `maxFlatParams`.
  package func flatten(_ types: some Sequence<ValueTypeID>, pointer: AddressType) -> [ValueType]? {
    var flat: [ValueType] = []
    for type in types {
      guard let part = self[type].layout(pointer).flat else { return nil }
      flat += part
      if flat.count > CanonicalLimits.maxFlatParams { return nil }
    }
    return flat
  }

  /// `flatten_functype(opts, ft, 'lift')`
  package func flattenForLift(
    _ type: ResolvedFunctionType, pointer: AddressType, isAsync: Bool, hasCallback: Bool
  ) -> FlattenedFunction {
    let parameters = flatten(type.parameters.lazy.map(\.type), pointer: pointer)
    let results = flatten(type.result.map { [$0] } ?? [], pointer: pointer)
    let limit = isAsync ? CanonicalLimits.maxFlatParams : CanonicalLimits.maxFlatResults
    let resultsInMemory = (results?.count ?? .max) > limit
    let coreResults: [ValueType] =
      isAsync
      ? (hasCallback ? [.i32] : []) : resultsInMemory ? [pointer.valueType] : results ?? []
    return FlattenedFunction(
      type: FunctionType(parameters: parameters ?? [pointer.valueType], results: coreResults),
      parametersInMemory: parameters == nil, resultsInMemory: resultsInMemory)
  }

  /// `flatten_functype(opts, ft, 'lower')`
  package func flattenForLower(
    _ type: ResolvedFunctionType, pointer: AddressType, isAsync: Bool
  ) -> FlattenedFunction {
    var parameters = flatten(type.parameters.lazy.map(\.type), pointer: pointer)
    let limit = isAsync ? CanonicalLimits.maxFlatAsyncParams : CanonicalLimits.maxFlatParams
    if let flat = parameters, flat.count > limit { parameters = nil }
    let results = flatten(type.result.map { [$0] } ?? [], pointer: pointer)
    let resultsInMemory =
      (results?.count ?? .max) > (isAsync ? 0 : CanonicalLimits.maxFlatResults)
    var coreParameters = parameters ?? [pointer.valueType]
    if resultsInMemory { coreParameters.append(pointer.valueType) }
    let coreResults = isAsync ? [ValueType.i32] : resultsInMemory ? [] : results ?? []
    return FlattenedFunction(
      type: FunctionType(parameters: coreParameters, results: coreResults),
      parametersInMemory: parameters == nil, resultsInMemory: resultsInMemory)
  }

  /// Offsets of a record's fields in memory (the walk of `load_record`).
  package func fieldOffsets(
    _ fields: some Sequence<ValueTypeID>, pointer: AddressType
  ) -> [UInt32] {
    var offset: UInt64 = 0
    return fields.map { field in
      let layout = self[field].layout(pointer)
      offset = align(offset, to: layout.alignment)
      defer { offset += UInt64(layout.size) }
      return UInt32(truncatingIfNeeded: offset)
    }
  }

  /// The tuple that parameters form when they go through memory. Its size may exceed any single type's.
  package func parameterTupleLayout(
    _ types: some Sequence<ValueTypeID>, pointer: AddressType
  ) -> (size: UInt64, alignment: UInt32) {
    var size: UInt64 = 0
    var alignment: UInt32 = 1
    for type in types {
      let layout = self[type].layout(pointer)
      size = align(size, to: layout.alignment) + UInt64(layout.size)
      alignment = max(alignment, layout.alignment)
    }
    return (align(size, to: alignment), alignment)
  }

  /// Where a variant's payload lies: behind the discriminant, aligned for any case.
  package func payloadOffset(
    _ cases: [ValueTypeID?], pointer: AddressType
  ) -> UInt32 {
    var alignment: UInt32 = 1
    for case let type? in cases { alignment = max(alignment, self[type].layout(pointer).alignment) }
    return UInt32(align(UInt64(discriminantSize(caseCount: cases.count)), to: alignment))
  }
}
