// Validation, Matching. Written against canonical ids: equal ids mean equivalent types, so that matching is comparing
// words and walking declared supertypes. The validator's ids come from one module, the engine's from its registry.

import WasmSyntax

/// The three forms of composite types.
package enum CompositeKind: UInt8, BitwiseCopyable, Sendable {
  case function, structure, array

  /// The abstract type that all of this form match.
  @inlinable package var abstract: AbstractHeapType {
    switch self {
    case .function: .func
    case .structure: .struct
    case .array: .array
    }
  }
}

/// Knows defined types by canonical id.
package protocol SubtypingContext {
  func kind(of id: UInt32) -> CompositeKind
  /// The canonical id of the declared supertype.
  func supertype(of id: UInt32) -> UInt32?
}

extension AbstractHeapType {
  /// The top of the hierarchy; nil for bottom, which is below all of them.
  package var top: AbstractHeapType? {
    switch self {
    case .any, .eq, .i31, .struct, .array, .none: .any
    case .func, .nofunc: .func
    case .extern, .noextern: .extern
    case .exn, .noexn: .exn
    case .bottom: nil
    }
  }

  /// Matching, Heap Types, between abstract ones.
  package func matches(_ other: AbstractHeapType) -> Bool {
    if self == other { return true }
    switch self {
    case .bottom: return true
    case .none, .nofunc, .noextern, .noexn: return other != .bottom && top == other.top
    case .i31, .struct, .array: return other == .eq || other == .any
    case .eq: return other == .any
    case .any, .func, .extern, .exn: return false
    }
  }
}

extension SubtypingContext {
  /// Whether a defined type is another or declares it as a supertype, directly or not.
  @inlinable package func definedType(_ id: UInt32, matches other: UInt32) -> Bool {
    var current = id
    while current != other {
      guard let next = supertype(of: current) else { return false }
      current = next
    }
    return true
  }

  /// Matching, Heap Types.
  @inlinable package func matches(_ type: HeapType, _ other: HeapType) -> Bool {
    if type == other { return true }
    switch (type.index, other.index) {
    case (let id?, let otherID?): return definedType(id, matches: otherID)
    case (let id?, nil): return kind(of: id).abstract.matches(other.abstract ?? .bottom)
    case (nil, let otherID?):
      switch type.abstract ?? .bottom {
      case .bottom: return true
      case .none: return kind(of: otherID) != .function
      case .nofunc: return kind(of: otherID) == .function
      default: return false
      }
    case (nil, nil): return (type.abstract ?? .bottom).matches(other.abstract ?? .bottom)
    }
  }

  /// Matching, Value Types.
  @inlinable package func matches(_ type: ValueType, _ other: ValueType) -> Bool {
    if type == other || type == .bottom { return true }
    guard type.isReference, other.isReference else { return false }
    guard other.isNullable || !type.isNullable else { return false }
    return matches(type.heapType, other.heapType)
  }
}

// Matching, External Types: what instantiation asks of imports. Indices are canonical ids.
extension SubtypingContext {
  /// Matching, Limits.
  package func matches(_ limits: Limits, _ other: Limits) -> Bool {
    guard limits.minimum >= other.minimum else { return false }
    guard let otherMaximum = other.maximum else { return true }
    guard let maximum = limits.maximum else { return false }
    return maximum <= otherMaximum
  }

  package func matches(_ type: ExternType, _ other: ExternType) -> Bool {
    switch (type, other) {
    case (.function(let id), .function(let otherID)): definedType(id, matches: otherID)
    case (.tag(let id), .tag(let otherID)): id == otherID
    case (.table(let type), .table(let other)):
      type.addressType == other.addressType && matches(type.limits, other.limits)
        && matches(type.element, other.element) && matches(other.element, type.element)
    case (.memory(let type), .memory(let other)):
      type.addressType == other.addressType && type.isShared == other.isShared
        && type.pageSizeLog2 == other.pageSizeLog2 && matches(type.limits, other.limits)
    case (.global(let type), .global(let other)):
      type.isMutable == other.isMutable && matches(type.valueType, other.valueType)
        && (!type.isMutable || matches(other.valueType, type.valueType))
    default: false
    }
  }
}
