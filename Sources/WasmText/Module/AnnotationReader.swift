// Annotations are found by the token that they stand in front of. Each must be taken by the construct that it belongs to:
// what is left in the end is misplaced.

import WasmSyntax

/// The annotations of one module.
struct AnnotationReader {
  private let source: TextSource
  /// The first annotation at or behind the module's start.
  private let first: Int
  /// Of the annotations from `first`.
  private var isTaken: [Bool] = []
  /// Where the last search ended, so that many annotations in one place are not searched again for each of them.
  private var last = (kind: Annotation.Kind.custom, tokenIndex: -1, next: 0)

  init(_ source: TextSource, from tokenIndex: Int) {
    self.source = source
    first = Self.firstIndex(in: source, from: tokenIndex)
  }

  @inline(__always) var isEmpty: Bool { first == source.annotations.count }

  private static func firstIndex(in source: TextSource, from tokenIndex: Int) -> Int {
    var lower = 0
    var upper = source.annotations.count
    while lower < upper {
      let middle = (lower + upper) / 2
      if source.annotations[middle].tokenIndex < tokenIndex {
        lower = middle + 1
      } else {
        upper = middle
      }
    }
    return lower
  }

  /// The next annotation of a kind in front of a token.
  mutating func take(_ kind: Annotation.Kind, at tokenIndex: Int) -> Annotation? {
    guard !isEmpty else { return nil }
    let continues = last.kind == kind && last.tokenIndex == tokenIndex
    var index = continues ? last.next : Self.firstIndex(in: source, from: tokenIndex)
    defer { last = (kind, tokenIndex, index) }
    while index < source.annotations.count {
      let annotation = source.annotations[index]
      guard annotation.tokenIndex == tokenIndex else { return nil }
      if annotation.kind == kind, !isTaken(index) {
        setTaken(index)
        index += 1
        return annotation
      }
      index += 1
    }
    return nil
  }

  private func isTaken(_ index: Int) -> Bool {
    index - first < isTaken.count && index >= first && isTaken[index - first]
  }

  private mutating func setTaken(_ index: Int) {
    guard index >= first else { return }
    while isTaken.count <= index - first { isTaken.append(false) }
    isTaken[index - first] = true
  }

  /// Refuses annotations up to the module's end that no construct took.
  func checkAllTaken(upTo tokenIndex: Int) throws(ModuleError) {
    for index in first..<source.annotations.count {
      let annotation = source.annotations[index]
      guard annotation.tokenIndex <= tokenIndex else { return }
      guard isTaken(index) else {
        throw ModuleError(
          .malformed, "misplaced @\(annotation.kind.id) annotation",
          at: .offset(Int(annotation.start)))
      }
    }
  }
}

/// Walks over what an annotation contains.
struct AnnotationContents {
  private let source: TextSource
  private let annotation: Annotation
  private var index: Int

  init(_ annotation: Annotation, in source: TextSource) {
    self.source = source
    self.annotation = annotation
    index = annotation.contents.lowerBound
  }

  var isAtEnd: Bool { index >= annotation.contents.upperBound }

  private var token: Token? { isAtEnd ? nil : source.annotationTokens[index] }

  mutating func take(_ kind: Token.Kind) -> Token? {
    guard let token, token.kind == kind else { return nil }
    index += 1
    return token
  }

  mutating func takeStrings() -> [UInt8] {
    var bytes: [UInt8] = []
    while let token = take(.string) { source.appendString(token, to: &bytes) }
    return bytes
  }

  func error(_ problem: String) -> ModuleError {
    let offset = token?.startOffset ?? Int(annotation.start)
    return ModuleError(
      .malformed, "@\(annotation.kind.id) annotation: \(problem)", at: .offset(offset))
  }

  func expectEnd() throws(ModuleError) {
    guard isAtEnd else { throw error("unexpected token") }
  }

  /// A string that is UTF-8; `missing` is the problem if there is none.
  mutating func expectName(orElse missing: String) throws(ModuleError) -> [UInt8] {
    guard let token = take(.string) else { throw error(missing) }
    let bytes = source.string(token)
    guard isValidUTF8(bytes) else { throw error("malformed UTF-8 encoding") }
    return bytes
  }
}
