// Instances, aliases, canonical definitions, start, imports, exports and values as text: each in its full form, without
// abbreviations.

import WasmSyntax

extension ComponentPrinter {
  // MARK: Instances

  mutating func printCoreInstance(_ expression: CoreInstanceExpression) {
    out.write("(core instance")
    writeBinding(.core(.instance))
    switch expression {
    case .instantiate(let module, let arguments):
      out.write(" (instantiate ")
      write(module, .core(.module))
      for argument in arguments {
        out.write(" (with ")
        out.write(string: argument.name)
        out.write(" (instance ")
        write(argument.instance, .core(.instance))
        out.write("))")
      }
      out.write(")")
    case .exports(let exports):
      for export in exports {
        out.write(" (export ")
        out.write(string: export.name)
        out.write(" (")
        out.write(export.item.sort.name)
        out.write(" ")
        write(export.item.index, .core(export.item.sort))
        out.write("))")
      }
    }
    out.write(")")
  }

  mutating func printInstance(_ expression: InstanceExpression) {
    out.write("(instance")
    writeBinding(.instance)
    switch expression {
    case .instantiate(let component, let arguments):
      out.write(" (instantiate ")
      write(component, .component)
      for argument in arguments {
        out.write(" (with ")
        out.write(string: argument.name)
        writeReference(argument.item.index, argument.item.sort)
        out.write(")")
      }
      out.write(")")
    case .exports(let exports):
      for export in exports {
        out.write(" (export")
        write(export.name)
        writeReference(export.item.index, export.item.sort)
        out.write(")")
      }
    }
    out.write(")")
  }

  // MARK: Aliases

  mutating func printAlias(_ alias: Alias) {
    out.write("(alias ")
    switch alias {
    case .export(let instance, let name, _):
      out.write("export ")
      write(instance, .instance)
      out.write(" ")
      out.write(string: name)
    case .coreExport(let instance, let name, _):
      out.write("core export ")
      write(instance, .core(.instance))
      out.write(" ")
      out.write(string: name)
    case .outer(let count, let index, _):
      out.write("outer ")
      out.write(count)
      out.write(" ")
      out.write(index)
    }
    out.write(" (")
    out.write(text: alias.sort.name)
    writeBinding(alias.sort)
    out.write("))")
  }

  // MARK: Canonical definitions

  mutating func printCanon(_ canon: Canon) {
    out.write("(canon ")
    switch canon {
    case .lift(let function, let options, let type):
      out.write("lift")
      writeReference(function, .core(.function))
      write(options)
      out.write(" (func")
      writeBinding(.function)
      writeReference(type, .type)
      out.write("))")
      return
    case .lower(let function, let options):
      out.write("lower")
      writeReference(function, .function)
      write(options)
    case .builtin(let builtin, let immediates):
      out.write(builtin.definition.name)
      write(immediates, builtin.definition.immediate)
    }
    out.write(" (core func")
    writeBinding(.core(.function))
    out.write("))")
  }

  private mutating func write(_ immediates: CanonImmediates, _ shape: CanonImmediateShape) {
    switch shape {
    case .none: break
    case .type: writeIndex(immediates.type, .type)
    case .typeOptions:
      writeIndex(immediates.type, .type)
      write(immediates.options)
    case .typeAsync:
      writeIndex(immediates.type, .type)
      if immediates.flag { out.write(" async") }
    case .async: if immediates.flag { out.write(" async") }
    case .cancellable: if immediates.flag { out.write(" cancellable") }
    case .cancellableMemory:
      if immediates.flag { out.write(" cancellable") }
      writeOption("memory", immediates.memory, .core(.memory))
    case .options: write(immediates.options)
    case .resultOptions:
      writeResult(immediates.result)
      write(immediates.options)
    case .valueTypeSlot:
      write(immediates.valueType)
      out.write(" ")
      out.write(immediates.slot)
    case .typeTable: writeThreadFunction(immediates)
    case .sharedType:
      if immediates.flag { out.write(" shared") }
      writeIndex(immediates.type, .core(.type))
    case .sharedTypeTable:
      if immediates.flag { out.write(" shared") }
      writeThreadFunction(immediates)
    case .shared: if immediates.flag { out.write(" shared") }
    }
  }

  private mutating func writeThreadFunction(_ immediates: CanonImmediates) {
    writeIndex(immediates.type, .core(.type))
    writeReference(immediates.table, .core(.table))
  }

  private mutating func write(_ options: [CanonOption]) {
    for option in options {
      switch option {
      case .stringEncoding(let encoding):
        out.write(" ")
        out.write(encoding.name)
      case .memory(let memory): writeOption("memory", memory, .core(.memory))
      case .realloc(let function): writeOption("realloc", function, .core(.function))
      case .postReturn(let function): writeOption("post-return", function, .core(.function))
      case .async: out.write(" async")
      case .callback(let function): writeOption("callback", function, .core(.function))
      }
    }
  }

  private mutating func writeOption(_ keyword: StaticString, _ index: UInt32, _ sort: Sort) {
    out.write(" (")
    out.write(keyword)
    writeReference(index, sort)
    out.write(")")
  }

  /// An index with a blank in front.
  private mutating func writeIndex(_ index: UInt32, _ sort: Sort) {
    out.write(" ")
    write(index, sort)
  }

  // MARK: Start

  mutating func printStart(_ start: ComponentStart) {
    out.write("(start ")
    write(start.function, .function)
    for argument in start.arguments { writeReference(argument, .value) }
    // Nothing says that the count is the function's: it is as large as the file wants it to be.
    for result in 0..<Int(min(start.resultCount, Self.maximumResults)) {
      out.write(" (result (value")
      writeBinding(.value, result)
      out.write("))")
    }
    out.write(")")
  }

  private static let maximumResults: UInt32 = 1000

  // MARK: Imports and exports

  mutating func printImport(_ item: ComponentImport) {
    out.write("(import")
    write(item.name)
    writeBoundExternType(item.type)
    out.write(")")
  }

  mutating func printExport(_ item: ComponentExport) {
    out.write("(export")
    writeBinding(item.item.sort)
    write(item.name)
    writeReference(item.item.index, item.item.sort)
    if let type = item.type { writeExternType(type) }
    out.write(")")
  }

  /// A name and its attributes with a blank in front.
  mutating func write(_ name: ExternName) {
    out.write(" ")
    out.write(string: name.name)
    writeAttribute("implements", name.implements)
    writeAttribute("versionsuffix", name.versionSuffix)
    writeAttribute("external-id", name.externalID)
  }

  private mutating func writeAttribute(_ keyword: StaticString, _ value: String?) {
    guard let value else { return }
    out.write(" (")
    out.write(keyword)
    out.write(" ")
    out.write(string: value)
    out.write(")")
  }

  // MARK: Values

  mutating func printValue(_ value: ValueDefinition) {
    out.write("(value")
    writeBinding(.value)
    write(value.type)
    out.write(" (binary ")
    out.write(data: value.bytes.array)
    out.write("))")
  }
}
