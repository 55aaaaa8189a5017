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
  private var depth = 0

  /// Components, types and values inside one another. Each level takes native stack, here and in whatever walks the
  /// result.
  static let nestingLimit = 100

  init(_ cursor: TextCursor) { self.cursor = cursor }

  var source: TextSource { cursor.source }

  /// The scope that definitions go into.
  var scope: ComponentScope {
    _read { yield scopes[scopes.count - 1] }
    _modify { yield &scopes[scopes.count - 1] }
  }

  /// Runs the parser of something that can contain its own kind.
  mutating func nested<R>(
    _ parse: (inout ComponentParser) throws(ModuleError) -> R
  ) throws(ModuleError) -> R {
    guard depth < Self.nestingLimit else {
      throw ModuleError(
        .limit, "components, types and values nested too deeply",
        at: .offset(cursor.token.startOffset))
    }
    depth += 1
    defer { depth -= 1 }
    return try parse(&self)
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

  /// The definitions of a component up to the closing parenthesis.
  mutating func parseDefinitions(
    _ identifier: UInt32?, name: String?
  ) throws(ModuleError) -> [UInt8] {
    try nested { (parser) throws(ModuleError) in
      parser.scopes.append(ComponentScope(.component, identifier: identifier))
      while !parser.cursor.isAtEndOfForm { try parser.parseDefinition() }
      try parser.appendCustomSections()
      return parser.endComponent(name: name)
    }
  }

  /// Closes the innermost scope, a component's, and returns its bytes.
  mutating func endComponent(name: String?) -> [UInt8] {
    for export in scope.inlineExports {
      scope.encoder.append(
        .export(ComponentExport(name: export.name, item: export.item, type: nil)))
      // It adds to the index space, although nothing can refer to it any more.
      _ = scope.spaces[export.item.sort, default: ComponentIndexSpace()].append(nil, name: nil)
    }
    var names = ComponentNames()
    names.component = name
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
