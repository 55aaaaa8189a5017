// What stands behind the keyword of a plain instruction, by the shape that the instruction table gives. The mirror image of
// ModuleParser+Immediates.swift.

import WasmBinary
import WasmSyntax

extension ModulePrinter {
  mutating func writeImmediate(
    _ definition: InstructionDefinition, _ cursor: inout InstructionCursor,
    _ code: inout PrintedCode
  ) throws(ModuleError) {
    if definition.immediate.namesDataSegment { usesDataCount = true }
    switch definition.immediate {
    case .none, .blockType, .tryTable: break
    case .label: writeLabel(try cursor.readU32(), code)
    case .labelTable:
      for _ in 0...(try cursor.readCount()) { writeLabel(try cursor.readU32(), code) }
    case .function: writeIndex(try cursor.readU32(), in: names.functions)
    case .type: writeIndex(try cursor.readU32(), in: names.types)
    case .local: writeIndex(try cursor.readU32(), in: code.locals)
    case .global: writeIndex(try cursor.readU32(), in: names.globals)
    case .tag: writeIndex(try cursor.readU32(), in: names.tags)
    case .data: writeIndex(try cursor.readU32(), in: names.data)
    case .element: writeIndex(try cursor.readU32(), in: names.elements)
    case .table: writeOptionalIndex(try cursor.readU32(), in: names.tables)
    case .memory: writeOptionalIndex(try cursor.readU32(), in: names.memories)
    case .tableType:
      let type = try cursor.readU32()
      writeOptionalIndex(try cursor.readU32(), in: names.tables)
      writeTypeUse(type)
    case .tableTable: try writePair(&cursor, in: names.tables)
    case .memoryMemory: try writePair(&cursor, in: names.memories)
    case .dataMemory: try writeSegmentCopy(&cursor, from: names.data, to: names.memories)
    case .elementTable: try writeSegmentCopy(&cursor, from: names.elements, to: names.tables)
    case .memArg: write(try cursor.readMemArg(), definition)
    case .memArgLane:
      write(try cursor.readMemArg(), definition)
      try writeLane(&cursor)
    case .lane: try writeLane(&cursor)
    case .shuffle: for _ in 0..<16 { try writeLane(&cursor) }
    case .i32:
      out.write(" ")
      out.write(try cursor.readS32())
    case .i64:
      out.write(" ")
      out.write(try cursor.readS64())
    case .f32:
      out.write(" ")
      out.writeFloat(bits: try cursor.readF32Bits())
    case .f64:
      out.write(" ")
      out.writeFloat(bits: try cursor.readF64Bits())
    case .v128: try writeVector(&cursor)
    case .heapType: try writeHeapType(definition, &cursor)
    case .selectTypes: try writeSelectTypes(&cursor)
    case .typeField: try writeField(&cursor)
    case .typeCount:
      writeIndex(try cursor.readU32(), in: names.types)
      out.write(" ")
      out.write(try cursor.readU32())
    case .typeData:
      writeIndex(try cursor.readU32(), in: names.types)
      writeIndex(try cursor.readU32(), in: names.data)
    case .typeElement:
      writeIndex(try cursor.readU32(), in: names.types)
      writeIndex(try cursor.readU32(), in: names.elements)
    case .typeType:
      writeIndex(try cursor.readU32(), in: names.types)
      writeIndex(try cursor.readU32(), in: names.types)
    case .brOnCast:
      let branch = try cursor.readCastBranch()
      writeLabel(branch.label, code)
      write(branch.source)
      write(branch.target)
    case .zeroByte: try cursor.readZeroByte()
    }
  }

  // MARK: Indices

  private mutating func writeIndex(_ index: UInt32, in space: PrintedSpace) {
    out.write(" ")
    write(index, in: space)
  }

  private mutating func writeOptionalIndex(_ index: UInt32, in space: PrintedSpace) {
    if index != 0 { writeIndex(index, in: space) }
  }

  mutating func writeLabel(_ depth: UInt32, _ code: PrintedCode) {
    out.write(" ")
    if let name = code.label(at: depth) {
      out.write(identifier: name)
    } else {
      out.write(depth)
    }
  }

  private mutating func writePair(
    _ cursor: inout InstructionCursor, in space: PrintedSpace
  ) throws(ModuleError) {
    let first = try cursor.readU32()
    let second = try cursor.readU32()
    guard first != 0 || second != 0 else { return }
    writeIndex(first, in: space)
    writeIndex(second, in: space)
  }

  private mutating func writeSegmentCopy(
    _ cursor: inout InstructionCursor, from segments: PrintedSpace, to destinations: PrintedSpace
  ) throws(ModuleError) {
    let segment = try cursor.readU32()
    writeOptionalIndex(try cursor.readU32(), in: destinations)
    writeIndex(segment, in: segments)
  }

  private mutating func writeField(_ cursor: inout InstructionCursor) throws(ModuleError) {
    let type = try cursor.readU32()
    writeIndex(type, in: names.types)
    writeIndex(try cursor.readU32(), in: names.fields(of: type))
  }

  // MARK: Memory and vectors

  private mutating func write(_ argument: MemArg, _ definition: InstructionDefinition) {
    writeOptionalIndex(argument.memory, in: names.memories)
    if argument.offset != 0 {
      out.write(" offset=")
      out.write(argument.offset)
    }
    if argument.alignLog2 != definition.naturalAlignmentLog2 {
      out.write(" align=")
      out.write(UInt64(1) << UInt64(argument.alignLog2))
    }
  }

  private mutating func writeLane(_ cursor: inout InstructionCursor) throws(ModuleError) {
    out.write(" ")
    out.write(try cursor.readByte())
  }

  private mutating func writeVector(_ cursor: inout InstructionCursor) throws(ModuleError) {
    out.write(" i32x4")
    for _ in 0..<4 {
      out.write(" ")
      out.write(hex: try cursor.readF32Bits())
    }
  }

  // MARK: Types

  private mutating func writeHeapType(
    _ definition: InstructionDefinition, _ cursor: inout InstructionCursor
  ) throws(ModuleError) {
    let type = try cursor.readHeapType()
    switch definition.opcode {
    case .refTest, .refCast: write(ValueType(nullable: false, type))
    case .refTestNull, .refCastNull: write(ValueType(nullable: true, type))
    default:
      out.write(" ")
      write(type)
    }
  }

  private mutating func writeSelectTypes(
    _ cursor: inout InstructionCursor
  ) throws(ModuleError) {
    out.write(" (result")
    for _ in 0..<(try cursor.readCount()) { write(try cursor.readValueType()) }
    out.write(")")
  }
}
