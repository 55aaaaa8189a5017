// The other side of a component mutant: whatever it imports, calls of whatever it exports, resources, streams and futures
// to pass. Functions of the host return at once, later, never, or fail, and call back.

import ComponentRuntime
import WasmExecution
import WasmSyntax
import WasmValidation

/// How made-up functions fail.
private struct MadeUpError: Error {}

final class MadeUpHost {
  /// The store keeps the functions that keep this.
  private unowned let store: ComponentStore
  private var values: MadeUpValues
  private let resource = HostResourceDefinition("r")
  private var exports: [FunctionRef] = []
  /// Calls whose functions have not returned.
  private var pending: [PendingHostCall] = []
  private var waits = 0
  private var nesting = 0
  private var executed = false

  init(_ store: ComponentStore, seed: UInt64) {
    self.store = store
    values = MadeUpValues(store, resource, seed: seed)
  }

  /// Instantiates a component and calls what it exports; true if guest code ran.
  func run(_ component: LoadedComponent) -> Bool {
    let imports = component.type.imports
    do throws(ComponentFailure) {
      let instance = try ComponentInstantiation(component, in: store) { [unowned self] name in
        imports[name].flatMap { self.item($0, component.types) }
      }.run { () throws(ComponentFailure) in try wait() }
      collect(instance.exports)
    } catch { return executed }
    for function in exports.prefix(8) { call(function) }
    // What has been called may be called again, after others and with what those have returned.
    for _ in 0..<min(4, exports.count) { call(exports[values.random.below(exports.count)]) }
    for _ in 0..<20 {
      guard case .ran? = try? store.tick() else { break }
    }
    return executed
  }

  private func collect(_ items: LinkedItems) {
    for name in items.names {
      switch items[name] {
      case .function(let function): exports.append(function)
      case .instance(let inner): collect(inner)
      case .coreModule, .value, .type, .component, nil: break
      }
    }
  }

  // MARK: Calls

  private func call(_ function: FunctionRef) {
    let description = function.pointee.description.takeUnretainedValue()
    var arguments: [ComponentValue] = []
    for parameter in description.type.parameters {
      guard let value = values.value(parameter.type, description.types) else { return }
      arguments.append(value)
    }
    let invocation = DynamicInvocation(function, arguments)
    guard (try? invocation.check(store.state)) != nil else { return }
    if function.pointee.lifted != nil { executed = true }
    do throws(ComponentFailure) {
      try store.invoke(invocation) { () throws(ComponentFailure) in try wait() }
      if let result = invocation.result { values.take(result) }
    } catch {
      guard invocation.isRunning else { return }
      try? store.requestCancellation(of: invocation)
      for _ in 0..<5 where nesting == 0 { _ = try? store.tick() }
      if invocation.isRunning { store.abandon(invocation, .cancelledWithoutResolution) }
    }
  }

  /// Lets something happen outside.
  private func wait() throws(ComponentFailure) {
    waits += 1
    guard waits < 100 else { throw .wouldBlock }
    if !pending.isEmpty {
      try end(pending.remove(at: values.random.below(pending.count)))
    } else if try !values.moveStreams() {
      throw .wouldBlock
    }
  }

  private func end(_ call: PendingHostCall) throws(ComponentFailure) {
    if values.random.chance(10) { return try store.complete(call, .failure(MadeUpError())) }
    try store.complete(call, .success(results.removeValue(forKey: call.task) ?? nil))
  }

  private var results: [TaskID: ComponentValue?] = [:]

  // MARK: Imports

  private func item(_ type: ResolvedExternType, _ types: ComponentTypes) -> ImportItem? {
    switch type {
    case .function: return .function(HostFunction { try self.called(&$0) })
    case .instance(let id):
      let exports = types[id].exports
      return .instance { name in exports[name].flatMap { self.item($0, types) } }
    case .type(.resource): return .resource(resource)
    case .value(let value): return values.value(value.type, types).map { .value($0) }
    case .type, .coreModule, .component: return nil
    }
  }

  private func called(_ call: inout ComponentRuntime.HostCall) throws -> HostOutcome {
    executed = true
    for argument in try call.arguments() { values.take(argument) }
    if values.random.chance(5) { throw MadeUpError() }
    if values.random.chance(5), nesting < 2,
      let export = exports.randomElement(using: &values.random)
    {
      nesting += 1
      self.call(export)
      nesting -= 1
    }
    let description = call.function.pointee.description.takeUnretainedValue()
    var result: ComponentValue?
    if let type = description.type.result {
      guard let value = values.value(type, description.types) else { throw MadeUpError() }
      result = value
    }
    if values.random.chance(20) {
      let suspended = try call.suspend()
      results[suspended.task] = .some(result)
      pending.append(suspended)
      return .pending(suspended)
    }
    try call.setResult(result)
    return .returned
  }
}
