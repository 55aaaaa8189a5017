// What validation of a component leaves behind for the linker: the definitions in order, each with what was resolved
// about it, and the type of every index.

import WasmSyntax

/// A valid component and all its types.
package struct ValidatedComponent: Sendable {
  package let types: ComponentTypes
  package let root: ValidatedComponentBody
}

/// One component of a file, the root or nested.
///
/// Index spaces here are complete: entry `i` is the type of index `i` once all definitions have been gone through. Each
/// definition adds the entries that the binary format says, so that going through the definitions in order and counting
/// gives every definition its indices.
package final class ValidatedComponentBody: Sendable {
  package let bytes: Bytes
  package let customSections: [CustomSection]
  package let definitions: [ValidatedDefinition]
  /// The component's own type.
  package let type: ComponentTypeID

  package let coreFunctions: [CoreTypeID]
  package let coreTables: [TableType]
  package let coreMemories: [MemoryType]
  package let coreGlobals: [GlobalType]
  package let coreTags: [CoreTypeID]
  package let coreTypes: [CoreTypeEntry]
  package let coreModules: [ModuleTypeID]
  package let coreInstances: [CoreInstanceTypeID]
  package let functions: [FunctionTypeID]
  package let values: [ResolvedValue]
  package let types: [TypeReference]
  package let components: [ComponentTypeID]
  package let instances: [InstanceTypeID]

  init(
    syntax: Component, scope: ComponentScope, definitions: [ValidatedDefinition],
    type: ComponentTypeID
  ) {
    bytes = syntax.bytes
    customSections = syntax.customSections
    self.definitions = definitions
    self.type = type
    coreFunctions = scope.coreFunctions
    coreTables = scope.coreTables
    coreMemories = scope.coreMemories
    coreGlobals = scope.coreGlobals
    coreTags = scope.coreTags
    coreTypes = scope.coreTypes
    coreModules = scope.coreModules
    coreInstances = scope.coreInstances
    functions = scope.functions
    values = scope.values.map(\.value)
    types = scope.types
    components = scope.components
    instances = scope.instances
  }
}

/// An entry of the core type index space.
package enum CoreTypeEntry: Hashable, Sendable {
  case defined(CoreTypeID)
  case module(ModuleTypeID)
}

/// A definition and what is known about it.
package struct ValidatedDefinition: Sendable {
  // Indirect: a copy retains one object, whatever is in it.
  package indirect enum Kind: Sendable {
    /// The module is decoded and valid; its type has canonical ids.
    case coreModule(Module, type: ModuleTypeID)
    case coreInstance(CoreInstanceExpression)
    case coreType
    case component(ValidatedComponentBody)
    case instance(InstanceExpression)
    case alias(Alias)
    /// A type that is nothing at run time.
    case type
    /// A resource type; `resources` has its number.
    case resource(ResourceTypeDefinition)
    case lift(ValidatedLift)
    case lower(ValidatedLower)
    case builtin(ValidatedBuiltin)
    case start(ComponentStart)
    case `import`(ExternName, ResolvedExternType)
    /// The type is that of the new index: where one is ascribed, it may say less than the item's.
    case export(ExternName, SortIndex, ResolvedExternType)
    case value(ValueTypeID, Bytes)
  }
  package let kind: Kind
  /// Bytes from the start of the file.
  package let offset: Int
  /// Resource types that come up here first. Each is found at its path in the item that the definition adds; that of a
  /// resource definition is new with every instance of the component. A resource type that no definition of a component
  /// lists belongs to an enclosing one.
  package let resources: [BoundResource]
}

/// Canonical options, checked and with defaults filled in. Indices are those of the core index spaces.
package struct CanonicalOptions: Hashable, Sendable {
  package var stringEncoding = StringEncoding.utf8
  package var memory: UInt32?
  package var realloc: UInt32?
  package var postReturn: UInt32?
  package var isAsync = false
  package var callback: UInt32?
  /// The memory's address type, i32 without one.
  package var pointer = AddressType.i32
}

/// `canon lift`
package struct ValidatedLift: Sendable {
  package let coreFunction: UInt32
  package let options: CanonicalOptions
  package let type: FunctionTypeID
  package let flattened: FlattenedFunction
}

/// `canon lower`
package struct ValidatedLower: Sendable {
  package let function: UInt32
  package let options: CanonicalOptions
  package let type: FunctionTypeID
  package let flattened: FlattenedFunction
}

/// A canonical built-in.
package struct ValidatedBuiltin: Sendable {
  package let builtin: CanonBuiltin
  package let immediates: CanonImmediates
  package var options = CanonicalOptions()
  /// The resource type of `resource.*`.
  package var resource: ResourceReference?
  /// The stream or future type of `stream.*` and `future.*`.
  package var valueType: ValueTypeID?
  /// What is passed in `task.return`, `stream.*` and `future.*`, nil for nothing.
  package var payload: ValueTypeID?
  /// The function type of `thread.new-indirect`.
  package var threadFunction: CoreTypeID?
  /// The core function's own type.
  package var type = FunctionType(parameters: [], results: [])
}
