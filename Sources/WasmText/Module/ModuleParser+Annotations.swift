// Appendix, Custom Sections: the annotations for names, custom sections and branch hints.

import WasmBinary
import WasmSyntax

extension ModuleParser {
  /// What binds a member of an index space: an identifier, and the name for the name section.
  struct Binding {
    var identifier: Token?
    var name: [UInt8]?
  }

  /// Reads an optional identifier and name annotation. The annotation is the one that counts as the name.
  mutating func takeBinding() throws(ModuleError) -> Binding {
    let identifier = cursor.take(.identifier)
    let name = try takeNameAnnotation() ?? identifier.map { source.name(of: $0) }
    return Binding(identifier: identifier, name: name)
  }

  /// The name annotation in front of the cursor's token.
  mutating func takeNameAnnotation() throws(ModuleError) -> [UInt8]? {
    guard !annotations.isEmpty, let annotation = annotations.take(.name, at: cursor.index) else {
      return nil
    }
    var contents = AnnotationContents(annotation, in: source)
    let name = try contents.expectName(orElse: "string expected")
    try contents.expectEnd()
    if let another = annotations.take(.name, at: cursor.index) {
      throw AnnotationContents(another, in: source).error("multiple names")
    }
    return name
  }

  /// The annotations between two fields.
  mutating func takeFieldAnnotations() throws(ModuleError) {
    guard !annotations.isEmpty else { return }
    while let annotation = annotations.take(.custom, at: cursor.index) {
      try parseCustom(annotation)
    }
    while let annotation = annotations.take(.dataCount, at: cursor.index) {
      try AnnotationContents(annotation, in: source).expectEnd()
      sections.needsDataCount = true
    }
  }

  private mutating func parseCustom(_ annotation: Annotation) throws(ModuleError) {
    var contents = AnnotationContents(annotation, in: source)
    let name = try contents.expectName(orElse: "missing section name")
    var placement = CustomPlacement.last
    if contents.take(.leftParen) != nil {
      placement = try parsePlacement(&contents)
      guard contents.take(.rightParen) != nil else { throw contents.error("unexpected token") }
    }
    let payload = contents.takeStrings()
    try contents.expectEnd()
    sections.customs.append((placement, name, payload))
  }

  private func parsePlacement(
    _ contents: inout AnnotationContents
  ) throws(ModuleError) -> CustomPlacement {
    let direction = contents.take(.keyword)?.word.keyword
    guard direction == .before || direction == .after else {
      throw contents.error("malformed placement")
    }
    guard let section = contents.take(.keyword)?.word.keyword else {
      throw contents.error("malformed section kind")
    }
    switch section {
    case .first: return direction == .before ? .first : .after(.type)
    case .last: return direction == .after ? .last : .before(.data)
    default: break
    }
    guard let id = SectionID(placementKeyword: section) else {
      throw contents.error("malformed section kind")
    }
    return direction == .before ? .before(id) : .after(id)
  }

  /// The branch hint in front of an instruction.
  mutating func takeBranchHint() throws(ModuleError) -> BranchHint? {
    guard function.isBody, let annotation = annotations.take(.branchHint, at: cursor.index) else {
      return nil
    }
    var contents = AnnotationContents(annotation, in: source)
    let payload = contents.takeStrings()
    try contents.expectEnd()
    guard payload.count == 1, payload[0] <= 1 else { throw contents.error("invalid hint value") }
    if let another = annotations.take(.branchHint, at: cursor.index) {
      throw AnnotationContents(another, in: source).error("duplicate annotation")
    }
    return BranchHint(isLikely: payload[0] == 1, start: Int(annotation.start))
  }
}

/// A hint that waits for the instruction behind it to be written.
struct BranchHint {
  var isLikely: Bool
  /// Offset of the annotation.
  var start: Int
}

extension SectionID {
  /// The section by its name in custom annotations.
  init?(placementKeyword keyword: Keyword) {
    switch keyword {
    case .type: self = .type
    case .import: self = .import
    case .func: self = .function
    case .table: self = .table
    case .memory: self = .memory
    case .tag: self = .tag
    case .global: self = .global
    case .export: self = .export
    case .start: self = .start
    case .elem: self = .element
    case .code: self = .code
    case .data: self = .data
    case .datacount: self = .dataCount
    default: return nil
    }
  }

  /// The section's name in custom annotations.
  var placementKeyword: Keyword? {
    switch self {
    case .custom: nil
    case .type: .type
    case .import: .import
    case .function: .func
    case .table: .table
    case .memory: .memory
    case .tag: .tag
    case .global: .global
    case .export: .export
    case .start: .start
    case .element: .elem
    case .code: .code
    case .data: .data
    case .dataCount: .datacount
    }
  }
}
