// The Component Model's suite and the scripts of our own: every file is a test, in the order that the runtime prefers,
// where it applies without concurrency, and under random schedules, which replay from what was recorded of them.
// `APUS_SCHEDULES=50` tries as many seeds.

import ComponentRuntime
import Synchronization
import TestSupport
import Testing
import WasmExecution
import WasmSyntax
import WastRunner

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

@Suite struct ComponentConformanceTests {
  private static let scripts = Suites.component + Suites.own

  @Test func suitesArePresent() {
    #expect(Suites.component.count >= 63)
    #expect(Suites.own.count >= 180)
    for list in [Exceptions.withoutConcurrency, Exceptions.dependsOnOrder] {
      for name in list.keys {
        #expect(Self.scripts.contains { $0.name == name }, "\(name) is named but not there")
      }
    }
  }

  @Test(arguments: scripts) func script(_ script: Suites.Script) {
    let outcome = Outcome(of: script)
    #expect(outcome.isPass, "\(outcome)")
  }

  // MARK: Without concurrency

  private static let withoutAsync = scripts.filter { script in
    [
      "resources", "values", "linking", "own/names", "own/component-values", "own/error-context",
      "own/fixed-length-lists", "own/linking", "own/maps", "own/memory64", "own/resources",
      "own/validation", "own/values",
    ].contains(script.folder)
  }

  @Test(arguments: withoutAsync) func withoutConcurrency(_ script: Suites.Script) {
    var settings = ScriptSettings()
    settings.concurrency = false
    let outcome = Outcome(of: script, settings)
    if Exceptions.withoutConcurrency[script.name] == nil {
      #expect(outcome.isPass, "\(outcome)")
    } else {
      #expect(!outcome.isPass, "passes, although it is an exception")
    }
  }

  // MARK: Random schedules

  private static let scheduled = scripts.filter {
    ["async", "own/async", "own/threads"].contains($0.folder)
  }

  private static let seeds: Range<UInt64> =
    1..<1 + (getenv("APUS_SCHEDULES").flatMap { UInt64(String(cString: $0)) } ?? 4)

  @Test(arguments: scheduled) func randomSchedules(_ script: Suites.Script) {
    var failed = false
    for seed in Self.seeds {
      let recorded = Outcome(of: script, schedule: .random(seed: seed))
      if Exceptions.dependsOnOrder[script.name] == nil {
        #expect(recorded.isPass, "seed \(seed): \(recorded)")
      }
      if !recorded.isPass { failed = true }
      replay(script, recorded, seed)
    }
    if Exceptions.dependsOnOrder[script.name] != nil {
      #expect(failed, "passes under every schedule, although it is an exception")
    }
  }

  /// The same choices again lead to the same outcome.
  private func replay(_ script: Suites.Script, _ recorded: Outcome, _ seed: UInt64) {
    let file = recorded.trace.bytes
    #expect(file.count <= 10 << 10, "seed \(seed): a trace of \(file.count) bytes")
    guard let trace = ScheduleTrace(bytes: file) else {
      Issue.record("seed \(seed): the trace cannot be read back")
      return
    }
    let replayed = Outcome(of: script, schedule: .replay(trace))
    #expect(replayed.lines == recorded.lines, "seed \(seed)")
    #expect(replayed.count == recorded.count, "seed \(seed)")
    #expect(replayed.trace.bytes == file, "seed \(seed)")
  }
}

/// What came of running a script.
private struct Outcome: CustomStringConvertible {
  let count: DirectiveCount
  let lines: [String]
  let trace: ScheduleTrace

  init(of script: Suites.Script, _ settings: ScriptSettings = ScriptSettings()) {
    var configuration = EngineConfiguration()
    configuration.features = .scripts
    let lines = Mutex<[String]>([])
    let trace = Mutex(ScheduleTrace())
    var settings = settings
    if settings.schedule != .fifo {
      settings.onSchedule = { made in trace.withLock { $0 = made } }
    }
    let engine = Engine(configuration: configuration)
    let runner = WastRunner(engine: engine, settings: settings) { line in
      lines.withLock { $0.append("printed \(line)") }
    } report: { line in
      lines.withLock { $0.append(line) }
    }
    count = runner.run(path: script.path)
    self.lines = lines.withLock { $0 }
    self.trace = trace.withLock { $0 }
  }

  init(of script: Suites.Script, schedule: SchedulePolicy.Mode) {
    var settings = ScriptSettings()
    settings.schedule = schedule
    self.init(of: script, settings)
  }

  var isPass: Bool { count.failed == 0 && count.passed > 0 }

  var description: String {
    (["\(count)"] + lines.prefix(20)).joined(separator: "\n")
  }
}
