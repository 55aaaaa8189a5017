// Running a core module: its world, the function to call, its arguments, its results.

import WASI
import WasmExecution
import WasmSyntax

struct ModuleRun {
  let path: String
  let invoke: String?
  let arguments: [String]
  let guest: GuestOptions

  func run(_ module: CoreModule) throws {
    let store = CoreStore(engine: module.engine)
    let instance = try instantiate(module, in: store)
    // What a library does before its functions may be called.
    if case .function(let function)? = instance.export(named: "_initialize") {
      _ = try call(function, [], "failed to invoke `_initialize`", store)
    }
    guard let (function, context) = try function(of: instance) else { return }
    let values = try parse(arguments, as: function.type.parameters)
    for (value, type) in zip(try call(function, values, context, store), function.type.results) {
      StandardStream.output.write(value.printed(as: type) + "\n")
    }
  }

  private func call(
    _ function: CoreFunction, _ values: [Value], _ context: String, _ store: CoreStore
  ) throws -> [Value] {
    do { return try store.invoke(function, values) } catch {
      throw CommandFailure(running: path, context, error)
    }
  }

  private func instantiate(_ module: CoreModule, in store: CoreStore) throws -> CoreInstance {
    do {
      let preview1 = try wasi(for: module)?.imports(for: store) ?? [:]
      return try store.instantiate(module) { declaration in
        declaration.module == WASIPreview1.moduleName ? preview1[declaration.name] : nil
      }
    } catch let error as InstantiationError {
      let context = "failed to instantiate \"\(path)\""
      switch error {
      case .invocation(let error): throw CommandFailure(running: path, context, error)
      case .unlinkable, .limit:
        throw CommandFailure(["failed to run main module `\(path)`", context, error.description])
      }
    }
  }

  /// The world of a module that imports WASI 0.1; nil if it does not, or is not to have it.
  private func wasi(for module: CoreModule) throws -> WASIPreview1? {
    guard try guest.wasiOptions().providesCLI,
      module.syntax.imports.contains(where: { $0.module == WASIPreview1.moduleName })
    else { return nil }
    let configuration = try guest.configuration(
      file: path, arguments: invoke == nil ? arguments : [])
    do throws(WASIConfigurationError) {
      return try WASIPreview1(configuration)
    } catch {
      throw CommandFailure([error.description])
    }
  }

  /// The function to call and what to say if it fails; nil if the module has no command.
  private func function(of instance: CoreInstance) throws -> (CoreFunction, context: String)? {
    if let invoke {
      guard case .function(let function)? = instance.export(named: invoke) else {
        throw failure("no func export named `\(invoke)` found")
      }
      return (function, "failed to invoke `\(invoke)`")
    }
    for name in ["_start", ""] {
      if case .function(let function)? = instance.export(named: name) {
        return (function, "failed to invoke command default")
      }
    }
    return nil
  }

  private func parse(_ arguments: [String], as types: [ValueType]) throws -> [Value] {
    let name = invoke ?? "_start"
    // Of a command without parameters they are the program's.
    guard arguments.count >= types.count else {
      throw failure("not enough arguments for `\(name)`")
    }
    var values: [Value] = []
    for (text, type) in zip(arguments, types) {
      guard let value = Value(parsing: text, as: type) else {
        throw failure("`\(text)` is not a value of type \(type.kind)")
      }
      values.append(value)
    }
    return values
  }

  private func failure(_ message: String) -> CommandFailure {
    CommandFailure(["failed to run main module `\(path)`", message])
  }
}
