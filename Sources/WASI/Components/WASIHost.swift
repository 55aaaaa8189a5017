// The way in: WASI as components and modules of one store import it. Interfaces are made when they are looked up, functions
// when an import names them, so a guest pays for what it uses.

import ComponentRuntime
import WasmExecution

/// WASI 0.2 and 0.3 for the components of one store, and 0.1 for its core modules. They share one world: files, standard
/// streams, clocks.
package final class WASIHost {
  private let world: ComponentWorld
  /// nil until a module imports something.
  private var preview1: WASIPreview1?
  private lazy var preview2 = Result { () throws(ComponentFailure) in try Preview2(world) }
  private lazy var preview3 = Result { () throws(ComponentFailure) in try Preview3(world) }
  /// The versions that are given out.
  private let versions: Set<InterfaceName.Version>

  /// - Parameter providesPreview3: Whether there are interfaces of WASI 0.3 as well.
  package init(_ context: WASIContext, _ store: ComponentStore, providesPreview3: Bool = true) {
    world = ComponentWorld(context, store)
    versions = providesPreview3 ? [.preview2, .preview3] : [.preview2]
  }

  package convenience init(
    _ configuration: WASIConfiguration, _ store: ComponentStore
  ) throws(WASIConfigurationError) {
    self.init(try WASIContext(configuration), store)
  }

  /// What an import of this name is linked with; nil if it names no interface of WASI.
  package func importItem(_ name: String) -> ImportItem? {
    guard let name = InterfaceName(name), versions.contains(name.version) else { return nil }
    let interface: Interface?
    switch name.version {
    case .preview2: interface = (try? preview2.get())?.interface(name.path)
    case .preview3: interface = (try? preview3.get())?.interface(name.path)
    }
    return interface.map { .instance($0) }
  }

  /// What an import of a core module is linked with; nil if it names no function of WASI 0.1.
  package func coreImport(module: String, _ name: String) -> ExternValue? {
    guard module == WASIPreview1.moduleName else { return nil }
    let host = preview1 ?? WASIPreview1(world.context, suspendingIn: world.store)
    preview1 = host
    return host.item(named: name, in: world.store.core)
  }

  /// Blocks this OS thread until what guests have written to standard output and error is written. To be called when a
  /// command has ended, however it did.
  package func finish() { world.finish() }

  /// What has to be true before more can be written of what guests have given to standard output and error; nil if all of
  /// it is written. For whoever waits without blocking a thread, and asks again then.
  package func pendingOutput() -> Readiness? { world.pendingOutput() }

  /// Streams that are under way end where they are: the store was closed.
  package func close() {
    world.streamTasks = [:]
    preview1?.suspended = nil
  }
}

/// The items of an interface by their names.
typealias Interface = (String) -> ImportItem?
