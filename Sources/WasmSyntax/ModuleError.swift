// Why a module (or, later, a component) was refused. The kinds mirror the script format's assertions.

package struct ModuleError: Error, Hashable, Sendable, CustomStringConvertible {
  package enum Kind: Hashable, Sendable {
    /// Not in the binary or text grammar.
    case malformed
    /// In the grammar, but against a validation rule.
    case invalid
    /// Valid, but beyond a configured limit of the implementation.
    case limit
    /// Valid, but needs a feature that is switched off.
    case featureDisabled(Feature)
  }

  package enum Position: Hashable, Sendable {
    /// Bytes from the start of the file.
    case offset(Int)
    /// Both counted from 1; columns count bytes.
    case line(Int, column: Int)
  }

  package var kind: Kind
  package var message: String
  package var position: Position

  package init(_ kind: Kind, _ message: String, at position: Position) {
    self.kind = kind
    self.message = message
    self.position = position
  }

  package var description: String {
    switch position {
    case .offset(let offset): "\(message) (at offset 0x\(String(offset, radix: 16)))"
    case .line(let line, let column): "\(line):\(column): \(message)"
    }
  }
}
