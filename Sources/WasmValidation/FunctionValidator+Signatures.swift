// Instructions whose typing is the signature of their row.

import WasmBinary
import WasmSyntax

extension FunctionValidator {
  /// One operand, one result, no address type.
  @inline(__always)
  mutating func unary(_ typing: UnsafePointer<Typing>) throws(ModuleError) {
    let top = operands.count &- 1
    if top >= height && operands[top] == typing.pointee.operands {
      operands[top] = UInt32(typing.pointee.results)
    } else {
      try applySignature(typing)
    }
  }

  @inline(__always)
  mutating func binary(_ typing: UnsafePointer<Typing>) throws(ModuleError) {
    let below = operands.count &- 2
    if below >= height
      && operands[below] | operands[below &+ 1] &<< 8 == typing.pointee.operands
    {
      operands[below] = UInt32(typing.pointee.results)
      operands.count = below &+ 1
    } else {
      try applySignature(typing)
    }
  }

  /// Any signature; `address` is the type of the memory that the immediate names.
  @inline(never)
  mutating func applySignature(
    _ typing: UnsafePointer<Typing>, address: UInt32 = 0
  ) throws(ModuleError) {
    var i = UInt32(typing.pointee.operandCount)
    while i > 0 {
      i &-= 1
      let kind = typing.pointee.operands &>> (8 &* i) & 0xFF
      try pop(bits: kind == Typing.addressKind ? address : kind)
    }
    for i in 0..<UInt16(typing.pointee.resultCount) {
      let kind = UInt32(typing.pointee.results &>> (8 &* i) & 0xFF)
      try push(bits: kind == Typing.addressKind ? address : kind)
    }
  }

  @inline(never)
  mutating func immediateThenSignature(
    _ typing: UnsafePointer<Typing>, _ cursor: inout InstructionCursor
  ) throws(ModuleError) {
    switch typing.pointee.immediate {
    case .lane:
      let lane = try cursor.readByte()
      guard lane < typing.pointee.laneCount else { throw invalid("invalid lane index \(lane)") }
    case .shuffle:
      for _ in 0..<16 {
        let lane = try cursor.readByte()
        guard lane < 32 else { throw invalid("invalid lane index \(lane)") }
      }
    default: try cursor.skipImmediate(of: typing.pointee.immediate)
    }
    try applySignature(typing)
  }

  // MARK: Memory

  @inline(__always)
  mutating func addressType(ofMemory index: UInt32) throws(ModuleError) -> UInt32 {
    guard index < memoryCount else { throw invalid("unknown memory \(index)") }
    return memories[Int(index)]
  }

  /// Loads, stores and atomics.
  @inline(__always)
  mutating func memoryAccess(
    _ typing: UnsafePointer<Typing>, _ cursor: inout InstructionCursor
  ) throws(ModuleError) {
    let argument = try cursor.nextMemArg()
    let address = try addressType(ofMemory: argument.memory)
    let natural = UInt32(typing.pointee.naturalAlignment)
    if argument.alignLog2 > natural || argument.offset > UInt64(UInt32.max)
      || typing.pointee.isAtomic
    {
      try checkMemArg(argument, natural, address, typing.pointee.isAtomic)
    }
    if typing.pointee.laneCount != 0 {
      let lane = try cursor.readByte()
      guard lane < typing.pointee.laneCount else { throw invalid("invalid lane index \(lane)") }
    }
    // A load whose operand is an address: the most common case of all.
    let top = operands.count &- 1
    if typing.pointee.operands == Typing.addressKind && top >= height && operands[top] == address {
      operands[top] = UInt32(typing.pointee.results)
    } else {
      try applySignature(typing, address: address)
    }
  }

  @inline(never)
  private func checkMemArg(
    _ argument: MemArg, _ natural: UInt32, _ address: UInt32, _ isAtomic: Bool
  ) throws(ModuleError) {
    if isAtomic {
      guard argument.alignLog2 == natural else {
        throw invalid("atomic alignment must be natural")
      }
    } else if argument.alignLog2 > natural {
      throw invalid("alignment must not be larger than natural")
    }
    if address == ValueType.i32.bits && argument.offset > UInt64(UInt32.max) {
      throw invalid("offset out of range")
    }
  }

  @inline(never)
  mutating func memorySize(
    _ typing: UnsafePointer<Typing>, _ cursor: inout InstructionCursor
  ) throws(ModuleError) {
    try applySignature(typing, address: try addressType(ofMemory: try cursor.nextU32()))
  }
}
