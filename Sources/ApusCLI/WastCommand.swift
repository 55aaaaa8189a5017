// `apus wast`: runs scripts; a line for every directive that fails, and the count at the end.

import ArgumentParser
import ComponentRuntime
import Synchronization
import WasmExecution
import WasmSyntax
import WastRunner

struct WastCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "wast", abstract: "Runs test scripts.",
    discussion: """
      Every feature is on but nested names, unless a -W option or a line `;;! NAME=y` at the start \
      of a script says otherwise.
      """)

  @OptionGroup var options: CommandOptions

  @Argument(help: "Scripts (.wast).")
  var files: [String]

  func run() throws {
    let parsed = try options.parsed()
    guard parsed.recordedSchedulePath == nil || files.count == 1 else {
      throw ValidationError("`record-schedule` needs exactly one script")
    }
    let schedule = ScheduleBox()
    let runner = WastRunner(
      engine: Engine(configuration: parsed.engineConfiguration(features: .scripts)),
      settings: try settings(parsed, schedule)
    ) { line in
      StandardStream.output.write(line + "\n")
    } report: { line in
      StandardStream.output.write(line + "\n")
    }
    var count = DirectiveCount()
    for file in files { count += runner.run(path: file) }
    try parsed.record(schedule.trace.withLock { $0 })
    StandardStream.output.write("\(count)\n")
    if count.failed > 0 { throw CommandFailure.silent }
  }

  /// Each script starts with a fresh policy.
  private func settings(
    _ options: WasmOptions, _ schedule: ScheduleBox
  ) throws -> ScriptSettings {
    var settings = ScriptSettings()
    settings.concurrency = options.concurrencySupport
    settings.schedule = try options.scheduleMode()
    if options.recordedSchedulePath != nil {
      settings.onSchedule = { trace in schedule.trace.withLock { $0 = trace } }
    }
    return settings
  }

  /// What a script's store chose.
  private final class ScheduleBox: Sendable {
    let trace = Mutex(ScheduleTrace())
  }
}
