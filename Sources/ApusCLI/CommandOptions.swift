// The options that `run` and `wast` share.

import ArgumentParser
import WasmExecution
import WasmSyntax

struct CommandOptions: ParsableArguments {
  @Option(
    name: [.customShort("W", allowingJoined: true), .customLong("wasm")],
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
      let options = try WasmOptions(parsing: wasm)
      if options.wantsHelp { throw WasmOptionError(description: "") }
      return options
    } catch {
      if error.description.isEmpty { throw CleanExit.message(WasmOptions.help) }
      throw ValidationError(error.description)
    }
  }
}
