// Explainer, Type Definitions: value types. A compound type inside another one becomes a type definition of its own.

import WasmSyntax

extension ComponentParser {
  // MARK: Reading

  /// `valtype`
  mutating func parseValType() throws(ModuleError) -> ValType {
    if cursor.isAtIndex { return .index(try parsePlainReference(to: .type)) }
    if cursor.isAtForm("type") { return .index(try parseSortIndex(.type)) }
    let offset = cursor.token.startOffset
    switch try parseDefValType() {
    case .primitive(let type): return .primitive(type)
    case let type: return .index(addInlineType(.component(.value(type)), offset: offset))
    }
  }

  /// `valtype?` in front of the end of a form.
  private mutating func parseOptionalValType() throws(ModuleError) -> ValType? {
    cursor.isAtEndOfForm ? nil : try parseValType()
  }

  /// `defvaltype`
  mutating func parseDefValType() throws(ModuleError) -> DefValType {
    if let type = cursor.keyword().flatMap(PrimitiveValType.init(keyword:)) {
      cursor.advance()
      return .primitive(type)
    }
    try enterLevel()
    try cursor.expectLeftParen()
    let type = try parseDefValTypeContents()
    try cursor.expectRightParen()
    depth -= 1
    return type
  }

  /// The constructors by keyword. Each has a function of its own, so that a level of nesting takes little native stack.
  private static let constructors:
    [String: @Sendable (inout Self) throws(ModuleError) -> DefValType] =
      [
        "record": { (parser) throws(ModuleError) in
          .record(try parser.parseLabelledValTypes("field"))
        },
        "variant": { (parser) throws(ModuleError) in .variant(try parser.parseVariantCases()) },
        "list": { (parser) throws(ModuleError) in try parser.parseListType() },
        "tuple": { (parser) throws(ModuleError) in .tuple(try parser.parseValTypes()) },
        "flags": { (parser) throws(ModuleError) in .flags(try parser.parseLabels()) },
        "enum": { (parser) throws(ModuleError) in .enum(try parser.parseLabels()) },
        "option": { (parser) throws(ModuleError) in .option(try parser.parseValType()) },
        "result": { (parser) throws(ModuleError) in try parser.parseResultType() },
        "own": { (parser) throws(ModuleError) in .own(try parser.parseIndex(.type)) },
        "borrow": { (parser) throws(ModuleError) in .borrow(try parser.parseIndex(.type)) },
        "stream": { (parser) throws(ModuleError) in .stream(try parser.parseOptionalValType()) },
        "future": { (parser) throws(ModuleError) in .future(try parser.parseOptionalValType()) },
        "map": { (parser) throws(ModuleError) in try parser.parseMapType() },
      ]

  private mutating func parseDefValTypeContents() throws(ModuleError) -> DefValType {
    guard let parse = cursor.keyword().flatMap({ Self.constructors[$0] }) else {
      throw cursor.unexpectedToken()
    }
    cursor.advance()
    return try parse(&self)
  }

  private mutating func parseListType() throws(ModuleError) -> DefValType {
    let element = try parseValType()
    return cursor.isAtEndOfForm
      ? .list(element) : .fixedLengthList(element, try cursor.expectU32())
  }

  private mutating func parseValTypes() throws(ModuleError) -> [ValType] {
    var types: [ValType] = []
    while !cursor.isAtEndOfForm { types.append(try parseValType()) }
    return types
  }

  private mutating func parseMapType() throws(ModuleError) -> DefValType {
    let key = try parseValType()
    return .map(key: key, value: try parseValType())
  }

  /// `(field label valtype)*` or `(param label valtype)*`
  mutating func parseLabelledValTypes(
    _ keyword: StaticString
  ) throws(ModuleError) -> [LabelledValType] {
    var types: [LabelledValType] = []
    while cursor.takeForm(keyword) {
      let label = try cursor.expectNameString()
      types.append(LabelledValType(label, try parseValType()))
      try cursor.expectRightParen()
    }
    return types
  }

  private mutating func parseVariantCases() throws(ModuleError) -> [VariantCase] {
    var cases: [VariantCase] = []
    while cursor.takeForm("case") {
      _ = cursor.takeIdentifier()
      let label = try cursor.expectNameString()
      cases.append(VariantCase(label, try parseOptionalValType()))
      try cursor.expectRightParen()
    }
    return cases
  }

  private mutating func parseLabels() throws(ModuleError) -> [String] {
    var labels: [String] = []
    while cursor.token.kind == .string { labels.append(try cursor.expectNameString()) }
    return labels
  }

  private mutating func parseResultType() throws(ModuleError) -> DefValType {
    var type: ValType?
    var error: ValType?
    if !cursor.isAtEndOfForm, !cursor.isAtForm("error") { type = try parseValType() }
    if cursor.takeForm("error") {
      error = try parseValType()
      try cursor.expectRightParen()
    }
    return .result(type, error: error)
  }

  // MARK: Resolving

  mutating func resolve(_ type: ValType) throws(ModuleError) -> ValType {
    switch type {
    case .primitive: type
    case .index(let position): .index(try resolve(position))
    }
  }

  mutating func resolve(_ type: ValType?) throws(ModuleError) -> ValType? {
    guard let type else { return nil }
    return try resolve(type)
  }

  mutating func resolve(_ types: [LabelledValType]) throws(ModuleError) -> [LabelledValType] {
    var resolved = types
    for position in resolved.indices {
      resolved[position].type = try resolve(types[position].type)
    }
    return resolved
  }

  mutating func resolve(_ type: DefValType) throws(ModuleError) -> DefValType {
    switch type {
    case .primitive, .flags, .enum: return type
    case .record(let fields): return .record(try resolve(fields))
    case .variant(var cases):
      for position in cases.indices { cases[position].type = try resolve(cases[position].type) }
      return .variant(cases)
    case .list(let element): return .list(try resolve(element))
    case .fixedLengthList(let element, let length):
      return .fixedLengthList(try resolve(element), length)
    case .tuple(var types):
      for position in types.indices { types[position] = try resolve(types[position]) }
      return .tuple(types)
    case .option(let element): return .option(try resolve(element))
    case .result(let type, let error):
      let resolved = try resolve(type)
      return .result(resolved, error: try resolve(error))
    case .own(let resource): return .own(try resolve(resource))
    case .borrow(let resource): return .borrow(try resolve(resource))
    case .stream(let element): return .stream(try resolve(element))
    case .future(let element): return .future(try resolve(element))
    case .map(let key, let value):
      let resolved = try resolve(key)
      return .map(key: resolved, value: try resolve(value))
    }
  }
}

extension PrimitiveValType {
  init?(keyword: String) {
    guard let type = PrimitiveValType.allCases.first(where: { "\($0.name)" == keyword }) else {
      return nil
    }
    self = type
  }
}
