// Reads instructions: opcodes and the immediates that the instruction table names by shape. Binary Format, Instructions.

import WasmSyntax

/// A reader that stands on instructions.
package typealias InstructionCursor = ByteReader

/// The immediate of loads and stores.
package struct MemArg: Hashable, Sendable {
  package var alignLog2: UInt32
  package var memory: UInt32
  package var offset: UInt64
  package init(alignLog2: UInt32, memory: UInt32 = 0, offset: UInt64) {
    self.alignLog2 = alignLog2
    self.memory = memory
    self.offset = offset
  }
}

/// Structure, Block Types.
package enum BlockType: Hashable, Sendable {
  case empty
  case value(ValueType)
  case type(UInt32)
}

/// A catch clause of `try_table`. Raw values of the kinds are the binary format's.
package struct CatchClause: Hashable, Sendable {
  package enum Kind: UInt8, Sendable {
    case `catch` = 0
    case catchRef = 1
    case catchAll = 2
    case catchAllRef = 3
    package var hasTag: Bool { rawValue < 2 }
    package var pushesReference: Bool { rawValue & 1 != 0 }
  }
  package var kind: Kind
  /// Meaningful where the kind has a tag.
  package var tag: UInt32
  package var label: UInt32
  package init(kind: Kind, tag: UInt32 = 0, label: UInt32) {
    self.kind = kind
    self.tag = tag
    self.label = label
  }
}

/// The immediate of `br_on_cast` and `br_on_cast_fail`.
package struct CastBranch: Hashable, Sendable {
  package var label: UInt32
  package var source: ValueType
  package var target: ValueType
  package init(label: UInt32, source: ValueType, target: ValueType) {
    self.label = label
    self.source = source
    self.target = target
  }
}

extension ByteReader {
  /// Reads an opcode. There need not be an instruction with it: the table's lookup says so.
  package mutating func readOpcode() throws(ModuleError) -> Opcode {
    let byte = try readByte()
    if byte < 0xFB || byte == 0xFF { return Opcode(UInt16(byte)) }
    return try readPrefixedOpcode(byte)
  }

  mutating func readPrefixedOpcode(_ prefix: UInt8) throws(ModuleError) -> Opcode {
    let start = position - 1
    let sub = try readU32()
    guard let opcode = Opcode.prefixed(prefix, sub) else { throw illegalOpcode(at: start) }
    return opcode
  }

  /// The error for an opcode that no instruction has.
  @inline(never)
  package func illegalOpcode(at start: Int) -> ModuleError {
    var reader = self
    reader.move(to: start)
    guard let byte = reader.peekByte() else { return unexpectedEnd() }
    let hex = String(byte, radix: 16)
    if byte >= 0xFB && byte != 0xFF {
      reader.pointer += 1
      if let sub = try? reader.readU32() {
        return malformed("illegal opcode \(hex) \(String(sub, radix: 16))", at: start)
      }
    }
    return malformed("illegal opcode \(hex)", at: start)
  }

  package mutating func readMemArg() throws(ModuleError) -> MemArg {
    let flags = try readU32()
    if flags < 64 { return MemArg(alignLog2: flags, offset: try readU64()) }
    guard flags < 128 else { throw malformed("malformed memop flags") }
    let memory = try readU32()
    return MemArg(alignLog2: flags & 63, memory: memory, offset: try readU64())
  }

  package mutating func readBlockType() throws(ModuleError) -> BlockType {
    guard let byte = peekByte() else { throw unexpectedEnd() }
    if byte == 0x40 {
      pointer += 1
      return .empty
    }
    // One byte with the sign bit set is a negative s33: a value type.
    if byte & 0xC0 == 0x40 { return .value(try readValueType()) }
    return .type(try readBlockTypeIndex())
  }

  mutating func readBlockTypeIndex() throws(ModuleError) -> UInt32 {
    let start = position
    guard let index = UInt32(exactly: try readS33()) else {
      throw malformed("malformed block type", at: start)
    }
    return index
  }

  package mutating func readCatchClause() throws(ModuleError) -> CatchClause {
    let start = position
    guard let kind = CatchClause.Kind(rawValue: try readByte()) else {
      throw malformed("malformed catch clause", at: start)
    }
    let tag = kind.hasTag ? try readU32() : 0
    return CatchClause(kind: kind, tag: tag, label: try readU32())
  }

  package mutating func readCastBranch() throws(ModuleError) -> CastBranch {
    let start = position
    let flags = try readByte()
    guard flags < 4 else { throw malformed("malformed br_on_cast flags", at: start) }
    let label = try readU32()
    let source = try readHeapType()
    let target = try readHeapType()
    return CastBranch(
      label: label, source: ValueType(nullable: flags & 1 != 0, source),
      target: ValueType(nullable: flags & 2 != 0, target))
  }

  /// Reads past an opcode's immediate.
  package mutating func skipImmediate(of shape: ImmediateShape) throws(ModuleError) {
    switch shape {
    case .none: break
    case .blockType: _ = try readBlockType()
    case .label, .function, .type, .local, .global, .table, .memory, .tag, .data, .element:
      _ = try readU32()
    case .labelTable:
      for _ in 0..<(try readCount()) { _ = try readU32() }
      _ = try readU32()
    case .tableType, .tableTable, .memoryMemory, .dataMemory, .elementTable, .typeField, .typeCount,
      .typeData, .typeElement, .typeType:
      _ = try readU32()
      _ = try readU32()
    case .memArg: _ = try readMemArg()
    case .memArgLane:
      _ = try readMemArg()
      try skip(1)
    case .lane: try skip(1)
    case .shuffle, .v128: try skip(16)
    case .i32: _ = try readS32()
    case .i64: _ = try readS64()
    case .f32: try skip(4)
    case .f64: try skip(8)
    case .heapType: _ = try readHeapType()
    case .selectTypes: for _ in 0..<(try readCount()) { _ = try readValueType() }
    case .tryTable:
      _ = try readBlockType()
      for _ in 0..<(try readCount()) { _ = try readCatchClause() }
    case .brOnCast: _ = try readCastBranch()
    case .zeroByte: try readZeroByte()
    }
  }

  /// The reserved byte of `atomic.fence`.
  package mutating func readZeroByte() throws(ModuleError) {
    let start = position
    guard try readByte() == 0 else { throw malformed("zero byte expected", at: start) }
  }

  /// Steps over one whole instruction and returns its row.
  package mutating func skipInstruction() throws(ModuleError) -> InstructionDefinition {
    let start = position
    let opcode = try readOpcode()
    guard let definition = opcode.definition else { throw illegalOpcode(at: start) }
    try skipImmediate(of: definition.immediate)
    return definition
  }
}
