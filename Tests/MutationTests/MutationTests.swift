// Bad input must be refused or run within bounds, what modules do must be the same fused and unfused, and components must
// leave nothing in a store that is closed: seeded mutants of the suites' modules and components, in a process of their
// own so that one that brings it down is caught. `APUS_MUTANTS=100000` runs so many of the core suite, and half as many of
// each of the others; `APUS_MUTANTS_PROGRAM` names a faster build of the program that does.

import TestSupport
import Testing

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// What mutants are made of, and how many of them are tried without `APUS_MUTANTS`.
private let corpora = [
  ("\(Suites.root)/core", 10_000), ("\(Suites.root)/component", 4000),
  ("\(Suites.root)/component/async", 4000), ("\(Suites.packageFolder)/Tests/Wast", 2000),
]

@Test(arguments: corpora) func mutantsAreRefusedOrRunWithinBounds(folder: String, some: Int) {
  let count = number("APUS_MUTANTS").map { some < 10_000 ? $0 / 2 : $0 } ?? some
  let program =
    getenv("APUS_MUTANTS_PROGRAM").map { String(cString: $0) }
    ?? "\(ChildProcess.buildFolder)/apus-mutants"
  let child = ChildProcess.run(
    path: program, [folder, "\(count)", "\(number("APUS_MUTANTS_SEED") ?? 1)"])
  print(child.output)
  #expect(child.status == 0, "\(child.errors)")
  let figures = figures(in: child.output)
  #expect(figures["mutants"] == count)
  #expect((figures["structural"] ?? 0) * 2 >= count)
  #expect((figures["validated"] ?? 0) * 5 >= count)
  #expect((figures["executed"] ?? 0) * 10 >= count)
}

private func number(_ variable: String) -> Int? {
  getenv(variable).flatMap { Int(String(cString: $0)) }
}

/// `name: number` pairs of the last line.
private func figures(in output: String) -> [String: Int] {
  var figures: [String: Int] = [:]
  for item in (output.split(separator: "\n").last ?? "").split(separator: ",") {
    let parts = item.split(separator: ":")
    guard parts.count == 2, let name = parts[0].split(separator: " ").last else { continue }
    figures[String(name)] = parts[1].split(separator: " ").first.flatMap { Int($0) }
  }
  return figures
}
