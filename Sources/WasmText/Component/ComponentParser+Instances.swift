// Explainer, Instance Definitions. A bundle of exports written as an argument becomes an instance definition of its own.

import WasmSyntax

extension ComponentParser {
  // MARK: Core instances

  /// `core instance` behind its keywords, without the closing parenthesis.
  mutating func parseCoreInstance() throws(ModuleError) {
    let (identifier, name) = try parseBinding()
    if let alias = try parseInlineAlias() {
      try defineAlias(alias, .core(.instance), identifier, name: name)
      return
    }
    let expression: CoreInstanceExpression
    if cursor.takeForm("instantiate") {
      expression = try parseCoreInstantiation()
      try cursor.expectRightParen()
    } else {
      expression = .exports(try resolve(try parseCoreInlineExports()))
    }
    scope.encoder.append(.coreInstance(expression))
    try bind(.core(.instance), identifier, name: name)
  }

  private mutating func parseCoreInstantiation() throws(ModuleError) -> CoreInstanceExpression {
    let module = try parseIndex(.core(.module), isAmongCore: true)
    var arguments: [(name: String, instance: UInt32)] = []
    while cursor.takeForm("with") {
      let name = try cursor.expectNameString()
      let offset = cursor.token.startOffset
      try cursor.expectForm("instance")
      if cursor.isAtIndex {
        arguments.append((name, try parsePlainReference(to: .core(.instance))))
      } else {
        let exports = try parseCoreInlineExports()
        scope.encoder.append(.coreInstance(.exports(try resolve(exports))))
        let instance = try bind(.core(.instance))
        arguments.append((name, addDefined(instance, .core(.instance), offset: offset)))
      }
      try cursor.expectRightParen()
      try cursor.expectRightParen()
    }
    let resolvedModule = try resolve(module)
    for position in arguments.indices {
      arguments[position].instance = try resolve(arguments[position].instance)
    }
    return .instantiate(module: resolvedModule, arguments: arguments)
  }

  /// `core:inlineexport*`
  private mutating func parseCoreInlineExports() throws(ModuleError)
    -> [(name: String, item: CoreSortIndex)]
  {
    var exports: [(name: String, item: CoreSortIndex)] = []
    while cursor.takeForm("export") {
      let name = try cursor.expectNameString()
      exports.append((name, try parseCoreExternIndex()))
      try cursor.expectRightParen()
    }
    return exports
  }

  private mutating func resolve(
    _ exports: [(name: String, item: CoreSortIndex)]
  ) throws(ModuleError) -> [(name: String, item: CoreSortIndex)] {
    var resolved = exports
    for position in resolved.indices {
      resolved[position].item.index = try resolve(exports[position].item.index)
    }
    return resolved
  }

  // MARK: Component instances

  /// `instance` behind its keyword, without the closing parenthesis.
  mutating func parseInstance() throws(ModuleError) {
    let (identifier, name) = try parseBinding()
    let exports = try parseInlineExports()
    let index: UInt32
    if let alias = try parseInlineAlias() {
      index = try defineAlias(alias, .instance, identifier, name: name)
    } else if let importName = try parseInlineImport() {
      let type = ComponentExternType.instance(type: try parseTypeUse(.instanceType))
      index = try defineImport(importName, type, identifier, name: name)
    } else {
      let expression: InstanceExpression
      if cursor.takeForm("instantiate") {
        expression = try parseInstantiation()
        try cursor.expectRightParen()
      } else {
        expression = .exports(try resolve(try parseInlineExportDefinitions()))
      }
      scope.encoder.append(.instance(expression))
      index = try bind(.instance, identifier, name: name)
    }
    deferExports(exports, SortIndex(.instance, index))
  }

  private mutating func parseInstantiation() throws(ModuleError) -> InstanceExpression {
    let component = try parseIndex(.component)
    var arguments: [(name: String, item: SortIndex)] = []
    while cursor.takeForm("with") {
      let name = try cursor.expectNameString()
      let offset = cursor.token.startOffset
      if cursor.isAtForm("instance"), !isIndex(cursor.peek(2)) {
        try cursor.expectForm("instance")
        let exports = try parseInlineExportDefinitions()
        try cursor.expectRightParen()
        scope.encoder.append(.instance(.exports(try resolve(exports))))
        let instance = addDefined(try bind(.instance), .instance, offset: offset)
        arguments.append((name, SortIndex(.instance, instance)))
      } else {
        arguments.append((name, try parseExternIndex()))
      }
      try cursor.expectRightParen()
    }
    let resolvedComponent = try resolve(component)
    for position in arguments.indices {
      arguments[position].item.index = try resolve(arguments[position].item.index)
    }
    return .instantiate(component: resolvedComponent, arguments: arguments)
  }

  /// `inlineexport*`
  private mutating func parseInlineExportDefinitions() throws(ModuleError)
    -> [(name: ExternName, item: SortIndex)]
  {
    var exports: [(name: ExternName, item: SortIndex)] = []
    while cursor.takeForm("export") {
      let name = try parseExternName()
      exports.append((name, try parseExternIndex()))
      try cursor.expectRightParen()
    }
    return exports
  }

  private mutating func resolve(
    _ exports: [(name: ExternName, item: SortIndex)]
  ) throws(ModuleError) -> [(name: ExternName, item: SortIndex)] {
    var resolved = exports
    for position in resolved.indices {
      resolved[position].item.index = try resolve(exports[position].item.index)
    }
    return resolved
  }

  private func isIndex(_ token: Token) -> Bool {
    token.kind == .identifier || token.kind == .number
  }
}
