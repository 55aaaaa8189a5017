// Text Format, Types. All types are printed; uses name them by index, so that parsing never adds one.

import WasmSyntax

extension ModulePrinter {
  // MARK: The type section

  mutating func printTypes() {
    for (group, range) in module.types.recursionGroups.enumerated() {
      guard forms.explicitGroups.contains(group) else {
        for index in range { printType(index) }
        continue
      }
      out.newLine()
      out.write("(rec")
      out.depth += 1
      for index in range { printType(index) }
      out.depth -= 1
      if !range.isEmpty { out.newLine() }
      out.write(")")
    }
  }

  private mutating func printType(_ index: Int) {
    let type = module.types.types[index]
    out.newLine()
    out.write("(type")
    writeBinding(UInt32(index), in: names.types)
    let isSub =
      !type.isFinal || !type.supertypes.isEmpty || forms.explicitFinal.contains(index)
    if isSub {
      out.write(" (sub")
      if type.isFinal { out.write(" final") }
      for supertype in type.supertypes {
        out.write(" ")
        write(supertype, in: names.types)
      }
    }
    switch type.composite {
    case .function(let function):
      out.write(" (func")
      writeSignature(function)
    case .structure(let fields):
      out.write(" (struct")
      printFields(fields, names.fields(of: UInt32(index)))
    case .array(let element):
      out.write(" (array")
      write(element)
    }
    out.write(isSub ? ")))" : "))")
  }

  private mutating func printFields(_ fields: [FieldType], _ space: PrintedSpace) {
    for (index, field) in fields.enumerated() {
      out.write(" (field")
      let index = UInt32(index)
      if let identifier = space.identifier(index) {
        out.write(" ")
        out.write(identifier: identifier)
      } else if let name = space.names[index] {
        out.write(" ")
        writeNameAnnotation(name)
      }
      write(field)
      out.write(")")
    }
  }

  // MARK: Types, each with a blank in front

  mutating func write(_ type: ValueType) {
    out.write(" ")
    switch type.kind {
    case .i32: out.write("i32")
    case .i64: out.write("i64")
    case .f32: out.write("f32")
    case .f64: out.write("f64")
    case .v128: out.write("v128")
    case .reference:
      if type.isNullable, let abstract = type.heapType.abstract {
        out.write(abstract.referenceName)
      } else {
        out.write(type.isNullable ? "(ref null " : "(ref ")
        write(type.heapType)
        out.write(")")
      }
    case .bottom: break
    }
  }

  /// Without a blank.
  mutating func write(_ type: HeapType) {
    if let index = type.index {
      write(index, in: names.types)
    } else if let abstract = type.abstract {
      out.write(abstract.name)
    }
  }

  private mutating func write(_ type: FieldType) {
    if type.isMutable { out.write(" (mut") }
    switch type.storage {
    case .i8: out.write(" i8")
    case .i16: out.write(" i16")
    case .value(let type): write(type)
    }
    if type.isMutable { out.write(")") }
  }

  mutating func write(_ type: GlobalType) {
    if type.isMutable { out.write(" (mut") }
    write(type.valueType)
    if type.isMutable { out.write(")") }
  }

  private mutating func write(_ limits: Limits, _ addressType: AddressType) {
    if addressType == .i64 { out.write(" i64") }
    out.write(" ")
    out.write(limits.minimum)
    if let maximum = limits.maximum {
      out.write(" ")
      out.write(maximum)
    }
  }

  mutating func write(_ type: TableType) {
    write(type.limits, type.addressType)
    write(type.element)
  }

  mutating func write(_ type: MemoryType, _ index: UInt32) {
    write(type.limits, type.addressType)
    if type.isShared { out.write(" shared") }
    if forms.explicitPageSizes.contains(Int(index)) {
      out.write(" (pagesize ")
      out.write(UInt64(1) << UInt64(type.pageSizeLog2))
      out.write(")")
    }
  }

  // MARK: Function types

  mutating func writeSignature(_ type: FunctionType) {
    writeTypes("param", type.parameters)
    writeTypes("result", type.results)
  }

  mutating func writeTypes(_ keyword: StaticString, _ types: [ValueType]) {
    guard !types.isEmpty else { return }
    out.write(" (")
    out.write(keyword)
    for type in types { write(type) }
    out.write(")")
  }

  /// A type by index, and what it means if it is a function type.
  mutating func writeTypeUse(_ index: UInt32) {
    writeTypeIndex(index)
    if let type = module.types.function(at: index) { writeSignature(type) }
  }

  mutating func writeTypeIndex(_ index: UInt32) {
    out.write(" (type ")
    write(index, in: names.types)
    out.write(")")
  }
}

extension AbstractHeapType {
  /// The keyword of the nullable reference type.
  var referenceName: StaticString {
    switch self {
    case .bottom: "bot"
    case .any: "anyref"
    case .eq: "eqref"
    case .i31: "i31ref"
    case .struct: "structref"
    case .array: "arrayref"
    case .none: "nullref"
    case .func: "funcref"
    case .nofunc: "nullfuncref"
    case .extern: "externref"
    case .noextern: "nullexternref"
    case .exn: "exnref"
    case .noexn: "nullexnref"
    }
  }
}
