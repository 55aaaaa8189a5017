// Explainer, External Visibility of Types: what imports and exports mention must have been imported or exported itself.

import WasmSyntax

/// Types that can be referred to from outside by a name.
struct VisibleTypes {
  private var names: Set<TypeNameID> = []
  private var resources: Set<ResourceReference> = []
  /// Types found to be in order: names are only ever added.
  private var checked: Set<ValueTypeID> = []
  private var checkedInstances: Set<InstanceTypeID> = []
  /// What was added for the time being.
  private var temporary: [TypeReference]?

  mutating func insert(_ type: TypeReference, _ types: ComponentTypes) {
    let isNew =
      switch type {
      case .value(let id): types[id].name != .none && names.insert(types[id].name).inserted
      case .resource(let reference): resources.insert(reference).inserted
      case .function, .instance, .component: false
      }
    if isNew { temporary?.append(type) }
  }

  /// Runs a check and takes back the names that it added.
  private mutating func temporarily(
    _ types: ComponentTypes, _ check: (inout VisibleTypes) -> Bool
  ) -> Bool {
    let outer = temporary
    temporary = []
    let result = check(&self)
    for type in temporary ?? [] {
      switch type {
      case .value(let id): names.remove(types[id].name)
      case .resource(let reference): resources.remove(reference)
      case .function, .instance, .component: break
      }
    }
    temporary = outer
    return result
  }

  func contains(_ name: TypeNameID) -> Bool { names.contains(name) }
  func contains(_ resource: ResourceReference) -> Bool { resources.contains(resource) }

  /// Whether any name stands for the resource type.
  func contains(_ resource: ResourceID) -> Bool { resources.contains { $0.resource == resource } }

  /// Whether everything that an imported or exported item mentions is visible. Types of the item become so.
  mutating func admit(_ type: ResolvedExternType, _ types: ComponentTypes) -> Bool {
    switch type {
    case .coreModule: return true
    case .function(let id): return admitsParts(of: .function(id), types)
    case .value(let value): return admitsMention(of: value.type, types)
    case .component(let id): return admitsParts(of: .component(id), types)
    case .type(let type):
      guard admitsParts(of: type, types) else { return false }
      insert(type, types)
      return true
    case .instance(let id):
      if checkedInstances.contains(id) { return true }
      for item in types[id].exports.items where !admit(item.type, types) { return false }
      if temporary == nil { checkedInstances.insert(id) }
      return true
    }
  }

  /// Whether what a type is made of is visible: its own name is about to be given.
  private mutating func admitsParts(of type: TypeReference, _ types: ComponentTypes) -> Bool {
    switch type {
    case .resource: return true
    case .value(let id):
      switch types[id].shape {
      case .own(let resource), .borrow(let resource): return contains(resource)
      default: break
      }
      var parts: [ValueTypeID] = []
      types[id].shape.forEachPart { parts.append($0) }
      for part in parts where !admitsMention(of: part, types) { return false }
      return true
    case .function(let id):
      let function = types[id].type
      for parameter in function.parameters where !admitsMention(of: parameter.type, types) {
        return false
      }
      return function.result.map { admitsMention(of: $0, types) } ?? true
    case .instance(let id):
      // The type's own exports name each other, but nothing outside of it.
      return temporarily(types) { $0.admit(.instance(id), types) }
    case .component(let id):
      // Component types were checked when they were declared; what is left is resource types from outside.
      return types.facts(.component(id)).isClosed
        || FreeResources.collect(from: .component(id), types).allSatisfy { contains($0) }
    }
  }

  /// Whether a value type can be mentioned: types that need a name have a visible one.
  private mutating func admitsMention(of id: ValueTypeID, _ types: ComponentTypes) -> Bool {
    let info = types[id]
    if !info.facts.hasNominal && info.facts.isClosed { return true }
    if checked.contains(id) { return true }
    switch info.shape {
    case .record, .variant, .flags, .enum: guard contains(info.name) else { return false }
    case .own(let resource), .borrow(let resource):
      guard contains(resource) else { return false }
    case .primitive, .list, .fixedLengthList, .tuple, .option, .result, .stream, .future, .map:
      var parts: [ValueTypeID] = []
      info.shape.forEachPart { parts.append($0) }
      for part in parts where !admitsMention(of: part, types) { return false }
    }
    if temporary == nil { checked.insert(id) }
    return true
  }
}

/// The resource types that a type mentions without binding them.
enum FreeResources {
  static func collect(
    from type: ResolvedExternType, _ types: ComponentTypes
  ) -> Set<ResourceID> {
    var search = Search(types: types)
    search.visit(item: type)
    return search.found
  }

  private struct Search {
    let types: ComponentTypes
    var found: Set<ResourceID> = []
    private var bound: Set<ResourceID> = []
    private var visited: Set<TypeReference> = []

    init(types: ComponentTypes) { self.types = types }

    mutating func visit(item type: ResolvedExternType) {
      switch type {
      case .coreModule: break
      case .function(let id): visit(.function(id))
      case .value(let value): visit(.value(value.type))
      case .type(let type): visit(type)
      case .component(let id): visit(.component(id))
      case .instance(let id): visit(.instance(id))
      }
    }

    private mutating func visit(_ type: TypeReference) {
      if types.facts(type).isClosed || !visited.insert(type).inserted { return }
      switch type {
      case .value(let id): visit(partsOf: id)
      case .resource(let reference): mention(reference)
      case .function(let id):
        for parameter in types[id].type.parameters { visit(.value(parameter.type)) }
        if let result = types[id].type.result { visit(.value(result)) }
      case .instance(let id):
        bind(types[id].boundResources)
        for item in types[id].exports.items { visit(item: item.type) }
      case .component(let id):
        bind(types[id].importedResources)
        bind(types[id].definedResources)
        for item in types[id].imports.items { visit(item: item.type) }
        for item in types[id].exports.items { visit(item: item.type) }
      }
    }

    private mutating func visit(partsOf id: ValueTypeID) {
      switch types[id].shape {
      case .own(let reference), .borrow(let reference): mention(reference)
      default:
        var parts: [ValueTypeID] = []
        types[id].shape.forEachPart { parts.append($0) }
        for part in parts { visit(.value(part)) }
      }
    }

    private mutating func mention(_ reference: ResourceReference) {
      if !bound.contains(reference.resource) { found.insert(reference.resource) }
    }

    /// Bound resource types occur in no other type: they can stay.
    private mutating func bind(_ resources: [BoundResource]) {
      for resource in resources { bound.insert(resource.resource) }
    }
  }
}
