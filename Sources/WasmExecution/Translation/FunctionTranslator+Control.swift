// Blocks, loops, branches and returns. Fuel: each loop's head charges for the instructions of its body that are not in
// inner loops, the function's entry for those outside loops.

import CWasmExecution
import WasmBinary
import WasmSyntax

/// What a conditional branch tests.
enum BranchCondition {
  /// The i32 operand already popped is not zero, or is zero.
  case test(Operand, isInverted: Bool)
  /// The reference in a slot is null, or is not.
  case null(slot: Int32, isInverted: Bool)
  /// The reference in a slot has a heap type, or has not.
  case cast(slot: Int32, heapType: Int32, nullable: Int32, isInverted: Bool)

  var inverted: BranchCondition {
    switch self {
    case .test(let operand, let isInverted): .test(operand, isInverted: !isInverted)
    case .null(let slot, let isInverted): .null(slot: slot, isInverted: !isInverted)
    case .cast(let slot, let type, let nullable, let isInverted):
      .cast(slot: slot, heapType: type, nullable: nullable, isInverted: !isInverted)
    }
  }
}

extension FunctionTranslator {
  // MARK: Block types

  private mutating func readBlockValues() throws(ModuleError) -> (BlockValues, BlockValues) {
    switch try reader.readBlockType() {
    case .empty: return (BlockValues(), BlockValues())
    case .value(let type):
      let isVector = type == .v128
      return (BlockValues(), BlockValues(slots: isVector ? 2 : 1, type: isVector ? -2 : -1))
    case .type(let index):
      guard let type = module.syntax.types.function(at: index) else {
        throw reader.invalid("unknown type \(index)", at: Int(offset))
      }
      return (values(type.parameters, index), values(type.results, index))
    }
  }

  func values(_ types: [ValueType], _ index: UInt32) -> BlockValues {
    var slots: Int32 = 0
    var hasVector = false
    for type in types {
      slots &+= Int32(type.slots)
      if type.slots == 2 { hasVector = true }
    }
    let type = !hasVector ? -1 : types.count == 1 ? -2 : Int32(bitPattern: index)
    return BlockValues(slots: slots, type: type)
  }

  // MARK: Opening

  /// The frame of a block whose parameters are on the stack.
  private func openFrame(
    _ kind: ControlFrame.Kind, _ parameters: BlockValues, _ results: BlockValues
  ) -> ControlFrame {
    let start = top &- parameters.bytes
    var height = operands.count
    while height > 0, operands.base[height &- 1].slot >= start { height &-= 1 }
    return ControlFrame(
      kind: kind, height: height, slotBase: start, parameters: parameters, results: results)
  }

  mutating func block() throws(ModuleError) {
    let (parameters, results) = try readBlockValues()
    settleLocals()
    frames.append(openFrame(.block, parameters, results))
  }

  mutating func loop() throws(ModuleError) {
    let (parameters, results) = try readBlockValues()
    settleLocals()
    fillTop(slots: parameters.slots)
    var frame = openFrame(.loop, parameters, results)
    frame.outerFuel = fuel
    fuel = 0
    frame.head = Int32(truncatingIfNeeded: emitted.count)
    emit(special(WASM_SPECIAL_LOOP))
    barrier = emitted.count
    frames.append(frame)
  }

  mutating func conditional() throws(ModuleError) {
    let (parameters, results) = try readBlockValues()
    // What is below the condition has to be in place on both ways; the condition itself stays fused if nothing is to do.
    let below = operands.count &- 1
    if parameters.slots > 0 || hasLocals(below: below) {
      let condition = filledTop()
      settleLocals()
      fillTop(slots: parameters.slots)
      branchToAlternative(condition, parameters, results)
    } else {
      branchToAlternative(pop(), parameters, results)
    }
  }

  private mutating func branchToAlternative(
    _ condition: Operand, _ parameters: BlockValues, _ results: BlockValues
  ) {
    var frame = openFrame(.conditional, parameters, results)
    frame.alternative = emitBranch(.test(condition, isInverted: true), isBackward: false)
    emitted.base[Int(frame.alternative)].instruction.t = -1
    settled = max(settled, operands.count)
    frames.append(frame)
  }

  /// Pops the topmost operand, which arrives in its slot.
  private mutating func filledTop() -> Operand {
    fillTop(slots: topOperand.size / 8)
    return pop()
  }

  mutating func tryTable() throws(ModuleError) {
    let (parameters, results) = try readBlockValues()
    settleLocals()
    var frame = openFrame(.tryTable, parameters, results)
    frame.handler = Int32(truncatingIfNeeded: handlers.count)
    let start = UInt32(truncatingIfNeeded: emitted.count)
    var handler = ExceptionHandler(range: start..<start, clauses: [])
    for index in 0..<(try reader.readCount()) {
      let clause = try reader.readCatchClause()
      let label = try frameIndex(clause.label)
      handler.clauses.append(
        ExceptionHandler.Clause(
          tag: clause.kind.hasTag ? clause.tag : nil, pushesReference: clause.kind.pushesReference,
          target: UInt32(truncatingIfNeeded: max(frames.base[label].head, 0)),
          slotOffset: frames.base[label].slotBase))
      guard frames.base[label].kind != .loop else { continue }
      let next = frames.base[label].clauses
      frames.base[label].clauses = Int32(truncatingIfNeeded: clauses.count)
      clauses.append(PendingClause(handler: handlers.count, clause: index, next: next))
    }
    handlers.append(handler)
    // The call before it is not protected: nothing may be fused across.
    barrier = emitted.count
    frames.append(frame)
  }

  // MARK: Closing

  mutating func alternative() {
    let index = frames.count &- 1
    var frame = frames.base[index]
    if isReachable {
      fillTop(slots: frame.results.slots)
      emit(special(WASM_SPECIAL_BRANCH), t: frame.branches)
      frame.branches = Int32(truncatingIfNeeded: lastIndex)
    }
    bind(frame.alternative)
    frame.alternative = -1
    frame.kind = .alternative
    frames.base[index] = frame
    reset(to: frame)
    pushValues(frame.parameters, areResults: false)
    settled = operands.count
    isReachable = true
  }

  mutating func end() {
    let frame = frames.base[frames.count &- 1]
    if frame.kind == .function {
      endFunction(frame)
      return
    }
    let isLeft = frame.branches >= 0 || frame.clauses >= 0 || frame.alternative >= 0
    if isReachable { fillTop(slots: frame.results.slots) }
    if frame.kind == .tryTable {
      let handler = Int(frame.handler)
      let start = handlers[handler].range.lowerBound
      handlers[handler].range = start..<UInt32(truncatingIfNeeded: emitted.count)
      barrier = emitted.count
      // Inner ones close first, which is the order of search.
      closedHandlers.append(handler)
    }
    if frame.kind == .loop {
      emitted.base[Int(frame.head)].instruction.a = fuel
      fuel = frame.outerFuel
    }
    bind(frame.alternative)
    bindLabel(frame)
    frames.count &-= 1
    isReachable = isReachable || isLeft
    reset(to: frame)
    guard isReachable else { return }
    pushValues(frame.results, areResults: true)
    settled = max(settled, frame.height)
  }

  private mutating func endFunction(_ frame: ControlFrame) {
    if frame.branches >= 0 || frame.clauses >= 0 {
      if isReachable { fillTop(slots: frame.results.slots) }
      bindLabel(frame)
      reset(to: frame)
      pushValues(frame.results, areResults: true)
      isReachable = true
    }
    if isReachable { emitReturn() }
    frames.count &-= 1
  }

  /// Empties the operand stack down to a frame's height.
  private mutating func reset(to frame: ControlFrame) {
    while operands.count > frame.height { _ = pop() }
    top = frame.slotBase
  }

  /// Lets a chain of branches end here.
  private mutating func bind(_ chain: Int32) {
    guard chain >= 0 else { return }
    let here = Int32(truncatingIfNeeded: emitted.count)
    var index = chain
    while index >= 0 {
      let next = emitted.base[Int(index)].instruction.t
      emitted.base[Int(index)].instruction.t = displacement(from: index, to: here)
      index = next
    }
    barrier = emitted.count
  }

  private mutating func bindLabel(_ frame: ControlFrame) {
    bind(frame.branches)
    var index = frame.clauses
    while index >= 0 {
      let clause = clauses[Int(index)]
      handlers[clause.handler].clauses[clause.clause].target = UInt32(
        truncatingIfNeeded: emitted.count)
      index = clause.next
      barrier = emitted.count
    }
  }

  private func displacement(from: Int32, to: Int32) -> Int32 {
    (to &- from) &* Int32(MemoryLayout<WasmIns>.stride)
  }

  // MARK: Branches

  /// The index in `frames` of a label.
  func frameIndex(_ label: UInt32) throws(ModuleError) -> Int {
    let index = frames.count - 1 - Int(label)
    guard index >= 0 else { throw reader.invalid("unknown label", at: Int(offset)) }
    return index
  }

  /// Lets the branch at an index go to a frame's label.
  private mutating func link(_ index: Int, to label: Int) {
    let frame = frames.base[label]
    let position = Int32(truncatingIfNeeded: index)
    if frame.kind == .loop {
      emitted.base[index].instruction.t = displacement(from: position, to: frame.head)
    } else {
      emitted.base[index].instruction.t = frame.branches
      frames.base[label].branches = position
    }
  }

  /// Goes to a label whose values are in the topmost slots.
  private mutating func emitJump(to label: Int) {
    let frame = frames.base[label]
    moveValues(frame.label, to: frame.slotBase)
    let isLoop = frame.kind == .loop
    emit(special(isLoop ? WASM_SPECIAL_BRANCH_LOOP : WASM_SPECIAL_BRANCH))
    link(lastIndex, to: label)
  }

  /// Moves the topmost values down to where a label expects them. They stay on the symbolic stack.
  private mutating func moveValues(_ values: BlockValues, to slot: Int32) {
    let start = top &- values.bytes
    guard values.slots > 0, start != slot else { return }
    if values.slots == 1 {
      emitMove(from: start, to: slot, isVector: false)
    } else {
      emit(special(WASM_SPECIAL_COPY_SLOTS), a: start, b: values.slots, d: slot)
    }
  }

  mutating func branch() throws(ModuleError) {
    let label = try frameIndex(try readU32())
    let frame = frames.base[label]
    if frame.kind == .function {
      emitReturn()
    } else if frame.label.slots == 1, frame.label.type == -1 {
      // One value is moved from wherever it is.
      let value = pop()
      moveSingle(value, to: frame.slotBase)
      let isLoop = frame.kind == .loop
      emit(special(isLoop ? WASM_SPECIAL_BRANCH_LOOP : WASM_SPECIAL_BRANCH))
      link(lastIndex, to: label)
    } else {
      fillTop(slots: frame.label.slots)
      emitJump(to: label)
    }
    isReachable = false
  }

  private mutating func moveSingle(_ value: Operand, to slot: Int32) {
    switch value.kind {
    case .temporary:
      if isLast(value) {
        emitted.base[lastIndex].instruction.d = slot
      } else {
        emitMove(from: value.slot, to: slot, isVector: false)
      }
    case .local, .localPlus, .constant:
      var target = value
      target.slot = slot
      fill(target)
    }
  }

  mutating func branchIf() throws(ModuleError) {
    let label = try frameIndex(try readU32())
    if frames.base[label].label.slots == 0 {
      branch(to: label, if: .test(pop(), isInverted: false))
    } else {
      // The values have to be moved between the condition and the branch.
      let condition = filledTop()
      branch(to: label, if: .test(condition, isInverted: false))
    }
  }

  /// Branches to a label with the topmost values if a condition holds; the values stay on the stack.
  mutating func branch(to label: Int, if condition: BranchCondition) {
    let frame = frames.base[label]
    let start = fillTop(slots: frame.label.slots)
    if frame.label.slots == 0 || start == frame.slotBase {
      let index = emitBranch(condition, isBackward: frame.kind == .loop)
      link(Int(index), to: label)
      return
    }
    let skip = emitBranch(condition.inverted, isBackward: false)
    emitted.base[Int(skip)].instruction.t = -1
    emitJump(to: label)
    bind(skip)
  }

  mutating func branchTable() throws(ModuleError) {
    let index = slot(of: pop())
    let count = try reader.readCount()
    let first = try frameIndex(try readU32())
    let values = frames.base[first].label
    let start = fillTop(slots: values.slots)
    emit(
      special(WASM_SPECIAL_BRANCH_TABLE), a: index, b: Int32(truncatingIfNeeded: count))
    // Labels that want the values elsewhere are reached over a few instructions behind the table, one for each label.
    var detours: [Int: Int32] = [:]
    var label = first
    for entry in 0...count {
      if entry > 0 { label = try frameIndex(try readU32()) }
      emit(special(WASM_SPECIAL_BRANCH))
      if values.slots == 0 || frames.base[label].slotBase == start {
        link(lastIndex, to: label)
      } else {
        emitted.base[lastIndex].instruction.t = detours[label] ?? -1
        detours[label] = Int32(truncatingIfNeeded: lastIndex)
      }
    }
    for (label, chain) in detours.sorted(by: { $0.key < $1.key }) {
      bind(chain)
      emitJump(to: label)
    }
    isReachable = false
  }

  // MARK: Returns

  mutating func emitReturn() {
    let values = resultType
    let result = -argumentBytes
    if values.slots == 0 {
      emit(special(WASM_SPECIAL_RETURN))
    } else if values.slots == 1 {
      let value = pop()
      if value.kind == .constant, value.payload <= UInt64(UInt32.max) {
        emit(
          special(WASM_SPECIAL_RETURN_IMMEDIATE),
          a: Int32(bitPattern: UInt32(truncatingIfNeeded: value.payload)), d: result)
      } else {
        let a = slot(of: value)
        emit(special(WASM_SPECIAL_RETURN_SLOT), a: a, d: result)
      }
    } else {
      // Results overwrite parameters, which may be among the values.
      fillTop(slots: values.slots)
      moveValues(values, to: result)
      emit(special(WASM_SPECIAL_RETURN))
    }
    isReachable = false
  }
}
