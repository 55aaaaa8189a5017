// apus-mutants FOLDER COUNT SEED [INDEX]: runs seeded mutants of the modules below a folder and says how far they went;
// with an index, writes that mutant to standard output instead. The tests run it.

import TestSupport
import WasmSyntax

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

let arguments = CommandLine.arguments
guard arguments.count >= 4, let count = Int(arguments[2]), let seed = UInt64(arguments[3]) else {
  fputs("usage: apus-mutants FOLDER COUNT SEED [INDEX]\n", stderr)
  exit(2)
}
let corpus = SeedCorpus(
  scripts: Suites.scripts(below: arguments[1], excluding: ["legacy"]).map(\.path))
guard corpus.moduleCount > 0 else {
  fputs("no modules below \(arguments[1])\n", stderr)
  exit(2)
}

func mutant(_ index: Int) -> Mutant {
  var mixer = SplitMix(seed: seed)
  let base = mixer.next()
  return Mutant(seed: base &+ UInt64(index) &* 0x2545_F491_4F6C_DD1D, from: corpus)
}

if arguments.count > 4 {
  try Bytes(mutant(Int(arguments[4]) ?? 0).bytes).write(to: 1)
  exit(0)
}

/// What is wrong with how a mutant was refused, nil if nothing is.
func complaint(about error: ModuleError, of mutant: Mutant) -> String? {
  switch error.position {
  case .offset(let offset):
    if mutant.kind.isText { return "refused without a line: \(error)" }
    return offset >= 0 && offset <= mutant.bytes.count ? nil : "refused outside of it: \(error)"
  case .line(let line, let column):
    if !mutant.kind.isText { return "refused without an offset: \(error)" }
    return line >= 1 && column >= 1 ? nil : "refused outside of it: \(error)"
  }
}

let execution = MutantExecution()
let watchdog = Watchdog()
watchdog.start()
var kinds: [Mutant.Kind: Int] = [:]
var validated = 0
var executed = 0
var complaints = 0
for index in 0..<count {
  let mutant = mutant(index)
  kinds[mutant.kind, default: 0] += 1
  watchdog.begin(index)
  switch execution.run(mutant) {
  case .refused(let error):
    if let complaint = complaint(about: error, of: mutant) {
      complaints += 1
      if complaints <= 20 { print("mutant \(index) (\(mutant.kind)): \(complaint)") }
    }
  case .validated: validated += 1
  case .executed:
    validated += 1
    executed += 1
  }
  watchdog.finish()
}
let structural = kinds.filter { $0.key.isStructural }.reduce(0) { $0 + $1.value }
print(
  "seeds: \(corpus.moduleCount) modules of \(corpus.scripts.count) scripts, "
    + Mutant.Kind.allCases.map { "\($0.rawValue): \(kinds[$0] ?? 0)" }.joined(separator: ", "))
print(
  "mutants: \(count), structural: \(structural), validated: \(validated), executed: \(executed), "
    + "complaints: \(complaints)")
exit(complaints == 0 ? 0 : 1)
