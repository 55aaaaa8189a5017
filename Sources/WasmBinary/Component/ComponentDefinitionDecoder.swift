// Reads the definitions of a component's sections, in the order of the binary format's chapters. Types and canonical
// definitions have files of their own.

import WasmSyntax

struct ComponentDefinitionDecoder {
  // Invariant: reads the memory of the whole file, which the caller keeps alive.
  var reader: ByteReader
  /// The component's bytes: slices of it become parts of the syntax.
  let bytes: Bytes
  let limits: ImplementationLimits

  init(_ reader: ByteReader, bytes: Bytes, limits: ImplementationLimits) {
    self.reader = reader
    self.bytes = bytes
    self.limits = limits
  }

  /// Reads a whole section, which holds a vector or, for `start`, one definition.
  mutating func readDefinitions(
    of id: ComponentSectionID, into definitions: inout [ComponentDefinition]
  ) throws(ModuleError) {
    let count = id == .start ? 1 : try reader.readCount()
    for _ in 0..<count {
      let offset = reader.offset
      definitions.append(ComponentDefinition(try readDefinition(of: id), offset: offset))
    }
    guard reader.isAtEnd else {
      throw reader.malformed("section size mismatch: unexpected data at the end of the section")
    }
  }

  private mutating func readDefinition(
    of id: ComponentSectionID
  ) throws(ModuleError) -> ComponentDefinition.Kind {
    switch id {
    case .coreInstance: return .coreInstance(try readCoreInstanceExpression())
    case .coreType: return .coreType(try readCoreTypeDefinition())
    case .instance: return .instance(try readInstanceExpression())
    case .alias: return .alias(try readAlias())
    case .type: return .type(try readTypeDefinition())
    case .canon: return .canon(try readCanon())
    case .start: return .start(try readStart())
    case .import: return .import(try readImport())
    case .export: return .export(try readExport())
    case .value: return .value(try readValueDefinition())
    case .custom, .coreModule, .component: throw reader.malformed("malformed section id")
    }
  }

  // MARK: Helpers

  /// The error for a byte that is none of a production's alternatives.
  func invalidLeadingByte(_ byte: UInt8, for what: String, at position: Int) -> ModuleError {
    reader.malformed(
      "invalid leading byte (0x\(String(byte, radix: 16))) for \(what)", at: position)
  }

  /// `<T>?`: whether a T follows.
  mutating func readPresence(of what: String) throws(ModuleError) -> Bool {
    let start = reader.position
    let byte = try reader.readByte()
    switch byte {
    case 0x00: return false
    case 0x01: return true
    default: throw invalidLeadingByte(byte, for: what, at: start)
    }
  }

  mutating func readName() throws(ModuleError) -> String {
    let name = try reader.readName()
    if name.utf8.count > limits.stringBytes {
      throw ModuleError(
        .limit, "name of \(name.utf8.count) bytes: the limit is \(limits.stringBytes)",
        at: .offset(reader.offset))
    }
    return name
  }

  // MARK: Instance Definitions

  private mutating func readCoreInstanceExpression() throws(ModuleError) -> CoreInstanceExpression {
    let start = reader.position
    let byte = try reader.readByte()
    switch byte {
    case 0x00:
      let module = try reader.readU32()
      var arguments: [(name: String, instance: UInt32)] = []
      for _ in 0..<(try reader.readCount()) {
        let name = try readName()
        let position = reader.position
        let sort = try reader.readByte()
        guard sort == CoreSort.instance.rawValue else {
          throw invalidLeadingByte(sort, for: "instantiation arg kind", at: position)
        }
        arguments.append((name, try reader.readU32()))
      }
      return .instantiate(module: module, arguments: arguments)
    case 0x01:
      var exports: [(name: String, item: CoreSortIndex)] = []
      for _ in 0..<(try reader.readCount()) {
        let name = try readName()
        let position = reader.position
        let byte = try reader.readByte()
        guard let sort = CoreSort(rawValue: byte) else {
          throw invalidLeadingByte(byte, for: "core external kind", at: position)
        }
        exports.append((name, CoreSortIndex(sort, try reader.readU32())))
      }
      return .exports(exports)
    default: throw invalidLeadingByte(byte, for: "core instance", at: start)
    }
  }

  private mutating func readInstanceExpression() throws(ModuleError) -> InstanceExpression {
    let start = reader.position
    let byte = try reader.readByte()
    switch byte {
    case 0x00:
      let component = try reader.readU32()
      var arguments: [(name: String, item: SortIndex)] = []
      for _ in 0..<(try reader.readCount()) {
        let name = try readName()
        arguments.append((name, try readSortIndex()))
      }
      return .instantiate(component: component, arguments: arguments)
    case 0x01:
      var exports: [(name: ExternName, item: SortIndex)] = []
      for _ in 0..<(try reader.readCount()) {
        let name = try readExternName()
        exports.append((name, try readSortIndex()))
      }
      return .exports(exports)
    default: throw invalidLeadingByte(byte, for: "instance", at: start)
    }
  }

  private mutating func readSortIndex() throws(ModuleError) -> SortIndex {
    let sort = try readSortCode().sort("component external kind", self)
    return SortIndex(sort, try reader.readU32())
  }

  /// A sort that is not yet known to be one: what an unknown byte is called depends on what follows.
  private struct SortCode {
    var byte: UInt8
    var coreByte: UInt8?
    var position: Int

    func sort(
      _ what: String, _ decoder: ComponentDefinitionDecoder
    ) throws(ModuleError) -> Sort {
      if let coreByte {
        guard let sort = CoreSort(rawValue: coreByte) else {
          throw decoder.invalidLeadingByte(coreByte, for: what, at: position + 1)
        }
        return .core(sort)
      }
      switch byte {
      case 0x01: return .function
      case 0x02: return .value
      case 0x03: return .type
      case 0x04: return .component
      case 0x05: return .instance
      default: throw decoder.invalidLeadingByte(byte, for: what, at: position)
      }
    }
  }

  private mutating func readSortCode() throws(ModuleError) -> SortCode {
    let position = reader.position
    let byte = try reader.readByte()
    return SortCode(
      byte: byte, coreByte: byte == 0x00 ? try reader.readByte() : nil, position: position)
  }

  // MARK: Alias Definitions

  mutating func readAlias() throws(ModuleError) -> Alias {
    let code = try readSortCode()
    let start = reader.position
    let byte = try reader.readByte()
    switch byte {
    case 0x00:
      let sort = try code.sort("component external kind", self)
      let instance = try reader.readU32()
      return .export(instance: instance, name: try readName(), sort: sort)
    case 0x01:
      guard case .core(let sort) = try code.sort("core instance export kind", self) else {
        throw invalidLeadingByte(
          code.byte, for: "core instance export kind", at: code.position)
      }
      let instance = try reader.readU32()
      return .coreExport(instance: instance, name: try readName(), sort: sort)
    case 0x02:
      let sort = try code.sort("component outer alias kind", self)
      switch sort {
      case .core(.module), .core(.type), .type, .component: break
      case .core, .function, .value, .instance:
        throw invalidLeadingByte(
          code.coreByte ?? code.byte, for: "component outer alias kind", at: code.position)
      }
      let count = try reader.readU32()
      return .outer(count: count, index: try reader.readU32(), sort: sort)
    default: throw invalidLeadingByte(byte, for: "alias", at: start)
    }
  }

  // MARK: Start Definitions

  private mutating func readStart() throws(ModuleError) -> ComponentStart {
    let function = try reader.readU32()
    var arguments: [UInt32] = []
    for _ in 0..<(try reader.readCount()) { arguments.append(try reader.readU32()) }
    return ComponentStart(
      function: function, arguments: arguments, resultCount: try reader.readU32())
  }

  // MARK: Import and Export Definitions

  mutating func readExternName() throws(ModuleError) -> ExternName {
    let start = reader.position
    let byte = try reader.readByte()
    guard byte <= 0x02 else { throw invalidLeadingByte(byte, for: "component name", at: start) }
    var name = ExternName(try readName())
    if byte < 0x02 { return name }
    for _ in 0..<(try reader.readCount()) { try readAttribute(of: &name) }
    return name
  }

  private mutating func readAttribute(of name: inout ExternName) throws(ModuleError) {
    let start = reader.position
    let byte = try reader.readByte()
    func checkFirst(_ value: String?, _ option: String) throws(ModuleError) {
      if value != nil {
        throw reader.invalid("duplicate '\(option)' option in name", at: start)
      }
    }
    switch byte {
    case 0x00:
      try checkFirst(name.implements, "implements")
      name.implements = try readName()
    case 0x01:
      try checkFirst(name.versionSuffix, "versionsuffix")
      name.versionSuffix = try readName()
    case 0x02:
      try checkFirst(name.externalID, "external-id")
      name.externalID = try readName()
    default: throw invalidLeadingByte(byte, for: "name option", at: start)
    }
  }

  mutating func readImport() throws(ModuleError) -> ComponentImport {
    let name = try readExternName()
    return ComponentImport(name: name, type: try readExternType())
  }

  private mutating func readExport() throws(ModuleError) -> ComponentExport {
    let name = try readExternName()
    let item = try readSortIndex()
    let isAscribed = try readPresence(of: "optional component export type")
    return ComponentExport(name: name, item: item, type: isAscribed ? try readExternType() : nil)
  }

  // MARK: Value Definitions

  private mutating func readValueDefinition() throws(ModuleError) -> ValueDefinition {
    let type = try readValType()
    let count = try reader.readCount()
    let start = reader.position
    try reader.skip(count)
    return ValueDefinition(type: type, bytes: bytes.slice(start..<start + count))
  }
}
