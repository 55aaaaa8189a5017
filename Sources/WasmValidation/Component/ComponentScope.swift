// The index spaces that definitions fill (Explainer, Index Spaces), of a component or of a component or instance type
// being declared, with what else is remembered until its end.

import WasmSyntax

final class ComponentScope {
  enum Kind {
    case component
    case componentType
    case instanceType
  }
  let kind: Kind
  /// Resource types from this number on belong to this scope or to one within it.
  let mark: ResourceID

  var coreFunctions: [CoreTypeID] = []
  var coreTables: [TableType] = []
  var coreMemories: [MemoryType] = []
  var coreGlobals: [GlobalType] = []
  var coreTags: [CoreTypeID] = []
  var coreTypes: [CoreTypeEntry] = []
  var coreModules: [ModuleTypeID] = []
  var coreInstances: [CoreInstanceTypeID] = []
  var functions: [FunctionTypeID] = []
  var values: [(value: ResolvedValue, isConsumed: Bool)] = []
  var types: [TypeReference] = []
  var components: [ComponentTypeID] = []
  var instances: [InstanceTypeID] = []

  var imports = ExternItems()
  var exports = ExternItems()
  var importNames = StronglyUniqueNames()
  var exportNames = StronglyUniqueNames()
  var importLabels = ResourceLabels()
  var exportLabels = ResourceLabels()
  /// Types that imports may mention, and those that exports may.
  var importedTypes = VisibleTypes()
  var exportedTypes = VisibleTypes()

  /// Resource types of imports; paths begin with the import's position.
  var importedResources: [BoundResource] = []
  var importedResourceIDs: Set<ResourceID> = []
  /// Resource types of exports; paths begin with the export's position.
  var definedResources: [BoundResource] = []
  /// Resource types defined here and their representations.
  var localResources: [ResourceID: ValueType] = [:]
  /// The type that the first `context.get` or `context.set` gave.
  var contextType: ValueType?

  init(_ kind: Kind, mark: ResourceID) {
    self.kind = kind
    self.mark = mark
  }
}

/// Names that must be strongly unique (Explainer, Name Uniqueness), by their canonical form.
struct StronglyUniqueNames {
  private var names: [ExactName: String] = [:]

  /// Takes a name in; the earlier one if there is a conflict.
  mutating func insert(_ name: String) -> String? {
    let key = ExactName(name.canonicalizedExternName)
    if let previous = names[key] { return previous }
    names[key] = name
    return nil
  }
}

/// By what plain names resource types were imported or exported in a scope.
struct ResourceLabels {
  private var labels: [ResourceReference: String] = [:]
  private var all: Set<String> = []

  mutating func insert(_ label: String, _ resource: ResourceReference) {
    labels[resource] = label
    all.insert(label)
  }

  subscript(resource: ResourceReference) -> String? { labels[resource] }

  func contains(_ label: String) -> Bool { all.contains(label) }
}
