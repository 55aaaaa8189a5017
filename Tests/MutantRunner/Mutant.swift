// A mutant: what it was made from and how, decided by its seed alone.

/// A changed module or component.
struct Mutant {
  enum Kind: String, CaseIterable {
    case structuralBinary, structuralText, rawBinary, rawText

    var isStructural: Bool { self == .structuralBinary || self == .structuralText }
    var isText: Bool { self == .structuralText || self == .rawText }
  }

  var kind: Kind
  var isComponent = false
  var bytes: [UInt8]
  /// For what is made up when the mutant runs.
  let seed: UInt64

  init(seed: UInt64, from corpus: SeedCorpus) {
    self.seed = seed
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
        case .structuralBinary: module.structuralMutant(using: &random)
        case .structuralText: TextMutator.structural(module.text, using: &random)
        case .rawBinary: BinaryMutator.raw(module.binary, using: &random)
        case .rawText: TextMutator.raw(module.text, using: &random)
        }
      if let made {
        bytes = made
        isComponent = module.isComponent
        return
      }
    }
    bytes = []
  }
}
