// What a component is once it has been decoded: its definitions in order, each adding to the index spaces. The order
// matters (a definition refers only to earlier ones), so it is kept as one list instead of a list per sort.

/// A decoded component (Binary Format, Component Definitions).
package struct Component: Sendable {
  /// The component's own bytes, magic included.
  package var bytes: Bytes
  package var definitions: [ComponentDefinition] = []
  package var customSections: [CustomSection] = []

  package init(bytes: Bytes) { self.bytes = bytes }
}

/// One definition; `offset` says where it lies, for messages.
package struct ComponentDefinition: Sendable {
  package indirect enum Kind: Sendable {
    case coreModule(Bytes)
    case coreInstance(CoreInstanceExpression)
    case coreType(CoreTypeDefinition)
    case component(Component)
    case instance(InstanceExpression)
    case alias(Alias)
    case type(ComponentTypeDefinition)
    case canon(Canon)
    case start(ComponentStart)
    case `import`(ComponentImport)
    case export(ComponentExport)
    case value(ValueDefinition)
  }
  package var kind: Kind
  /// Bytes from the start of the file.
  package var offset: Int

  package init(_ kind: Kind, offset: Int) {
    self.kind = kind
    self.offset = offset
  }
}

/// The sorts of core definitions (Explainer, Index Spaces); raw values are the binary format's.
package enum CoreSort: UInt8, CaseIterable, Hashable, Sendable {
  case function = 0x00
  case table = 0x01
  case memory = 0x02
  case global = 0x03
  case tag = 0x04
  case type = 0x10
  case module = 0x11
  case instance = 0x12

  package var name: StaticString {
    switch self {
    case .function: "func"
    case .table: "table"
    case .memory: "memory"
    case .global: "global"
    case .tag: "tag"
    case .type: "type"
    case .module: "module"
    case .instance: "instance"
    }
  }
}

/// The sorts of definitions (Explainer, Index Spaces).
package enum Sort: Hashable, Sendable {
  case core(CoreSort)
  case function
  case value
  case type
  case component
  case instance

  package var name: String {
    switch self {
    case .core(let sort): "core \(sort.name)"
    case .function: "func"
    case .value: "value"
    case .type: "type"
    case .component: "component"
    case .instance: "instance"
    }
  }
}

package struct CoreSortIndex: Hashable, Sendable {
  package var sort: CoreSort
  package var index: UInt32
  package init(_ sort: CoreSort, _ index: UInt32) {
    self.sort = sort
    self.index = index
  }
}

package struct SortIndex: Hashable, Sendable {
  package var sort: Sort
  package var index: UInt32
  package init(_ sort: Sort, _ index: UInt32) {
    self.sort = sort
    self.index = index
  }
}

/// Binary Format, Instance Definitions.
package enum CoreInstanceExpression: Sendable {
  /// `with` arguments supply core instances by name.
  case instantiate(module: UInt32, arguments: [(name: String, instance: UInt32)])
  case exports([(name: String, item: CoreSortIndex)])
}

package enum InstanceExpression: Sendable {
  case instantiate(component: UInt32, arguments: [(name: String, item: SortIndex)])
  case exports([(name: ExternName, item: SortIndex)])
}

/// Binary Format, Alias Definitions.
package enum Alias: Sendable {
  case export(instance: UInt32, name: String, sort: Sort)
  case coreExport(instance: UInt32, name: String, sort: CoreSort)
  case outer(count: UInt32, index: UInt32, sort: Sort)
}

/// Binary Format, Start Definitions.
package struct ComponentStart: Sendable {
  package var function: UInt32
  package var arguments: [UInt32]
  package var resultCount: UInt32
  package init(function: UInt32, arguments: [UInt32], resultCount: UInt32) {
    self.function = function
    self.arguments = arguments
    self.resultCount = resultCount
  }
}

/// A name with its attributes (Binary Format, Import and Export Definitions).
package struct ExternName: Hashable, Sendable {
  package var name: String
  package var implements: String?
  package var versionSuffix: String?
  package var externalID: String?
  package init(
    _ name: String, implements: String? = nil, versionSuffix: String? = nil,
    externalID: String? = nil
  ) {
    self.name = name
    self.implements = implements
    self.versionSuffix = versionSuffix
    self.externalID = externalID
  }
}

package struct ComponentImport: Sendable {
  package var name: ExternName
  package var type: ComponentExternType
  package init(name: ExternName, type: ComponentExternType) {
    self.name = name
    self.type = type
  }
}

package struct ComponentExport: Sendable {
  package var name: ExternName
  package var item: SortIndex
  /// The ascribed type, nil where it is inferred.
  package var type: ComponentExternType?
  package init(name: ExternName, item: SortIndex, type: ComponentExternType?) {
    self.name = name
    self.item = item
    self.type = type
  }
}

/// Binary Format, Value Definitions. The bytes are those behind the length.
package struct ValueDefinition: Sendable {
  package var type: ValType
  package var bytes: Bytes
  package init(type: ValType, bytes: Bytes) {
    self.type = type
    self.bytes = bytes
  }
}
