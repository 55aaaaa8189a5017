// From component text to component bytes. Definitions are written in the order of the text, because each may refer only to
// those before it; what a definition abbreviates (types written inline, aliases its references stand for) is written in
// front of it, and inline exports at the end of the component.
//
// The parser walks every definition twice: `parse...` reads it into syntax nodes whose indices are positions among the
// references found on the way, `resolve...` turns those into indices, adding aliases as it goes.

import WasmBinary
import WasmSyntax

/// Parses one component (Explainer, Component Definitions).
struct ComponentParser {
  var cursor: TextCursor
  /// The innermost last; never empty while a definition is being parsed.
  var scopes: [ComponentScope] = []
  var depth = 0
  /// What looks for a definition's place in the text; nil unless an error has to be located.
  var probe: DefinitionProbe?
  private let limits: ImplementationLimits

  init(_ cursor: TextCursor, _ limits: ImplementationLimits) {
    self.cursor = cursor
    self.limits = limits
  }

  var source: TextSource { cursor.source }

  /// The scope that definitions go into.
  var scope: ComponentScope { scopes[scopes.count - 1] }

  /// Counts a level of types or values inside one another; `depth` goes down again where the level ends.
  mutating func enterLevel() throws(ModuleError) {
    guard depth < limits.componentNesting else { throw nestingError("types and values") }
    depth += 1
  }

  /// Opens a component. Components nest apart from types, as they do in the binary form.
  mutating func beginComponent(
    _ identifier: UInt32?, name: String?, _ binding: ComponentScope.NestedBinding? = nil
  ) throws(ModuleError) {
    guard scopes.count <= limits.componentNesting else { throw nestingError("components") }
    let scope = ComponentScope(.component, identifier: identifier)
    scope.name = name
    scope.nestedBinding = binding
    scopes.append(scope)
  }

  private func nestingError(_ what: String) -> ModuleError {
    ModuleError(
      .limit, "\(what) are nested too deeply: the limit is \(limits.componentNesting)",
      at: .offset(cursor.token.startOffset))
  }

  // MARK: Components

  /// A component behind its keyword and identifier, up to and with the closing parenthesis.
  mutating func parseComponent(_ identifier: UInt32?) throws(ModuleError) -> [UInt8] {
    let name = try cursor.nameAnnotation() ?? identifier.map(name(of:))
    if cursor.take("binary") {
      let bytes = cursor.takeStrings()
      try cursor.expectRightParen()
      return bytes
    }
    let bytes = try parseDefinitions(identifier, name: name)
    try cursor.expectRightParen()
    return bytes
  }

  /// The definitions of a component up to the closing parenthesis. Components inside it are scopes on the stack: their
  /// definitions are read by the same loop.
  mutating func parseDefinitions(
    _ identifier: UInt32?, name: String?
  ) throws(ModuleError) -> [UInt8] {
    try beginComponent(identifier, name: name)
    while true {
      while !cursor.isAtEndOfForm {
        let start = cursor.index
        let level = scopes.count
        try parseDefinition()
        probe?.look(at: start, wasAt: level, scopes)
      }
      try appendCustomSections()
      let binding = scope.nestedBinding
      let bytes = endComponent()
      guard let binding else { return bytes }
      try cursor.expectRightParen()
      try defineComponent(bytes, binding)
    }
  }

  /// Closes the innermost scope, a component's, and returns its bytes.
  private mutating func endComponent() -> [UInt8] {
    for export in scope.inlineExports {
      scope.encoder.append(
        .export(ComponentExport(name: export.name, item: export.item, type: nil)))
      // It adds to the index space, although nothing can refer to it any more.
      _ = scope.spaces[export.item.sort, default: ComponentIndexSpace()].append(nil, name: nil)
    }
    var names = ComponentNames()
    names.component = scope.name
    for sort in Sort.nameOrder {
      guard let space = scope.spaces[sort], !space.names.isEmpty else { continue }
      names.definitions.append((sort, space.names))
    }
    if !names.isEmpty { scope.encoder.appendNameSection(names) }
    let bytes = scope.encoder.finish()
    scopes.removeLast()
    return bytes
  }

  // MARK: Bindings

  /// The identifier a definition binds, and the name it gets in the name section.
  mutating func parseBinding() throws(ModuleError) -> (identifier: UInt32?, name: String?) {
    let identifier = cursor.takeIdentifier()
    if let name = try cursor.nameAnnotation() { return (identifier, name) }
    return (identifier, identifier.map(name(of:)))
  }

  /// The text of an identifier without its `$`.
  func name(of identifier: UInt32) -> String {
    String(decoding: source.symbols.name(of: identifier), as: UTF8.self)
  }

  /// Adds an entry to an index space.
  @discardableResult
  mutating func bind(
    _ sort: Sort, _ identifier: UInt32? = nil, name: String? = nil
  ) throws(ModuleError) -> UInt32 {
    let index = scope.count(of: sort)
    guard
      scope.spaces[sort, default: ComponentIndexSpace()].append(identifier, name: name)
    else {
      throw cursor.error("duplicate \(sort.name) $\(identifier.map { self.name(of: $0) } ?? "")")
    }
    return index
  }

  // MARK: Custom sections

  /// Writes the custom sections that annotations in front of the current token ask for.
  mutating func appendCustomSections() throws(ModuleError) {
    for annotation in cursor.annotations where annotation.kind == .custom {
      let contents = source.annotationTokens[annotation.contents]
      guard contents.allSatisfy({ $0.kind == .string }), let nameToken = contents.first else {
        throw ModuleError(
          .malformed, "unexpected token in @custom annotation",
          at: .offset(Int(annotation.start)))
      }
      let name = source.string(nameToken)
      guard isValidUTF8(name) else {
        throw cursor.error("malformed UTF-8 encoding", at: nameToken)
      }
      var payload: [UInt8] = []
      for token in contents.dropFirst() { source.appendString(token, to: &payload) }
      scope.encoder.appendCustomSection(name: name, payload: payload)
    }
  }
}

extension Sort {
  /// The order of the sorts in the name section, that of the Explainer's index spaces.
  static let nameOrder: [Sort] = [
    .core(.function), .core(.table), .core(.memory), .core(.global), .core(.tag), .core(.type),
    .core(.module), .core(.instance), .function, .value, .type, .component, .instance,
  ]
}
