// Finding what a component imports: everything that is missing is named at once.

import ComponentRuntime
import WasmExecution
import WasmSyntax
import WasmValidation

extension StoreDriver {
  /// The imports of a component as the runtime wants them.
  func resolve(
    _ linker: Linker, for component: Component
  ) throws(InstantiationError) -> [String: ImportItem] {
    let loaded = component.loaded
    var resolution = LinkerResolution(driver: self, types: loaded.types)
    let items = resolution.items(loaded.type.imports, linker, [])
    if let failure = resolution.failure { throw .host(failure) }
    guard resolution.problems.isEmpty else {
      throw .link(LinkError(problems: resolution.problems))
    }
    return items
  }
}

private struct LinkerResolution {
  let driver: StoreDriver
  let types: ComponentTypes
  var problems: [LinkError.Problem] = []
  /// Why there is no host of a provider.
  var failure: (any Error)?

  /// As deep as instance types are nested.
  mutating func items(
    _ imports: ExternItems, _ linker: Linker, _ path: [String]
  ) -> [String: ImportItem] {
    var result: [String: ImportItem] = [:]
    let names = Set(imports.items.map(\.name.name))
    for (name, type) in imports.items {
      guard let found = linker.lookUp(name.name) else {
        if let item = provided(name.name, linker) {
          result[name.name] = resolved(item, type, path + [name.name])
          continue
        }
        // What is nothing at run time, or only says again what a resource of another import is, need not be there.
        if case .type(let type) = type, !type.isResourceType || !path.isEmpty { continue }
        // What the component imports under another name is not what was meant.
        let unused = linker.items.keys.filter { key in !names.contains(key) }
        problem(path + [name.name], type, nil, nearestName(to: name.name, among: unused))
        continue
      }
      if let item = item(found, type, path + [name.name]) { result[name.name] = item }
    }
    return result
  }

  /// What a provider has, with what it lacks noted. Whether the rest fits is for the runtime to find out.
  private mutating func resolved(
    _ item: ImportItem, _ type: ResolvedExternType, _ path: [String]
  ) -> ImportItem {
    guard case .instance(let find) = item, case .instance(let id) = type else { return item }
    var items: [String: ImportItem] = [:]
    for (name, type) in types[id].exports.items {
      if let item = find(name.name) {
        items[name.name] = item
      } else if case .type = type {
        continue
      } else {
        problem(path + [name.name], type, nil, nil)
      }
    }
    return .instance { items[$0] }
  }

  /// What a provider has under a name.
  private mutating func provided(_ name: String, _ linker: Linker) -> ImportItem? {
    for provider in linker.providers.reversed() {
      do {
        if let item = try driver.host(of: provider).importItem(name) { return item }
      } catch {
        failure = failure ?? error
      }
    }
    return nil
  }

  private mutating func item(
    _ found: Linker.Item, _ type: ResolvedExternType, _ path: [String]
  ) -> ImportItem? {
    switch (found, type) {
    case (.synchronous(let wanted, let body), .function(let id)):
      guard isSame(wanted, id) else { break }
      return .function(driver.observed(driver.hostFunction(wanted?.signature, body)))
    case (.asynchronous(let wanted, let body), .function(let id)):
      guard isSame(wanted, id) else { break }
      return .function(driver.observed(driver.hostFunction(wanted?.signature, body)))
    case (.typed(let function), .function(let id)):
      guard isSame(function.type, id, typesOnly: true) else { break }
      return .function(driver.observed(driver.hostFunction(function)))
    case (.exported(let function), .function):
      guard function.store.driver === driver else { break }
      return .linked(.function(function.function))
    case (.resource(let resource), .type(.resource)):
      driver.resourceTypes[ObjectIdentifier(resource.definition)] = resource
      return .resource(resource.definition)
    case (.module(let module), .coreModule): return .coreModule(module.core)
    case (.exports(let instance), .instance):
      guard instance.store.driver === driver else { break }
      return .linked(.instance(instance.items))
    case (.instance(let linker), .instance(let id)):
      let items = items(types[id].exports, linker, path)
      return .instance { items[$0] }
    default: break
    }
    problem(path, type, found.text, nil)
    return nil
  }

  private func isSame(
    _ wanted: FunctionType?, _ id: FunctionTypeID, typesOnly: Bool = false
  ) -> Bool {
    guard let wanted else { return true }
    let type = FunctionType(types[id].type, in: types)
    return (typesOnly || wanted.isAsync == type.isAsync) && wanted.isSame(as: type)
  }

  private mutating func problem(
    _ path: [String], _ type: ResolvedExternType, _ found: String?, _ nearest: String?
  ) {
    problems.append(
      LinkError.Problem(
        path: path, expected: ExternType(type, in: types).description, found: found,
        nearest: nearest))
  }
}

extension FunctionType {
  /// The type as the runtime compares it: labels of parameters do not count.
  var signature: HostSignature {
    HostSignature(
      isAsync: isAsync, parameters.map(\.type.hostType), result: result?.hostType)
  }
}
