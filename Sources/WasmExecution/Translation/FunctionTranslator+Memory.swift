// Loads and stores: the fast forms for a memory 0 with 32-bit addresses, which take the address computation and often
// the operation on the value with them, and the stack form for all others.

import CWasmExecution
import WasmBinary
import WasmSyntax

private let kindSlot = UInt32(WASM_SLOT)
private let kindImmediate = UInt32(WASM_IMMEDIATE)

/// An address in memory 0: what goes into the fields a and b.
private struct Address {
  var kind: UInt32
  var a: Int32
  var b: Int32

  static let slot = UInt32(WASM_ADDRESS_S.rawValue)
  static let wrapping = UInt32(WASM_ADDRESS_W.rawValue)
  static let indexed = UInt32(WASM_ADDRESS_X.rawValue)
  static let absolute = UInt32(WASM_ADDRESS_N.rawValue)
}

extension FunctionTranslator {
  /// Whether an access can take a fast form.
  @inline(__always)
  private func isFast(_ argument: MemArg) -> Bool {
    fusion && hasFastMemory && argument.memory == 0 && argument.offset <= UInt64(UInt32.max)
  }

  /// Finds the best form of an address, taking back the instruction that computed it if it can be part of the access.
  /// A store writes its value's slot `written` first; that may be where one of the address's own operands was, since it
  /// is the slot behind the address's.
  private mutating func address(
    _ operand: Operand, offset: UInt64, written: Operand? = nil
  ) -> Address {
    let plain = Int32(bitPattern: UInt32(truncatingIfNeeded: offset))
    if operand.kind == .constant {
      let sum = operand.payload &+ offset
      if sum <= UInt64(UInt32.max) {
        return Address(
          kind: Address.absolute, a: Int32(bitPattern: UInt32(truncatingIfNeeded: sum)), b: 0)
      }
    }
    guard offset == 0 else { return Address(kind: Address.slot, a: slot(of: operand), b: plain) }
    // Without an offset the wrapping addition is the whole address.
    if operand.kind == .localPlus {
      return Address(
        kind: Address.wrapping, a: locals.base[operand.local].slot, b: operand.addend)
    }
    if isLast(operand), last.type == 0 {
      let record = last
      let (a, b, t) = (record.instruction.a, record.instruction.b, record.instruction.t)
      let keeps = { (slot: Int32) in
        written.map { slot < $0.slot || slot >= $0.slot &+ $0.size } ?? true
      }
      if record.shape == .intBinary, record.family == UInt8(WASM_ADD.rawValue), record.kinds < 2,
        keeps(a), record.kinds == 1 || keeps(b)
      {
        removeLast()
        return Address(kind: record.kinds == 0 ? Address.indexed : Address.wrapping, a: a, b: b)
      }
      let scaled = UInt8(WASM_SHL.rawValue) | UInt8(WASM_ADD.rawValue) << 4
      // (a << 1...3) + t, with t in a slot.
      if record.shape == .intPair, record.family == scaled, record.kinds == 1, b >= 1, b <= 3,
        keeps(a), keeps(t)
      {
        removeLast()
        return Address(
          kind: UInt32(WASM_ADDRESS_Y1.rawValue) + UInt32(b) - 1, a: t, b: a)
      }
    }
    return Address(kind: Address.slot, a: slot(of: operand), b: plain)
  }

  mutating func load(_ row: HandlerRow) throws(ModuleError) {
    let argument = try readMemArg()
    guard isFast(argument) else {
      stackAccess(row, argument, handler: row.handlers.0)
      return
    }
    let address = address(pop(), offset: argument.offset)
    emit(
      wasm_load(UInt32(row.family), address.kind), a: address.a, b: address.b,
      d: pushTemporary(isVector: row.resultIsVector), shape: .load, family: row.family,
      form: EmittedInstruction.form(
        width: row.width, isFloat: row.isFloat, kinds: UInt8(address.kind)))
  }

  mutating func store(_ row: HandlerRow) throws(ModuleError) {
    let argument = try readMemArg()
    guard isFast(argument) else {
      stackAccess(row, argument, handler: row.handlers.0)
      return
    }
    var value = pop()
    if value.kind == .localPlus { value = inSlot(value) }
    let operand = pop()
    if isLast(value), fuseStore(row, value, operand, argument) { return }
    let handler: UnsafeRawPointer?
    if let immediate = storedImmediate(value, row) {
      let address = address(operand, offset: argument.offset, written: value)
      handler = wasm_store(UInt32(row.family), address.kind, kindImmediate)
      emit(handler, a: address.a, b: address.b, d: immediate)
    } else {
      // The address first: its instruction may be the last one only as long as the value needs none.
      let address = address(operand, offset: argument.offset, written: value)
      let d = slot(of: value)
      handler = wasm_store(UInt32(row.family), address.kind, kindSlot)
      emit(handler, a: address.a, b: address.b, d: d)
    }
  }

  /// A constant as the immediate of a store, which keeps the low bits, or all 64 sign-extended.
  private func storedImmediate(_ value: Operand, _ row: HandlerRow) -> Int32? {
    guard value.kind == .constant, UInt32(row.family) != WASM_STORE128.rawValue else { return nil }
    let low = Int32(truncatingIfNeeded: value.payload)
    if UInt32(row.family) == WASM_STORE64.rawValue,
      Int64(low) != Int64(bitPattern: value.payload)
    {
      return nil
    }
    return low
  }

  /// Combines a store with the operation or load that made the value.
  private mutating func fuseStore(
    _ row: HandlerRow, _ value: Operand, _ operand: Operand, _ argument: MemArg
  ) -> Bool {
    let record = last
    let store = UInt32(row.family)
    let isOperation: Bool
    switch record.shape {
    case .intBinary:
      guard record.family < UInt8(WASM_FUSED_INT_OPERATIONS.rawValue), record.kinds < 2,
        store <= (record.width == 0 ? WASM_STORE32.rawValue : WASM_STORE64.rawValue)
      else { return false }
      isOperation = true
    case .floatBinary:
      guard record.family < UInt8(WASM_FUSED_FLOAT_OPERATIONS.rawValue), record.kinds == 0 else {
        return false
      }
      isOperation = true
    case .load:
      guard isCopy(record, store), record.kinds <= UInt8(WASM_ADDRESS_N.rawValue) else {
        return false
      }
      isOperation = false
    default: return false
    }
    removeLast()
    let address = address(operand, offset: argument.offset, written: value)
    let hasForm =
      address.kind <= Address.absolute && (!isOperation || address.kind != Address.indexed)
    guard hasForm else {
      // No such form: the value's instruction goes back, behind the address's, of which nothing is left to run.
      emitted.append(record)
      emit(
        wasm_store(store, address.kind, kindSlot), a: address.a, b: address.b, d: value.slot)
      return true
    }
    let source = record.instruction
    // Operations come with three kinds of addresses.
    let place = address.kind == Address.absolute ? 2 : address.kind
    if !isOperation {
      emit(
        wasm_copy(store, UInt32(record.kinds), address.kind), a: source.a, b: source.b,
        d: address.a, t: address.b)
    } else if record.shape == .intBinary {
      emit(
        wasm_operation_store(
          UInt32(record.width), UInt32(record.family), store, place, UInt32(record.kinds)),
        a: address.a, b: address.b, d: source.a, t: source.b)
    } else {
      emit(
        wasm_float_operation_store(UInt32(record.width), UInt32(record.family), place),
        a: address.a, b: address.b, d: source.a, t: source.b)
    }
    return true
  }

  /// Whether storing what was loaded copies the same number of bytes.
  private func isCopy(_ record: EmittedInstruction, _ store: UInt32) -> Bool {
    switch store {
    case WASM_STORE8.rawValue:
      record.family == UInt8(WASM_LOAD8_U.rawValue) || record.family == UInt8(WASM_LOAD8_S.rawValue)
    case WASM_STORE16.rawValue:
      record.family == UInt8(WASM_LOAD16_U.rawValue)
        || record.family == UInt8(WASM_LOAD16_S.rawValue)
    case WASM_STORE32.rawValue: record.family == UInt8(WASM_LOAD32.rawValue)
    case WASM_STORE64.rawValue: record.family == UInt8(WASM_LOAD64.rawValue)
    default: false
    }
  }

  // MARK: Vectors

  mutating func vectorLoad(_ row: HandlerRow) throws(ModuleError) {
    let argument = try readMemArg()
    guard isFast(argument) else {
      stackAccess(row, argument, handler: row.handlers.1)
      return
    }
    let address = slot(of: pop())
    emit(
      row.handlers.0, a: address, b: Int32(bitPattern: UInt32(truncatingIfNeeded: argument.offset)),
      d: pushTemporary(isVector: true), form: EmittedInstruction.result)
  }

  mutating func laneAccess(_ row: HandlerRow) throws(ModuleError) {
    let argument = try readMemArg()
    let lane = Int32(try reader.readByte())
    guard isFast(argument) else {
      stackAccess(row, argument, lane: lane, handler: row.handlers.1)
      return
    }
    let b = Int32(bitPattern: UInt32(truncatingIfNeeded: argument.offset))
    let vector = slot(of: pop())
    let address = slot(of: pop())
    if row.shape == .loadLane {
      emit(
        row.handlers.0, a: address, b: b, d: pushTemporary(isVector: true),
        t: vector &* 2 | lane, form: EmittedInstruction.result)
    } else {
      emit(row.handlers.0, a: address, b: b, d: vector, t: lane)
    }
  }

  // MARK: The stack form

  mutating func atomicAccess(_ row: HandlerRow) throws(ModuleError) {
    stackAccess(row, try readMemArg(), handler: row.handlers.0)
  }

  private mutating func stackAccess(
    _ row: HandlerRow, _ argument: MemArg, lane: Int32 = 0, handler: UnsafeRawPointer?
  ) {
    // The value of a vector store or lane access takes two slots.
    var slots: Int32 = 0
    for index in 1...max(Int(row.operands), 1) {
      slots &+= operands.base[operands.count - index].size / 8
    }
    let base = fillTop(slots: slots)
    popSlots(slots)
    emit(
      handler, a: Int32(truncatingIfNeeded: argument.offset),
      b: Int32(truncatingIfNeeded: argument.offset >> 32), d: base,
      t: Int32(bitPattern: argument.memory << 4) | lane)
    if row.results > 0 { pushTemporary(isVector: row.resultIsVector) }
  }
}
