// From an offset in an encoded component back to the text, as `ModuleParser+Positions` does it for modules. Offsets do not
// tell where definitions come from, because sections get their sizes last; but definitions are encoded in their order.
// So the offset is turned into the number of a definition, and the component is parsed once more to see which form
// writes that one.

import WasmBinary
import WasmSyntax

/// Notices the form that writes a definition.
struct DefinitionProbe {
  /// Positions among definitions: of the components around the definition from the outside in, then its own.
  let path: [Int]
  /// The form, or as long as that has not come the innermost of the components around it.
  private(set) var tokenIndex: Int?
  /// How much of the path leads there.
  private var level = 0
  /// The first field, if the definition is a core module.
  private(set) var moduleIndex: Int?

  init(path: [Int]) { self.path = path }

  /// A form has been parsed, or the beginning of a nested component.
  mutating func look(at index: Int, wasAt count: Int, _ scopes: [ComponentScope]) {
    guard count > level, count <= path.count else { return }
    for (scope, position) in zip(scopes.prefix(count - 1), path)
    where scope.encoder.definitionCount != position { return }
    let written = scopes[count - 1].encoder.definitionCount
    let isHere = scopes.count > count ? written == path[count - 1] : written > path[count - 1]
    guard isHere else { return }
    tokenIndex = index
    level = count
  }

  /// The fields of a core module are about to be parsed.
  mutating func lookAtModule(at index: Int, _ scopes: [ComponentScope]) {
    if scopes.map(\.encoder.definitionCount) == path { moduleIndex = index }
  }
}

/// The same error with line and column if it names an offset in what the component in the source is encoded as.
func locate(
  _ error: ModuleError, at offset: Int, in source: TextSource, _ limits: ImplementationLimits
) -> ModuleError {
  var located = error
  var cursor = TextCursor(source)
  located.position = .offset(cursor.token.startOffset)
  _ = cursor.takeForm("component")
  if let token = try? ComponentParser.token(at: offset, cursor, limits) {
    located.position = .offset(token.startOffset)
  }
  return source.locate(located)
}

extension ComponentParser {
  /// The token behind the byte at an offset; nil if none is. The cursor stands behind `component`.
  fileprivate static func token(
    at offset: Int, _ cursor: TextCursor, _ limits: ImplementationLimits
  ) throws(ModuleError) -> Token? {
    var cursor = cursor
    let identifier = cursor.takeIdentifier()
    // What a binary or quoted component contains has no lines.
    if cursor.isAt("binary") || cursor.isAt("quote") { return nil }
    var first = ComponentParser(cursor, limits)
    let bytes = Bytes(try first.parseComponent(identifier))
    let (path, module) = path(to: offset, in: try decodeComponent(bytes, limits: limits))
    var parser = ComponentParser(cursor, limits)
    parser.probe = DefinitionProbe(path: path)
    _ = try parser.parseComponent(identifier)
    guard let probe = parser.probe, let index = probe.tokenIndex else { return nil }
    if let module, let bodyIndex = probe.moduleIndex {
      let offset = offset - module.range.lowerBound
      if let token = ModuleParser.token(at: offset, cursor.source, bodyIndex: bodyIndex) {
        return token
      }
    }
    return cursor.source.tokens[index]
  }

  /// The positions of the definitions that hold an offset, and the core module if the last is one.
  private static func path(
    to offset: Int, in component: Component
  ) -> (path: [Int], module: Bytes?) {
    var component = component
    var path: [Int] = []
    while let position = component.definitions.lastIndex(where: { $0.offset <= offset }) {
      path.append(position)
      switch component.definitions[position].kind {
      case .component(let nested): component = nested
      case .coreModule(let bytes): return (path, bytes)
      case .coreInstance, .coreType, .instance, .alias, .type, .canon, .start, .import, .export,
        .value:
        return (path, nil)
      }
    }
    return (path, nil)
  }
}
