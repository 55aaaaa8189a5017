// Limits of a store that an instantiation would exceed: nothing was made, and the store is as it was.

import WasmExecution

/// A limit that what was asked for would exceed (`Store.Limits`).
public struct LimitError: Error, Sendable, Hashable, CustomStringConvertible {
  /// What there would be too much of.
  public enum Limit: Sendable, Hashable {
    /// `Store.Limits.instances`
    case instances
    /// `Store.Limits.memoryBytes`, or what the system has.
    case memoryBytes
    /// `Store.Limits.tableElements`, or what the system has.
    case tableElements
    /// Types that an engine can tell apart.
    case types
  }

  /// Which limit it is.
  public let limit: Limit
  /// What was asked for, in words.
  public let description: String

  init(_ error: LimitExceeded) {
    limit =
      switch error.kind {
      case .instances: .instances
      case .memory: .memoryBytes
      case .tables: .tableElements
      case .types: .types
      }
    description = error.description
  }
}
