// Component Binary Format, Instance and Alias Definitions.

import WasmSyntax

extension ComponentValidator {
  // MARK: Core instances

  func resolve(_ expression: CoreInstanceExpression) throws(ModuleError) -> CoreInstanceTypeID {
    switch expression {
    case .instantiate(let module, let arguments):
      let type = types[try coreModule(module)]
      try checkInstantiation(of: type, arguments)
      return try arena.coreInstance(type.exports, isNew: false)
    case .exports(let items):
      var exports = CoreExports()
      for item in items {
        guard exports.append(item.name, try coreItem(item.item)) else {
          throw invalid("duplicate instantiation export name `\(item.name)` already defined")
        }
      }
      return try arena.coreInstance(exports)
    }
  }

  private func checkInstantiation(
    of module: ResolvedModuleType, _ arguments: [(name: String, instance: UInt32)]
  ) throws(ModuleError) {
    var instances: [ExactName: CoreInstanceTypeID] = [:]
    for argument in arguments {
      let id = try coreInstance(argument.instance)
      if instances.updateValue(id, forKey: ExactName(argument.name)) != nil {
        throw invalid("duplicate module instantiation argument named `\(argument.name)`")
      }
    }
    try arena.spend(module.imports.count)
    for item in module.imports {
      guard let instance = instances[ExactName(item.module)] else {
        throw invalid("missing module instantiation argument named `\(item.module)`")
      }
      guard let found = types[instance].exports[item.name] else {
        throw invalid(
          "module instantiation argument `\(item.module)` does not export an item named `\(item.name)`"
        )
      }
      try match(
        "type mismatch for export `\(item.name)` of module instantiation argument `\(item.module)`"
      ) { () throws(SubtypingError) in
        try subtyping.check(found, against: item.type)
      }
    }
  }

  private func coreItem(_ item: CoreSortIndex) throws(ModuleError) -> ExternType {
    switch item.sort {
    case .function: .function(type: try coreFunctionID(item.index))
    case .table: .table(try coreTable(item.index))
    case .memory: .memory(try coreMemory(item.index))
    case .global: .global(try coreGlobal(item.index))
    case .tag: .tag(type: try coreTag(item.index))
    case .type, .module, .instance:
      throw invalid("core \(item.sort.name) cannot be exported from a core instance")
    }
  }

  // MARK: Instances

  func resolve(
    _ expression: InstanceExpression, _ resources: inout [BoundResource]
  ) throws(ModuleError) -> InstanceTypeID {
    switch expression {
    case .instantiate(let component, let arguments):
      let id = try self.component(component)
      var items = ExternItems()
      for argument in arguments {
        let type = try item(argument.item, as: "an instantiation argument")
        guard items.append(ExternName(argument.name), type) else {
          throw invalid(
            "instantiation argument `\(argument.name)` conflicts with previous argument `\(argument.name)`"
          )
        }
      }
      return try instantiate(id, with: items, &resources)
    case .exports(let items): return try synthesize(items)
    }
  }

  /// Checks the arguments against the imports and gives the exports the actual types.
  private func instantiate(
    _ id: ComponentTypeID, with arguments: ExternItems, _ resources: inout [BoundResource]
  ) throws(ModuleError) -> InstanceTypeID {
    let type = types[id]
    try arena.spend(type.imports.count)
    let supplied = Substitution(arena)
    subtyping.bind(type.importedResources, of: type.imports, to: arguments, supplied)
    subtyping.bindValues(of: type.imports, to: arguments, supplied)
    for item in type.imports.items {
      let name = item.name.name
      guard let argument = arguments[name] else { throw invalid("missing import named `\(name)`") }
      let expected = try supplied(item.type)
      try match("type mismatch for import `\(name)`") { () throws(SubtypingError) in
        try subtyping.check(argument, against: expected)
      }
    }
    let actual = Substitution(arena, refreshesValues: types.facts(.component(id)).hasValues)
    subtyping.bind(type.importedResources, of: type.imports, to: arguments, actual)
    subtyping.bindValues(of: type.imports, to: arguments, actual)
    subtyping.bindNames(of: type.imports, to: arguments, actual)
    for defined in type.definedResources {
      let fresh = arena.freshResource()
      actual.map(defined.resource, to: fresh)
      resources.append(BoundResource(fresh, path: defined.path))
    }
    // Without anything to replace all instances of a component have one type.
    if actual.isEmpty, let known = arena.plainInstances[id] { return known }
    let instance = try arena.instance(try actual(type.exports))
    if actual.isEmpty { arena.plainInstances[id] = instance }
    return instance
  }

  /// An instance made of existing items.
  private func synthesize(
    _ items: [(name: ExternName, item: SortIndex)]
  ) throws(ModuleError) -> InstanceTypeID {
    var names = StronglyUniqueNames()
    var exports = ExternItems()
    for item in items {
      let type = try self.item(item.item, as: "an export of an instance")
      let parsed = try check(item.name, type, .export)
      if let previous = names.insert(item.name.name) {
        throw invalid(
          "export name `\(item.name.name)` conflicts with previous name `\(previous)`")
      }
      // Nothing here gives the resource type inside a function's type a name.
      try checkAnnotation(parsed, of: item.name.name, type, ResourceLabels(), .export)
      exports.append(item.name, type)
    }
    return try arena.instance(exports)
  }

  // MARK: Aliases

  func addAlias(_ alias: Alias) throws(ModuleError) {
    switch alias {
    case .export(let index, let name, let sort): try addExportAlias(index, name, sort)
    case .coreExport(let index, let name, let sort): try addCoreExportAlias(index, name, sort)
    case .outer(let count, let index, let sort): try addOuterAlias(count, index, sort)
    }
  }

  /// Aliases in component and instance types project less.
  func addAliasDeclarator(_ alias: Alias) throws(ModuleError) {
    switch alias {
    case .export(_, _, .instance), .export(_, _, .type), .outer(_, _, .type),
      .outer(_, _, .core(.type)):
      try addAlias(alias)
    case .export, .coreExport, .outer:
      throw invalid("aliases in a component or instance type may only refer to types or instances")
    }
  }

  private func addExportAlias(
    _ index: UInt32, _ name: String, _ sort: Sort
  ) throws(ModuleError) {
    let exports = types[try instance(index)].exports
    guard let type = exports[name] else {
      throw invalid("instance \(index) has no export named `\(name)`")
    }
    switch (type, sort) {
    case (.coreModule, .core(.module)), (.function, .function), (.type, .type),
      (.component, .component), (.instance, .instance):
      break
    case (.value, .value): try require(.componentValues, for: "values")
    default:
      let word = sort == .core(.module) ? "module" : sort.name
      throw invalid("export `\(name)` for instance \(index) is not a \(word)")
    }
    append(type)
  }

  private func addCoreExportAlias(
    _ index: UInt32, _ name: String, _ sort: CoreSort
  ) throws(ModuleError) {
    let exports = types[try coreInstance(index)].exports
    guard let type = exports[name] else {
      throw invalid("core instance \(index) has no export named `\(name)`")
    }
    switch (type, sort) {
    case (.function(let id), .function): scope.coreFunctions.append(id)
    case (.table(let type), .table): scope.coreTables.append(type)
    case (.memory(let type), .memory): scope.coreMemories.append(type)
    case (.global(let type), .global): scope.coreGlobals.append(type)
    case (.tag(let id), .tag): scope.coreTags.append(id)
    default:
      throw invalid("export `\(name)` for core instance \(index) is not a \(sort.name)")
    }
  }

  private func addOuterAlias(
    _ count: UInt32, _ index: UInt32, _ sort: Sort
  ) throws(ModuleError) {
    let (target, leavesComponent) = try outerScope(count)
    switch sort {
    case .core(.module): scope.coreModules.append(try coreModule(index, in: target))
    case .core(.type): scope.coreTypes.append(try coreType(index, in: target))
    case .component: scope.components.append(try component(index, in: target))
    case .type:
      let type = try self.type(index, in: target)
      if leavesComponent && !types.facts(type).isClosed {
        throw invalid(
          "cannot alias outer type which transitively refers to resources not defined in the current component"
        )
      }
      scope.types.append(type)
    case .core, .function, .value, .instance:
      throw invalid("\(sort.name) cannot be aliased from an enclosing component")
    }
  }
}
