// Locals, globals, constants and choosing between values.

import CWasmExecution
import WasmSyntax

private let kindSlot = UInt8(WASM_SLOT)
private let kindImmediate = UInt8(WASM_IMMEDIATE)

extension FunctionTranslator {
  // MARK: Locals

  mutating func localSet(_ index: Int) {
    let local = locals.base[index]
    let value = pop()
    // An operand that refers to the local needs the old value.
    settleReferences(to: index)
    switch value.kind {
    case .constant: emitConstant(value.payload, to: local.slot)
    case .local:
      emitMove(
        from: locals.base[value.local].slot, to: local.slot, isVector: local.isVector)
    case .localPlus: addToLocal(local.slot, value)
    case .temporary:
      if isLast(value) {
        // The instruction that made the value writes it to the local directly.
        emitted.base[lastIndex].instruction.d = local.slot
        joinAdditions()
      } else {
        emitMove(from: value.slot, to: local.slot, isVector: local.isVector)
      }
    }
  }

  private mutating func addToLocal(_ slot: Int32, _ value: Operand) {
    var target = value
    target.slot = slot
    fill(target)
    joinAdditions()
  }

  /// Two locals in a row that are stepped by constants become one instruction.
  private mutating func joinAdditions() {
    guard emitted.count > barrier + 1 else { return }
    let second = last
    let first = emitted.base[lastIndex - 1]
    let isStep = { (record: EmittedInstruction) in
      record.shape == .intBinary && record.family == UInt8(WASM_ADD.rawValue) && record.kinds == 1
        && record.instruction.a == record.instruction.d
    }
    guard isStep(second), isStep(first), first.width == second.width else { return }
    removeLast()
    removeLast()
    emit(
      wasm_add_add(UInt32(first.width)), a: first.instruction.a, b: first.instruction.b,
      d: second.instruction.a, t: second.instruction.b)
  }

  mutating func localTee(_ index: Int) {
    localSet(index)
    pushLocal(index)
  }

  // MARK: Globals

  mutating func globalGet(_ index: Int32) {
    let isVector = globalIsVector(index)
    emit(
      special(isVector ? WASM_SPECIAL_GLOBAL_GET128 : WASM_SPECIAL_GLOBAL_GET), a: index,
      d: pushTemporary(isVector: isVector), form: EmittedInstruction.result)
  }

  mutating func globalSet(_ index: Int32) {
    let value = pop()
    if value.kind == .constant, value.payload <= UInt64(UInt32.max) {
      emit(
        special(WASM_SPECIAL_GLOBAL_SET_IMMEDIATE), a: index,
        d: Int32(bitPattern: UInt32(truncatingIfNeeded: value.payload)))
      return
    }
    let d = slot(of: value)
    emit(
      special(value.isVector ? WASM_SPECIAL_GLOBAL_SET128 : WASM_SPECIAL_GLOBAL_SET), a: index, d: d
    )
  }

  private func globalIsVector(_ index: Int32) -> Bool {
    let globals = module.syntax.globals
    let index = Int(index)
    return index < globals.count && globals[index].valueType == .v128
  }

  // MARK: Constants and selection

  mutating func vectorConstant() throws(ModuleError) {
    let (low, high) = try reader.readV128()
    let position = poolPosition(low: low, high: high)
    emit(
      special(WASM_SPECIAL_CONSTANT128), a: position, d: pushTemporary(isVector: true),
      form: EmittedInstruction.result, constants: 1)
  }

  mutating func select() {
    let condition = pop()
    let y = pop()
    let x = pop()
    if x.isVector {
      let (a, b) = (slot(of: x), slot(of: y))
      let t = slot(of: condition)
      emit(
        special(WASM_SPECIAL_SELECT128), a: a, b: b, d: pushTemporary(isVector: true), t: t,
        form: EmittedInstruction.result)
      return
    }
    if isLast(condition), last.shape == .intCompare, fuseSelect(x, y) { return }
    let (firstKind, a) = selected(x)
    let (secondKind, b) = selected(y)
    let t = slot(of: condition)
    emit(
      wasm_select(UInt32(firstKind), UInt32(secondKind)), a: a, b: b, d: pushTemporary(), t: t,
      form: EmittedInstruction.result)
  }

  private mutating func selected(_ operand: Operand) -> (kind: UInt8, field: Int32) {
    if operand.kind == .constant, operand.payload <= UInt64(UInt32.max) {
      return (kindImmediate, Int32(bitPattern: UInt32(truncatingIfNeeded: operand.payload)))
    }
    return (kindSlot, slot(of: operand))
  }

  /// Choosing between the two values that were compared is minimum or maximum.
  private mutating func fuseSelect(_ x: Operand, _ y: Operand) -> Bool {
    let record = last
    var comparison = record.family
    if same(x, record, isSecond: false), same(y, record, isSecond: true) {
    } else if same(y, record, isSecond: false), same(x, record, isSecond: true) {
      comparison = inverted(comparison)
    } else {
      return false
    }
    removeLast()
    emit(
      wasm_compare_select(UInt32(record.width), UInt32(comparison), UInt32(record.kinds)),
      a: record.instruction.a, b: record.instruction.b, d: pushTemporary(),
      form: EmittedInstruction.result)
    return true
  }

  /// Whether an operand is what a comparison had on one of its sides.
  private func same(_ operand: Operand, _ record: EmittedInstruction, isSecond: Bool) -> Bool {
    if isSecond, record.kinds == kindImmediate {
      return immediate(operand, width: record.width) == record.instruction.b
    }
    return operand.kind == .local
      && locals.base[operand.local].slot
        == (isSecond ? record.instruction.b : record.instruction.a)
  }
}
