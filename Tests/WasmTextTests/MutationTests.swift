// Seeded mutants of the suites' texts. None may crash the parser or the printer, and what is accepted survives printing.

import TestSupport
import Testing
import WasmSyntax

@testable import WasmText

@Suite struct MutationTests {
  @Test func mutantsAreParsedOrRefused() throws {
    var random = SplitMix(seed: 20)
    let seeds = try Self.seeds()
    var accepted = 0
    for _ in 0..<1500 {
      let mutant = Self.mutant(of: seeds[random.below(seeds.count)], &random)
      guard let bytes = try? parseModule(mutant) else { continue }
      accepted += 1
      guard let printed = try? printModule(Bytes(bytes)) else { continue }
      let text = String(decoding: mutant, as: UTF8.self)
      #expect(throws: Never.self, "\(text)") { try #expect(parseModule(printed) == bytes) }
    }
    #expect(accepted > 100)
  }

  /// The printed forms of small modules.
  private static func seeds() throws -> [[UInt8]] {
    var seeds: [[UInt8]] = []
    for script in Suites.core where script.name.utf8.count % 3 == 0 {
      for directive in try Script(try readFile(script.path)).directives.prefix(3) {
        guard case .module(let module) = directive.kind, case .text = module.form else { continue }
        let text = try printModule(Bytes(try module.encode()))
        if text.count < 4000 { seeds.append(text) }
      }
    }
    return seeds
  }

  /// Replaces, removes, repeats or moves a token or two.
  static func mutant(of text: [UInt8], _ random: inout SplitMix) -> [UInt8] {
    var text = text
    for _ in 0...random.below(2) {
      guard let source = try? TextSource(text), source.tokens.count > 8 else { break }
      let token = source.tokens[random.below(source.tokens.count - 4)]
      // Most replacements are of the same kind, so that a good part is still grammatical.
      let others = source.tokens.filter { $0.kind == token.kind }
      let other = others[random.below(others.count)]
      let range = token.startOffset..<token.endOffset
      switch random.below(5) {
      case 0: text.removeSubrange(range)
      case 1: text[range.lowerBound] = UInt8(truncatingIfNeeded: random.next())
      case 2: text.insert(contentsOf: [0x20] + text[range] + [0x20], at: range.upperBound)
      default: text.replaceSubrange(range, with: text[other.startOffset..<other.endOffset])
      }
    }
    return text
  }
}
