// Component Binary Format, Import and Export Definitions, in components and in types.

import WasmSyntax

/// Which of a scope's two name spaces.
enum ExternDirection: String {
  case `import`
  case export
}

extension ComponentValidator {
  // MARK: Imports

  func addImport(
    _ item: ComponentImport, _ resources: inout [BoundResource]
  ) throws(ModuleError) -> ResolvedExternType {
    let type = try resolve(item.type, &resources)
    try admit(item.name, type, .import)
    let position = scope.imports.count
    for resource in resources {
      scope.importedResourceIDs.insert(resource.resource)
      scope.importedResources.append(
        BoundResource(resource.resource, path: [position] + resource.path))
    }
    try checkResources(ofImport: type)
    scope.imports.append(item.name, type)
    append(type)
    return type
  }

  /// Imports come before everything else: their resource types are imported or belong to a scope around this one.
  private func checkResources(ofImport type: ResolvedExternType) throws(ModuleError) {
    if types.facts(item: type).isClosed { return }
    let own = FreeResources.collect(from: type, types).filter { $0 >= scope.mark }
    guard own.isSubset(of: scope.importedResourceIDs) else {
      throw invalid("local resource type found in imports")
    }
  }

  // MARK: Exports

  func addExportDeclarator(
    _ name: ExternName, _ externType: ComponentExternType
  ) throws(ModuleError) {
    var resources: [BoundResource] = []
    let type = try resolve(externType, &resources)
    try admit(name, type, .export)
    let position = scope.exports.count
    for resource in resources {
      scope.definedResources.append(
        BoundResource(resource.resource, path: [position] + resource.path))
    }
    scope.exports.append(name, type)
    append(type)
  }

  func addExport(
    _ export: ComponentExport, _ resources: inout [BoundResource]
  ) throws(ModuleError) -> ResolvedExternType {
    let found = try item(export.item, as: "an export")
    var type: ResolvedExternType
    if let ascribed = export.type {
      type = try ascribe(ascribed, to: found, &resources)
    } else if case .type(let reference) = found {
      type = .type(try renamed(reference))
    } else {
      type = found
    }
    try admit(export.name, type, .export)
    scope.exports.append(export.name, type)
    append(type, isConsumed: true)
    return type
  }

  /// The type that an export is given explicitly, which the item's own type must fit.
  private func ascribe(
    _ externType: ComponentExternType, to found: ResolvedExternType,
    _ resources: inout [BoundResource]
  ) throws(ModuleError) -> ResolvedExternType {
    let type = try resolve(externType, &resources)
    let abstract = Substitution(arena)
    switch (type, found) {
    case (.type(.resource(let wanted)), .type(.resource(let actual))):
      if !resources.isEmpty { abstract.map(wanted.resource, to: actual.resource) }
    case (.instance(let wanted), .instance(let actual)):
      subtyping.bind(
        resources, of: types[wanted].exports, to: types[actual].exports, abstract)
      subtyping.bindValues(of: types[wanted].exports, to: types[actual].exports, abstract)
    case (.value(let wanted), .value(let actual)):
      if case .value(.type) = externType { abstract.bind(wanted.identity, to: actual.identity) }
    default: break
    }
    let expected = try abstract(type)
    try match("ascribed type of export is not compatible with item's type") {
      () throws(SubtypingError) in
      try subtyping.check(found, against: expected)
    }
    return type
  }

  // MARK: Names and visibility

  /// Checks an import's or export's name and what its type mentions, and takes both in.
  private func admit(
    _ name: ExternName, _ type: ResolvedExternType, _ direction: ExternDirection
  ) throws(ModuleError) {
    let parsed = try check(name, type, direction)
    let conflict =
      direction == .import
      ? scope.importNames.insert(name.name) : scope.exportNames.insert(name.name)
    if let conflict {
      throw invalid(
        "\(direction) name `\(name.name)` conflicts with previous name `\(conflict)`")
    }
    if case .label(let label) = parsed, case .type(.resource(let reference)) = type {
      switch direction {
      case .import: scope.importLabels.insert(label, reference)
      case .export: scope.exportLabels.insert(label, reference)
      }
    }
    let labels = direction == .import ? scope.importLabels : scope.exportLabels
    try checkAnnotation(parsed, of: name.name, type, labels, direction)
    try checkVisibility(type, direction)
    if direction == .export, case .value(let value) = type,
      types[value.type].contents.contains(.borrow)
    {
      throw invalid("value export cannot contain a `borrow` type")
    }
  }

  private func checkVisibility(
    _ type: ResolvedExternType, _ direction: ExternDirection
  ) throws(ModuleError) {
    // Instance types are checked when something is imported or exported with them.
    if scope.kind == .instanceType { return }
    let types = types
    let isVisible: Bool
    switch direction {
    case .import:
      isVisible =
        scope.importedTypes.admit(type, types) && scope.exportedTypes.admit(type, types)
    case .export: isVisible = scope.exportedTypes.admit(type, types)
    }
    if !isVisible { throw invalid("\(type.word) not valid to be used as \(direction)") }
  }
}
