// Text Format, Instructions: flat and folded, in any mixture. One loop over the tokens; what is open is on a stack.

import WasmBinary
import WasmSyntax

extension ModuleParser {
  // MARK: Expressions

  /// Instructions up to a closing parenthesis, as a constant expression with its `end` in `code`.
  mutating func parseExpression() throws(ModuleError) {
    beginExpression()
    try parseInstructions()
    code.writeOpcode(.end)
  }

  /// One folded instruction as a constant expression with its `end` in `code`.
  mutating func parseFoldedExpression() throws(ModuleError) {
    guard cursor.isAtLeftParen else { throw cursor.unexpectedToken() }
    beginExpression()
    repeat { try parseInstruction() } while !function.frames.isEmpty
    code.writeOpcode(.end)
  }

  private mutating func beginExpression() {
    function.reset(isBody: false)
    code.bytes.removeAll(keepingCapacity: true)
  }

  /// Instructions up to a closing parenthesis, which stays.
  mutating func parseInstructions() throws(ModuleError) {
    while !(cursor.isAtRightParen && function.frames.isEmpty) {
      let index = cursor.index
      try parseInstruction()
      probe?.look(at: index, written: code.count)
    }
  }

  /// The next step: an instruction, or the end of one that is open.
  private mutating func parseInstruction() throws(ModuleError) {
    let token = cursor.token
    switch token.kind {
    case .keyword:
      if let top = function.frames.last, !top.kind.allowsPlainInstructions {
        throw cursor.unexpectedToken()
      }
      try parseFlatInstruction(token)
    case .leftParen: try parseFoldedInstruction()
    case .rightParen: try closeFolded()
    case .number, .identifier, .string, .character, .reserved, .end: throw cursor.unexpectedToken()
    }
  }

  // MARK: Flat instructions

  private mutating func parseFlatInstruction(_ token: Token) throws(ModuleError) {
    guard let definition = token.word.opcode?.definition else { throw cursor.unexpectedToken() }
    let hint = annotations.isEmpty ? nil : try takeBranchHint()
    cursor.advance()
    switch definition.opcode {
    case .else:
      guard let top = function.frames.last, top.kind == .flatIf else {
        throw cursor.error("unexpected token else", at: token)
      }
      try checkRepeatedLabel(top)
      function.frames[function.frames.count - 1].kind = .flatElse
      code.writeOpcode(.else)
    case .end:
      guard let top = function.frames.last,
        top.kind == .flatBlock || top.kind == .flatIf || top.kind == .flatElse
      else { throw cursor.error("unexpected token end", at: token) }
      try checkRepeatedLabel(top)
      closeBlock()
    default:
      let start = code.count
      if definition.beginsBlock {
        var frame = try parseBlockHead(definition)
        frame.kind = definition.opcode == .if ? .flatIf : .flatBlock
        enterBlock(frame)
      } else {
        try parsePlainInstruction(definition, token)
      }
      if let hint { try record(hint, for: definition, at: start) }
    }
  }

  /// The identifier behind `else` and `end`, which repeats the block's.
  private mutating func checkRepeatedLabel(_ frame: InstructionFrame) throws(ModuleError) {
    guard let identifier = cursor.take(.identifier) else { return }
    guard Int64(identifier.payload) == frame.label else {
      throw cursor.error("mismatching label", at: identifier)
    }
  }

  // MARK: Folded instructions

  /// Stands on a left parenthesis.
  private mutating func parseFoldedInstruction() throws(ModuleError) {
    let word = cursor.formWord
    if let top = function.frames.last {
      switch top.kind {
      case .foldedCondition where word == .then: return try parseThen(top)
      case .foldedBehindThen where word.opcode == .else: return parseElse()
      case .foldedBehindThen, .foldedBehindElse:
        cursor.advance()
        throw cursor.unexpectedToken()
      default: break
      }
    }
    var hint = annotations.isEmpty ? nil : try takeBranchHint()
    cursor.advance()
    if !annotations.isEmpty, let inner = try takeBranchHint() { hint = inner }
    let token = cursor.token
    guard let definition = word.opcode?.definition, definition.opcode != .else,
      definition.opcode != .end
    else { throw cursor.unexpectedToken() }
    cursor.advance()

    let start = code.count
    guard definition.beginsBlock else {
      try parsePlainInstruction(definition, token)
      if cursor.isAtRightParen {
        cursor.advance()
        if let hint { try record(hint, for: definition, at: start) }
      } else {
        try postpone(from: start, InstructionFrame(kind: .foldedPlain), definition, hint)
      }
      return
    }
    var frame = try parseBlockHead(definition)
    if definition.opcode == .if {
      frame.kind = .foldedCondition
      try postpone(from: start, frame, definition, hint)
    } else {
      frame.kind = .foldedBlock
      enterBlock(frame)
      if let hint { try record(hint, for: definition, at: start) }
    }
  }

  /// Sets an instruction aside until its operands are written.
  private mutating func postpone(
    from start: Int, _ frame: InstructionFrame, _ definition: InstructionDefinition,
    _ hint: BranchHint?
  ) throws(ModuleError) {
    if let hint { try check(hint, for: definition) }
    var frame = frame
    frame.hint = hint
    frame.pendingStart = function.pending.count
    function.pending.append(contentsOf: code.bytes[start...])
    code.bytes.removeSubrange(start...)
    function.frames.append(frame)
  }

  /// Writes the innermost instruction that was set aside.
  private mutating func resume(_ frame: InstructionFrame) {
    if let hint = frame.hint { append(hint, at: code.count) }
    code.writeBytes(function.pending[frame.pendingStart...])
    function.pending.removeSubrange(frame.pendingStart...)
  }

  private mutating func parseThen(_ frame: InstructionFrame) throws(ModuleError) {
    cursor.index += 2
    resume(frame)
    function.frames[function.frames.count - 1].kind = .foldedThen
    function.enterBlock(frame.label, name: frame.labelName)
  }

  private mutating func parseElse() {
    cursor.index += 2
    code.writeOpcode(.else)
    function.frames[function.frames.count - 1].kind = .foldedElse
  }

  /// Stands on a right parenthesis.
  private mutating func closeFolded() throws(ModuleError) {
    guard let top = function.frames.last else { throw cursor.unexpectedToken() }
    switch top.kind {
    case .foldedPlain:
      resume(top)
      function.frames.removeLast()
    case .foldedBlock, .foldedBehindThen, .foldedBehindElse: closeBlock()
    case .foldedThen: function.frames[function.frames.count - 1].kind = .foldedBehindThen
    case .foldedElse: function.frames[function.frames.count - 1].kind = .foldedBehindElse
    case .foldedCondition, .flatBlock, .flatIf, .flatElse: throw cursor.unexpectedToken()
    }
    cursor.advance()
  }

  // MARK: Blocks

  /// What stands between a block's keyword and its instructions: writes the opcode, the block type and catch clauses.
  private mutating func parseBlockHead(
    _ definition: InstructionDefinition
  ) throws(ModuleError) -> InstructionFrame {
    var frame = InstructionFrame(kind: .flatBlock)
    let binding = try takeBinding()
    if let identifier = binding.identifier { frame.label = Int64(identifier.payload) }
    frame.labelName = binding.name
    code.writeOpcode(definition.opcode)
    code.writeBlockType(try parseBlockType())
    if definition.opcode == .tryTable { try parseCatchClauses() }
    return frame
  }

  private mutating func enterBlock(_ frame: InstructionFrame) {
    function.enterBlock(frame.label, name: frame.labelName)
    function.frames.append(frame)
  }

  /// Writes the `end` of the innermost block.
  private mutating func closeBlock() {
    code.writeOpcode(.end)
    function.labels.pop()
    function.frames.removeLast()
  }

  private mutating func parseBlockType() throws(ModuleError) -> BlockType {
    if cursor.isAtForm(.type) { return .type(try parseTypeUse(allowsNames: false).index) }
    guard cursor.isAtForm(.param) || cursor.isAtForm(.result) else { return .empty }
    let type = try parseSignature(allowsNames: false).type
    if type.parameters.isEmpty, type.results.count <= 1 {
      return type.results.first.map { .value($0) } ?? .empty
    }
    return .type(try typeIndex(of: type))
  }

  /// The clauses of `try_table`; their labels are those outside of it.
  private mutating func parseCatchClauses() throws(ModuleError) {
    var clauses: [CatchClause] = []
    while let kind = catchKind {
      cursor.index += 2
      let tag = kind.hasTag ? try parseIndex(in: tags) : 0
      clauses.append(CatchClause(kind: kind, tag: tag, label: try parseLabel()))
      try cursor.expectRightParen()
    }
    code.writeCount(clauses.count)
    for clause in clauses { code.writeCatchClause(clause) }
  }

  private var catchKind: CatchClause.Kind? {
    switch cursor.formWord.keyword {
    case .catch: .catch
    case .catchRef: .catchRef
    case .catchAll: .catchAll
    case .catchAllRef: .catchAllRef
    default: nil
    }
  }

  // MARK: Branch hints

  private func check(
    _ hint: BranchHint, for definition: InstructionDefinition
  ) throws(ModuleError) {
    guard definition.opcode == .if || definition.opcode == .brIf else {
      throw ModuleError(
        .invalid, "@metadata.code.branch_hint annotation: invalid target",
        at: .offset(hint.start))
    }
  }

  private mutating func record(
    _ hint: BranchHint, for definition: InstructionDefinition, at start: Int
  ) throws(ModuleError) {
    try check(hint, for: definition)
    append(hint, at: start)
  }

  private mutating func append(_ hint: BranchHint, at start: Int) {
    let offset = UInt32(truncatingIfNeeded: start)
    function.hints.append(.init(offset: offset, isLikely: hint.isLikely))
  }
}

extension InstructionDefinition {
  /// Whether it is `block`, `loop`, `if` or `try_table`.
  var beginsBlock: Bool { immediate == .blockType || immediate == .tryTable }
}
