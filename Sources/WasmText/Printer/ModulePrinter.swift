// From a module's binary form to text that parses to the same bytes again, as far as the text format can say what they
// are. Sections are printed in their order; instructions flat, one a line.

import WasmBinary
import WasmSyntax

/// Prints a module. It need not be valid, but it must be well-formed.
package func printModule(
  _ bytes: Bytes, limits: ImplementationLimits = ImplementationLimits()
) throws(ModuleError) -> [UInt8] {
  var printer = try ModulePrinter(try decodeModule(bytes, limits: limits), limits)
  return try printer.print()
}

struct ModulePrinter {
  let module: Module
  let limits: ImplementationLimits
  let forms: EncodingForms
  let names: PrintedNames
  let hints: PrintedHints
  var out = TextWriter()
  /// Whether an instruction needs the data count section, so that parsing will bring it back.
  var usesDataCount = false

  init(_ module: Module, _ limits: ImplementationLimits) throws(ModuleError) {
    self.module = module
    self.limits = limits
    forms = try EncodingForms(module)
    names = try PrintedNames(module, forms)
    hints = try PrintedHints(module, forms)
    for memory in module.memories where memory.pageSizeLog2 > 63 {
      throw ModuleError(
        .invalid, "page size 2^\(memory.pageSizeLog2) cannot be written",
        at: .offset(module.bytes.range.lowerBound))
    }
  }

  mutating func print() throws(ModuleError) -> [UInt8] {
    defer { withExtendedLifetime(module.bytes) {} }
    out.write("(module")
    if let name = names.section.module {
      out.write(" ")
      if name.isEmpty { writeNameAnnotation(name) } else { out.write(identifier: name) }
    }
    out.depth = 1
    printTypes()
    printImports()
    try printTables()
    for index in module.importedMemoryCount..<module.memories.count { printMemory(UInt32(index)) }
    for index in module.importedTagCount..<module.tags.count { printTag(UInt32(index)) }
    try printGlobals()
    printExports()
    for index in module.elementSegments.indices { try printElementSegment(index) }
    for index in module.code.indices { try printFunction(index) }
    for index in module.dataSegments.indices { try printDataSegment(index) }
    printCustomSections()
    out.depth = 0
    out.newLine()
    out.write(")\n")
    return out.bytes
  }

  // MARK: Bindings and indices

  mutating func writeNameAnnotation(_ name: String) {
    out.write("(@name ")
    out.write(string: name)
    out.write(")")
  }

  /// What binds a member behind a keyword: its identifier, or its index as a comment and the name as an annotation.
  mutating func writeBinding(_ index: UInt32, in space: PrintedSpace) {
    out.write(" ")
    if let identifier = space.identifier(index) {
      out.write(identifier: identifier)
      return
    }
    out.write("(;")
    out.write(index)
    out.write(";)")
    if let name = space.names[index] {
      out.write(" ")
      writeNameAnnotation(name)
    }
  }

  mutating func write(_ index: UInt32, in space: PrintedSpace) {
    if let identifier = space.identifier(index) {
      out.write(identifier: identifier)
    } else {
      out.write(index)
    }
  }

  // MARK: Imports, exports, start

  private mutating func printImports() {
    // How many there have been of each kind.
    var members: [ExternKind: UInt32] = [:]
    for item in module.imports {
      let member = members[item.type.kind] ?? 0
      members[item.type.kind] = member &+ 1
      printImport(item, member)
    }
  }

  private mutating func printImport(_ item: Import, _ member: UInt32) {
    out.newLine()
    out.write("(import ")
    out.write(string: item.module)
    out.write(" ")
    out.write(string: item.name)
    switch item.type {
    case .function(let type):
      out.write(" (func")
      writeBinding(member, in: names.functions)
      writeTypeUse(type)
    case .table(let type):
      out.write(" (table")
      writeBinding(member, in: names.tables)
      write(type)
    case .memory(let type):
      out.write(" (memory")
      writeBinding(member, in: names.memories)
      write(type, member)
    case .global(let type):
      out.write(" (global")
      writeBinding(member, in: names.globals)
      write(type)
    case .tag(let type):
      out.write(" (tag")
      writeBinding(member, in: names.tags)
      writeTypeUse(type)
    }
    out.write("))")
  }

  private mutating func printExports() {
    for export in module.exports {
      out.newLine()
      out.write("(export ")
      out.write(string: export.name)
      switch export.kind {
      case .function:
        out.write(" (func ")
        write(export.index, in: names.functions)
      case .table:
        out.write(" (table ")
        write(export.index, in: names.tables)
      case .memory:
        out.write(" (memory ")
        write(export.index, in: names.memories)
      case .global:
        out.write(" (global ")
        write(export.index, in: names.globals)
      case .tag:
        out.write(" (tag ")
        write(export.index, in: names.tags)
      }
      out.write("))")
    }
    if let start = module.start {
      out.newLine()
      out.write("(start ")
      write(start, in: names.functions)
      out.write(")")
    }
  }

  // MARK: Tables, memories, tags, globals

  private mutating func printTables() throws(ModuleError) {
    for (offset, initializer) in module.tableInitializers.enumerated() {
      let index = module.importedTableCount + offset
      out.newLine()
      out.write("(table")
      writeBinding(UInt32(index), in: names.tables)
      write(module.tables[index])
      if let initializer { try writeExpression(initializer) }
      out.write(")")
    }
  }

  private mutating func printMemory(_ index: UInt32) {
    out.newLine()
    out.write("(memory")
    writeBinding(index, in: names.memories)
    write(module.memories[Int(index)], index)
    out.write(")")
  }

  private mutating func printTag(_ index: UInt32) {
    out.newLine()
    out.write("(tag")
    writeBinding(index, in: names.tags)
    writeTypeUse(module.tags[Int(index)])
    out.write(")")
  }

  private mutating func printGlobals() throws(ModuleError) {
    for (offset, initializer) in module.globalInitializers.enumerated() {
      let index = module.importedGlobalCount + offset
      out.newLine()
      out.write("(global")
      writeBinding(UInt32(index), in: names.globals)
      write(module.globals[index])
      try writeExpression(initializer)
      out.write(")")
    }
  }
}
