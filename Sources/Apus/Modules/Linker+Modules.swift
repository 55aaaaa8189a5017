// What core modules import: functions of the host by the two names of an import, and exports of other instances.

import ComponentRuntime
import WasmExecution
import WasmSyntax

/// A function of the host that core modules import. It returns before anything else happens in the store; it may call
/// functions of any module or component through the call's context.
public typealias CoreHostFunction = @Sendable (borrowing CoreHostCall) throws -> [CoreValue]

/// One call of a function of the host by a core module.
public struct CoreHostCall: ~Copyable {
  /// What was passed.
  public let arguments: [CoreValue]
  /// Access to the store.
  public let context: StoreContext
  private let caller: CoreInstance?

  init(_ call: WasmExecution.HostCall, _ driver: StoreDriver) {
    arguments = call.arguments.map { CoreValue($0) }
    context = StoreContext(driver)
    caller = call.caller
  }

  /// A memory that the calling module exports.
  ///
  /// - Throws: `LookupError` if there is none of this name, or the host itself has made the call.
  public func memory(_ name: String = "memory") throws(LookupError) -> ModuleMemory {
    guard let store = context.driver.store, case .memory(let memory)? = caller?.export(named: name)
    else { throw LookupError(name: name, expected: "memory", found: nil, nearest: nil) }
    return ModuleMemory(store: store, memory: memory)
  }
}

extension Linker {
  /// Defines a function that core modules import.
  ///
  /// - Parameters:
  ///   - module: The first name of the import.
  ///   - name: The second one.
  ///   - type: The type that modules must import it with.
  ///   - body: What the function does. It is called in the middle of the guest's call.
  public mutating func coreFunction(
    module: String, _ name: String, type: CoreFunctionType, _ body: @escaping CoreHostFunction
  ) {
    define(name, in: module, .core(type, body))
  }

  /// Defines everything that a module's instance exports as what other modules import; they must be in the same store.
  public mutating func coreInstance(_ module: String, _ instance: ModuleInstance) {
    define(module, in: nil, .coreExports(instance))
  }
}

extension Store {
  /// Instantiates a core module with what a linker has for its imports (Execution, Modules, Instantiation), and calls its
  /// start function.
  ///
  /// - Throws: `InstantiationError`, with all imports that are missing; or what the start function ended with. A store keeps
  ///   what was instantiated up to there.
  public func instantiate(
    _ module: Module, _ linker: Linker = Linker()
  ) async throws(InstantiationError) -> ModuleInstance {
    if let error = await free() { throw .call(error) }
    let imports = try driver.resolve(linker, for: module)
    let core: CoreInstance
    do throws(WasmExecution.InstantiationError) {
      core = try driver.runtime.core.instantiateWithoutStart(module.core, imports: imports)
    } catch {
      switch error {
      case .unlinkable(let message): throw .unlinkable(message)
      case .limit(let limit): throw .call(.limit(LimitError(limit)))
      case .invocation(.trap(let trap)): throw .call(.trap(Trap(trap)))
      case .invocation(let error): throw .call(.mismatch(error.description))
      }
    }
    if let start = core.startFunction {
      do throws(CallError) {
        try await perform(StoreCall(CoreInvocation(start, [])))
      } catch {
        throw .call(error)
      }
    }
    return ModuleInstance(self, core)
  }
}

extension StoreDriver {
  /// The imports of a module, in order.
  fileprivate func resolve(
    _ linker: Linker, for module: Module
  ) throws(InstantiationError) -> [ExternValue] {
    var problems: [LinkError.Problem] = []
    var imports: [ExternValue] = []
    for declaration in module.core.syntax.imports {
      var found = value(linker, declaration)
      if found == nil { found = try provided(linker, declaration) }
      if let value = found {
        imports.append(value)
        continue
      }
      problems.append(
        LinkError.Problem(
          path: [declaration.module, declaration.name],
          expected: "\(Module.ExternKind(declaration.type.kind))", found: nil,
          nearest: nearest(linker, declaration)))
    }
    guard problems.isEmpty else { throw .link(LinkError(problems: problems)) }
    return imports
  }

  /// What a provider has under the names of an import.
  private func provided(
    _ linker: Linker, _ declaration: Import
  ) throws(InstantiationError) -> ExternValue? {
    for provider in linker.providers.reversed() {
      let host: any ImportHost
      do {
        host = try self.host(of: provider)
      } catch {
        throw .host(error)
      }
      if let value = host.coreImport(module: declaration.module, declaration.name) { return value }
    }
    return nil
  }

  private func value(_ linker: Linker, _ declaration: Import) -> ExternValue? {
    switch linker.items[declaration.module] {
    case .coreExports(let instance) where instance.store.driver === self:
      return instance.core.export(named: declaration.name)
    case .instance(let items):
      guard case .core(let type, let body)? = items.items[declaration.name] else { return nil }
      return function(type, body).map { .function($0) }
    default: return nil
    }
  }

  private func nearest(_ linker: Linker, _ declaration: Import) -> String? {
    guard case .instance(let items)? = linker.items[declaration.module] else {
      return nearestName(to: declaration.module, among: linker.items.keys)
    }
    return nearestName(to: declaration.name, among: items.items.keys)
  }

  /// A closure as a function of this store; nil for a type that only modules can have.
  private func function(_ type: CoreFunctionType, _ body: @escaping CoreHostFunction)
    -> CoreFunction?
  {
    guard let coreType = type.type else { return nil }
    return runtime.core.makeFunction(type: coreType) { [unowned self] call throws(HostFailure) in
      do {
        return try inCallersContext { .values(try body(CoreHostCall(call, self)).map(\.value)) }
      } catch {
        throw .error(error)
      }
    }
  }
}
