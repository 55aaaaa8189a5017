// Calls of all kinds. Arguments are put where the callee's frame starts; results come back to the same place.

import CWasmExecution
import WasmSyntax

extension FunctionTranslator {
  /// The slot counts of a function type; validation has made sure that it is one.
  private func info(_ type: Int32) -> (parameters: Int32, results: Int32) {
    guard let info = module.types.info(UInt32(bitPattern: type)) else { return (0, 0) }
    return (Int32(info.pointee.parameter_slots), Int32(info.pointee.result_slots))
  }

  private func typeIndex(ofFunction index: Int32) -> Int32 {
    let functions = module.syntax.functions
    let index = Int(index)
    return index < functions.count ? Int32(bitPattern: functions[index]) : 0
  }

  // MARK: Calls

  mutating func call(_ function: Int32) {
    let type = typeIndex(ofFunction: function)
    let displacement = passArguments(type)
    if let code = module.code(ofFunction: UInt32(bitPattern: function)) {
      let address = UInt64(UInt(bitPattern: code))
      emit(
        special(WASM_SPECIAL_CALL), a: Int32(truncatingIfNeeded: address),
        b: Int32(truncatingIfNeeded: address >> 32), d: displacement)
    } else {
      emit(special(WASM_SPECIAL_CALL_IMPORT), a: function, d: displacement)
    }
    pushResults(type)
  }

  mutating func callIndirect(type: Int32, table: Int32) {
    let index = slot(of: pop())
    let displacement = passArguments(type)
    emit(special(WASM_SPECIAL_CALL_INDIRECT), a: index, b: table, d: displacement, t: type)
    pushResults(type)
  }

  mutating func callReference(type: Int32) {
    let reference = slot(of: pop())
    let displacement = passArguments(type)
    emit(special(WASM_SPECIAL_CALL_REFERENCE), a: reference, d: displacement)
    pushResults(type)
  }

  /// Puts the arguments into their slots and pops them; returns how far the callee's frame is from this one.
  private mutating func passArguments(_ type: Int32) -> Int32 {
    let (parameters, results) = info(type)
    let base = fillTop(slots: parameters)
    popSlots(parameters)
    let displacement = base &+ 8 &* max(parameters, results)
    noteTop(displacement)
    return displacement
  }

  private mutating func pushResults(_ type: Int32) {
    let (_, results) = info(type)
    if results == 1 {
      pushTemporary()
    } else if results > 1 {
      let index = UInt32(bitPattern: type)
      guard let function = module.syntax.types.function(at: index) else { return }
      for result in function.results { pushTemporary(isVector: result.slots == 2) }
    }
  }

  // MARK: Tail calls

  mutating func returnCall(_ function: Int32) {
    let arguments = passTailArguments(typeIndex(ofFunction: function))
    if let code = module.code(ofFunction: UInt32(bitPattern: function)) {
      let address = UInt64(UInt(bitPattern: code))
      emit(
        special(WASM_SPECIAL_TAIL_CALL), a: Int32(truncatingIfNeeded: address),
        b: Int32(truncatingIfNeeded: address >> 32), d: arguments)
    } else {
      emit(special(WASM_SPECIAL_TAIL_CALL_IMPORT), a: function, d: arguments)
    }
    isReachable = false
  }

  mutating func returnCallIndirect(type: Int32, table: Int32) {
    let index = slot(of: pop())
    let arguments = passTailArguments(type)
    emit(special(WASM_SPECIAL_TAIL_CALL_INDIRECT), a: index, b: table, d: arguments, t: type)
    isReachable = false
  }

  mutating func returnCallReference(type: Int32) {
    let reference = slot(of: pop())
    let arguments = passTailArguments(type)
    emit(special(WASM_SPECIAL_TAIL_CALL_REFERENCE), a: reference, d: arguments)
    isReachable = false
  }

  /// Puts the arguments into consecutive slots and returns where they start. The callee's header may end up above the
  /// temporaries of this frame, if its argument area is larger than this function's.
  private mutating func passTailArguments(_ type: Int32) -> Int32 {
    let (parameters, results) = info(type)
    let base = fillTop(slots: parameters)
    popSlots(parameters)
    noteTop(8 &* max(parameters, results))
    return base
  }

  // MARK: Helpers

  /// An operation done by the runtime: operands and results in consecutive slots.
  mutating func help(
    _ helper: Int, slots: Int32, _ imm0: Int32 = 0, _ imm1: Int32 = 0, results: Int = 0
  ) {
    let base = fillTop(slots: slots)
    popSlots(slots)
    emit(
      special(WASM_SPECIAL_HELPER), a: base, b: imm0, d: imm1,
      t: Int32(truncatingIfNeeded: helper))
    // A result may need a slot where there was no operand.
    noteTop(base &+ 8)
    for _ in 0..<results { pushTemporary() }
  }

  /// `throw`: the values of the tag.
  mutating func throwException(tag: Int32) {
    let tags = module.syntax.tags
    let index = Int(tag)
    let type = index < tags.count ? Int32(bitPattern: tags[index]) : 0
    help(WASM_HELPER_THROW, slots: info(type).parameters, tag)
    isReachable = false
  }

  /// `memory.atomic.notify` and `wait`: the upper half of the offset goes into a slot behind the operands.
  mutating func waitOrNotify(_ helper: Int, operands: Int32) throws(ModuleError) {
    let argument = try readMemArg()
    pushConstant(argument.offset >> 32)
    help(
      helper, slots: operands &+ 1, Int32(bitPattern: argument.memory),
      Int32(bitPattern: UInt32(truncatingIfNeeded: argument.offset)), results: 1)
  }
}
