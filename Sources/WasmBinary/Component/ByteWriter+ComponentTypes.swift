// Component Binary Format, Type Definitions.

import WasmSyntax

extension ByteWriter {
  // MARK: Core types

  package mutating func writeCoreTypeDefinition(_ type: CoreTypeDefinition) {
    switch type {
    case .recursionGroup(let types):
      // 0x50 opens both a non-final subtype and a module type: in this place the former has a prefix.
      if types.count == 1, let type = types.first, !type.isFinal { writeByte(0x00) }
      writeRecursiveType(types)
    case .module(let declarators):
      writeByte(0x50)
      writeCount(declarators.count)
      for declarator in declarators { writeCoreModuleDeclarator(declarator) }
    }
  }

  package mutating func writeCoreModuleDeclarator(_ declarator: CoreModuleDeclarator) {
    switch declarator {
    case .import(let item):
      writeByte(0x00)
      writeName(item.module)
      writeName(item.name)
      writeExternType(item.type)
    case .type(let type):
      writeByte(0x01)
      writeCoreTypeDefinition(type)
    case .outerAlias(let count, let index):
      writeByte(0x02)
      writeCoreSort(.type)
      writeByte(0x01)
      writeU32(count)
      writeU32(index)
    case .export(let name, let type):
      writeByte(0x03)
      writeName(name)
      writeExternType(type)
    }
  }

  // MARK: Value types

  package mutating func writeValType(_ type: ValType) {
    switch type {
    case .primitive(let type): writeByte(type.rawValue)
    case .index(let index): writeS33(Int64(index))
    }
  }

  /// `<valtype>?`
  package mutating func writeOptionalValType(_ type: ValType?) {
    writeByte(type == nil ? 0x00 : 0x01)
    if let type { writeValType(type) }
  }

  package mutating func writeDefValType(_ type: DefValType) {
    switch type {
    case .primitive(let type): writeByte(type.rawValue)
    case .record(let fields):
      writeByte(0x72)
      writeLabelledValTypes(fields)
    case .variant(let cases):
      writeByte(0x71)
      writeCount(cases.count)
      for item in cases {
        writeName(item.label)
        writeOptionalValType(item.type)
        writeByte(0x00)
      }
    case .list(let element):
      writeByte(0x70)
      writeValType(element)
    case .fixedLengthList(let element, let length):
      writeByte(0x67)
      writeValType(element)
      writeU32(length)
    case .tuple(let types):
      writeByte(0x6F)
      writeCount(types.count)
      for type in types { writeValType(type) }
    case .flags(let labels):
      writeByte(0x6E)
      writeLabels(labels)
    case .enum(let labels):
      writeByte(0x6D)
      writeLabels(labels)
    case .option(let type):
      writeByte(0x6B)
      writeValType(type)
    case .result(let type, let error):
      writeByte(0x6A)
      writeOptionalValType(type)
      writeOptionalValType(error)
    case .own(let index):
      writeByte(0x69)
      writeU32(index)
    case .borrow(let index):
      writeByte(0x68)
      writeU32(index)
    case .stream(let element):
      writeByte(0x66)
      writeOptionalValType(element)
    case .future(let element):
      writeByte(0x65)
      writeOptionalValType(element)
    case .map(let key, let value):
      writeByte(0x63)
      writeValType(key)
      writeValType(value)
    }
  }

  package mutating func writeLabelledValTypes(_ types: [LabelledValType]) {
    writeCount(types.count)
    for type in types {
      writeName(type.label)
      writeValType(type.type)
    }
  }

  private mutating func writeLabels(_ labels: [String]) {
    writeCount(labels.count)
    for label in labels { writeName(label) }
  }

  // MARK: Definition types

  package mutating func writeComponentTypeDefinition(_ type: ComponentTypeDefinition) {
    switch type {
    case .value(let type): writeDefValType(type)
    case .function(let type): writeComponentFunctionType(type)
    case .component(let declarators):
      writeByte(0x41)
      writeComponentDeclarators(declarators)
    case .instance(let declarators):
      writeByte(0x42)
      writeComponentDeclarators(declarators)
    case .resource(let type):
      writeByte(0x3F)
      writeValueType(type.representation)
      writeByte(type.destructor == nil ? 0x00 : 0x01)
      if let destructor = type.destructor { writeU32(destructor) }
    }
  }

  package mutating func writeComponentFunctionType(_ type: ComponentFunctionType) {
    writeByte(type.isAsync ? 0x43 : 0x40)
    writeLabelledValTypes(type.parameters)
    writeResultList(type.result)
  }

  /// `resultlist`
  package mutating func writeResultList(_ result: ValType?) {
    if let result {
      writeByte(0x00)
      writeValType(result)
    } else {
      writeByte(0x01)
      writeByte(0x00)
    }
  }

  // MARK: Declarators

  package mutating func writeComponentDeclarators(_ declarators: [ComponentDeclarator]) {
    writeCount(declarators.count)
    for declarator in declarators { writeComponentDeclarator(declarator.kind) }
  }

  package mutating func writeComponentDeclarator(_ declarator: ComponentDeclarator.Kind) {
    switch declarator {
    case .coreType(let type):
      writeByte(0x00)
      writeCoreTypeDefinition(type)
    case .type(let type):
      writeByte(0x01)
      writeComponentTypeDefinition(type)
    case .alias(let alias):
      writeByte(0x02)
      writeAlias(alias)
    case .import(let item):
      writeByte(0x03)
      writeComponentImport(item)
    case .export(let name, let type):
      writeByte(0x04)
      writeExternName(name)
      writeComponentExternType(type)
    }
  }

  // MARK: External types

  package mutating func writeComponentExternType(_ type: ComponentExternType) {
    switch type {
    case .coreModule(let index):
      writeByte(0x00)
      writeCoreSort(.module)
      writeU32(index)
    case .function(let index):
      writeByte(0x01)
      writeU32(index)
    case .value(let bound):
      writeByte(0x02)
      switch bound {
      case .equal(let index):
        writeByte(0x00)
        writeU32(index)
      case .type(let type):
        writeByte(0x01)
        writeValType(type)
      }
    case .type(let bound):
      writeByte(0x03)
      switch bound {
      case .equal(let index):
        writeByte(0x00)
        writeU32(index)
      case .subResource: writeByte(0x01)
      }
    case .component(let index):
      writeByte(0x04)
      writeU32(index)
    case .instance(let index):
      writeByte(0x05)
      writeU32(index)
    }
  }
}
