// A component taken apart as far as sizes nest: sections, the definitions in them, the modules and components within. What
// a structural mutant is put together from again.

import WasmBinary
import WasmSyntax

/// The index spaces that a component's indices name.
enum ComponentSpace: Int, CaseIterable {
  case coreFunction, coreTable, coreMemory, coreType, coreModule, coreInstance
  case function, value, type, component, instance
}

/// Something in a definition that can be replaced.
struct ComponentSite {
  enum Kind {
    case index(ComponentSpace)
    /// An index whose sort stands elsewhere.
    case anyIndex
    /// What a core type consists of.
    case core(MutationSite.Kind)
    case sort
    case coreSort
    case valType
    case definedType
    case resultList
    case functionType
    case builtin(CanonBuiltin)
    case options
    case flag
    case name
    case externName
    case unsigned
    case byte
  }

  var kind: Kind
  /// Index into `DecodedComponent.sections`.
  var section: Int
  /// Which of the section's definitions.
  var definition: Int
  var range: Range<Int>
}

/// A section of a component.
struct ComponentSection {
  indirect enum Content {
    case definitions([[UInt8]])
    /// A section that is not looked into.
    case opaque([UInt8])
    case module(DecodedSections)
    case component(DecodedComponent)
  }
  var id: UInt8
  var content: Content
}

struct DecodedComponent {
  var sections: [ComponentSection] = []
  var sites: [ComponentSite] = []
  /// One more than the largest index seen in each space.
  var indexBounds = [UInt32](repeating: 1, count: ComponentSpace.allCases.count)
  /// Names of imports, exports, fields and cases.
  var names: [String] = []

  init?(_ component: [UInt8]) {
    do throws(ModuleError) {
      let bytes = Bytes(component)
      defer { withExtendedLifetime(bytes) {} }
      var reader = ByteReader(bytes)
      try reader.skip(8)
      while !reader.isAtEnd {
        let id = try reader.readByte()
        let size = Int(try reader.readU32())
        let start = reader.position
        try reader.skip(size)
        guard try add(id, Array(component[start..<start + size])) else { return nil }
      }
    } catch { return nil }
  }

  private mutating func add(_ id: UInt8, _ payload: [UInt8]) throws(ModuleError) -> Bool {
    switch ComponentSectionID(rawValue: id) {
    case .coreModule:
      guard let module = DecodedSections(payload) else { return false }
      sections.append(ComponentSection(id: id, content: .module(module)))
    case .component:
      guard let component = DecodedComponent(payload) else { return false }
      sections.append(ComponentSection(id: id, content: .component(component)))
    case .custom, nil: sections.append(ComponentSection(id: id, content: .opaque(payload)))
    case .start, .coreInstance, .coreType, .instance, .alias, .type, .canon, .import, .export,
      .value:
      try addDefinitions(id, payload)
    }
    return true
  }

  private mutating func addDefinitions(_ id: UInt8, _ payload: [UInt8]) throws(ModuleError) {
    guard let sectionID = ComponentSectionID(rawValue: id) else { return }
    let bytes = Bytes(payload)
    defer { withExtendedLifetime(bytes) {} }
    var walk = ComponentSiteWalk(ByteReader(bytes), section: sections.count)
    let count = sectionID == .start ? 1 : try walk.reader.readCount()
    var definitions: [[UInt8]] = []
    for index in 0..<count {
      let start = walk.reader.position
      walk.begin(definition: index)
      try walk.definition(of: sectionID)
      definitions.append(Array(payload[start..<walk.reader.position]))
    }
    sections.append(ComponentSection(id: id, content: .definitions(definitions)))
    sites += walk.sites
    names += walk.names
    for (space, bound) in walk.indexBounds.enumerated() {
      indexBounds[space] = max(indexBounds[space], bound)
    }
  }

  /// The component's bytes, every size computed anew.
  var encoded: [UInt8] {
    var writer = ByteWriter()
    writer.writeBytes([0x00, 0x61, 0x73, 0x6D, 0x0D, 0x00, 0x01, 0x00])
    for section in sections {
      writer.writeByte(section.id)
      writer.writeSized { writer in
        switch section.content {
        case .definitions(let definitions):
          if section.id != ComponentSectionID.start.rawValue {
            writer.writeCount(definitions.count)
          }
          for definition in definitions { writer.writeBytes(definition) }
        case .opaque(let payload): writer.writeBytes(payload)
        case .module(let module): writer.writeBytes(module.encoded)
        case .component(let component): writer.writeBytes(component.encoded)
        }
      }
    }
    return writer.bytes
  }

  /// Sites here and in everything within.
  var siteCount: Int {
    sections.reduce(sites.count) { sum, section in
      switch section.content {
      case .module(let module): sum + module.sites.count
      case .component(let component): sum + component.siteCount
      case .definitions, .opaque: sum
      }
    }
  }
}

/// Collects the sites of one section.
struct ComponentSiteWalk {
  var reader: ByteReader
  private let section: Int
  private var definition = 0
  private var start = 0
  private(set) var sites: [ComponentSite] = []
  private(set) var names: [String] = []
  private(set) var indexBounds = [UInt32](repeating: 1, count: ComponentSpace.allCases.count)

  init(_ reader: ByteReader, section: Int) {
    self.reader = reader
    self.section = section
  }

  mutating func begin(definition: Int) {
    self.definition = definition
    start = reader.position
  }

  // MARK: Parts

  private mutating func site(
    _ kind: ComponentSite.Kind, _ read: (inout Self) throws(ModuleError) -> Void
  ) throws(ModuleError) {
    let from = reader.position
    let place = sites.count
    sites.append(ComponentSite(kind: kind, section: section, definition: definition, range: 0..<0))
    try read(&self)
    sites[place].range = from - start..<reader.position - start
  }

  private mutating func byte(_ kind: ComponentSite.Kind = .byte) throws(ModuleError) -> UInt8 {
    var value: UInt8 = 0
    try site(kind) { (walk) throws(ModuleError) in value = try walk.reader.readByte() }
    return value
  }

  private mutating func index(_ space: ComponentSpace) throws(ModuleError) {
    try site(.index(space)) { (walk) throws(ModuleError) in
      let value = try walk.reader.readU32()
      walk.note(value, space)
    }
  }

  private mutating func note(_ value: UInt32, _ space: ComponentSpace) {
    indexBounds[space.rawValue] = max(
      indexBounds[space.rawValue], value == .max ? value : value + 1)
  }

  private mutating func unsigned() throws(ModuleError) {
    try site(.unsigned) { (walk) throws(ModuleError) in _ = try walk.reader.readU32() }
  }

  private mutating func name() throws(ModuleError) {
    try site(.name) { (walk) throws(ModuleError) in
      walk.names.append(try walk.reader.readName())
    }
  }

  private mutating func externName() throws(ModuleError) {
    let kind = reader.peekByte() ?? 0
    if kind < 2 {
      return try site(.externName) { (walk) throws(ModuleError) in
        try walk.reader.skip(1)
        walk.names.append(try walk.reader.readName())
      }
    }
    _ = try byte()
    try name()
    for _ in 0..<(try reader.readCount()) {
      _ = try byte()
      try name()
    }
  }

  private mutating func vector(
    _ body: (inout Self) throws(ModuleError) -> Void
  ) throws(ModuleError) {
    for _ in 0..<(try reader.readCount()) { try body(&self) }
  }

  /// The space of a sort that is read.
  private mutating func sort() throws(ModuleError) -> ComponentSpace? {
    var byte: UInt8 = 0
    var core: UInt8 = 0
    try site(.sort) { (walk) throws(ModuleError) in
      byte = try walk.reader.readByte()
      if byte == 0 { core = try walk.reader.readByte() }
    }
    let spaces: [ComponentSpace?] = [nil, .function, .value, .type, .component, .instance]
    return byte == 0 ? Self.coreSpace(core) : byte < 6 ? spaces[Int(byte)] : nil
  }

  private static func coreSpace(_ byte: UInt8) -> ComponentSpace? {
    switch byte {
    case 0x00: .coreFunction
    case 0x01: .coreTable
    case 0x02: .coreMemory
    case 0x10: .coreType
    case 0x11: .coreModule
    case 0x12: .coreInstance
    default: nil
    }
  }

  private mutating func index(ofSort space: ComponentSpace?) throws(ModuleError) {
    if let space { return try index(space) }
    try site(.anyIndex) { (walk) throws(ModuleError) in _ = try walk.reader.readU32() }
  }

  /// What is read by the walk of core modules.
  private mutating func core(
    _ body: (inout SiteWalk) throws(ModuleError) -> Void
  ) throws(ModuleError) {
    var walk = SiteWalk(reader: reader, section: section, body: nil)
    try body(&walk)
    reader = walk.reader
    for site in walk.sites {
      sites.append(
        ComponentSite(
          kind: .core(site.kind), section: section, definition: definition,
          range: site.range.lowerBound - start..<site.range.upperBound - start))
    }
  }

  // MARK: Definitions

  mutating func definition(of id: ComponentSectionID) throws(ModuleError) {
    switch id {
    case .coreInstance: try coreInstance()
    case .coreType: try coreType()
    case .instance: try instance()
    case .alias: try alias()
    case .type: try type()
    case .canon: try canon()
    case .start:
      try index(.function)
      try vector { (walk) throws(ModuleError) in try walk.index(.value) }
      try unsigned()
    case .import:
      try externName()
      try externType()
    case .export:
      try externName()
      try index(ofSort: try sort())
      if try byte(.flag) != 0 { try externType() }
    case .value:
      try valType()
      let count = try reader.readCount()
      for _ in 0..<count { _ = try byte() }
    case .custom, .coreModule, .component: break
    }
  }

  private mutating func coreInstance() throws(ModuleError) {
    if try reader.readByte() == 0 {
      try index(.coreModule)
      return try vector { (walk) throws(ModuleError) in
        try walk.name()
        _ = try walk.byte()
        try walk.index(.coreInstance)
      }
    }
    try vector { (walk) throws(ModuleError) in
      try walk.name()
      let sort = try walk.byte(.coreSort)
      try walk.index(ofSort: Self.coreSpace(sort))
    }
  }

  private mutating func instance() throws(ModuleError) {
    let isInstantiation = try reader.readByte() == 0
    if isInstantiation { try index(.component) }
    try vector { (walk) throws(ModuleError) in
      if isInstantiation { try walk.name() } else { try walk.externName() }
      try walk.index(ofSort: try walk.sort())
    }
  }

  private mutating func alias() throws(ModuleError) {
    let space = try sort()
    switch try reader.readByte() {
    case 0x00:
      try index(.instance)
      try name()
    case 0x01:
      try index(.coreInstance)
      try name()
    default:
      try unsigned()
      try index(ofSort: space)
    }
  }

  // MARK: Types

  private mutating func coreType() throws(ModuleError) {
    if reader.peekByte() == 0x00 {
      try reader.skip(1)
    } else if reader.peekByte() == 0x50 {
      try reader.skip(1)
      return try vector { (walk) throws(ModuleError) in try walk.moduleDeclarator() }
    }
    try core { (walk) throws(ModuleError) in try walk.recursiveType() }
  }

  private mutating func moduleDeclarator() throws(ModuleError) {
    switch try reader.readByte() {
    case 0x00:
      try name()
      try name()
      try core { (walk) throws(ModuleError) in try walk.externType() }
    case 0x01: try coreType()
    case 0x02:
      try reader.skip(2)
      try unsigned()
      try index(.coreType)
    default:
      try name()
      try core { (walk) throws(ModuleError) in try walk.externType() }
    }
  }

  private mutating func valType() throws(ModuleError) {
    try site(.valType) { (walk) throws(ModuleError) in
      let value = try walk.reader.readS33()
      if let index = UInt32(exactly: value) { walk.note(index, .type) }
    }
  }

  private mutating func optionalValType() throws(ModuleError) {
    if try byte(.flag) != 0 { try valType() }
  }

  private mutating func labelledValTypes() throws(ModuleError) {
    try vector { (walk) throws(ModuleError) in
      try walk.name()
      try walk.valType()
    }
  }

  private mutating func type() throws(ModuleError) {
    switch reader.peekByte() ?? 0 {
    case 0x40, 0x43:
      _ = try byte(.functionType)
      try labelledValTypes()
      try resultList()
    case 0x41, 0x42:
      try reader.skip(1)
      try vector { (walk) throws(ModuleError) in try walk.declarator() }
    case 0x3F:
      try reader.skip(1)
      try core { (walk) throws(ModuleError) in try walk.valueType() }
      if try byte(.flag) != 0 { try index(.coreFunction) }
    default: try site(.definedType) { (walk) throws(ModuleError) in try walk.definedType() }
    }
  }

  private mutating func resultList() throws(ModuleError) {
    try site(.resultList) { (walk) throws(ModuleError) in
      if try walk.reader.readByte() == 0 { try walk.valType() } else { try walk.reader.skip(1) }
    }
  }

  private mutating func definedType() throws(ModuleError) {
    let byte = try reader.readByte()
    if PrimitiveValType(rawValue: byte) != nil { return }
    switch byte {
    case 0x72: try labelledValTypes()
    case 0x71:
      try vector { (walk) throws(ModuleError) in
        try walk.name()
        try walk.optionalValType()
        _ = try walk.byte()
      }
    case 0x70, 0x6B: try valType()
    case 0x67:
      try valType()
      try unsigned()
    case 0x6F: try vector { (walk) throws(ModuleError) in try walk.valType() }
    case 0x6E, 0x6D: try vector { (walk) throws(ModuleError) in try walk.name() }
    case 0x6A:
      try optionalValType()
      try optionalValType()
    case 0x69, 0x68: try index(.type)
    case 0x66, 0x65: try optionalValType()
    default:
      try valType()
      try valType()
    }
  }

  private mutating func declarator() throws(ModuleError) {
    switch try reader.readByte() {
    case 0x00: try coreType()
    case 0x01: try type()
    case 0x02: try alias()
    default:
      try externName()
      try externType()
    }
  }

  private mutating func externType() throws(ModuleError) {
    switch try reader.readByte() {
    case 0x00:
      try reader.skip(1)
      try index(.coreType)
    case 0x02: if try byte(.flag) == 0 { try index(.value) } else { try valType() }
    case 0x03: if try byte(.flag) == 0 { try index(.type) }
    default: try index(.type)
    }
  }

  // MARK: Canonical definitions

  private mutating func canon() throws(ModuleError) {
    let first = reader.peekByte() ?? 0
    if first < 2 {
      try reader.skip(2)
      try index(first == 0 ? .coreFunction : .function)
      try options()
      if first == 0 { try index(.type) }
      return
    }
    guard let builtin = CanonBuiltin(rawValue: first) else { return }
    _ = try byte(.builtin(builtin))
    switch builtin.definition.immediate {
    case .none: break
    case .type: try index(.type)
    case .typeOptions:
      try index(.type)
      try options()
    case .typeAsync:
      try index(.type)
      _ = try byte(.flag)
    case .async, .cancellable, .shared: _ = try byte(.flag)
    case .cancellableMemory:
      _ = try byte(.flag)
      try index(.coreMemory)
    case .options: try options()
    case .resultOptions:
      try resultList()
      try options()
    case .valueTypeSlot:
      try core { (walk) throws(ModuleError) in try walk.valueType() }
      try unsigned()
    case .typeTable:
      try index(.coreType)
      try index(.coreTable)
    case .sharedType:
      _ = try byte(.flag)
      try index(.coreType)
    case .sharedTypeTable:
      _ = try byte(.flag)
      try index(.coreType)
      try index(.coreTable)
    }
  }

  private mutating func options() throws(ModuleError) {
    try site(.options) { (walk) throws(ModuleError) in
      try walk.vector { (walk) throws(ModuleError) in
        switch try walk.byte() {
        case 0x03: try walk.index(.coreMemory)
        case 0x04, 0x05, 0x07: try walk.index(.coreFunction)
        default: break
        }
      }
    }
  }
}
