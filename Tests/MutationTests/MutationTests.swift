// Bad input must be refused or run within bounds, and what runs must do the same fused and unfused: seeded mutants of the
// suites' modules, in a process of their own so that one that brings it down is caught. `APUS_MUTANTS=100000` runs the
// full number.

import TestSupport
import Testing

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

@Test func mutantsAreRefusedOrRunWithinBounds() {
  let count = getenv("APUS_MUTANTS").flatMap { Int(String(cString: $0)) } ?? 10_000
  let seed = getenv("APUS_MUTANTS_SEED").map { String(cString: $0) } ?? "1"
  let child = ChildProcess.run("apus-mutants", ["\(Suites.root)/core", "\(count)", seed])
  print(child.output)
  #expect(child.status == 0, "\(child.errors)")
  let figures = figures(in: child.output)
  #expect(figures["mutants"] == count)
  #expect((figures["structural"] ?? 0) * 2 >= count)
  #expect((figures["validated"] ?? 0) * 5 >= count)
  #expect((figures["executed"] ?? 0) * 10 >= count)
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
