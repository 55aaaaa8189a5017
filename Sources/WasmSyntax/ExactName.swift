// Names of imports and exports are equal if their bytes are. Swift's strings are equal if they are canonically equivalent
// Unicode, so that a dictionary of strings confuses names that differ in how a letter is composed.

/// A name as a key.
package struct ExactName: Hashable, Sendable {
  private let utf8: [UInt8]

  package init(_ name: String) { utf8 = Array(name.utf8) }

  package var string: String { String(decoding: utf8, as: UTF8.self) }
}
