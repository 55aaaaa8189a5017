// Binary Format, Modules: bytes to a `Module`. Everything but the instructions of function bodies is read here; those
// are walked once, by the validator. Nothing is checked that needs more than the grammar.

import WasmSyntax

/// Decodes a module without validating it.
package func decodeModule(
  _ bytes: Bytes, limits: ImplementationLimits = ImplementationLimits()
) throws(ModuleError) -> Module {
  var decoder = ModuleDecoder(bytes, limits: limits)
  try decoder.decode()
  return decoder.module
}

/// Reads section after section into `module`.
package struct ModuleDecoder {
  package internal(set) var module: Module
  let limits: ImplementationLimits
  // Invariant: reads the memory of `module.bytes`, which lives as long as this value does.
  var reader: ByteReader
  /// Payloads of the sections seen, so that errors found later can be given their place.
  private var payloads: [SectionID: ByteRange] = [:]

  package init(_ bytes: Bytes, limits: ImplementationLimits) {
    module = Module(bytes: bytes)
    self.limits = limits
    reader = ByteReader(bytes)
  }

  /// Reads the whole module.
  package mutating func decode() throws(ModuleError) {
    let bytes = module.bytes
    defer { withExtendedLifetime(bytes) {} }
    if bytes.count > limits.moduleBytes {
      throw beyondLimit("module of \(bytes.count) bytes", limits.moduleBytes)
    }
    try decodeHeader()
    var last = SectionID.custom
    while !reader.isAtEnd { try decodeSection(after: &last) }
    try checkConsistency()
  }

  /// Where an entry of a section begins, relative to the start of the module. For errors only: reads the section again.
  package func position(of id: SectionID, entry: Int) -> Int? {
    guard let payload = payloads[id] else { return nil }
    let bytes = module.bytes
    defer { withExtendedLifetime(bytes) {} }
    var again = ModuleDecoder(bytes, limits: limits)
    again.reader = ByteReader(bytes, range: payload)
    if id == .start || id == .dataCount { return payload.lowerBound }
    do throws(ModuleError) {
      guard entry < (try again.reader.readCount()) else { return nil }
      for _ in 0..<entry { try again.decodeEntry(of: id) }
    } catch { return nil }
    return again.reader.position
  }

  private mutating func decodeHeader() throws(ModuleError) {
    let magic = try reader.readF32Bits()
    guard magic == 0x6D73_6100 else { throw reader.malformed("magic header not detected", at: 0) }
    let version = try reader.readF32Bits()
    guard version == 1 else { throw reader.malformed("unknown binary version", at: 4) }
  }

  // MARK: Sections (Binary Format, Sections)

  private mutating func decodeSection(after last: inout SectionID) throws(ModuleError) {
    let start = reader.position
    guard let id = SectionID(rawValue: try reader.readByte()) else {
      throw reader.malformed("malformed section id", at: start)
    }
    let size = try reader.readCount()
    var rest = reader
    reader = try rest.split(count: size)
    if id == .custom {
      try decodeCustomSection(after: last)
    } else {
      guard id.order > last.order else {
        throw reader.malformed("unexpected content after last section", at: start)
      }
      last = id
      payloads[id] = reader.position..<reader.endPosition
      try decodePayload(of: id)
    }
    guard reader.isAtEnd else { throw reader.malformed("section size mismatch") }
    reader = rest
  }

  private mutating func decodeCustomSection(after last: SectionID) throws(ModuleError) {
    let name = try decodeName()
    let payload = reader.position..<reader.endPosition
    reader.move(to: reader.endPosition)
    module.customSections.append(
      CustomSection(name: name, payload: payload, after: last.rawValue))
  }

  private mutating func decodePayload(of id: SectionID) throws(ModuleError) {
    switch id {
    case .custom: break
    case .start: module.start = try reader.readU32()
    case .dataCount: module.dataCount = try reader.readU32()
    case .type, .import, .function, .table, .memory, .tag, .global, .export, .element, .code,
      .data:
      let count = try reader.readCount()
      try reserve(count, in: id)
      for _ in 0..<count { try decodeEntry(of: id) }
      if id == .import { try checkImportCounts() }
    }
  }

  /// Reads one entry of a section that is a vector.
  private mutating func decodeEntry(of id: SectionID) throws(ModuleError) {
    switch id {
    case .custom, .start, .dataCount: break
    case .type: try decodeRecursiveType()
    case .import: try decodeImport()
    case .function: module.functions.append(try reader.readU32())
    case .table: try decodeTable()
    case .memory: module.memories.append(try reader.readMemoryType())
    case .tag: module.tags.append(try reader.readTagType())
    case .global: try decodeGlobal()
    case .export: try decodeExport()
    case .element: try decodeElementSegment()
    case .code: try decodeCode()
    case .data: try decodeDataSegment()
    }
  }

  mutating func decodeName() throws(ModuleError) -> String {
    let name = try reader.readName()
    try check(name.utf8.count, "bytes in a name", limits.stringBytes)
    return name
  }

  // MARK: Limits

  func beyondLimit(_ what: String, _ limit: Int) -> ModuleError {
    ModuleError(.limit, "\(what): the limit is \(limit)", at: .offset(reader.offset))
  }

  func check(_ count: Int, _ what: String, _ limit: Int) throws(ModuleError) {
    if count > limit { throw beyondLimit("\(count) \(what)", limit) }
  }

  /// Refuses a section of too many entries before memory is reserved for them.
  private mutating func reserve(_ count: Int, in id: SectionID) throws(ModuleError) {
    switch id {
    case .custom, .start, .dataCount: break
    case .type:
      try check(count, "types", limits.types)
      module.types.types.reserveCapacity(count)
      module.types.recursionGroups.reserveCapacity(count)
    case .import:
      try check(count, "imports", limits.imports)
      module.imports.reserveCapacity(count)
    case .function:
      try check(module.functions.count + count, "functions", limits.functions)
      module.functions.reserveCapacity(module.functions.count + count)
    case .table: try check(module.tables.count + count, "tables", limits.tables)
    case .memory: try check(module.memories.count + count, "memories", limits.memories)
    case .tag: try check(module.tags.count + count, "tags", limits.tags)
    case .global: try check(module.globals.count + count, "globals", limits.globals)
    case .export:
      try check(count, "exports", limits.exports)
      module.exports.reserveCapacity(count)
    case .element: try check(count, "element segments", limits.elementSegments)
    case .code:
      try check(count, "function bodies", limits.functions)
      module.code.reserveCapacity(count)
    case .data:
      try check(count, "data segments", limits.dataSegments)
      module.dataSegments.reserveCapacity(count)
    }
  }

  private func checkImportCounts() throws(ModuleError) {
    try check(module.functions.count, "functions", limits.functions)
    try check(module.tables.count, "tables", limits.tables)
    try check(module.memories.count, "memories", limits.memories)
    try check(module.globals.count, "globals", limits.globals)
    try check(module.tags.count, "tags", limits.tags)
  }

  private func checkConsistency() throws(ModuleError) {
    guard module.functions.count - module.importedFunctionCount == module.code.count else {
      throw reader.malformed("function and code section have inconsistent lengths")
    }
    if let count = module.dataCount, Int(count) != module.dataSegments.count {
      throw reader.malformed("data count and data section have inconsistent lengths")
    }
  }
}
