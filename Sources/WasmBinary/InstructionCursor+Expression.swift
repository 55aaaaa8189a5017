// Finds the end of an expression (Binary Format, Expressions) by walking its instructions.

import WasmSyntax

extension ByteReader {
  /// Reads past an expression and its `end`. Checks what the grammar says: opcodes and immediates exist, blocks close,
  /// `else` belongs to an `if`. `visit` sees every instruction's row and where the instruction began.
  package mutating func skipExpression(
    visit: (InstructionDefinition, Int) throws(ModuleError) -> Void = {
      (_, _) throws(ModuleError) in
    }
  ) throws(ModuleError) {
    // One entry per open block: whether it is an `if` that may still have its `else`.
    var open: [Bool] = []
    while true {
      let start = position
      let definition = try skipInstruction()
      try visit(definition, start)
      switch definition.opcode.rawValue {
      case 0x02, 0x03, 0x1F: open.append(false)
      case 0x04: open.append(true)
      case 0x05:
        guard open.popLast() == true else { throw malformed("END opcode expected", at: start) }
        open.append(false)
      case 0x0B: if open.popLast() == nil { return }
      default: break
      }
    }
  }
}

extension Module {
  /// Checks the code of all functions against the grammar alone. Validation stops at the first rule broken; whether the
  /// module is invalid or not even well-formed can depend on what comes behind.
  package func checkCodeIsWellFormed() throws(ModuleError) {
    defer { withExtendedLifetime(bytes) {} }
    let hasDataCount = dataCount != nil
    for body in code {
      var cursor = InstructionCursor(bytes, range: body.body)
      let errors = cursor
      try cursor.skipExpression { (definition, start) throws(ModuleError) in
        if !hasDataCount && definition.immediate.namesDataSegment {
          throw errors.malformed("data count section required", at: start)
        }
      }
      guard cursor.isAtEnd else { throw cursor.malformed("END opcode expected") }
    }
  }
}

extension ImmediateShape {
  /// Whether the immediate has a data index, for which a module needs a data count section.
  package var namesDataSegment: Bool {
    switch self {
    case .data, .dataMemory, .typeData: true
    default: false
    }
  }
}
