// The options that `run` and `wast` share.

import ArgumentParser
import WasmExecution
import WasmSyntax

struct CommandOptions: ParsableArguments {
  @Option(
    name: [.customShort("W"), .customLong("wasm")],
    parsing: .unconditionalSingleValue,
    help: ArgumentHelp(
      "Features and limits of guest code; -W help lists them.", valueName: "name[=value],..."))
  var wasm: [String] = []

  /// While it is known which command they belong to.
  func validate() throws { _ = try parsed() }

  func parsed() throws -> WasmOptions {
    do throws(OptionError) {
      return try WasmOptions(parsing: wasm)
    } catch {
      throw ValidationError(error.description)
    }
  }
}

extension WasmOptions {
  /// The engine's settings; `features` are what is on if no option says otherwise.
  func engineConfiguration(features: FeatureSet) -> EngineConfiguration {
    var configuration = EngineConfiguration()
    configuration.features = featureSet(default: features)
    configuration.instructionFusion = instructionFusion
    if let fuel { configuration.resources.fuel = fuel }
    if let timeoutNanoseconds {
      configuration.resources.deadlineTicks = max(
        1, timeoutNanoseconds / (UInt64(EpochTimer.tickMilliseconds) * 1_000_000))
    }
    if let maximumMemoryBytes { configuration.resources.memoryBytes = maximumMemoryBytes }
    if let maximumTableElements { configuration.resources.tableElements = maximumTableElements }
    if let maximumInstances {
      configuration.resources.instances = Int(clamping: maximumInstances)
    }
    if let maximumStackBytes {
      configuration.resources.stackBytes = Int(clamping: maximumStackBytes)
    }
    return configuration
  }
}

// What ArgumentParser cannot do: a value joined to its option that contains `=`, and help that needs no file.
extension CommandOptions {
  /// Options whose value is the next argument.
  private static let valued: Set<String> = [
    "-W", "--wasm", "-S", "--wasi", "--invoke", "--dir", "--env", "--argv0", "-o", "--output",
  ]

  /// The arguments with `-Wname=value` and `-Sname=value` split in two, up to the first that is neither option nor an option's value: what
  /// follows a module belongs to the guest.
  static func separated(_ arguments: [String]) -> [String] {
    var separated = Array(arguments.prefix(1))
    var rest = arguments.dropFirst()
    let endsAtFile = arguments.first == "run"
    while let argument = rest.popFirst() {
      let letter = String(argument.prefix(2))
      if ["-W", "-S"].contains(letter), argument != letter {
        separated += [letter, String(argument.dropFirst(2))]
      } else {
        separated.append(argument)
        if valued.contains(argument) {
          if let value = rest.popFirst() { separated.append(value) }
        } else if endsAtFile, !argument.hasPrefix("-") {
          break
        }
      }
    }
    return separated + rest
  }

  /// What `-W help` or `-S help` among the arguments asks for.
  static func requestedHelp(_ arguments: [String]) -> String? {
    for (option, value) in zip(arguments, arguments.dropFirst())
    where ["help", "help-long"].contains(value) {
      switch option {
      case "-W", "--wasm": return WasmOptions.table.help
      case "-S", "--wasi": return WASIOptions.table.help
      default: continue
      }
    }
    return nil
  }
}
