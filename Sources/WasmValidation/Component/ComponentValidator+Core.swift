// Core modules and core types within components (Component Binary Format, Type Definitions).

import WasmBinary
import WasmSyntax

extension ComponentValidator {
  // MARK: Modules

  func addCoreModule(_ bytes: Bytes) throws(ModuleError) -> ValidatedDefinition.Kind {
    let module: Module
    do throws(ModuleError) {
      module = try validateModule(bytes, features: features, limits: limits)
    } catch {
      throw error.inEmbeddedModule
    }
    let ids = try arena.coreTypes(module.types)
    func closed(_ type: ExternType) -> ExternType { type.mapIndices { ids[Int($0)] } }
    var imports = CoreImports()
    for item in module.imports {
      try add(
        ResolvedCoreImport(module: item.module, name: item.name, type: closed(item.type)),
        to: &imports)
    }
    var exports = CoreExports()
    for export in module.exports {
      let index = Int(export.index)
      let type: ExternType =
        switch export.kind {
        case .function: .function(type: module.functions[index])
        case .table: .table(module.tables[index])
        case .memory: .memory(module.memories[index])
        case .global: .global(module.globals[index])
        case .tag: .tag(type: module.tags[index])
        }
      exports.append(export.name, closed(type))
    }
    let type = try arena.module(ResolvedModuleType(imports: imports.items, exports: exports))
    scope.coreModules.append(type)
    return .coreModule(module, type: type)
  }

  /// Imports of a core module, whose two names together must be different.
  private struct CoreImports {
    private(set) var items: [ResolvedCoreImport] = []
    private var names: Set<CoreImportName> = []

    mutating func append(_ item: ResolvedCoreImport) -> Bool {
      items.append(item)
      return names.insert(CoreImportName(item)).inserted
    }
  }

  private func add(
    _ item: ResolvedCoreImport, to imports: inout CoreImports
  ) throws(ModuleError) {
    guard imports.append(item) else {
      throw invalid(
        "module has a duplicate import name `\(item.module):\(item.name)` that is not allowed in components"
      )
    }
  }

  // MARK: Core types

  func addCoreType(_ definition: CoreTypeDefinition) throws(ModuleError) {
    switch definition {
    case .recursionGroup(let group):
      let ids = try addGroup(group, to: scope.coreTypes)
      scope.coreTypes += ids.map(CoreTypeEntry.defined)
    case .module(let declarators):
      scope.coreTypes.append(.module(try resolveModuleType(declarators)))
    }
  }

  /// Validates a recursion group at the end of an index space and returns its ids.
  private func addGroup(
    _ group: [SubType], to space: [CoreTypeEntry]
  ) throws(ModuleError) -> [CoreTypeID] {
    let first = UInt32(space.count)
    let checker = CoreTypeChecker(features: features, limits: limits, offset: arena.offset)
    try checker.checkReferences(of: group, first: first, in: space)
    let id = try arena.coreGroup(group, first: first) { index in
      guard case .defined(let id) = space[Int(index)] else { return 0 }
      return id
    }
    let ids = (0..<UInt32(group.count)).map { id + $0 }
    for id in ids { try checker.checkSupertype(of: id, in: types.core) }
    return ids
  }

  // MARK: Module types

  /// `core:moduletype`, which has an index space of core types of its own.
  private func resolveModuleType(
    _ declarators: [CoreModuleDeclarator]
  ) throws(ModuleError) -> ModuleTypeID {
    var space: [CoreTypeEntry] = []
    var imports = CoreImports()
    var exports = CoreExports()
    for declarator in declarators {
      switch declarator {
      case .type(.recursionGroup(let group)):
        space += try addGroup(group, to: space).map(CoreTypeEntry.defined)
      case .type(.module): throw invalid("module types cannot be nested")
      case .outerAlias(let count, let index):
        space.append(try resolveAlias(count, index, own: space))
      case .import(let item):
        let type = try resolve(item.type, in: space)
        try add(
          ResolvedCoreImport(module: item.module, name: item.name, type: type), to: &imports)
      case .export(let name, let type):
        guard exports.append(name, try resolve(type, in: space)) else {
          throw invalid("duplicate export name `\(name)` already defined")
        }
      }
    }
    return try arena.module(ResolvedModuleType(imports: imports.items, exports: exports))
  }

  /// The module type is the innermost scope.
  private func resolveAlias(
    _ count: UInt32, _ index: UInt32, own space: [CoreTypeEntry]
  ) throws(ModuleError) -> CoreTypeEntry {
    if count == 0 {
      guard index < space.count else { throw outOfBounds("type", index, space: "type") }
      return space[Int(index)]
    }
    let target: ComponentScope
    do throws(ModuleError) {
      target = try outerScope(count - 1).0
    } catch {
      throw invalid("invalid outer alias count of \(count)")
    }
    let entry = try coreType(index, in: target)
    guard case .defined = entry else {
      throw invalid("outer type alias in a module type may not refer to a module type")
    }
    return entry
  }

  /// An import or export of a module type, with its types made canonical.
  private func resolve(
    _ type: ExternType, in space: [CoreTypeEntry]
  ) throws(ModuleError) -> ExternType {
    let checker = CoreTypeChecker(features: features, limits: limits, offset: arena.offset)
    try checker.check(type, in: space, types.core)
    return type.mapIndices { index in
      guard case .defined(let id) = space[Int(index)] else { return 0 }
      return id
    }
  }
}

extension ModuleError {
  /// The component suite's words where the decoder of modules has others.
  fileprivate var inEmbeddedModule: ModuleError {
    if kind == .malformed, message == "unexpected content after last section" {
      return ModuleError(kind, "section out of order: \(message)", at: position)
    }
    return inComponentWords
  }
}
