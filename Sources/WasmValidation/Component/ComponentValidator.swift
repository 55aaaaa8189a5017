// Validates a component: its definitions in order, each seeing what came before. Nested components are kept on a list
// and not on the native stack.

import WasmBinary
import WasmSyntax

/// Decodes and validates a component with everything in it.
///
/// `concurrency` is whether the store that it is for has concurrency; without, what is asynchronous is invalid.
package func validateComponent(
  _ bytes: Bytes, features: FeatureSet = .standard,
  limits: ImplementationLimits = ImplementationLimits(), concurrency: Bool = true
) throws(ModuleError) -> ValidatedComponent {
  guard features.contains(.componentModel) else {
    throw .disabled(.componentModel, at: .offset(bytes.range.lowerBound))
  }
  defer { withExtendedLifetime(bytes) {} }
  let component = try decodeComponent(bytes, limits: limits)
  let validator = ComponentValidator(features: features, limits: limits, concurrency: concurrency)
  let root = try validator.validate(component)
  return ValidatedComponent(types: validator.arena.types, root: root)
}

final class ComponentValidator {
  let features: FeatureSet
  let limits: ImplementationLimits
  let concurrency: Bool
  let arena: ComponentTypeArena
  let subtyping: ComponentSubtyping
  /// The scopes around the current definition, outermost first.
  private var outerScopes: [ComponentScope] = []
  private(set) var scope: ComponentScope

  var types: ComponentTypes { arena.types }

  init(features: FeatureSet, limits: ImplementationLimits, concurrency: Bool) {
    self.features = features
    self.limits = limits
    self.concurrency = concurrency
    arena = ComponentTypeArena(limits: limits)
    subtyping = ComponentSubtyping(arena)
    scope = ComponentScope(.component, mark: arena.resourceMark)
  }

  // MARK: Scopes

  func enterScope(_ kind: ComponentScope.Kind) {
    outerScopes.append(scope)
    scope = ComponentScope(kind, mark: arena.resourceMark)
  }

  /// Ends the current scope and returns it.
  func leaveScope() -> ComponentScope {
    let ended = scope
    if let outer = outerScopes.popLast() { scope = outer }
    return ended
  }

  /// The scope that an outer alias counts to, and whether the way there leaves a component.
  func outerScope(_ count: UInt32) throws(ModuleError) -> (ComponentScope, leavesComponent: Bool) {
    guard count <= outerScopes.count else {
      throw invalid("invalid outer alias count of \(count)")
    }
    if count == 0 { return (scope, false) }
    let position = outerScopes.count - Int(count)
    let crossed = outerScopes[(position + 1)...]
    let leavesComponent =
      scope.kind == .component || crossed.contains { $0.kind == .component }
    return (outerScopes[position], leavesComponent)
  }

  // MARK: Errors

  func invalid(_ message: String) -> ModuleError { arena.invalid(message) }

  /// Refuses what needs a feature that is off.
  func require(_ feature: Feature, for what: String) throws(ModuleError) {
    if !features.contains(feature) {
      throw ModuleError(
        .featureDisabled(feature),
        "\(what): \(feature.name) is disabled: enable it with -W \(feature.name)=y",
        at: .offset(arena.offset))
    }
  }

  /// Refuses what is asynchronous in a store without concurrency, or with the feature off.
  func requireAsync(
    _ feature: Feature = .componentAsync, for what: String
  ) throws(ModuleError) {
    try require(feature, for: what)
    if !concurrency {
      throw invalid(
        "\(what): concurrency support is disabled: enable it with -W concurrency-support=y")
    }
  }

  /// Runs a type check; a mismatch is an error that begins with `context`.
  func match(
    _ context: @autoclosure () -> String, _ check: () throws(SubtypingError) -> Void
  ) throws(ModuleError) {
    do throws(SubtypingError) {
      try check()
    } catch {
      switch error {
      case .mismatch(let message): throw invalid("\(context()): \(message)")
      case .module(let error): throw error
      }
    }
  }

  // MARK: Components

  /// A component whose definitions are being gone through.
  private struct OpenComponent {
    let syntax: Component
    var next = 0
    var definitions: [ValidatedDefinition] = []
    /// Where the component itself is defined.
    let offset: Int
  }

  func validate(_ root: Component) throws(ModuleError) -> ValidatedComponentBody {
    var open = [OpenComponent(syntax: root, offset: root.bytes.range.lowerBound)]
    while true {
      let last = open.count - 1
      if open[last].next == open[last].syntax.definitions.count {
        let ended = open.removeLast()
        let body = try finish(ended)
        if open.isEmpty { return body }
        _ = leaveScope()
        scope.components.append(body.type)
        open[last - 1].definitions.append(
          ValidatedDefinition(kind: .component(body), offset: ended.offset, resources: []))
        continue
      }
      let definition = open[last].syntax.definitions[open[last].next]
      open[last].next += 1
      arena.offset = definition.offset
      if case .component(let nested) = definition.kind {
        enterScope(.component)
        open.append(OpenComponent(syntax: nested, offset: definition.offset))
      } else {
        open[last].definitions.append(try validate(definition))
      }
    }
  }

  /// Assigns the component its type.
  private func finish(_ open: OpenComponent) throws(ModuleError) -> ValidatedComponentBody {
    arena.offset = open.offset
    if let position = scope.values.firstIndex(where: { !$0.isConsumed }) {
      throw invalid(
        "value index \(position) was not used as part of an instantiation, start function, or export"
      )
    }
    let type = try arena.component(
      ResolvedComponentType(
        imports: scope.imports, exports: scope.exports, importedResources: scope.importedResources,
        definedResources: definedResources()), mark: scope.mark)
    return ValidatedComponentBody(
      syntax: open.syntax, scope: scope, definitions: open.definitions, type: type)
  }

  /// Resource types that leave through exports and did not come in through imports, by the first place where each is.
  private func definedResources() -> [BoundResource] {
    var seen = scope.importedResourceIDs
    var found: [BoundResource] = []
    var visited: Set<InstanceTypeID> = []
    let types = types
    func search(_ items: ExternItems, _ path: ExportPath) {
      for (position, item) in items.items.enumerated() where !types.facts(item: item.type).isClosed
      {
        switch item.type {
        case .type(.resource(let reference)):
          if reference.resource >= scope.mark, seen.insert(reference.resource).inserted {
            found.append(BoundResource(reference.resource, path: path + [position]))
          }
        case .instance(let id):
          if visited.insert(id).inserted { search(types[id].exports, path + [position]) }
        case .coreModule, .function, .value, .type, .component: break
        }
      }
    }
    search(scope.exports, [])
    return found
  }

  // MARK: Definitions

  private func validate(
    _ definition: ComponentDefinition
  ) throws(ModuleError) -> ValidatedDefinition {
    var resources: [BoundResource] = []
    let kind = try resolve(definition.kind, &resources)
    return ValidatedDefinition(kind: kind, offset: definition.offset, resources: resources)
  }

  private func resolve(
    _ kind: ComponentDefinition.Kind, _ resources: inout [BoundResource]
  ) throws(ModuleError) -> ValidatedDefinition.Kind {
    switch kind {
    case .coreModule(let bytes): return try addCoreModule(bytes)
    case .coreInstance(let expression):
      scope.coreInstances.append(try resolve(expression))
      return .coreInstance(expression)
    case .coreType(let type):
      try addCoreType(type)
      return .coreType
    case .component: throw invalid("nested component out of place")
    case .instance(let expression):
      scope.instances.append(try resolve(expression, &resources))
      return .instance(expression)
    case .alias(let alias):
      try addAlias(alias)
      return .alias(alias)
    case .type(.resource(let type)):
      resources = [BoundResource(try addResource(type), path: [])]
      return .resource(type)
    case .type(let type):
      try addType(type)
      return .type
    case .canon(let canon): return try resolve(canon)
    case .start(let start):
      try addStart(start)
      return .start(start)
    case .import(let item):
      let type = try addImport(item, &resources)
      return .import(item.name, type)
    case .export(let item):
      let type = try addExport(item, &resources)
      return .export(item.name, item.item, type)
    case .value(let value):
      let type = try addValue(value)
      return .value(type, value.bytes)
    }
  }
}
