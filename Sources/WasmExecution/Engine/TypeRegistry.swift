// Canonical types. Two recursion groups that are equal up to their position (iso-recursive equivalence) become one group
// of run-time records, so that equality of types is equality of pointers in every module and store of an engine.
// Groups are counted: a module holds the groups it uses, a group those that it names; ids are recycled.

import CWasmExecution
import Synchronization
import WasmSyntax
import WasmValidation

package typealias TypeInfo = UnsafePointer<WasmTypeInfo>

/// Holds canonical types for as long as it lives; loading a module makes one.
package final class TypeHolder: @unchecked Sendable {
  // Invariant: `infos` points at `count` records that stay valid because of the counts in `groups`; never written to
  // after init.
  /// By type index of the module.
  package let infos: UnsafeMutablePointer<TypeInfo?>
  package let count: Int
  /// The same types with canonical ids for type indices.
  package let types: [SubType]
  private let registry: TypeRegistry
  private let groups: [Int]

  fileprivate init(registry: TypeRegistry, groups: [Int], infos: [TypeInfo], types: [SubType]) {
    self.registry = registry
    self.groups = groups
    self.types = types
    count = infos.count
    self.infos = .allocate(capacity: max(infos.count, 1))
    for (index, info) in infos.enumerated() { (self.infos + index).initialize(to: info) }
  }

  deinit {
    infos.deallocate()
    registry.release(groups)
  }

  /// The record of a type by index.
  package func info(_ index: UInt32) -> TypeInfo? { index < count ? infos[Int(index)] : nil }

  /// A function type by index, in canonical ids.
  package func function(at index: UInt32) -> FunctionType? {
    guard index < types.count, case .function(let type) = types[Int(index)].composite else {
      return nil
    }
    return type
  }

  /// A module's own value type in canonical ids.
  package func canonical(_ type: ValueType) -> ValueType {
    guard type.isReference, let index = type.heapType.index, let info = info(index) else {
      return type
    }
    return ValueType(nullable: type.isNullable, HeapType(index: info.pointee.id))
  }
}

/// The canonical types of one engine.
package final class TypeRegistry: Sendable {
  private let state = Mutex(State())

  package init() {}

  /// Groups that are alive.
  package var groupCount: Int { state.withLock { $0.groupsByKey.count } }
  /// How many ids were ever in use at once.
  package var idCapacity: Int { state.withLock { $0.infos.count } }

  /// Canonicalises a valid type section.
  package func register(_ section: TypeSection) throws(ModuleError) -> TypeHolder {
    guard let result = state.withLock({ $0.register(section) }) else {
      throw ModuleError(.limit, "too many types", at: .offset(0))
    }
    return TypeHolder(
      registry: self, groups: result.groups, infos: result.infos, types: result.types)
  }

  /// Canonicalises one function type whose concrete types are canonical ids already; nil if there are too many types.
  package func register(canonical type: FunctionType) -> TypeHolder? {
    let types = [SubType(composite: .function(type))]
    let result = state.withLock { state -> (group: Int, info: TypeInfo)? in
      guard let group = state.intern(types[...], first: .max, canonical: { $0 }),
        let infos = state.groups[group]?.infos
      else { return nil }
      return (group, TypeInfo(infos))
    }
    guard let result else { return nil }
    return TypeHolder(registry: self, groups: [result.group], infos: [result.info], types: types)
  }

  /// The record of a canonical id that somebody holds.
  package func info(_ id: UInt32) -> TypeInfo? {
    state.withLock { id < $0.infos.count ? $0.infos[Int(id)] : nil }
  }

  /// The definition of a canonical id that somebody holds, in canonical ids.
  package func definition(_ id: UInt32) -> SubType? { state.withLock { $0.definition(id) } }

  fileprivate func release(_ groups: [Int]) { state.withLock { $0.release(groups) } }
}

// Matching between canonical types is the validator's.
extension TypeRegistry: SubtypingContext {
  package func kind(of id: UInt32) -> CompositeKind {
    switch Int(info(id)?.pointee.kind ?? 0) {
    case Int(WASM_TYPE_STRUCT): .structure
    case Int(WASM_TYPE_ARRAY): .array
    default: .function
    }
  }

  package func supertype(of id: UInt32) -> UInt32? {
    guard let info = info(id), info.pointee.depth > 0 else { return nil }
    return info.pointee.supers?[Int(info.pointee.depth) - 1]?.pointee.id
  }
}

extension TypeInfo {
  /// Whether this type is `other` or declared below it.
  package func isSubtype(of other: TypeInfo) -> Bool {
    if self == other { return true }
    let depth = other.pointee.depth
    return pointee.depth > depth && pointee.supers?[Int(depth)] == other
  }
}

// MARK: - State

private struct TypeGroup {
  var key: RecursionGroupKey
  var count: Int
  /// The records of the group's types, which own all their tables.
  var infos: UnsafeMutablePointer<WasmTypeInfo>
  var types: [SubType]
  var ids: [UInt32]
  /// Groups named by this one, each counted once per mention.
  var dependencies: [Int]
}

extension TypeRegistry {
  // Records are owned by the state and freed once nobody holds their group.
  fileprivate struct State: @unchecked Sendable {
    var groups: [TypeGroup?] = []
    var freeGroups: [Int] = []
    var groupsByKey: [RecursionGroupKey: Int] = [:]
    /// By id.
    var infos: [TypeInfo?] = []
    /// By id: the type's group and its place there.
    var places: [(group: Int, position: Int)] = []
    var freeIds: [UInt32] = []
  }
}

extension TypeRegistry.State {
  typealias Registration = (groups: [Int], infos: [TypeInfo], types: [SubType])

  func definition(_ id: UInt32) -> SubType? {
    guard id < infos.count, infos[Int(id)] != nil else { return nil }
    let place = places[Int(id)]
    return groups[place.group]?.types[place.position]
  }

  /// Interns the groups in order; nil if there are too many types for their ids.
  mutating func register(_ section: TypeSection) -> Registration? {
    var result: Registration = ([], [], [])
    result.infos.reserveCapacity(section.types.count)
    result.types.reserveCapacity(section.types.count)
    for range in section.recursionGroups {
      let index = intern(section.types[range], first: UInt32(range.lowerBound)) { index in
        index < result.infos.count ? result.infos[Int(index)].pointee.id : HeapType.maximumIndex
      }
      guard let index, let group = groups[index] else {
        release(result.groups)
        return nil
      }
      result.groups.append(index)
      result.types.append(contentsOf: group.types)
      for position in group.types.indices { result.infos.append(TypeInfo(group.infos + position)) }
    }
    return result
  }

  /// Finds or makes the group and counts it once for the caller. Indices from `first` on lie in the group itself.
  mutating func intern(
    _ types: ArraySlice<SubType>, first: UInt32, canonical: (UInt32) -> UInt32
  ) -> Int? {
    let key = RecursionGroupKey(types, first: first, canonical: canonical)
    if let index = groupsByKey[key] {
      groups[index]?.count += 1
      return index
    }
    guard let ids = takeIds(types.count) else { return nil }
    var dependencies: [Int] = []
    let absolute = types.map { type in
      type.mapIndices { index in
        if index >= first { return ids[Int(index - first)] }
        let id = canonical(index)
        if id < places.count { dependencies.append(places[Int(id)].group) }
        return id
      }
    }
    for dependency in dependencies { groups[dependency]?.count += 1 }
    let index = freeGroups.popLast() ?? groups.count
    if index == groups.count { groups.append(nil) }
    let infos = TypeLayout.makeInfos(types: absolute, ids: ids) { id in
      id < self.infos.count ? self.infos[Int(id)] : nil
    }
    for (position, id) in ids.enumerated() {
      self.infos[Int(id)] = TypeInfo(infos + position)
      places[Int(id)] = (index, position)
    }
    groups[index] = TypeGroup(
      key: key, count: 1, infos: infos, types: absolute, ids: ids, dependencies: dependencies)
    groupsByKey[key] = index
    return index
  }

  private mutating func takeIds(_ count: Int) -> [UInt32]? {
    let fresh = count - freeIds.count
    guard fresh <= 0 || infos.count + fresh <= Int(HeapType.maximumIndex) else { return nil }
    return (0..<count).map { _ in
      if let id = freeIds.popLast() { return id }
      infos.append(nil)
      places.append((0, 0))
      return UInt32(infos.count - 1)
    }
  }

  /// Gives up one count of each; a chain of groups is freed in a loop, not by recursion.
  mutating func release(_ released: [Int]) {
    var pending = released
    while let index = pending.popLast() {
      guard let count = groups[index]?.count else { continue }
      groups[index]?.count = count - 1
      guard count == 1, let group = groups[index] else { continue }
      groups[index] = nil
      freeGroups.append(index)
      groupsByKey[group.key] = nil
      for id in group.ids {
        infos[Int(id)] = nil
        freeIds.append(id)
      }
      TypeLayout.free(group.infos)
      pending.append(contentsOf: group.dependencies)
    }
  }
}

extension SubType {
  /// The same type with other type indices.
  fileprivate func mapIndices(_ map: (UInt32) -> UInt32) -> SubType {
    func value(_ type: ValueType) -> ValueType {
      guard type.isReference, let index = type.heapType.index else { return type }
      return ValueType(nullable: type.isNullable, HeapType(index: map(index)))
    }
    func field(_ field: FieldType) -> FieldType {
      guard case .value(let type) = field.storage else { return field }
      return FieldType(storage: .value(value(type)), isMutable: field.isMutable)
    }
    var result = self
    result.supertypes = supertypes.map(map)
    switch composite {
    case .function(let type):
      result.composite = .function(
        FunctionType(parameters: type.parameters.map(value), results: type.results.map(value)))
    case .structure(let fields): result.composite = .structure(fields.map(field))
    case .array(let element): result.composite = .array(field(element))
    }
    return result
  }
}
