// The second pass (Text Format, Modules): fields are encoded in the order of the text.

import WasmBinary
import WasmSyntax

extension ModuleParser {
  mutating func parseField(_ field: Field) throws(ModuleError) {
    cursor.index = field.tokenIndex + 2
    switch field.keyword {
    case .import: try parseImport()
    case .func: try parseFunction(field)
    case .table: try parseTable(field)
    case .memory: try parseMemory(field)
    case .global: try parseGlobal(field)
    case .tag: try parseTag(field)
    case .export: try parseExport()
    case .start: try parseStart()
    case .elem: try parseElementSegment()
    case .data: try parseDataSegment()
    default: throw cursor.unexpectedToken()
    }
    try cursor.expectRightParen()
  }

  // MARK: Imports and exports

  private mutating func parseImport() throws(ModuleError) {
    let module = try cursor.expectName()
    let name = try cursor.expectName()
    let keyword = cursor.formWord.keyword
    try cursor.expectLeftParen()
    guard let keyword else { throw cursor.unexpectedToken() }
    cursor.advance()
    _ = cursor.take(.identifier)
    try parseImportedType(keyword, module, name)
    try cursor.expectRightParen()
  }

  /// Reads the type of an import whose names are known and writes the import.
  private mutating func parseImportedType(
    _ keyword: Keyword, _ module: [UInt8], _ name: [UInt8]
  ) throws(ModuleError) {
    var writer = ByteWriter()
    writer.writeName(module)
    writer.writeName(name)
    switch keyword {
    case .func:
      writer.writeExternType(.function(type: try parseTypeUse(allowsNames: true).index))
    case .table: writer.writeExternType(.table(try parseTableType(parseAddressType())))
    case .memory:
      let (type, hasPageSize) = try parseWrittenMemoryType(parseAddressType())
      writer.writeByte(ExternKind.memory.rawValue)
      writer.writeMemoryType(type, hasPageSize: hasPageSize)
    case .global: writer.writeExternType(.global(try parseGlobalType()))
    case .tag: writer.writeExternType(.tag(type: try parseTypeUse(allowsNames: true).index))
    default: throw cursor.unexpectedToken()
    }
    sections.imports.append { $0.writeBytes(writer.bytes) }
  }

  private mutating func appendExport(_ name: [UInt8], _ kind: ExternKind, _ index: UInt32) {
    sections.exports.append {
      $0.writeName(name)
      $0.writeByte(kind.rawValue)
      $0.writeU32(index)
    }
  }

  /// The identifier, inline exports and inline import that open a field. True if the field has become an import.
  private mutating func parseInlineExternals(
    _ keyword: Keyword, _ kind: ExternKind, _ index: UInt32
  ) throws(ModuleError) -> Bool {
    _ = cursor.take(.identifier)
    while cursor.takeForm(.export) {
      appendExport(try cursor.expectName(), kind, index)
      try cursor.expectRightParen()
    }
    guard cursor.takeForm(.import) else { return false }
    let module = try cursor.expectName()
    let name = try cursor.expectName()
    try cursor.expectRightParen()
    try parseImportedType(keyword, module, name)
    return true
  }

  private mutating func parseExport() throws(ModuleError) {
    let name = try cursor.expectName()
    switch cursor.formWord.keyword {
    case .func: appendExport(name, .function, try parseIndexForm(.func, in: functions))
    case .table: appendExport(name, .table, try parseIndexForm(.table, in: tables))
    case .memory: appendExport(name, .memory, try parseIndexForm(.memory, in: memories))
    case .global: appendExport(name, .global, try parseIndexForm(.global, in: globals))
    case .tag: appendExport(name, .tag, try parseIndexForm(.tag, in: tags))
    default:
      if cursor.isAtLeftParen { cursor.advance() }
      throw cursor.unexpectedToken()
    }
  }

  private mutating func parseStart() throws(ModuleError) {
    let token = cursor.token
    let index = try parseIndex(in: functions)
    guard sections.start == nil else { throw cursor.error("multiple start sections", at: token) }
    sections.start = index
  }

  // MARK: Functions

  private mutating func parseFunction(_ field: Field) throws(ModuleError) {
    guard try !parseInlineExternals(.func, .function, field.index) else { return }
    let (type, signature, _) = try parseTypeUse(allowsNames: true)
    sections.functions.append { $0.writeU32(type) }
    function.reset(isBody: true)
    code.bytes.removeAll(keepingCapacity: true)

    let names = try bindParameters(type, signature)
    let localNames = try parseLocals()
    sections.names.add(names + localNames, of: field.index, in: .locals)
    try parseInstructions()
    code.writeOpcode(.end)

    let body = code.bytes
    sections.code.append {
      $0.writeCount(body.count)
      $0.writeBytes(body)
    }
    sections.names.add(function.labelNames, of: field.index, in: .labels)
    if !function.hints.isEmpty {
      sections.branchHints.functions.append(.init(function: field.index, hints: function.hints))
    }
  }

  private mutating func bindParameters(
    _ type: UInt32, _ signature: Signature
  ) throws(ModuleError) -> ModuleNames.Map {
    var names: ModuleNames.Map = []
    for (index, binding) in signature.bindings {
      try function.locals.skip(index - Int(function.locals.count))
      let local = try function.locals.bind(binding.identifier)
      if let name = binding.name { names.append((local, name)) }
    }
    // Without a signature, the parameters are those of the type.
    let count =
      signature.isEmpty
      ? typeTable.functionType(at: type)?.parameters.count : signature.type.parameters.count
    try function.locals.skip((count ?? 0) - Int(function.locals.count))
    function.hasUnknownType = count == nil
    return names
  }

  private mutating func parseLocals() throws(ModuleError) -> ModuleNames.Map {
    var names: ModuleNames.Map = []
    var groups: [(count: UInt32, type: ValueType)] = []
    func append(_ type: ValueType) {
      if let last = groups.last, last.type == type {
        groups[groups.count - 1].count += 1
      } else {
        groups.append((1, type))
      }
    }
    while cursor.isAtForm(.local) {
      cursor.index += 2
      let binding = try takeBinding()
      guard let name = binding.name else {
        while !cursor.isAtRightParen {
          append(try parseValueType())
          try function.locals.skip(1)
        }
        cursor.advance()
        continue
      }
      if function.hasUnknownType { throw cursor.error("unknown type") }
      names.append((try function.locals.bind(binding.identifier), name))
      append(try parseValueType())
      try cursor.expectRightParen()
    }
    code.writeCount(groups.count)
    for group in groups {
      code.writeU32(group.count)
      code.writeValueType(group.type)
    }
    return names
  }

  // MARK: Tables, memories, globals, tags

  private mutating func parseTable(_ field: Field) throws(ModuleError) {
    guard try !parseInlineExternals(.table, .table, field.index) else { return }
    let addressType = parseAddressType()
    guard cursor.isAtNatural else {
      return try parseTableWithElements(field.index, addressType)
    }
    let type = try parseTableType(addressType)
    guard !cursor.isAtRightParen else {
      return sections.tables.append { $0.writeTableType(type) }
    }
    try parseExpression()
    let initializer = code.bytes
    sections.tables.append {
      $0.writeByte(0x40)
      $0.writeByte(0x00)
      $0.writeTableType(type)
      $0.writeBytes(initializer)
    }
  }

  private mutating func parseMemory(_ field: Field) throws(ModuleError) {
    guard try !parseInlineExternals(.memory, .memory, field.index) else { return }
    let addressType = parseAddressType()
    if cursor.isAtForm(.data) || cursor.isAtForm(.pagesize) {
      return try parseMemoryWithData(field.index, addressType)
    }
    let (type, hasPageSize) = try parseWrittenMemoryType(addressType)
    sections.memories.append { $0.writeMemoryType(type, hasPageSize: hasPageSize) }
  }

  private mutating func parseGlobal(_ field: Field) throws(ModuleError) {
    guard try !parseInlineExternals(.global, .global, field.index) else { return }
    let type = try parseGlobalType()
    try parseExpression()
    let initializer = code.bytes
    sections.globals.append {
      $0.writeGlobalType(type)
      $0.writeBytes(initializer)
    }
  }

  private mutating func parseTag(_ field: Field) throws(ModuleError) {
    guard try !parseInlineExternals(.tag, .tag, field.index) else { return }
    let type = try parseTypeUse(allowsNames: true).index
    sections.tags.append { $0.writeTagType(type) }
  }
}

extension ByteWriter {
  /// A memory type whose page size is written if the text says it.
  mutating func writeMemoryType(_ type: MemoryType, hasPageSize: Bool) {
    writeLimits(
      type.limits, addressType: type.addressType, isShared: type.isShared, hasPageSize: hasPageSize)
    if hasPageSize { writeU32(type.pageSizeLog2) }
  }
}
