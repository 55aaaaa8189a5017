// The options that say what a guest gets of the world: shared by everything that runs commands.

import ArgumentParser
import WASI

struct GuestOptions: ParsableArguments {
  @Option(
    name: .long, parsing: .unconditionalSingleValue,
    help: ArgumentHelp(
      "Grants access to a directory, under the same name or another.",
      valueName: "host[::guest]"))
  var dir: [String] = []

  @Option(
    name: .long, parsing: .unconditionalSingleValue,
    help: ArgumentHelp(
      "Sets an environment variable; without a value it is passed on.", valueName: "name[=value]"))
  var env: [String] = []

  @Option(help: ArgumentHelp("The guest's first argument.", valueName: "name"))
  var argv0: String?

  @Option(
    name: [.customShort("S"), .customLong("wasi")],
    parsing: .unconditionalSingleValue,
    help: ArgumentHelp(
      "What WASI guests may use; -S help lists it.", valueName: "name[=value],..."))
  var wasi: [String] = []

  /// While it is known which command they belong to.
  func validate() throws { _ = try wasiOptions() }

  /// The options after `-S`.
  func wasiOptions() throws -> WASIOptions {
    do throws(OptionError) {
      return try WASIOptions(parsing: wasi)
    } catch {
      throw ValidationError(error.description)
    }
  }

  /// What a guest started from a file gets.
  func configuration(file: String, arguments: [String]) throws -> WASIConfiguration {
    let options = try wasiOptions()
    var configuration = WASIConfiguration()
    let fileName = file.split(separator: "/").last.map(String.init) ?? file
    configuration.arguments = [argv0 ?? fileName] + arguments
    configuration.environment = try environment(inheriting: options.inheritsEnvironment)
    configuration.initialDirectory = options.initialDirectory
    if options.inheritsInput { configuration.standardInput = .inherited }
    if options.inheritsOutput { configuration.standardOutput = .inherited }
    if options.inheritsErrors { configuration.standardError = .inherited }
    configuration.preopens = dir.map { argument in
      let parts = argument.split(separator: "::", maxSplits: 1, omittingEmptySubsequences: false)
      let host = String(parts.first ?? "")
      return .directory(host, as: parts.count > 1 ? String(parts[1]) : host)
    }
    configuration.network.allowsAddresses = options.inheritsNetwork
    configuration.network.allowsIPNameLookup =
      options.allowsIPNameLookup || options.inheritsNetwork
    configuration.network.allowsTCP = options.allowsTCP
    configuration.network.allowsUDP = options.allowsUDP
    return configuration
  }

  private func environment(
    inheriting inheritsAll: Bool
  ) throws -> [(name: String, value: String)] {
    // A name that is given twice is there twice, as it is for Wasmtime's guests.
    var variables: [(name: String, value: String)] = []
    if inheritsAll { variables += try ProcessEnvironment.variables() }
    for argument in env {
      let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let name = String(parts.first ?? "")
      if parts.count > 1 {
        variables.append((name, String(parts[1])))
      } else if let value = try ProcessEnvironment.value(of: name) {
        variables.append((name, value))
      }
    }
    return variables
  }
}
