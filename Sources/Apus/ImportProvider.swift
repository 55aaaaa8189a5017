// What a library on top of this one supplies to a linker, as WASI: imports by name, which belong to a store.

import ComponentRuntime
import WasmExecution

/// Supplies imports. A linker names it, and every store that the linker is used in has a host of it, made when a
/// component first imports something that the linker itself does not have.
package protocol ImportProvider: AnyObject, Sendable {
  func makeHost(in store: ComponentStore) throws -> any ImportHost
}

/// What a provider has in one store: all components there share it. Only used on the store's executor.
package protocol ImportHost: AnyObject {
  /// What components import; nil for names that it knows nothing of.
  func importItem(_ name: String) -> ImportItem?

  /// What core modules import that are instantiated by themselves; nil for names that it knows nothing of.
  func coreImport(module: String, _ name: String) -> ExternValue?

  /// The store was closed: nothing is waited for any more.
  func close()
}

extension StoreDriver {
  /// The host that a provider has here.
  func host(of provider: any ImportProvider) throws -> any ImportHost {
    if let known = hosts.first(where: { $0.provider === provider }) { return known.host }
    let host = try provider.makeHost(in: runtime)
    hosts.append((provider, host))
    return host
  }

  func closeHosts() {
    for (_, host) in hosts { host.close() }
    hosts = []
  }
}

extension Store {
  /// The hosts that providers have here; none any more in a store that was closed.
  package var importHosts: [any ImportHost] { driver.hosts.map(\.host) }
}
