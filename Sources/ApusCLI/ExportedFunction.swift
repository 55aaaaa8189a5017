// Which function of a component a name on the command line means.

import ComponentRuntime
import WasmSyntax
import WasmValidation

/// A function that a component exports by itself or in an instance.
struct ExportedFunction {
  /// Names of instances from the outside in, then the function's own.
  let path: [String]
  let type: FunctionTypeID

  /// As it can be written behind `--invoke`.
  var name: String { path.joined(separator: "#") }
}

/// A name that means no function, or several.
struct ExportedFunctionError: Error, CustomStringConvertible {
  let description: String

  fileprivate init(_ message: String, listing functions: [ExportedFunction]) {
    let shown = functions.prefix(50).map { "`\($0.name)`" }.joined(separator: ", ")
    description = message + shown + (functions.count > 50 ? ", ..." : "")
  }
}

extension LoadedComponent {
  /// All exported functions, those of the component itself first.
  var exportedFunctions: [ExportedFunction] {
    var found: [ExportedFunction] = []
    var instances: [(path: [String], exports: ExternItems)] = [([], type.exports)]
    var next = 0
    while next < instances.count {
      let (path, exports) = instances[next]
      next += 1
      for item in exports.items {
        switch item.type {
        case .function(let id):
          found.append(ExportedFunction(path: path + [item.name.name], type: id))
        case .instance(let id): instances.append((path + [item.name.name], types[id].exports))
        case .coreModule, .value, .type, .component: break
        }
      }
    }
    return found
  }

  /// `instance#function`, or the name of a function: an exported one, else the only one of that name in an instance.
  /// `package/interface.function@version`, as Wasmtime writes it, is understood too.
  func exportedFunction(
    named name: String
  ) -> Result<ExportedFunction, ExportedFunctionError> {
    let functions = exportedFunctions
    if let exact = functions.first(where: { $0.name == name }) { return .success(exact) }
    let sameName = functions.filter { $0.path.last == name }
    if let only = sameName.first, sameName.count == 1 { return .success(only) }
    if sameName.count > 1 {
      return .failure(
        ExportedFunctionError(
          "Multiple instances contained funcs named `\(name)`, retry with a more specific name: ",
          listing: sameName))
    }
    if let dotted = Self.undotted(name), let found = functions.first(where: { $0.name == dotted }) {
      return .success(found)
    }
    return .failure(
      ExportedFunctionError(
        "No exported func named `\(name)` in component, which exports "
          + (functions.isEmpty ? "no funcs" : ""), listing: functions))
  }

  private static func undotted(_ name: String) -> String? {
    let version = name.firstIndex(of: "@") ?? name.endIndex
    guard let slash = name[..<version].firstIndex(of: "/"),
      let dot = name[slash..<version].firstIndex(of: ".")
    else { return nil }
    return name[..<dot] + name[version...] + "#" + name[name.index(after: dot)..<version]
  }
}

extension LinkedItems {
  func function(at path: [String]) -> FunctionRef? {
    var items = self
    for name in path.dropLast() {
      guard case .instance(let instance)? = items[name] else { return nil }
      items = instance
    }
    guard let name = path.last, case .function(let function)? = items[name] else { return nil }
    return function
  }
}
