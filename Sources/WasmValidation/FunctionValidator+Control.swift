// Validation, Control Instructions: blocks and branches.

import WasmBinary
import WasmSyntax

extension FunctionValidator {
  // MARK: Frames

  mutating func pushFrame(_ kind: ControlFrame.Kind, parameters: TypeRun, results: TypeRun) {
    pushFrame(kind, parameters, resultCount: results.count, results.base, single: 0)
  }

  /// A frame without parameters and with one result.
  mutating func pushFrame(_ kind: ControlFrame.Kind, single: UInt32) {
    pushFrame(kind, TypeRun(base: pool, count: 0), resultCount: 1, nil, single: single)
  }

  private mutating func pushFrame(
    _ kind: ControlFrame.Kind, _ parameters: TypeRun, resultCount: Int,
    _ results: UnsafePointer<UInt32>?, single: UInt32
  ) {
    singles.append(single)
    frames.append(
      ControlFrame(
        kind: kind, height: operands.count, initializedCount: locals.initializedCount,
        parameters: parameters, resultCount: resultCount, results: results))
    height = operands.count
    isUnreachable = false
  }

  /// The result types of a frame. Valid until the next frame is pushed.
  mutating func results(ofFrame index: Int) -> TypeRun {
    let frame = frames[index]
    return TypeRun(
      base: frame.results ?? UnsafePointer(singles.base + index), count: frame.resultCount)
  }

  /// What follows in the innermost block cannot be reached.
  mutating func setUnreachable() {
    operands.count = height
    isUnreachable = true
    frames[frames.count - 1].isUnreachable = true
  }

  /// The types a branch to a label takes: a loop's parameters, any other block's results.
  mutating func label(_ label: UInt32) throws(ModuleError) -> TypeRun {
    let index = try frameIndex(of: label)
    let isLoop = frames[index].kind == .loop
    return isLoop ? frames[index].parameters : results(ofFrame: index)
  }

  private mutating func frameIndex(of label: UInt32) throws(ModuleError) -> Int {
    guard label < frames.count else { throw invalid("unknown label \(label)") }
    return frames.count - 1 - Int(label)
  }

  // MARK: Blocks

  mutating func block(
    _ kind: ControlFrame.Kind, _ cursor: inout InstructionCursor
  ) throws(ModuleError) {
    guard frames.count <= context.limits.blockNesting else {
      throw beyondLimit("\(frames.count) nested blocks", context.limits.blockNesting)
    }
    switch try cursor.readBlockType() {
    case .empty:
      let none = TypeRun(base: pool, count: 0)
      pushFrame(kind, parameters: none, results: none)
    case .value(let type): pushFrame(kind, single: try canonical(type).bits)
    case .type(let index):
      let type = try functionType(index)
      if type.parameters.count > 0 || type.results.count > 1 { try require(.multiValue) }
      try pop(type.parameters)
      pushFrame(kind, parameters: type.parameters, results: type.results)
      try push(type.parameters)
    }
  }

  mutating func ifBlock(_ cursor: inout InstructionCursor) throws(ModuleError) {
    try pop(bits: Bits.i32)
    try block(.if, &cursor)
  }

  mutating func elseBlock(_ cursor: inout InstructionCursor) throws(ModuleError) {
    let top = frames.count - 1
    guard frames[top].kind == .if else {
      throw ModuleError(.malformed, "END opcode expected", at: errorPosition)
    }
    try finishBlock()
    let frame = frames[top]
    locals.unset(downTo: frame.initializedCount)
    frames[top].kind = .else
    frames[top].isUnreachable = false
    isUnreachable = false
    try push(frame.parameters)
  }

  mutating func end() throws(ModuleError) {
    let top = frames.count - 1
    try finishBlock()
    let frame = frames[top]
    let results = results(ofFrame: top)
    if frame.kind == .if {
      // The branch that is left out hands its parameters on.
      guard matches(frame.parameters, results) else {
        throw invalid("type mismatch: if without else needs results like its parameters")
      }
    }
    locals.unset(downTo: frame.initializedCount)
    frames.count = top
    singles.count = top
    if top == 0 { return }
    height = frames[top - 1].height
    isUnreachable = frames[top - 1].isUnreachable
    // `results` may point to what was just taken off `singles`, which is still there.
    try push(results)
  }

  /// Pops the results of the block at its end; nothing may be left over.
  @inline(__always)
  private mutating func finishBlock() throws(ModuleError) {
    try pop(results(ofFrame: frames.count - 1))
    if operands.count != height { throw leftOver() }
  }

  @inline(never)
  private func leftOver() -> ModuleError {
    invalid("type mismatch: \(operands.count - height) values remain at the end of the block")
  }

  /// Exception handlers branch out of the block they guard: their labels are counted from outside of it.
  mutating func tryTable(_ cursor: inout InstructionCursor) throws(ModuleError) {
    // The clauses come behind the block type but are checked before the block is entered.
    var clauses = cursor
    _ = try clauses.readBlockType()
    for _ in 0..<(try clauses.readCount()) { try catchClause(try clauses.readCatchClause()) }
    try block(.tryTable, &cursor)
    cursor = clauses
  }

  private mutating func catchClause(_ clause: CatchClause) throws(ModuleError) {
    let target = try label(clause.label)
    let parameters =
      clause.kind.hasTag ? try tag(clause.tag).parameters : TypeRun(base: pool, count: 0)
    let count = parameters.count + (clause.kind.pushesReference ? 1 : 0)
    var isMatching = target.count == count
    if isMatching {
      for i in 0..<parameters.count where !matches(parameters[i], target[i]) { isMatching = false }
      if clause.kind.pushesReference {
        isMatching =
          isMatching
          && matches(ValueType(nullable: false, .exn).bits, target[target.count - 1])
      }
    }
    guard isMatching else { throw invalid("type mismatch: catch clause does not match its label") }
  }

  // MARK: Branches

  mutating func br(_ cursor: inout InstructionCursor) throws(ModuleError) {
    try pop(try label(try cursor.nextU32()))
    setUnreachable()
  }

  mutating func brIf(_ cursor: inout InstructionCursor) throws(ModuleError) {
    let types = try label(try cursor.nextU32())
    try pop(bits: Bits.i32)
    if types.count == 0 { return }
    try pop(types)
    try push(types)
  }

  mutating func brTable(_ cursor: inout InstructionCursor) throws(ModuleError) {
    try pop(bits: Bits.i32)
    let count = try cursor.readCount()
    guard count <= context.limits.brTableTargets else {
      throw beyondLimit("\(count) targets of br_table", context.limits.brTableTargets)
    }
    brTables += 1
    var arity: Int?
    for _ in 0...count {
      let label = try cursor.nextU32()
      let index = try frameIndex(of: label)
      if frames[index].checkedBy == brTables { continue }
      frames[index].checkedBy = brTables
      let types = try self.label(label)
      guard arity == nil || arity == types.count else {
        throw invalid("type mismatch: labels of br_table differ in their number of values")
      }
      arity = types.count
      try checkTop(types)
    }
    setUnreachable()
  }

  mutating func returnFromFunction() throws(ModuleError) {
    try pop(results(ofFrame: 0))
    setUnreachable()
  }
}
