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
    return try nested { (parser) throws(ModuleError) in
      try parser.cursor.expectLeftParen()
      let type = try parser.parseDefValTypeContents()
      try parser.cursor.expectRightParen()
      return type
    }
  }

  private mutating func parseDefValTypeContents() throws(ModuleError) -> DefValType {
    let start = cursor
    let keyword = cursor.keyword()
    cursor.advance()
    switch keyword {
    case "record": return .record(try parseLabelledValTypes("field"))
    case "variant": return .variant(try parseVariantCases())
    case "list":
      let element = try parseValType()
      return cursor.isAtEndOfForm
        ? .list(element) : .fixedLengthList(element, try cursor.expectU32())
    case "tuple":
      var types: [ValType] = []
      while !cursor.isAtEndOfForm { types.append(try parseValType()) }
      return .tuple(types)
    case "flags": return .flags(try parseLabels())
    case "enum": return .enum(try parseLabels())
    case "option": return .option(try parseValType())
    case "result": return try parseResultType()
    case "own": return .own(try parseIndex(.type))
    case "borrow": return .borrow(try parseIndex(.type))
    case "stream": return .stream(try parseOptionalValType())
    case "future": return .future(try parseOptionalValType())
    case "map":
      let key = try parseValType()
      return .map(key: key, value: try parseValType())
    default:
      cursor = start
      throw cursor.unexpectedToken()
    }
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
