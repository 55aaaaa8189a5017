// The embedding API's root: what all modules, components and stores of a program share.

import WasmExecution
import WasmSyntax

/// Loads modules and holds what they share: settings and canonical types.
///
/// One engine serves any number of stores on any threads. Modules and components are loaded for an engine, and can be
/// instantiated in its stores only.
public final class Engine: Sendable {
  let core: WasmExecution.Engine
  let hasConcurrency: Bool
  let observers: Observers

  /// Settings of an engine, fixed when it is made.
  public struct Configuration: Sendable {
    var core = EngineConfiguration()

    var observers = Observers()

    /// Whether components can wait and run side by side. Without, `async` types and built-ins are validation errors, and a
    /// store keeps its tasks on a plain stack (Canonical ABI, Lifting and Lowering Context).
    public var hasConcurrency = true

    /// The features of WebAssembly 3.0; proposals are off.
    public init() {}

    /// Switches features by the names that the command line has (`threads`, `wide-arithmetic`, `gc`, ...).
    ///
    /// - Returns: false if there is no feature of this name, and nothing has changed.
    @discardableResult
    public mutating func setFeature(_ name: String, enabled: Bool) -> Bool {
      guard let feature = Feature.allCases.first(where: { "\($0.name)" == name }) else {
        return false
      }
      core.features.set(feature, to: enabled)
      return true
    }

    /// The names of all features, with whether each is on.
    public var features: [(name: String, isEnabled: Bool)] {
      Feature.allCases.map { ("\($0.name)", core.features.contains($0)) }
    }

    /// The largest module or component that is accepted, in bytes.
    public var maximumModuleSize: Int {
      get { core.limits.moduleBytes }
      set { core.limits.moduleBytes = newValue }
    }
  }

  /// An engine with these settings.
  public init(configuration: Configuration = Configuration()) {
    core = WasmExecution.Engine(configuration: configuration.core)
    hasConcurrency = configuration.hasConcurrency
    observers = configuration.observers
  }
}
