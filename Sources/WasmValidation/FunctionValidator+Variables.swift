// Validation, Parametric Instructions and Variable Instructions.

import WasmBinary
import WasmSyntax

extension FunctionValidator {
  // MARK: Parametric

  /// Without types the operands must be numbers or vectors.
  mutating func select() throws(ModuleError) {
    try pop(bits: Bits.i32)
    let second = try popAny()
    let first = try popAny()
    guard !first.isReference, !second.isReference else {
      throw invalid("type mismatch: select of references needs its type spelt out")
    }
    guard first == second || first == .bottom || second == .bottom else {
      throw mismatch(second.bits, first.bits)
    }
    try push(first == .bottom ? second : first)
  }

  mutating func selectTypes(_ cursor: inout InstructionCursor) throws(ModuleError) {
    let count = try cursor.readCount()
    var type = ValueType.bottom
    for _ in 0..<count { type = try readValueType(&cursor) }
    guard count == 1 else { throw invalid("invalid result arity: select has one result") }
    try pop(bits: Bits.i32)
    try pop(type)
    try pop(type)
    try push(type)
  }

  // MARK: Locals

  private mutating func local(_ index: Int) throws(ModuleError) -> (type: ValueType, isSet: Bool) {
    guard index < locals.count else { throw invalid("unknown local \(index)") }
    return locals.local(index)
  }

  @inline(never)
  mutating func localGet(_ index: Int) throws(ModuleError) {
    let (type, isSet) = try local(index)
    guard isSet else { throw invalid("uninitialized local \(index)") }
    try push(type)
  }

  @inline(__always)
  mutating func localSet(_ index: Int) throws(ModuleError) {
    if index < locals.nearCount, let type = locals.initializedNear(index) {
      try pop(bits: type)
    } else {
      _ = try setOther(index)
    }
  }

  @inline(__always)
  mutating func localTee(_ index: Int) throws(ModuleError) {
    if index < locals.nearCount, let type = locals.initializedNear(index) {
      try pop(bits: type)
      try push(bits: type)
    } else {
      try push(try setOther(index))
    }
  }

  @inline(never)
  private mutating func setOther(_ index: Int) throws(ModuleError) -> ValueType {
    let (type, isSet) = try local(index)
    try pop(type)
    if !isSet { locals.set(index) }
    return type
  }

  // MARK: Globals

  private mutating func global(_ index: UInt32) throws(ModuleError) -> GlobalRecord {
    guard index < globalCount else { throw invalid("unknown global \(index)") }
    return globals[Int(index)]
  }

  mutating func globalGet(_ cursor: inout InstructionCursor) throws(ModuleError) {
    let index = try cursor.nextU32()
    let global = try global(index)
    if isConstant {
      guard !global.isMutable else { throw invalid("constant expression required") }
      // Only with garbage collection may constants depend on the module's own globals.
      if index >= context.importedGlobalCount { try require(.garbageCollection) }
    }
    try push(bits: global.bits)
  }

  mutating func globalSet(_ cursor: inout InstructionCursor) throws(ModuleError) {
    let index = try cursor.nextU32()
    let global = try global(index)
    guard global.isMutable else { throw invalid("immutable global \(index)") }
    try pop(bits: global.bits)
  }
}
