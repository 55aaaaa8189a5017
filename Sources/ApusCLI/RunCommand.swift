// `apus run`: instantiates a module or component and calls one of its functions on the main thread.

import ArgumentParser
import ComponentRuntime
import WasmExecution
import WasmSyntax

struct RunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Runs a WebAssembly module or component.",
    discussion: """
      Of a module, calls the function named by --invoke, else `_start`, else the default export \
      (named by the empty string). Arguments are parsed by the types of the function's \
      parameters; results are printed one a line.

      Of a component, makes the call that --invoke writes in WAVE, `f(1, "x")` or \
      `ns:pkg/iface@1.0.0#f(1)`, and prints the result in WAVE; without --invoke, calls the \
      function `run` of the exported instance `wasi:cli/run`.
      """)

  @OptionGroup var options: CommandOptions

  @Option(
    help: ArgumentHelp(
      "The exported function to call; of a component, the call.", valueName: "name|call"))
  var invoke: String?

  @Argument(help: "The module or component, binary or text.")
  var file: String

  @Argument(parsing: .captureForPassthrough, help: "Arguments of the function.")
  var arguments: [String] = []

  func run() throws {
    let parsed = try options.parsed()
    let engine = Engine(configuration: parsed.engineConfiguration(features: .standard))
    switch try ModuleFile(path: file).load(engine, concurrency: parsed.concurrencySupport) {
    case .module(let module):
      try ModuleRun(path: file, invoke: invoke, arguments: arguments).run(module)
      // A module leaves nothing to be chosen.
      try parsed.record(ScheduleTrace())
    case .component(let component):
      try ComponentRun(path: file, component: component, options: parsed).run(invoking: invoke)
    }
  }
}
