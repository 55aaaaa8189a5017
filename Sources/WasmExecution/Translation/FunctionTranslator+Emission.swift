// Emitting instructions and keeping the operand stack.

import CWasmExecution
import WasmSyntax

// MARK: - Instructions

extension FunctionTranslator {
  @inline(__always)
  mutating func emit(
    _ handler: UnsafeRawPointer?, a: Int32 = 0, b: Int32 = 0, d: Int32 = 0, t: Int32 = 0,
    shape: EmittedInstruction.Shape = .other, family: UInt8 = 0, form: UInt8 = 0,
    constants: UInt8 = 0
  ) {
    emitted.append(
      EmittedInstruction(
        instruction: WasmIns(handler: handler, a: a, b: b, d: d, t: t), offset: offset,
        shape: shape, family: family, form: form, constants: constants))
  }

  /// The index of the instruction emitted last.
  @inline(__always)
  var lastIndex: Int { emitted.count &- 1 }

  /// The instruction emitted last if fusion may touch it.
  @inline(__always)
  var hasLast: Bool { emitted.count > barrier }

  @inline(__always)
  var last: EmittedInstruction { emitted.base[emitted.count &- 1] }

  /// Takes back the instruction emitted last.
  @inline(__always)
  mutating func removeLast() { emitted.count &-= 1 }

  /// Whether an operand is the result of the instruction emitted last.
  @inline(__always)
  func isLast(_ operand: Operand) -> Bool {
    guard fusion, operand.kind == .temporary, emitted.count > barrier else { return false }
    let record = emitted.base[emitted.count &- 1]
    return record.hasResult && record.instruction.d == operand.slot
  }

  /// Loads a 64-bit constant into a slot.
  mutating func emitConstant(_ bits: UInt64, to slot: Int32) {
    if fusion, bits <= UInt64(UInt32.max) {
      emitMove(
        Int32(bitPattern: UInt32(truncatingIfNeeded: bits)), kind: UInt8(WASM_IMMEDIATE),
        to: slot)
      return
    }
    emitPlainConstant(bits, to: slot)
  }

  private mutating func emitPlainConstant(_ bits: UInt64, to slot: Int32) {
    let isSmall = bits <= UInt64(UInt32.max)
    emit(
      special(WASM_SPECIAL_CONSTANT), a: Int32(truncatingIfNeeded: bits),
      b: Int32(truncatingIfNeeded: bits >> 32), d: slot, shape: isSmall ? .move : .other,
      form: EmittedInstruction.form(width: 0, kinds: UInt8(WASM_IMMEDIATE)))
  }

  /// Moves a slot or a zero-extended immediate to a slot, together with the move before it if there is one.
  mutating func emitMove(_ source: Int32, kind: UInt8, to slot: Int32) {
    if fusion, hasLast, last.shape == .move {
      let first = last
      removeLast()
      emit(
        wasm_double_move(UInt32(first.kinds), UInt32(kind)), a: first.instruction.a, b: source,
        d: first.instruction.d, t: slot)
      return
    }
    if kind == UInt8(WASM_IMMEDIATE) {
      emitPlainConstant(UInt64(UInt32(bitPattern: source)), to: slot)
    } else {
      emit(
        special(WASM_SPECIAL_MOVE), a: source, d: slot, shape: .move,
        form: EmittedInstruction.form(width: 0, kinds: UInt8(WASM_SLOT)))
    }
  }

  mutating func emitMove(from source: Int32, to slot: Int32, isVector: Bool) {
    guard source != slot else { return }
    if isVector {
      emit(
        special(WASM_SPECIAL_MOVE128), a: source, d: slot, form: EmittedInstruction.result)
    } else {
      emitMove(source, kind: UInt8(WASM_SLOT), to: slot)
    }
  }

  /// The position of a 64-bit constant in the pool.
  mutating func poolPosition(of bits: UInt64) -> Int32 {
    // Most functions use few constants many times.
    var index = constants.count
    while index > 0, index > constants.count - 16 {
      index -= 1
      if constants.base[index] == bits { return Int32(truncatingIfNeeded: index * 8) }
    }
    constants.append(bits)
    return Int32(truncatingIfNeeded: (constants.count - 1) * 8)
  }

  /// The position of 16 bytes in the pool.
  mutating func poolPosition(low: UInt64, high: UInt64) -> Int32 {
    if constants.count >= 2, constants.base[constants.count - 2] == low,
      constants.base[constants.count - 1] == high
    {
      return Int32(truncatingIfNeeded: (constants.count - 2) * 8)
    }
    constants.append(low)
    constants.append(high)
    return Int32(truncatingIfNeeded: (constants.count - 2) * 8)
  }
}

// MARK: - Operand stack

extension FunctionTranslator {
  @inline(__always)
  mutating func noteTop(_ end: Int32) {
    if end > frameEnd { frameEnd = end }
  }

  @inline(__always)
  mutating func push(_ operand: Operand) {
    if operand.kind == .temporary, filled == operands.count { filled &+= 1 }
    operands.append(operand)
    top = operand.slot &+ operand.size
    noteTop(top)
  }

  /// Pushes a value that the instruction emitted next (or last) leaves in the operand's slot, which is returned.
  @inline(__always) @discardableResult
  mutating func pushTemporary(isVector: Bool = false) -> Int32 {
    let slot = top
    push(Operand(slot: slot, isVector: isVector))
    return slot
  }

  @inline(__always)
  mutating func pushConstant(_ bits: UInt64) {
    if !fusion {
      emitConstant(bits, to: pushTemporary())
      return
    }
    push(Operand(payload: bits, slot: top, kind: .constant))
  }

  @inline(__always)
  mutating func pushLocal(_ index: Int, plus addend: Int32 = 0) {
    let local = locals.base[index]
    if !fusion {
      emitMove(
        from: local.slot, to: pushTemporary(isVector: local.isVector), isVector: local.isVector)
      return
    }
    let kind: Operand.Kind = addend == 0 ? .local : .localPlus
    locals.base[index].head = Int32(truncatingIfNeeded: operands.count)
    push(
      Operand(
        payload: UInt64(UInt32(truncatingIfNeeded: index))
          | UInt64(UInt32(bitPattern: addend)) << 32,
        slot: top, link: local.head, kind: kind, isVector: local.isVector))
  }

  @inline(__always)
  mutating func pop() -> Operand {
    operands.count &-= 1
    let operand = operands.base[operands.count]
    if operand.usesLocal { locals.base[operand.local].head = operand.link }
    top = operand.slot
    if settled > operands.count { settled = operands.count }
    if filled > operands.count { filled = operands.count }
    return operand
  }

  @inline(__always)
  var topOperand: Operand { operands.base[operands.count &- 1] }

  /// The slot that holds an operand's value; constants are first loaded to the operand's own.
  @inline(__always)
  mutating func slot(of operand: Operand) -> Int32 {
    switch operand.kind {
    case .temporary: return operand.slot
    case .local: return locals.base[operand.local].slot
    case .localPlus, .constant:
      fill(operand)
      return operand.slot
    }
  }

  /// Makes a value arrive in its operand's slot.
  mutating func fill(_ operand: Operand) {
    switch operand.kind {
    case .temporary: break
    case .local:
      emitMove(
        from: locals.base[operand.local].slot, to: operand.slot, isVector: operand.isVector)
    case .localPlus:
      emit(
        rows[0x6A].handlers.1, a: locals.base[operand.local].slot,
        b: operand.addend, d: operand.slot, shape: .intBinary, family: UInt8(WASM_ADD.rawValue),
        form: EmittedInstruction.form(width: 0, kinds: 1))
    case .constant: emitConstant(operand.payload, to: operand.slot)
    }
  }

  /// Turns an operand in the middle of the stack into a temporary. Whoever calls takes care of the local's chain.
  private mutating func settle(at index: Int) {
    let operand = operands.base[index]
    fill(operand)
    operands.base[index] = Operand(slot: operand.slot, isVector: operand.isVector)
  }

  /// Copies a local to the slots of all operands that refer to it, before the local changes.
  @inline(__always)
  mutating func settleReferences(to local: Int) {
    if locals.base[local].head >= 0 { settleChain(of: local) }
  }

  @inline(never)
  private mutating func settleChain(of local: Int) {
    var index = locals.base[local].head
    locals.base[local].head = -1
    while index >= 0 {
      let next = operands.base[Int(index)].link
      settle(at: Int(index))
      index = next
    }
  }

  /// Whether some operand refers to a local.
  @inline(__always)
  func hasLocals(below height: Int) -> Bool {
    var index = settled
    while index < height {
      if operands.base[index].usesLocal { return true }
      index &+= 1
    }
    return false
  }

  /// Before code that may run or not: copies locals to the slots of the operands that refer to them.
  mutating func settleLocals() {
    var index = settled
    while index < operands.count {
      let operand = operands.base[index]
      if operand.usesLocal {
        locals.base[operand.local].head = -1
        settle(at: index)
      }
      index &+= 1
    }
    settled = operands.count
  }

  /// Makes the topmost values arrive in their slots, as many as take `slots` slots, and returns where they start.
  @discardableResult
  mutating func fillTop(slots: Int32) -> Int32 {
    let start = top &- slots &* 8
    var index = operands.count
    while index > filled, operands.base[index &- 1].slot >= start {
      index &-= 1
      let operand = operands.base[index]
      // From the top down, each is the first of its local's chain.
      if operand.usesLocal { locals.base[operand.local].head = operand.link }
    }
    let reachesFilled = index == filled
    while index < operands.count {
      if operands.base[index].kind != .temporary { settle(at: index) }
      index &+= 1
    }
    if reachesFilled { filled = operands.count }
    return start
  }

  /// Pops the topmost operands that take `slots` slots.
  mutating func popSlots(_ slots: Int32) {
    let start = top &- slots &* 8
    while operands.count > 0, operands.base[operands.count &- 1].slot >= start { _ = pop() }
    top = start
  }

  /// Pushes values that are in their slots already.
  mutating func pushValues(_ values: BlockValues, areResults: Bool) {
    switch values.type {
    case -1: for _ in 0..<values.slots { pushTemporary() }
    case -2: pushTemporary(isVector: true)
    default:
      guard let type = module.syntax.types.function(at: UInt32(bitPattern: values.type)) else {
        return
      }
      for value in areResults ? type.results : type.parameters {
        pushTemporary(isVector: value.slots == 2)
      }
    }
  }
}
