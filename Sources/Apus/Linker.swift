// What a program has for the imports of components, by name.

import ComponentRuntime
import WasmExecution

/// Definitions that components import: functions, resources, and instances of them.
///
/// A value: copies can go different ways. Nothing in it belongs to a store, except what `instance(_:_:)` is given from
/// one. Interfaces are found by name, with another compatible version if not with the very one: the same major version,
/// or for `0.x` the same minor one.
public struct Linker: Sendable {
  enum Item: Sendable {
    case synchronous(FunctionType?, SynchronousHostFunction)
    case asynchronous(FunctionType?, AsynchronousHostFunction)
    case typed(TypedHostFunction)
    case resource(HostResourceType)
    case instance(Linker)
    case module(Module)
    /// What core modules import.
    case core(CoreFunctionType, CoreHostFunction)
    case coreExports(ModuleInstance)
    /// An export of an instance.
    case exports(Instance)
    case exported(Function)
  }
  private(set) var items: [String: Item] = [:]
  /// What is asked for names that are not among the items, the last first.
  private(set) var providers: [any ImportProvider] = []

  /// A linker with nothing in it.
  public init() {}

  /// Defines a synchronous function.
  ///
  /// - Parameters:
  ///   - name: The function's name.
  ///   - interface: The instance that it is in; nil for functions that components import by themselves.
  ///   - type: The type that components must import it with; nil if any will do, which arguments and results then must
  ///     fit when it is called.
  ///   - body: What the function does.
  public mutating func function(
    _ name: String, in interface: String? = nil, type: FunctionType? = nil,
    _ body: @escaping SynchronousHostFunction
  ) {
    define(name, in: interface, .synchronous(type, body))
  }

  /// Defines a function that may wait; see `function(_:in:type:_:)`.
  public mutating func asyncFunction(
    _ name: String, in interface: String? = nil, type: FunctionType? = nil,
    _ body: @escaping AsynchronousHostFunction
  ) {
    define(name, in: interface, .asynchronous(type, body))
  }

  /// Defines a resource type.
  public mutating func resource(
    _ name: String, in interface: String? = nil, _ type: HostResourceType
  ) {
    define(name, in: interface, .resource(type))
  }

  /// Defines a core module.
  public mutating func module(_ name: String, in interface: String? = nil, _ module: Module) {
    define(name, in: interface, .module(module))
  }

  /// Defines what an instance exports; its importers must be in the same store.
  public mutating func instance(_ name: String, _ instance: Instance) {
    define(name, in: nil, .exports(instance))
  }

  /// Defines a function of an instance; its importers must be in the same store.
  public mutating func function(
    _ name: String, in interface: String? = nil, _ function: Function
  ) {
    define(name, in: interface, .exported(function))
  }

  /// Defines an instance within which more can be defined, instances too.
  public mutating func instance(
    _ name: String, _ build: (inout Linker) throws -> Void
  ) rethrows {
    var inner = Linker()
    if case .instance(let known)? = items[name] { inner = known }
    try build(&inner)
    items[name] = .instance(inner)
  }

  /// Adds what another linker has, in place of what there is under the same names.
  public mutating func merge(_ other: Linker) {
    for (name, item) in other.items {
      if case .instance(let theirs) = item, case .instance(var ours)? = items[name] {
        ours.merge(theirs)
        items[name] = .instance(ours)
      } else {
        items[name] = item
      }
    }
    providers += other.providers
  }

  /// Has a provider asked for what is not defined here.
  package mutating func add(_ provider: any ImportProvider) { providers.append(provider) }

  mutating func define(_ name: String, in interface: String?, _ item: Item) {
    guard let interface else {
      items[name] = item
      return
    }
    instance(interface) { $0.items[name] = item }
  }

  /// The item of this name, or of a compatible version.
  func lookUp(_ name: String) -> Item? {
    items[name] ?? compatibleName(name, among: items.keys).flatMap { items[$0] }
  }
}

extension Linker.Item {
  /// How messages call it.
  var text: String {
    switch self {
    case .synchronous(let type, _), .asynchronous(let type, _): type?.description ?? "func"
    case .typed(let function): function.type.description
    case .exported(let function): function.type.description
    case .resource: "resource"
    case .instance, .exports: "instance"
    case .module: "core module"
    case .core(let type, _): type.description
    case .coreExports: "core instance"
    }
  }
}
