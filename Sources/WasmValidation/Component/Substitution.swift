// Replaces resource types, names and value identities throughout types: what instantiation does with a component's
// imports and exports (Explainer, Type Checking). Types that the replacement does not touch keep their ids.

import WasmSyntax

/// One simultaneous replacement, with the results so far.
final class Substitution {
  let arena: ComponentTypeArena
  private var resources: [ResourceID: ResourceID] = [:]
  private var names: [TypeNameID: TypeReference] = [:]
  private var identities: [ValueIdentity: ValueIdentity] = [:]
  /// Values that are not mapped become new ones: the type is being used, not compared.
  let refreshesValues: Bool

  private var values: [ValueTypeID: ValueTypeID] = [:]
  private var functions: [FunctionTypeID: FunctionTypeID] = [:]
  private var instances: [InstanceTypeID: InstanceTypeID] = [:]
  private var components: [ComponentTypeID: ComponentTypeID] = [:]

  init(_ arena: ComponentTypeArena, refreshesValues: Bool = false) {
    self.arena = arena
    self.refreshesValues = refreshesValues
  }

  // MARK: What is replaced

  func map(_ resource: ResourceID, to other: ResourceID) {
    resources[resource] = other
    forgetResults()
  }

  func map(_ name: TypeNameID, to type: TypeReference) {
    guard name != .none else { return }
    names[name] = type
    forgetResults()
  }

  /// Maps an identity unless it is mapped already.
  func bind(_ identity: ValueIdentity, to other: ValueIdentity) {
    guard case .abstract = identity, identities[identity] == nil else { return }
    identities[identity] = other
    forgetResults()
  }

  private func forgetResults() {
    if values.isEmpty && functions.isEmpty && instances.isEmpty && components.isEmpty { return }
    values = [:]
    functions = [:]
    instances = [:]
    components = [:]
  }

  /// Whether there is nothing to replace in a type that binds no resource types.
  var isEmpty: Bool {
    resources.isEmpty && names.isEmpty && identities.isEmpty && !refreshesValues
  }

  private func touches(_ facts: TypeFacts) -> Bool {
    if !facts.isClosed && !(resources.isEmpty && names.isEmpty) { return true }
    if facts.hasNominal && !names.isEmpty { return true }
    return facts.hasValues && (refreshesValues || !identities.isEmpty)
  }

  // MARK: Replacing

  func callAsFunction(_ reference: ResourceReference) -> ResourceReference {
    if case .resource(let other)? = names[reference.name] { return other }
    guard let other = resources[reference.resource] else { return reference }
    return ResourceReference(other, name: reference.name)
  }

  func callAsFunction(_ id: ValueTypeID) throws(ModuleError) -> ValueTypeID {
    let info = arena.types[id]
    guard touches(info.facts) else { return id }
    if let known = values[id] { return known }
    let result: ValueTypeID
    if case .value(let other)? = names[info.name] {
      result = other
    } else if case .map(let key, let value, _) = info.shape {
      result = try arena.map(key: try self(key), value: try self(value))
    } else {
      let shape = try info.shape.mapParts { part throws(ModuleError) in
        try self(part)
      } _: { reference throws(ModuleError) in
        self(reference)
      }
      result = try arena.value(shape, name: info.name)
    }
    values[id] = result
    return result
  }

  func callAsFunction(_ id: FunctionTypeID) throws(ModuleError) -> FunctionTypeID {
    let info = arena.types[id]
    guard touches(info.facts) else { return id }
    if let known = functions[id] { return known }
    var parameters: [ResolvedField] = []
    parameters.reserveCapacity(info.type.parameters.count)
    for parameter in info.type.parameters {
      parameters.append(ResolvedField(label: parameter.label, type: try self(parameter.type)))
    }
    var result: ValueTypeID?
    if let type = info.type.result { result = try self(type) }
    let function = try arena.function(
      ResolvedFunctionType(isAsync: info.type.isAsync, parameters: parameters, result: result))
    functions[id] = function
    return function
  }

  func callAsFunction(_ value: ResolvedValue) throws(ModuleError) -> ResolvedValue {
    var identity = identities[value.identity] ?? value.identity
    if refreshesValues, case .abstract = value.identity, identities[value.identity] == nil {
      identity = arena.freshValue()
      identities[value.identity] = identity
    }
    return ResolvedValue(type: try self(value.type), identity: identity)
  }

  func callAsFunction(_ type: TypeReference) throws(ModuleError) -> TypeReference {
    switch type {
    case .value(let id): .value(try self(id))
    case .function(let id): .function(try self(id))
    case .instance(let id): .instance(try self(id))
    case .component(let id): .component(try self(id))
    case .resource(let reference): .resource(self(reference))
    }
  }

  func callAsFunction(_ type: ResolvedExternType) throws(ModuleError) -> ResolvedExternType {
    switch type {
    case .coreModule: type
    case .function(let id): .function(try self(id))
    case .value(let value): .value(try self(value))
    case .type(let type): .type(try self(type))
    case .component(let id): .component(try self(id))
    case .instance(let id): .instance(try self(id))
    }
  }

  func callAsFunction(_ items: ExternItems) throws(ModuleError) -> ExternItems {
    if isEmpty { return items }
    try arena.spend(items.count)
    return try items.mapTypes { type throws(ModuleError) in try self(type) }
  }

  // MARK: Types that bind resource types

  func callAsFunction(_ id: InstanceTypeID) throws(ModuleError) -> InstanceTypeID {
    let info = arena.types.instances[Int(id.raw)]
    guard touches(info.facts) else { return id }
    if let known = instances[id] { return known }
    let mark = arena.resourceMark
    let bound = renameBound(info.type.boundResources)
    let result = try arena.instance(
      try self(info.type.exports), bound: bound, mark: bound.isEmpty ? nil : mark)
    instances[id] = result
    return result
  }

  func callAsFunction(_ id: ComponentTypeID) throws(ModuleError) -> ComponentTypeID {
    let info = arena.types.components[Int(id.raw)]
    guard touches(info.facts) else { return id }
    if let known = components[id] { return known }
    let mark = arena.resourceMark
    let imported = renameBound(info.type.importedResources)
    let defined = renameBound(info.type.definedResources)
    let type = ResolvedComponentType(
      imports: try self(info.type.imports), exports: try self(info.type.exports),
      importedResources: imported, definedResources: defined)
    let result = try arena.component(type, mark: mark)
    components[id] = result
    return result
  }

  /// Gives bound resource types new numbers, above those that come in from outside. They occur nowhere else, so that
  /// results so far stay right.
  private func renameBound(_ bound: [BoundResource]) -> [BoundResource] {
    bound.map { item in
      let fresh = arena.freshResource()
      resources[item.resource] = fresh
      return BoundResource(fresh, path: item.path)
    }
  }
}
