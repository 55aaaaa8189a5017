// Explainer, Type Definitions: function, component, instance and resource types, declarators and external types.

import WasmSyntax

extension ComponentParser {
  // MARK: Type definitions

  /// `type` of a component behind its keyword, without the closing parenthesis.
  mutating func parseType() throws(ModuleError) {
    let (identifier, name) = try parseBinding()
    let exports = try parseInlineExports()
    let index: UInt32
    if let importName = try parseInlineImport() {
      let type = ComponentExternType.type(try parseTypeBoundContents())
      index = try defineImport(importName, type, identifier, name: name)
    } else {
      index = try parseTypeDefinition(identifier, name: name)
    }
    deferExports(exports, SortIndex(.type, index))
  }

  private mutating func parseTypeDefinition(
    _ identifier: UInt32?, name: String?
  ) throws(ModuleError) -> UInt32 {
    if let alias = try parseInlineAlias() {
      return try defineAlias(alias, .type, identifier, name: name)
    }
    let type = try parseDefType(identifier)
    try defineInlineTypes()
    return try define(try resolve(type), identifier, name: name)
  }

  /// `deftype`. The identifier is what `alias outer` calls a component or instance type inside of it.
  private mutating func parseDefType(
    _ identifier: UInt32?
  ) throws(ModuleError) -> ComponentTypeDefinition {
    if cursor.takeForm("func") {
      let type = try parseFunctionTypeContents()
      try cursor.expectRightParen()
      return .function(type)
    }
    if cursor.takeForm("component") {
      let declarators = try parseDeclarators(.componentType, identifier)
      try cursor.expectRightParen()
      return .component(declarators)
    }
    if cursor.takeForm("instance") {
      let declarators = try parseDeclarators(.instanceType, identifier)
      try cursor.expectRightParen()
      return .instance(declarators)
    }
    if cursor.takeForm("resource") {
      let type = try parseResourceTypeContents()
      try cursor.expectRightParen()
      return .resource(type)
    }
    return .value(try parseDefValType())
  }

  /// `functype` behind its keyword.
  mutating func parseFunctionTypeContents() throws(ModuleError) -> ComponentFunctionType {
    let isAsync = cursor.take("async")
    let parameters = try parseLabelledValTypes("param")
    var result: ValType?
    if cursor.takeForm("result") {
      result = try parseValType()
      try cursor.expectRightParen()
    }
    return ComponentFunctionType(isAsync: isAsync, parameters: parameters, result: result)
  }

  private mutating func parseResourceTypeContents() throws(ModuleError) -> ResourceTypeDefinition {
    try cursor.expectForm("rep")
    let representation = try parseCoreValueType()
    try cursor.expectRightParen()
    var destructor: UInt32?
    if cursor.takeForm("dtor") {
      destructor = try parseIndex(.core(.function))
      try cursor.expectRightParen()
    }
    return ResourceTypeDefinition(representation: representation, destructor: destructor)
  }

  // MARK: Defining

  /// Writes a type definition, resolved, into the scope.
  mutating func define(
    _ type: ComponentTypeDefinition, _ identifier: UInt32? = nil, name: String? = nil
  ) throws(ModuleError) -> UInt32 {
    if scope.kind == .component {
      if case .value(let type) = type { noteValueType(scope.count(of: .type), type) }
      scope.encoder.append(.type(type))
    } else {
      scope.declarators.append(ComponentDeclarator(.type(type), offset: 0))
    }
    return try bind(.type, identifier, name: name)
  }

  /// Defines the types that the item being parsed has written inline.
  mutating func defineInlineTypes() throws(ModuleError) {
    for position in scope.item.inlineTypes.indices {
      let index =
        switch scope.item.inlineTypes[position] {
        case .component(let type): try define(try resolve(type))
        case .core(let type): try define(type)
        }
      scope.item.inlineTypeIndices.append(index)
    }
  }

  /// Declarators have been resolved in their own scope.
  private mutating func resolve(
    _ type: ComponentTypeDefinition
  ) throws(ModuleError) -> ComponentTypeDefinition {
    switch type {
    case .value(let type): return .value(try resolve(type))
    case .function(var type):
      type.parameters = try resolve(type.parameters)
      type.result = try resolve(type.result)
      return .function(type)
    case .component, .instance: return type
    case .resource(var type):
      if let destructor = type.destructor { type.destructor = try resolve(destructor) }
      return .resource(type)
    }
  }

  // MARK: Declarators

  /// `componentdecl*` or `instancedecl*` up to the closing parenthesis. Types inside are scopes on the list: their
  /// declarators are read by the same loop.
  mutating func parseDeclarators(
    _ kind: ComponentScope.Kind, _ identifier: UInt32?
  ) throws(ModuleError) -> [ComponentDeclarator] {
    try beginType(kind, identifier)
    while true {
      while !cursor.isAtEndOfForm { try parseDeclarator() }
      depth -= 1
      let finished = scopes.removeLast()
      guard let owner = finished.owner else { return finished.declarators }
      try cursor.expectRightParen()
      try define(finished, owner)
      try cursor.expectRightParen()
    }
  }

  private mutating func beginType(
    _ kind: ComponentScope.Kind, _ identifier: UInt32?, _ owner: ComponentScope.TypeOwner? = nil
  ) throws(ModuleError) {
    try enterLevel()
    scopes.append(ComponentScope(kind, identifier: identifier))
    scope.owner = owner
  }

  /// Defines what a type within a type belongs to.
  private mutating func define(
    _ finished: ComponentScope, _ owner: ComponentScope.TypeOwner
  ) throws(ModuleError) {
    let isComponent = finished.kind == .componentType
    let type: ComponentTypeDefinition =
      isComponent ? .component(finished.declarators) : .instance(finished.declarators)
    switch owner {
    case .type(let identifier, let name):
      _ = try define(type, identifier, name: name)
    case .import(let importName, let identifier, let name):
      let index = addInlineType(.component(type), offset: 0)
      try defineImport(
        importName, isComponent ? .component(type: index) : .instance(type: index), identifier,
        name: name)
    case .export(let exportName, let identifier, let name):
      let index = addInlineType(.component(type), offset: 0)
      try defineExportDeclarator(
        exportName, isComponent ? .component(type: index) : .instance(type: index), identifier,
        name: name)
    }
  }

  /// A declarator; of one that contains a type's declarators, only what stands in front of them.
  private mutating func parseDeclarator() throws(ModuleError) {
    scope.item = ComponentItem()
    try cursor.expectLeftParen()
    let level = scopes.count
    switch cursor.keyword() {
    case "core":
      cursor.advance()
      try parseCoreDeclarator()
    case "type":
      cursor.advance()
      try parseTypeDeclarator()
    case "alias":
      cursor.advance()
      try parseAlias()
    case "import" where scope.kind == .componentType:
      cursor.advance()
      try parseExternDeclarator(isImport: true)
    case "export":
      cursor.advance()
      try parseExternDeclarator(isImport: false)
    default: throw cursor.unexpectedToken()
    }
    if scopes.count == level { try cursor.expectRightParen() }
  }

  private mutating func parseCoreDeclarator() throws(ModuleError) {
    if cursor.take("rec") { return try parseCoreRec() }
    try cursor.expect("type")
    try parseCoreType()
  }

  private mutating func parseTypeDeclarator() throws(ModuleError) {
    let (identifier, name) = try parseBinding()
    if cursor.takeForm("component") {
      return try beginType(.componentType, identifier, .type(identifier, name: name))
    }
    if cursor.takeForm("instance") {
      return try beginType(.instanceType, identifier, .type(identifier, name: name))
    }
    _ = try parseTypeDefinition(identifier, name: name)
  }

  private mutating func parseExternDeclarator(isImport: Bool) throws(ModuleError) {
    let externName = try parseExternName()
    try cursor.expectLeftParen()
    let sort = try parseSort()
    let (identifier, name) = try parseBinding()
    if sort == .component || sort == .instance, !isAtReference("type") {
      return try beginType(
        sort == .component ? .componentType : .instanceType, nil,
        isImport
          ? .import(externName, identifier, name: name)
          : .export(externName, identifier, name: name))
    }
    let type = try parseExternTypeContents(sort)
    try cursor.expectRightParen()
    if isImport {
      try defineImport(externName, type, identifier, name: name)
    } else {
      try defineExportDeclarator(externName, type, identifier, name: name)
    }
  }

  private mutating func defineExportDeclarator(
    _ exportName: ExternName, _ type: ComponentExternType, _ identifier: UInt32?, name: String?
  ) throws(ModuleError) {
    try defineInlineTypes()
    let type = try resolve(type)
    scope.declarators.append(ComponentDeclarator(.export(exportName, type), offset: 0))
    try bind(type.sort, identifier, name: name)
  }

  // MARK: External types

  /// `bind-id(externtype)`
  mutating func parseBoundExternType() throws(ModuleError)
    -> (type: ComponentExternType, identifier: UInt32?, name: String?)
  {
    try cursor.expectLeftParen()
    let sort = try parseSort()
    let (identifier, name) = try parseBinding()
    let type = try parseExternTypeContents(sort)
    try cursor.expectRightParen()
    return (type, identifier, name)
  }

  /// `externtype`
  mutating func parseExternType() throws(ModuleError) -> ComponentExternType {
    try cursor.expectLeftParen()
    let sort = try parseSort()
    let type = try parseExternTypeContents(sort)
    try cursor.expectRightParen()
    return type
  }

  /// An external type behind its sort.
  mutating func parseExternTypeContents(_ sort: Sort) throws(ModuleError) -> ComponentExternType {
    switch sort {
    case .core(.module): return .coreModule(type: try parseModuleTypeUse())
    case .function: return .function(type: try parseFunctionTypeUse())
    case .component: return .component(type: try parseTypeUse(.componentType))
    case .instance: return .instance(type: try parseTypeUse(.instanceType))
    case .value: return .value(try parseValueBound())
    case .type: return .type(try parseTypeBoundContents())
    case .core(.function), .core(.table), .core(.memory), .core(.global), .core(.tag),
      .core(.type), .core(.instance):
      throw cursor.error("unexpected token, \(sort.name) cannot be imported or exported")
    }
  }

  mutating func parseFunctionTypeUse() throws(ModuleError) -> UInt32 {
    if isAtReference("type") { return try parseSortIndex(.type) }
    let offset = cursor.token.startOffset
    let type = try parseFunctionTypeContents()
    return addInlineType(.component(.function(type)), offset: offset)
  }

  /// The type of a component or an instance.
  mutating func parseTypeUse(_ kind: ComponentScope.Kind) throws(ModuleError) -> UInt32 {
    if isAtReference("type") { return try parseSortIndex(.type) }
    let offset = cursor.token.startOffset
    let declarators = try parseDeclarators(kind, nil)
    let type: ComponentTypeDefinition =
      kind == .componentType ? .component(declarators) : .instance(declarators)
    return addInlineType(.component(type), offset: offset)
  }

  private mutating func parseModuleTypeUse() throws(ModuleError) -> UInt32 {
    if isAtReference("type") {
      return try parseSortIndex(.core(.type), isAmongCore: true)
    }
    let offset = cursor.token.startOffset
    let declarators = try parseModuleDeclarators(nil)
    return addInlineType(.core(.module(declarators)), offset: offset)
  }

  /// `valuebound`
  mutating func parseValueBound() throws(ModuleError) -> ValueBound {
    guard cursor.takeForm("eq") else { return .type(try parseValType()) }
    let value = try parseIndex(.value)
    try cursor.expectRightParen()
    return .equal(value)
  }

  /// `(typebound)`
  private mutating func parseTypeBoundContents() throws(ModuleError) -> TypeBound {
    if cursor.takeForm("sub") {
      try cursor.expect("resource")
      try cursor.expectRightParen()
      return .subResource
    }
    try cursor.expectForm("eq")
    let type = try parseIndex(.type)
    try cursor.expectRightParen()
    return .equal(type)
  }

  mutating func resolve(
    _ type: ComponentExternType
  ) throws(ModuleError) -> ComponentExternType {
    switch type {
    case .coreModule(let type): .coreModule(type: try resolve(type))
    case .function(let type): .function(type: try resolve(type))
    case .value(.equal(let value)): .value(.equal(try resolve(value)))
    case .value(.type(let type)): .value(.type(try resolve(type)))
    case .type(.equal(let type)): .type(.equal(try resolve(type)))
    case .type(.subResource): type
    case .component(let type): .component(type: try resolve(type))
    case .instance(let type): .instance(type: try resolve(type))
    }
  }
}
