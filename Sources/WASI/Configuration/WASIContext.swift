// A configuration with everything opened: what the hosts of all WASI versions work on.

import WasmSyntax

/// The world of one guest.
package final class WASIContext: Sendable {
  package let arguments: [String]
  package let environment: [(name: String, value: String)]
  package let initialDirectory: String?
  package let standardInput: any ByteSource
  package let standardOutput: any ByteSink
  package let standardError: any ByteSink
  package let preopens: [(path: String, descriptor: Descriptor)]
  package let clocks: any Clocks
  package let random: RandomSource
  package let network: Network

  /// Opens what the configuration names. Streams that are given take the place of the configuration's.
  package init(
    _ configuration: WASIConfiguration, standardInput: (any ByteSource)? = nil,
    standardOutput: (any ByteSink)? = nil
  ) throws(WASIConfigurationError) {
    ignoreBrokenPipes()
    arguments = configuration.arguments
    environment = configuration.environment
    initialDirectory = configuration.initialDirectory
    self.standardInput = standardInput ?? Self.source(configuration.standardInput)
    self.standardOutput =
      standardOutput ?? Self.sink(configuration.standardOutput, descriptor: 1)
    standardError = Self.sink(configuration.standardError, descriptor: 2)
    clocks =
      switch configuration.clocks {
      case .system: SystemClocks()
      case .stepped(let clock): clock
      }
    random =
      switch configuration.randomness {
      case .system: RandomSource(seed: nil)
      case .seeded(let seed): RandomSource(seed: seed)
      }
    network = Network(configuration.network)
    var preopens: [(String, Descriptor)] = []
    for preopen in configuration.preopens {
      preopens.append((preopen.guestPath, try Self.open(preopen)))
    }
    self.preopens = preopens
  }

  private static func source(_ input: WASIConfiguration.Input) -> any ByteSource {
    switch input {
    case .closed: EmptySource()
    case .inherited: DescriptorSource(FileDescriptor(lent: 0))
    case .bytes(let bytes): MemorySource(bytes)
    }
  }

  private static func sink(
    _ output: WASIConfiguration.Output, descriptor: Int32
  ) -> any ByteSink {
    switch output {
    case .closed: DiscardingSink()
    case .inherited: DescriptorSink(FileDescriptor(lent: descriptor))
    case .captured(let capture): capture
    }
  }

  private static func open(
    _ preopen: WASIConfiguration.Preopen
  ) throws(WASIConfigurationError) -> Descriptor {
    switch preopen.origin {
    case .descriptor(let descriptor): return descriptor
    case .memory(let fileSystem):
      return Descriptor(preopen: fileSystem.root, isReadOnly: preopen.isReadOnly)
    case .host(let path):
      do throws(FileError) {
        return Descriptor(preopen: try HostDirectory(path: path), isReadOnly: preopen.isReadOnly)
      } catch {
        throw WASIConfigurationError(
          description: "failed to open directory '\(path)': \(error)")
      }
    }
  }
}
