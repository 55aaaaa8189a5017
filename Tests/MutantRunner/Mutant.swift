// A mutant: what it was made from and how, decided by its seed alone.

/// A changed module.
struct Mutant {
  enum Kind: String, CaseIterable {
    case structuralBinary, structuralText, rawBinary, rawText

    var isStructural: Bool { self == .structuralBinary || self == .structuralText }
    var isText: Bool { self == .structuralText || self == .rawText }
  }

  var kind: Kind
  var bytes: [UInt8]

  init(seed: UInt64, from corpus: SeedCorpus) {
    var random = SplitMix(seed: seed)
    let choice = random.below(100)
    kind =
      choice < 60
      ? .structuralBinary : choice < 75 ? .structuralText : choice < 90 ? .rawBinary : .rawText
    // Some modules have nothing that the mutator could replace; then another one is taken.
    for _ in 0..<100 {
      guard let module = corpus.randomModule(using: &random) else { break }
      let made: [UInt8]? =
        switch kind {
        case .structuralBinary:
          module.sections.flatMap { BinaryMutator.structural($0, using: &random) }
        case .structuralText: TextMutator.structural(module.text, using: &random)
        case .rawBinary: BinaryMutator.raw(module.binary, using: &random)
        case .rawText: TextMutator.raw(module.text, using: &random)
        }
      if let made {
        bytes = made
        return
      }
    }
    bytes = []
  }
}
