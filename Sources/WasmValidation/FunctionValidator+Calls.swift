// Validation, Control Instructions: calls, tail calls and exceptions.

import WasmBinary
import WasmSyntax

extension FunctionValidator {
  // MARK: What is called

  private mutating func callee(_ index: UInt32) throws(ModuleError) -> FunctionTypeRun {
    guard index < functionCount else { throw invalid("unknown function \(index)") }
    return functionType(types[Int(functions[Int(index)])])
  }

  /// Reads the immediates of an indirect call and pops the table index.
  private mutating func indirectCallee(
    _ cursor: inout InstructionCursor
  ) throws(ModuleError) -> FunctionTypeRun {
    let typeIndex = try cursor.nextU32()
    let table = try table(try cursor.nextU32())
    let type = try functionType(typeIndex)
    guard matches(table.element, ValueType.funcref.bits) else {
      throw invalid("type mismatch: table of \(name(table.element)) does not hold functions")
    }
    try pop(bits: table.address)
    return type
  }

  /// Reads the type of a call through a reference and pops the reference.
  private mutating func referencedCallee(
    _ cursor: inout InstructionCursor
  ) throws(ModuleError) -> FunctionTypeRun {
    let index = try cursor.nextU32()
    let type = try functionType(index)
    try pop(reference(to: try record(index), nullable: true))
    return type
  }

  private mutating func enter(_ type: FunctionTypeRun) throws(ModuleError) {
    try pop(type.parameters)
    try push(type.results)
  }

  private mutating func tailEnter(_ type: FunctionTypeRun) throws(ModuleError) {
    guard matches(type.results, returns) else {
      throw invalid("type mismatch: the callee's results are not the function's")
    }
    try pop(type.parameters)
    setUnreachable()
  }

  // MARK: Calls

  mutating func call(_ cursor: inout InstructionCursor) throws(ModuleError) {
    try enter(try callee(try cursor.nextU32()))
  }

  mutating func callIndirect(_ cursor: inout InstructionCursor) throws(ModuleError) {
    try enter(try indirectCallee(&cursor))
  }

  mutating func callRef(_ cursor: inout InstructionCursor) throws(ModuleError) {
    try enter(try referencedCallee(&cursor))
  }

  mutating func returnCall(_ cursor: inout InstructionCursor) throws(ModuleError) {
    try tailEnter(try callee(try cursor.nextU32()))
  }

  mutating func returnCallIndirect(_ cursor: inout InstructionCursor) throws(ModuleError) {
    try tailEnter(try indirectCallee(&cursor))
  }

  mutating func returnCallRef(_ cursor: inout InstructionCursor) throws(ModuleError) {
    try tailEnter(try referencedCallee(&cursor))
  }

  // MARK: Exceptions

  mutating func throwTag(_ cursor: inout InstructionCursor) throws(ModuleError) {
    try pop(try tag(try cursor.nextU32()).parameters)
    setUnreachable()
  }

  mutating func throwRef() throws(ModuleError) {
    try pop(.exnref)
    setUnreachable()
  }
}
