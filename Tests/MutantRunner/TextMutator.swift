// Mutants of textual modules: some change tokens (a keyword for one of the same shape, a number, a whole expression),
// some change characters.

import WasmSyntax

enum TextMutator {
  private static let rowsByName: [String: InstructionDefinition] = Dictionary(
    InstructionTable.shared.rows.map { ("\($0.name)", $0) }, uniquingKeysWith: { first, _ in first }
  )

  private static let rowsByShapeAndSignature: [String: [InstructionDefinition]] =
    Dictionary(grouping: InstructionTable.shared.rows) { "\($0.immediate) \($0.signature)" }

  private static let builtinsByName: [String: CanonBuiltin] = Dictionary(
    CanonBuiltin.allCases.map { ("\($0.definition.name)", $0) },
    uniquingKeysWith: { first, _ in first })

  /// Words of components that can stand in each other's place.
  private static let componentWords: [[String]] = [
    PrimitiveValType.allCases.map { "\($0.name)" },
    ["list", "option", "tuple", "stream", "future"], ["own", "borrow"],
    ["record", "variant", "flags", "enum", "result", "map"],
    ["string-encoding=utf8", "string-encoding=utf16", "string-encoding=latin1+utf16", "async"],
    ["memory", "realloc", "callback", "post-return"],
    ["func", "instance", "component", "type", "value", "module"], ["import", "export"],
    ["lift", "lower"], ["table", "global", "memory"], ["eq", "sub"],
  ]

  private static let types = [
    "i32", "i64", "f32", "f64", "v128", "funcref", "externref", "anyref", "eqref", "i31ref",
    "structref", "arrayref", "exnref", "nullref",
  ]

  /// Replaces instruction keywords, value types, numbers and indices by others; removes or repeats expressions.
  static func structural(_ module: [UInt8], using random: inout SplitMix) -> [UInt8]? {
    var text = module
    for _ in 0..<(random.chance(75) ? 1 : 1 + random.below(3)) {
      let tokens = textTokens(text)
      let atoms = tokens.indices.filter { tokens[$0].kind == .atom }
      guard let chosen = atoms.randomElement(using: &random) else { return nil }
      if random.chance(10), let range = expression(around: chosen, in: tokens) {
        if random.chance(50) {
          text.removeSubrange(range)
        } else {
          text.insert(contentsOf: text[range], at: range.upperBound)
        }
        continue
      }
      let atom = String(decoding: text[tokens[chosen].range], as: UTF8.self)
      guard let other = replacement(for: atom, using: &random) else { continue }
      text.replaceSubrange(tokens[chosen].range, with: other.utf8)
    }
    return text == module ? nil : text
  }

  /// The innermost parenthesised expression that holds a token.
  private static func expression(around index: Int, in tokens: [TextToken]) -> Range<Int>? {
    var depth = 0
    guard
      let open = tokens[..<index].lastIndex(where: { token in
        if token.kind == .close { depth += 1 }
        if token.kind == .open { depth -= 1 }
        return depth < 0
      })
    else { return nil }
    depth = 0
    guard
      let close = tokens[open...].firstIndex(where: { token in
        if token.kind == .open { depth += 1 }
        if token.kind == .close { depth -= 1 }
        return depth == 0
      })
    else { return nil }
    return tokens[open].range.lowerBound..<tokens[close].range.upperBound
  }

  private static func replacement(for atom: String, using random: inout SplitMix) -> String? {
    if let row = rowsByName[atom] {
      let rows = rowsByShapeAndSignature["\(row.immediate) \(row.signature)"] ?? []
      return rows.randomElement(using: &random).map { "\($0.name)" }
    }
    if let builtin = builtinsByName[atom] {
      let shape = builtin.definition.immediate
      let others = CanonBuiltin.allCases.filter { $0.definition.immediate == shape }
      return others.randomElement(using: &random).map { "\($0.definition.name)" }
    }
    if let words = componentWords.first(where: { $0.contains(atom) }) {
      return words.randomElement(using: &random)
    }
    if types.contains(atom) { return types.randomElement(using: &random) }
    guard let first = atom.utf8.first else { return nil }
    if UInt8(ascii: "0")...UInt8(ascii: "9") ~= first || atom.hasPrefix("-") || atom.hasPrefix("+")
    {
      let numbers = [
        "0", "1", "2", "3", "-1", "255", "65535", "65536", "0x7fffffff", "0x80000000",
        "4294967295", "4294967296", "18446744073709551615", "18446744073709551616", "nan", "inf",
        "nan:0x1", "0x1p-149", "1e400", "1_000", "0x", "1__0", "\(random.below(100))",
      ]
      return numbers.randomElement(using: &random)
    }
    if atom.hasPrefix("$") {
      return random.chance(70) ? "\(random.below(4))" : "$"
    }
    if let equals = atom.firstIndex(of: "=") {
      let value = ["0", "1", "2", "3", "8", "4294967296"].randomElement(using: &random) ?? "0"
      return atom[...equals] + value
    }
    return random.chance(30) ? "nop" : nil
  }

  /// Changes, removes, inserts or repeats characters.
  static func raw(_ module: [UInt8], using random: inout SplitMix) -> [UInt8] {
    let alphabet = Array("()\"; $09azAZ_.-+=:;@\\\n\u{80}{[".utf8)
    var text = module
    for _ in 0...random.below(3) where !text.isEmpty {
      let position = random.below(text.count)
      let character = alphabet[random.below(alphabet.count)]
      switch random.below(5) {
      case 0: text[position] = character
      case 1: text.remove(at: position)
      case 2: text.insert(character, at: position)
      case 3: text.removeLast(min(text.count, 1 + random.below(64)))
      default:
        let end = min(text.count, position + 1 + random.below(64))
        text.insert(contentsOf: text[position..<end], at: random.below(text.count))
      }
    }
    return text
  }
}
