// Explainer, Type Definitions: core types. The core text parser reads them; here they get the names of the scope, and module
// types around them.

import WasmBinary
import WasmSyntax

extension ComponentParser {
  // MARK: Definitions

  /// `core type` behind its keywords, without the closing parenthesis.
  mutating func parseCoreType() throws(ModuleError) {
    let (identifier, name) = try parseBinding()
    if let alias = try parseInlineAlias() {
      try defineAlias(alias, .core(.type), identifier, name: name)
      return
    }
    if cursor.isAtForm("module") { return try parseModuleType(identifier, name: name) }
    var parser = try coreParser(upTo: cursor.matchingParen, defining: [identifier])
    let type = try parser.parseSubType()
    cursor.index = parser.cursor.index
    appendCoreType(.recursionGroup([type]))
    try bindCoreTypes([type], [(identifier, name)])
  }

  private mutating func parseModuleType(
    _ identifier: UInt32?, name: String?
  ) throws(ModuleError) {
    guard scope.kind != .moduleType else {
      throw ModuleError(
        .invalid, "a module type cannot contain another", at: .offset(cursor.token.startOffset))
    }
    try cursor.expectForm("module")
    let declarators = try parseModuleDeclarators(identifier)
    try cursor.expectRightParen()
    appendCoreType(.module(declarators))
    try bind(.core(.type), identifier, name: name)
  }

  /// `core rec` behind its keywords, without the closing parenthesis.
  mutating func parseCoreRec() throws(ModuleError) {
    var bindings: [(identifier: UInt32?, name: String?)] = []
    var ahead = self
    while ahead.cursor.isAtForm("type") {
      let start = ahead.cursor
      try ahead.cursor.expectForm("type")
      bindings.append(try ahead.parseBinding())
      ahead.cursor = start
      ahead.cursor.skip()
    }
    var parser = try coreParser(upTo: ahead.cursor.index, defining: bindings.map(\.identifier))
    var types: [SubType] = []
    for _ in bindings {
      try parser.cursor.expectForm("type")
      _ = parser.cursor.take(.identifier)
      types.append(try parser.parseSubType())
      try parser.cursor.expectRightParen()
    }
    cursor.index = parser.cursor.index
    appendCoreType(.recursionGroup(types))
    try bindCoreTypes(types, bindings)
  }

  private mutating func bindCoreTypes(
    _ types: [SubType], _ bindings: [(identifier: UInt32?, name: String?)]
  ) throws(ModuleError) {
    for (type, binding) in zip(types, bindings) {
      let index = try bind(.core(.type), binding.identifier, name: binding.name)
      guard types.count == 1, type.isFinal, type.supertypes.isEmpty,
        case .function(let function) = type.composite
      else { continue }
      scope.functionTypes[function] = index
    }
  }

  /// Defines a module type that was written inline.
  mutating func define(_ type: CoreTypeDefinition) throws(ModuleError) -> UInt32 {
    appendCoreType(type)
    return try bind(.core(.type))
  }

  private mutating func appendCoreType(_ type: CoreTypeDefinition) {
    switch scope.kind {
    case .component: scope.encoder.append(.coreType(type))
    case .componentType, .instanceType:
      scope.declarators.append(ComponentDeclarator(.coreType(type), offset: 0))
    case .moduleType: scope.moduleDeclarators.append(.type(type))
    }
  }

  // MARK: Names

  /// A core value type, as representation or thread-local slot; these refer to no types.
  mutating func parseCoreValueType() throws(ModuleError) -> ValueType {
    var parser = try coreParser(upTo: cursor.matchingParen + 1, defining: [])
    let type = try parser.parseValueType()
    cursor.index = parser.cursor.index
    return type
  }

  /// A core parser that stands where this one does and knows the types named in the tokens up to `end`: first those of
  /// other scopes are aliased in, then those being defined get the next indices, since they may name each other.
  private mutating func coreParser(
    upTo end: Int, defining group: [UInt32?]
  ) throws(ModuleError) -> ModuleParser {
    var indices: [UInt32: UInt32] = [:]
    for index in stride(from: cursor.index, to: end, by: 1) where isTypeReference(at: index) {
      let token = source.tokens[index]
      guard !group.contains(token.payload), indices[token.payload] == nil else { continue }
      indices[token.payload] = try resolve(
        token.payload, .core(.type), offset: token.startOffset)
    }
    let first = scope.count(of: .core(.type))
    for (position, identifier) in group.enumerated() {
      if let identifier { indices[identifier] = first &+ UInt32(truncatingIfNeeded: position) }
    }
    var parser = ModuleParser(source, at: cursor.index)
    parser.types = IdentifierSpace(of: "type", count: first, indices: indices)
    return parser
  }

  /// Whether an identifier in a core type is a reference to a type: `(ref $t)`, `(ref null $t)`, `(sub final? $t* ...)`,
  /// `(type $t)`. All others are binders.
  private func isTypeReference(at index: Int) -> Bool {
    guard index > 0, source.tokens[index].kind == .identifier else { return false }
    var previous = index - 1
    while previous > 0, source.tokens[previous].kind == .identifier { previous -= 1 }
    switch source.tokens[previous].word.keyword {
    case .ref, .null, .sub, .final: return true
    case .type: return source.tokens[index + 1].kind == .rightParen
    default: return false
    }
  }

  // MARK: Module types

  /// `core:moduledecl*` up to the closing parenthesis.
  mutating func parseModuleDeclarators(
    _ identifier: UInt32?
  ) throws(ModuleError) -> [CoreModuleDeclarator] {
    try enterLevel()
    scopes.append(ComponentScope(.moduleType, identifier: identifier))
    while !cursor.isAtEndOfForm {
      scope.item = ComponentItem()
      try cursor.expectLeftParen()
      try parseModuleDeclarator()
      try cursor.expectRightParen()
    }
    depth -= 1
    return scopes.removeLast().moduleDeclarators
  }

  private mutating func parseModuleDeclarator() throws(ModuleError) {
    if cursor.take("type") { return try parseCoreType() }
    if cursor.take("rec") { return try parseCoreRec() }
    if cursor.take("alias") { return try parseAlias() }
    if cursor.take("import") {
      let module = try cursor.expectNameString()
      let name = try cursor.expectNameString()
      let type = try parseCoreExternType()
      scope.moduleDeclarators.append(.import(Import(module: module, name: name, type: type)))
      return
    }
    try cursor.expect("export")
    let name = try cursor.expectNameString()
    let type = try parseCoreExternType()
    scope.moduleDeclarators.append(.export(name: name, type: type))
  }

  /// `core:externtype`. An identifier in it binds nothing that could be referred to.
  private mutating func parseCoreExternType() throws(ModuleError) -> ExternType {
    var parser = try coreParser(upTo: cursor.matchingParen, defining: [])
    try parser.cursor.expectLeftParen()
    let sort = parser.cursor.keyword()
    parser.cursor.advance()
    _ = parser.cursor.take(.identifier)
    let type: ExternType
    switch sort {
    case "func": type = .function(type: try parseCoreTypeUse(&parser))
    case "tag": type = .tag(type: try parseCoreTypeUse(&parser))
    case "table": type = .table(try parser.parseTableType(parser.parseAddressType()))
    case "memory": type = .memory(try parser.parseMemoryType(parser.parseAddressType()))
    case "global": type = .global(try parser.parseGlobalType())
    default: throw cursor.unexpectedToken()
    }
    try parser.cursor.expectRightParen()
    cursor.index = parser.cursor.index
    return type
  }

  /// A function type by index, or by its signature, which is defined in front unless a definition in the text fits.
  private mutating func parseCoreTypeUse(
    _ parser: inout ModuleParser
  ) throws(ModuleError) -> UInt32 {
    if parser.cursor.isAtForm(.type) {
      let index = try parser.parseIndexForm(.type, in: parser.types)
      let token = parser.cursor.token
      let signature = try parser.parseSignature(allowsNames: true)
      if !signature.isEmpty, let known = scope.functionTypes[signature.type], known != index {
        throw parser.cursor.error(
          "inline function type does not match explicit type", at: token)
      }
      return index
    }
    let type = try parser.parseSignature(allowsNames: true).type
    if let index = scope.functionTypes[type] { return index }
    appendCoreType(.recursionGroup([SubType(composite: .function(type))]))
    return try bind(.core(.type))
  }
}

extension ModuleParser {
  /// A recursive type without its binder.
  mutating func parseSubType() throws(ModuleError) -> SubType {
    // Fields are named only inside of modules.
    let index = types.count
    guard cursor.takeForm(.sub) else { return SubType(composite: try parseCompositeType(index)) }
    let isFinal = cursor.take(.final)
    var supertypes: [UInt32] = []
    while isAtIndex { supertypes.append(try parseIndex(in: types)) }
    let composite = try parseCompositeType(index)
    try cursor.expectRightParen()
    return SubType(isFinal: isFinal, supertypes: supertypes, composite: composite)
  }
}
