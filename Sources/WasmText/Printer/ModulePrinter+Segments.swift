// Element segments, data segments and custom sections.

import WasmBinary
import WasmSyntax

extension ModulePrinter {
  // MARK: Segments

  mutating func printElementSegment(_ index: Int) throws(ModuleError) {
    let segment = module.elementSegments[index]
    let form = index < forms.elementForms.count ? forms.elementForms[index] : 0
    out.newLine()
    out.write("(elem")
    writeBinding(UInt32(index), in: names.elements)
    switch segment.mode {
    case .passive: break
    case .declarative: out.write(" declare")
    case .active(let table, let offset):
      // Without a table, the type says whether the short form is meant.
      let isImplied = table == 0 && form & 4 != 0 && segment.type != .funcref
      if form & 2 != 0, !isImplied {
        out.write(" (table ")
        write(table, in: names.tables)
        out.write(")")
      }
      try writeOffset(offset)
    }
    switch segment.items {
    case .functions(let functions):
      out.write(" func")
      for function in functions {
        out.write(" ")
        write(function, in: names.functions)
      }
    case .expressions(let expressions):
      write(segment.type)
      for expression in expressions {
        out.write(" (item")
        try writeExpression(expression)
        out.write(")")
      }
    }
    out.write(")")
  }

  mutating func printDataSegment(_ index: Int) throws(ModuleError) {
    let segment = module.dataSegments[index]
    let form = index < forms.dataForms.count ? forms.dataForms[index] : 0
    out.newLine()
    out.write("(data")
    writeBinding(UInt32(index), in: names.data)
    if case .active(let memory, let offset) = segment.mode {
      if form == 2 {
        out.write(" (memory ")
        write(memory, in: names.memories)
        out.write(")")
      }
      try writeOffset(offset)
    }
    out.write(" ")
    module.bytes.slice(segment.bytes).withUnsafeBytes { out.write(data: $0) }
    out.write(")")
  }

  private mutating func writeOffset(_ offset: ByteRange) throws(ModuleError) {
    out.write(" (offset")
    try writeExpression(offset)
    out.write(")")
  }

  // MARK: Custom sections

  mutating func printCustomSections() {
    if module.dataCount != nil, !usesDataCount {
      out.newLine()
      out.write("(@")
      out.write(Annotation.Kind.dataCount.id)
      out.write(")")
    }
    for (index, custom) in module.customSections.enumerated()
    where index != names.customIndex && index != hints.customIndex {
      out.newLine()
      out.write("(@custom ")
      out.write(string: custom.name)
      writePlacement(of: custom, index)
      out.write(" ")
      module.bytes.slice(custom.payload).withUnsafeBytes { out.write(data: $0) }
      out.write(")")
    }
  }

  private mutating func writePlacement(of custom: CustomSection, _ index: Int) {
    if let hintsIndex = hints.customIndex, index > hintsIndex,
      custom.after == module.customSections[hintsIndex].after
    {
      // Between the branch hints and the code.
      return out.write(" (before code)")
    }
    let isLast = custom.after == (forms.sections.last?.rawValue ?? 0)
    // At the end, but in front of the name section.
    let precedesNames = names.customIndex.map { index < $0 } ?? false
    guard !isLast || precedesNames else { return }
    guard let keyword = SectionID(rawValue: custom.after)?.placementKeyword else {
      return out.write(" (before first)")
    }
    out.write(" (after ")
    out.write(keyword.spelling)
    out.write(")")
  }
}
