// Explainer, Index Spaces and Alias Definitions: how definitions are referred to, and the aliases that references stand
// for.

import WasmBinary
import WasmSyntax

extension ComponentParser {
  // MARK: Sorts

  /// `sort`: the keywords of one, `core` in front of core ones.
  mutating func parseSort() throws(ModuleError) -> Sort {
    if cursor.take("core") { return .core(try parseCoreSort()) }
    guard let sort = cursor.keyword().flatMap(Sort.init(keyword:)) else {
      throw cursor.unexpectedToken()
    }
    cursor.advance()
    return sort
  }

  /// `core:sort`
  mutating func parseCoreSort() throws(ModuleError) -> CoreSort {
    guard let sort = cursor.keyword().flatMap(CoreSort.init(keyword:)) else {
      throw cursor.unexpectedToken()
    }
    cursor.advance()
    return sort
  }

  // MARK: Reading references

  /// `idx`
  mutating func parseTarget() throws(ModuleError) -> ComponentReference.Target {
    if let identifier = cursor.takeIdentifier() { return .identifier(identifier) }
    return .index(try cursor.expectU32())
  }

  /// `idx name*`, the inside of a sortidx. Returns the reference's position.
  mutating func parseReference(to sort: Sort) throws(ModuleError) -> UInt32 {
    var reference = ComponentReference(
      sort: sort, target: .index(0), offset: cursor.token.startOffset)
    reference.target = try parseTarget()
    while cursor.token.kind == .string { reference.exports.append(try cursor.expectNameString()) }
    return add(reference)
  }

  /// `idx`, where names would not be part of it.
  mutating func parsePlainReference(to sort: Sort) throws(ModuleError) -> UInt32 {
    let offset = cursor.token.startOffset
    return add(ComponentReference(sort: sort, target: try parseTarget(), offset: offset))
  }

  /// A reference to what has just been defined.
  mutating func addDefined(_ index: UInt32, _ sort: Sort, offset: Int) -> UInt32 {
    add(ComponentReference(sort: sort, target: .index(index), offset: offset))
  }

  private mutating func add(_ reference: ComponentReference) -> UInt32 {
    scope.item.references.append(reference)
    return UInt32(truncatingIfNeeded: scope.item.references.count - 1)
  }

  /// `{X}sortidx`, or `core-prefix` of one; among core definitions, core sorts stand without `core`.
  mutating func parseSortIndex(
    _ sort: Sort, isAmongCore: Bool = false
  ) throws(ModuleError) -> UInt32 {
    try cursor.expectLeftParen()
    let start = cursor
    guard (isAmongCore ? .core(try parseCoreSort()) : try parseSort()) == sort else {
      cursor = start
      throw cursor.unexpectedToken()
    }
    let reference = try parseReference(to: sort)
    try cursor.expectRightParen()
    return reference
  }

  /// `{X}idx`
  mutating func parseIndex(_ sort: Sort, isAmongCore: Bool = false) throws(ModuleError) -> UInt32 {
    cursor.isAtIndex
      ? try parsePlainReference(to: sort) : try parseSortIndex(sort, isAmongCore: isAmongCore)
  }

  /// `externidx`: a reference that says its sort.
  mutating func parseExternIndex() throws(ModuleError) -> SortIndex {
    try cursor.expectLeftParen()
    let sort = try parseSort()
    let reference = try parseReference(to: sort)
    try cursor.expectRightParen()
    return SortIndex(sort, reference)
  }

  /// `core:externidx`
  mutating func parseCoreExternIndex() throws(ModuleError) -> CoreSortIndex {
    try cursor.expectLeftParen()
    let sort = try parseCoreSort()
    let reference = try parseReference(to: .core(sort))
    try cursor.expectRightParen()
    return CoreSortIndex(sort, reference)
  }

  /// Whether a reference starts here and not a definition: `(type $x)` and not `(type $x (func))`.
  func isAtReference(_ keyword: StaticString) -> Bool {
    guard cursor.isAtForm(keyword) else { return false }
    let index = cursor.peek(2).kind
    let next = cursor.peek(3).kind
    return (index == .identifier || index == .number) && (next == .rightParen || next == .string)
  }

  /// A reference to a type that the item being parsed writes inline.
  mutating func addInlineType(
    _ type: ComponentItem.InlineType, offset: Int
  ) -> UInt32 {
    scope.item.inlineTypes.append(type)
    let sort: Sort =
      switch type {
      case .component: .type
      case .core: .core(.type)
      }
    return add(
      ComponentReference(
        sort: sort, target: .inlineType(scope.item.inlineTypes.count - 1), offset: offset))
  }

  // MARK: Resolving references

  /// The index of the reference at a position among the item's.
  mutating func resolve(_ position: UInt32) throws(ModuleError) -> UInt32 {
    let reference = scope.item.references[Int(position)]
    guard !reference.exports.isEmpty else {
      return try resolve(reference.target, reference.sort, offset: reference.offset)
    }
    // Component instances export core modules; all other core sorts are exported by core instances.
    let instanceSort: Sort =
      if case .core(let sort) = reference.sort, sort != .module { .core(.instance) } else {
        .instance
      }
    var index = try resolve(reference.target, instanceSort, offset: reference.offset)
    for (position, name) in reference.exports.enumerated() {
      let sort = position == reference.exports.count - 1 ? reference.sort : instanceSort
      let alias: Alias =
        if case .core(let coreSort) = sort, coreSort != .module {
          .coreExport(instance: index, name: name, sort: coreSort)
        } else {
          .export(instance: index, name: name, sort: sort)
        }
      appendAlias(alias)
      index = try bind(sort)
    }
    return index
  }

  mutating func resolve(
    _ target: ComponentReference.Target, _ sort: Sort, offset: Int
  ) throws(ModuleError) -> UInt32 {
    switch target {
    case .index(let index): return index
    case .inlineType(let position): return scope.item.inlineTypeIndices[position]
    case .identifier(let identifier):
      return try resolve(identifier, sort, offset: offset)
    }
  }

  /// Lexical scoping: what an enclosing scope defines is aliased in wherever it is used.
  mutating func resolve(
    _ identifier: UInt32, _ sort: Sort, offset: Int
  ) throws(ModuleError) -> UInt32 {
    for distance in 0..<scopes.count {
      guard
        let index = scopes[scopes.count - 1 - distance].spaces[sort]?.index(of: identifier)
      else { continue }
      if distance == 0 { return index }
      guard sort.isOuterAliasable else {
        throw ModuleError(
          .malformed,
          "outer item `\(name(of: identifier))` is not a module, type, or component",
          at: .offset(offset))
      }
      let count = UInt32(truncatingIfNeeded: distance)
      appendAlias(.outer(count: count, index: index, sort: sort))
      noteOuterAlias(scope.count(of: sort), count: count, index: index, sort: sort)
      return try bind(sort)
    }
    throw ModuleError(
      .malformed, "unknown \(sort.name) $\(name(of: identifier))", at: .offset(offset))
  }

  /// Writes an alias into the scope.
  mutating func appendAlias(_ alias: Alias) {
    switch scope.kind {
    case .component: scope.encoder.append(.alias(alias))
    case .componentType, .instanceType:
      scope.declarators.append(ComponentDeclarator(.alias(alias), offset: 0))
    case .moduleType:
      // The only aliases that the grammar has there.
      if case .outer(let count, let index, _) = alias {
        scope.moduleDeclarators.append(.outerAlias(count: count, index: index))
      }
    }
  }

  // MARK: Alias definitions

  /// `alias`, or the alias that a definition stands for: behind the keyword.
  enum AliasTarget {
    case export(instance: UInt32, name: String)
    case coreExport(instance: UInt32, name: String)
    case outer(count: UInt32, target: ComponentReference.Target, offset: Int)
  }

  mutating func parseAliasTarget() throws(ModuleError) -> AliasTarget {
    if cursor.take("export") {
      let instance = try parsePlainReference(to: .instance)
      return .export(instance: instance, name: try cursor.expectNameString())
    }
    if cursor.take("core") {
      try cursor.expect("export")
      let instance = try parsePlainReference(to: .core(.instance))
      return .coreExport(instance: instance, name: try cursor.expectNameString())
    }
    try cursor.expect("outer")
    let count = try parseOuterCount()
    let offset = cursor.token.startOffset
    return .outer(count: count, target: try parseTarget(), offset: offset)
  }

  private mutating func parseOuterCount() throws(ModuleError) -> UInt32 {
    guard let token = cursor.take(.identifier) else { return try cursor.expectU32() }
    for distance in 0..<scopes.count
    where scopes[scopes.count - 1 - distance].identifier == token.payload {
      return UInt32(truncatingIfNeeded: distance)
    }
    throw cursor.error("outer component `\(name(of: token.payload))` not found", at: token)
  }

  /// Defines what an alias stands for.
  @discardableResult
  mutating func defineAlias(
    _ target: AliasTarget, _ sort: Sort, _ identifier: UInt32?, name: String?
  ) throws(ModuleError) -> UInt32 {
    switch target {
    case .export(let instance, let name):
      appendAlias(.export(instance: try resolve(instance), name: name, sort: sort))
    case .coreExport(let instance, let name):
      guard case .core(let coreSort) = sort else {
        throw cursor.error("unexpected token, core sort expected")
      }
      appendAlias(.coreExport(instance: try resolve(instance), name: name, sort: coreSort))
    case .outer(let count, let target, let offset):
      guard sort.isOuterAliasable else {
        throw cursor.error("unexpected token, \(sort.name) cannot be an outer alias")
      }
      let index = try resolveOuter(target, sort, count: count, offset: offset)
      appendAlias(.outer(count: count, index: index, sort: sort))
      noteOuterAlias(scope.count(of: sort), count: count, index: index, sort: sort)
    }
    return try bind(sort, identifier, name: name)
  }

  private func resolveOuter(
    _ target: ComponentReference.Target, _ sort: Sort, count: UInt32, offset: Int
  ) throws(ModuleError) -> UInt32 {
    switch target {
    // Out of bounds is the validator's to say.
    case .index(let index): return index
    case .inlineType: return 0
    case .identifier(let identifier):
      guard count < scopes.count else {
        throw ModuleError(
          .malformed, "outer count of `\(count)` is too large", at: .offset(offset))
      }
      guard
        let index = scopes[scopes.count - 1 - Int(count)].spaces[sort]?.index(of: identifier)
      else {
        throw ModuleError(
          .malformed, "unknown \(sort.name) $\(name(of: identifier))", at: .offset(offset))
      }
      return index
    }
  }

  /// `alias` (Explainer, Alias Definitions) behind its keyword, without the closing parenthesis.
  mutating func parseAlias() throws(ModuleError) {
    let target = try parseAliasTarget()
    try cursor.expectLeftParen()
    let sort: Sort =
      if scope.kind == .moduleType { .core(try parseCoreSort()) } else { try parseSort() }
    let (identifier, name) = try parseBinding()
    try cursor.expectRightParen()
    try defineAlias(target, sort, identifier, name: name)
  }

  /// The inverted form: `(alias ...)` inside the definition of a sort.
  mutating func parseInlineAlias() throws(ModuleError) -> AliasTarget? {
    // An alias definition inside a component ends with what it defines.
    guard cursor.isAtForm("alias"),
      source.tokens[cursor.matchingParen - 1].kind != .rightParen
    else { return nil }
    try cursor.expectForm("alias")
    let target = try parseAliasTarget()
    try cursor.expectRightParen()
    return target
  }
}

extension Sort {
  init?(keyword: String) {
    switch keyword {
    case "func": self = .function
    case "value": self = .value
    case "type": self = .type
    case "component": self = .component
    case "instance": self = .instance
    default: return nil
    }
  }

  /// `outeraliassort`
  var isOuterAliasable: Bool {
    switch self {
    case .core(.module), .core(.type), .component, .type: true
    case .core(.function), .core(.table), .core(.memory), .core(.global), .core(.tag),
      .core(.instance), .function, .value, .instance:
      false
    }
  }
}

extension CoreSort {
  init?(keyword: String) {
    guard let sort = CoreSort.allCases.first(where: { "\($0.name)" == keyword }) else { return nil }
    self = sort
  }
}
