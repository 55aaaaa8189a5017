// `apus print`: the text form of a module or component. Parsing it again gives the same bytes.

import ArgumentParser
import WasmSyntax
import WasmText

struct PrintCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "print", abstract: "Converts a module or component to the text format.")

  @Argument(help: "The module or component, binary or text.")
  var file: String

  func run() throws {
    let bytes = try ModuleFile(path: file).binary()
    do throws(ModuleError) {
      StandardStream.output.write(try printBinary(bytes))
    } catch {
      throw CommandFailure(loading: file, error)
    }
  }
}
