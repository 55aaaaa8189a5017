// The instructions that the translator names itself; all others go by the shape of their row in the handler table.

import CWasmExecution
import WasmSyntax

extension FunctionTranslator {
  mutating func translate(_ opcode: Opcode) throws(ModuleError) {
    switch opcode.rawValue {
    case 0x20: pushLocal(Int(try readU32()))  // local.get
    case 0x21: localSet(Int(try readU32()))  // local.set
    case 0x22: localTee(Int(try readU32()))  // local.tee
    case 0x41: pushConstant(UInt64(UInt32(bitPattern: try readS32())))  // i32.const
    case 0x42: pushConstant(UInt64(bitPattern: try reader.readS64()))  // i64.const
    case 0x43: pushConstant(UInt64(try reader.readF32Bits()))  // f32.const
    case 0x44: pushConstant(try reader.readF64Bits())  // f64.const
    case 0x0B: end()  // end
    case 0x0C: try branch()  // br
    case 0x0D: try branchIf()  // br_if
    case 0x02: try block()  // block
    case 0x03: try loop()  // loop
    case 0x04: try conditional()  // if
    case 0x05: alternative()  // else
    case 0x10: call(try readIndex())  // call
    case 0x23: globalGet(try readIndex())  // global.get
    case 0x24: globalSet(try readIndex())  // global.set
    case 0x1A: _ = pop()  // drop
    case 0x1B: select()  // select
    case 0x0F: emitReturn()  // return
    default:
      let row = rows[Int(opcode.rawValue)]
      if row.shape != .none {
        try translateByShape(row)
      } else {
        try translateRare(opcode)
      }
    }
  }

  private mutating func translateRare(_ opcode: Opcode) throws(ModuleError) {
    switch opcode.rawValue {
    case 0x01: break  // nop
    case 0x00:  // unreachable
      emit(special(WASM_SPECIAL_UNREACHABLE))
      isReachable = false
    case 0x0E: try branchTable()  // br_table
    case 0x11:  // call_indirect
      let type = try readIndex()
      callIndirect(type: type, table: try readIndex())
    case 0x14: callReference(type: try readIndex())  // call_ref
    case 0x12: returnCall(try readIndex())  // return_call
    case 0x13:  // return_call_indirect
      let type = try readIndex()
      returnCallIndirect(type: type, table: try readIndex())
    case 0x15: returnCallReference(type: try readIndex())  // return_call_ref
    case 0x1F: try tryTable()  // try_table
    case 0x08: throwException(tag: try readIndex())  // throw
    case 0x0A:  // throw_ref
      help(WASM_HELPER_THROW_REF, slots: 1)
      isReachable = false
    case 0x1C:  // select
      for _ in 0..<(try reader.readCount()) { _ = try reader.readValueType() }
      select()
    case 0x30C: try vectorConstant()  // v128.const
    case 0x25: tableGet(try readIndex())  // table.get
    case 0x26: tableSet(try readIndex())  // table.set
    case 0x210: size(WASM_SPECIAL_TABLE_SIZE, try readIndex())  // table.size
    case 0x3F: size(WASM_SPECIAL_MEMORY_SIZE, try readIndex())  // memory.size
    case 0x503:  // atomic.fence
      try reader.readZeroByte()
      emit(special(WASM_SPECIAL_ATOMIC_FENCE))
    case 0x500:  // memory.atomic.notify
      try waitOrNotify(WASM_HELPER_ATOMIC_NOTIFY, operands: 2)
    case 0x501:  // memory.atomic.wait32
      try waitOrNotify(WASM_HELPER_ATOMIC_WAIT32, operands: 3)
    case 0x502:  // memory.atomic.wait64
      try waitOrNotify(WASM_HELPER_ATOMIC_WAIT64, operands: 3)
    default:
      if try translateReference(opcode) { return }
      if try translateHelped(opcode) { return }
      throw reader.illegalOpcode(at: Int(offset))
    }
  }

  private mutating func translateReference(_ opcode: Opcode) throws(ModuleError) -> Bool {
    switch opcode.rawValue {
    case 0xD0:  // ref.null
      _ = try reader.readHeapType()
      pushConstant(0)
    case 0xD1: intTest(rows[0x50])  // ref.is_null
    case 0xD3: intCompare(rows[0x50 + 1])  // ref.eq
    case 0xD2: refFunc(try readIndex())  // ref.func
    case 0xD4: refAsNonNull()  // ref.as_non_null
    case 0xD5: try branchOnNull()  // br_on_null
    case 0xD6: try branchOnNonNull()  // br_on_non_null
    case 0x118: try branchOnCast(isFail: false)  // br_on_cast
    case 0x119: try branchOnCast(isFail: true)  // br_on_cast_fail
    case 0x114: try refTest(nullable: 0)  // ref.test
    case 0x115: try refTest(nullable: 1)  // ref.test
    case 0x116: try refCast(nullable: 0)  // ref.cast
    case 0x117: try refCast(nullable: 1)  // ref.cast
    // Conversion between the hierarchies leaves the reference as it is.
    case 0x11A, 0x11B: break  // any.convert_extern, extern.convert_any
    case 0x11C: unary(WASM_SPECIAL_REF_I31)  // ref.i31
    case 0x11D: unary(WASM_SPECIAL_I31_GET_S)  // i31.get_s
    case 0x11E: unary(WASM_SPECIAL_I31_GET_U)  // i31.get_u
    case 0x10F: unary(WASM_SPECIAL_ARRAY_LEN)  // array.len
    case 0x102, 0x104: try structGet(isSigned: false)  // struct.get, struct.get_u
    case 0x103: try structGet(isSigned: true)  // struct.get_s
    case 0x105: try structSet()  // struct.set
    case 0x100: try structNew()  // struct.new
    case 0x10B, 0x10D: try arrayGet(isSigned: false)  // array.get, array.get_u
    case 0x10C: try arrayGet(isSigned: true)  // array.get_s
    case 0x10E: try arraySet()  // array.set
    case 0x106: try arrayNew()  // array.new
    case 0x108: try arrayNewFixed()  // array.new_fixed
    case 0x110: try arrayFill()  // array.fill
    default: return false
    }
    return true
  }

  /// Operations of the runtime whose operands take one slot each: helper, operands, results, number of immediates.
  private mutating func translateHelped(_ opcode: Opcode) throws(ModuleError) -> Bool {
    let operation: (helper: Int, operands: Int32, results: Int, immediates: Int)
    switch opcode.rawValue {
    case 0x40: operation = (WASM_HELPER_MEMORY_GROW, 1, 1, 1)  // memory.grow
    case 0x208: operation = (WASM_HELPER_MEMORY_INIT, 3, 0, 2)  // memory.init
    case 0x20A: operation = (WASM_HELPER_MEMORY_COPY, 3, 0, 2)  // memory.copy
    case 0x20B: operation = (WASM_HELPER_MEMORY_FILL, 3, 0, 1)  // memory.fill
    case 0x209: operation = (WASM_HELPER_DATA_DROP, 0, 0, 1)  // data.drop
    case 0x20F: operation = (WASM_HELPER_TABLE_GROW, 2, 1, 1)  // table.grow
    case 0x211: operation = (WASM_HELPER_TABLE_FILL, 3, 0, 1)  // table.fill
    case 0x20E: operation = (WASM_HELPER_TABLE_COPY, 3, 0, 2)  // table.copy
    case 0x20C: operation = (WASM_HELPER_TABLE_INIT, 3, 0, 2)  // table.init
    case 0x20D: operation = (WASM_HELPER_ELEMENT_DROP, 0, 0, 1)  // elem.drop
    case 0x101: operation = (WASM_HELPER_STRUCT_NEW_DEFAULT, 0, 1, 1)  // struct.new_default
    case 0x107: operation = (WASM_HELPER_ARRAY_NEW_DEFAULT, 1, 1, 1)  // array.new_default
    case 0x109: operation = (WASM_HELPER_ARRAY_NEW_DATA, 2, 1, 2)  // array.new_data
    case 0x10A: operation = (WASM_HELPER_ARRAY_NEW_ELEM, 2, 1, 2)  // array.new_elem
    case 0x111: operation = (WASM_HELPER_ARRAY_COPY, 5, 0, 2)  // array.copy
    case 0x112: operation = (WASM_HELPER_ARRAY_INIT_DATA, 4, 0, 2)  // array.init_data
    case 0x113: operation = (WASM_HELPER_ARRAY_INIT_ELEM, 4, 0, 2)  // array.init_elem
    default: return false
    }
    let first = try readIndex()
    let second = operation.immediates == 2 ? try readIndex() : 0
    help(
      operation.helper, slots: operation.operands, first, second, results: operation.results)
    return true
  }
}
