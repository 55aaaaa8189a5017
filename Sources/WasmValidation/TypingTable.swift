// The instruction table boiled down to what the validator needs for every instruction, one small record per opcode.

import WasmSyntax

/// How an instruction is typed: the shape of the work for plain signatures, or a rule of its own.
enum TypingRule: UInt8 {
  case illegal
  // Signatures of the instruction table, told apart by what has to be read and how common they are.
  case nop, unary, binary, signature
  case constI32, constI64, constF32, constF64
  case immediateThenSignature
  case memoryAccess, memorySize
  // Rules written out; the instruction's own name.
  case unreachable, block, loop, `if`, `else`, end
  case br, brIf, brTable, `return`
  case call, callIndirect, callRef, returnCall, returnCallIndirect, returnCallRef
  case `throw`, throwRef, tryTable
  case drop, select, selectTypes
  case localGet, localSet, localTee, globalGet, globalSet
  case tableGet, tableSet, tableGrow, tableSize, tableFill, tableCopy, tableInit, elemDrop
  case memoryInit, memoryCopy, memoryFill, dataDrop
  case refNull, refIsNull, refFunc, refEq, refAsNonNull, brOnNull, brOnNonNull
  case refTest, refTestNull, refCast, refCastNull, brOnCast, brOnCastFail
  case refI31, i31Get, anyConvertExtern, externConvertAny
  case structNew, structNewDefault, structGet, structGetPacked, structSet
  case arrayNew, arrayNewDefault, arrayNewFixed, arrayNewData, arrayNewElem
  case arrayGet, arrayGetPacked, arraySet, arrayLen, arrayFill, arrayCopy
  case arrayInitData, arrayInitElem
}

/// An opcode's row in compact form.
struct Typing {
  var rule = TypingRule.illegal
  var immediate = ImmediateShape.none
  /// The raw value of the feature needed, 63 for none.
  var feature: UInt8 = 63
  /// Whether it may stand in a constant expression.
  var isConstant = false
  /// Whether it accesses memory atomically, and so has to be aligned.
  var isAtomic = false
  var naturalAlignment: UInt8 = 0
  /// Lanes that a lane index chooses among.
  var laneCount: UInt8 = 0
  var operandCount: UInt8 = 0
  var resultCount: UInt8 = 0
  /// Up to four operands and two results, the first in the lowest byte: kinds of value types, or `addressKind`.
  var operands: UInt32 = 0
  var results: UInt16 = 0

  /// Stands for the address type of the memory that the immediate names.
  static let addressKind: UInt32 = 7
}

/// One `Typing` per opcode, built once from the instruction table.
struct TypingTable: @unchecked Sendable {
  // Invariant: `Opcode.count` records, written in init only and never freed. That makes it Sendable.
  let base: UnsafePointer<Typing>

  static let shared = TypingTable()

  private init() {
    let memory = UnsafeMutablePointer<Typing>.allocate(capacity: Opcode.count)
    memory.initialize(repeating: Typing(), count: Opcode.count)
    let special = Dictionary(
      uniqueKeysWithValues: Self.controlRules + Self.variableRules + Self.bulkRules
        + Self.referenceRules + Self.aggregateRules)
    for row in InstructionTable.shared.rows {
      memory[Int(row.opcode.rawValue)] = Self.typing(of: row, special: special[row.opcode])
    }
    for opcode in Self.constantOpcodes { memory[Int(opcode.rawValue)].isConstant = true }
    base = UnsafePointer(memory)
  }

  private static func typing(of row: InstructionDefinition, special: TypingRule?) -> Typing {
    var typing = Typing()
    typing.immediate = row.immediate
    typing.feature = row.feature?.rawValue ?? 63
    typing.isAtomic = row.feature == .threads
    typing.naturalAlignment = UInt8(row.naturalAlignmentLog2)
    typing.laneCount = laneCount(of: row)
    if row.hasSpecialTyping {
      typing.rule = special ?? .illegal
      assert(special != nil, "the table says \(row.name) has a rule of its own")
      return typing
    }
    parseSignature(row.signature, into: &typing)
    typing.rule = plainRule(for: typing)
    return typing
  }

  private static func parseSignature(_ signature: StaticString, into typing: inout Typing) {
    var inResults = false
    signature.withUTF8Buffer { characters in
      for character in characters {
        let kind: UInt32
        switch character {
        case UInt8(ascii: "i"): kind = ValueType.Kind.i32.rawValue
        case UInt8(ascii: "l"): kind = ValueType.Kind.i64.rawValue
        case UInt8(ascii: "f"): kind = ValueType.Kind.f32.rawValue
        case UInt8(ascii: "d"): kind = ValueType.Kind.f64.rawValue
        case UInt8(ascii: "v"): kind = ValueType.Kind.v128.rawValue
        case UInt8(ascii: "p"): kind = Typing.addressKind
        default:
          inResults = true
          continue
        }
        if inResults {
          typing.results |= UInt16(kind) << (8 * UInt16(typing.resultCount))
          typing.resultCount += 1
        } else {
          typing.operands |= kind << (8 * UInt32(typing.operandCount))
          typing.operandCount += 1
        }
      }
    }
  }

  private static func plainRule(for typing: Typing) -> TypingRule {
    switch typing.immediate {
    case .none:
      switch (typing.operandCount, typing.resultCount) {
      case (0, 0): return .nop
      case (1, 1): return .unary
      case (2, 1): return .binary
      default: return .signature
      }
    case .i32: return .constI32
    case .i64: return .constI64
    case .f32: return .constF32
    case .f64: return .constF64
    case .memArg, .memArgLane: return .memoryAccess
    case .memory: return .memorySize
    default: return .immediateThenSignature
    }
  }

  /// Derived from the names, which spell the shape (`i16x8.extract_lane_s`) or the lane's width (`v128.load8_lane`).
  private static func laneCount(of row: InstructionDefinition) -> UInt8 {
    switch row.immediate {
    case .memArgLane: return 16 >> UInt8(row.naturalAlignmentLog2)
    case .lane:
      var count: UInt8 = 0
      var isCounting = false
      row.name.withUTF8Buffer { name in
        for character in name {
          if character == UInt8(ascii: ".") { break }
          if isCounting { count = count &* 10 &+ (character &- UInt8(ascii: "0")) }
          if character == UInt8(ascii: "x") { isCounting = true }
        }
      }
      return count
    default: return 0
    }
  }
}
