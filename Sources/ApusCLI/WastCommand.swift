// `apus wast`: runs scripts; a line for every directive that fails, and the count at the end.

import ArgumentParser
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
    let engine = Engine(configuration: try options.engineConfiguration(features: .scripts))
    let runner = WastRunner(engine: engine) { line in
      StandardStream.output.write(line + "\n")
    } report: { line in
      StandardStream.output.write(line + "\n")
    }
    var count = DirectiveCount()
    for file in files { count += runner.run(path: file) }
    StandardStream.output.write("\(count)\n")
    if count.failed > 0 { throw CommandFailure.silent }
  }
}
