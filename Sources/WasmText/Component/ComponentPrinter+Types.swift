// Component-level types as text. The types inside of types are referred to by index, as in the binary form.

import WasmSyntax

extension ComponentPrinter {
  mutating func printType(_ type: ComponentTypeDefinition) {
    out.write("(type")
    writeBinding(.type)
    out.write(" ")
    switch type {
    case .value(let type): write(type)
    case .function(let type): write(type)
    case .component(let declarators):
      out.write("(component")
      print(declarators)
      out.write(")")
    case .instance(let declarators):
      out.write("(instance")
      print(declarators)
      out.write(")")
    case .resource(let type):
      out.write("(resource (rep")
      write(type.representation)
      out.write(")")
      if let destructor = type.destructor {
        out.write(" (dtor")
        writeReference(destructor, .core(.function))
        out.write(")")
      }
      out.write(")")
    }
    out.write(")")
  }

  // MARK: Value types

  /// With a blank in front.
  mutating func write(_ type: ValType) {
    out.write(" ")
    switch type {
    case .primitive(let type): out.write(type.name)
    case .index(let index): write(index, .type)
    }
  }

  private mutating func write(_ type: DefValType) {
    switch type {
    case .primitive(let type): out.write(type.name)
    case .record(let fields):
      out.write("(record")
      write("field", fields)
      out.write(")")
    case .variant(let cases):
      out.write("(variant")
      for item in cases {
        out.write(" (case ")
        out.write(string: item.label)
        if let type = item.type { write(type) }
        out.write(")")
      }
      out.write(")")
    case .list(let element): write("list", [element])
    case .fixedLengthList(let element, let length):
      out.write("(list")
      write(element)
      out.write(" ")
      out.write(length)
      out.write(")")
    case .tuple(let types): write("tuple", types)
    case .flags(let labels): write("flags", labels: labels)
    case .enum(let labels): write("enum", labels: labels)
    case .option(let element): write("option", [element])
    case .result(let type, let error):
      out.write("(result")
      if let type { write(type) }
      if let error {
        out.write(" (error")
        write(error)
        out.write(")")
      }
      out.write(")")
    case .own(let resource): write("own", [.index(resource)])
    case .borrow(let resource): write("borrow", [.index(resource)])
    case .stream(let element): write("stream", element.map { [$0] } ?? [])
    case .future(let element): write("future", element.map { [$0] } ?? [])
    case .map(let key, let value): write("map", [key, value])
    }
  }

  private mutating func write(_ keyword: StaticString, _ types: [ValType]) {
    out.write("(")
    out.write(keyword)
    for type in types { write(type) }
    out.write(")")
  }

  private mutating func write(_ keyword: StaticString, labels: [String]) {
    out.write("(")
    out.write(keyword)
    for label in labels {
      out.write(" ")
      out.write(string: label)
    }
    out.write(")")
  }

  private mutating func write(_ keyword: StaticString, _ types: [LabelledValType]) {
    for type in types {
      out.write(" (")
      out.write(keyword)
      out.write(" ")
      out.write(string: type.label)
      write(type.type)
      out.write(")")
    }
  }

  private mutating func write(_ type: ComponentFunctionType) {
    out.write("(func")
    if type.isAsync { out.write(" async") }
    write("param", type.parameters)
    writeResult(type.result)
    out.write(")")
  }

  /// With a blank in front, nothing if there is no result.
  mutating func writeResult(_ result: ValType?) {
    guard let result else { return }
    out.write(" (result")
    write(result)
    out.write(")")
  }

  // MARK: Declarators

  private mutating func print(_ declarators: [ComponentDeclarator]) {
    scopes.append(ComponentPrintScope())
    out.depth += 1
    for declarator in declarators {
      out.newLine()
      print(declarator.kind)
    }
    out.depth -= 1
    if !declarators.isEmpty { out.newLine() }
    scopes.removeLast()
  }

  private mutating func print(_ declarator: ComponentDeclarator.Kind) {
    switch declarator {
    case .coreType(let type):
      printCoreType(type)
      define((.core(.type), type.count))
    case .type(let type):
      printType(type)
      define((.type, 1))
    case .alias(let alias):
      printAlias(alias)
      define((alias.sort, 1))
    case .import(let item):
      printImport(item)
      define((item.type.sort, 1))
    case .export(let name, let type):
      out.write("(export")
      write(name)
      writeBoundExternType(type)
      out.write(")")
      define((type.sort, 1))
    }
  }

  // MARK: External types

  /// With a blank in front, and what binds the index it gets.
  mutating func writeBoundExternType(_ type: ComponentExternType) {
    out.write(" (")
    out.write(text: type.sort.name)
    writeBinding(type.sort)
    writeContents(type)
    out.write(")")
  }

  /// With a blank in front.
  mutating func writeExternType(_ type: ComponentExternType) {
    out.write(" (")
    out.write(text: type.sort.name)
    writeContents(type)
    out.write(")")
  }

  private mutating func writeContents(_ type: ComponentExternType) {
    switch type {
    case .coreModule(let type):
      // Behind `core module`, where types are core types.
      out.write(" (type ")
      write(type, .core(.type))
      out.write(")")
    case .function(let type), .component(let type), .instance(let type):
      writeReference(type, .type)
    case .value(.equal(let value)): writeEqual(value, .value)
    case .value(.type(let type)): write(type)
    case .type(.equal(let type)): writeEqual(type, .type)
    case .type(.subResource): out.write(" (sub resource)")
    }
  }

  private mutating func writeEqual(_ index: UInt32, _ sort: Sort) {
    out.write(" (eq ")
    write(index, sort)
    out.write(")")
  }
}
