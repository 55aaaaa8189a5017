// Names of things in a `ComponentTypes` arena: small numbers, so that types refer to each other without owning each
// other, and types that are equal have equal numbers.

/// An index into one of the arena's tables; the phantom type says which.
package struct ArenaIndex<Entity>: Hashable, Sendable {
  package let raw: UInt32
  package init(raw: UInt32) { self.raw = raw }
}

/// A value type. Equal numbers are the same type with the same names; see `ComponentTypes.structural`.
package typealias ValueTypeID = ArenaIndex<ResolvedValueType>
/// A component-level function type.
package typealias FunctionTypeID = ArenaIndex<ResolvedFunctionType>
/// An instance type.
package typealias InstanceTypeID = ArenaIndex<ResolvedInstanceType>
/// A component type.
package typealias ComponentTypeID = ArenaIndex<ResolvedComponentType>
/// A core module type.
package typealias ModuleTypeID = ArenaIndex<ResolvedModuleType>
/// What a core instance exports.
package typealias CoreInstanceTypeID = ArenaIndex<ResolvedCoreInstanceType>
/// A defined core type, canonical within the arena.
package typealias CoreTypeID = UInt32

/// A resource type: each definition, each `sub resource` bound and each instantiation makes one that is equal to no
/// other. Numbers rise with time, so that what is bound in a type is above what was there before the type.
package struct ResourceID: Hashable, Comparable, Sendable {
  package let raw: UInt32
  package init(raw: UInt32) { self.raw = raw }
  package static func < (a: ResourceID, b: ResourceID) -> Bool { a.raw < b.raw }
}

/// A name under which a type is known: importing or exporting a type makes one. It does not take part in type equality;
/// it is what external visibility is about (Explainer, External Visibility of Types). Zero is no name.
package struct TypeNameID: Hashable, Sendable {
  package let raw: UInt32
  package init(raw: UInt32) { self.raw = raw }
  package static let none = TypeNameID(raw: 0)
}

/// A resource type and the name by which it is referred to.
package struct ResourceReference: Hashable, Sendable {
  package let resource: ResourceID
  package let name: TypeNameID
  package init(_ resource: ResourceID, name: TypeNameID) {
    self.resource = resource
    self.name = name
  }
}

/// What is known of a value at validation time (value definitions, imports and exports). Equal identities are the same
/// value, which an `eq` bound asks for.
package enum ValueIdentity: Hashable, Sendable {
  /// Known only at run time; each import, `start` result and instantiation makes one.
  case abstract(UInt32)
  /// A value definition, by its number in the file.
  case constant(UInt32)
}

/// Where to find a resource type in an item: the positions of exports to go through, from an instance inward. Empty
/// where the item is the type itself.
package typealias ExportPath = [Int]

/// A resource type that an item brings with it.
package struct BoundResource: Hashable, Sendable {
  package let resource: ResourceID
  package let path: ExportPath
  package init(_ resource: ResourceID, path: ExportPath) {
    self.resource = resource
    self.path = path
  }
}
