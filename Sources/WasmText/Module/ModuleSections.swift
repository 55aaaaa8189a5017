// The sections of a module as they grow while its fields are read, and their order in the end.

import WasmBinary
import WasmSyntax

/// A section that is a vector of entries.
struct VectorSection {
  private(set) var entries = 0
  private(set) var writer = ByteWriter()

  /// Appends one entry.
  mutating func append<E: Error>(
    _ write: (inout ByteWriter) throws(E) -> Void
  ) throws(E) {
    try write(&writer)
    entries += 1
  }
}

/// Where a custom section goes (Appendix, Custom Annotations). Orders as the sections do: what stands after a section
/// comes before what stands before the next one.
struct CustomPlacement: Comparable {
  private let rank: Int

  private init(_ rank: Int) { self.rank = rank }

  static let first = CustomPlacement(Int.min)
  static let last = CustomPlacement(Int.max)
  /// The name section: behind everything but what asks to be last.
  static let names = CustomPlacement(Int.max - 1)
  static func before(_ section: SectionID) -> CustomPlacement {
    CustomPlacement(section.order * 4)
  }
  static func after(_ section: SectionID) -> CustomPlacement {
    CustomPlacement(section.order * 4 + 2)
  }
  /// The branch hints: right before the code, but for what asks to be there.
  static let branchHints = CustomPlacement(SectionID.code.order * 4 - 1)

  static func < (left: Self, right: Self) -> Bool { left.rank < right.rank }
}

/// A module being written.
struct ModuleSections {
  var types = VectorSection()
  var imports = VectorSection()
  var functions = VectorSection()
  var tables = VectorSection()
  var memories = VectorSection()
  var tags = VectorSection()
  var globals = VectorSection()
  var exports = VectorSection()
  var elements = VectorSection()
  var code = VectorSection()
  var data = VectorSection()
  var start: UInt32?
  var needsDataCount = false
  var branchHints = BranchHintSection()
  var names = ModuleNames()
  /// In the order of the text.
  var customs: [(placement: CustomPlacement, name: [UInt8], contents: [UInt8])] = []

  /// The bytes of the module.
  consuming func encode() -> [UInt8] {
    addKnownCustomSections()
    var customs = self.customs.enumerated().sorted {
      ($0.element.placement, $0.offset) < ($1.element.placement, $1.offset)
    }.map(\.element)[...]
    var writer = ByteWriter()
    writer.writeModuleHeader()
    let ids = SectionID.allCases.filter { $0 != .custom }.sorted { $0.order < $1.order }
    for id in ids {
      while let custom = customs.first, custom.placement <= .before(id) {
        Self.write(custom.name, custom.contents, to: &writer)
        customs.removeFirst()
      }
      write(id, to: &writer)
    }
    for custom in customs { Self.write(custom.name, custom.contents, to: &writer) }
    return writer.bytes
  }

  private mutating func addKnownCustomSections() {
    let names = self.names.payload.bytes
    if !names.isEmpty { customs.append((.names, Array("name".utf8), names)) }
    if !branchHints.functions.isEmpty {
      var payload = ByteWriter()
      payload.writeBranchHints(branchHints)
      customs.append((.branchHints, Array(BranchHintSection.name.utf8), payload.bytes))
    }
  }

  private static func write(_ name: [UInt8], _ contents: [UInt8], to writer: inout ByteWriter) {
    writer.writeCustomSection(name: name) { $0.writeBytes(contents) }
  }

  private func write(_ id: SectionID, to writer: inout ByteWriter) {
    switch id {
    case .custom: break
    case .start: if let start { writer.writeSection(id) { $0.writeU32(start) } }
    case .dataCount:
      if needsDataCount { writer.writeSection(id) { $0.writeCount(data.entries) } }
    case .type: write(id, types, to: &writer)
    case .import: write(id, imports, to: &writer)
    case .function: write(id, functions, to: &writer)
    case .table: write(id, tables, to: &writer)
    case .memory: write(id, memories, to: &writer)
    case .tag: write(id, tags, to: &writer)
    case .global: write(id, globals, to: &writer)
    case .export: write(id, exports, to: &writer)
    case .element: write(id, elements, to: &writer)
    case .code: write(id, code, to: &writer)
    case .data: write(id, data, to: &writer)
    }
  }

  private func write(_ id: SectionID, _ section: VectorSection, to writer: inout ByteWriter) {
    guard section.entries > 0 else { return }
    var count = ByteWriter()
    count.writeCount(section.entries)
    writer.writeByte(id.rawValue)
    writer.writeCount(count.count + section.writer.count)
    writer.writeBytes(count.bytes)
    writer.writeBytes(section.writer.bytes)
  }
}
