// Functions: their heads and their instructions. Blocks that are open are entries of an array.

import WasmBinary
import WasmSyntax

/// A function body or expression being printed.
struct PrintedCode {
  /// A block that has not been closed.
  private struct Block {
    /// Whether it is an `if` that may still have its `else`.
    var allowsElse: Bool
    var label: String?
  }
  private var open: [Block] = []
  private var labels = LabelStack()
  /// Names of labels by the order of their blocks, and a number for each name.
  private var labelNames: [UInt32: String] = [:]
  private var labelSymbols: [String: UInt32] = [:]
  private var blocks: UInt32 = 0
  let locals: PrintedSpace

  init(labels names: [UInt32: String] = [:], locals: PrintedSpace = PrintedSpace([:])) {
    labelNames = names
    self.locals = locals
    for name in names.values where labelSymbols[name] == nil {
      labelSymbols[name] = UInt32(truncatingIfNeeded: labelSymbols.count)
    }
  }

  var hasOpenBlock: Bool { !open.isEmpty }

  /// The name of the next block's label.
  var nextLabel: String? { labelNames.isEmpty ? nil : labelNames[blocks] }

  /// Enters the next block.
  mutating func enter(allowsElse: Bool) {
    let label = nextLabel.flatMap { $0.isEmpty ? nil : $0 }
    blocks &+= 1
    open.append(Block(allowsElse: allowsElse, label: label))
    labels.push(label.flatMap { labelSymbols[$0] }.map(Int64.init) ?? -1)
  }

  /// False if there is no `if` to have an `else`.
  mutating func takeElse() -> Bool {
    guard let last = open.last, last.allowsElse else { return false }
    open[open.count - 1].allowsElse = false
    return true
  }

  mutating func leave() {
    _ = open.popLast()
    labels.pop()
  }

  /// The name that means the label at a depth, if no inner label has the same.
  func label(at depth: UInt32) -> String? {
    guard depth < open.count, let name = open[open.count - 1 - Int(depth)].label,
      let symbol = labelSymbols[name], labels.depth(of: symbol) == depth
    else { return nil }
    return name
  }
}

extension ModulePrinter {
  mutating func printFunction(_ offset: Int) throws(ModuleError) {
    let index = UInt32(module.importedFunctionCount + offset)
    let body = module.code[offset]
    let localNames = names.section.locals[index] ?? [:]
    var code = PrintedCode(
      labels: names.section.labels[index] ?? [:], locals: PrintedSpace(localNames))
    out.newLine()
    out.write("(func")
    writeBinding(index, in: names.functions)
    writeTypeIndex(module.functions[Int(index)])
    var local: UInt32 = 0
    if let type = module.functionType(index) {
      writeBoundTypes("param", type.parameters, &local, code.locals)
      writeTypes("result", type.results)
    }
    out.depth += 1
    try printLocals(body, &local, code.locals)
    try printInstructions(body, hints.hints(of: index), &code)
    out.depth -= 1
    out.newLine()
    out.write(")")
  }

  private mutating func printLocals(
    _ body: FunctionBody, _ local: inout UInt32, _ space: PrintedSpace
  ) throws(ModuleError) {
    let groups = try module.localGroups(of: body)
    let count = groups.reduce(0) { $0 + Int($1.count) }
    guard count <= limits.locals else {
      throw ModuleError(
        .limit, "\(count) locals: the limit is \(limits.locals)",
        at: .offset(module.bytes.range.lowerBound + body.locals.lowerBound))
    }
    guard count > 0 else { return }
    out.newLine()
    let start = out.bytes.count
    for group in groups {
      let types = [ValueType](repeating: group.type, count: Int(group.count))
      writeBoundTypes("local", types, &local, space, blank: out.bytes.count > start)
    }
  }

  /// Types of parameters or locals: those with a name each in a form of its own, others together.
  private mutating func writeBoundTypes(
    _ keyword: StaticString, _ types: [ValueType], _ local: inout UInt32, _ space: PrintedSpace,
    blank: Bool = true
  ) {
    var isOpen = false
    var needsBlank = blank
    for type in types {
      let name = space.names[local]
      if isOpen, name != nil {
        out.write(")")
        isOpen = false
      }
      if !isOpen {
        out.write(needsBlank ? " (" : "(")
        needsBlank = true
        out.write(keyword)
        isOpen = name == nil
      }
      if let name {
        out.write(" ")
        if space.identifier(local) != nil {
          out.write(identifier: name)
        } else {
          writeNameAnnotation(name)
        }
      }
      write(type)
      if name != nil { out.write(")") }
      local &+= 1
    }
    if isOpen { out.write(")") }
  }

  // MARK: Instructions

  private mutating func printInstructions(
    _ body: FunctionBody, _ hints: [UInt32: Bool], _ code: inout PrintedCode
  ) throws(ModuleError) {
    var cursor = InstructionCursor(module.bytes, range: body.body)
    while true {
      let start = cursor.position
      let definition = try readInstruction(&cursor)
      let isElse = definition.opcode == .else
      if definition.opcode == .end {
        guard code.hasOpenBlock else { break }
        out.depth -= 1
      } else if isElse {
        out.depth -= 1
      }
      out.newLine()
      if !hints.isEmpty, let isLikely = hints[UInt32(start - body.locals.lowerBound)] {
        out.write(
          isLikely
            ? "(@metadata.code.branch_hint \"\\01\") " : "(@metadata.code.branch_hint \"\\00\") ")
      }
      try writeInstruction(definition, &cursor, &code, at: start)
      if definition.beginsBlock || isElse { out.depth += 1 }
    }
    guard cursor.isAtEnd else { throw cursor.malformed("END opcode expected") }
  }

  private func readInstruction(
    _ cursor: inout InstructionCursor
  ) throws(ModuleError) -> InstructionDefinition {
    let start = cursor.position
    guard let definition = try cursor.readOpcode().definition else {
      throw cursor.illegalOpcode(at: start)
    }
    return definition
  }

  /// A constant expression on one line, each instruction with a blank in front.
  mutating func writeExpression(_ range: ByteRange) throws(ModuleError) {
    var code = PrintedCode()
    var cursor = InstructionCursor(module.bytes, range: range)
    while true {
      let start = cursor.position
      let definition = try readInstruction(&cursor)
      if definition.opcode == .end, !code.hasOpenBlock { return }
      out.write(" ")
      try writeInstruction(definition, &cursor, &code, at: start)
    }
  }

  /// Writes an instruction whose opcode has been read.
  private mutating func writeInstruction(
    _ definition: InstructionDefinition, _ cursor: inout InstructionCursor,
    _ code: inout PrintedCode, at start: Int
  ) throws(ModuleError) {
    out.write(definition.name)
    switch definition.opcode {
    case .else:
      guard code.takeElse() else { throw cursor.malformed("END opcode expected", at: start) }
    case .end: code.leave()
    default:
      if definition.beginsBlock {
        try writeBlockHead(definition, &cursor, &code)
      } else {
        try writeImmediate(definition, &cursor, &code)
      }
    }
  }

  private mutating func writeBlockHead(
    _ definition: InstructionDefinition, _ cursor: inout InstructionCursor,
    _ code: inout PrintedCode
  ) throws(ModuleError) {
    if let name = code.nextLabel {
      out.write(" ")
      if name.isEmpty { writeNameAnnotation(name) } else { out.write(identifier: name) }
    }
    switch try cursor.readBlockType() {
    case .empty: break
    case .value(let type): writeTypes("result", [type])
    case .type(let index): writeTypeUse(index)
    }
    if definition.opcode == .tryTable { try writeCatchClauses(&cursor, &code) }
    code.enter(allowsElse: definition.opcode == .if)
  }

  private mutating func writeCatchClauses(
    _ cursor: inout InstructionCursor, _ code: inout PrintedCode
  ) throws(ModuleError) {
    for _ in 0..<(try cursor.readCount()) {
      let clause = try cursor.readCatchClause()
      switch clause.kind {
      case .catch: out.write(" (catch")
      case .catchRef: out.write(" (catch_ref")
      case .catchAll: out.write(" (catch_all")
      case .catchAllRef: out.write(" (catch_all_ref")
      }
      if clause.kind.hasTag {
        out.write(" ")
        write(clause.tag, in: names.tags)
      }
      writeLabel(clause.label, code)
      out.write(")")
    }
  }
}
