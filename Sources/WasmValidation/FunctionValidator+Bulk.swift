// Validation, Table Instructions and the bulk Memory Instructions.

import WasmBinary
import WasmSyntax

extension FunctionValidator {
  // MARK: Tables

  mutating func tableGet(_ cursor: inout InstructionCursor) throws(ModuleError) {
    let table = try table(try cursor.nextU32())
    try pop(bits: table.address)
    try push(bits: table.element)
  }

  mutating func tableSet(_ cursor: inout InstructionCursor) throws(ModuleError) {
    let table = try table(try cursor.nextU32())
    try pop(bits: table.element)
    try pop(bits: table.address)
  }

  mutating func tableSize(_ cursor: inout InstructionCursor) throws(ModuleError) {
    try push(bits: try table(try cursor.nextU32()).address)
  }

  mutating func tableGrow(_ cursor: inout InstructionCursor) throws(ModuleError) {
    let table = try table(try cursor.nextU32())
    try pop(bits: table.address)
    try pop(bits: table.element)
    try push(bits: table.address)
  }

  mutating func tableFill(_ cursor: inout InstructionCursor) throws(ModuleError) {
    let table = try table(try cursor.nextU32())
    try pop(bits: table.address)
    try pop(bits: table.element)
    try pop(bits: table.address)
  }

  mutating func tableCopy(_ cursor: inout InstructionCursor) throws(ModuleError) {
    let target = try table(try cursor.nextU32())
    let source = try table(try cursor.nextU32())
    guard matches(source.element, target.element) else {
      throw mismatch(source.element, target.element)
    }
    try popCopy(target.address, source.address)
  }

  mutating func tableInit(_ cursor: inout InstructionCursor) throws(ModuleError) {
    let element = try elementType(try cursor.nextU32())
    let table = try table(try cursor.nextU32())
    guard matches(element, table.element) else { throw mismatch(element, table.element) }
    try popInit(table.address)
  }

  // MARK: Memories

  mutating func memoryInit(_ cursor: inout InstructionCursor) throws(ModuleError) {
    try checkData(try cursor.nextU32())
    try popInit(try addressType(ofMemory: try cursor.nextU32()))
  }

  mutating func memoryCopy(_ cursor: inout InstructionCursor) throws(ModuleError) {
    let target = try addressType(ofMemory: try cursor.nextU32())
    try popCopy(target, try addressType(ofMemory: try cursor.nextU32()))
  }

  mutating func memoryFill(_ cursor: inout InstructionCursor) throws(ModuleError) {
    let address = try addressType(ofMemory: try cursor.nextU32())
    try pop(bits: address)
    try pop(bits: Bits.i32)
    try pop(bits: address)
  }

  // MARK: Operands

  /// Target and source address, and a length that both can count.
  private mutating func popCopy(_ target: UInt32, _ source: UInt32) throws(ModuleError) {
    try pop(bits: min(target, source))
    try pop(bits: source)
    try pop(bits: target)
  }

  /// Target address, and source and length within a segment.
  private mutating func popInit(_ target: UInt32) throws(ModuleError) {
    try pop(bits: Bits.i32)
    try pop(bits: Bits.i32)
    try pop(bits: target)
  }
}
