// Conditional branches, fused with the comparison that makes the condition and with what makes the comparison's operand.

import CWasmExecution
import WasmSyntax

private let kindSlot = UInt8(WASM_SLOT)
private let kindImmediate = UInt8(WASM_IMMEDIATE)

extension FunctionTranslator {
  /// Emits a branch whose target is set later; returns its index.
  mutating func emitBranch(_ condition: BranchCondition, isBackward: Bool) -> Int32 {
    let direction = UInt32(isBackward ? WASM_BACKWARD : WASM_FORWARD)
    switch condition {
    case .test(let operand, let isInverted):
      branchOnTest(operand, isInverted: isInverted, direction)
    case .null(let slot, let isInverted):
      let comparison = UInt32(isInverted ? WASM_NE.rawValue : WASM_EQ.rawValue)
      emit(wasm_branch(1, comparison, UInt32(kindImmediate), direction), a: slot)
    case .cast(let slot, let heapType, let nullable, let isInverted):
      let handler =
        switch (isInverted, isBackward) {
        case (false, false): WASM_SPECIAL_BRANCH_ON_CAST
        case (false, true): WASM_SPECIAL_BRANCH_ON_CAST_LOOP
        case (true, false): WASM_SPECIAL_BRANCH_ON_CAST_FAIL
        case (true, true): WASM_SPECIAL_BRANCH_ON_CAST_FAIL_LOOP
        }
      emit(special(handler), a: slot, b: heapType, d: nullable)
    }
    barrier = emitted.count
    return Int32(truncatingIfNeeded: lastIndex)
  }

  private mutating func branchOnTest(
    _ operand: Operand, isInverted: Bool, _ direction: UInt32
  ) {
    var comparison = UInt8(WASM_NE.rawValue)
    var width: UInt8 = 0
    var kind = kindImmediate
    var a: Int32
    var b: Int32 = 0
    if isLast(operand), last.shape == .floatCompare {
      branchOnFloats(isInverted: isInverted, direction)
      return
    }
    if isLast(operand), last.shape == .intCompare {
      let record = last
      removeLast()
      (comparison, width, kind) = (record.family, record.width, record.kinds)
      (a, b) = (record.instruction.a, record.instruction.b)
    } else {
      a = slot(of: operand)
    }
    if isInverted { comparison = inverted(comparison) }
    if fusion, hasLast, last.hasResult,
      fuseBranch(&comparison, width: width, kind: &kind, a: &a, b: &b, direction)
    {
      return
    }
    emit(
      wasm_branch(UInt32(width), UInt32(comparison), UInt32(kind), direction), a: a, b: b)
  }

  private mutating func branchOnFloats(isInverted: Bool, _ direction: UInt32) {
    let record = last
    removeLast()
    let comparison = isInverted ? invertedFloat(record.family) : record.family
    emit(
      wasm_float_branch(
        UInt32(record.width), UInt32(comparison), UInt32(record.kinds), direction),
      a: record.instruction.a, b: record.instruction.b, constants: record.constants)
  }

  /// Combines a comparison and branch with the instruction before. That instruction's result is either a temporary,
  /// which nothing else uses, or a local, which still has to be written.
  private mutating func fuseBranch(
    _ comparison: inout UInt8, width: UInt8, kind: inout UInt8, a: inout Int32, b: inout Int32,
    _ direction: UInt32
  ) -> Bool {
    let record = last
    guard record.type == width else { return false }
    let source = record.instruction
    if kind == kindSlot, record.shape == .load, source.d == b, a != b, isTemporarySlot(b) {
      (a, b) = (b, a)
      comparison = exchanged(comparison)
    }
    guard source.d == a else { return false }
    if record.shape == .intBinary, record.kinds == 1, record.family == UInt8(WASM_ADD.rawValue),
      source.a == a
    {
      removeLast()
      emit(
        wasm_add_branch(UInt32(width), UInt32(comparison), UInt32(kind), direction), a: a, b: b,
        d: source.b)
      return true
    }
    guard isTemporarySlot(a) else { return false }
    if record.shape == .intBinary, record.kinds < 2, kind == kindImmediate,
      record.family == UInt8(WASM_ADD.rawValue) || record.family == UInt8(WASM_AND.rawValue)
    {
      removeLast()
      emit(
        wasm_operation_branch(
          record.family == UInt8(WASM_ADD.rawValue) ? 1 : 0, UInt32(width), UInt32(comparison),
          UInt32(record.kinds), direction),
        a: source.a, b: source.b, d: b)
      return true
    }
    let isScalar =
      width == 0
      ? record.family <= UInt8(WASM_LOAD16_U.rawValue)
      : record.family == UInt8(WASM_LOAD64.rawValue)
    guard record.shape == .load, record.kinds <= UInt8(WASM_ADDRESS_W.rawValue), isScalar else {
      return false
    }
    removeLast()
    emit(
      wasm_load_branch(
        UInt32(record.family), UInt32(comparison), UInt32(record.kinds), UInt32(kind), direction),
      a: source.a, b: source.b, d: b)
    emitted.base[lastIndex].offset = record.offset
    return true
  }

  /// Whether a slot belongs to an operand and not to a local or parameter.
  private func isTemporarySlot(_ slot: Int32) -> Bool { slot >= frames.base[0].slotBase }
}
