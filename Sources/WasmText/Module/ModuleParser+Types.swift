// Text Format, Types.

import WasmBinary
import WasmSyntax

extension ModuleParser {
  // MARK: Value types

  /// A heap type that is written as a reference type in one word.
  private static func abbreviatedReference(_ keyword: Keyword) -> AbstractHeapType? {
    switch keyword {
    case .anyref: .any
    case .nullref: AbstractHeapType.none
    case .eqref: .eq
    case .i31ref: .i31
    case .structref: .struct
    case .arrayref: .array
    case .funcref: .func
    case .nullfuncref: .nofunc
    case .exnref: .exn
    case .nullexnref: .noexn
    case .externref: .extern
    case .nullexternref: .noextern
    default: nil
    }
  }

  private static func abstractHeapType(_ keyword: Keyword) -> AbstractHeapType? {
    switch keyword {
    case .any: .any
    case .none: AbstractHeapType.none
    case .eq: .eq
    case .i31: .i31
    case .struct: .struct
    case .array: .array
    case .func: .func
    case .nofunc: .nofunc
    case .exn: .exn
    case .noexn: .noexn
    case .extern: .extern
    case .noextern: .noextern
    default: nil
    }
  }

  mutating func parseHeapType() throws(ModuleError) -> HeapType {
    if let abstract = Self.abstractHeapType(at: cursor.token) {
      cursor.advance()
      return HeapType(abstract)
    }
    let token = cursor.token
    let index = try parseIndex(in: types)
    guard index <= HeapType.maximumIndex else {
      throw ModuleError(.invalid, "unknown type \(index)", at: .offset(token.startOffset))
    }
    return HeapType(index: index)
  }

  static func abstractHeapType(at token: Token) -> AbstractHeapType? {
    token.word.keyword.flatMap { abstractHeapType($0) }
  }

  /// A value type if the cursor stands on one.
  mutating func parseValueTypeIfPresent() throws(ModuleError) -> ValueType? {
    if cursor.isAtForm(.ref) { return try parseReferenceType() }
    guard let keyword = cursor.token.word.keyword else { return nil }
    let type: ValueType
    switch keyword {
    case .i32: type = .i32
    case .i64: type = .i64
    case .f32: type = .f32
    case .f64: type = .f64
    case .v128: type = .v128
    default:
      guard let abstract = Self.abbreviatedReference(keyword) else { return nil }
      type = ValueType(nullable: true, HeapType(abstract))
    }
    cursor.advance()
    return type
  }

  mutating func parseValueType() throws(ModuleError) -> ValueType {
    guard let type = try parseValueTypeIfPresent() else { throw cursor.unexpectedToken() }
    return type
  }

  mutating func parseReferenceType() throws(ModuleError) -> ValueType {
    if cursor.takeForm(.ref) {
      let isNullable = cursor.take(.null)
      let heapType = try parseHeapType()
      try cursor.expectRightParen()
      return ValueType(nullable: isNullable, heapType)
    }
    guard let keyword = cursor.token.word.keyword,
      let abstract = Self.abbreviatedReference(keyword)
    else { throw cursor.unexpectedToken() }
    cursor.advance()
    return ValueType(nullable: true, HeapType(abstract))
  }

  /// Value types up to the closing parenthesis, which is passed.
  mutating func parseValueTypes(into types: inout [ValueType]) throws(ModuleError) {
    while !cursor.isAtRightParen { types.append(try parseValueType()) }
    cursor.advance()
  }

  // MARK: Types of fields, tables, memories, globals

  private mutating func parseStorageType() throws(ModuleError) -> StorageType {
    if cursor.take(.i8) { return .i8 }
    if cursor.take(.i16) { return .i16 }
    return .value(try parseValueType())
  }

  private mutating func parseFieldType() throws(ModuleError) -> FieldType {
    guard cursor.takeForm(.mut) else {
      return FieldType(storage: try parseStorageType(), isMutable: false)
    }
    let storage = try parseStorageType()
    try cursor.expectRightParen()
    return FieldType(storage: storage, isMutable: true)
  }

  mutating func parseGlobalType() throws(ModuleError) -> GlobalType {
    guard cursor.takeForm(.mut) else {
      return GlobalType(valueType: try parseValueType(), isMutable: false)
    }
    let type = try parseValueType()
    try cursor.expectRightParen()
    return GlobalType(valueType: type, isMutable: true)
  }

  mutating func parseAddressType() -> AddressType {
    if cursor.take(.i64) { return .i64 }
    _ = cursor.take(.i32)
    return .i32
  }

  private mutating func parseLimits() throws(ModuleError) -> Limits {
    let minimum = try cursor.expectNatural(bits: 64)
    let maximum = cursor.isAtNatural ? try cursor.expectNatural(bits: 64) : nil
    return Limits(minimum: minimum, maximum: maximum)
  }

  mutating func parseTableType(_ addressType: AddressType) throws(ModuleError) -> TableType {
    let limits = try parseLimits()
    return TableType(
      addressType: addressType, limits: limits, element: try parseReferenceType())
  }

  mutating func parseMemoryType(_ addressType: AddressType) throws(ModuleError) -> MemoryType {
    try parseWrittenMemoryType(addressType).type
  }

  /// A memory type, and whether it says its page size, which then is encoded even if it is the default.
  mutating func parseWrittenMemoryType(
    _ addressType: AddressType
  ) throws(ModuleError) -> (type: MemoryType, hasPageSize: Bool) {
    let limits = try parseLimits()
    let isShared = cursor.take(.shared)
    let pageSizeLog2 = try parsePageSize()
    let type = MemoryType(
      addressType: addressType, limits: limits, isShared: isShared,
      pageSizeLog2: pageSizeLog2 ?? MemoryType.defaultPageSizeLog2)
    return (type, pageSizeLog2 != nil)
  }

  /// `(pagesize N)` as the logarithm.
  mutating func parsePageSize() throws(ModuleError) -> UInt32? {
    guard cursor.takeForm(.pagesize) else { return nil }
    let token = cursor.token
    let size = try cursor.expectNatural(bits: 64)
    guard size.nonzeroBitCount == 1 else {
      throw cursor.error("invalid custom page size", at: token)
    }
    try cursor.expectRightParen()
    return UInt32(size.trailingZeroBitCount)
  }

  // MARK: Function types

  /// Parameters, with the bindings of those that have one, and results.
  struct Signature {
    var type = FunctionType(parameters: [], results: [])
    var bindings: [(index: Int, binding: Binding)] = []
    var isEmpty: Bool { type.parameters.isEmpty && type.results.isEmpty }
  }

  mutating func parseSignature(allowsNames: Bool) throws(ModuleError) -> Signature {
    var signature = Signature()
    while cursor.isAtForm(.param) {
      cursor.index += 2
      let binding = allowsNames ? try takeBinding() : Binding()
      if binding.name != nil {
        signature.bindings.append((signature.type.parameters.count, binding))
        signature.type.parameters.append(try parseValueType())
        try cursor.expectRightParen()
      } else {
        try parseValueTypes(into: &signature.type.parameters)
      }
    }
    while cursor.takeForm(.result) { try parseValueTypes(into: &signature.type.results) }
    return signature
  }

  /// A type by index, by signature, or by both, which then must agree. A signature without a type stands for the first
  /// that fits, or for a new one behind all others.
  mutating func parseTypeUse(
    allowsNames: Bool
  ) throws(ModuleError) -> (index: UInt32, signature: Signature, isExplicit: Bool) {
    guard cursor.isAtForm(.type) else {
      let signature = try parseSignature(allowsNames: allowsNames)
      return (try typeIndex(of: signature.type), signature, false)
    }
    let index = try parseIndexForm(.type, in: types)
    let token = cursor.token
    let signature = try parseSignature(allowsNames: allowsNames)
    if !signature.isEmpty {
      guard let type = typeTable.functionType(at: index) else {
        throw cursor.error("unknown type", at: token)
      }
      guard type == signature.type else {
        throw cursor.error("inline function type does not match explicit type", at: token)
      }
    }
    return (index, signature, true)
  }

  /// The index of a plain function type, which is added if there is none.
  mutating func typeIndex(of type: FunctionType) throws(ModuleError) -> UInt32 {
    if let index = typeTable.index(of: type) { return index }
    let subType = SubType(composite: .function(type))
    typeTable.append(subType, isAloneInGroup: true)
    sections.types.append { $0.writeSubType(subType) }
    return try types.bind(nil)
  }

  // MARK: Type fields

  mutating func parseTypeField(_ field: Field) throws(ModuleError) {
    cursor.index = field.tokenIndex
    guard field.keyword == .rec else {
      var writer = ByteWriter()
      let type = try parseTypeDefinition(field.index, &writer)
      sections.types.append { $0.writeBytes(writer.bytes) }
      typeTable.append(type, isAloneInGroup: true)
      return
    }
    cursor.index += 2
    var writer = ByteWriter()
    var group: [SubType] = []
    while cursor.isAtForm(.type) {
      let index = field.index + UInt32(truncatingIfNeeded: group.count)
      group.append(try parseTypeDefinition(index, &writer))
    }
    try cursor.expectRightParen()
    sections.types.append {
      $0.writeByte(0x4E)
      $0.writeCount(group.count)
      $0.writeBytes(writer.bytes)
    }
    for type in group { typeTable.append(type, isAloneInGroup: group.count == 1) }
  }

  /// A form `(type ...)`, written as it is spelled: `sub final` without supertypes keeps its bytes.
  private mutating func parseTypeDefinition(
    _ index: UInt32, _ writer: inout ByteWriter
  ) throws(ModuleError) -> SubType {
    cursor.index += 2
    _ = cursor.take(.identifier)
    guard cursor.takeForm(.sub) else {
      let type = SubType(composite: try parseCompositeType(index))
      try cursor.expectRightParen()
      writer.writeSubType(type)
      return type
    }
    let isFinal = cursor.take(.final)
    var supertypes: [UInt32] = []
    while isAtIndex { supertypes.append(try parseIndex(in: types)) }
    let composite = try parseCompositeType(index)
    try cursor.expectRightParen()
    try cursor.expectRightParen()
    writer.writeByte(isFinal ? 0x4F : 0x50)
    writer.writeCount(supertypes.count)
    for supertype in supertypes { writer.writeU32(supertype) }
    writer.writeCompositeType(composite)
    return SubType(isFinal: isFinal, supertypes: supertypes, composite: composite)
  }

  mutating func parseCompositeType(_ index: UInt32) throws(ModuleError) -> CompositeType {
    let composite: CompositeType
    if cursor.takeForm(.func) {
      let bindings = try parseSignature(allowsNames: true)
      composite = .function(bindings.type)
    } else if cursor.takeForm(.struct) {
      composite = .structure(try parseStructureFields(index))
    } else if cursor.takeForm(.array) {
      composite = .array(try parseFieldType())
    } else {
      if cursor.isAtLeftParen { cursor.advance() }
      throw cursor.unexpectedToken()
    }
    try cursor.expectRightParen()
    return composite
  }

  private mutating func parseStructureFields(_ index: UInt32) throws(ModuleError) -> [FieldType] {
    var fields: [FieldType] = []
    var names: ModuleNames.Map = []
    while cursor.takeForm(.field) {
      let binding = try takeBinding()
      guard let name = binding.name else {
        while !cursor.isAtRightParen { fields.append(try parseFieldType()) }
        cursor.advance()
        continue
      }
      let field = UInt32(truncatingIfNeeded: fields.count)
      if let identifier = binding.identifier {
        let key = UInt64(index) << 32 | UInt64(identifier.payload)
        guard structureFields.updateValue(field, forKey: key) == nil else {
          throw cursor.error("duplicate field", at: identifier)
        }
      }
      names.append((field, name))
      fields.append(try parseFieldType())
      try cursor.expectRightParen()
    }
    sections.names.add(names, of: index, in: .fields)
    return fields
  }
}
