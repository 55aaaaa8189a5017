// Core modules that are instantiated by themselves, without a component around them.

import ComponentRuntime
import WasmExecution
import WasmSyntax

/// An instance of a core module in a store (Execution, Runtime Structure, Module Instances). Keeps its store alive.
///
/// Other than a component a module has no rules on who may enter it when: functions of the host may call back into it, and
/// after a trap it can be called again, in whatever state the trap has left its memory.
public final class ModuleInstance: Sendable {
  /// Where it lives.
  public let store: Store
  // Invariant: instances do not change once they are made, and live as long as the store.
  nonisolated(unsafe) let core: CoreInstance

  init(_ store: Store, _ core: CoreInstance) {
    self.store = store
    self.core = core
  }

  /// What the instance exports, in order.
  public var exports: [Module.Export] {
    core.module.syntax.exports.map {
      Module.Export(name: $0.name, kind: Module.ExternKind($0.kind))
    }
  }

  /// The exported function of this name.
  ///
  /// - Throws: `LookupError` if there is none.
  public func function(_ name: String) throws(LookupError) -> ModuleFunction {
    guard case .function(let function) = try export(name, "func") else {
      throw mismatch(name, "func")
    }
    return ModuleFunction(store: store, name: name, function: function)
  }

  /// The exported memory of this name.
  ///
  /// - Throws: `LookupError` if there is none.
  public func memory(_ name: String) throws(LookupError) -> ModuleMemory {
    guard case .memory(let memory) = try export(name, "memory") else {
      throw mismatch(name, "memory")
    }
    return ModuleMemory(store: store, memory: memory)
  }

  /// The exported global of this name.
  ///
  /// - Throws: `LookupError` if there is none.
  public func global(_ name: String) throws(LookupError) -> ModuleGlobal {
    guard case .global(let global) = try export(name, "global") else {
      throw mismatch(name, "global")
    }
    return ModuleGlobal(store: store, global: global)
  }

  private func export(_ name: String, _ expected: String) throws(LookupError) -> ExternValue {
    guard let found = core.export(named: name) else { throw mismatch(name, expected) }
    return found
  }

  private func mismatch(_ name: String, _ expected: String) -> LookupError {
    LookupError(
      name: name, expected: expected,
      found: core.export(named: name).map { "\(Module.ExternKind($0.kind))" },
      nearest: nearestName(to: name, among: core.module.syntax.exports.map(\.name)))
  }
}

/// A function of a module's instance. Keeps its store alive.
public struct ModuleFunction: Sendable {
  /// Where it lives.
  public let store: Store
  /// The name under which it is exported.
  public let name: String
  // Invariant: the record lives as long as the store.
  nonisolated(unsafe) let function: CoreFunction

  /// Its type.
  public var type: CoreFunctionType { CoreFunctionType(function.type) }

  /// Calls the function and waits for its results. Deadlines, fuel and giving way are as in `Store.call`; a function of a
  /// module cannot be asked to end early.
  ///
  /// - Throws: `CallError`.
  public func call(
    _ arguments: CoreValue..., timeout: Duration? = nil, fuel: UInt64? = nil
  ) async throws(CallError) -> [CoreValue] {
    let invocation = try makeInvocation(arguments)
    try await store.perform(StoreCall(invocation, name: name, timeout: timeout, fuel: fuel))
    return invocation.results.map { CoreValue($0) }
  }

  /// Calls the function from synchronous code.
  ///
  /// - Throws: `CallError`; `wouldBlock` if it would have to wait.
  public func call(
    _ arguments: CoreValue..., in context: borrowing StoreContext
  ) throws(CallError) -> [CoreValue] {
    guard context.driver === store.driver else {
      throw .mismatch("the function belongs to another store")
    }
    let invocation = try makeInvocation(arguments)
    try context.driver.runNow(StoreCall(invocation))
    return invocation.results.map { CoreValue($0) }
  }

  private func makeInvocation(_ arguments: [CoreValue]) throws(CallError) -> CoreInvocation {
    let values = arguments.map(\.value)
    let parameters = function.type.parameters
    guard values.count == parameters.count,
      zip(values, parameters).allSatisfy({ function.store.accepts($0, as: $1) })
    else { throw .mismatch("arguments of `\(name)`: expected \(type)") }
    return CoreInvocation(function, values)
  }
}
