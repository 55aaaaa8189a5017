// Branch hints must point at branches. A custom section makes no module invalid, so that this is a check of its own:
// scripts ask for it (`assert_invalid_custom`).

import WasmBinary
import WasmSyntax

/// Checks the module's branch hint section, if it has one.
package func validateBranchHints(_ module: Module) throws(ModuleError) {
  guard let section = try BranchHintSection(of: module) else { return }
  defer { withExtendedLifetime(module.bytes) {} }
  let fileOffset = module.bytes.range.lowerBound
  var last: UInt32?
  for function in section.functions {
    let index = Int(function.function) - module.importedFunctionCount
    guard index >= 0, index < module.code.count else {
      throw ModuleError(
        .invalid, "branch hint annotation: unknown function \(function.function)",
        at: .offset(fileOffset))
    }
    let body = module.code[index]
    if let last, last >= function.function {
      throw invalid("invalid order", body.locals.lowerBound)
    }
    last = function.function
    try validate(function.hints, body, module)
  }
}

private func invalid(_ message: String, _ offset: Int) -> ModuleError {
  ModuleError(
    .invalid, "@metadata.code.branch_hint annotation: \(message)", at: .offset(offset))
}

/// Hints are in the order of their instructions, and those are `if`s and `br_if`s.
private func validate(
  _ hints: [BranchHintSection.Hint], _ body: FunctionBody, _ module: Module
) throws(ModuleError) {
  let fileOffset = module.bytes.range.lowerBound
  var branches: Set<Int> = []
  var cursor = InstructionCursor(module.bytes, range: body.body)
  try cursor.skipExpression { (definition, start) throws(ModuleError) in
    if definition.opcode == .if || definition.opcode == .brIf { branches.insert(start) }
  }
  var last = -1
  for hint in hints {
    let position = body.locals.lowerBound + Int(hint.offset)
    guard branches.contains(position) else {
      throw invalid("invalid target", position + fileOffset)
    }
    guard position > last else { throw invalid("invalid order", position + fileOffset) }
    last = position
  }
}
