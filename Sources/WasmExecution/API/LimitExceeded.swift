// A limit of a store that what was asked for would exceed, where no guest runs that could be stopped by a trap.

/// What there would be too much of (`ResourceLimits`).
package struct LimitExceeded: Error, Hashable, Sendable, CustomStringConvertible {
  package enum Kind: Hashable, Sendable {
    case instances
    /// `ResourceLimits.memoryBytes`, or what the system has.
    case memory
    /// `ResourceLimits.tableElements`, or what the system has.
    case tables
    /// Canonical types of an engine.
    case types
  }
  package let kind: Kind
  package let description: String

  package init(_ kind: Kind, _ description: String) {
    self.kind = kind
    self.description = description
  }
}
