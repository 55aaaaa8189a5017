// The `apus` command: which subcommands there are, and how errors become exit statuses.

import ArgumentParser

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

@main
struct ApusCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "apus",
    abstract: "Runs, checks and converts WebAssembly.",
    subcommands: [
      RunCommand.self, WastCommand.self, ValidateCommand.self, ParseCommand.self,
      PrintCommand.self,
    ])

  /// Not ArgumentParser's `main`, because exit statuses are those of `wasmtime`: 2 for a wrong command line, 1 for other
  /// errors, 134 for a trap.
  static func main() {
    StandardStream.openMissing()
    do {
      let arguments = CommandOptions.separated(try ProcessEnvironment.arguments())
      if let help = CommandOptions.requestedHelp(arguments) {
        StandardStream.output.write(help)
        Self.end(0)
      }
      var command = try parseAsRoot(arguments)
      try command.run()
    } catch let error as CommandFailure {
      StandardStream.error.write(error.report)
      Self.end(error.status)
    } catch {
      let status = exitCode(for: error)
      let message = fullMessage(for: error)
      if status.isSuccess {
        StandardStream.output.write(message + "\n")
        Self.end(0)
      }
      StandardStream.error.write(message + "\n")
      Self.end(2)
    }
  }

  private static func end(_ status: Int32) -> Never {
    #if canImport(Darwin)
      Darwin.exit(status)
    #elseif canImport(Glibc)
      Glibc.exit(status)
    #elseif canImport(Musl)
      Musl.exit(status)
    #endif
  }
}
