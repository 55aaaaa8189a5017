// What the translator knows of values before the code for them is made: the operand stack, the locals, and the
// instructions emitted so far.

import CWasmExecution

/// An entry of the operand stack. Each has a slot of its own in the frame, but only a temporary's is filled: locals and
/// constants are read where they are used. A local that is written to meanwhile is copied to the slot first.
struct Operand: BitwiseCopyable {
  enum Kind: UInt8, BitwiseCopyable {
    case temporary
    case local
    /// A local (i32) plus a constant, which addresses take without an addition of their own.
    case localPlus
    case constant
  }

  /// The bits of a constant; of a local its index, and in the upper half what is added to it.
  var payload: UInt64 = 0
  /// Byte offset of the operand's slot from fp.
  var slot: Int32
  /// The next operand down the stack that refers to the same local; -1 if there is none.
  var link: Int32 = -1
  var kind: Kind = .temporary
  var isVector = false

  var local: Int { Int(UInt32(truncatingIfNeeded: payload)) }
  var addend: Int32 { Int32(truncatingIfNeeded: payload >> 32) }
  /// Bytes of the frame it takes.
  var size: Int32 { isVector ? 16 : 8 }
  var usesLocal: Bool { kind == .local || kind == .localPlus }
}

/// A local variable, parameters included.
struct LocalVariable: BitwiseCopyable {
  /// Byte offset of its slot from fp.
  var slot: Int32
  /// The topmost operand that refers to it; -1 if there is none.
  var head: Int32 = -1
  var isVector = false
}

/// An emitted instruction and what fusion has to know to take it back.
struct EmittedInstruction: BitwiseCopyable {
  /// What kind of operation it is, as far as it takes part in fusion.
  enum Shape: UInt8, BitwiseCopyable {
    case other
    case intBinary, intPair, intCompare
    case floatBinary, floatCompare
    case load
    /// A move from a slot or of a 32-bit immediate to a slot.
    case move
  }

  var instruction: WasmIns
  /// Where in the module's bytes it comes from.
  var offset: UInt32
  var shape: Shape = .other
  var family: UInt8 = 0
  /// Bits 0 and 1: width (0 for 32, 1 for 64; 2 more for floats). Bits 2...4: kinds of operands or of the address.
  /// Bit 7: `d` is the slot of the result and may be changed to another.
  var form: UInt8 = 0
  /// Which fields (bit 0 a, 1 b, 2 d, 3 t) hold positions in the constant pool.
  var constants: UInt8 = 0

  static let result: UInt8 = 0x80
  @inline(__always)
  static func form(width: UInt8, isFloat: Bool = false, kinds: UInt8 = 0) -> UInt8 {
    width | (isFloat ? 2 : 0) | kinds << 2 | result
  }
  var width: UInt8 { form & 1 }
  var isFloat: Bool { form & 2 != 0 }
  /// Width and floatness together.
  var type: UInt8 { form & 3 }
  var kinds: UInt8 { form >> 2 & 7 }
  var hasResult: Bool { form & Self.result != 0 }
}

/// A block, loop, conditional or function that is open.
struct ControlFrame: BitwiseCopyable {
  enum Kind: UInt8, BitwiseCopyable {
    case function, block, loop, conditional, alternative, tryTable
  }

  var kind: Kind
  /// Operands below the block's parameters.
  var height: Int
  /// Where the first parameter or result lies.
  var slotBase: Int32
  var parameters: BlockValues
  var results: BlockValues
  /// The head of a loop.
  var head: Int32 = -1
  /// Branches waiting for the end, chained through their `t`; -1 ends the chain.
  var branches: Int32 = -1
  /// Catch clauses waiting for the end, chained likewise.
  var clauses: Int32 = -1
  /// The branch of an `if` to its `else`.
  var alternative: Int32 = -1
  /// Fuel counted for the code around a loop, while the loop's is being counted.
  var outerFuel: Int32 = 0
  /// The handler of a try_table.
  var handler: Int32 = -1

  /// Values that a branch to this frame's label carries.
  var label: BlockValues { kind == .loop ? parameters : results }
}

/// The types of a block's parameters or results, as far as frames depend on them.
struct BlockValues: BitwiseCopyable {
  /// Slots all together.
  var slots: Int32 = 0
  /// Where to look up which ones are vectors; -1 if none is, -2 for a single vector.
  var type: Int32 = -1

  var bytes: Int32 { slots &* 8 }
}
