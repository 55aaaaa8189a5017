// apus-mutants FOLDER COUNT SEED [INDEX]: runs COUNT, or those from FIRST to LAST if it is FIRST-LAST, seeded mutants of the modules and components of the scripts below a folder and says how far they went;
// with an index, writes that mutant to standard output instead. The tests run it.

import TestSupport
import WasmSyntax

@main
struct MutantRunner {
  let corpus: SeedCorpus
  let indices: ClosedRange<Int>
  /// The first state of the generator that mutants' seeds come from.
  let base: UInt64

  static func main() {
    let arguments = CommandLine.arguments
    guard arguments.count >= 4, let indices = range(arguments[2]), let seed = UInt64(arguments[3])
    else { Watchdog.end("usage: apus-mutants FOLDER COUNT SEED [INDEX]") }
    let scripts = Suites.scripts(below: arguments[1], excluding: ["legacy"])
    var mixer = SplitMix(seed: seed)
    let runner = MutantRunner(
      corpus: SeedCorpus(scripts: scripts.map(\.path)), indices: indices, base: mixer.next())
    guard runner.corpus.moduleCount > 0 else { Watchdog.end("no modules below \(arguments[1])") }
    if arguments.count > 4 {
      try? Bytes(runner.mutant(Int(arguments[4]) ?? 0).bytes).write(to: 1)
    } else {
      runner.run()
    }
  }

  private static func range(_ text: String) -> ClosedRange<Int>? {
    let bounds = text.split(separator: "-").compactMap { Int($0) }
    if bounds.count == 2, bounds[0] <= bounds[1] { return bounds[0]...bounds[1] }
    return bounds.count == 1 && bounds[0] > 0 ? 0...bounds[0] - 1 : nil
  }

  func mutant(_ index: Int) -> Mutant {
    Mutant(seed: base &+ UInt64(index) &* 0x2545_F491_4F6C_DD1D, from: corpus)
  }

  func run() {
    let execution = MutantExecution()
    let watchdog = Watchdog()
    watchdog.start()
    var tally = MutantTally()
    for index in indices {
      let mutant = mutant(index)
      watchdog.begin(index)
      let outcome = execution.run(mutant)
      watchdog.finish()
      tally.add(mutant, outcome, index: index)
    }
    say("seeds: \(corpus.moduleCount) modules of \(corpus.scripts.count) scripts")
    say("\(tally)")
    if tally.complaints > 0 { Watchdog.end("\(tally.complaints) complaints") }
  }
}

/// Writes a line through at once: the process may be ended at any time.
func say(_ line: String) { try? Bytes((line + "\n").utf8).write(to: 1) }

/// How far the mutants went.
struct MutantTally: CustomStringConvertible {
  private var kinds: [Mutant.Kind: Int] = [:]
  private var validated = 0
  private var executed = 0
  private(set) var complaints = 0

  mutating func add(_ mutant: Mutant, _ outcome: MutantOutcome, index: Int) {
    kinds[mutant.kind, default: 0] += 1
    switch outcome {
    case .refused(let error):
      if let complaint = Self.complaint(about: error, of: mutant) {
        complain(complaint, mutant, index)
      }
    case .validated: validated += 1
    case .executed:
      validated += 1
      executed += 1
    case .wrong(let what):
      validated += 1
      executed += 1
      complain(what, mutant, index)
    }
  }

  private mutating func complain(_ message: String, _ mutant: Mutant, _ index: Int) {
    complaints += 1
    if complaints <= 20 { say("mutant \(index) (\(mutant.kind)): \(message)") }
  }

  /// What is wrong with how a mutant was refused, nil if nothing is.
  private static func complaint(about error: ModuleError, of mutant: Mutant) -> String? {
    switch error.position {
    case .offset(let offset):
      if mutant.kind.isText { return "refused without a line: \(error)" }
      return 0...mutant.bytes.count ~= offset ? nil : "refused outside of it: \(error)"
    case .line(let line, let column):
      if !mutant.kind.isText { return "refused without an offset: \(error)" }
      return line >= 1 && column >= 1 ? nil : "refused outside of it: \(error)"
    }
  }

  var description: String {
    let count = kinds.values.reduce(0, +)
    let structural = kinds.reduce(0) { $0 + ($1.key.isStructural ? $1.value : 0) }
    let each = Mutant.Kind.allCases.map { "\($0.rawValue): \(kinds[$0] ?? 0)" }
    return """
      \(each.joined(separator: ", "))
      mutants: \(count), structural: \(structural), validated: \(validated), executed: \
      \(executed), complaints: \(complaints)
      """
  }
}
