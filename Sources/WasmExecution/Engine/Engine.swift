// What all stores and modules share: configuration and the registry of canonical types.

import WasmSyntax

/// Settings of an engine, fixed when it is made.
package struct EngineConfiguration: Sendable {
  package var features: FeatureSet = .standard
  package var limits = ImplementationLimits()
  /// What stores start with unless they are given other limits.
  package var resources = ResourceLimits()
  /// Whether the translator fuses instructions; results are the same either way.
  package var instructionFusion = true

  package init() {}
}

/// Loads modules and holds what they share. Any number of stores on any threads use one engine.
package final class Engine: Sendable {
  package let configuration: EngineConfiguration
  package let types = TypeRegistry()

  package init(configuration: EngineConfiguration = EngineConfiguration()) {
    self.configuration = configuration
  }
}
