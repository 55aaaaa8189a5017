// Instantiation of a component: its definitions in order, nested components on a list of their own, so that nesting takes
// no native stack. What is needed of types was resolved when the component was loaded.

import WasmExecution
import WasmSyntax
import WasmValidation

/// An instance of a root component.
package final class RootInstance {
  package let inst: InstanceRef
  package let component: LoadedComponent
  package let exports: LinkedItems

  init(_ environment: ComponentEnvironment, _ component: LoadedComponent) {
    inst = environment.inst
    self.component = component
    exports = environment.exports
  }
}

/// An instantiation under way.
package final class ComponentInstantiation {
  let store: ComponentStore
  let component: LoadedComponent
  private let imports: (String) -> ImportItem?
  /// The components whose definitions are being gone through, the root first.
  @exclusivity(unchecked) private var levels: [Level] = []
  @exclusivity(unchecked) private var rootEnvironment: ComponentEnvironment?
  /// What a start function that is not done is waited for with.
  @exclusivity(unchecked) private var waiting = Waiting.nothing

  private enum Waiting {
    case nothing
    /// The run of a core module's start function.
    case coreStart(InstanceRef)
    /// A component's start function.
    case start(DynamicInvocation, ComponentEnvironment)
  }

  /// A component being instantiated.
  private struct Level {
    let environment: ComponentEnvironment
    /// Nested components: what is supplied by name.
    let arguments: [ExactName: LinkedItem]
    var next = 0
  }

  package init(
    _ component: LoadedComponent, in store: ComponentStore,
    imports: @escaping (String) -> ImportItem?
  ) {
    self.component = component
    self.store = store
    self.imports = imports
  }

  /// Instantiates; what a start function waits for is waited for with `wait`.
  package func run(
    waiting wait: () throws(ComponentFailure) -> Void
  ) throws(ComponentFailure) -> RootInstance {
    while true {
      if let instance = try advance() { return instance }
      if let invocation = startInvocation {
        try store.wait(for: invocation, wait)
      } else {
        try wait()
      }
    }
  }

  /// The call of a component's start function that is waited for, if it is one.
  package var startInvocation: Invocation? {
    if case .start(let invocation, _) = waiting { invocation } else { nil }
  }

  /// Instantiates as far as it goes without waiting; nil while a start function is not done. To be called again when no
  /// run of the store waits any more and `startInvocation`, if there is one, has ended.
  package func advance() throws(ComponentFailure) -> RootInstance? {
    guard component.engine === store.engine else {
      throw .unlinkable("the component belongs to another engine")
    }
    if rootEnvironment == nil {
      try enter(ComponentClosure(plan: component.root), parent: nil, [:])
      rootEnvironment = levels.first?.environment
    }
    while true {
      guard try finishStart() else { return nil }
      guard let last = levels.indices.last else { break }
      let level = levels[last]
      let plan = level.environment.plan
      guard level.next < plan.body.definitions.count else {
        try leave()
        continue
      }
      levels[last].next += 1
      try perform(level.next, level.environment, isRoot: last == 0)
    }
    guard let rootEnvironment else { throw ComponentFailure(ComponentTrap(.bug)) }
    return RootInstance(rootEnvironment, component)
  }

  /// Whether no start function is under way.
  private func finishStart() throws(ComponentFailure) -> Bool {
    switch waiting {
    case .nothing: return true
    case .coreStart(let inst):
      guard store.quantum == nil else { return false }
      waiting = .nothing
      if let failure = store.poisoned[inst] { throw failure }
    case .start(let invocation, let environment):
      switch invocation.state {
      case .running: return false
      case .failed(let failure): throw failure
      case .cancelled: throw .cancelled
      case .returned:
        waiting = .nothing
        if let result = invocation.result { environment.values.append(result) }
      }
    }
    return true
  }

  /// Begins a core module's start function.
  func begin(_ function: CoreFunction, _ inst: InstanceRef) throws(ComponentFailure) {
    if try !store.callStart(function, inst) { waiting = .coreStart(inst) }
  }

  /// Begins a component's start function.
  func begin(
    _ invocation: DynamicInvocation, _ environment: ComponentEnvironment
  ) throws(ComponentFailure) {
    // Values that come from another file may be of another type.
    do throws(ValueMismatch) {
      try invocation.check(store.state)
    } catch {
      throw .unlinkable(error.description)
    }
    try store.start(invocation)
    waiting = .start(invocation, environment)
  }

  private func enter(
    _ closure: ComponentClosure, parent: InstanceRef?, _ arguments: [ExactName: LinkedItem]
  ) throws(ComponentFailure) {
    guard store.records.instanceCount < store.core.limits.instances else {
      let limit = store.core.limits.instances
      throw .limit(LimitExceeded(.instances, "more than \(limit) instances"))
    }
    store.records.instanceCount += 1
    let inst = try trapping { () throws(ComponentTrap) in
      try store.state.newInstance(parent: parent)
    }
    let environment = ComponentEnvironment(closure, inst)
    store.records.environments.append(environment)
    levels.append(Level(environment: environment, arguments: arguments))
  }

  /// A nested component is done: its exports are an instance of the component around it.
  private func leave() throws(ComponentFailure) {
    let ended = levels.removeLast().environment
    guard let outer = levels.last else { return }
    outer.environment.instances.append(ended.exports)
    let definition = outer.environment.plan.body.definitions[outer.next - 1]
    try bind(
      definition.resources, .instance(ended.exports),
      .instance(outer.environment.plan.body.instances[outer.environment.instances.count - 1]),
      outer.environment)
  }

  private func perform(
    _ position: Int, _ environment: ComponentEnvironment, isRoot: Bool
  ) throws(ComponentFailure) {
    let plan = environment.plan
    let definition = plan.body.definitions[position]
    switch (definition.kind, plan.steps[position]) {
    case (.coreModule, .coreModule(let module)): environment.coreModules.append(module)
    case (.coreInstance(let expression), _):
      try instantiateCore(expression, environment)
    case (.coreType, _): break
    case (.component, .component(let nested)):
      environment.components.append(ComponentClosure(plan: nested, outer: environment))
    case (.instance(.instantiate(let index, let arguments)), _):
      var items: [ExactName: LinkedItem] = [:]
      for argument in arguments {
        items[ExactName(argument.name)] = item(argument.item, environment)
      }
      try enter(environment.components[Int(index)], parent: environment.inst, items)
    case (.instance(.exports(let exports)), _):
      let items = LinkedItems()
      for export in exports { items.append(export.name.name, item(export.item, environment)) }
      environment.instances.append(items)
    case (.alias(let alias), _): try add(alias, environment)
    case (.type, _): break
    case (.resource(let type), _): try addResource(type, definition, environment)
    case (.lift(let lift), .lift(let function)): try add(lift, function, environment)
    case (.lower(let lower), .lower(let signature)): try add(lower, signature, environment)
    case (.builtin, .builtin(let builtin)): try add(builtin, environment)
    case (.start(let start), _): try call(start, environment)
    case (.import(let name, let type), _):
      let item =
        try isRoot
        ? rootImport(name, type, environment)
        : levels[levels.count - 1].arguments[ExactName(name.name)]
      guard let item else { throw .unlinkable("missing import named `\(name.name)`") }
      try bind(definition.resources, item, type, environment)
      try environment.append(item, type)
    case (.export(let name, let index, let type), _):
      let item = item(index, environment)
      ascribe(definition.resources, index, type, environment)
      environment.exports.append(name.name, item)
      try environment.append(item, type)
    case (.value(let type, let bytes), _):
      environment.values.append(try constant(type, bytes, plan.types))
    case (.coreModule, _), (.component, _), (.lift, _), (.lower, _), (.builtin, _):
      throw ComponentFailure(ComponentTrap(.bug))
    }
  }

  private func rootImport(
    _ name: ExternName, _ type: ResolvedExternType, _ environment: ComponentEnvironment
  ) throws(ComponentFailure) -> LinkedItem? {
    let linker = ImportLinker(store, environment)
    if let found = imports(name.name) {
      return try linker.link(found, as: type, at: "import `\(name.name)`")
    }
    guard let item = linker.linkUnsupplied(type) else {
      throw .unlinkable("missing import named `\(name.name)`")
    }
    return item
  }

  /// Runs something that may be against a limit of the store.
  func trapping<R>(_ body: () throws(ComponentTrap) -> R) throws(ComponentFailure) -> R {
    do throws(ComponentTrap) { return try body() } catch { throw ComponentFailure(error) }
  }

  // MARK: Items

  func item(_ index: SortIndex, _ environment: ComponentEnvironment) -> LinkedItem {
    let position = Int(index.index)
    return switch index.sort {
    case .function: .function(environment.functions[position])
    case .value: .value(environment.values[position])
    case .type: .type(environment.resource(environment.plan.body.types[position]))
    case .component: .component(environment.components[position])
    case .instance: .instance(environment.instances[position])
    // Only modules are both core and items of components.
    case .core: .coreModule(environment.coreModules[position])
    }
  }

  /// Notes the resource types that an item brings.
  private func bind(
    _ resources: [BoundResource], _ item: LinkedItem, _ type: ResolvedExternType,
    _ environment: ComponentEnvironment
  ) throws(ComponentFailure) {
    for bound in resources {
      if let found = resource(at: bound.path[...], in: item, type, environment.plan.types) {
        try store.bind(bound.resource, to: found, in: environment)
      }
    }
  }

  /// Resource types that an export is ascribed: new to whoever imports it, but for the component itself they are the types
  /// that it exports.
  private func ascribe(
    _ resources: [BoundResource], _ index: SortIndex, _ type: ResolvedExternType,
    _ environment: ComponentEnvironment
  ) {
    let types = environment.plan.types
    let position = Int(index.index)
    for bound in resources {
      switch (index.sort, type) {
      case (.type, _):
        environment.resources[bound.resource] = environment.resource(
          environment.plan.body.types[position])
      case (.instance, .instance(let wanted)):
        let actual = environment.plan.body.instances[position]
        environment.resources[bound.resource] = types.type(
          at: bound.path, of: wanted, in: actual
        ).flatMap { environment.resource($0) }
      case (.core, _), (.function, _), (.value, _), (.component, _), (.instance, _): break
      }
    }
  }

  private func resource(
    at path: ArraySlice<Int>, in item: LinkedItem, _ type: ResolvedExternType,
    _ types: ComponentTypes
  ) -> ResourceTypeRef? {
    var (item, type) = (item, type)
    for position in path {
      guard case .instance(let items) = item, case .instance(let id) = type else { return nil }
      let export = types[id].exports.items[position]
      guard let next = items[export.name.name] else { return nil }
      (item, type) = (next, export.type)
    }
    guard case .type(let found) = item else { return nil }
    return found
  }

  // MARK: Aliases

  private func add(
    _ alias: Alias, _ environment: ComponentEnvironment
  ) throws(ComponentFailure) {
    switch alias {
    case .export(let instance, let name, let sort):
      guard let item = environment.instances[Int(instance)][name] else {
        throw .unlinkable("an instance has no export named `\(name)`")
      }
      try environment.append(item, sort)
    case .coreExport(let instance, let name, let sort):
      guard let value = environment.coreInstances[Int(instance)][name] else {
        throw .unlinkable("a core instance has no export named `\(name)`")
      }
      try environment.append(value, sort)
    case .outer(let count, let index, let sort):
      var target = environment
      for _ in 0..<count {
        guard let outer = target.outer else { throw ComponentFailure(ComponentTrap(.bug)) }
        target = outer
      }
      switch sort {
      case .core(.module): environment.coreModules.append(target.coreModules[Int(index)])
      case .component: environment.components.append(target.components[Int(index)])
      case .core, .function, .value, .type, .instance: break
      }
    }
  }

  // MARK: Resource types

  private func addResource(
    _ type: ResourceTypeDefinition, _ definition: ValidatedDefinition,
    _ environment: ComponentEnvironment
  ) throws(ComponentFailure) {
    let destructor = try type.destructor.map { index throws(ComponentFailure) in
      try makeDestructor(
        environment.coreFunctions[Int(index)], representation: type.representation, environment)
    }
    let rt = try trapping { () throws(ComponentTrap) in
      try store.state.newResourceType(
        impl: environment.inst, dtor: destructor.map { UnsafeMutableRawPointer($0) })
    }
    for bound in definition.resources { try store.bind(bound.resource, to: rt, in: environment) }
  }
}

extension TypeReference {
  var isResource: Bool {
    if case .resource = self { true } else { false }
  }
}

extension ComponentTypes {
  /// The type in an instance that stands at a path of another instance type.
  fileprivate func type(
    at path: ExportPath, of wanted: InstanceTypeID, in actual: InstanceTypeID
  ) -> TypeReference? {
    var (wanted, actual) = (wanted, actual)
    for position in path {
      let export = self[wanted].exports.items[position]
      switch (export.type, self[actual].exports[export.name.name]) {
      case (.type, .type(let type)): return type
      case (.instance(let next), .instance(let found)): (wanted, actual) = (next, found)
      default: return nil
      }
    }
    return nil
  }
}

extension ComponentEnvironment {
  /// The resource type that a type is, if it is one.
  func resource(_ type: TypeReference) -> ResourceTypeRef? {
    guard case .resource(let reference) = type else { return nil }
    return resources[reference.resource]
  }

  /// Adds an item to the index space of its sort. What comes from another file may be of another one.
  func append(_ item: LinkedItem, _ type: ResolvedExternType) throws(ComponentFailure) {
    switch type {
    case .coreModule: try append(item, .core(.module))
    case .function: try append(item, .function)
    case .value: try append(item, .value)
    case .type: try append(item, .type)
    case .component: try append(item, .component)
    case .instance: try append(item, .instance)
    }
  }

  func append(_ item: LinkedItem, _ sort: Sort) throws(ComponentFailure) {
    switch (item, sort) {
    case (.coreModule(let module), .core(.module)): coreModules.append(module)
    case (.function(let function), .function): functions.append(function)
    case (.value(let value), .value): values.append(value)
    case (.type, .type): break
    case (.component(let component), .component): components.append(component)
    case (.instance(let instance), .instance): instances.append(instance)
    case (.coreModule, _), (.function, _), (.value, _), (.type, _), (.component, _),
      (.instance, _):
      throw .unlinkable("expected \(sort.name), found \(item.word)")
    }
  }

  func append(_ value: ExternValue, _ sort: CoreSort) throws(ComponentFailure) {
    switch (value, sort) {
    case (.function(let function), .function): coreFunctions.append(function)
    case (.table(let table), .table): coreTables.append(table)
    case (.memory(let memory), .memory): coreMemories.append(memory)
    case (.global(let global), .global): coreGlobals.append(global)
    case (.tag(let tag), .tag): coreTags.append(tag)
    case (_, .type), (_, .module), (_, .instance), (.function, _), (.table, _), (.memory, _),
      (.global, _), (.tag, _):
      throw .unlinkable("a core export is not a \(sort.name)")
    }
  }
}
