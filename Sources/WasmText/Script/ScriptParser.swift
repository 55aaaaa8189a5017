// The grammar of scripts, as the reference interpreter reads it, with the thread blocks of the threads proposal and the
// component forms of the Component Model's tests.

import WasmSyntax

extension Script {
  /// Parses a script. Throws if the text is no sequence of forms; a form that is wrong becomes a directive that says so.
  package init(
    _ text: [UInt8], limits: ImplementationLimits = ImplementationLimits()
  ) throws(ModuleError) {
    let source = try TextSource(text, limits: limits)
    var parser = ScriptParser(source)
    do throws(ModuleError) {
      directives = try parser.parse()
    } catch {
      throw source.locate(error)
    }
  }

  package init(
    _ text: Bytes, limits: ImplementationLimits = ImplementationLimits()
  ) throws(ModuleError) {
    try self.init(text.array, limits: limits)
  }
}

struct ScriptParser {
  let source: TextSource
  var cursor: TextCursor
  private var lines = LineCounter()

  init(_ source: TextSource) {
    self.source = source
    cursor = TextCursor(source)
  }

  mutating func parse() throws(ModuleError) -> [Directive] {
    if startsInlineModule {
      let module = ScriptModule(
        name: nil, isComponent: false, form: .text(ModuleText(source, at: 0)))
      return [directive(.module(module))]
    }
    let directives = parseDirectives()
    guard cursor.token.kind == .end else { throw cursor.unexpectedToken() }
    return directives
  }

  /// Whether the file consists of a module's fields.
  private var startsInlineModule: Bool {
    switch cursor.formWord.keyword {
    case .type, .rec, .import, .func, .table, .memory, .global, .tag, .export, .start, .elem,
      .data:
      true
    default: false
    }
  }

  /// Forms as long as there are any. Thread blocks contain directives, but no further blocks.
  private mutating func parseDirectives(allowsThreads: Bool = true) -> [Directive] {
    var directives: [Directive] = []
    while cursor.isAtLeftParen {
      let start = cursor.index
      var directive = directive(.unknown(""))
      do throws(ModuleError) {
        directive.kind = try parseDirective(allowsThreads: allowsThreads)
        try cursor.expectRightParen()
      } catch {
        directive.kind = .malformed(source.locate(error))
      }
      directives.append(directive)
      cursor.index = start
      cursor.skip()
    }
    return directives
  }

  /// A directive at the cursor's position.
  private mutating func directive(_ kind: Directive.Kind) -> Directive {
    let offset = cursor.token.startOffset
    source.bytes.withUnsafeBufferPointer { lines.advance(to: offset, in: $0) }
    return Directive(line: lines.line, column: lines.column, kind: kind)
  }

  // MARK: Directives

  /// Stands on the left parenthesis; leaves the right one.
  private mutating func parseDirective(allowsThreads: Bool) throws(ModuleError) -> Directive.Kind {
    cursor.advance()
    let token = cursor.token
    cursor.advance()
    switch token.word.keyword {
    case .module: return try parseModuleDirective(isComponent: false)
    case .component: return try parseModuleDirective(isComponent: true)
    case .register:
      return .register(name: try expectText(), instance: takeName())
    case .invoke, .get:
      cursor.index -= 2
      let action = try parseAction()
      // The action's own parenthesis is the directive's.
      cursor.index -= 1
      return .action(action)
    case .assertReturn:
      let action = try parseAction()
      var results: [ResultPattern] = []
      while cursor.isAtLeftParen { results.append(try parseResult()) }
      return .assertReturn(action, results)
    case .assertTrap: return .assertTrap(try parseSubject(), message: try expectText())
    case .assertExhaustion:
      return .assertExhaustion(try parseAction(), message: try expectText())
    case .assertException:
      let action = try parseAction()
      _ = cursor.take(.string)
      return .assertException(action)
    case .assertSuspension:
      return .assertSuspension(try parseAction(), message: try expectText())
    case .assertMalformed: return .assertMalformed(try parseModule(), message: try expectText())
    case .assertInvalid: return .assertInvalid(try parseModule(), message: try expectText())
    case .assertMalformedCustom:
      return .assertMalformedCustom(try parseModule(), message: try expectText())
    case .assertInvalidCustom:
      return .assertInvalidCustom(try parseModule(), message: try expectText())
    case .assertUnlinkable:
      return .assertUnlinkable(try parseSubject(), message: try expectText())
    case .thread where allowsThreads: return try parseThread()
    case .wait: return .wait(thread: try expectName())
    default: return skipUnknown(token)
    }
  }

  private mutating func skipUnknown(_ token: Token) -> Directive.Kind {
    while !cursor.isAtRightParen, cursor.token.kind != .end { cursor.skip() }
    return .unknown(source.text(of: token))
  }

  private mutating func parseThread() throws(ModuleError) -> Directive.Kind {
    let name = try expectName()
    var shared: [String] = []
    while cursor.takeForm(.shared) {
      guard cursor.takeForm(.module) else { throw cursor.unexpectedToken() }
      shared.append(try expectName())
      try cursor.expectRightParen()
      try cursor.expectRightParen()
    }
    return .thread(name: name, shared: shared, parseDirectives(allowsThreads: false))
  }

  // MARK: Modules

  /// Stands behind the keyword of a module form; leaves its parenthesis.
  private mutating func parseModuleDirective(
    isComponent: Bool
  ) throws(ModuleError) -> Directive.Kind {
    if cursor.take(.instance) { return .instance(parseInstance(isComponent: isComponent)) }
    let isDefinition = cursor.take(.definition)
    let module = try parseModuleContents(isComponent: isComponent)
    return isDefinition ? .definition(module) : .module(module)
  }

  private mutating func parseInstance(isComponent: Bool) -> ScriptInstance {
    let first = takeName()
    let second = takeName()
    return ScriptInstance(
      name: second == nil ? nil : first, definition: second ?? first, isComponent: isComponent)
  }

  /// Everything of a module behind its keyword, up to its parenthesis.
  private mutating func parseModuleContents(
    isComponent: Bool
  ) throws(ModuleError) -> ScriptModule {
    let identifier = cursor.take(.identifier)
    let form: ScriptModule.Form
    if cursor.take(.binary) {
      form = .binary(cursor.takeStrings())
    } else if cursor.take(.quote) {
      form = .quote(cursor.takeStrings())
    } else {
      form = .text(ModuleText(source, at: cursor.index, identifier: identifier))
      while cursor.isAtLeftParen { cursor.skip() }
    }
    return ScriptModule(name: identifier.map(text), isComponent: isComponent, form: form)
  }

  /// A whole module form.
  private mutating func parseModule() throws(ModuleError) -> ScriptModule {
    let isComponent = cursor.isAtForm(.component)
    guard isComponent || cursor.isAtForm(.module) else { throw cursor.unexpectedToken() }
    let end = cursor.matchingParen
    cursor.index += 2
    _ = cursor.take(.definition)
    let module = try parseModuleContents(isComponent: isComponent)
    // What is wrong in a text module is found when it is encoded.
    if case .text = module.form { cursor.index = end }
    try cursor.expectRightParen()
    return module
  }

  private mutating func parseSubject() throws(ModuleError) -> ScriptSubject {
    let isComponent = cursor.isAtForm(.component)
    guard isComponent || cursor.isAtForm(.module) else { return .action(try parseAction()) }
    guard cursor.peek(2).word == .instance else { return .module(try parseModule()) }
    cursor.index += 3
    let instance = parseInstance(isComponent: isComponent)
    try cursor.expectRightParen()
    return .instance(instance)
  }

  // MARK: Actions

  /// A whole action form.
  private mutating func parseAction() throws(ModuleError) -> Action {
    let action: Action
    if cursor.takeForm(.invoke) {
      let instance = takeName()
      let function = try expectText()
      var arguments: [ScriptValue] = []
      while cursor.isAtLeftParen { arguments.append(try parseValue()) }
      action = .invoke(instance: instance, function: function, arguments)
    } else if cursor.takeForm(.get) {
      action = .get(instance: takeName(), global: try expectText())
    } else {
      if cursor.isAtLeftParen { cursor.advance() }
      throw cursor.unexpectedToken()
    }
    try cursor.expectRightParen()
    return action
  }

  // MARK: Names

  func text(_ identifier: Token) -> String {
    String(decoding: source.name(of: identifier), as: UTF8.self)
  }

  mutating func takeName() -> String? { cursor.take(.identifier).map(text) }

  mutating func expectName() throws(ModuleError) -> String {
    guard let name = takeName() else { throw cursor.unexpectedToken() }
    return name
  }

  /// A string that is UTF-8.
  mutating func expectText() throws(ModuleError) -> String {
    String(decoding: try cursor.expectName(), as: UTF8.self)
  }
}
