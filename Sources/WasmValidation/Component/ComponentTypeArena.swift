// Builds a `ComponentTypes`: makes ids, finds equal types, computes what is kept with a type and refuses types that are
// too deep, too large or too many.

import WasmSyntax

final class ComponentTypeArena {
  private(set) var types = ComponentTypes()
  let limits: ImplementationLimits
  /// Where in the file errors are to point.
  var offset = 0

  private struct ValueKey: Hashable {
    var shape: ResolvedValueType
    var name: TypeNameID
  }
  private var valueIDs: [ValueKey: ValueTypeID] = [:]
  private var functionIDs: [ResolvedFunctionType: FunctionTypeID] = [:]
  private struct ConstantKey: Hashable {
    var type: ValueTypeID
    var bytes: [UInt8]
  }
  private var constants: [ConstantKey: UInt32] = [:]
  private var nextResource: UInt32 = 0
  private var nextName: UInt32 = 1
  private var nextValue: UInt32 = 0
  /// Pairs of types of which the first is known to be a subtype of the second. Types written out in full can be far
  /// larger than they are stored, so that no pair is looked at twice.
  private var instanceSubtypes: Set<Pair<InstanceTypeID>> = []
  private var componentSubtypes: Set<Pair<ComponentTypeID>> = []

  /// Types of instances of components whose exports no instantiation changes.
  var plainInstances: [ComponentTypeID: InstanceTypeID] = [:]

  private struct Pair<ID: Hashable>: Hashable {
    var type: ID
    var other: ID
  }
  /// Nodes stored so far.
  private var nodeCount = 0
  /// Items looked at so far.
  private var stepCount = 0

  init(limits: ImplementationLimits) { self.limits = limits }

  // MARK: Known subtypes

  func isKnown(_ type: InstanceTypeID, subtypeOf other: InstanceTypeID) -> Bool {
    type == other || instanceSubtypes.contains(Pair(type: type, other: other))
  }

  func isKnown(_ type: ComponentTypeID, subtypeOf other: ComponentTypeID) -> Bool {
    type == other || componentSubtypes.contains(Pair(type: type, other: other))
  }

  func note(_ type: InstanceTypeID, subtypeOf other: InstanceTypeID) {
    instanceSubtypes.insert(Pair(type: type, other: other))
  }

  func note(_ type: ComponentTypeID, subtypeOf other: ComponentTypeID) {
    componentSubtypes.insert(Pair(type: type, other: other))
  }

  // MARK: Fresh names

  func freshResource() -> ResourceID {
    defer { nextResource += 1 }
    return ResourceID(raw: nextResource)
  }

  /// The next resource type's number: what is made from now on is not below it.
  var resourceMark: ResourceID { ResourceID(raw: nextResource) }

  func freshName() -> TypeNameID {
    defer { nextName += 1 }
    return TypeNameID(raw: nextName)
  }

  func freshValue() -> ValueIdentity {
    defer { nextValue += 1 }
    return .abstract(nextValue)
  }

  /// The identity of a value definition: equal contents are the same value.
  func constant(_ type: ValueTypeID, _ bytes: Bytes) -> ValueIdentity {
    let key = ConstantKey(type: types[type].structural, bytes: bytes.array)
    if let number = constants[key] { return .constant(number) }
    let number = UInt32(constants.count)
    constants[key] = number
    return .constant(number)
  }

  // MARK: Limits

  func invalid(_ message: String) -> ModuleError {
    ModuleError(.invalid, message, at: .offset(offset))
  }

  func beyondLimit(_ what: String, _ limit: Int) -> ModuleError {
    ModuleError(.limit, "\(what): the limit is \(limit)", at: .offset(offset))
  }

  /// Counts items that are about to be looked at.
  func spend(_ steps: Int) throws(ModuleError) {
    stepCount += steps
    if stepCount > limits.componentTypeSteps {
      throw beyondLimit("the component takes too many type checks", limits.componentTypeSteps)
    }
  }

  private func check(_ facts: TypeFacts, nodes: Int) throws(ModuleError) {
    if facts.depth > limits.componentNesting {
      throw beyondLimit("types are nested too deep", limits.componentNesting)
    }
    if facts.size > limits.componentTypeSize {
      throw beyondLimit("effective type size is too large", limits.componentTypeSize)
    }
    nodeCount += nodes
    if nodeCount > limits.componentTypeNodes {
      throw beyondLimit("the component's types are too large", limits.componentTypeNodes)
    }
  }

  // MARK: Value types

  /// The id of a value type; `name` must be `none` for types that need none.
  func value(
    _ shape: ResolvedValueType, name: TypeNameID = .none
  ) throws(ModuleError) -> ValueTypeID {
    let id = try addValue(shape, name)
    if types[id].layout64.size >= CanonicalLimits.valueBytes { throw tooLargeValue() }
    return id
  }

  private func tooLargeValue() -> ModuleError {
    invalid("value type's maximum in-memory size exceeds maximum byte size")
  }

  /// A map from one type to another.
  func map(key: ValueTypeID, value: ValueTypeID) throws(ModuleError) -> ValueTypeID {
    // Entries are no defined type of their own, so they may be larger than one.
    let entry = try addValue(.tuple([key, value]), .none)
    return try self.value(.map(key: key, value: value, entry: entry))
  }

  private func addValue(
    _ shape: ResolvedValueType, _ name: TypeNameID
  ) throws(ModuleError) -> ValueTypeID {
    let key = ValueKey(shape: shape, name: name)
    if let id = valueIDs[key] { return id }
    var facts = TypeFacts()
    var contents = ValueContents()
    includeParts(of: shape, &facts, &contents)
    facts.depth += 1
    facts.hasNominal = facts.hasNominal || shape.isNominal
    try check(facts, nodes: shape.partCount + 1)
    let structuralShape = try structural(shape)
    let isStructural = name == .none && structuralShape == shape
    let structuralID = isStructural ? nil : try addValue(structuralShape, .none)
    let layout32 = try layout(of: shape, .i32)
    let layout64 = try layout(of: shape, .i64)
    // Only now: the structural type may have been added before this one.
    let id = ValueTypeID(raw: UInt32(types.values.count))
    types.values.append(
      ValueTypeInfo(
        shape: shape, name: name, structural: structuralID ?? id, layout32: layout32,
        layout64: layout64, contents: contents, facts: facts))
    valueIDs[key] = id
    return id
  }

  /// The same type without names.
  private func structural(_ shape: ResolvedValueType) throws(ModuleError) -> ResolvedValueType {
    try shape.mapParts(
      { types[$0].structural }, { ResourceReference($0.resource, name: .none) })
  }

  private func includeParts(
    of shape: ResolvedValueType, _ facts: inout TypeFacts, _ contents: inout ValueContents
  ) {
    shape.forEachPart { part in
      let info = types[part]
      facts.include(info.facts)
      contents.formUnion(info.contents)
    }
    switch shape {
    case .primitive(.string), .list, .map: contents.insert(.pointer)
    case .primitive(.errorContext): contents.insert(.errorContext)
    case .own(let resource):
      facts.lowestResource = min(facts.lowestResource, resource.resource.raw)
      contents.insert(.own)
    case .borrow(let resource):
      facts.lowestResource = min(facts.lowestResource, resource.resource.raw)
      contents.insert(.borrow)
    case .stream, .future:
      contents.remove(.pointer)
      contents.insert(.asyncValue)
    case .record, .variant, .flags, .enum: contents.insert(.nominal)
    case .primitive, .fixedLengthList, .tuple, .option, .result: break
    }
  }

  private func layout(
    of shape: ResolvedValueType, _ pointer: AddressType
  ) throws(ModuleError) -> ValueLayout {
    let types = types
    let computation = LayoutComputation(pointer: pointer, bound: CanonicalLimits.mapEntryBytes) {
      types[$0].layout(pointer)
    }
    guard let layout = computation.compute(shape.despecialized) else { throw tooLargeValue() }
    return layout
  }

  // MARK: Other types

  func function(_ type: ResolvedFunctionType) throws(ModuleError) -> FunctionTypeID {
    if let id = functionIDs[type] { return id }
    var facts = TypeFacts()
    for parameter in type.parameters { facts.include(types[parameter.type].facts) }
    if let result = type.result { facts.include(types[result].facts) }
    facts.depth += 1
    try check(facts, nodes: type.parameters.count + 1)
    let structuralType = ResolvedFunctionType(
      isAsync: type.isAsync,
      parameters: type.parameters.map {
        ResolvedField(label: $0.label, type: types[$0.type].structural)
      }, result: type.result.map { types[$0].structural })
    let structural = structuralType == type ? nil : try function(structuralType)
    let id = FunctionTypeID(raw: UInt32(types.functions.count))
    types.functions.append(
      FunctionTypeInfo(type: type, structural: structural ?? id, facts: facts))
    functionIDs[type] = id
    return id
  }

  /// Adds an instance type whose own resource types are numbered from `mark` on.
  func instance(
    _ exports: ExternItems, bound: [BoundResource] = [], mark: ResourceID? = nil
  ) throws(ModuleError) -> InstanceTypeID {
    var facts = TypeFacts()
    for item in exports.items { facts.include(types.facts(item: item.type)) }
    close(&facts, mark)
    try check(facts, nodes: exports.count + bound.count + 1)
    types.instances.append(
      InstanceTypeInfo(
        type: ResolvedInstanceType(exports: exports, boundResources: bound), facts: facts))
    return InstanceTypeID(raw: UInt32(types.instances.count - 1))
  }

  func component(
    _ type: ResolvedComponentType, mark: ResourceID
  ) throws(ModuleError) -> ComponentTypeID {
    var facts = TypeFacts()
    for item in type.imports.items { facts.include(types.facts(item: item.type)) }
    for item in type.exports.items { facts.include(types.facts(item: item.type)) }
    close(&facts, mark)
    try check(
      facts,
      nodes: type.imports.count + type.exports.count + type.importedResources.count
        + type.definedResources.count + 1)
    types.components.append(ComponentTypeInfo(type: type, facts: facts))
    return ComponentTypeID(raw: UInt32(types.components.count - 1))
  }

  /// What is numbered from the mark on is bound by the type itself.
  private func close(_ facts: inout TypeFacts, _ mark: ResourceID?) {
    facts.depth += 1
    if let mark, facts.lowestResource >= mark.raw { facts.lowestResource = TypeFacts.noResource }
  }

  func module(_ type: ResolvedModuleType) throws(ModuleError) -> ModuleTypeID {
    try check(TypeFacts(), nodes: type.imports.count + type.exports.items.count + 1)
    types.modules.append(type)
    return ModuleTypeID(raw: UInt32(types.modules.count - 1))
  }

  func coreInstance(
    _ exports: CoreExports, isNew: Bool = true
  ) throws(ModuleError) -> CoreInstanceTypeID {
    try check(TypeFacts(), nodes: (isNew ? exports.items.count : 0) + 1)
    types.coreInstances.append(ResolvedCoreInstanceType(exports: exports))
    return CoreInstanceTypeID(raw: UInt32(types.coreInstances.count - 1))
  }

  // MARK: Core types

  func coreTypes(_ section: TypeSection) throws(ModuleError) -> [CoreTypeID] {
    guard let ids = types.core.intern(section) else { throw tooManyCoreTypes() }
    return ids
  }

  func coreGroup(
    _ group: [SubType], first: UInt32, canonical: (UInt32) -> CoreTypeID
  ) throws(ModuleError) -> CoreTypeID {
    guard let id = types.core.intern(group[...], first: first, canonical: canonical) else {
      throw tooManyCoreTypes()
    }
    return id
  }

  func coreFunction(_ type: FunctionType) throws(ModuleError) -> CoreTypeID {
    guard let id = types.core.intern(type) else { throw tooManyCoreTypes() }
    return id
  }

  private func tooManyCoreTypes() -> ModuleError {
    beyondLimit("too many core types", Int(HeapType.maximumIndex))
  }
}

// MARK: - Parts of value types

extension ResolvedValueType {
  var partCount: Int {
    switch self {
    case .record(let fields): fields.count
    case .variant(let cases): cases.count
    case .tuple(let types): types.count
    case .flags(let labels), .enum(let labels): labels.count
    case .primitive, .list, .fixedLengthList, .option, .result, .own, .borrow, .stream, .future,
      .map:
      2
    }
  }

  /// Calls the function with every type that this one is made of.
  func forEachPart(_ body: (ValueTypeID) -> Void) {
    switch self {
    case .primitive, .flags, .enum, .own, .borrow: break
    case .record(let fields): for field in fields { body(field.type) }
    case .variant(let cases): for case let type? in cases.lazy.map(\.type) { body(type) }
    case .list(let type), .fixedLengthList(let type, _), .option(let type): body(type)
    case .tuple(let types): types.forEach(body)
    case .result(let type, let error):
      if let type { body(type) }
      if let error { body(error) }
    case .stream(let type), .future(let type): if let type { body(type) }
    case .map(_, _, let entry): body(entry)
    }
  }

  /// The same type of other parts.
  func mapParts(
    _ part: (ValueTypeID) throws(ModuleError) -> ValueTypeID,
    _ resource: (ResourceReference) throws(ModuleError) -> ResourceReference
  ) throws(ModuleError) -> ResolvedValueType {
    func optional(_ type: ValueTypeID?) throws(ModuleError) -> ValueTypeID? {
      guard let type else { return nil }
      return try part(type)
    }
    switch self {
    case .primitive, .flags, .enum: return self
    case .record(let fields):
      var mapped: [ResolvedField] = []
      mapped.reserveCapacity(fields.count)
      for field in fields {
        mapped.append(ResolvedField(label: field.label, type: try part(field.type)))
      }
      return .record(mapped)
    case .variant(let cases):
      var mapped: [ResolvedCase] = []
      mapped.reserveCapacity(cases.count)
      for item in cases {
        mapped.append(ResolvedCase(label: item.label, type: try optional(item.type)))
      }
      return .variant(mapped)
    case .list(let type): return .list(try part(type))
    case .fixedLengthList(let type, let length):
      return .fixedLengthList(try part(type), length: length)
    case .tuple(let types):
      var mapped: [ValueTypeID] = []
      mapped.reserveCapacity(types.count)
      for type in types { mapped.append(try part(type)) }
      return .tuple(mapped)
    case .option(let type): return .option(try part(type))
    case .result(let type, let error):
      return .result(try optional(type), error: try optional(error))
    case .own(let reference): return .own(try resource(reference))
    case .borrow(let reference): return .borrow(try resource(reference))
    case .stream(let type): return .stream(try optional(type))
    case .future(let type): return .future(try optional(type))
    case .map(let key, let value, let entry):
      return .map(key: try part(key), value: try part(value), entry: try part(entry))
    }
  }
}

extension ComponentTypes {
  /// The types of a function without a result whose parameters are primitive, for functions that no file declares.
  package static func function(
    of parameters: [PrimitiveValType]
  ) -> (types: ComponentTypes, id: FunctionTypeID)? {
    let arena = ComponentTypeArena(limits: ImplementationLimits())
    do throws(ModuleError) {
      var fields: [ResolvedField] = []
      for (position, parameter) in parameters.enumerated() {
        let type = try arena.value(.primitive(parameter))
        fields.append(ResolvedField(label: "p\(position)", type: type))
      }
      let id = try arena.function(
        ResolvedFunctionType(isAsync: false, parameters: fields, result: nil))
      return (arena.types, id)
    } catch {
      return nil
    }
  }
}
