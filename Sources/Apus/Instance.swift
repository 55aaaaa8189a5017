// Instances of components, and their functions.

import ComponentRuntime

/// An instance of a component in a store (Explainer, Instance Definitions). Keeps its store alive.
public final class Instance: Sendable {
  /// Where it lives.
  public let store: Store
  private let root: SendableReference<RootInstance>

  private struct SendableReference<Object>: @unchecked Sendable {
    // Invariant: instances do not change once they are made.
    let object: Object
  }

  init(_ store: Store, _ root: RootInstance) {
    self.store = store
    self.root = SendableReference(object: root)
  }

  var items: LinkedItems { root.object.exports }

  /// What the instance exports, in order.
  public var exports: [Extern] {
    let component = root.object.component
    return Extern.list(component.type.exports, in: component.types)
  }

  /// The exported function of this name; of an exported instance, after its name and `#`, as
  /// `wasi:cli/run@0.2.0#run`. A compatible version of an interface will do.
  ///
  /// - Throws: `LookupError` if there is none.
  public func function(_ name: String) throws(LookupError) -> Function {
    let parts = name.split(separator: "#", maxSplits: 1).map(String.init)
    var items = items
    var path = ""
    for (position, part) in parts.enumerated() {
      let isLast = position == parts.count - 1
      let found = items[part] ?? compatibleName(part, among: items.names).flatMap { items[$0] }
      switch found {
      case .function(let function)? where isLast: return Function(store, function, name)
      case .instance(let inner)? where !isLast:
        items = inner
        path = part + "#"
      case let found:
        throw LookupError(
          name: name, expected: isLast ? "func" : "instance", found: found?.word,
          nearest: nearestName(to: part, among: items.names).map { path + $0 })
      }
    }
    throw LookupError(name: name, expected: "func", found: nil, nearest: nil)
  }
}

/// A function of an instance. Keeps its store alive.
public struct Function: Sendable {
  /// Where it lives.
  public let store: Store
  /// The name under which it was found.
  public let name: String
  // Invariant: the record lives as long as the store.
  nonisolated(unsafe) let function: FunctionRef

  init(_ store: Store, _ function: FunctionRef, _ name: String) {
    self.store = store
    self.function = function
    self.name = name
  }

  /// Its type.
  public var type: FunctionType {
    let description = function.pointee.description.takeUnretainedValue()
    return FunctionType(description.type, in: description.types)
  }

  /// Calls the function and waits for its result: see `Store.call`.
  public func call(
    _ arguments: ComponentValue..., timeout: Duration? = nil, fuel: UInt64? = nil
  ) async throws(CallError) -> ComponentValue? {
    try await store.call(self, arguments, timeout: timeout, fuel: fuel)
  }
}
