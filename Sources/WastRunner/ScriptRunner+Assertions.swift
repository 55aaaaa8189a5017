// Assertions: what must happen, and what to say when something else did.

import ComponentRuntime
import WasmBinary
import WasmExecution
import WasmSyntax
import WasmText
import WasmValidation

extension ScriptRunner {
  func assertReturn(
    _ action: Action, _ patterns: [ResultPattern]
  ) throws(DirectiveFailure) {
    var expected: String {
      patterns.isEmpty ? "no results" : patterns.map(\.description).joined(separator: " ")
    }
    let values: [Value]
    do throws(ActionFailure) {
      if case .invoke(let instance, let name, let arguments) = action,
        let function = try componentFunction(instance, name)
      {
        let result = try call(function, arguments)
        guard let came = mismatch(result, patterns, function) else { return }
        throw ActionFailure.script(came)
      }
      values = try perform(action)
    } catch {
      throw DirectiveFailure(expected: expected, came: error.description)
    }
    guard values.count == patterns.count,
      zip(values, patterns).allSatisfy({ $1.matches($0, in: store) })
    else {
      let came = values.map { describe($0, in: store) }.joined(separator: " ")
      throw DirectiveFailure(expected: expected, came: came.isEmpty ? "no results" : came)
    }
  }

  /// The trap's message must contain the expected text.
  func assertTrap(
    _ subject: ScriptSubject, _ message: String, isExhaustion: Bool = false
  ) throws(DirectiveFailure) {
    let expected = "\"\(message)\""
    do throws(ActionFailure) {
      try attempt(subject)
    } catch {
      if let trap = error.trap, trap.description.contains(message),
        !isExhaustion || trap.reason.isExhaustion
      {
        return
      }
      throw DirectiveFailure(expected: expected, came: error.description)
    }
    throw DirectiveFailure(expected: expected, came: "a return")
  }

  /// Performs an action or instantiates a module, for what comes of it.
  func attempt(_ subject: ScriptSubject) throws(ActionFailure) {
    switch subject {
    case .action(.invoke(let instance, let name, let arguments)):
      if let function = try componentFunction(instance, name) {
        _ = try call(function, arguments)
      } else {
        _ = try perform(.invoke(instance: instance, function: name, arguments))
      }
    case .action(let action): _ = try perform(action)
    case .module(let component) where component.isComponent:
      let definition: LoadedComponent
      do throws(ModuleError) {
        definition = try loadComponent(component)
      } catch {
        throw .script(error.described)
      }
      try attemptLink(definition)
    case .instance(let instance) where instance.isComponent:
      let definition: LoadedComponent
      do throws(DirectiveFailure) {
        definition = try componentDefinition(for: instance)
      } catch {
        throw .script(error.came)
      }
      try attemptLink(definition)
    case .module(let module):
      let definition: CoreModule
      do throws(ModuleError) {
        definition = try load(module)
      } catch {
        throw .script(error.described)
      }
      try attemptLink(definition)
    case .instance(let instance):
      let definition: CoreModule
      do throws(DirectiveFailure) {
        definition = try self.definition(for: instance)
      } catch {
        throw .script(error.came)
      }
      try attemptLink(definition)
    }
  }

  private func attemptLink(_ component: LoadedComponent) throws(ActionFailure) {
    do throws(ComponentFailure) {
      _ = try linkComponent(component)
    } catch {
      if case .unlinkable(let message) = error { throw .unlinkable(message) }
      throw .component(error)
    }
  }

  private func attemptLink(_ module: CoreModule) throws(ActionFailure) {
    do throws(InstantiationError) {
      _ = try link(module)
    } catch {
      switch error {
      case .unlinkable(let message): throw .unlinkable(message)
      case .limit(let limit): throw .script(limit.description)
      case .invocation(let error): throw .invocation(error)
      }
    }
  }

  func assertException(_ action: Action) throws(DirectiveFailure) {
    do throws(ActionFailure) {
      _ = try perform(action)
    } catch {
      if case .invocation(.exception) = error { return }
      throw DirectiveFailure(expected: "an exception", came: error.description)
    }
    throw DirectiveFailure(expected: "an exception", came: "a return")
  }

  /// Nothing in a core module suspends by itself.
  func assertSuspension(
    _ action: Action, _ message: String
  ) throws(DirectiveFailure) {
    do throws(ActionFailure) {
      _ = try perform(action)
    } catch {
      if case .invocation(.wouldBlock) = error { return }
      throw DirectiveFailure(expected: "suspension \"\(message)\"", came: error.description)
    }
    throw DirectiveFailure(expected: "suspension \"\(message)\"", came: "a return")
  }

  // MARK: Modules that are refused

  /// Which kind of refusal is asked for.
  enum Refusal: String {
    case malformed, invalid

    /// What needs a feature that is off counts as invalid.
    func covers(_ kind: ModuleError.Kind) -> Bool {
      switch kind {
      case .malformed: self == .malformed
      case .invalid, .featureDisabled: self == .invalid
      case .limit: false
      }
    }
  }

  /// For core modules the kind of failure counts, not its words.
  func assertRefused(
    _ module: ScriptModule, _ message: String, _ refusal: Refusal
  ) throws(DirectiveFailure) {
    if module.isComponent { return try assertComponentRefused(module, message, refusal) }
    try expect(refusal, message) { () throws(ModuleError) in _ = try load(module) }
  }

  /// For components the words count too.
  private func assertComponentRefused(
    _ component: ScriptModule, _ message: String, _ refusal: Refusal
  ) throws(DirectiveFailure) {
    let expected = "\(refusal.rawValue) component (\(message))"
    do throws(ModuleError) {
      _ = try loadComponent(component)
    } catch {
      if refusal.covers(error.kind), error.description.contains(message) { return }
      throw DirectiveFailure(expected: expected, came: error.described)
    }
    throw DirectiveFailure(expected: expected, came: "a valid component")
  }

  /// The same for custom sections and annotations, which make no module invalid by themselves.
  func assertCustomRefused(
    _ module: ScriptModule, _ message: String, _ refusal: Refusal
  ) throws(DirectiveFailure) {
    try refuseComponent(module.isComponent)
    try expect(refusal, message) { () throws(ModuleError) in
      try validateBranchHints(try load(module).syntax)
    }
  }

  private func expect(
    _ refusal: Refusal, _ message: String, _ attempt: () throws(ModuleError) -> Void
  ) throws(DirectiveFailure) {
    let expected = "\(refusal.rawValue) module (\(message))"
    do throws(ModuleError) {
      try attempt()
    } catch {
      if refusal.covers(error.kind) { return }
      throw DirectiveFailure(expected: expected, came: error.described)
    }
    throw DirectiveFailure(expected: expected, came: "a valid module")
  }

  func assertUnlinkable(
    _ subject: ScriptSubject, _ message: String
  ) throws(DirectiveFailure) {
    let expected = "unlinkable module (\(message))"
    do throws(ActionFailure) {
      try attempt(subject)
    } catch {
      if case .unlinkable = error { return }
      throw DirectiveFailure(expected: expected, came: error.description)
    }
    throw DirectiveFailure(expected: expected, came: "an instance")
  }
}
