// Arithmetic and comparisons, scalar and vector, by the shapes of the handler table.

import CWasmExecution
import WasmSyntax

private let kindSlot = UInt8(WASM_SLOT)
private let kindImmediate = UInt8(WASM_IMMEDIATE)

// `eqz`, behind which the comparisons follow in the order of their families, is 0x45 for i32 and 0x50 for i64.

/// Families of integer operations in which the operands may be exchanged.
private func isCommutative(_ family: UInt8) -> Bool {
  switch UInt32(family) {
  case WASM_ADD.rawValue, WASM_MUL.rawValue, WASM_AND.rawValue, WASM_OR.rawValue, WASM_XOR.rawValue:
    true
  default: false
  }
}

/// The comparison that holds when the operands are exchanged.
func exchanged(_ comparison: UInt8) -> UInt8 {
  let table: StaticString = "\u{0}\u{1}\u{4}\u{5}\u{2}\u{3}\u{8}\u{9}\u{6}\u{7}"
  return table.utf8Start[Int(comparison)]
}

/// The comparison that holds when this one does not.
func inverted(_ comparison: UInt8) -> UInt8 {
  let table: StaticString = "\u{1}\u{0}\u{8}\u{9}\u{6}\u{7}\u{4}\u{5}\u{2}\u{3}"
  return table.utf8Start[Int(comparison)]
}

func invertedFloat(_ comparison: UInt8) -> UInt8 {
  let table: StaticString = "\u{1}\u{0}\u{6}\u{7}\u{8}\u{9}\u{2}\u{3}\u{4}\u{5}"
  return table.utf8Start[Int(comparison)]
}

extension FunctionTranslator {
  /// An instruction that has a row in the handler table.
  mutating func translateByShape(_ row: HandlerRow) throws(ModuleError) {
    switch row.shape {
    case .intBinary: intBinary(row)
    case .intCompare: intCompare(row)
    case .intTest: intTest(row)
    case .floatBinary: floatBinary(row)
    case .floatCompare: floatCompare(row)
    case .unary:
      let x = slot(of: pop())
      let d = pushTemporary(isVector: row.resultIsVector)
      emit(row.handlers.0, a: x, d: d, form: EmittedInstruction.result)
    case .binary: binary(row, t: 0)
    case .ternary: ternary(row)
    case .nothing:
      // The same bits under another type; a local's low half would be another value.
      let operand = topOperand
      if operand.kind == .localPlus { fillTop(slots: 1) }
    case .stack:
      let base = fillTop(slots: Int32(row.operands))
      popSlots(Int32(row.operands))
      emit(row.handlers.0, d: base)
      for _ in 0..<row.results { pushTemporary() }
    case .extractLane:
      let lane = Int32(try reader.readByte())
      let x = slot(of: pop())
      emit(row.handlers.0, a: x, b: lane, d: pushTemporary(), form: EmittedInstruction.result)
    case .replaceLane: binary(row, t: Int32(try reader.readByte()))
    case .shuffle:
      let (low, high) = try reader.readV128()
      binary(row, t: poolPosition(low: low, high: high), constants: 8)
    case .load: try load(row)
    case .store: try store(row)
    case .vectorLoad: try vectorLoad(row)
    case .loadLane, .storeLane: try laneAccess(row)
    case .atomic: try atomicAccess(row)
    case .none: throw reader.illegalOpcode(at: Int(offset))
    }
  }

  private mutating func binary(_ row: HandlerRow, t: Int32, constants: UInt8 = 0) {
    let y = slot(of: pop())
    let x = slot(of: pop())
    let d = pushTemporary(isVector: row.resultIsVector)
    emit(
      row.handlers.0, a: x, b: y, d: d, t: t, form: EmittedInstruction.result, constants: constants)
  }

  private mutating func ternary(_ row: HandlerRow) {
    let z = slot(of: pop())
    let y = slot(of: pop())
    let x = slot(of: pop())
    let d = pushTemporary(isVector: row.resultIsVector)
    emit(row.handlers.0, a: x, b: y, d: d, t: z, form: EmittedInstruction.result)
  }

  // MARK: Integers

  /// A constant as a sign-extended 32-bit immediate of an operation of this width, nil if it does not fit.
  @inline(__always)
  func immediate(_ operand: Operand, width: UInt8) -> Int32? {
    guard fusion, operand.kind == .constant else { return nil }
    let value = Int32(truncatingIfNeeded: operand.payload)
    if width == 0 || Int64(value) == Int64(bitPattern: operand.payload) { return value }
    return nil
  }

  mutating func intBinary(_ row: HandlerRow) {
    var y = pop()
    var x = pop()
    var row = row
    if fusion {
      if x.kind == .constant, y.kind != .constant, isCommutative(row.family) { swap(&x, &y) }
      if y.kind == .constant { normalizeConstant(&row, &y) }
      if row.family == UInt8(WASM_ADD.rawValue), row.width == 0, y.kind == .constant,
        pushSum(x, y)
      {
        return
      }
      if x.kind == .localPlus { x = inSlot(x) }
      if y.kind == .localPlus { y = inSlot(y) }
      if fuseInt(row, x, y) { return }
    }
    emitIntBinary(row, x, y)
  }

  /// An operand that has been filled is a temporary.
  mutating func inSlot(_ operand: Operand) -> Operand {
    fill(operand)
    return Operand(slot: operand.slot, isVector: operand.isVector)
  }

  /// Subtracting a constant is adding another, rotating right is rotating left: fewer forms to fuse.
  private mutating func normalizeConstant(_ row: inout HandlerRow, _ y: inout Operand) {
    // The opcodes of addition; rotl comes 13 behind in both widths.
    let add = row.width == 0 ? 0x6A : 0x7C
    switch UInt32(row.family) {
    case WASM_SUB.rawValue:
      row = rows[add]
      y.payload = 0 &- y.payload
    case WASM_ROTR.rawValue:
      row = rows[add + 13]
      y.payload = 0 &- y.payload & (row.width == 0 ? 31 : 63)
    default: break
    }
    if row.width == 0 { y.payload &= UInt64(UInt32.max) }
  }

  /// A local plus a constant stays symbolic.
  @inline(__always)
  private mutating func pushSum(_ x: Operand, _ y: Operand) -> Bool {
    guard x.usesLocal else { return false }
    let addend = x.addend &+ Int32(truncatingIfNeeded: y.payload)
    pushLocal(x.local, plus: addend)
    return true
  }

  mutating func emitIntBinary(_ row: HandlerRow, _ x: Operand, _ y: Operand) {
    let form = { (kinds: UInt8) in EmittedInstruction.form(width: row.width, kinds: kinds) }
    if let immediate = immediate(y, width: row.width) {
      let a = slot(of: x)
      emit(
        row.handlers.1, a: a, b: immediate, d: pushTemporary(), shape: .intBinary,
        family: row.family, form: form(1))
    } else if let immediate = immediate(x, width: row.width) {
      let b = slot(of: y)
      emit(
        row.handlers.2, a: immediate, b: b, d: pushTemporary(), shape: .intBinary,
        family: row.family, form: form(2))
    } else {
      let a = slot(of: x)
      let b = slot(of: y)
      emit(
        row.handlers.0, a: a, b: b, d: pushTemporary(), shape: .intBinary, family: row.family,
        form: form(0))
    }
  }

  /// Combines an operation with the one that made one of its operands.
  private mutating func fuseInt(_ row: HandlerRow, _ x: Operand, _ y: Operand) -> Bool {
    guard row.family < UInt8(WASM_FUSED_INT_OPERATIONS.rawValue) else { return false }
    var outer = row.family
    let other: Operand
    if isLast(y) {
      if outer == UInt8(WASM_SUB.rawValue) {
        outer = UInt8(WASM_REVERSED_SUB.rawValue)
      } else if !isCommutative(outer) {
        return false
      }
      other = x
    } else if isLast(x) {
      other = y
    } else {
      return false
    }
    let inner = last
    guard inner.type == row.width else { return false }
    let kind: UInt8
    let t: Int32
    if let immediate = immediate(other, width: row.width) {
      (kind, t) = (kindImmediate, immediate)
    } else if other.kind == .constant {
      return false
    } else {
      (kind, t) = (kindSlot, slot(of: other))
    }
    if inner.shape == .intBinary {
      return fusePair(row, inner, outer: outer, kind: kind, t: t)
    }
    guard inner.shape == .load, inner.kinds <= UInt8(WASM_ADDRESS_X.rawValue),
      row.width == 0
        ? inner.family <= UInt8(WASM_LOAD16_U.rawValue)
        : inner.family == UInt8(WASM_LOAD64.rawValue)
    else { return false }
    removeLast()
    emit(
      wasm_load_operation(
        UInt32(row.width), UInt32(inner.family), UInt32(outer), UInt32(inner.kinds), UInt32(kind)),
      a: inner.instruction.a, b: inner.instruction.b, d: pushTemporary(), t: t,
      form: EmittedInstruction.result)
    emitted.base[lastIndex].offset = inner.offset
    return true
  }

  private mutating func fusePair(
    _ row: HandlerRow, _ inner: EmittedInstruction, outer: UInt8, kind: UInt8, t: Int32
  ) -> Bool {
    guard inner.family < UInt8(WASM_FUSED_INT_OPERATIONS.rawValue), inner.kinds < 2 else {
      return false
    }
    let add = UInt8(WASM_ADD.rawValue)
    if inner.family == add, outer == add, inner.kinds == 1, kind == kindImmediate, row.width == 0 {
      // (x + c) + d: one addition.
      let x = inner.instruction.a
      removeLast()
      emit(
        row.handlers.1, a: x, b: inner.instruction.b &+ t, d: pushTemporary(), shape: .intBinary,
        family: add, form: EmittedInstruction.form(width: 0, kinds: 1))
      return true
    }
    removeLast()
    emit(
      wasm_pair(
        UInt32(row.width), UInt32(inner.family), UInt32(outer), UInt32(inner.kinds), UInt32(kind)),
      a: inner.instruction.a, b: inner.instruction.b, d: pushTemporary(), t: t, shape: .intPair,
      family: inner.family | outer << 4,
      form: EmittedInstruction.form(width: row.width, kinds: inner.kinds | kind << 1))
    return true
  }

  // MARK: Integer comparisons

  mutating func intCompare(_ row: HandlerRow) {
    var y = pop()
    var x = pop()
    var row = row
    if fusion, x.kind == .constant, y.kind != .constant {
      swap(&x, &y)
      let first = row.width == 0 ? 0x45 : 0x50
      row = rows[first + 1 + Int(exchanged(row.family))]
    }
    emitIntCompare(row, x, y)
  }

  private mutating func emitIntCompare(_ row: HandlerRow, _ x: Operand, _ y: Operand) {
    if let immediate = immediate(y, width: row.width) {
      let a = slot(of: x)
      emit(
        row.handlers.1, a: a, b: immediate, d: pushTemporary(), shape: .intCompare,
        family: row.family, form: EmittedInstruction.form(width: row.width, kinds: kindImmediate))
    } else {
      let a = slot(of: x)
      let b = slot(of: y)
      emit(
        row.handlers.0, a: a, b: b, d: pushTemporary(), shape: .intCompare, family: row.family,
        form: EmittedInstruction.form(width: row.width, kinds: kindSlot))
    }
  }

  /// `eqz`: turns the comparison before it around, or compares with zero.
  mutating func intTest(_ row: HandlerRow) {
    if row.width == 0, operands.count > 0, isLast(topOperand) {
      let record = last
      if record.shape == .intCompare {
        let family = inverted(record.family)
        let first = record.width == 0 ? 0x45 : 0x50
        let handlers = rows[first + 1 + Int(family)].handlers
        emitted.base[lastIndex].family = family
        emitted.base[lastIndex].instruction.handler =
          record.kinds == kindSlot ? handlers.0 : handlers.1
        return
      }
      if record.shape == .floatCompare {
        let family = invertedFloat(record.family)
        emitted.base[lastIndex].family = family
        emitted.base[lastIndex].instruction.handler = wasm_float_compare(
          UInt32(record.width), UInt32(family), UInt32(record.kinds))
        return
      }
    }
    let x = slot(of: pop())
    emit(
      row.handlers.1, a: x, b: 0, d: pushTemporary(), shape: .intCompare,
      family: UInt8(WASM_EQ.rawValue),
      form: EmittedInstruction.form(width: row.width, kinds: kindImmediate))
  }

  // MARK: Floats

  mutating func floatBinary(_ row: HandlerRow) {
    let y = pop()
    let x = pop()
    if fuseFloat(row, x, y) { return }
    let isConstant = { (operand: Operand) in operand.kind == .constant }
    if isConstant(y), row.handlers.1 != nil {
      let a = slot(of: x)
      emitFloat(row, row.handlers.1, a, poolPosition(of: y.payload), kinds: 1, constants: 2)
    } else if isConstant(x), row.handlers.2 != nil {
      let b = slot(of: y)
      emitFloat(row, row.handlers.2, poolPosition(of: x.payload), b, kinds: 2, constants: 1)
    } else {
      let a = slot(of: x)
      let b = slot(of: y)
      emitFloat(row, row.handlers.0, a, b, kinds: 0, constants: 0)
    }
  }

  private mutating func emitFloat(
    _ row: HandlerRow, _ handler: UnsafeRawPointer?, _ a: Int32, _ b: Int32, kinds: UInt8,
    constants: UInt8
  ) {
    emit(
      handler, a: a, b: b, d: pushTemporary(), shape: .floatBinary, family: row.family,
      form: EmittedInstruction.form(width: row.width, isFloat: true, kinds: kinds),
      constants: constants)
  }

  private mutating func fuseFloat(_ row: HandlerRow, _ x: Operand, _ y: Operand) -> Bool {
    guard row.family < UInt8(WASM_FUSED_FLOAT_OPERATIONS.rawValue) else { return false }
    var outer = row.family
    let other: Operand
    if isLast(y) {
      if outer == UInt8(WASM_FSUB.rawValue) { outer = UInt8(WASM_REVERSED_FSUB.rawValue) }
      other = x
    } else if isLast(x) {
      other = y
    } else {
      return false
    }
    let inner = last
    guard inner.type == row.width | 2 else { return false }
    if inner.shape == .floatBinary {
      guard inner.family < UInt8(WASM_FUSED_FLOAT_OPERATIONS.rawValue), inner.kinds < 2 else {
        return false
      }
      let isConstant = other.kind == .constant
      let t = isConstant ? poolPosition(of: other.payload) : slot(of: other)
      removeLast()
      emit(
        wasm_float_pair(
          UInt32(row.width), UInt32(inner.family), UInt32(outer), UInt32(inner.kinds),
          isConstant ? 1 : 0),
        a: inner.instruction.a, b: inner.instruction.b, d: pushTemporary(), t: t,
        form: EmittedInstruction.result, constants: inner.constants | (isConstant ? 8 : 0))
      return true
    }
    guard inner.shape == .load, inner.kinds <= UInt8(WASM_ADDRESS_X.rawValue),
      other.kind != .constant
    else { return false }
    let t = slot(of: other)
    removeLast()
    emit(
      wasm_load_float_operation(UInt32(row.width), UInt32(outer), UInt32(inner.kinds)),
      a: inner.instruction.a, b: inner.instruction.b, d: pushTemporary(), t: t,
      form: EmittedInstruction.result)
    emitted.base[lastIndex].offset = inner.offset
    return true
  }

  mutating func floatCompare(_ row: HandlerRow) {
    let y = pop()
    let x = pop()
    var a: Int32
    var b: Int32
    var kinds: UInt8 = 0
    if y.kind == .constant {
      a = slot(of: x)
      b = poolPosition(of: y.payload)
      kinds = 1
    } else if x.kind == .constant {
      b = slot(of: y)
      a = poolPosition(of: x.payload)
      kinds = 2
    } else {
      a = slot(of: x)
      b = slot(of: y)
    }
    emit(
      wasm_float_compare(UInt32(row.width), UInt32(row.family), UInt32(kinds)), a: a, b: b,
      d: pushTemporary(), shape: .floatCompare, family: row.family,
      form: EmittedInstruction.form(width: row.width, isFloat: true, kinds: kinds),
      constants: kinds == 1 ? 2 : kinds == 2 ? 1 : 0)
  }
}
