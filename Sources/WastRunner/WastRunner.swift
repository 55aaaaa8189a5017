// Runs script files: reads and parses a file, then hands its directives one after the other to a `ScriptRunner` with a
// fresh store.

import ComponentRuntime
import WasmExecution
import WasmSyntax
import WasmText

/// How the components of a script run.
package struct ScriptSettings: Sendable {
  /// Whether the store has concurrency.
  package var concurrency = true
  package var schedule = SchedulePolicy.Mode.fifo
  /// Gets the scheduling choices of each file's store, if they are to be recorded.
  package var onSchedule: (@Sendable (ScheduleTrace) -> Void)?

  package init() {}

  var policy: SchedulePolicy { SchedulePolicy(schedule, records: onSchedule != nil) }
}

/// How many directives did what they should.
package struct DirectiveCount: Hashable, Sendable, CustomStringConvertible {
  package var passed = 0
  package var failed = 0

  package init() {}

  package static func += (sum: inout DirectiveCount, other: DirectiveCount) {
    sum.passed += other.passed
    sum.failed += other.failed
  }

  package var description: String { "\(passed) passed, \(failed) failed" }
}

/// Runs scripts with the settings of one engine.
package struct WastRunner: Sendable {
  package let engine: Engine
  private let settings: ScriptSettings
  /// Gets a line for every directive that fails, and what scripts print.
  private let report: @Sendable (String) -> Void
  private let print: @Sendable (String) -> Void

  package init(
    engine: Engine, settings: ScriptSettings = ScriptSettings(),
    print: @escaping @Sendable (String) -> Void = { _ in },
    report: @escaping @Sendable (String) -> Void
  ) {
    self.engine = engine
    self.settings = settings
    self.print = print
    self.report = report
  }

  /// Runs a file. One that cannot be read or is no script counts as one failing directive.
  package func run(path: String) -> DirectiveCount {
    let text: Bytes
    do throws(FileError) {
      text = try Bytes(contentsOf: path)
    } catch {
      return failure("\(path): expected a script, got \(error)")
    }
    return run(text, name: path)
  }

  /// Runs the text of a script; `name` stands for the file in reports.
  package func run(_ text: Bytes, name: String) -> DirectiveCount {
    let script: Script
    do throws(ModuleError) {
      script = try Script(text, limits: engine.configuration.limits)
    } catch {
      return failure("\(name):\(error.line): expected a script, got \(error.message)")
    }
    let environment = ScriptEnvironment(
      engine: engine(for: text), settings: settings, file: name, report: report, print: print)
    do throws(InstantiationError) {
      let runner = try ScriptRunner(environment)
      runner.run(script.directives)
      runner.joinThreads()
      if let trace = runner.components.scheduleTrace { settings.onSchedule?(trace) }
      return runner.count
    } catch {
      return failure("\(name):1: expected a store with `spectest`, got \(error)")
    }
  }

  /// An engine with the features that the script asks for in lines `;;! NAME=y` or `;;! NAME=n` before all others.
  private func engine(for text: Bytes) -> Engine {
    var configuration = engine.configuration
    let marker = Array(";;!".utf8)
    let lines = text.withUnsafeBytes { bytes in
      bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        .prefix { $0.starts(with: marker) }.map { String(decoding: $0, as: UTF8.self) }
    }
    if lines.isEmpty { return engine }
    for line in lines {
      let words = line.dropFirst(marker.count).split(separator: "=").map {
        $0.split(separator: " ").joined()
      }
      guard words.count == 2,
        let feature = Feature.allCases.first(where: { "\($0.name)" == words[0] })
      else { continue }
      configuration.features.set(feature, to: words[1] == "y")
    }
    return Engine(configuration: configuration)
  }

  private func failure(_ line: String) -> DirectiveCount {
    report(line)
    var count = DirectiveCount()
    count.failed = 1
    return count
  }
}

extension ModuleError {
  /// The line of a text error; 1 for a binary one.
  fileprivate var line: Int {
    if case .line(let line, column: _) = position { return line }
    return 1
  }
}

/// What all threads of a script share.
struct ScriptEnvironment: Sendable {
  let engine: Engine
  let settings: ScriptSettings
  let file: String
  let report: @Sendable (String) -> Void
  let print: @Sendable (String) -> Void
}

/// Why a directive failed.
struct DirectiveFailure: Error {
  var expected: String
  var came: String
}
