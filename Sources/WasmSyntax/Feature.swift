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
    }
  }

  /// Whether it is part of the standard; what is still a proposal is off unless asked for.
  package var isOnByDefault: Bool {
    switch self {
    case .threads, .wideArithmetic, .customPageSizes: false
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

  package static let standard: FeatureSet = {
    var set = FeatureSet(bits: 0)
    for feature in Feature.allCases where feature.isOnByDefault { set.set(feature, to: true) }
    return set
  }()
}
