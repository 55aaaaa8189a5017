// Features are run-time values from one table: the switches of the command line and of the embedding API.

/// A part of WebAssembly that can be switched on and off.
package enum Feature: UInt8, CaseIterable, Sendable {
  case mutableGlobals
  case signExtension
  case saturatingFloatToInt
  case multiValue
  case bulkMemory
  case referenceTypes
  case functionReferences
  case garbageCollection
  case exceptions
  case tailCalls
  case extendedConstants
  case multiMemory
  case memory64
  case simd
  case relaxedSIMD
  case threads
  case wideArithmetic
  case customPageSizes

  // The Component Model's gated features (Explainer, Gated Features).
  case componentModel
  case componentAsync
  case componentMap
  case componentImplements
  case componentValues
  case componentNestedNames
  case componentMoreAsyncBuiltins
  case componentAsyncStackful
  case componentThreading
  case componentFixedLengthLists
  case componentErrorContext
  case componentCanonicalNames
  case componentMemory64

  /// The name on the command line (`-W NAME=y`), Wasmtime's where it has one.
  package var name: StaticString {
    switch self {
    case .mutableGlobals: "mutable-globals"
    case .signExtension: "sign-extension"
    case .saturatingFloatToInt: "saturating-float-to-int"
    case .multiValue: "multi-value"
    case .bulkMemory: "bulk-memory"
    case .referenceTypes: "reference-types"
    case .functionReferences: "function-references"
    case .garbageCollection: "gc"
    case .exceptions: "exceptions"
    case .tailCalls: "tail-call"
    case .extendedConstants: "extended-const"
    case .multiMemory: "multi-memory"
    case .memory64: "memory64"
    case .simd: "simd"
    case .relaxedSIMD: "relaxed-simd"
    case .threads: "threads"
    case .wideArithmetic: "wide-arithmetic"
    case .customPageSizes: "custom-page-sizes"
    case .componentModel: "component-model"
    case .componentAsync: "component-model-async"
    case .componentMap: "component-model-map"
    case .componentImplements: "component-model-implements"
    case .componentValues: "component-model-values"
    case .componentNestedNames: "component-model-nested-names"
    case .componentMoreAsyncBuiltins: "component-model-more-async-builtins"
    case .componentAsyncStackful: "component-model-async-stackful"
    case .componentThreading: "component-model-threading"
    case .componentFixedLengthLists: "component-model-fixed-length-lists"
    case .componentErrorContext: "component-model-error-context"
    case .componentCanonicalNames: "component-model-canonical-names"
    case .componentMemory64: "component-model-memory64"
    }
  }

  /// Whether it is part of the standard; what is still a proposal is off unless asked for.
  package var isOnByDefault: Bool {
    switch self {
    case .threads, .wideArithmetic, .customPageSizes: false
    case .componentValues, .componentNestedNames, .componentMoreAsyncBuiltins,
      .componentAsyncStackful, .componentThreading, .componentFixedLengthLists,
      .componentErrorContext, .componentCanonicalNames, .componentMemory64:
      false
    default: true
    }
  }
}

/// The features that are switched on.
package struct FeatureSet: Hashable, Sendable {
  package var bits: UInt64

  @inlinable package init(bits: UInt64) { self.bits = bits }

  @inlinable package func contains(_ feature: Feature) -> Bool {
    bits & (1 << UInt64(feature.rawValue)) != 0
  }

  package mutating func set(_ feature: Feature, to on: Bool) {
    let bit: UInt64 = 1 << UInt64(feature.rawValue)
    if on { bits |= bit } else { bits &= ~bit }
  }

  package static let all = FeatureSet(bits: ~0)

  /// What scripts get unless they ask for something else: everything but nested names, which the reference suite
  /// (extern-names) wants refused.
  package static let scripts: FeatureSet = {
    var set = FeatureSet.all
    set.set(.componentNestedNames, to: false)
    return set
  }()

  package static let standard: FeatureSet = {
    var set = FeatureSet(bits: 0)
    for feature in Feature.allCases where feature.isOnByDefault { set.set(feature, to: true) }
    return set
  }()
}
