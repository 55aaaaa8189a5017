// Text Format, Lexical Format, Annotations. Those that mean something to the core grammar are kept beside the tokens; all
// others are white space.

/// An annotation that the grammar knows.
package struct Annotation: Sendable {
  package enum Kind: UInt8, Sendable {
    case custom
    case name
    case branchHint
    /// Announces that the module has a data count section although no instruction needs one.
    case dataCount
    /// What a module or component in a component calls itself, where that is not what the component calls it.
    case ownName

    /// The annotation's id.
    var id: StaticString {
      switch self {
      case .custom: "custom"
      case .name: "name"
      case .branchHint: "metadata.code.branch_hint"
      case .dataCount: "apus.datacount"
      case .ownName: "apus.name"
      }
    }

    static let all: [Kind] = [.custom, .name, .branchHint, .dataCount, .ownName]

    init?(id: UnsafeBufferPointer<UInt8>) {
      for kind in Self.all {
        let spelling = UnsafeBufferPointer(
          start: kind.id.utf8Start, count: kind.id.utf8CodeUnitCount)
        if spelling.elementsEqual(id) {
          self = kind
          return
        }
      }
      return nil
    }
  }

  package var kind: Kind
  /// Offset of its parenthesis.
  package var start: UInt32
  /// The index of the token it stands in front of.
  package var tokenIndex: Int
  /// Its tokens between the id and the closing parenthesis, in the source's annotation tokens.
  package var contents: Range<Int>
}
