// Names of imports and exports are equal if their bytes are. Swift's strings are equal if they are canonically equivalent
// Unicode, so that a dictionary of strings confuses names that differ in how a letter is composed.

/// A name as a key.
package struct ExactName: Hashable, Sendable {
  // Contiguous UTF-8: nothing is copied to compare it.
  package let string: String

  package init(_ name: String) {
    var name = name
    name.makeContiguousUTF8()
    string = name
  }

  package static func == (a: ExactName, b: ExactName) -> Bool { a.string.isExactly(b.string) }

  package func hash(into hasher: inout Hasher) {
    string.withBytes { hasher.combine(bytes: $0) }
  }
}

extension String {
  /// Whether both are the same code units.
  package func isExactly(_ other: String) -> Bool {
    guard utf8.count == other.utf8.count else { return false }
    return withBytes { bytes in
      other.withBytes { $0.elementsEqual(bytes) }
    }
  }

  /// Code units in UTF-8.
  fileprivate func withBytes<R>(_ body: (UnsafeRawBufferPointer) -> R) -> R {
    let result = utf8.withContiguousStorageIfAvailable { body(UnsafeRawBufferPointer($0)) }
    if let result { return result }
    return Array(utf8).withUnsafeBytes(body)
  }
}
