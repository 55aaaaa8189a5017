// Core types as they stand in components: recursion groups and module types.

import WasmSyntax

extension CoreTypeDefinition {
  /// How many indices the definition takes.
  var count: Int {
    switch self {
    case .recursionGroup(let types): types.count
    case .module: 1
    }
  }
}

extension ComponentPrinter {
  mutating func printCoreType(_ type: CoreTypeDefinition) { printCoreType(type, "core ") }

  /// `prefix` is empty in a module type.
  private mutating func printCoreType(_ type: CoreTypeDefinition, _ prefix: StaticString) {
    out.write("(")
    out.write(prefix)
    switch type {
    case .recursionGroup(let types) where types.count == 1:
      out.write("type")
      writeBinding(.core(.type))
      write(types[0])
    case .recursionGroup(let types):
      out.write("rec")
      for (position, type) in types.enumerated() {
        out.write(" (type")
        writeBinding(.core(.type), position)
        // Types of a group may refer to one another: those behind are written by index.
        write(type)
        out.write(")")
      }
    case .module(let declarators):
      out.write("type")
      writeBinding(.core(.type))
      out.write(" (module")
      print(declarators)
      out.write(")")
    }
    out.write(")")
  }

  // MARK: Module types

  private mutating func print(_ declarators: [CoreModuleDeclarator]) {
    scopes.append(ComponentPrintScope())
    out.depth += 1
    for declarator in declarators {
      out.newLine()
      print(declarator)
    }
    out.depth -= 1
    if !declarators.isEmpty { out.newLine() }
    scopes.removeLast()
  }

  private mutating func print(_ declarator: CoreModuleDeclarator) {
    switch declarator {
    case .import(let item):
      out.write("(import ")
      out.write(string: item.module)
      out.write(" ")
      out.write(string: item.name)
      write(item.type)
      out.write(")")
    case .type(let type):
      printCoreType(type, "")
      define((.core(.type), type.count))
    case .outerAlias(let count, let index):
      out.write("(alias outer ")
      out.write(count)
      out.write(" ")
      out.write(index)
      out.write(" (type")
      writeBinding(.core(.type))
      out.write("))")
      define((.core(.type), 1))
    case .export(let name, let type):
      out.write("(export ")
      out.write(string: name)
      write(type)
      out.write(")")
    }
  }

  /// With a blank in front.
  private mutating func write(_ type: ExternType) {
    switch type {
    case .function(let type): writeTypeUse("func", type)
    case .tag(let type): writeTypeUse("tag", type)
    case .table(let type):
      out.write(" (table")
      write(type.limits, type.addressType)
      write(type.element)
      out.write(")")
    case .memory(let type):
      out.write(" (memory")
      write(type.limits, type.addressType)
      if type.isShared { out.write(" shared") }
      if type.pageSizeLog2 != MemoryType.defaultPageSizeLog2 {
        out.write(" (pagesize ")
        out.write(UInt64(1) << UInt64(min(type.pageSizeLog2, 63)))
        out.write(")")
      }
      out.write(")")
    case .global(let type):
      out.write(" (global")
      writeMutable(type.isMutable) { $0.write(type.valueType) }
      out.write(")")
    }
  }

  private mutating func writeTypeUse(_ keyword: StaticString, _ type: UInt32) {
    out.write(" (")
    out.write(keyword)
    out.write(" (type ")
    write(type, .core(.type))
    out.write("))")
  }

  private mutating func write(_ limits: Limits, _ addressType: AddressType) {
    if addressType == .i64 { out.write(" i64") }
    out.write(" ")
    out.write(limits.minimum)
    guard let maximum = limits.maximum else { return }
    out.write(" ")
    out.write(maximum)
  }

  // MARK: Defined types, each with a blank in front

  private mutating func write(_ type: SubType) {
    let isSub = !type.isFinal || !type.supertypes.isEmpty
    if isSub {
      out.write(type.isFinal ? " (sub final" : " (sub")
      for supertype in type.supertypes {
        out.write(" ")
        write(supertype, .core(.type))
      }
    }
    switch type.composite {
    case .function(let function):
      out.write(" (func")
      write("param", function.parameters)
      write("result", function.results)
    case .structure(let fields):
      out.write(" (struct")
      for field in fields {
        out.write(" (field")
        write(field)
        out.write(")")
      }
    case .array(let element):
      out.write(" (array")
      write(element)
    }
    out.write(isSub ? "))" : ")")
  }

  private mutating func write(_ keyword: StaticString, _ types: [ValueType]) {
    guard !types.isEmpty else { return }
    out.write(" (")
    out.write(keyword)
    for type in types { write(type) }
    out.write(")")
  }

  private mutating func write(_ type: FieldType) {
    writeMutable(type.isMutable) { printer in
      switch type.storage {
      case .i8: printer.out.write(" i8")
      case .i16: printer.out.write(" i16")
      case .value(let type): printer.write(type)
      }
    }
  }

  private mutating func writeMutable(
    _ isMutable: Bool, _ write: (inout ComponentPrinter) -> Void
  ) {
    if isMutable { out.write(" (mut") }
    write(&self)
    if isMutable { out.write(")") }
  }

  mutating func write(_ type: ValueType) {
    out.write(" ")
    switch type.kind {
    case .i32: out.write("i32")
    case .i64: out.write("i64")
    case .f32: out.write("f32")
    case .f64: out.write("f64")
    case .v128: out.write("v128")
    case .reference: writeReference(type)
    case .bottom: break
    }
  }

  private mutating func writeReference(_ type: ValueType) {
    if type.isNullable, let abstract = type.heapType.abstract {
      out.write(abstract.referenceName)
      return
    }
    out.write(type.isNullable ? "(ref null " : "(ref ")
    if let index = type.heapType.index {
      write(index, .core(.type))
    } else if let abstract = type.heapType.abstract {
      out.write(abstract.name)
    }
    out.write(")")
  }
}
