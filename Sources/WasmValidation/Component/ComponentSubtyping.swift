// Explainer, Type Checking: which item can stand in for which. Both sides are types of one arena that need no further
// replacing. A mismatch is described from the outside in, each level in front of the one below it.

import WasmSyntax

/// Why a check of two types ended: a mismatch, or an error that ends validation.
enum SubtypingError: Error {
  case mismatch(String)
  case module(ModuleError)
}

struct ComponentSubtyping {
  let arena: ComponentTypeArena
  var types: ComponentTypes { arena.types }

  init(_ arena: ComponentTypeArena) { self.arena = arena }

  /// Runs a check and puts a context in front of its mismatch.
  func within(
    _ context: @autoclosure () -> String, _ check: () throws(SubtypingError) -> Void
  ) throws(SubtypingError) {
    do throws(SubtypingError) {
      try check()
    } catch {
      switch error {
      case .mismatch(let message): throw .mismatch("\(context()): \(message)")
      case .module: throw error
      }
    }
  }

  func lifted<T>(_ body: () throws(ModuleError) -> T) throws(SubtypingError) -> T {
    do throws(ModuleError) { return try body() } catch { throw .module(error) }
  }

  // MARK: Items

  /// Whether `type` can be used where `other` is expected.
  func check(
    _ type: ResolvedExternType, against other: ResolvedExternType
  ) throws(SubtypingError) {
    switch (type, other) {
    case (.coreModule(let id), .coreModule(let otherID)): try check(id, against: otherID)
    case (.function(let id), .function(let otherID)): try check(id, against: otherID)
    case (.value(let value), .value(let otherValue)):
      try check(value.type, against: otherValue.type)
      if value.identity != otherValue.identity { throw .mismatch("values are not the same") }
    case (.type(let type), .type(let otherType)): try check(type, against: otherType)
    case (.component(let id), .component(let otherID)): try check(id, against: otherID)
    case (.instance(let id), .instance(let otherID)): try check(id, against: otherID)
    default: throw .mismatch("expected \(other.word), found \(type.word)")
    }
  }

  /// Types are bounded by equality; that of instance and component types is being subtypes of each other.
  private func check(
    _ type: TypeReference, against other: TypeReference
  ) throws(SubtypingError) {
    switch (type, other) {
    case (.value(let id), .value(let otherID)):
      if case .primitive = types[otherID].shape {
        guard case .primitive = types[id].shape else {
          throw .mismatch("expected primitive, found \(types[id].shape.word)")
        }
      }
      try check(id, against: otherID)
    case (.resource(let resource), .resource(let otherResource)):
      try check(resource, against: otherResource)
    case (.function(let id), .function(let otherID)): try check(id, against: otherID)
    case (.instance(let id), .instance(let otherID)):
      try check(id, against: otherID)
      try check(otherID, against: id)
    case (.component(let id), .component(let otherID)):
      try check(id, against: otherID)
      try check(otherID, against: id)
    default: throw .mismatch("expected \(other.word), found \(type.word)")
    }
  }

  // MARK: Instances

  func check(_ id: InstanceTypeID, against other: InstanceTypeID) throws(SubtypingError) {
    if arena.isKnown(id, subtypeOf: other) { return }
    let type = types[id]
    let otherType = types[other]
    let replace = Substitution(arena)
    bind(otherType.boundResources, of: otherType.exports, to: type.exports, replace)
    bindValues(of: otherType.exports, to: type.exports, replace)
    try check(type.exports, against: otherType.exports, replace) { name in
      "type mismatch in instance export `\(name)`"
    }
    arena.note(id, subtypeOf: other)
  }

  private func check(
    _ exports: ExternItems, against others: ExternItems, _ replace: Substitution,
    _ context: (String) -> String
  ) throws(SubtypingError) {
    try lifted { () throws(ModuleError) in try arena.spend(others.count) }
    for item in others.items {
      let name = item.name.name
      guard let export = exports[name] else {
        throw .mismatch("missing expected export `\(name)`")
      }
      let expected = try lifted { () throws(ModuleError) in try replace(item.type) }
      try within(context(name)) { () throws(SubtypingError) in
        try check(export, against: expected)
      }
    }
  }

  // MARK: Components

  func check(_ id: ComponentTypeID, against other: ComponentTypeID) throws(SubtypingError) {
    if arena.isKnown(id, subtypeOf: other) { return }
    let type = types[id]
    let otherType = types[other]
    // The other component's imports are given; they supply what this one asks for.
    let supplied = Substitution(arena)
    bind(type.importedResources, of: type.imports, to: otherType.imports, supplied)
    bindValues(of: type.imports, to: otherType.imports, supplied)
    for item in type.imports.items {
      let name = item.name.name
      guard let offer = otherType.imports[name] else {
        throw .mismatch("missing expected import `\(name)`")
      }
      let wanted = try lifted { () throws(ModuleError) in try supplied(item.type) }
      try within("type mismatch in import `\(name)`") { () throws(SubtypingError) in
        try check(offer, against: wanted)
      }
    }
    // This component's exports, under those imports, are to supply the other's.
    let exports = try lifted { () throws(ModuleError) in try supplied(type.exports) }
    let expected = Substitution(arena)
    bind(otherType.definedResources, of: otherType.exports, to: exports, expected)
    bindValues(of: otherType.imports, to: otherType.imports, expected)
    bindValues(of: otherType.exports, to: exports, expected)
    try check(exports, against: otherType.exports, expected) { name in
      "type mismatch in export `\(name)`"
    }
    arena.note(id, subtypeOf: other)
  }

  // MARK: Binding

  /// Maps resource types that `expected` binds to those found at their place in `items`. Where nothing is found the check
  /// of the items will say what is wrong.
  func bind(
    _ bound: [BoundResource], of expected: ExternItems, to items: ExternItems,
    _ replace: Substitution
  ) {
    for resource in bound {
      if let actual = find(resource.path, of: expected, in: items) {
        replace.map(resource.resource, to: actual.resource)
      }
    }
  }

  /// Follows a path of `expected` by names through `items`.
  private func find(
    _ path: ExportPath, of expected: ExternItems, in items: ExternItems
  ) -> ResourceReference? {
    var expected = expected
    var items = items
    for (step, position) in path.enumerated() {
      guard expected.items.indices.contains(position) else { return nil }
      let wanted = expected.items[position]
      guard let found = items[wanted.name.name] else { return nil }
      switch (wanted.type, found) {
      case (.type, .type(.resource(let resource))) where step == path.count - 1: return resource
      case (.instance(let wantedID), .instance(let foundID)):
        expected = types[wantedID].exports
        items = types[foundID].exports
      default: return nil
      }
    }
    return nil
  }

  /// Maps the identities of values that `expected` leaves open to those of `items`.
  func bindValues(of expected: ExternItems, to items: ExternItems, _ replace: Substitution) {
    forEachPair(of: expected, and: items) { wanted, found in
      if case .value(let wanted) = wanted, case .value(let found) = found {
        replace.bind(wanted.identity, to: found.identity)
      }
    }
  }

  /// Maps the names that types have in `expected` to the types of `items`, so that what mentions an imported type by the
  /// import's name mentions the actual one.
  func bindNames(of expected: ExternItems, to items: ExternItems, _ replace: Substitution) {
    forEachPair(of: expected, and: items) { wanted, found in
      switch (wanted, found) {
      case (.type(.value(let wanted)), .type(let found)):
        replace.map(types[wanted].name, to: found)
      case (.type(.resource(let wanted)), .type(let found)): replace.map(wanted.name, to: found)
      default: break
      }
    }
  }

  /// Calls the function with items of the same name, those within instances too. No pair of instances is entered twice.
  private func forEachPair(
    of expected: ExternItems, and items: ExternItems,
    _ body: (ResolvedExternType, ResolvedExternType) -> Void
  ) {
    var visited: Set<[InstanceTypeID]> = []
    func visit(_ expected: ExternItems, _ items: ExternItems) {
      for item in expected.items {
        guard let found = items[item.name.name] else { continue }
        body(item.type, found)
        if case .instance(let wantedID) = item.type, case .instance(let foundID) = found,
          visited.insert([wantedID, foundID]).inserted
        {
          visit(types[wantedID].exports, types[foundID].exports)
        }
      }
    }
    visit(expected, items)
  }
}
