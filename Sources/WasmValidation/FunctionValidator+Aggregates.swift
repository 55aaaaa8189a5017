// Validation, Aggregate Instructions: structures and arrays.

import WasmBinary
import WasmSyntax

extension FunctionValidator {
  // MARK: Structures

  mutating func structNew(_ cursor: inout InstructionCursor) throws(ModuleError) {
    let type = try structType(try cursor.nextU32())
    for i in (0..<type.count).reversed() {
      if isBottomless { break }
      try pop(field(i, of: type).valueType)
    }
    try push(reference(to: type, nullable: false))
  }

  mutating func structNewDefault(_ cursor: inout InstructionCursor) throws(ModuleError) {
    let type = try structType(try cursor.nextU32())
    guard type.isDefaultable else { throw invalid("field type is not defaultable") }
    try push(reference(to: type, nullable: false))
  }

  private mutating func readField(
    _ cursor: inout InstructionCursor
  ) throws(ModuleError) -> (type: TypeRecord, field: FieldWord) {
    let type = try structType(try cursor.nextU32())
    let index = try cursor.nextU32()
    guard index < type.count else { throw invalid("unknown field \(index)") }
    return (type, field(Int(index), of: type))
  }

  mutating func structGet(
    _ cursor: inout InstructionCursor, isPacked: Bool
  ) throws(ModuleError) {
    let (type, field) = try readField(&cursor)
    try checkPacking(of: field, isPacked)
    try pop(reference(to: type, nullable: true))
    try push(field.valueType)
  }

  mutating func structSet(_ cursor: inout InstructionCursor) throws(ModuleError) {
    let (type, field) = try readField(&cursor)
    guard field.isMutable else { throw invalid("immutable field") }
    try pop(field.valueType)
    try pop(reference(to: type, nullable: true))
  }

  private mutating func checkPacking(of field: FieldWord, _ isPacked: Bool) throws(ModuleError) {
    guard field.isPacked == isPacked else {
      throw invalid(
        field.isPacked ? "a packed field is read signed or unsigned" : "the field is not packed")
    }
  }

  // MARK: Arrays

  mutating func arrayNew(_ cursor: inout InstructionCursor) throws(ModuleError) {
    let type = try arrayType(try cursor.nextU32())
    try pop(bits: Bits.i32)
    try pop(element(of: type).valueType)
    try push(reference(to: type, nullable: false))
  }

  mutating func arrayNewDefault(_ cursor: inout InstructionCursor) throws(ModuleError) {
    let type = try arrayType(try cursor.nextU32())
    guard type.isDefaultable else { throw invalid("array type is not defaultable") }
    try pop(bits: Bits.i32)
    try push(reference(to: type, nullable: false))
  }

  mutating func arrayNewFixed(_ cursor: inout InstructionCursor) throws(ModuleError) {
    let type = try arrayType(try cursor.nextU32())
    let element = element(of: type).valueType
    var left = try cursor.nextU32()
    while left > 0 {
      if isBottomless { break }
      try pop(element)
      left -= 1
    }
    try push(reference(to: type, nullable: false))
  }

  mutating func arrayNewData(_ cursor: inout InstructionCursor) throws(ModuleError) {
    let type = try arrayType(try cursor.nextU32())
    try checkData(try cursor.nextU32())
    try checkNumeric(type)
    try pop(bits: Bits.i32)
    try pop(bits: Bits.i32)
    try push(reference(to: type, nullable: false))
  }

  mutating func arrayNewElem(_ cursor: inout InstructionCursor) throws(ModuleError) {
    let type = try arrayType(try cursor.nextU32())
    try checkElements(try cursor.nextU32(), fit: type)
    try pop(bits: Bits.i32)
    try pop(bits: Bits.i32)
    try push(reference(to: type, nullable: false))
  }

  private mutating func checkNumeric(_ type: TypeRecord) throws(ModuleError) {
    guard !element(of: type).valueType.isReference else {
      throw invalid("array type is not numeric or vector")
    }
  }

  private mutating func checkElements(_ segment: UInt32, fit type: TypeRecord) throws(ModuleError) {
    let actual = try elementType(segment)
    let expected = element(of: type).valueType.bits
    guard matches(actual, expected) else { throw mismatch(actual, expected) }
  }

  mutating func arrayGet(
    _ cursor: inout InstructionCursor, isPacked: Bool
  ) throws(ModuleError) {
    let type = try arrayType(try cursor.nextU32())
    try checkPacking(of: element(of: type), isPacked)
    try pop(bits: Bits.i32)
    try pop(reference(to: type, nullable: true))
    try push(element(of: type).valueType)
  }

  private mutating func readMutableArray(
    _ cursor: inout InstructionCursor
  ) throws(ModuleError) -> TypeRecord {
    let type = try arrayType(try cursor.nextU32())
    guard element(of: type).isMutable else { throw invalid("immutable array") }
    return type
  }

  mutating func arraySet(_ cursor: inout InstructionCursor) throws(ModuleError) {
    let type = try readMutableArray(&cursor)
    try pop(element(of: type).valueType)
    try pop(bits: Bits.i32)
    try pop(reference(to: type, nullable: true))
  }

  mutating func arrayLen() throws(ModuleError) {
    try pop(ValueType(nullable: true, .array))
    try push(bits: Bits.i32)
  }

  mutating func arrayFill(_ cursor: inout InstructionCursor) throws(ModuleError) {
    let type = try readMutableArray(&cursor)
    try pop(bits: Bits.i32)
    try pop(element(of: type).valueType)
    try pop(bits: Bits.i32)
    try pop(reference(to: type, nullable: true))
  }

  mutating func arrayCopy(_ cursor: inout InstructionCursor) throws(ModuleError) {
    let target = try readMutableArray(&cursor)
    let source = try arrayType(try cursor.nextU32())
    let (to, from) = (element(of: target), element(of: source))
    guard from.packing == to.packing, matches(from.valueType, to.valueType) else {
      throw invalid("array types do not match")
    }
    try pop(bits: Bits.i32)
    try pop(bits: Bits.i32)
    try pop(reference(to: source, nullable: true))
    try pop(bits: Bits.i32)
    try pop(reference(to: target, nullable: true))
  }

  mutating func arrayInitData(_ cursor: inout InstructionCursor) throws(ModuleError) {
    let type = try readMutableArray(&cursor)
    try checkData(try cursor.nextU32())
    try checkNumeric(type)
    try popInit(of: type)
  }

  mutating func arrayInitElem(_ cursor: inout InstructionCursor) throws(ModuleError) {
    let type = try readMutableArray(&cursor)
    try checkElements(try cursor.nextU32(), fit: type)
    try popInit(of: type)
  }

  private mutating func popInit(of type: TypeRecord) throws(ModuleError) {
    for _ in 0..<3 { try pop(bits: Bits.i32) }
    try pop(reference(to: type, nullable: true))
  }
}
