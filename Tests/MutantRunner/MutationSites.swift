// Where a decoded module can be changed so that the change hits something with a meaning: every opcode, index, type and
// immediate of every section, with its range of bytes.

import WasmBinary
import WasmSyntax

/// The index spaces that indices name.
enum IndexSpace: Int, CaseIterable {
  case type, function, table, memory, global, tag, element, data, local, label, field
}

/// Something in a section that can be replaced.
struct MutationSite {
  enum Kind {
    case opcode(InstructionDefinition)
    case index(IndexSpace)
    case valueType
    case heapType
    case blockType
    case signed(bits: Int)
    case unsigned
    case fixed
    case alignment
    case byte
  }

  var kind: Kind
  /// Index into `DecodedSections.sections`.
  var section: Int
  /// For the code section: which body.
  var body: Int?
  /// Within the section's payload or the body.
  var range: Range<Int>
}

/// A module taken apart as far as sizes nest: sections, and function bodies within the code section.
struct DecodedSections {
  enum Content {
    case plain([UInt8])
    case code(bodies: [[UInt8]])
  }
  var sections: [(id: UInt8, content: Content)] = []
  var sites: [MutationSite] = []
  /// One more than the largest index seen in each space.
  var indexBounds = [UInt32](repeating: 1, count: IndexSpace.allCases.count)

  init?(_ module: [UInt8]) {
    do throws(ModuleError) {
      let bytes = Bytes(module)
      defer { withExtendedLifetime(bytes) {} }
      var reader = ByteReader(bytes)
      try reader.skip(8)
      while !reader.isAtEnd {
        let id = try reader.readByte()
        let size = Int(try reader.readU32())
        let start = reader.position
        try reader.skip(size)
        try addSection(id: id, payload: Array(module[start..<start + size]))
      }
    } catch { return nil }
  }

  /// The module's bytes, every size computed anew.
  var encoded: [UInt8] {
    var writer = ByteWriter()
    writer.writeModuleHeader()
    for section in sections {
      writer.writeByte(section.id)
      writer.writeSized { writer in
        switch section.content {
        case .plain(let payload): writer.writeBytes(payload)
        case .code(let bodies):
          writer.writeCount(bodies.count)
          for body in bodies { writer.writeSized { $0.writeBytes(body) } }
        }
      }
    }
    return writer.bytes
  }

  private mutating func addSection(id: UInt8, payload: [UInt8]) throws(ModuleError) {
    let index = sections.count
    let bytes = Bytes(payload)
    defer { withExtendedLifetime(bytes) {} }
    var reader = ByteReader(bytes)
    guard SectionID(rawValue: id) == .code else {
      sections.append((id, .plain(payload)))
      var walk = SiteWalk(reader: reader, section: index, body: nil)
      try walk.walkSection(id)
      take(walk)
      return
    }
    var bodies: [[UInt8]] = []
    for _ in 0..<(try reader.readCount()) {
      let size = Int(try reader.readU32())
      let start = reader.position
      try reader.skip(size)
      bodies.append(Array(payload[start..<start + size]))
    }
    sections.append((id, .code(bodies: bodies)))
    for (number, body) in bodies.enumerated() {
      let bytes = Bytes(body)
      defer { withExtendedLifetime(bytes) {} }
      var walk = SiteWalk(reader: ByteReader(bytes), section: index, body: number)
      try walk.walkBody()
      take(walk)
    }
  }

  private mutating func take(_ walk: SiteWalk) {
    sites += walk.sites
    for space in IndexSpace.allCases {
      indexBounds[space.rawValue] = max(
        indexBounds[space.rawValue], walk.indexBounds[space.rawValue])
    }
  }
}

/// Collects the sites of one section or body.
struct SiteWalk {
  var reader: ByteReader
  let section: Int
  let body: Int?
  var sites: [MutationSite] = []
  var indexBounds = [UInt32](repeating: 1, count: IndexSpace.allCases.count)

  init(reader: ByteReader, section: Int, body: Int?) {
    self.reader = reader
    self.section = section
    self.body = body
  }

  mutating func site(
    _ kind: MutationSite.Kind, _ read: (inout ByteReader) throws(ModuleError) -> Void
  ) throws(ModuleError) {
    let start = reader.position
    try read(&reader)
    sites.append(
      MutationSite(kind: kind, section: section, body: body, range: start..<reader.position))
  }

  mutating func index(_ space: IndexSpace) throws(ModuleError) {
    let start = reader.position
    let value = try reader.readU32()
    indexBounds[space.rawValue] = max(
      indexBounds[space.rawValue], value == .max ? value : value + 1)
    sites.append(
      MutationSite(
        kind: .index(space), section: section, body: body, range: start..<reader.position))
  }

  mutating func unsigned() throws(ModuleError) {
    try site(.unsigned) { (reader) throws(ModuleError) in _ = try reader.readU64() }
  }

  mutating func valueType() throws(ModuleError) {
    try site(.valueType) { (reader) throws(ModuleError) in _ = try reader.readValueType() }
  }

  mutating func byte() throws(ModuleError) {
    try site(.byte) { (reader) throws(ModuleError) in try reader.skip(1) }
  }

  mutating func walkSection(_ id: UInt8) throws(ModuleError) {
    guard let id = SectionID(rawValue: id), id != .custom else { return }
    if id == .start { return try index(.function) }
    if id == .dataCount { return try unsigned() }
    for _ in 0..<(try reader.readCount()) { try walkEntry(of: id) }
  }

  private mutating func walkEntry(of id: SectionID) throws(ModuleError) {
    switch id {
    case .type: try recursiveType()
    case .import:
      _ = try reader.readName()
      _ = try reader.readName()
      try externType()
    case .function: try index(.type)
    case .table:
      if reader.peekByte() == 0x40 {
        try reader.skip(2)
        try tableType()
        try expression()
      } else {
        try tableType()
      }
    case .memory: try limits()
    case .global:
      try globalType()
      try expression()
    case .export:
      _ = try reader.readName()
      let kind = try reader.readByte()
      let spaces: [IndexSpace] = [.function, .table, .memory, .global, .tag]
      try index(kind < 5 ? spaces[Int(kind)] : .function)
    case .element: try elementSegment()
    case .data: try dataSegment()
    case .tag:
      try reader.skip(1)
      try index(.type)
    case .custom, .start, .code, .dataCount: break
    }
  }

  mutating func recursiveType() throws(ModuleError) {
    guard reader.peekByte() == 0x4E else { return try subType() }
    try reader.skip(1)
    for _ in 0..<(try reader.readCount()) { try subType() }
  }

  private mutating func subType() throws(ModuleError) {
    if reader.peekByte() == 0x50 || reader.peekByte() == 0x4F {
      try byte()
      for _ in 0..<(try reader.readCount()) { try index(.type) }
    }
    switch try reader.readByte() {
    case 0x60:
      for _ in 0..<2 { for _ in 0..<(try reader.readCount()) { try valueType() } }
    case 0x5F: for _ in 0..<(try reader.readCount()) { try fieldType() }
    default: try fieldType()
    }
  }

  private mutating func fieldType() throws(ModuleError) {
    try site(.valueType) { (reader) throws(ModuleError) in _ = try reader.readStorageType() }
    try byte()
  }

  mutating func externType() throws(ModuleError) {
    switch try reader.readByte() {
    case 0: try index(.type)
    case 1: try tableType()
    case 2: try limits()
    case 3: try globalType()
    default:
      try reader.skip(1)
      try index(.type)
    }
  }

  private mutating func tableType() throws(ModuleError) {
    try valueType()
    try limits()
  }

  private mutating func globalType() throws(ModuleError) {
    try valueType()
    try byte()
  }

  private mutating func limits() throws(ModuleError) {
    let flags = reader.peekByte() ?? 0
    try byte()
    try unsigned()
    if flags & 1 != 0 { try unsigned() }
    if flags & 8 != 0 { try unsigned() }
  }

  private mutating func elementSegment() throws(ModuleError) {
    let flags = reader.peekByte() ?? 0
    try byte()
    if flags & 1 == 0 {
      if flags & 2 != 0 { try index(.table) }
      try expression()
    }
    if flags & 3 != 0 { if flags & 4 != 0 { try valueType() } else { try byte() } }
    for _ in 0..<(try reader.readCount()) {
      if flags & 4 != 0 { try expression() } else { try index(.function) }
    }
  }

  private mutating func dataSegment() throws(ModuleError) {
    let flags = reader.peekByte() ?? 0
    try byte()
    if flags == 2 { try index(.memory) }
    if flags != 1 { try expression() }
    try reader.skip(Int(try reader.readU32()))
  }

  mutating func walkBody() throws(ModuleError) {
    for _ in 0..<(try reader.readCount()) {
      try unsigned()
      try valueType()
    }
    while !reader.isAtEnd { _ = try instruction() }
  }

  private mutating func expression() throws(ModuleError) {
    while try instruction().opcode != .end {}
  }

  private mutating func instruction() throws(ModuleError) -> InstructionDefinition {
    let start = reader.position
    let opcode = try reader.readOpcode()
    guard let definition = opcode.definition else { throw reader.illegalOpcode(at: start) }
    sites.append(
      MutationSite(
        kind: .opcode(definition), section: section, body: body, range: start..<reader.position))
    try immediate(definition.immediate)
    return definition
  }

  private mutating func immediate(_ shape: ImmediateShape) throws(ModuleError) {
    switch shape {
    case .none: break
    case .blockType: try blockType()
    case .label: try index(.label)
    case .labelTable: for _ in 0...(try reader.readCount()) { try index(.label) }
    case .function: try index(.function)
    case .type: try index(.type)
    case .local: try index(.local)
    case .global: try index(.global)
    case .table: try index(.table)
    case .memory: try index(.memory)
    case .tag: try index(.tag)
    case .data: try index(.data)
    case .element: try index(.element)
    case .tableType: try indices(.type, .table)
    case .tableTable: try indices(.table, .table)
    case .memoryMemory: try indices(.memory, .memory)
    case .dataMemory: try indices(.data, .memory)
    case .elementTable: try indices(.element, .table)
    case .typeField: try indices(.type, .field)
    case .typeData: try indices(.type, .data)
    case .typeElement: try indices(.type, .element)
    case .typeType: try indices(.type, .type)
    case .typeCount:
      try index(.type)
      try unsigned()
    case .memArg: try memArg()
    case .memArgLane:
      try memArg()
      try byte()
    case .lane: try byte()
    case .shuffle: for _ in 0..<16 { try byte() }
    case .i32: try site(.signed(bits: 32)) { (r) throws(ModuleError) in _ = try r.readS32() }
    case .i64: try site(.signed(bits: 64)) { (r) throws(ModuleError) in _ = try r.readS64() }
    case .f32: try site(.fixed) { (r) throws(ModuleError) in try r.skip(4) }
    case .f64: try site(.fixed) { (r) throws(ModuleError) in try r.skip(8) }
    case .v128: try site(.fixed) { (r) throws(ModuleError) in try r.skip(16) }
    case .heapType: try heapType()
    case .selectTypes: for _ in 0..<(try reader.readCount()) { try valueType() }
    case .tryTable:
      try blockType()
      for _ in 0..<(try reader.readCount()) {
        let kind = reader.peekByte() ?? 0
        try byte()
        if kind < 2 { try index(.tag) }
        try index(.label)
      }
    case .brOnCast:
      try byte()
      try index(.label)
      try heapType()
      try heapType()
    case .zeroByte: try byte()
    }
  }

  private mutating func indices(_ first: IndexSpace, _ second: IndexSpace) throws(ModuleError) {
    try index(first)
    try index(second)
  }

  private mutating func blockType() throws(ModuleError) {
    try site(.blockType) { (reader) throws(ModuleError) in _ = try reader.readBlockType() }
  }

  private mutating func heapType() throws(ModuleError) {
    try site(.heapType) { (reader) throws(ModuleError) in _ = try reader.readHeapType() }
  }

  private mutating func memArg() throws(ModuleError) {
    let flags = reader.peekByte() ?? 0
    try site(.alignment) { (reader) throws(ModuleError) in _ = try reader.readU32() }
    if flags & 0x40 != 0 { try index(.memory) }
    try unsigned()
  }
}
