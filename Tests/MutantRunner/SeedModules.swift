// What mutants are made from: the textual modules of the suites' scripts, as text and in binary form.

import WasmSyntax
import WasmText

/// A module of a script.
final class SeedModule {
  let text: [UInt8]
  let binary: [UInt8]
  /// The sections of `binary`; nil if they cannot be taken apart.
  private(set) lazy var sections: DecodedSections? = DecodedSections(binary)

  init?(text: [UInt8]) {
    // Larger ones only make the run longer.
    guard text.count < 40_000, let binary = try? parseModule(text) else { return nil }
    self.text = text
    self.binary = binary
  }
}

/// Modules of every script below a folder, one list for each script that has any.
struct SeedCorpus {
  private(set) var scripts: [[SeedModule]] = []

  init(scripts paths: [String]) {
    for path in paths {
      guard let bytes = try? Bytes(contentsOf: path) else { continue }
      let modules = textModules(in: bytes.array).compactMap(SeedModule.init)
      if !modules.isEmpty { scripts.append(modules) }
    }
  }

  var moduleCount: Int { scripts.reduce(0) { $0 + $1.count } }

  /// A module of a random script, so that the scripts with thousands of modules do not drown the others.
  func randomModule(using random: inout SplitMix) -> SeedModule? {
    scripts.randomElement(using: &random)?.randomElement(using: &random)
  }
}
