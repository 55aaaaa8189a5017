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

  /// The engine's settings; `features` are what is on if no option says otherwise.
  func engineConfiguration(features: FeatureSet) throws -> EngineConfiguration {
    let options = try parsedOptions()
    var configuration = EngineConfiguration()
    configuration.features = options.featureSet(default: features)
    configuration.instructionFusion = options.instructionFusion
    if let fuel = options.fuel { configuration.resources.fuel = fuel }
    if let timeout = options.timeoutNanoseconds {
      configuration.resources.deadlineTicks = max(
        1, timeout / (UInt64(EpochTimer.tickMilliseconds) * 1_000_000))
    }
    if let bytes = options.maximumMemoryBytes { configuration.resources.memoryBytes = bytes }
    if let count = options.maximumTableElements { configuration.resources.tableElements = count }
    if let count = options.maximumInstances {
      configuration.resources.instances = Int(clamping: count)
    }
    if let bytes = options.maximumStackBytes {
      configuration.resources.stackBytes = Int(clamping: bytes)
    }
    return configuration
  }

  private func parsedOptions() throws -> WasmOptions {
    do throws(WasmOptionError) {
      return try WasmOptions(parsing: wasm)
    } catch {
      throw ValidationError(error.description)
    }
  }
}

// What ArgumentParser cannot do: a value joined to its option that contains `=`, and help that needs no file.
extension CommandOptions {
  /// The arguments with `-Wname=value` split in two, up to the first that is neither option nor an option's value: what
  /// follows a module belongs to the guest.
  static func separated(_ arguments: [String]) -> [String] {
    var separated = Array(arguments.prefix(1))
    var rest = arguments.dropFirst()
    let endsAtFile = arguments.first == "run"
    while let argument = rest.popFirst() {
      if argument.hasPrefix("-W"), argument != "-W" {
        separated += ["-W", String(argument.dropFirst(2))]
      } else {
        separated.append(argument)
        if ["-W", "--wasm", "--invoke", "-o", "--output"].contains(argument) {
          if let value = rest.popFirst() { separated.append(value) }
        } else if endsAtFile, !argument.hasPrefix("-") {
          break
        }
      }
    }
    return separated + rest
  }

  /// Whether `-W help` is among the arguments.
  static func asksForHelp(_ arguments: [String]) -> Bool {
    zip(arguments, arguments.dropFirst()).contains {
      ["-W", "--wasm"].contains($0) && ["help", "help-long"].contains($1)
    }
  }
}
