// What index spaces hold at run time.

import WasmExecution
import WasmSyntax
import WasmValidation

/// An item that is imported or exported (Explainer, Index Spaces), as it exists in a store.
package enum LinkedItem {
  case coreModule(CoreModule)
  case function(FunctionRef)
  case value(ComponentValue)
  /// A resource type; nil for types that are nothing at run time.
  case type(ResourceTypeRef?)
  case component(ComponentClosure)
  case instance(LinkedItems)

  /// How messages call it.
  package var word: String {
    switch self {
    case .coreModule: "module"
    case .function: "func"
    case .value: "value"
    case .type: "type"
    case .component: "component"
    case .instance: "instance"
    }
  }
}

/// The exports of an instance, by name, in order.
package final class LinkedItems {
  @exclusivity(unchecked) package private(set) var names: [String] = []
  @exclusivity(unchecked) private var items: [LinkedItem] = []
  /// Positions of names, if there are too many to go through them.
  @exclusivity(unchecked) private var positions: [ExactName: Int] = [:]
  private static let fewNames = 8

  package init() {}

  package subscript(name: String) -> LinkedItem? { position(of: name).map { items[$0] } }

  package func append(_ name: String, _ item: LinkedItem) {
    if let position = position(of: name) {
      items[position] = item
      return
    }
    names.append(name)
    items.append(item)
    if names.count > Self.fewNames {
      if positions.isEmpty {
        for (position, name) in names.enumerated() { positions[ExactName(name)] = position }
      } else {
        positions[ExactName(name)] = names.count - 1
      }
    }
  }

  private func position(of name: String) -> Int? {
    positions.isEmpty
      ? names.firstIndex { $0.isExactly(name) } : positions[ExactName(name)]
  }

  fileprivate func removeAll() {
    names = []
    items = []
    positions = [:]
  }
}

/// A component with what it sees of the components around it.
package final class ComponentClosure {
  package let plan: ComponentPlan
  /// The instance whose definition this is, for outer aliases; nil for the root.
  let outer: ComponentEnvironment?

  package init(plan: ComponentPlan, outer: ComponentEnvironment? = nil) {
    self.plan = plan
    self.outer = outer
  }
}

/// The index spaces of one component instance, as far as they exist at run time.
package final class ComponentEnvironment {
  let plan: ComponentPlan
  let outer: ComponentEnvironment?
  let inst: InstanceRef
  /// Resource types by their number in the file's arena; see `ComponentTypes`.
  @exclusivity(unchecked) var resources: [ResourceID: ResourceTypeRef] = [:]
  /// The same without numbers, as what they are the same resource as.
  @exclusivity(unchecked) var boundResources: Set<ResourceTypeRef> = []

  @exclusivity(unchecked) var coreFunctions: [CoreFunction] = []
  @exclusivity(unchecked) var coreTables: [CoreTable] = []
  @exclusivity(unchecked) var coreMemories: [CoreMemory] = []
  @exclusivity(unchecked) var coreGlobals: [CoreGlobal] = []
  @exclusivity(unchecked) var coreTags: [CoreTag] = []
  @exclusivity(unchecked) var coreModules: [CoreModule] = []
  @exclusivity(unchecked) var coreInstances: [CoreExportsByName] = []
  @exclusivity(unchecked) var functions: [FunctionRef] = []
  @exclusivity(unchecked) var values: [ComponentValue] = []
  @exclusivity(unchecked) var components: [ComponentClosure] = []
  @exclusivity(unchecked) var instances: [LinkedItems] = []
  let exports = LinkedItems()

  init(_ closure: ComponentClosure, _ inst: InstanceRef) {
    plan = closure.plan
    outer = closure.outer
    self.inst = inst
  }

  /// The store goes, and with it what the items point at. Components among them point back here.
  func letGo() {
    components = []
    instances = []
    exports.removeAll()
  }
}

/// A core instance: a module's, or a bundle of existing definitions.
enum CoreExportsByName {
  case instance(CoreInstance)
  case items([ExactName: ExternValue])

  subscript(name: String) -> ExternValue? {
    switch self {
    case .instance(let instance): instance.export(named: name)
    case .items(let items): items[ExactName(name)]
    }
  }
}
