// Opcodes as one dense number, so that tables and jump tables need no hashing.
//
//   0x00xx  one-byte opcodes          0x03xx, 0x04xx  prefix 0xFD (vector; sub-opcode up to 0x1FF)
//   0x01xx  prefix 0xFB (aggregates)  0x05xx          prefix 0xFE (atomics)
//   0x02xx  prefix 0xFC (bulk, ...)

/// A core instruction's opcode (Binary Format, Instructions), prefix included.
package struct Opcode: Hashable, Sendable, RawRepresentable {
  package let rawValue: UInt16

  @inlinable package init(rawValue: UInt16) { self.rawValue = rawValue }
  @inlinable package init(_ rawValue: UInt16) { self.rawValue = rawValue }

  /// One past the largest dense opcode: the size of tables indexed by opcode.
  package static let count = 0x600

  /// The opcode behind a prefix byte (0xFB ... 0xFE), or nil where no instruction can be.
  @inlinable package static func prefixed(_ prefix: UInt8, _ sub: UInt32) -> Opcode? {
    switch prefix {
    case 0xFB where sub < 0x100: Opcode(0x100 + UInt16(truncatingIfNeeded: sub))
    case 0xFC where sub < 0x100: Opcode(0x200 + UInt16(truncatingIfNeeded: sub))
    case 0xFD where sub < 0x200: Opcode(0x300 + UInt16(truncatingIfNeeded: sub))
    case 0xFE where sub < 0x100: Opcode(0x500 + UInt16(truncatingIfNeeded: sub))
    default: nil
    }
  }

  /// The prefix byte, nil for one-byte opcodes.
  package var prefix: UInt8? {
    switch rawValue >> 8 {
    case 0: nil
    case 1: 0xFB
    case 2: 0xFC
    case 3, 4: 0xFD
    default: 0xFE
    }
  }

  /// The byte itself, or the number that follows the prefix.
  package var sub: UInt32 {
    switch rawValue >> 8 {
    case 3, 4: UInt32(rawValue) - 0x300
    default: UInt32(rawValue) & 0xFF
    }
  }

  /// The row of the instruction table, nil if no instruction has this opcode.
  @inlinable package var definition: InstructionDefinition? { InstructionTable.shared[self] }
}

// The opcodes that code has to name; all others are handled through their row's columns.
extension Opcode {
  package static let unreachable = Opcode(0x00)
  package static let nop = Opcode(0x01)
  package static let block = Opcode(0x02)
  package static let loop = Opcode(0x03)
  package static let `if` = Opcode(0x04)
  package static let `else` = Opcode(0x05)
  package static let `throw` = Opcode(0x08)
  package static let throwRef = Opcode(0x0A)
  package static let end = Opcode(0x0B)
  package static let br = Opcode(0x0C)
  package static let brIf = Opcode(0x0D)
  package static let brTable = Opcode(0x0E)
  package static let `return` = Opcode(0x0F)
  package static let call = Opcode(0x10)
  package static let callIndirect = Opcode(0x11)
  package static let returnCall = Opcode(0x12)
  package static let returnCallIndirect = Opcode(0x13)
  package static let callRef = Opcode(0x14)
  package static let returnCallRef = Opcode(0x15)
  package static let drop = Opcode(0x1A)
  package static let select = Opcode(0x1B)
  package static let selectTypes = Opcode(0x1C)
  package static let tryTable = Opcode(0x1F)
  package static let localGet = Opcode(0x20)
  package static let localSet = Opcode(0x21)
  package static let localTee = Opcode(0x22)
  package static let globalGet = Opcode(0x23)
  package static let globalSet = Opcode(0x24)
  package static let tableGet = Opcode(0x25)
  package static let tableSet = Opcode(0x26)
  package static let memorySize = Opcode(0x3F)
  package static let memoryGrow = Opcode(0x40)
  package static let i32Const = Opcode(0x41)
  package static let i64Const = Opcode(0x42)
  package static let f32Const = Opcode(0x43)
  package static let f64Const = Opcode(0x44)
  package static let i32Eqz = Opcode(0x45)
  package static let i64Eqz = Opcode(0x50)
  package static let i32Add = Opcode(0x6A)
  package static let i32Sub = Opcode(0x6B)
  package static let i32Mul = Opcode(0x6C)
  package static let i64Add = Opcode(0x7C)
  package static let i64Sub = Opcode(0x7D)
  package static let i64Mul = Opcode(0x7E)
  package static let refNull = Opcode(0xD0)
  package static let refIsNull = Opcode(0xD1)
  package static let refFunc = Opcode(0xD2)
  package static let refEq = Opcode(0xD3)
  package static let refAsNonNull = Opcode(0xD4)
  package static let brOnNull = Opcode(0xD5)
  package static let brOnNonNull = Opcode(0xD6)
  package static let structNew = Opcode(0x100)
  package static let structNewDefault = Opcode(0x101)
  package static let structGet = Opcode(0x102)
  package static let structGetS = Opcode(0x103)
  package static let structGetU = Opcode(0x104)
  package static let structSet = Opcode(0x105)
  package static let arrayNew = Opcode(0x106)
  package static let arrayNewDefault = Opcode(0x107)
  package static let arrayNewFixed = Opcode(0x108)
  package static let arrayNewData = Opcode(0x109)
  package static let arrayNewElem = Opcode(0x10A)
  package static let arrayGet = Opcode(0x10B)
  package static let arrayGetS = Opcode(0x10C)
  package static let arrayGetU = Opcode(0x10D)
  package static let arraySet = Opcode(0x10E)
  package static let arrayLen = Opcode(0x10F)
  package static let arrayFill = Opcode(0x110)
  package static let arrayCopy = Opcode(0x111)
  package static let arrayInitData = Opcode(0x112)
  package static let arrayInitElem = Opcode(0x113)
  package static let refTest = Opcode(0x114)
  package static let refTestNull = Opcode(0x115)
  package static let refCast = Opcode(0x116)
  package static let refCastNull = Opcode(0x117)
  package static let brOnCast = Opcode(0x118)
  package static let brOnCastFail = Opcode(0x119)
  package static let anyConvertExtern = Opcode(0x11A)
  package static let externConvertAny = Opcode(0x11B)
  package static let refI31 = Opcode(0x11C)
  package static let i31GetS = Opcode(0x11D)
  package static let i31GetU = Opcode(0x11E)
  package static let memoryInit = Opcode(0x208)
  package static let dataDrop = Opcode(0x209)
  package static let memoryCopy = Opcode(0x20A)
  package static let memoryFill = Opcode(0x20B)
  package static let tableInit = Opcode(0x20C)
  package static let elemDrop = Opcode(0x20D)
  package static let tableCopy = Opcode(0x20E)
  package static let tableGrow = Opcode(0x20F)
  package static let tableSize = Opcode(0x210)
  package static let tableFill = Opcode(0x211)
  package static let v128Const = Opcode(0x30C)
  package static let i8x16Shuffle = Opcode(0x30D)
  package static let memoryAtomicNotify = Opcode(0x500)
  package static let memoryAtomicWait32 = Opcode(0x501)
  package static let memoryAtomicWait64 = Opcode(0x502)
  package static let atomicFence = Opcode(0x503)
}
