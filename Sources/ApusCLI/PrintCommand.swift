// `apus print`: the text form of a module. Parsing it again gives the same bytes.

import ArgumentParser
import WasmSyntax
import WasmText

struct PrintCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "print", abstract: "Converts a module to the text format.")

  @Argument(help: "The module, binary or text.")
  var file: String

  func run() throws {
    let bytes = try ModuleFile(path: file).binary()
    do throws(ModuleError) {
      StandardStream.output.write(try printModule(bytes))
    } catch {
      throw CommandFailure(loading: file, error)
    }
  }
}
