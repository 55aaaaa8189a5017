// Explainer, Canonical Definitions. The table of built-ins says what each is called and what its immediates are.

import WasmSyntax

extension ComponentParser {
  // MARK: Definitions

  /// `canon` behind its keyword, without the closing parenthesis: what it defines comes last.
  mutating func parseCanonDefinition() throws(ModuleError) {
    if cursor.take("lift") {
      let (function, options) = try parseLift()
      try cursor.expectForm("func")
      let (identifier, name) = try parseBinding()
      let type = try parseFunctionTypeUse()
      try cursor.expectRightParen()
      try defineLift(function, options, type, identifier, name: name)
      return
    }
    let canon = try parseCoreCanon()
    try cursor.expectForm("core")
    try cursor.expect("func")
    let (identifier, name) = try parseBinding()
    try cursor.expectRightParen()
    try defineCoreCanon(canon, identifier, name: name)
  }

  /// `func` behind its keyword, without the closing parenthesis: a lifted function, an import or an alias.
  mutating func parseFunction() throws(ModuleError) {
    let (identifier, name) = try parseBinding()
    let exports = try parseInlineExports()
    let index: UInt32
    if let alias = try parseInlineAlias() {
      index = try defineAlias(alias, .function, identifier, name: name)
    } else if let importName = try parseInlineImport() {
      let type = ComponentExternType.function(type: try parseFunctionTypeUse())
      index = try defineImport(importName, type, identifier, name: name)
    } else {
      let type = try parseFunctionTypeUse()
      try cursor.expectForm("canon")
      try cursor.expect("lift")
      let (function, options) = try parseLift()
      try cursor.expectRightParen()
      index = try defineLift(function, options, type, identifier, name: name)
    }
    deferExports(exports, SortIndex(.function, index))
  }

  /// `core func` behind its keywords, without the closing parenthesis: a built-in, a lowered function or an alias.
  mutating func parseCoreFunction() throws(ModuleError) {
    let (identifier, name) = try parseBinding()
    if let alias = try parseInlineAlias() {
      try defineAlias(alias, .core(.function), identifier, name: name)
      return
    }
    try cursor.expectForm("canon")
    let canon = try parseCoreCanon()
    try cursor.expectRightParen()
    try defineCoreCanon(canon, identifier, name: name)
  }

  private mutating func parseLift() throws(ModuleError)
    -> (function: UInt32, options: [CanonOption])
  {
    let function = try parseSortIndex(.core(.function))
    return (function, try parseCanonOptions())
  }

  @discardableResult
  private mutating func defineLift(
    _ function: UInt32, _ options: [CanonOption], _ type: UInt32, _ identifier: UInt32?,
    name: String?
  ) throws(ModuleError) -> UInt32 {
    try defineInlineTypes()
    let type = try resolve(type)
    let function = try resolve(function)
    let options = try resolve(options)
    scope.encoder.append(.canon(.lift(coreFunction: function, options: options, type: type)))
    return try bind(.function, identifier, name: name)
  }

  private mutating func defineCoreCanon(
    _ canon: Canon, _ identifier: UInt32?, name: String?
  ) throws(ModuleError) {
    try defineInlineTypes()
    scope.encoder.append(.canon(try resolve(canon)))
    try bind(.core(.function), identifier, name: name)
  }

  // MARK: Built-ins

  /// What defines a core function: `lower` or a built-in, with its immediates.
  private mutating func parseCoreCanon() throws(ModuleError) -> Canon {
    if cursor.take("lower") {
      let function = try parseSortIndex(.function)
      return .lower(function: function, options: try parseCanonOptions())
    }
    guard let builtin = cursor.keyword().flatMap({ CanonBuiltin.byName[$0] }) else {
      throw cursor.unexpectedToken()
    }
    cursor.advance()
    return .builtin(builtin, try parseImmediates(builtin.definition.immediate))
  }

  private mutating func parseImmediates(
    _ shape: CanonImmediateShape
  ) throws(ModuleError) -> CanonImmediates {
    var immediates = CanonImmediates()
    switch shape {
    case .none: break
    case .type: immediates.type = try parseIndex(.type)
    case .typeOptions:
      immediates.type = try parseIndex(.type)
      immediates.options = try parseCanonOptions()
    case .typeAsync:
      immediates.type = try parseIndex(.type)
      immediates.flag = cursor.take("async")
    case .async: immediates.flag = cursor.take("async")
    case .cancellable: immediates.flag = cursor.take("cancellable")
    case .cancellableMemory:
      immediates.flag = cursor.take("cancellable")
      try cursor.expectForm("memory")
      immediates.memory = try parseOptionIndex(.memory)
      try cursor.expectRightParen()
    case .options: immediates.options = try parseCanonOptions()
    case .resultOptions:
      if cursor.takeForm("result") {
        immediates.result = try parseValType()
        try cursor.expectRightParen()
      }
      immediates.options = try parseCanonOptions()
    case .valueTypeSlot:
      immediates.valueType = try parseCoreValueType()
      immediates.slot = try cursor.expectU32()
    case .typeTable: try parseThreadFunction(&immediates)
    case .sharedType:
      immediates.flag = cursor.take("shared")
      immediates.type = try parseIndex(.core(.type))
    case .sharedTypeTable:
      immediates.flag = cursor.take("shared")
      try parseThreadFunction(&immediates)
    case .shared: immediates.flag = cursor.take("shared")
    }
    return immediates
  }

  private mutating func parseThreadFunction(
    _ immediates: inout CanonImmediates
  ) throws(ModuleError) {
    immediates.type = try parseIndex(.core(.type))
    immediates.table = try parseIndex(.core(.table))
  }

  // MARK: Options

  /// `canonopt*`
  private mutating func parseCanonOptions() throws(ModuleError) -> [CanonOption] {
    var options: [CanonOption] = []
    while let option = try parseCanonOption() { options.append(option) }
    return options
  }

  private mutating func parseCanonOption() throws(ModuleError) -> CanonOption? {
    if cursor.take("async") { return .async }
    for encoding in [StringEncoding.utf8, .utf16, .latin1UTF16] where cursor.take(encoding.name) {
      return .stringEncoding(encoding)
    }
    let option: CanonOption
    if cursor.takeForm("memory") {
      option = .memory(try parseOptionIndex(.memory))
    } else if cursor.takeForm("realloc") {
      option = .realloc(try parseOptionIndex(.function))
    } else if cursor.takeForm("post-return") {
      option = .postReturn(try parseOptionIndex(.function))
    } else if cursor.takeForm("callback") {
      option = .callback(try parseOptionIndex(.function))
    } else {
      return nil
    }
    try cursor.expectRightParen()
    return option
  }

  /// `{core X}idx`, and what tools wrote before references to core definitions had to say `core`: `$i "name"` and
  /// `(func $i "name")`.
  private mutating func parseOptionIndex(_ sort: CoreSort) throws(ModuleError) -> UInt32 {
    if cursor.isAtIndex { return try parseReference(to: .core(sort)) }
    let start = cursor
    try cursor.expectLeftParen()
    let isAmongCore = !cursor.take("core")
    cursor = start
    return try parseSortIndex(.core(sort), isAmongCore: isAmongCore)
  }

  // MARK: Resolving

  private mutating func resolve(_ canon: Canon) throws(ModuleError) -> Canon {
    switch canon {
    case .lift(let function, let options, let type):
      let function = try resolve(function)
      let options = try resolve(options)
      return .lift(coreFunction: function, options: options, type: try resolve(type))
    case .lower(let function, let options):
      let function = try resolve(function)
      return .lower(function: function, options: try resolve(options))
    case .builtin(let builtin, var immediates):
      switch builtin.definition.immediate {
      case .none, .async, .cancellable, .valueTypeSlot, .shared: break
      case .type, .typeAsync, .sharedType: immediates.type = try resolve(immediates.type)
      case .typeOptions:
        immediates.type = try resolve(immediates.type)
        immediates.options = try resolve(immediates.options)
      case .cancellableMemory: immediates.memory = try resolve(immediates.memory)
      case .options: immediates.options = try resolve(immediates.options)
      case .resultOptions:
        immediates.result = try resolve(immediates.result)
        immediates.options = try resolve(immediates.options)
      case .typeTable, .sharedTypeTable:
        immediates.type = try resolve(immediates.type)
        immediates.table = try resolve(immediates.table)
      }
      return .builtin(builtin, immediates)
    }
  }

  private mutating func resolve(_ options: [CanonOption]) throws(ModuleError) -> [CanonOption] {
    var resolved = options
    for position in resolved.indices {
      switch options[position] {
      case .stringEncoding, .async: break
      case .memory(let memory): resolved[position] = .memory(try resolve(memory))
      case .realloc(let function): resolved[position] = .realloc(try resolve(function))
      case .postReturn(let function): resolved[position] = .postReturn(try resolve(function))
      case .callback(let function): resolved[position] = .callback(try resolve(function))
      }
    }
    return resolved
  }
}

extension CanonBuiltin {
  static let byName: [String: CanonBuiltin] = Dictionary(
    uniqueKeysWithValues: allCases.map { ("\($0.definition.name)", $0) })
}
