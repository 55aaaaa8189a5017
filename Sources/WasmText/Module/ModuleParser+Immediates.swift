// Text Format, Instructions: what stands behind the keyword of a plain instruction, by the shape that the instruction
// table gives. Text and binary differ in the order of some indices.

import WasmBinary
import WasmSyntax

extension ModuleParser {
  /// Reads the immediate of an instruction that is no block and writes the instruction; stands behind the keyword.
  mutating func parsePlainInstruction(
    _ definition: InstructionDefinition, _ keyword: Token
  ) throws(ModuleError) {
    switch definition.immediate {
    case .heapType: return try parseReferenceInstruction(definition)
    case .none:
      if definition.opcode == .select, cursor.isAtForm(.result) { return try parseSelectTypes() }
    default: break
    }
    code.writeOpcode(definition.opcode)
    if definition.immediate.namesDataSegment, function.isBody { sections.needsDataCount = true }
    switch definition.immediate {
    case .none: break
    case .label: code.writeU32(try parseLabel())
    case .labelTable: try parseLabelTable()
    case .function: code.writeU32(try parseIndex(in: functions))
    case .type: code.writeU32(try parseIndex(in: types))
    case .local: code.writeU32(try parseLocal())
    case .global: code.writeU32(try parseIndex(in: globals))
    case .tag: code.writeU32(try parseIndex(in: tags))
    case .data: code.writeU32(try parseIndex(in: data))
    case .element: code.writeU32(try parseIndex(in: elements))
    case .table: code.writeU32(try parseOptionalIndex(in: tables))
    case .memory: code.writeU32(try parseOptionalIndex(in: memories))
    case .tableType:
      let table = try parseOptionalIndex(in: tables)
      code.writeU32(try parseTypeUse(allowsNames: false).index)
      code.writeU32(table)
    case .tableTable: try parseIndexPair(in: tables)
    case .memoryMemory: try parseIndexPair(in: memories)
    case .dataMemory: try parseSegmentCopy(from: data, to: memories)
    case .elementTable: try parseSegmentCopy(from: elements, to: tables)
    case .memArg: code.writeMemArg(try parseMemArg(definition, hasLane: false))
    case .memArgLane:
      code.writeMemArg(try parseMemArg(definition, hasLane: true))
      try parseLane()
    case .lane: try parseLane()
    case .shuffle: for _ in 0..<16 { try parseLane() }
    case .i32:
      let bits = UInt32(truncatingIfNeeded: try cursor.expectInteger(bits: 32))
      code.writeS32(Int32(bitPattern: bits))
    case .i64: code.writeS64(Int64(bitPattern: try cursor.expectInteger(bits: 64)))
    case .f32: code.writeF32(bits: UInt32(truncatingIfNeeded: try cursor.expectFloat(.f32)))
    case .f64: code.writeF64(bits: try cursor.expectFloat(.f64))
    case .v128: code.writeBytes(try cursor.expectVector())
    case .typeField: try parseTypeField()
    case .typeCount:
      code.writeU32(try parseIndex(in: types))
      code.writeU32(try cursor.expectU32())
    case .typeData:
      code.writeU32(try parseIndex(in: types))
      code.writeU32(try parseIndex(in: data))
    case .typeElement:
      code.writeU32(try parseIndex(in: types))
      code.writeU32(try parseIndex(in: elements))
    case .typeType:
      code.writeU32(try parseIndex(in: types))
      code.writeU32(try parseIndex(in: types))
    case .brOnCast:
      let label = try parseLabel()
      let source = try parseReferenceType()
      code.writeCastBranch(
        CastBranch(label: label, source: source, target: try parseReferenceType()))
    case .zeroByte: code.writeByte(0)
    case .blockType, .tryTable, .heapType, .selectTypes:
      throw cursor.error("unexpected token", at: keyword)
    }
  }

  // MARK: Labels and locals

  mutating func parseLabel() throws(ModuleError) -> UInt32 {
    guard let identifier = cursor.take(.identifier) else { return try cursor.expectU32() }
    guard let depth = function.labels.depth(of: identifier.payload) else {
      throw cursor.error("unknown label", at: identifier)
    }
    return depth
  }

  private mutating func parseLabelTable() throws(ModuleError) {
    var labels = [try parseLabel()]
    while isAtIndex { labels.append(try parseLabel()) }
    code.writeCount(labels.count - 1)
    for label in labels { code.writeU32(label) }
  }

  private mutating func parseLocal() throws(ModuleError) -> UInt32 {
    try parseIndex(in: function.locals)
  }

  // MARK: Pairs of indices

  /// Two indices, or none for 0 and 0.
  private mutating func parseIndexPair(in space: IdentifierSpace) throws(ModuleError) {
    var pair: (UInt32, UInt32) = (0, 0)
    if isAtIndex {
      pair.0 = try parseIndex(in: space)
      pair.1 = try parseIndex(in: space)
    }
    code.writeU32(pair.0)
    code.writeU32(pair.1)
  }

  /// A destination, which may be left out, and a segment. The binary format has the segment first.
  private mutating func parseSegmentCopy(
    from segments: IdentifierSpace, to destinations: IdentifierSpace
  ) throws(ModuleError) {
    let next = cursor.peek(1)
    let hasDestination = next.kind == .identifier || next.kind == .number
    let destination = hasDestination ? try parseIndex(in: destinations) : 0
    code.writeU32(try parseIndex(in: segments))
    code.writeU32(destination)
  }

  private mutating func parseTypeField() throws(ModuleError) {
    let type = try parseIndex(in: types)
    code.writeU32(type)
    guard let identifier = cursor.take(.identifier) else {
      return code.writeU32(try cursor.expectU32())
    }
    guard let field = structureFields[UInt64(type) << 32 | UInt64(identifier.payload)] else {
      throw cursor.error("unknown field", at: identifier)
    }
    code.writeU32(field)
  }

  // MARK: Types

  /// `ref.null`, and the casts, which have an opcode for each nullability.
  private mutating func parseReferenceInstruction(
    _ definition: InstructionDefinition
  ) throws(ModuleError) {
    if definition.opcode == .refNull {
      code.writeOpcode(.refNull)
      return code.writeHeapType(try parseHeapType())
    }
    let type = try parseReferenceType()
    let opcodes: (plain: Opcode, nullable: Opcode) =
      definition.opcode == .refTest ? (.refTest, .refTestNull) : (.refCast, .refCastNull)
    code.writeOpcode(type.isNullable ? opcodes.nullable : opcodes.plain)
    code.writeHeapType(type.heapType)
  }

  private mutating func parseSelectTypes() throws(ModuleError) {
    var types: [ValueType] = []
    while cursor.takeForm(.result) { try parseValueTypes(into: &types) }
    code.writeOpcode(.selectTypes)
    code.writeResultType(types)
  }

  // MARK: Memory

  private mutating func parseMemArg(
    _ definition: InstructionDefinition, hasLane: Bool
  ) throws(ModuleError) -> MemArg {
    var memory: UInt32 = 0
    if cursor.token.kind == .identifier
      || cursor.token.kind == .number && (!hasLane || !isLastNumber)
    {
      memory = try parseIndex(in: memories)
    }
    let offset = try cursor.takeAssignment(.offsetEquals) ?? 0
    var alignLog2 = definition.naturalAlignmentLog2
    let token = cursor.token
    if let alignment = try cursor.takeAssignment(.alignEquals) {
      guard alignment.nonzeroBitCount == 1 else {
        throw cursor.error("alignment must be a power of two", at: token)
      }
      alignLog2 = UInt32(alignment.trailingZeroBitCount)
    }
    return MemArg(alignLog2: alignLog2, memory: memory, offset: offset)
  }

  /// Whether the number that the cursor stands on is the lane and not the memory in front of it.
  private var isLastNumber: Bool {
    let next = cursor.peek(1)
    return next.kind != .number && next.word != .offsetEquals && next.word != .alignEquals
  }

  private mutating func parseLane() throws(ModuleError) {
    code.writeByte(UInt8(truncatingIfNeeded: try cursor.expectNatural(bits: 8)))
  }
}

extension TextCursor {
  /// The lanes of a shape as they are in memory: width of a lane in bytes and the format of floats.
  private mutating func takeVectorShape() -> (laneBytes: Int, format: FloatFormat?)? {
    let shape: (laneBytes: Int, format: FloatFormat?)
    switch token.word.keyword {
    case .i8x16: shape = (1, nil)
    case .i16x8: shape = (2, nil)
    case .i32x4: shape = (4, nil)
    case .i64x2: shape = (8, nil)
    case .f32x4: shape = (4, .f32)
    case .f64x2: shape = (8, .f64)
    default: return nil
    }
    advance()
    return shape
  }

  /// A vector constant: its shape and its lanes.
  mutating func expectVector() throws(ModuleError) -> [UInt8] {
    guard let shape = takeVectorShape() else { throw unexpectedToken() }
    var bytes: [UInt8] = []
    while bytes.count < 16 {
      guard token.kind == .number || token.kind == .keyword && shape.format != nil else {
        throw error("wrong number of lane literals")
      }
      var lane: UInt64
      if let format = shape.format {
        lane = try expectFloat(format)
      } else {
        lane = try expectInteger(bits: shape.laneBytes * 8)
      }
      for _ in 0..<shape.laneBytes {
        bytes.append(UInt8(truncatingIfNeeded: lane))
        lane >>= 8
      }
    }
    return bytes
  }
}
