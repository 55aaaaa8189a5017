// `apus validate`: decodes and validates a module or component and says nothing if it is valid.

import ArgumentParser
import WasmSyntax

struct ValidateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "validate", abstract: "Checks that a module or component is valid.")

  @OptionGroup var options: CommandOptions

  @Argument(help: "The module or component, binary or text.")
  var file: String

  func run() throws {
    let parsed = try options.parsed()
    try ModuleFile(path: file).validate(
      parsed.engineConfiguration(features: .standard), concurrency: parsed.concurrencySupport)
  }
}
