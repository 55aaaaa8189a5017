// Canonical types. Two recursion groups that are equal up to their position (iso-recursive equivalence) become one group
// of run-time records, so that equality of types is equality of pointers in every module and store of an engine.
// Groups are counted: a module holds the groups it uses, a group those that it names; ids are recycled.

import CWasmExecution
import Synchronization
import WasmSyntax

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
    let result = state.withLock { $0.register(section) }
    guard let result else {
      throw ModuleError(.limit, "too many types", at: .offset(0))
    }
    return TypeHolder(
      registry: self, groups: result.groups, infos: result.infos, types: result.types)
  }

  /// Canonicalises one function type whose concrete types are canonical ids already.
  package func register(canonical type: FunctionType) -> TypeHolder? {
    let subtype = SubType(composite: .function(type))
    let result = state.withLock { state -> (group: Int, info: TypeInfo)? in
      guard let group = state.intern([subtype]) else { return nil }
      return (group, TypeInfo(state.groups[group].infos))
    }
    guard let result else { return nil }
    return TypeHolder(
      registry: self, groups: [result.group], infos: [result.info], types: [subtype])
  }

  /// Whether `sub` matches `sup`; both in canonical ids (Validation, Matching, Value Types).
  package func matches(_ sub: ValueType, _ sup: ValueType) -> Bool {
    if sub == sup { return true }
    guard sub.isReference, sup.isReference else { return false }
    if sub.isNullable && !sup.isNullable { return false }
    return matches(sub.heapType, sup.heapType)
  }

  /// Validation, Matching, Heap Types.
  package func matches(_ sub: HeapType, _ sup: HeapType) -> Bool {
    if sub == sup { return true }
    if let abstractSub = sub.abstract {
      guard let abstractSup = sup.abstract else {
        // Only the bottom of its hierarchy lies below a concrete type.
        guard let info = sup.index.flatMap(info) else { return abstractSub == .bottom }
        switch abstractSub {
        case .bottom: return true
        case .none: return info.pointee.kind != UInt8(WASM_TYPE_FUNC)
        case .nofunc: return info.pointee.kind == UInt8(WASM_TYPE_FUNC)
        default: return false
        }
      }
      return Self.matches(abstractSub, abstractSup)
    }
    guard let subInfo = sub.index.flatMap(info) else { return false }
    if let abstractSup = sup.abstract {
      let top: AbstractHeapType =
        switch Int(subInfo.pointee.kind) {
        case Int(WASM_TYPE_FUNC): .func
        case Int(WASM_TYPE_STRUCT): .struct
        default: .array
        }
      return Self.matches(top, abstractSup)
    }
    guard let supInfo = sup.index.flatMap(info) else { return false }
    return subInfo.isSubtype(of: supInfo)
  }

  static func matches(_ sub: AbstractHeapType, _ sup: AbstractHeapType) -> Bool {
    if sub == sup || sub == .bottom { return true }
    switch sup {
    case .any: return sub == .eq || sub == .i31 || sub == .struct || sub == .array || sub == .none
    case .eq: return sub == .i31 || sub == .struct || sub == .array || sub == .none
    case .i31, .struct, .array: return sub == .none
    case .func: return sub == .nofunc
    case .extern: return sub == .noextern
    case .exn: return sub == .noexn
    case .bottom, .none, .nofunc, .noextern, .noexn: return false
    }
  }

  /// The record of a canonical id that somebody holds.
  package func info(_ id: UInt32) -> TypeInfo? {
    state.withLock { id < $0.infos.count ? $0.infos[Int(id)] : nil }
  }

  fileprivate func release(_ groups: [Int]) { state.withLock { $0.release(groups) } }
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

/// What a group is, with references into itself made relative: equal keys mean equal types.
private struct GroupKey: Hashable {
  var words: [UInt32]
}

private struct TypeGroup {
  var key: GroupKey
  var count = 0
  /// The first of the group's records; all its tables lie in `layout`'s allocation.
  var infos: UnsafeMutablePointer<WasmTypeInfo>
  var types: [SubType]
  var ids: [UInt32]
  /// Groups named by this one, each counted once per mention.
  var dependencies: [Int]
}

extension TypeRegistry {
  // Pointers in here are owned by the state and only freed once nobody holds the group.
  fileprivate struct State: @unchecked Sendable {
    var groups: [TypeGroup?] = []
    var freeGroups: [Int] = []
    var groupsByKey: [GroupKey: Int] = [:]
    /// By id.
    var infos: [TypeInfo?] = []
    var groupOfId: [Int] = []
    var freeIds: [UInt32] = []
  }
}

extension TypeRegistry.State {
  typealias Registration = (groups: [Int], infos: [TypeInfo], types: [SubType])

  /// Interns the groups in order; nil if there are too many types for their ids.
  mutating func register(_ section: TypeSection) -> Registration? {
    var result: Registration = ([], [], [])
    result.infos.reserveCapacity(section.types.count)
    result.types.reserveCapacity(section.types.count)
    for range in section.recursionGroups {
      let types = section.types[range].map { type in
        type.mapIndices { index in
          let position = Int(index)
          if range.contains(position) { return .relative(UInt32(position - range.lowerBound)) }
          return position < result.infos.count
            ? .canonical(result.infos[position].pointee.id) : .canonical(HeapType.maximumIndex)
        }
      }
      guard let group = internRelative(types) else {
        release(result.groups)
        return nil
      }
      result.groups.append(group)
      guard let interned = groups[group] else { return nil }
      result.types.append(contentsOf: interned.types)
      for index in interned.types.indices { result.infos.append(TypeInfo(interned.infos + index)) }
    }
    return result
  }

  mutating func intern(_ types: [SubType]) -> Int? { internRelative(types) }

  /// Finds or makes the group and counts it once for the caller.
  private mutating func internRelative(_ types: [SubType]) -> Int? {
    let key = GroupKey(types)
    if let index = groupsByKey[key] {
      groups[index]?.count += 1
      return index
    }
    guard let ids = takeIds(types.count) else { return nil }
    let absolute = types.map { type in
      type.mapBits { type in
        type.isRelative
          ? ValueType(nullable: type.isNullable, HeapType(index: ids[Int(type.relativeIndex)]))
          : type
      }
    }
    var dependencies: [Int] = []
    for type in types {
      type.forEachConcrete { type in
        guard !type.isRelative, let id = type.heapType.index, id < groupOfId.count else { return }
        dependencies.append(groupOfId[Int(id)])
      }
    }
    for dependency in dependencies { groups[dependency]?.count += 1 }
    let index = freeGroups.popLast() ?? groups.count
    if index == groups.count { groups.append(nil) }
    let infos = TypeLayout.makeInfos(types: absolute, ids: ids) { [self] id in
      id < self.infos.count ? self.infos[Int(id)] : nil
    }
    for (offset, id) in ids.enumerated() {
      self.infos[Int(id)] = TypeInfo(infos + offset)
      groupOfId[Int(id)] = index
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
      groupOfId.append(0)
      return UInt32(infos.count - 1)
    }
  }

  /// Gives up one count of each; a chain of groups is freed in a loop, not by recursion.
  mutating func release(_ released: [Int]) {
    var pending = released
    while let index = pending.popLast() {
      guard var group = groups[index] else { continue }
      group.count -= 1
      if group.count > 0 {
        groups[index] = group
        continue
      }
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

// MARK: - Relative references

/// While a group is compared, a reference into the group itself is relative to its start.
extension ValueType {
  fileprivate static let relativeBit: UInt32 = 0x20
  fileprivate var isRelative: Bool { bits & Self.relativeBit != 0 }
  fileprivate var relativeIndex: UInt32 { bits >> 8 }
}

private enum GroupIndex {
  case relative(UInt32)
  case canonical(UInt32)

  var referenceBits: UInt32 {
    switch self {
    case .relative(let index): HeapType(index: index).bits | ValueType.relativeBit
    case .canonical(let id): HeapType(index: id).bits
    }
  }
}

extension SubType {
  /// Supertypes are kept as the bits of a heap type between `mapIndices` and `mapBits`.
  fileprivate func mapIndices(_ map: (UInt32) -> GroupIndex) -> SubType {
    var result = mapTypes { type in
      guard type.isReference, let index = type.heapType.index else { return type }
      return ValueType(bits: type.bits & 0xF | map(index).referenceBits)
    }
    result.supertypes = supertypes.map { map($0).referenceBits }
    return result
  }

  fileprivate func mapBits(_ map: (ValueType) -> ValueType) -> SubType {
    var result = mapTypes(map)
    result.supertypes = supertypes.map { map(ValueType(bits: $0)).bits >> 8 }
    return result
  }

  private func mapTypes(_ map: (ValueType) -> ValueType) -> SubType {
    func field(_ field: FieldType) -> FieldType {
      guard case .value(let type) = field.storage else { return field }
      return FieldType(storage: .value(map(type)), isMutable: field.isMutable)
    }
    var result = self
    switch composite {
    case .function(let type):
      result.composite = .function(
        FunctionType(parameters: type.parameters.map(map), results: type.results.map(map)))
    case .structure(let fields): result.composite = .structure(fields.map(field))
    case .array(let element): result.composite = .array(field(element))
    }
    return result
  }

  fileprivate func forEachConcrete(_ body: (ValueType) -> Void) {
    func visit(_ type: ValueType) { if type.isReference && type.heapType.isConcrete { body(type) } }
    func visit(_ field: FieldType) { if case .value(let type) = field.storage { visit(type) } }
    for bits in supertypes { body(ValueType(bits: bits)) }
    switch composite {
    case .function(let type):
      type.parameters.forEach(visit)
      type.results.forEach(visit)
    case .structure(let fields): fields.forEach(visit)
    case .array(let element): visit(element)
    }
  }
}

extension GroupKey {
  init(_ types: [SubType]) {
    words = []
    for type in types {
      words.append(type.isFinal ? 1 : 0)
      words.append(UInt32(type.supertypes.count))
      words.append(contentsOf: type.supertypes)
      switch type.composite {
      case .function(let type):
        words.append(0)
        words.append(UInt32(type.parameters.count))
        for parameter in type.parameters { words.append(parameter.bits) }
        words.append(UInt32(type.results.count))
        for result in type.results { words.append(result.bits) }
      case .structure(let fields):
        words.append(1)
        words.append(UInt32(fields.count))
        for field in fields { append(field) }
      case .array(let element):
        words.append(2)
        append(element)
      }
    }
  }

  private mutating func append(_ field: FieldType) {
    words.append(field.isMutable ? 1 : 0)
    switch field.storage {
    // Codes that no value type has: `kind` 7.
    case .i8: words.append(7)
    case .i16: words.append(7 | 8)
    case .value(let type): words.append(type.bits)
    }
  }
}
