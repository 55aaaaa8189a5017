// Appendix, Custom Sections, Name Section: identifiers survive in it, so that backtraces and the printer have names.

import WasmBinary
import WasmSyntax

/// What the name section will say. All maps are collected in the order of their indices.
struct ModuleNames {
  typealias Map = [(index: UInt32, name: [UInt8])]

  var module: [UInt8]?
  /// By subsection; those of locals, labels and fields are in `indirect`.
  private var maps: [NameSection.Subsection: Map] = [:]
  private var indirect: [NameSection.Subsection: [(index: UInt32, map: Map)]] = [:]

  mutating func add(_ name: [UInt8]?, of index: UInt32, in subsection: NameSection.Subsection) {
    if let name { maps[subsection, default: []].append((index, name)) }
  }

  mutating func add(_ map: Map, of index: UInt32, in subsection: NameSection.Subsection) {
    if !map.isEmpty { indirect[subsection, default: []].append((index, map)) }
  }

  /// The names of a decoded name section.
  init(_ section: NameSection) {
    module = section.module.map { Array($0.utf8) }
    maps = [
      .functions: Self.map(section.functions), .types: Self.map(section.types),
      .tables: Self.map(section.tables), .memories: Self.map(section.memories),
      .globals: Self.map(section.globals), .elements: Self.map(section.elements),
      .data: Self.map(section.data), .tags: Self.map(section.tags),
    ]
    indirect = [
      .locals: Self.indirectMap(section.locals), .labels: Self.indirectMap(section.labels),
      .fields: Self.indirectMap(section.fields),
    ]
  }

  init() {}

  private static func map(_ names: NameSection.NameMap) -> Map {
    names.sorted { $0.key < $1.key }.map { ($0.key, Array($0.value.utf8)) }
  }

  private static func indirectMap(
    _ names: NameSection.IndirectNameMap
  ) -> [(index: UInt32, map: Map)] {
    names.sorted { $0.key < $1.key }.map { ($0.key, map($0.value)) }
  }

  /// The payload of the section; empty if there are no names.
  var payload: ByteWriter {
    var writer = ByteWriter()
    for subsection in NameSection.Subsection.allCases {
      var contents = ByteWriter()
      switch subsection {
      case .module:
        if let module { contents.writeName(module) }
      case .locals, .labels, .fields:
        Self.write(indirect[subsection] ?? [], to: &contents)
      case .functions, .types, .tables, .memories, .globals, .elements, .data, .tags:
        if let map = maps[subsection], !map.isEmpty { Self.write(map, to: &contents) }
      }
      guard !contents.bytes.isEmpty else { continue }
      writer.writeByte(subsection.rawValue)
      writer.writeCount(contents.count)
      writer.writeBytes(contents.bytes)
    }
    return writer
  }

  private static func write(_ map: Map, to writer: inout ByteWriter) {
    writer.writeCount(map.count)
    for (index, name) in map {
      writer.writeU32(index)
      writer.writeName(name)
    }
  }

  private static func write(
    _ maps: [(index: UInt32, map: Map)], to writer: inout ByteWriter
  ) {
    guard !maps.isEmpty else { return }
    writer.writeCount(maps.count)
    for (index, map) in maps {
      writer.writeU32(index)
      write(map, to: &writer)
    }
  }
}
