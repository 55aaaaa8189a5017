// `apus run`: instantiates a module or component and calls one of its functions on the main thread.

import ArgumentParser
import ComponentRuntime
import WasmExecution
import WasmSyntax

struct RunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Runs a WebAssembly module or component.",
    discussion: """
      Of a module, calls `_start`, else the default export (named by the empty string), or the \
      function named by --invoke: then arguments are parsed by the types of its parameters, and \
      results are printed one a line. A module that imports WASI 0.1 gets it, and what the \
      options grant.

      Of a component, calls the function `run` of the exported instance `wasi:cli/run`, or makes \
      the call that --invoke writes in WAVE, `f(1, "x")` or `ns:pkg/iface@1.0.0#f(1)`, and prints \
      the result in WAVE.
      """)

  @OptionGroup var options: CommandOptions
  @OptionGroup var guest: GuestOptions

  @Option(
    help: ArgumentHelp(
      "The exported function to call; of a component, the call.", valueName: "name|call"))
  var invoke: String?

  @Argument(help: "The module or component, binary or text.")
  var file: String

  @Argument(parsing: .captureForPassthrough, help: "Arguments of the program or function.")
  var arguments: [String] = []

  func run() throws {
    let parsed = try options.parsed()
    let engine = Engine(configuration: parsed.engineConfiguration(features: .standard))
    switch try ModuleFile(path: file).load(engine, concurrency: parsed.concurrencySupport) {
    case .module(let module):
      // A module leaves nothing to be chosen.
      try parsed.record(ScheduleTrace())
      try ModuleRun(path: file, invoke: invoke, arguments: arguments, guest: guest).run(module)
    case .component(let component):
      try ComponentRun(
        path: file, component: component, options: parsed, guest: guest, arguments: arguments
      ).run(invoking: invoke)
    }
  }
}
