// Validation, Reference Instructions, and the branches that look at references.

import WasmBinary
import WasmSyntax

extension FunctionValidator {
  // MARK: References

  mutating func refNull(_ cursor: inout InstructionCursor) throws(ModuleError) {
    try push(try readHeapType(&cursor, nullable: true))
  }

  mutating func refIsNull() throws(ModuleError) {
    _ = try popReference()
    try push(bits: Bits.i32)
  }

  /// Functions that code takes references to must occur outside of bodies too; constants are such a place.
  mutating func refFunc(_ cursor: inout InstructionCursor) throws(ModuleError) {
    let index = try cursor.nextU32()
    guard index < functionCount else { throw invalid("unknown function \(index)") }
    if isConstant {
      context.declared.base[Int(index)] = true
    } else if !context.declared.base[Int(index)] {
      throw invalid("undeclared function reference \(index)")
    }
    try push(ValueType(nullable: false, HeapType(index: functions[Int(index)])))
  }

  mutating func refEq() throws(ModuleError) {
    let eqref = ValueType(nullable: true, .eq)
    try pop(eqref)
    try pop(eqref)
    try push(bits: Bits.i32)
  }

  mutating func refAsNonNull() throws(ModuleError) {
    try push(try popReference().with(nullable: false))
  }

  // MARK: Branches

  mutating func brOnNull(_ cursor: inout InstructionCursor) throws(ModuleError) {
    let types = try label(try cursor.nextU32())
    let reference = try popReference()
    try pop(types)
    try push(types)
    try push(reference.with(nullable: false))
  }

  /// The reference that a label takes last, and what it takes before it.
  private mutating func labelWithReference(
    _ index: UInt32
  ) throws(ModuleError) -> (rest: TypeRun, last: ValueType) {
    let types = try label(index)
    guard types.count > 0 else {
      throw invalid("type mismatch: the label takes no reference")
    }
    let last = ValueType(bits: types[types.count - 1])
    guard last.isReference else {
      throw invalid("type mismatch: the label takes \(name(last.bits)), not a reference")
    }
    return (types.dropLast, last)
  }

  mutating func brOnNonNull(_ cursor: inout InstructionCursor) throws(ModuleError) {
    let (rest, last) = try labelWithReference(try cursor.nextU32())
    try pop(last.with(nullable: true))
    try pop(rest)
    try push(rest)
  }

  mutating func brOnCast(_ cursor: inout InstructionCursor) throws(ModuleError) {
    let branch = try readCast(&cursor)
    try castBranch(branch, taking: branch.target, leaving: branch.difference)
  }

  mutating func brOnCastFail(_ cursor: inout InstructionCursor) throws(ModuleError) {
    let branch = try readCast(&cursor)
    try castBranch(branch, taking: branch.difference, leaving: branch.target)
  }

  private mutating func readCast(_ cursor: inout InstructionCursor) throws(ModuleError)
    -> CastBranch
  {
    var branch = try cursor.readCastBranch()
    branch.source = try canonical(branch.source)
    branch.target = try canonical(branch.target)
    guard matches(branch.target, branch.source) else {
      throw mismatch(branch.target.bits, branch.source.bits)
    }
    return branch
  }

  private mutating func castBranch(
    _ branch: CastBranch, taking taken: ValueType, leaving left: ValueType
  ) throws(ModuleError) {
    let (rest, last) = try labelWithReference(branch.label)
    guard matches(taken, last) else { throw mismatch(taken.bits, last.bits) }
    try pop(branch.source)
    try pop(rest)
    try push(rest)
    try push(left)
  }

  // MARK: Casts

  /// The operand of a test or cast: any reference of the target's hierarchy.
  private mutating func readCastTarget(
    _ cursor: inout InstructionCursor, nullable: Bool
  ) throws(ModuleError) -> ValueType {
    let target = try readHeapType(&cursor, nullable: nullable)
    var top = AbstractHeapType.func
    if let index = target.heapType.index {
      top = types[Int(index)].kind == .function ? .func : .any
    } else if let abstract = target.heapType.abstract?.top {
      top = abstract
    }
    try pop(ValueType(nullable: true, HeapType(top)))
    return target
  }

  mutating func refTest(
    _ cursor: inout InstructionCursor, nullable: Bool
  ) throws(ModuleError) {
    _ = try readCastTarget(&cursor, nullable: nullable)
    try push(bits: Bits.i32)
  }

  mutating func refCast(
    _ cursor: inout InstructionCursor, nullable: Bool
  ) throws(ModuleError) {
    try push(try readCastTarget(&cursor, nullable: nullable))
  }

  // MARK: Conversions

  mutating func refI31() throws(ModuleError) {
    try pop(bits: Bits.i32)
    try push(ValueType(nullable: false, .i31))
  }

  mutating func i31Get() throws(ModuleError) {
    try pop(ValueType(nullable: true, .i31))
    try push(bits: Bits.i32)
  }

  /// `any.convert_extern` and `extern.convert_any`: what is null stays null.
  mutating func convert(
    from source: AbstractHeapType, to target: AbstractHeapType
  ) throws(ModuleError) {
    let reference = try popReference()
    let expected = ValueType(nullable: reference.isNullable, HeapType(source))
    guard matches(reference, expected) else { throw mismatch(reference.bits, expected.bits) }
    try push(ValueType(nullable: reference.isNullable, HeapType(target)))
  }
}

extension CastBranch {
  /// What is known of a reference when the cast to the target has failed (Types, Reference Types, difference).
  var difference: ValueType { target.isNullable ? source.with(nullable: false) : source }
}
