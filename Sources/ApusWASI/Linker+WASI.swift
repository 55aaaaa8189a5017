// WASI for components and modules that a Swift program runs. A library of its own: a program that runs only components without WASI
// has nothing of files, sockets and the thread that waits for them.

import Apus
import ComponentRuntime
// Configurations, captured output and file systems in memory belong to this library's interface.
@_exported import WASI

extension Linker {
  /// Defines WASI 0.2 and 0.3 (`wasi:io`, `clocks`, `random`, `cli`, `filesystem` and `sockets`, any patch version), as far
  /// as the configuration grants them; and for core modules that are instantiated by themselves WASI 0.1,
  /// `wasi_snapshot_preview1`.
  ///
  ///     var configuration = WASIConfiguration()
  ///     let output = CapturedOutput()
  ///     configuration.arguments = ["greet", "World"]
  ///     configuration.standardOutput = .captured(output)
  ///     var linker = Linker()
  ///     linker.addWASI(configuration)
  ///
  /// What a configuration describes is opened for each store in which the linker is used, when the first component or
  /// module is instantiated there that imports some of it; all of that store share it, modules also the table of their open
  /// files. So two stores read the same standard input each from its start, while captured output, file systems in memory
  /// and clocks are objects, and the same for everybody. `Store.instantiate` throws `InstantiationError.host` with a
  /// `WASIConfigurationError` if a directory cannot be opened.
  ///
  /// An interface that the linker has under its own name goes before WASI's, and so does a function for modules. While
  /// guests wait for time, files or the network, no thread is blocked.
  ///
  /// - Parameter configuration: What guests are granted: without one, clocks, randomness and nothing else.
  public mutating func addWASI(_ configuration: WASIConfiguration = WASIConfiguration()) {
    add(WASIProvider(configuration))
  }
}

/// Makes a world for each store.
private final class WASIProvider: ImportProvider {
  private let configuration: WASIConfiguration

  init(_ configuration: WASIConfiguration) { self.configuration = configuration }

  func makeHost(in store: ComponentStore) throws -> any ImportHost {
    try WASIHost(configuration, store)
  }
}

extension WASIHost: ImportHost {}
