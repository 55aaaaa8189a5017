// Seeded mutants of the suite's components. None may crash the parser or the printer, and what is accepted survives
// printing.

import TestSupport
import Testing
import WasmSyntax

@testable import WasmText

@Suite struct ComponentMutationTests {
  @Test func mutantsAreParsedOrRefused() throws {
    var random = SplitMix(seed: 11)
    let seeds = try Self.seeds()
    var accepted = 0
    for _ in 0..<1500 {
      let mutant = MutationTests.mutant(of: seeds[random.below(seeds.count)], &random)
      guard let bytes = try? parseText(mutant) else { continue }
      accepted += 1
      guard let printed = try? printBinary(Bytes(bytes)) else { continue }
      let text = String(decoding: mutant, as: UTF8.self)
      #expect(throws: Never.self, "\(text)") { try #expect(parseText(printed) == bytes) }
    }
    #expect(accepted > 100)
  }

  /// The source texts of small components.
  private static func seeds() throws -> [[UInt8]] {
    var seeds: [[UInt8]] = []
    for script in Suites.component where script.name.hasPrefix("validation") {
      for directive in try Script(try readFile(script.path)).directives.prefix(12) {
        switch directive.kind {
        case .module(let module), .definition(let module), .assertInvalid(let module, _):
          guard case .text(let text) = module.form else { continue }
          seeds.append(source(of: text))
        default: continue
        }
      }
    }
    return seeds
  }

  private static func source(of text: ModuleText) -> [UInt8] {
    var cursor = TextCursor(text.source, at: text.bodyIndex)
    let start = cursor.token.startOffset
    while cursor.isAtLeftParen { cursor.skip() }
    return Array("(component ".utf8) + text.source.bytes[start..<cursor.token.endOffset]
  }
}
