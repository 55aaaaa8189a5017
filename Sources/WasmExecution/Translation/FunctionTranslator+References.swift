// References, tables, structures and arrays.

import CWasmExecution
import WasmBinary
import WasmSyntax

extension FunctionTranslator {
  // MARK: References

  /// An instruction with one operand in a and its result in d.
  mutating func unary(_ handler: WasmSpecial) {
    let x = slot(of: pop())
    emit(special(handler), a: x, d: pushTemporary(), form: EmittedInstruction.result)
  }

  mutating func refFunc(_ index: Int32) {
    emit(
      special(WASM_SPECIAL_REF_FUNC), a: index, d: pushTemporary(), form: EmittedInstruction.result)
  }

  mutating func refAsNonNull() {
    emit(special(WASM_SPECIAL_REF_AS_NON_NULL), a: slotOfTop())
  }

  /// The slot of the topmost operand, which stays on the stack.
  private mutating func slotOfTop() -> Int32 {
    if topOperand.kind == .constant { fillTop(slots: 1) }
    return slot(of: topOperand)
  }

  mutating func branchOnNull() throws(ModuleError) {
    let label = try frameIndex(try readU32())
    let reference = pop()
    let slot = slot(of: reference)
    branch(to: label, if: .null(slot: slot, isInverted: false))
    if reference.kind == .local {
      pushLocal(reference.local)
    } else {
      pushTemporary()
    }
  }

  /// The branch takes the reference along.
  mutating func branchOnNonNull() throws(ModuleError) {
    let label = try frameIndex(try readU32())
    let slot = slotOfTop()
    branch(to: label, if: .null(slot: slot, isInverted: true))
    _ = pop()
  }

  mutating func branchOnCast(isFail: Bool) throws(ModuleError) {
    let cast = try reader.readCastBranch()
    let label = try frameIndex(cast.label)
    let slot = slotOfTop()
    branch(
      to: label,
      if: .cast(
        slot: slot, heapType: encoded(cast.target.heapType),
        nullable: cast.target.isNullable ? 1 : 0, isInverted: isFail))
  }

  mutating func refTest(nullable: Int32) throws(ModuleError) {
    let type = encoded(try reader.readHeapType())
    let x = slot(of: pop())
    emit(
      special(WASM_SPECIAL_REF_TEST), a: x, b: type, d: pushTemporary(), t: nullable,
      form: EmittedInstruction.result)
  }

  mutating func refCast(nullable: Int32) throws(ModuleError) {
    let type = encoded(try reader.readHeapType())
    emit(special(WASM_SPECIAL_REF_CAST), a: slotOfTop(), b: type, t: nullable)
  }

  private func encoded(_ type: HeapType) -> Int32 {
    if let index = type.index { return Int32(WASM_CONCRETE) | Int32(bitPattern: index) }
    return Int32(bitPattern: type.abstract?.rawValue ?? 0)
  }

  // MARK: Tables and memories

  mutating func tableGet(_ table: Int32) {
    let index = slot(of: pop())
    emit(
      special(WASM_SPECIAL_TABLE_GET), a: index, b: table, d: pushTemporary(),
      form: EmittedInstruction.result)
  }

  mutating func tableSet(_ table: Int32) {
    let value = slot(of: pop())
    let index = slot(of: pop())
    emit(special(WASM_SPECIAL_TABLE_SET), a: index, b: table, d: value)
  }

  mutating func size(_ handler: WasmSpecial, _ index: Int32) {
    emit(special(handler), b: index, d: pushTemporary(), form: EmittedInstruction.result)
  }

  // MARK: Structures

  /// How a field is stored; signed and unsigned differ only for packed fields.
  private func field(_ storage: StorageType, isSigned: Bool) -> UInt32 {
    let field: WasmField =
      switch storage {
      case .i8: isSigned ? WASM_FIELD8_S : WASM_FIELD8_U
      case .i16: isSigned ? WASM_FIELD16_S : WASM_FIELD16_U
      case .value(let type):
        switch type.kind {
        case .i32, .f32: WASM_FIELD32
        case .v128: WASM_FIELD128
        case .i64, .f64, .reference, .bottom: WASM_FIELD64
        }
      }
    return field.rawValue
  }

  private func storage(_ type: UInt32, field: UInt32) throws(ModuleError) -> (StorageType, Int32) {
    let types = module.syntax.types.types
    if Int(type) < types.count, case .structure(let fields) = types[Int(type)].composite,
      Int(field) < fields.count, let info = module.types.info(type),
      let offsets = info.pointee.field_offsets
    {
      return (fields[Int(field)].storage, Int32(bitPattern: offsets[Int(field)]))
    }
    throw reader.invalid("unknown field", at: Int(offset))
  }

  mutating func structGet(isSigned: Bool) throws(ModuleError) {
    let (storage, position) = try storage(try readU32(), field: try readU32())
    let object = slot(of: pop())
    emit(
      wasm_field_get(field(storage, isSigned: isSigned)), a: object, b: position,
      d: pushTemporary(isVector: storage.unpacked == .v128), form: EmittedInstruction.result)
  }

  mutating func structSet() throws(ModuleError) {
    let (storage, position) = try storage(try readU32(), field: try readU32())
    let value = slot(of: pop())
    let object = slot(of: pop())
    emit(wasm_field_set(field(storage, isSigned: false)), a: object, b: position, d: value)
  }

  mutating func structNew() throws(ModuleError) {
    let type = try readU32()
    var slots: Int32 = 0
    let types = module.syntax.types.types
    if Int(type) < types.count, case .structure(let fields) = types[Int(type)].composite {
      for field in fields { slots &+= Int32(field.storage.unpacked.slots) }
    }
    help(
      WASM_HELPER_STRUCT_NEW, slots: slots, Int32(bitPattern: type), results: 1)
  }

  // MARK: Arrays

  private func element(_ type: UInt32) throws(ModuleError) -> StorageType {
    let types = module.syntax.types.types
    if Int(type) < types.count, case .array(let element) = types[Int(type)].composite {
      return element.storage
    }
    throw reader.invalid("unknown array type", at: Int(offset))
  }

  mutating func arrayGet(isSigned: Bool) throws(ModuleError) {
    let storage = try element(try readU32())
    let index = slot(of: pop())
    let array = slot(of: pop())
    emit(
      wasm_element_get(field(storage, isSigned: isSigned)), a: array, b: index,
      d: pushTemporary(isVector: storage.unpacked == .v128), t: Int32(TypeLayout.headerSize),
      form: EmittedInstruction.result)
  }

  mutating func arraySet() throws(ModuleError) {
    let storage = try element(try readU32())
    let value = slot(of: pop())
    let index = slot(of: pop())
    let array = slot(of: pop())
    emit(
      wasm_element_set(field(storage, isSigned: false)), a: array, b: index, d: value,
      t: Int32(TypeLayout.headerSize))
  }

  mutating func arrayNew() throws(ModuleError) {
    let type = try readU32()
    let slots = Int32(try element(type).unpacked.slots)
    help(
      WASM_HELPER_ARRAY_NEW, slots: slots &+ 1, Int32(bitPattern: type), results: 1)
  }

  mutating func arrayNewFixed() throws(ModuleError) {
    let type = try readU32()
    let count = try readIndex()
    let slots = Int32(try element(type).unpacked.slots)
    help(
      WASM_HELPER_ARRAY_NEW_FIXED, slots: slots &* count, Int32(bitPattern: type),
      count, results: 1)
  }

  mutating func arrayFill() throws(ModuleError) {
    let type = try readU32()
    let slots = Int32(try element(type).unpacked.slots)
    help(WASM_HELPER_ARRAY_FILL, slots: slots &+ 3, Int32(bitPattern: type))
  }
}
