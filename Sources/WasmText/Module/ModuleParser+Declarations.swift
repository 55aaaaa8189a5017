// The first pass (Text Format, Modules): every field binds its identifier, so that the second pass can use them all. Goes
// no deeper into a field than it takes to see whether it is an import or brings a segment along.

import WasmBinary
import WasmSyntax

extension ModuleParser {
  mutating func declareFields() throws(ModuleError) {
    // What has been defined, as opposed to imported: imports come first.
    var definition: StaticString?
    while cursor.isAtLeftParen {
      try takeFieldAnnotations()
      let start = cursor.index
      let keyword = cursor.formWord.keyword
      cursor.advance()
      guard let keyword else { throw cursor.unexpectedToken() }
      cursor.advance()
      let isImport = try declare(keyword, at: start)
      if isImport == true, let definition {
        cursor.index = start
        throw cursor.error("import after \(definition) definition")
      }
      if isImport == false { definition = definition ?? keyword.spelling }
      cursor.index = start
      cursor.skip()
    }
    try takeFieldAnnotations()
    guard cursor.isAtRightParen || cursor.token.kind == .end else {
      throw cursor.unexpectedToken()
    }
  }

  /// Stands behind a field's keyword. True if it is an import, false if it defines what could be imported.
  private mutating func declare(
    _ keyword: Keyword, at start: Int
  ) throws(ModuleError) -> Bool? {
    var index: UInt32 = 0
    var isImport: Bool?
    switch keyword {
    case .type: index = try declareType()
    case .rec:
      index = types.count
      while cursor.isAtForm(.type) {
        let type = cursor.index
        cursor.index += 2
        _ = try declareType()
        cursor.index = type
        cursor.skip()
      }
    case .import:
      isImport = true
      cursor.advance()
      cursor.advance()
      let kind = cursor.formWord.keyword
      cursor.advance()
      guard let kind else { throw cursor.unexpectedToken() }
      cursor.advance()
      index = try declareExternal(kind)
    case .func, .table, .memory, .global, .tag:
      index = try declareExternal(keyword)
      while cursor.isAtForm(.export) { cursor.skip() }
      let imported = cursor.isAtForm(.import)
      isImport = imported
      if !imported { try declareInlineSegment(of: keyword) }
    case .elem:
      let binding = try takeBinding()
      index = try elements.bind(binding.identifier)
      sections.names.add(binding.name, of: index, in: .elements)
    case .data:
      let binding = try takeBinding()
      index = try data.bind(binding.identifier)
      sections.names.add(binding.name, of: index, in: .data)
    case .export, .start: break
    default:
      cursor.index = start + 1
      throw cursor.unexpectedToken()
    }
    fields.append(Field(tokenIndex: start, keyword: keyword, index: index))
    return isImport
  }

  private mutating func declareType() throws(ModuleError) -> UInt32 {
    let binding = try takeBinding()
    let index = try types.bind(binding.identifier)
    sections.names.add(binding.name, of: index, in: .types)
    return index
  }

  /// Binds what can be imported.
  private mutating func declareExternal(_ keyword: Keyword) throws(ModuleError) -> UInt32 {
    let binding: Binding
    let index: UInt32
    let subsection: NameSection.Subsection
    switch keyword {
    case .func:
      binding = try takeBinding()
      index = try functions.bind(binding.identifier)
      subsection = .functions
    case .table:
      binding = try takeBinding()
      index = try tables.bind(binding.identifier)
      subsection = .tables
    case .memory:
      binding = try takeBinding()
      index = try memories.bind(binding.identifier)
      subsection = .memories
    case .global:
      binding = try takeBinding()
      index = try globals.bind(binding.identifier)
      subsection = .globals
    case .tag:
      binding = try takeBinding()
      index = try tags.bind(binding.identifier)
      subsection = .tags
    default:
      cursor.index -= 1
      throw cursor.unexpectedToken()
    }
    sections.names.add(binding.name, of: index, in: subsection)
    return index
  }

  /// Tables and memories may contain their segment, which takes an index in its place among the fields.
  private mutating func declareInlineSegment(of keyword: Keyword) throws(ModuleError) {
    guard keyword == .table || keyword == .memory else { return }
    if cursor.isAt(.i32) || cursor.isAt(.i64) { cursor.advance() }
    if keyword == .memory {
      if cursor.isAtForm(.pagesize) { cursor.skip() }
      if cursor.isAtForm(.data) { _ = try data.bind(nil) }
    } else if !cursor.isAtNatural {
      // A reference type, and the elements.
      cursor.skip()
      if cursor.isAtForm(.elem) { _ = try elements.bind(nil) }
    }
  }
}
