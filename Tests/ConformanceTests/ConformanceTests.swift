// The reference suite of core WebAssembly: every script is a test, fused and unfused. There is no skip list.

import Synchronization
import TestSupport
import Testing
import WasmExecution
import WasmSyntax
import WastRunner

@Suite struct ConformanceTests {
  @Test func suitesArePresent() {
    #expect(
      Suites.core.count > 250,
      """
      The reference suites are not at \(Suites.root): they lie beside the package, or where \
      APUS_SUITES says.
      """)
  }

  @Test(arguments: Suites.core, [true, false])
  func script(_ script: Suites.Script, fused: Bool) {
    var configuration = EngineConfiguration()
    configuration.features = .all
    configuration.instructionFusion = fused
    let lines = Mutex<[String]>([])
    let runner = WastRunner(engine: Engine(configuration: configuration)) { line in
      lines.withLock { $0.append(line) }
    }
    let count = runner.run(path: script.path)
    let failures = lines.withLock { $0.prefix(20).joined(separator: "\n") }
    #expect(count.failed == 0, "\(count)\n\(failures)")
    // A file of comments only has nothing to pass.
    #expect(count.passed > 0 || script.name == "comments.wast")
  }
}
