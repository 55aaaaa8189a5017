// Explainer, Component Definitions, Start Definitions, Import and Export Definitions.

import WasmSyntax

extension ComponentParser {
  /// `definition`; of a component inside this one, only what stands in front of its definitions.
  mutating func parseDefinition() throws(ModuleError) {
    try appendCustomSections()
    scope.item = ComponentItem()
    try cursor.expectLeftParen()
    if cursor.take("core") {
      try parseCoreDefinition()
    } else {
      let start = cursor
      let keyword = cursor.keyword()
      cursor.advance()
      switch keyword {
      case "component": if try beginNestedComponent() { return }
      case "instance": try parseInstance()
      case "alias": try parseAlias()
      case "type": try parseType()
      case "canon": try parseCanonDefinition()
      case "func": try parseFunction()
      case "start": try parseStart()
      case "import": try parseImport()
      case "export": try parseExport()
      case "value": try parseValue()
      default:
        cursor = start
        throw cursor.unexpectedToken()
      }
    }
    try cursor.expectRightParen()
  }

  private mutating func parseCoreDefinition() throws(ModuleError) {
    if cursor.take("module") { return try parseCoreModule() }
    if cursor.take("instance") { return try parseCoreInstance() }
    if cursor.take("type") { return try parseCoreType() }
    if cursor.take("rec") { return try parseCoreRec() }
    if cursor.take("func") { return try parseCoreFunction() }
    // The other core sorts are defined by aliases only.
    let sort = Sort.core(try parseCoreSort())
    let (identifier, name) = try parseBinding()
    guard let alias = try parseInlineAlias() else { throw cursor.unexpectedToken() }
    try defineAlias(alias, sort, identifier, name: name)
  }

  // MARK: Modules and components

  /// `core module` behind its keywords, without the closing parenthesis.
  private mutating func parseCoreModule() throws(ModuleError) {
    let sort = Sort.core(.module)
    let (identifier, name) = try parseBinding()
    let exports = try parseInlineExports()
    let index: UInt32
    if let alias = try parseInlineAlias() {
      index = try defineAlias(alias, sort, identifier, name: name)
    } else if let importName = try parseInlineImport() {
      let type = try parseExternTypeContents(sort)
      index = try defineImport(importName, type, identifier, name: name)
    } else {
      let bytes: [UInt8]
      if cursor.take("binary") {
        bytes = cursor.takeStrings()
      } else {
        let ownName = try parseOwnName(orElse: name)
        probe?.lookAtModule(at: cursor.index, scopes)
        var parser = ModuleParser(source, at: cursor.index)
        _ = parser.annotations.take(.name, at: cursor.index)
        _ = parser.annotations.take(.ownName, at: cursor.index)
        parser.sections.names.module = ownName.map { Array($0.utf8) }
        bytes = try parser.parse()
        cursor.index = parser.cursor.index
      }
      scope.encoder.appendCoreModule(Bytes(bytes))
      index = try bind(sort, identifier, name: name)
    }
    deferExports(exports, SortIndex(sort, index))
  }

  /// `component` inside a component behind its keyword. True if its definitions follow; otherwise the closing parenthesis
  /// does.
  private mutating func beginNestedComponent() throws(ModuleError) -> Bool {
    let (identifier, name) = try parseBinding()
    let exports = try parseInlineExports()
    let binding = ComponentScope.NestedBinding(
      identifier: identifier, name: name, exports: exports)
    if let alias = try parseInlineAlias() {
      let index = try defineAlias(alias, .component, identifier, name: name)
      deferExports(exports, SortIndex(.component, index))
    } else if let importName = try parseInlineImport() {
      let type = ComponentExternType.component(type: try parseTypeUse(.componentType))
      let index = try defineImport(importName, type, identifier, name: name)
      deferExports(exports, SortIndex(.component, index))
    } else if cursor.take("binary") {
      try defineComponent(cursor.takeStrings(), binding)
    } else {
      try beginComponent(identifier, name: try parseOwnName(orElse: name), binding)
      return true
    }
    return false
  }

  mutating func defineComponent(
    _ bytes: [UInt8], _ binding: ComponentScope.NestedBinding
  ) throws(ModuleError) {
    scope.encoder.appendComponent(Bytes(bytes))
    let index = try bind(.component, binding.identifier, name: binding.name)
    deferExports(binding.exports, SortIndex(.component, index))
  }

  /// What a module or component will call itself: what the component around it calls it, unless an annotation in front of
  /// its first field says otherwise.
  private func parseOwnName(orElse name: String?) throws(ModuleError) -> String? {
    guard let annotation = cursor.annotations.first(where: { $0.kind == .ownName }) else {
      return name
    }
    return try cursor.nameString(of: annotation, isOptional: true)
  }

  // MARK: Start Definitions

  /// `start` behind its keyword, without the closing parenthesis.
  private mutating func parseStart() throws(ModuleError) {
    let function = try parseIndex(.function)
    var arguments: [UInt32] = []
    while cursor.isAtForm("value") { arguments.append(try parseSortIndex(.value)) }
    let resolvedFunction = try resolve(function)
    for position in arguments.indices { arguments[position] = try resolve(arguments[position]) }
    var results: [(identifier: UInt32?, name: String?)] = []
    while cursor.takeForm("result") {
      try cursor.expectForm("value")
      results.append(try parseBinding())
      try cursor.expectRightParen()
      try cursor.expectRightParen()
    }
    scope.encoder.append(
      .start(
        ComponentStart(
          function: resolvedFunction, arguments: arguments,
          resultCount: UInt32(truncatingIfNeeded: results.count))))
    for result in results { try bind(.value, result.identifier, name: result.name) }
  }

  // MARK: Imports and exports

  /// `import` behind its keyword, without the closing parenthesis.
  mutating func parseImport() throws(ModuleError) {
    let importName = try parseExternName()
    let (type, identifier, name) = try parseBoundExternType()
    try defineImport(importName, type, identifier, name: name)
  }

  @discardableResult
  mutating func defineImport(
    _ importName: ExternName, _ type: ComponentExternType, _ identifier: UInt32?, name: String?
  ) throws(ModuleError) -> UInt32 {
    try defineInlineTypes()
    let type = try resolve(type)
    let item = ComponentImport(name: importName, type: type)
    if scope.kind == .component {
      scope.encoder.append(.import(item))
      if case .type(.equal(let index)) = type {
        noteSameValueType(scope.count(of: .type), as: index)
      }
    } else {
      scope.declarators.append(ComponentDeclarator(.import(item), offset: 0))
    }
    return try bind(type.sort, identifier, name: name)
  }

  /// `export` behind its keyword, without the closing parenthesis.
  private mutating func parseExport() throws(ModuleError) {
    let (identifier, name) = try parseBinding()
    let exportName = try parseExternName()
    var item = try parseExternIndex()
    var type = cursor.isAtEndOfForm ? nil : try parseExternType()
    try defineInlineTypes()
    if let ascribed = type { type = try resolve(ascribed) }
    item.index = try resolve(item.index)
    scope.encoder.append(.export(ComponentExport(name: exportName, item: item, type: type)))
    if item.sort == .type { noteSameValueType(scope.count(of: .type), as: item.index) }
    try bind(item.sort, identifier, name: name)
  }

  /// The abbreviations `(export name attribute*)` inside the definition of what is exported.
  mutating func parseInlineExports() throws(ModuleError) -> [ExternName] {
    var names: [ExternName] = []
    while isAtInlineName("export") {
      try cursor.expectForm("export")
      names.append(try parseExternName())
      try cursor.expectRightParen()
    }
    return names
  }

  /// The abbreviation `(import name attribute*)` inside the definition of what is imported.
  mutating func parseInlineImport() throws(ModuleError) -> ExternName? {
    guard isAtInlineName("import") else { return nil }
    try cursor.expectForm("import")
    let name = try parseExternName()
    try cursor.expectRightParen()
    return name
  }

  /// Whether a form holds a name with attributes and nothing else: an instance's exports look alike otherwise.
  private func isAtInlineName(_ keyword: StaticString) -> Bool {
    guard cursor.isAtForm(keyword) else { return false }
    let end = cursor.matchingParen
    var rest = cursor
    rest.index += 2
    guard rest.take(.string) != nil else { return false }
    while rest.isAtForm("implements") || rest.isAtForm("external-id")
      || rest.isAtForm("versionsuffix")
    {
      rest.skip()
    }
    return rest.index == end
  }

  /// Exports a definition at the end of the component, so that the indices of what follows are as counted in the text.
  mutating func deferExports(_ names: [ExternName], _ item: SortIndex) {
    for name in names { scope.inlineExports.append((name, item)) }
  }

  /// `externnamelit attribute*`
  mutating func parseExternName() throws(ModuleError) -> ExternName {
    var name = ExternName(try cursor.expectNameString())
    while true {
      if cursor.takeForm("implements") {
        try parseAttribute(&name.implements)
      } else if cursor.takeForm("versionsuffix") {
        try parseAttribute(&name.versionSuffix)
      } else if cursor.takeForm("external-id") {
        try parseAttribute(&name.externalID)
      } else {
        return name
      }
    }
  }

  private mutating func parseAttribute(_ value: inout String?) throws(ModuleError) {
    guard value == nil else {
      cursor.index -= 1
      throw cursor.error("unexpected token, attribute given twice")
    }
    value = try cursor.expectNameString()
    try cursor.expectRightParen()
  }
}
