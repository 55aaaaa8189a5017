// The doors to the component text parser: a component inside a source that a script shares, a quotation, or a whole text,
// which may also be a core module.

import WasmSyntax

/// A component in a source.
package struct ComponentText: Sendable {
  package let source: TextSource
  /// The index of the token behind the keyword.
  package let bodyIndex: Int

  package init(_ source: TextSource, at bodyIndex: Int) {
    self.source = source
    self.bodyIndex = bodyIndex
  }

  /// The component's binary form. What stands behind its closing parenthesis is not looked at.
  package func encode() throws(ModuleError) -> [UInt8] {
    var parser = ComponentParser(TextCursor(source, at: bodyIndex))
    do throws(ModuleError) {
      return try parser.parseComponent()
    } catch {
      throw source.locate(error)
    }
  }
}

/// The text of `(component quote ...)`: the definitions of a component.
package struct QuotedComponent: Sendable {
  let source: TextSource

  package init(_ source: TextSource) { self.source = source }

  package func encode() throws(ModuleError) -> [UInt8] {
    var parser = ComponentParser(TextCursor(source))
    do throws(ModuleError) {
      let bytes = try parser.parseDefinitions(nil, name: nil)
      guard parser.cursor.token.kind == .end else { throw parser.cursor.unexpectedToken() }
      return bytes
    } catch {
      throw source.locate(error)
    }
  }
}

/// Encodes a component: `(component ...)` in any of its forms. Errors give line and column.
package func parseComponent(
  _ text: [UInt8], limits: ImplementationLimits = ImplementationLimits()
) throws(ModuleError) -> [UInt8] {
  let source = try TextSource(text, limits: limits)
  do throws(ModuleError) {
    var cursor = TextCursor(source)
    try cursor.expectForm("component")
    if cursor.take("quote") {
      let bytes = cursor.takeStrings()
      try cursor.expectRightParen()
      return try QuotedComponent(TextSource(bytes, limits: limits)).encode()
    }
    var parser = ComponentParser(cursor)
    let bytes = try parser.parseComponent()
    guard parser.cursor.token.kind == .end else { throw parser.cursor.unexpectedToken() }
    return bytes
  } catch {
    throw source.locate(error)
  }
}

/// Encodes a component or a core module, whichever the text is.
package func parseText(
  _ text: [UInt8], limits: ImplementationLimits = ImplementationLimits()
) throws(ModuleError) -> [UInt8] {
  let isComponent = TextCursor(try TextSource(text, limits: limits)).isAtForm("component")
  return isComponent
    ? try parseComponent(text, limits: limits) : try parseModule(text, limits: limits)
}
