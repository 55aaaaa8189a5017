// Component Binary Format, Type Definitions.

import WasmSyntax

extension ComponentDefinitionDecoder {
  // MARK: Core types

  mutating func readCoreTypeDefinition() throws(ModuleError) -> CoreTypeDefinition {
    switch reader.peekByte() {
    case 0x50:
      _ = try reader.readByte()
      var declarators: [CoreModuleDeclarator] = []
      for _ in 0..<(try reader.readCount()) { declarators.append(try readCoreModuleDeclarator()) }
      return .module(declarators)
    case 0x00:
      // The prefix that tells a non-final subtype from a module type.
      _ = try reader.readByte()
      let start = reader.position
      guard let byte = reader.peekByte() else { throw reader.unexpectedEnd() }
      guard byte == 0x50 else { throw invalidLeadingByte(byte, for: "core type", at: start) }
      return .recursionGroup(try readRecursiveType())
    default: return .recursionGroup(try readRecursiveType())
    }
  }

  private mutating func readRecursiveType() throws(ModuleError) -> [SubType] {
    var decoder = ModuleDecoder(bytes, limits: limits)
    decoder.reader = reader
    try decoder.decodeRecursiveType()
    reader = decoder.reader
    return decoder.module.types.types
  }

  private mutating func readCoreModuleDeclarator() throws(ModuleError) -> CoreModuleDeclarator {
    let start = reader.position
    let byte = try reader.readByte()
    switch byte {
    case 0x00:
      let module = try readName()
      let name = try readName()
      return .import(Import(module: module, name: name, type: try reader.readExternType()))
    case 0x01:
      if reader.peekByte() == 0x50 {
        throw reader.invalid(
          "module types cannot be nested: invalid leading byte (0x50) for core type")
      }
      return .type(try readCoreTypeDefinition())
    case 0x02:
      let kindStart = reader.position
      let kind = try reader.readByte()
      guard kind == CoreSort.type.rawValue else {
        throw invalidLeadingByte(kind, for: "outer alias kind", at: kindStart)
      }
      let target = try reader.readByte()
      guard target == 0x01 else {
        throw invalidLeadingByte(target, for: "outer alias target", at: kindStart + 1)
      }
      let count = try reader.readU32()
      return .outerAlias(count: count, index: try reader.readU32())
    case 0x03:
      let name = try readName()
      return .export(name: name, type: try reader.readExternType())
    default: throw invalidLeadingByte(byte, for: "type definition", at: start)
    }
  }

  // MARK: Value types

  mutating func readValType() throws(ModuleError) -> ValType {
    guard let byte = reader.peekByte() else { throw reader.unexpectedEnd() }
    let start = reader.position
    if let primitive = PrimitiveValType(rawValue: byte) {
      _ = try reader.readByte()
      return .primitive(primitive)
    }
    guard let index = UInt32(exactly: try reader.readS33()) else {
      throw invalidLeadingByte(byte, for: "component value type", at: start)
    }
    return .index(index)
  }

  private mutating func readOptionalValType() throws(ModuleError) -> ValType? {
    try readPresence(of: "optional component value type") ? try readValType() : nil
  }

  private mutating func readLabelledValTypes() throws(ModuleError) -> [LabelledValType] {
    var types: [LabelledValType] = []
    for _ in 0..<(try reader.readCount()) {
      let label = try readName()
      types.append(LabelledValType(label, try readValType()))
    }
    return types
  }

  private mutating func readLabels() throws(ModuleError) -> [String] {
    var labels: [String] = []
    for _ in 0..<(try reader.readCount()) { labels.append(try readName()) }
    return labels
  }

  private mutating func readVariantCase() throws(ModuleError) -> VariantCase {
    let label = try readName()
    let type = try readOptionalValType()
    let start = reader.position
    let byte = try reader.readByte()
    guard byte == 0x00 else { throw invalidLeadingByte(byte, for: "zero byte required", at: start) }
    return VariantCase(label, type)
  }

  private mutating func readDefValType(
    _ byte: UInt8, at start: Int
  ) throws(ModuleError) -> DefValType {
    if let primitive = PrimitiveValType(rawValue: byte) { return .primitive(primitive) }
    switch byte {
    case 0x72: return .record(try readLabelledValTypes())
    case 0x71:
      var cases: [VariantCase] = []
      for _ in 0..<(try reader.readCount()) { cases.append(try readVariantCase()) }
      return .variant(cases)
    case 0x70: return .list(try readValType())
    case 0x67:
      let element = try readValType()
      return .fixedLengthList(element, try reader.readU32())
    case 0x6F:
      var types: [ValType] = []
      for _ in 0..<(try reader.readCount()) { types.append(try readValType()) }
      return .tuple(types)
    case 0x6E: return .flags(try readLabels())
    case 0x6D: return .enum(try readLabels())
    case 0x6B: return .option(try readValType())
    case 0x6A:
      let type = try readOptionalValType()
      return .result(type, error: try readOptionalValType())
    case 0x69: return .own(try reader.readU32())
    case 0x68: return .borrow(try reader.readU32())
    case 0x66: return .stream(try readOptionalValType())
    case 0x65: return .future(try readOptionalValType())
    case 0x63:
      let key = try readValType()
      return .map(key: key, value: try readValType())
    default: throw invalidLeadingByte(byte, for: "component defined type", at: start)
    }
  }

  // MARK: Definition types

  /// `depth` counts the component and instance types around this one.
  mutating func readTypeDefinition(
    depth: Int = 0
  ) throws(ModuleError) -> ComponentTypeDefinition {
    let start = reader.position
    let byte = try reader.readByte()
    switch byte {
    case 0x40, 0x43: return .function(try readFunctionType(isAsync: byte == 0x43))
    case 0x41: return .component(try readDeclarators(inComponentType: true, depth: depth))
    case 0x42: return .instance(try readDeclarators(inComponentType: false, depth: depth))
    case 0x3F: return .resource(try readResourceType())
    default: return .value(try readDefValType(byte, at: start))
    }
  }

  private mutating func readResourceType() throws(ModuleError) -> ResourceTypeDefinition {
    let representation = try reader.readValueType()
    let hasDestructor = try readPresence(of: "optional resource destructor")
    return ResourceTypeDefinition(
      representation: representation, destructor: hasDestructor ? try reader.readU32() : nil)
  }

  private mutating func readFunctionType(
    isAsync: Bool
  ) throws(ModuleError) -> ComponentFunctionType {
    let parameters = try readLabelledValTypes()
    return ComponentFunctionType(
      isAsync: isAsync, parameters: parameters, result: try readResultList())
  }

  /// `resultlist`
  mutating func readResultList() throws(ModuleError) -> ValType? {
    let start = reader.position
    let byte = try reader.readByte()
    switch byte {
    case 0x00: return try readValType()
    case 0x01:
      let zero = try reader.readByte()
      guard zero == 0x00 else {
        throw invalidLeadingByte(zero, for: "number of results", at: start + 1)
      }
      return nil
    default: throw invalidLeadingByte(byte, for: "component function results", at: start)
    }
  }

  // MARK: Declarators

  private mutating func readDeclarators(
    inComponentType: Bool, depth: Int
  ) throws(ModuleError) -> [ComponentDeclarator] {
    guard depth < limits.componentNesting else {
      throw ModuleError(
        .limit, "nested component and instance types: the limit is \(limits.componentNesting)",
        at: .offset(reader.offset))
    }
    var declarators: [ComponentDeclarator] = []
    for _ in 0..<(try reader.readCount()) {
      let offset = reader.offset
      let kind = try readDeclarator(inComponentType: inComponentType, depth: depth + 1)
      declarators.append(ComponentDeclarator(kind, offset: offset))
    }
    return declarators
  }

  private mutating func readDeclarator(
    inComponentType: Bool, depth: Int
  ) throws(ModuleError) -> ComponentDeclarator.Kind {
    let start = reader.position
    let byte = try reader.readByte()
    switch byte {
    case 0x00: return .coreType(try readCoreTypeDefinition())
    case 0x01: return .type(try readTypeDefinition(depth: depth))
    case 0x02: return .alias(try readAlias())
    case 0x03 where inComponentType: return .import(try readImport())
    case 0x04:
      let name = try readExternName()
      return .export(name, try readExternType())
    default:
      throw invalidLeadingByte(byte, for: "component or instance type declaration", at: start)
    }
  }

  // MARK: External types

  mutating func readExternType() throws(ModuleError) -> ComponentExternType {
    let start = reader.position
    let byte = try reader.readByte()
    switch byte {
    case 0x00:
      let core = try reader.readByte()
      guard core == CoreSort.module.rawValue else {
        throw invalidLeadingByte(core, for: "component external kind", at: start + 1)
      }
      return .coreModule(type: try reader.readU32())
    case 0x01: return .function(type: try reader.readU32())
    case 0x02: return .value(try readValueBound())
    case 0x03: return .type(try readTypeBound())
    case 0x04: return .component(type: try reader.readU32())
    case 0x05: return .instance(type: try reader.readU32())
    default: throw invalidLeadingByte(byte, for: "component external kind", at: start)
    }
  }

  private mutating func readTypeBound() throws(ModuleError) -> TypeBound {
    let start = reader.position
    let byte = try reader.readByte()
    switch byte {
    case 0x00: return .equal(try reader.readU32())
    case 0x01: return .subResource
    default: throw invalidLeadingByte(byte, for: "type bound", at: start)
    }
  }

  private mutating func readValueBound() throws(ModuleError) -> ValueBound {
    let start = reader.position
    let byte = try reader.readByte()
    switch byte {
    case 0x00: return .equal(try reader.readU32())
    case 0x01: return .type(try readValType())
    default: throw invalidLeadingByte(byte, for: "value bound", at: start)
    }
  }
}
