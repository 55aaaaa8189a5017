// The common cases of reading code, repeated here so that they are inlined into the loop that types instructions: nearly
// all opcodes are one byte, nearly all numbers one or two. Everything else is `ByteReader`'s to read and to refuse.

import WasmBinary
import WasmSyntax

extension ByteReader {
  /// The dense number of the next opcode.
  @inline(__always)
  mutating func nextOpcode() throws(ModuleError) -> Int {
    if pointer != end {
      let byte = pointer.load(as: UInt8.self)
      if byte < 0xFB {
        pointer += 1
        return Int(byte)
      }
    }
    return Int(try readOpcode().rawValue)
  }

  @inline(__always)
  mutating func nextU32() throws(ModuleError) -> UInt32 {
    if end - pointer >= 2 {
      let first = UInt32(pointer.load(as: UInt8.self))
      if first < 0x80 {
        pointer += 1
        return first
      }
      let second = UInt32(pointer.load(fromByteOffset: 1, as: UInt8.self))
      if second < 0x80 {
        pointer += 2
        return first & 0x7F | second &<< 7
      }
    }
    return try readU32()
  }

  /// Reads past a signed number of at most `bits` bits. Short ones cannot be out of range.
  @inline(__always)
  mutating func skipSigned(bits: Int) throws(ModuleError) {
    if end - pointer >= 2 {
      if pointer.load(as: UInt8.self) < 0x80 {
        pointer += 1
        return
      }
      if pointer.load(fromByteOffset: 1, as: UInt8.self) < 0x80 {
        pointer += 2
        return
      }
    }
    if bits == 32 { _ = try readS32() } else { _ = try readS64() }
  }

  @inline(__always)
  mutating func nextMemArg() throws(ModuleError) -> MemArg {
    if end - pointer >= 2 {
      let flags = pointer.load(as: UInt8.self)
      let offset = pointer.load(fromByteOffset: 1, as: UInt8.self)
      if flags < 64 && offset < 0x80 {
        pointer += 2
        return MemArg(alignLog2: UInt32(flags), memory: 0, offset: UInt64(offset))
      }
    }
    return try readMemArg()
  }

  @inline(__always)
  mutating func nextBytes(_ count: Int) throws(ModuleError) {
    if end - pointer >= count { pointer += count } else { try skip(count) }
  }
}
