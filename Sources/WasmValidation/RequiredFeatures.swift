// Which feature a type needs. Instructions name theirs in the instruction table.

import WasmSyntax

extension ValueType {
  /// The newest feature without which the type cannot be written; nil for those of WebAssembly 1.0.
  var requiredFeature: Feature? {
    switch kind {
    case .bottom, .i32, .i64, .f32, .f64: return nil
    case .v128: return .simd
    case .reference:
      guard let abstract = heapType.abstract else { return .functionReferences }
      switch abstract {
      case .func, .extern: return isNullable ? .referenceTypes : .functionReferences
      case .exn, .noexn: return .exceptions
      case .any, .eq, .i31, .struct, .array, .none, .nofunc, .noextern: return .garbageCollection
      case .bottom: return nil
      }
    }
  }
}

extension ModuleError {
  /// The error for something that is switched off.
  static func disabled(_ feature: Feature, at position: Position) -> ModuleError {
    ModuleError(
      .featureDisabled(feature), "\(feature.name) is disabled: enable it with -W \(feature.name)=y",
      at: position)
  }
}
