// Reading opcodes and numbers. The short forms, which are nearly all there is, are read in place: the reader's own
// functions live in another room and are not inlined into this one.

import WasmBinary
import WasmSyntax

extension FunctionTranslator {
  @inline(__always)
  mutating func readOpcode() throws(ModuleError) -> Opcode {
    if reader.pointer != reader.end {
      let byte = reader.pointer.load(as: UInt8.self)
      if byte < 0xFB {
        reader.pointer += 1
        return Opcode(UInt16(byte))
      }
    }
    return try reader.readOpcode()
  }

  @inline(__always)
  mutating func readU32() throws(ModuleError) -> UInt32 {
    if reader.pointer != reader.end {
      let byte = reader.pointer.load(as: UInt8.self)
      if byte < 0x80 {
        reader.pointer += 1
        return UInt32(byte)
      }
    }
    return try reader.readU32()
  }

  @inline(__always)
  mutating func readS32() throws(ModuleError) -> Int32 {
    if reader.pointer != reader.end {
      let byte = reader.pointer.load(as: UInt8.self)
      if byte < 0x80 {
        reader.pointer += 1
        return Int32(Int8(bitPattern: byte &<< 1)) &>> 1
      }
    }
    return try reader.readS32()
  }

  /// A 32-bit immediate as it is stored in an instruction.
  @inline(__always)
  mutating func readIndex() throws(ModuleError) -> Int32 { Int32(bitPattern: try readU32()) }

  @inline(__always)
  mutating func readMemArg() throws(ModuleError) -> MemArg {
    if reader.end - reader.pointer >= 2 {
      let flags = reader.pointer.load(as: UInt8.self)
      let offset = reader.pointer.load(fromByteOffset: 1, as: UInt8.self)
      if flags < 64, offset < 0x80 {
        reader.pointer += 2
        return MemArg(alignLog2: UInt32(flags), offset: UInt64(offset))
      }
    }
    return try reader.readMemArg()
  }

  /// Reads on to the `else` or `end` that brings back to reachable code, or to the function's end.
  mutating func skipUnreachable() throws(ModuleError) {
    var depth = 0
    while true {
      let start = reader.position
      let opcode = try readOpcode()
      switch opcode.rawValue {
      case 0x02, 0x03, 0x04, 0x1F: depth += 1  // block, loop, if, try_table
      case 0x05 where depth == 0:  // else
        reader.move(to: start)
        return
      case 0x0B:  // end
        if depth == 0 {
          reader.move(to: start)
          return
        }
        depth -= 1
      default: break
      }
      guard let definition = opcode.definition else { throw reader.illegalOpcode(at: start) }
      try reader.skipImmediate(of: definition.immediate)
    }
  }
}
