// `apus validate`: decodes and validates a module and says nothing if it is valid.

import ArgumentParser
import WasmSyntax

struct ValidateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "validate", abstract: "Checks that a module is valid.")

  @OptionGroup var options: CommandOptions

  @Argument(help: "The module, binary or text.")
  var file: String

  func run() throws {
    let configuration = try options.engineConfiguration(features: .standard)
    try ModuleFile(path: file).validate(configuration)
  }
}
