// The state of a running script, and what each directive does. A trap ends the directive, not the store: what it left
// behind stays, as the scripts rely on.

import ComponentRuntime
import WasmExecution
import WasmSyntax
import WasmText

/// Runs directives in a store of its own.
final class ScriptRunner {
  let environment: ScriptEnvironment
  let components: ComponentStore
  var store: CoreStore { components.core }
  private(set) var count = DirectiveCount()
  /// What has been registered for import.
  private var registered: [ExactName: Namespace] = [:]
  /// Modules and instances by the scripts' names; the last of each under nil.
  private var definitions: [String?: CoreModule] = [:]
  private var instances: [String?: Namespace] = [:]
  /// The same for components.
  var registeredComponents: [ExactName: ComponentNamespace] = [:]
  var componentDefinitions: [String?: LoadedComponent] = [:]
  var componentInstances: [String?: ComponentNamespace] = [:]
  private var threads: [String: ScriptThread] = [:]

  /// `shared` are the namespaces that a thread sees of its parent's.
  init(
    _ environment: ScriptEnvironment, shared: [SharedNamespace] = []
  ) throws(InstantiationError) {
    self.environment = environment
    do throws(ComponentFailure) {
      components = try ComponentStore(
        engine: environment.engine, concurrency: environment.settings.concurrency,
        policy: environment.settings.policy)
    } catch {
      throw .limit(LimitExceeded(.memory, error.description))
    }
    registered[ExactName(Namespace.spectestName)] = try .spectest(
      in: store, print: environment.print)
    for namespace in shared { instances[namespace.name] = try namespace.adopt(into: store) }
  }

  func run(_ directives: [Directive]) {
    for directive in directives {
      do throws(DirectiveFailure) {
        try run(directive)
        count.passed += 1
      } catch {
        count.failed += 1
        environment.report(
          "\(environment.file):\(directive.line): expected \(error.expected), got \(error.came)")
      }
    }
  }

  private func run(_ directive: Directive) throws(DirectiveFailure) {
    switch directive.kind {
    case .module(let component) where component.isComponent:
      forgetInstances(component.name)
      let definition = try defineComponent(component)
      componentDefinitions[component.name] = definition
      componentDefinitions[nil] = definition
      try instantiateComponent(definition, name: component.name)
    case .definition(let component) where component.isComponent:
      let definition = try defineComponent(component)
      componentDefinitions[component.name] = definition
      componentDefinitions[nil] = definition
    case .instance(let instance) where instance.isComponent:
      forgetInstances(instance.name)
      try instantiateComponent(try componentDefinition(for: instance), name: instance.name)
    case .module(let module):
      componentInstances[nil] = nil
      instances[module.name] = nil
      instances[nil] = nil
      let definition = try define(module)
      remember(definition, as: module.name)
      try instantiate(definition, name: module.name)
    case .definition(let module): remember(try define(module), as: module.name)
    case .instance(let instance):
      try instantiate(try definition(for: instance), name: instance.name)
    case .register(let name, let instance):
      if let exports = componentInstances[instance] {
        registeredComponents[ExactName(name)] = exports
      } else {
        registered[ExactName(name)] = try namespace(instance)
      }
    case .action(let action):
      do throws(ActionFailure) {
        try attempt(.action(action))
      } catch {
        throw DirectiveFailure(expected: "a return", came: error.description)
      }
    case .assertReturn(let action, let patterns): try assertReturn(action, patterns)
    case .assertTrap(let subject, let message): try assertTrap(subject, message)
    case .assertExhaustion(let action, let message):
      try assertTrap(.action(action), message, isExhaustion: true)
    case .assertException(let action): try assertException(action)
    case .assertSuspension(let action, let message): try assertSuspension(action, message)
    case .assertMalformed(let module, let message):
      try assertRefused(module, message, .malformed)
    case .assertInvalid(let module, let message): try assertRefused(module, message, .invalid)
    case .assertMalformedCustom(let module, let message):
      try assertCustomRefused(module, message, .malformed)
    case .assertInvalidCustom(let module, let message):
      try assertCustomRefused(module, message, .invalid)
    case .assertUnlinkable(let subject, let message): try assertUnlinkable(subject, message)
    case .thread(let name, let shared, let directives):
      try startThread(name, shared, directives)
    case .wait(let name): try wait(for: name)
    case .unknown(let word):
      throw DirectiveFailure(expected: "a directive", came: "the unknown form `\(word)`")
    case .malformed(let error):
      throw DirectiveFailure(expected: "a well-formed directive", came: error.description)
    }
  }

  /// What actions without a name are about, and those with this name, is yet to be made.
  private func forgetInstances(_ name: String?) {
    instances[name] = nil
    instances[nil] = nil
  }

  // MARK: Modules

  /// Parses, decodes and validates.
  func load(_ module: ScriptModule) throws(ModuleError) -> CoreModule {
    let configuration = environment.engine.configuration
    let bytes = Bytes(try module.encode(limits: configuration.limits))
    return try CoreModule(engine: environment.engine, bytes: bytes)
  }

  private func define(_ module: ScriptModule) throws(DirectiveFailure) -> CoreModule {
    try refuseComponent(module.isComponent)
    do throws(ModuleError) {
      return try load(module)
    } catch {
      throw DirectiveFailure(expected: "a valid module", came: error.described)
    }
  }

  func refuseComponent(_ isComponent: Bool) throws(DirectiveFailure) {
    if isComponent {
      throw DirectiveFailure(expected: "a core module", came: "a component")
    }
  }

  private func remember(_ module: CoreModule, as name: String?) {
    definitions[name] = module
    definitions[nil] = module
  }

  func definition(for instance: ScriptInstance) throws(DirectiveFailure) -> CoreModule {
    try refuseComponent(instance.isComponent)
    guard let module = definitions[instance.definition] else {
      throw DirectiveFailure(
        expected: "a module definition",
        came: instance.definition.map { "none named \($0)" } ?? "none")
    }
    return module
  }

  private func instantiate(_ module: CoreModule, name: String?) throws(DirectiveFailure) {
    do throws(InstantiationError) {
      let namespace = Namespace(try link(module, name: name))
      instances[name] = namespace
      instances[nil] = namespace
    } catch {
      throw DirectiveFailure(expected: "an instance", came: error.description)
    }
  }

  /// Instantiates with what has been registered.
  func link(
    _ module: CoreModule, name: String? = nil
  ) throws(InstantiationError) -> CoreInstance {
    let registered = registered
    return try store.instantiate(module, name: name) {
      registered[ExactName($0.module)]?[$0.name]
    }
  }

  func namespace(_ name: String?) throws(DirectiveFailure) -> Namespace {
    guard let namespace = instances[name] else {
      throw DirectiveFailure(
        expected: "an instance", came: name.map { "none named \($0)" } ?? "none")
    }
    return namespace
  }

  // MARK: Threads

  private func startThread(
    _ name: String, _ shared: [String], _ directives: [Directive]
  ) throws(DirectiveFailure) {
    guard threads[name] == nil else {
      throw DirectiveFailure(expected: "a new thread", came: "\(name), which runs already")
    }
    var namespaces: [SharedNamespace] = []
    for name in shared {
      namespaces.append(SharedNamespace(name: name, try namespace(name)))
    }
    guard let thread = ScriptThread(environment, shared: namespaces, directives) else {
      throw DirectiveFailure(expected: "a thread", came: "none: the system has no more")
    }
    threads[name] = thread
  }

  private func wait(for name: String) throws(DirectiveFailure) {
    guard let thread = threads.removeValue(forKey: name) else {
      throw DirectiveFailure(expected: "a thread", came: "none named \(name)")
    }
    count += thread.join()
  }

  /// Waits for the threads that the script did not wait for.
  func joinThreads() {
    for thread in threads.values { count += thread.join() }
    threads = [:]
  }
}

extension ModuleError {
  /// Kind and message, for reports.
  var described: String {
    switch kind {
    case .malformed: "malformed: \(self)"
    case .invalid: "invalid: \(self)"
    case .limit: "limit: \(self)"
    case .featureDisabled(let feature): "feature \(feature.name) is off: \(self)"
    }
  }
}
