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

  func parsed() throws -> WasmOptions {
    do throws(WasmOptionError) {
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
