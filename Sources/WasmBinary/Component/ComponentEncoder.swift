// Builds a component's bytes from its definitions in order. Neighbours of one kind share a section, as every tool writes
// it; each nested module or component is a section of its own.

import WasmSyntax

/// Component Binary Format, Component Definitions, in the direction of writing.
package struct ComponentEncoder: Sendable {
  private var writer = ByteWriter()
  private var section: ComponentSectionID?
  private var items = ByteWriter()
  private var itemCount = 0
  /// Definitions appended so far.
  package private(set) var definitionCount = 0

  package init() { writer.writeBytes(Preamble.component) }

  /// Appends a definition. Nested modules and components are taken by their bytes.
  package mutating func append(_ definition: ComponentDefinition.Kind) {
    definitionCount += 1
    switch definition {
    case .coreModule(let bytes): appendWhole(.coreModule, bytes)
    case .component(let component): appendWhole(.component, component.bytes)
    case .start(let start):
      flush()
      writer.writeByte(ComponentSectionID.start.rawValue)
      writer.writeSized { $0.writeStart(start) }
    case .coreInstance(let expression):
      appendItem(.coreInstance) { $0.writeCoreInstanceExpression(expression) }
    case .coreType(let type): appendItem(.coreType) { $0.writeCoreTypeDefinition(type) }
    case .instance(let expression):
      appendItem(.instance) { $0.writeInstanceExpression(expression) }
    case .alias(let alias): appendItem(.alias) { $0.writeAlias(alias) }
    case .type(let type): appendItem(.type) { $0.writeComponentTypeDefinition(type) }
    case .canon(let canon): appendItem(.canon) { $0.writeCanon(canon) }
    case .import(let item): appendItem(.import) { $0.writeComponentImport(item) }
    case .export(let item): appendItem(.export) { $0.writeComponentExport(item) }
    case .value(let value): appendItem(.value) { $0.writeValueDefinition(value) }
    }
  }

  package mutating func appendCoreModule(_ bytes: Bytes) {
    definitionCount += 1
    appendWhole(.coreModule, bytes)
  }

  package mutating func appendComponent(_ bytes: Bytes) {
    definitionCount += 1
    appendWhole(.component, bytes)
  }

  package mutating func appendCustomSection(
    name: some Collection<UInt8>, payload: some Sequence<UInt8>
  ) {
    flush()
    writer.writeByte(ComponentSectionID.custom.rawValue)
    writer.writeSized {
      $0.writeName(name)
      $0.writeBytes(payload)
    }
  }

  /// The whole component.
  package consuming func finish() -> [UInt8] {
    flush()
    return writer.bytes
  }

  private mutating func appendItem(
    _ id: ComponentSectionID, _ write: (inout ByteWriter) -> Void
  ) {
    if section != id { flush() }
    section = id
    itemCount += 1
    write(&items)
  }

  private mutating func appendWhole(_ id: ComponentSectionID, _ bytes: Bytes) {
    flush()
    writer.writeByte(id.rawValue)
    writer.writeCount(bytes.count)
    bytes.withUnsafeBytes { writer.writeBytes($0) }
  }

  /// Writes the section that is being collected.
  private mutating func flush() {
    guard let id = section else { return }
    var count = ByteWriter()
    count.writeCount(itemCount)
    writer.writeByte(id.rawValue)
    writer.writeCount(count.count + items.count)
    writer.writeBytes(count.bytes)
    writer.writeBytes(items.bytes)
    section = nil
    items = ByteWriter()
    itemCount = 0
  }
}

/// The names of the `component-name` custom section (Component Binary Format, Name Section).
package struct ComponentNames: Sendable {
  /// The component's own name.
  package var component: String?
  /// Names by index, each sort at most once.
  package var definitions: [(sort: Sort, names: [(index: UInt32, name: String)])] = []

  package init() {}

  package var isEmpty: Bool { component == nil && definitions.allSatisfy { $0.names.isEmpty } }
}

extension ComponentEncoder {
  /// Appends the `component-name` section.
  package mutating func appendNameSection(_ names: ComponentNames) {
    var payload = ByteWriter()
    if let name = names.component {
      payload.writeByte(0)
      payload.writeSized { $0.writeName(name) }
    }
    for (sort, definitions) in names.definitions where !definitions.isEmpty {
      payload.writeByte(1)
      payload.writeSized {
        $0.writeSort(sort)
        $0.writeCount(definitions.count)
        for definition in definitions {
          $0.writeU32(definition.index)
          $0.writeName(definition.name)
        }
      }
    }
    appendCustomSection(name: "component-name".utf8, payload: payload.bytes)
  }
}
