// Component Binary Format: sorts, instances, aliases, start, imports, exports and values, in the order of the format's
// chapters.

import WasmSyntax

extension ByteWriter {
  // MARK: Instance Definitions

  package mutating func writeCoreSort(_ sort: CoreSort) { writeByte(sort.rawValue) }

  package mutating func writeSort(_ sort: Sort) {
    switch sort {
    case .core(let sort):
      writeByte(0x00)
      writeCoreSort(sort)
    case .function: writeByte(0x01)
    case .value: writeByte(0x02)
    case .type: writeByte(0x03)
    case .component: writeByte(0x04)
    case .instance: writeByte(0x05)
    }
  }

  package mutating func writeCoreSortIndex(_ item: CoreSortIndex) {
    writeCoreSort(item.sort)
    writeU32(item.index)
  }

  package mutating func writeSortIndex(_ item: SortIndex) {
    writeSort(item.sort)
    writeU32(item.index)
  }

  package mutating func writeCoreInstanceExpression(_ expression: CoreInstanceExpression) {
    switch expression {
    case .instantiate(let module, let arguments):
      writeByte(0x00)
      writeU32(module)
      writeCount(arguments.count)
      for argument in arguments {
        writeName(argument.name)
        writeCoreSortIndex(CoreSortIndex(.instance, argument.instance))
      }
    case .exports(let exports):
      writeByte(0x01)
      writeCount(exports.count)
      for export in exports {
        writeName(export.name)
        writeCoreSortIndex(export.item)
      }
    }
  }

  package mutating func writeInstanceExpression(_ expression: InstanceExpression) {
    switch expression {
    case .instantiate(let component, let arguments):
      writeByte(0x00)
      writeU32(component)
      writeCount(arguments.count)
      for argument in arguments {
        writeName(argument.name)
        writeSortIndex(argument.item)
      }
    case .exports(let exports):
      writeByte(0x01)
      writeCount(exports.count)
      for export in exports {
        writeExternName(export.name)
        writeSortIndex(export.item)
      }
    }
  }

  // MARK: Alias Definitions

  package mutating func writeAlias(_ alias: Alias) {
    switch alias {
    case .export(let instance, let name, let sort):
      writeSort(sort)
      writeByte(0x00)
      writeU32(instance)
      writeName(name)
    case .coreExport(let instance, let name, let sort):
      writeSort(.core(sort))
      writeByte(0x01)
      writeU32(instance)
      writeName(name)
    case .outer(let count, let index, let sort):
      writeSort(sort)
      writeByte(0x02)
      writeU32(count)
      writeU32(index)
    }
  }

  // MARK: Start Definitions

  package mutating func writeStart(_ start: ComponentStart) {
    writeU32(start.function)
    writeCount(start.arguments.count)
    for argument in start.arguments { writeU32(argument) }
    writeU32(start.resultCount)
  }

  // MARK: Import and Export Definitions

  /// `nameattributes`, in the short form where there are no attributes.
  package mutating func writeExternName(_ name: ExternName) {
    var attributes: [(kind: UInt8, value: String)] = []
    if let value = name.implements { attributes.append((0x00, value)) }
    if let value = name.versionSuffix { attributes.append((0x01, value)) }
    if let value = name.externalID { attributes.append((0x02, value)) }
    writeByte(attributes.isEmpty ? 0x00 : 0x02)
    writeName(name.name)
    guard !attributes.isEmpty else { return }
    writeCount(attributes.count)
    for attribute in attributes {
      writeByte(attribute.kind)
      writeName(attribute.value)
    }
  }

  package mutating func writeComponentImport(_ item: ComponentImport) {
    writeExternName(item.name)
    writeComponentExternType(item.type)
  }

  package mutating func writeComponentExport(_ item: ComponentExport) {
    writeExternName(item.name)
    writeSortIndex(item.item)
    writeByte(item.type == nil ? 0x00 : 0x01)
    if let type = item.type { writeComponentExternType(type) }
  }

  // MARK: Value Definitions

  package mutating func writeValueDefinition(_ value: ValueDefinition) {
    writeValType(value.type)
    writeCount(value.bytes.count)
    value.bytes.withUnsafeBytes { writeBytes($0) }
  }
}
