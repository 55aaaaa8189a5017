// What has been defined where: the index spaces of the component or type being parsed and of those around it, and what has
// been written into it so far.

import WasmBinary
import WasmSyntax

/// One index space with its identifiers (Explainer, Index Spaces).
struct ComponentIndexSpace {
  private(set) var count: UInt32 = 0
  private var indices: [UInt32: UInt32] = [:]
  private(set) var names: [(index: UInt32, name: String)] = []

  /// Adds an entry; false if the identifier is taken.
  mutating func append(_ identifier: UInt32?, name: String?) -> Bool {
    let index = count
    count &+= 1
    if let name { names.append((index, name)) }
    guard let identifier else { return true }
    return indices.updateValue(index, forKey: identifier) == nil
  }

  func index(of identifier: UInt32) -> UInt32? { indices[identifier] }
}

/// A component, component type, instance type or core module type being parsed. They nest on a list
/// and not on the native stack.
final class ComponentScope {
  enum Kind {
    case component
    case componentType
    case instanceType
    case moduleType
  }

  let kind: Kind
  /// By which `alias outer` can name it.
  let identifier: UInt32?
  var spaces: [Sort: ComponentIndexSpace] = [:]
  /// What value definitions are read against; nil for types that are no value types or come from elsewhere.
  var valueTypes: [UInt32: ComponentValueShape] = [:]

  /// Of a core module type: the defined types that signatures stand for.
  var functionTypes: [FunctionType: UInt32] = [:]

  /// Of a component: what it calls itself, and for one inside another, what it will be there.
  var name: String?
  var nestedBinding: NestedBinding?
  var encoder = ComponentEncoder()
  /// Of a component or instance type.
  var declarators: [ComponentDeclarator] = []
  /// Of a core module type.
  var moduleDeclarators: [CoreModuleDeclarator] = []

  /// The item being parsed.
  var item = ComponentItem()
  /// Inline exports, which stand behind everything else.
  var inlineExports: [(name: ExternName, item: SortIndex)] = []

  /// Of a type within a type: what it is the type of, which is defined when its declarators have been read.
  var owner: TypeOwner?

  enum TypeOwner {
    case type(UInt32?, name: String?)
    case `import`(ExternName, UInt32?, name: String?)
    case export(ExternName, UInt32?, name: String?)
  }

  struct NestedBinding {
    var identifier: UInt32?
    var name: String?
    var exports: [ExternName]
  }

  init(_ kind: Kind, identifier: UInt32?) {
    self.kind = kind
    self.identifier = identifier
  }

  func count(of sort: Sort) -> UInt32 { spaces[sort]?.count ?? 0 }
}

/// What the definition being parsed refers to and what must be defined in front of it. Until it has been read to its end,
/// the indices in its syntax nodes are positions in `references`: the types it writes inline come first, then the aliases
/// its references stand for, then the definition itself.
struct ComponentItem {
  var references: [ComponentReference] = []
  var inlineTypes: [InlineType] = []
  /// The index each inline type was given.
  var inlineTypeIndices: [UInt32] = []

  enum InlineType {
    case component(ComponentTypeDefinition)
    case core(CoreTypeDefinition)
  }
}

/// A reference as it is written (Explainer, Index Spaces).
struct ComponentReference {
  enum Target {
    case index(UInt32)
    /// By symbol.
    case identifier(UInt32)
    /// Position in the item's inline types.
    case inlineType(Int)
  }
  var sort: Sort
  var target: Target
  /// With any, `target` is an instance and this the way to the definition.
  var exports: [String] = []
  /// In the source.
  var offset: Int
}
