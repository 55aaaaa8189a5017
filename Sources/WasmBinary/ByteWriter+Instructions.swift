// Binary Format, Instructions: opcodes and the immediates that are more than one number.

import WasmSyntax

extension ByteWriter {
  package mutating func writeOpcode(_ opcode: Opcode) {
    if let prefix = opcode.prefix {
      writeByte(prefix)
      writeU32(opcode.sub)
    } else {
      writeByte(UInt8(truncatingIfNeeded: opcode.rawValue))
    }
  }

  package mutating func writeBlockType(_ type: BlockType) {
    switch type {
    case .empty: writeByte(0x40)
    case .value(let type): writeValueType(type)
    case .type(let index): writeS33(Int64(index))
    }
  }

  package mutating func writeMemArg(_ argument: MemArg) {
    // Bit 6 announces a memory index; memory 0 does without.
    writeU32(argument.alignLog2 | (argument.memory == 0 ? 0 : 64))
    if argument.memory != 0 { writeU32(argument.memory) }
    writeU64(argument.offset)
  }

  package mutating func writeCatchClause(_ clause: CatchClause) {
    writeByte(clause.kind.rawValue)
    if clause.kind.hasTag { writeU32(clause.tag) }
    writeU32(clause.label)
  }

  package mutating func writeCastBranch(_ branch: CastBranch) {
    writeByte((branch.source.isNullable ? 1 : 0) | (branch.target.isNullable ? 2 : 0))
    writeU32(branch.label)
    writeHeapType(branch.source.heapType)
    writeHeapType(branch.target.heapType)
  }
}
