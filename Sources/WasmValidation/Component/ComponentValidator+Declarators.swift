// Component and instance types (Explainer, Declarators), and what externtypes mean.

import WasmSyntax

extension ComponentValidator {
  func resolveComponentType(
    _ declarators: [ComponentDeclarator]
  ) throws(ModuleError) -> ComponentTypeID {
    let ended = try declare(declarators, .componentType)
    return try arena.component(
      ResolvedComponentType(
        imports: ended.imports, exports: ended.exports, importedResources: ended.importedResources,
        definedResources: ended.definedResources), mark: ended.mark)
  }

  func resolveInstanceType(
    _ declarators: [ComponentDeclarator]
  ) throws(ModuleError) -> InstanceTypeID {
    let ended = try declare(declarators, .instanceType)
    return try arena.instance(ended.exports, bound: ended.definedResources, mark: ended.mark)
  }

  private func declare(
    _ declarators: [ComponentDeclarator], _ kind: ComponentScope.Kind
  ) throws(ModuleError) -> ComponentScope {
    enterScope(kind)
    for declarator in declarators {
      arena.offset = declarator.offset
      try declare(declarator.kind)
    }
    return leaveScope()
  }

  private func declare(_ declarator: ComponentDeclarator.Kind) throws(ModuleError) {
    switch declarator {
    case .coreType(let type): try addCoreType(type)
    case .type(let type): try addType(type)
    case .alias(let alias): try addAliasDeclarator(alias)
    case .import(let item):
      var resources: [BoundResource] = []
      _ = try addImport(item, &resources)
    case .export(let name, let type): try addExportDeclarator(name, type)
    }
  }

  // MARK: External types

  /// The type of an import, or of an export that only has a type. Resource types that come with it are fresh; their
  /// paths are relative to the item.
  func resolve(
    _ type: ComponentExternType, _ resources: inout [BoundResource]
  ) throws(ModuleError) -> ResolvedExternType {
    switch type {
    case .coreModule(let index): return .coreModule(try moduleType(index))
    case .function(let index): return .function(try functionType(index))
    case .value(let bound):
      try require(.componentValues, for: "values")
      return .value(try resolve(bound))
    case .type(.equal(let index)): return .type(try renamed(try self.type(index)))
    case .type(.subResource):
      let reference = ResourceReference(arena.freshResource(), name: arena.freshName())
      resources.append(BoundResource(reference.resource, path: []))
      return .type(.resource(reference))
    case .component(let index): return .component(try componentType(index))
    case .instance(let index):
      return .instance(try open(try instanceType(index), &resources))
    }
  }

  private func resolve(_ bound: ValueBound) throws(ModuleError) -> ResolvedValue {
    switch bound {
    case .type(let type):
      return ResolvedValue(type: try resolve(type), identity: arena.freshValue())
    case .equal(let index):
      guard index < scope.values.count else {
        throw outOfBounds("value", index, space: "value")
      }
      return scope.values[Int(index)].value
    }
  }

  /// The same type under a new name, as importing or exporting it gives one.
  func renamed(_ type: TypeReference) throws(ModuleError) -> TypeReference {
    switch type {
    case .value(let id):
      let shape = types[id].shape
      return shape.isNominal ? .value(try arena.value(shape, name: arena.freshName())) : type
    case .resource(let reference):
      return .resource(ResourceReference(reference.resource, name: arena.freshName()))
    case .function, .instance, .component: return type
    }
  }

  /// An instance of an instance type: with resource types of its own for those that the type binds.
  func open(
    _ id: InstanceTypeID, _ resources: inout [BoundResource]
  ) throws(ModuleError) -> InstanceTypeID {
    let type = types[id]
    let hasValues = types.facts(.instance(id)).hasValues
    if type.boundResources.isEmpty && !hasValues { return id }
    let fresh = Substitution(arena, refreshesValues: true)
    for bound in type.boundResources {
      let resource = arena.freshResource()
      fresh.map(bound.resource, to: resource)
      resources.append(BoundResource(resource, path: bound.path))
    }
    return try arena.instance(try fresh(type.exports))
  }
}
