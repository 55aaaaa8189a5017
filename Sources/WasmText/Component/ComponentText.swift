// The doors to the component text parser: a component inside a source that a script shares, a quotation, or a whole text,
// which may also be a core module.

import WasmSyntax

/// A component in a source.
package struct ComponentText: Sendable {
  package let source: TextSource
  /// The index of the token behind the keyword and the identifier.
  package let bodyIndex: Int
  package let identifier: Token?
  let limits: ImplementationLimits

  package init(
    _ source: TextSource, at bodyIndex: Int, identifier: Token? = nil,
    limits: ImplementationLimits = ImplementationLimits()
  ) {
    self.source = source
    self.bodyIndex = bodyIndex
    self.identifier = identifier
    self.limits = limits
  }

  /// The component's binary form. What stands behind its closing parenthesis is not looked at.
  package func encode() throws(ModuleError) -> [UInt8] {
    var parser = ComponentParser(TextCursor(source, at: bodyIndex), limits)
    do throws(ModuleError) {
      return try parser.parseComponent(identifier?.payload)
    } catch {
      throw source.locate(error)
    }
  }
}

/// The text of `(component quote ...)`: the definitions of a component.
package func parseQuotedComponent(
  _ text: [UInt8], limits: ImplementationLimits = ImplementationLimits()
) throws(ModuleError) -> [UInt8] {
  let source = try TextSource(text, limits: limits)
  var parser = ComponentParser(TextCursor(source), limits)
  do throws(ModuleError) {
    let bytes = try parser.parseDefinitions(nil, name: nil)
    guard parser.cursor.token.kind == .end else { throw parser.cursor.unexpectedToken() }
    return bytes
  } catch {
    throw source.locate(error)
  }
}

/// Encodes a component: `(component ...)` in any of its forms. Errors give line and column.
package func parseComponent(
  _ text: [UInt8], limits: ImplementationLimits = ImplementationLimits()
) throws(ModuleError) -> [UInt8] {
  try parseComponent(TextSource(text, limits: limits), limits)
}

private func parseComponent(
  _ source: TextSource, _ limits: ImplementationLimits
) throws(ModuleError) -> [UInt8] {
  do throws(ModuleError) {
    var cursor = TextCursor(source)
    try cursor.expectForm("component")
    let bytes: [UInt8]
    if cursor.take("quote") {
      bytes = try parseQuotedComponent(cursor.takeStrings(), limits: limits)
      try cursor.expectRightParen()
    } else {
      let identifier = cursor.takeIdentifier()
      var parser = ComponentParser(cursor, limits)
      bytes = try parser.parseComponent(identifier)
      cursor = parser.cursor
    }
    guard cursor.token.kind == .end else { throw cursor.unexpectedToken() }
    return bytes
  } catch {
    throw source.locate(error)
  }
}

/// Encodes a component or a core module, whichever the text is.
package func parseText(
  _ text: [UInt8], limits: ImplementationLimits = ImplementationLimits()
) throws(ModuleError) -> [UInt8] {
  let source = try TextSource(text, limits: limits)
  return TextCursor(source).isAtForm("component")
    ? try parseComponent(source, limits) : try parseModule(text, limits: limits)
}
