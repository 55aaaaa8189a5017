// The name section (Appendix, Custom Sections), for backtraces and for the printer. It says nothing about whether the
// module is valid: reading stops at the first thing that makes no sense and keeps what came before.

import WasmSyntax

/// Names by index, per index space.
package struct NameSection: Sendable {
  package typealias NameMap = [UInt32: String]
  package typealias IndirectNameMap = [UInt32: NameMap]

  package var module: String?
  package var functions: NameMap = [:]
  package var locals: IndirectNameMap = [:]
  package var labels: IndirectNameMap = [:]
  package var types: NameMap = [:]
  package var tables: NameMap = [:]
  package var memories: NameMap = [:]
  package var globals: NameMap = [:]
  package var elements: NameMap = [:]
  package var data: NameMap = [:]
  package var fields: IndirectNameMap = [:]
  package var tags: NameMap = [:]

  package init() {}

  /// Ids of the subsections.
  package enum Subsection: UInt8, CaseIterable, Sendable {
    case module = 0
    case functions = 1
    case locals = 2
    case labels = 3
    case types = 4
    case tables = 5
    case memories = 6
    case globals = 7
    case elements = 8
    case data = 9
    case fields = 10
    case tags = 11
  }

  /// Reads the module's name section, if it has one; `only` picks subsections.
  package init(of module: Module, only: Set<Subsection> = Set(Subsection.allCases)) {
    guard
      let section = module.customSections.last(where: { $0.name.utf8.elementsEqual("name".utf8) })
    else { return }
    defer { withExtendedLifetime(module.bytes) {} }
    var reader = ByteReader(module.bytes, range: section.payload)
    do throws(ModuleError) {
      while !reader.isAtEnd { try readSubsection(&reader, only) }
    } catch {}
  }

  private mutating func readSubsection(
    _ reader: inout ByteReader, _ only: Set<Subsection>
  ) throws(ModuleError) {
    let id = Subsection(rawValue: try reader.readByte())
    var payload = try reader.split(count: try reader.readCount())
    guard let id, only.contains(id) else { return }
    switch id {
    case .module: module = try payload.readName()
    case .functions: try Self.readMap(&payload, &functions)
    case .locals: try Self.readIndirectMap(&payload, &locals)
    case .labels: try Self.readIndirectMap(&payload, &labels)
    case .types: try Self.readMap(&payload, &types)
    case .tables: try Self.readMap(&payload, &tables)
    case .memories: try Self.readMap(&payload, &memories)
    case .globals: try Self.readMap(&payload, &globals)
    case .elements: try Self.readMap(&payload, &elements)
    case .data: try Self.readMap(&payload, &data)
    case .fields: try Self.readIndirectMap(&payload, &fields)
    case .tags: try Self.readMap(&payload, &tags)
    }
  }

  private static func readMap(
    _ reader: inout ByteReader, _ map: inout NameMap
  ) throws(ModuleError) {
    for _ in 0..<(try reader.readCount()) {
      let index = try reader.readU32()
      map[index] = try reader.readName()
    }
  }

  private static func readIndirectMap(
    _ reader: inout ByteReader, _ map: inout IndirectNameMap
  ) throws(ModuleError) {
    for _ in 0..<(try reader.readCount()) {
      let index = try reader.readU32()
      try readMap(&reader, &map[index, default: [:]])
    }
  }
}
