// Text taken apart just far enough to find modules in scripts and to change tokens: parentheses, strings, comments and
// runs of other characters. Independent of the parser under test.

/// A token of the text format, or the space and comments between two.
struct TextToken {
  enum Kind {
    case open, close, string, atom, space
  }
  var kind: Kind
  var range: Range<Int>
}

/// Splits text; comments and white space together form `space` tokens, so that the tokens cover everything.
func textTokens(_ text: [UInt8]) -> [TextToken] {
  var tokens: [TextToken] = []
  var position = 0
  while position < text.count {
    let (kind, end) = textToken(text, at: position)
    if kind == .space, let last = tokens.indices.last, tokens[last].kind == .space {
      tokens[last].range = tokens[last].range.lowerBound..<end
    } else {
      tokens.append(TextToken(kind: kind, range: position..<end))
    }
    position = end
  }
  return tokens
}

private func textToken(_ text: [UInt8], at start: Int) -> (TextToken.Kind, end: Int) {
  func byte(_ position: Int) -> UInt8 { position < text.count ? text[position] : 0 }
  var position = start + 1
  switch text[start] {
  case UInt8(ascii: "(") where byte(position) == UInt8(ascii: ";"):
    var depth = 0
    position = start
    while position < text.count {
      if byte(position) == UInt8(ascii: "("), byte(position + 1) == UInt8(ascii: ";") {
        depth += 1
        position += 2
      } else if byte(position) == UInt8(ascii: ";"), byte(position + 1) == UInt8(ascii: ")") {
        depth -= 1
        position += 2
        if depth == 0 { break }
      } else {
        position += 1
      }
    }
    return (.space, min(position, text.count))
  case UInt8(ascii: "("): return (.open, position)
  case UInt8(ascii: ")"): return (.close, position)
  case UInt8(ascii: ";") where byte(position) == UInt8(ascii: ";"):
    while position < text.count, text[position] != 0x0A, text[position] != 0x0D { position += 1 }
    return (.space, position)
  case UInt8(ascii: "\""):
    while position < text.count, text[position] != UInt8(ascii: "\"") {
      position += text[position] == UInt8(ascii: "\\") ? 2 : 1
    }
    return (.string, min(position + 1, text.count))
  case 0x09, 0x0A, 0x0D, 0x20: return (.space, position)
  default:
    let ends: Set<UInt8> = [
      0x09, 0x0A, 0x0D, 0x20, UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: "\""),
      UInt8(ascii: ";"),
    ]
    while position < text.count, !ends.contains(text[position]) { position += 1 }
    return (.atom, position)
  }
}

/// A module or component of a script, as text.
struct ScriptText {
  let text: [UInt8]
  let isComponent: Bool
}

/// The plain textual modules and components of a script, definitions of components included: `(module` without `binary`,
/// `quote`, `definition` or `instance`, `(component` without `binary`, `quote` or `instance`.
func scriptModules(in script: [UInt8]) -> [ScriptText] {
  let tokens = textTokens(script).filter { $0.kind != .space }
  func atom(_ index: Int) -> String? {
    guard index < tokens.count, tokens[index].kind == .atom else { return nil }
    return String(decoding: script[tokens[index].range], as: UTF8.self)
  }
  func isPlain(_ index: Int) -> Bool {
    !["binary", "quote", "instance"].contains(atom(index) ?? "")
  }
  var found: [ScriptText] = []
  var depth = 0
  var start: Int?
  for (index, token) in tokens.enumerated() {
    switch token.kind {
    case .open:
      let isDefinition = atom(index + 2) == "definition"
      if depth == 0, isPlain(index + 2), isPlain(index + 3),
        atom(index + 1) == "module" && !isDefinition || atom(index + 1) == "component"
      {
        start = index
      }
      depth += 1
    case .close:
      depth -= 1
      guard depth == 0, let first = start else { continue }
      start = nil
      let from = tokens[first].range.lowerBound
      var text = Array(script[from..<token.range.upperBound])
      if atom(first + 2) == "definition" {
        let word = tokens[first + 2].range
        text.removeSubrange(word.lowerBound - from..<word.upperBound - from)
      }
      found.append(ScriptText(text: text, isComponent: atom(first + 1) == "component"))
    case .string, .atom, .space: break
    }
  }
  return found
}
