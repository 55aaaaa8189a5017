// The one table of core instructions: decoder, encoder, text parser, printer, validator and translator read it.
// A new instruction costs a row here, a handler and a wast file.

/// What follows an opcode, in binary and text (Binary Format, Instructions).
package enum ImmediateShape: UInt8, Sendable {
  case none
  case blockType
  case label
  /// A vector of labels and the default label.
  case labelTable
  case function
  case type
  case local
  case global
  case table
  case memory
  case tag
  case data
  case element
  /// `call_indirect`: in binary the type comes before the table, in text the table may come first.
  case tableType
  case tableTable
  case memoryMemory
  /// `memory.init`: in binary the data segment comes before the memory.
  case dataMemory
  /// `table.init`: in binary the element segment comes before the table.
  case elementTable
  /// Alignment, optional memory and offset.
  case memArg
  case memArgLane
  case lane
  /// 16 lane indices.
  case shuffle
  case i32, i64, f32, f64, v128
  case heapType
  /// `select` with its result types.
  case selectTypes
  /// Block type and catch clauses.
  case tryTable
  case typeField
  case typeCount
  case typeData
  case typeElement
  case typeType
  /// Flags, label, and the heap types of source and target.
  case brOnCast
  /// The reserved byte of `atomic.fence`, absent in text.
  case zeroByte
}

/// A row of the instruction table.
package struct InstructionDefinition: Sendable {
  package let opcode: Opcode
  /// The keyword of the text format.
  package let name: StaticString
  package let immediate: ImmediateShape
  /// Operands, `:`, results; one character each: `i` i32, `l` i64, `f` f32, `d` f64, `v` v128, `p` the address type
  /// of the memory that the immediate names. `*` where the typing rule is more than a signature.
  package let signature: StaticString
  /// The feature that brings the instruction, nil for WebAssembly 1.0.
  package let feature: Feature?

  init(
    _ opcode: UInt16, _ name: StaticString, _ immediate: ImmediateShape, _ signature: StaticString,
    _ feature: Feature? = nil
  ) {
    self.opcode = Opcode(opcode)
    self.name = name
    self.immediate = immediate
    self.signature = signature
    self.feature = feature
  }

  /// The natural alignment of a memory access, as an exponent of two; 0 for every other instruction.
  package var naturalAlignmentLog2: UInt32 { InstructionTable.naturalAlignmentLog2(of: opcode) }

  /// Whether the typing rule is written in the validator.
  package var hasSpecialTyping: Bool { signature.utf8Start.pointee == UInt8(ascii: "*") }
}

/// The rows, indexed by opcode and by keyword.
package struct InstructionTable: Sendable {
  package static let shared = InstructionTable()

  /// All rows in opcode order.
  package let rows: [InstructionDefinition]
  @usableFromInline let byOpcode: [InstructionDefinition?]

  init() {
    rows = [
      Self.controlInstructions, Self.memoryInstructions, Self.comparisonInstructions,
      Self.integerInstructions, Self.floatInstructions, Self.conversionInstructions,
      Self.aggregateInstructions, Self.vectorInstructions, Self.vectorInstructionsContinued,
      Self.vectorInstructions2, Self.vectorInstructions2Continued, Self.vectorInstructions3,
      Self.vectorInstructions4, Self.vectorInstructions5, Self.atomicInstructions,
      Self.atomicInstructionsContinued,
    ].flatMap { $0 }.sorted { $0.opcode.rawValue < $1.opcode.rawValue }
    var byOpcode = [InstructionDefinition?](repeating: nil, count: Opcode.count)
    for row in rows { byOpcode[Int(row.opcode.rawValue)] = row }
    self.byOpcode = byOpcode
  }

  @inlinable package subscript(opcode: Opcode) -> InstructionDefinition? {
    let index = Int(opcode.rawValue)
    return index < byOpcode.count ? byOpcode[index] : nil
  }

  /// Derived from the names, which spell the width accessed: `i64.load32_u`, `v128.load8x8_s`, `i32.atomic.rmw16.add_u`.
  static func naturalAlignmentLog2(of opcode: Opcode) -> UInt32 {
    switch opcode.rawValue {
    case 0x2C, 0x2D, 0x30, 0x31, 0x3A, 0x3C: return 0
    case 0x2E, 0x2F, 0x32, 0x33, 0x3B, 0x3D: return 1
    case 0x28, 0x2A, 0x34, 0x35, 0x36, 0x38, 0x3E: return 2
    case 0x29, 0x2B, 0x37, 0x39: return 3
    case 0x300, 0x30B: return 4
    case 0x301...0x306, 0x30A: return 3
    case 0x307...0x309: return UInt32(opcode.rawValue - 0x307)
    case 0x354...0x357: return UInt32(opcode.rawValue - 0x354)
    case 0x358...0x35B: return UInt32(opcode.rawValue - 0x358)
    case 0x35C: return 2
    case 0x35D: return 3
    case 0x500, 0x501: return 2
    case 0x502: return 3
    case 0x510...0x54E:
      // Seven forms in the same order throughout: i32, i64, i32 8, i32 16, i64 8, i64 16, i64 32.
      let form = Int(opcode.rawValue - 0x510) % 7
      let widths: StaticString = "2301012"
      return UInt32(widths.utf8Start[form]) - UInt32(UInt8(ascii: "0"))
    default: return 0
    }
  }
}
