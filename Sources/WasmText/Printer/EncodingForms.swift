// What a decoded module no longer says: which of several encodings of the same thing its bytes use, where the text format
// has a way to write either. Only the printer asks.

import WasmBinary
import WasmSyntax

struct EncodingForms {
  /// Recursion groups of one type that are written as groups.
  private(set) var explicitGroups: Set<Int> = []
  /// Types that are written as `sub final` although they have no supertype.
  private(set) var explicitFinal: Set<Int> = []
  /// The number that opens each element segment and each data segment.
  private(set) var elementForms: [UInt32] = []
  private(set) var dataForms: [UInt32] = []
  /// Memories by index that say their page size.
  private(set) var explicitPageSizes: Set<Int> = []
  /// The sections that the module has, in order, without custom ones.
  private(set) var sections: [SectionID] = []

  init(_ module: Module) throws(ModuleError) {
    defer { withExtendedLifetime(module.bytes) {} }
    var reader = ByteReader(module.bytes)
    try reader.skip(8)
    while !reader.isAtEnd {
      let id = SectionID(rawValue: try reader.readByte())
      var payload = try reader.split(count: try reader.readCount())
      guard let id, id != .custom else { continue }
      sections.append(id)
      switch id {
      case .type: try readTypes(&payload)
      case .import: try readImports(&payload)
      case .memory:
        for index in 0..<(try payload.readCount()) {
          try readMemoryType(&payload, module.importedMemoryCount + index)
        }
      case .element: for _ in 0..<(try payload.readCount()) { try readElementSegment(&payload) }
      case .data: for _ in 0..<(try payload.readCount()) { try readDataSegment(&payload) }
      case .custom, .function, .table, .global, .export, .start, .code, .dataCount, .tag: break
      }
    }
  }

  private mutating func readTypes(_ reader: inout ByteReader) throws(ModuleError) {
    var type = 0
    for group in 0..<(try reader.readCount()) {
      var count = 1
      if reader.peekByte() == 0x4E {
        try reader.skip(1)
        count = try reader.readCount()
        explicitGroups.insert(group)
      }
      for _ in 0..<count {
        try readSubType(&reader, type)
        type += 1
      }
    }
  }

  private mutating func readSubType(
    _ reader: inout ByteReader, _ type: Int
  ) throws(ModuleError) {
    let form = reader.peekByte()
    if form == 0x4F || form == 0x50 {
      try reader.skip(1)
      let supertypes = try reader.readCount()
      for _ in 0..<supertypes { _ = try reader.readU32() }
      if form == 0x4F, supertypes == 0 { explicitFinal.insert(type) }
    }
    switch try reader.readByte() {
    case 0x5F: for _ in 0..<(try reader.readCount()) { _ = try reader.readFieldType() }
    case 0x5E: _ = try reader.readFieldType()
    default:
      for _ in 0..<2 {
        for _ in 0..<(try reader.readCount()) { _ = try reader.readValueType() }
      }
    }
  }

  private mutating func readImports(_ reader: inout ByteReader) throws(ModuleError) {
    var memories = 0
    for _ in 0..<(try reader.readCount()) {
      for _ in 0..<2 { try reader.skip(try reader.readCount()) }
      if reader.peekByte() == ExternKind.memory.rawValue {
        try reader.skip(1)
        try readMemoryType(&reader, memories)
        memories += 1
      } else {
        _ = try reader.readExternType()
      }
    }
  }

  private mutating func readMemoryType(
    _ reader: inout ByteReader, _ index: Int
  ) throws(ModuleError) {
    if (reader.peekByte() ?? 0) & 8 != 0 { explicitPageSizes.insert(index) }
    _ = try reader.readMemoryType()
  }

  private mutating func readElementSegment(_ reader: inout ByteReader) throws(ModuleError) {
    let form = try reader.readU32()
    elementForms.append(form)
    if form & 1 == 0 {
      if form & 2 != 0 { _ = try reader.readU32() }
      try reader.skipExpression()
    }
    let hasExpressions = form & 4 != 0
    if form & 3 != 0 {
      if hasExpressions { _ = try reader.readReferenceType() } else { try reader.skip(1) }
    }
    for _ in 0..<(try reader.readCount()) {
      if hasExpressions { try reader.skipExpression() } else { _ = try reader.readU32() }
    }
  }

  private mutating func readDataSegment(_ reader: inout ByteReader) throws(ModuleError) {
    let form = try reader.readU32()
    dataForms.append(form)
    if form == 2 { _ = try reader.readU32() }
    if form != 1 { try reader.skipExpression() }
    try reader.skip(try reader.readCount())
  }
}
