// What `apus run` gives a component to import: WASI, as far as the options grant it.

import ComponentRuntime
import WASI
import WasmSyntax
import WasmValidation

struct CommandHost {
  /// nil if the component is to have none.
  private let wasi: WASIHost?

  /// The world of a component that runs in this store.
  init(_ guest: GuestOptions, file: String, arguments: [String], _ store: ComponentStore) throws {
    let options = try guest.wasiOptions()
    guard options.providesCLI else {
      wasi = nil
      return
    }
    let configuration = try guest.configuration(file: file, arguments: arguments)
    do throws(WASIConfigurationError) {
      wasi = WASIHost(
        try WASIContext(configuration), store, providesPreview3: options.providesP3)
    } catch {
      throw CommandFailure([error.description])
    }
  }

  /// What an import is linked with; nil if there is nothing of that name.
  func item(named name: String) -> ImportItem? { wasi?.importItem(name) }

  /// The command has ended, however it did: what it has written comes before what is said about that.
  func finish() { wasi?.finish() }
}

extension CommandHost {
  /// The first import that needs something that is not there, in the words of `wasmtime run`.
  func missingImport(of component: LoadedComponent) -> [String]? {
    for item in component.type.imports.items where self.item(named: item.name.name) == nil {
      guard let causes = missing(item.type, component.types) else { continue }
      let subject = "component imports \(item.type.importWord) `\(item.name.name)`"
      return ["\(subject), but a matching implementation was not found in the linker"] + causes
    }
    return nil
  }

  /// Why something cannot be left away; nil if it is nothing at run time. As deep as instance types are nested.
  private func missing(_ type: ResolvedExternType, _ types: ComponentTypes) -> [String]? {
    switch type {
    case .function: return ["function implementation is missing"]
    case .coreModule: return ["module implementation is missing"]
    case .component: return ["component implementation is missing"]
    case .value: return ["value is missing"]
    case .type(.resource): return ["resource implementation is missing"]
    case .type: return nil
    case .instance(let id):
      for export in types[id].exports.items {
        guard let causes = missing(export.type, types) else { continue }
        return ["instance export `\(export.name.name)` has the wrong type"] + causes
      }
      return nil
    }
  }
}

extension ResolvedExternType {
  fileprivate var importWord: String {
    switch self {
    case .function: "function"
    case .coreModule: "core module"
    case .component: "component"
    case .value: "value"
    case .type(.resource): "resource"
    case .type: "type"
    case .instance: "instance"
    }
  }
}
