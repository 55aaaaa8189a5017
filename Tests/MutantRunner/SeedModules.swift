// What mutants are made from: the textual modules and components of the suites' scripts, as text and in binary form.

import WasmSyntax
import WasmText

/// A module or component of a script.
final class SeedModule {
  let text: [UInt8]
  let binary: [UInt8]
  let isComponent: Bool
  /// The parts of `binary`; nil if they cannot be taken apart.
  private lazy var sections: DecodedSections? = DecodedSections(binary)
  private lazy var component: DecodedComponent? = DecodedComponent(binary)

  init?(text: [UInt8], isComponent: Bool) {
    // Larger ones only make the run longer.
    guard text.count < 40_000 else { return nil }
    let parsed = isComponent ? try? parseComponent(text) : try? parseModule(text)
    guard let binary = parsed else { return nil }
    self.text = text
    self.binary = binary
    self.isComponent = isComponent
  }

  /// A structural mutant of the binary form; nil if there is nothing to replace.
  func structuralMutant(using random: inout SplitMix) -> [UInt8]? {
    isComponent
      ? component.flatMap { ComponentMutator.structural($0, using: &random) }
      : sections.flatMap { BinaryMutator.structural($0, using: &random) }
  }
}

/// Modules of every script below a folder, one list for each script that has any.
struct SeedCorpus {
  private(set) var scripts: [[SeedModule]] = []

  init(scripts paths: [String]) {
    for path in paths {
      guard let bytes = try? Bytes(contentsOf: path) else { continue }
      let modules = scriptModules(in: bytes.array).compactMap {
        SeedModule(text: $0.text, isComponent: $0.isComponent)
      }
      if !modules.isEmpty { scripts.append(modules) }
    }
  }

  var moduleCount: Int { scripts.reduce(0) { $0 + $1.count } }

  /// A module of a random script, so that the scripts with thousands of modules do not drown the others.
  func randomModule(using random: inout SplitMix) -> SeedModule? {
    scripts.randomElement(using: &random)?.randomElement(using: &random)
  }
}
