// `apus parse`: the binary form of a module or component. Nothing is validated, so that what is wrong with it can be
// looked at with other tools.

import ArgumentParser
import WasmSyntax

struct ParseCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "parse", abstract: "Converts a module or component to the binary format.")

  @Argument(help: "The module or component, text or binary.")
  var file: String

  @Option(name: .shortAndLong, help: "Where to write it; standard output if not given.")
  var output: String?

  func run() throws {
    let bytes = try ModuleFile(path: file).binary()
    do throws(FileError) {
      if let output {
        try bytes.write(to: output)
      } else {
        try bytes.write(to: StandardStream.output.rawValue)
      }
    } catch {
      throw CommandFailure(["failed to write `\(output ?? "standard output")`", error.description])
    }
  }
}
