// Types of values at run time, across components: the type arguments of streams and futures and the results of tasks
// are compared when guests use them, and the types may come from different files. So each is written out with the
// resource types that exist, and equal ones get equal numbers.
//
// Within a component two views of a resource are two types, and so are types that mention them. Types that differ only in
// views have the same `base`.

import WasmSyntax
import WasmValidation

/// Names a value type within a store, or the absence of one.
package struct RuntimeTypeID: BitwiseCopyable, Hashable, Sendable {
  package let raw: UInt32
  /// The number of the type with resources in place of views of them: what types of different components have in common.
  package let base: UInt32
  /// No type: `stream` and `future` without one, functions without a result.
  package static let none = RuntimeTypeID(raw: 0, base: 0)
}

/// The numbers given to types by one store.
package struct RuntimeTypes {
  private var ids: [[UInt8]: UInt32] = [:]

  package init() {}

  /// The number of a type, read under an instance's resource types.
  package mutating func id(
    of type: ValueTypeID?, in types: ComponentTypes,
    resource: (ResourceID) -> ResourceTypeRef?
  ) -> RuntimeTypeID {
    guard let type else { return .none }
    var hasViews = false
    var key: [UInt8] = []
    Self.write(
      type, types,
      {
        let rt = resource($0)
        if rt?.pointee.viewed != nil { hasViews = true }
        return rt
      }, &key)
    let raw = number(of: key)
    if !hasViews { return RuntimeTypeID(raw: raw, base: raw) }
    var base: [UInt8] = []
    Self.write(type, types, { resource($0)?.base }, &base)
    return RuntimeTypeID(raw: raw, base: number(of: base))
  }

  /// The same of a type in the host's words.
  package mutating func id(of type: HostValueType?) -> RuntimeTypeID {
    guard let type else { return .none }
    var key: [UInt8] = []
    type.write(&key)
    let raw = number(of: key)
    return RuntimeTypeID(raw: raw, base: raw)
  }

  /// Owned handles to a resource.
  package mutating func id(ofOwned resource: ResourceTypeRef) -> RuntimeTypeID {
    var key: [UInt8] = [11]
    withUnsafeBytes(of: UInt64(UInt(bitPattern: resource))) { key += $0 }
    let raw = number(of: key)
    return RuntimeTypeID(raw: raw, base: raw)
  }

  /// What a type was written out as; nil for no type. Searched for: only errors ask.
  func key(of id: RuntimeTypeID) -> [UInt8]? { ids.first { $0.value == id.base }?.key }

  private mutating func number(of key: [UInt8]) -> UInt32 {
    if let id = ids[key] { return id }
    let id = UInt32(ids.count + 1)
    ids[key] = id
    return id
  }

  /// Types are nested only as deep as the validator allows, so this may recurse.
  private static func write(
    _ type: ValueTypeID, _ types: ComponentTypes, _ resource: (ResourceID) -> ResourceTypeRef?,
    _ key: inout [UInt8]
  ) {
    func part(_ type: ValueTypeID?) {
      if let type { write(type, types, resource, &key) } else { key.append(0) }
    }
    func number(_ value: Int) {
      withUnsafeBytes(of: UInt64(truncatingIfNeeded: value)) { key += $0 }
    }
    func label(_ label: String) {
      number(label.utf8.count)
      key += label.utf8
    }
    func reference(_ reference: ResourceReference) {
      number(resource(reference.resource).map { Int(bitPattern: $0) } ?? 0)
    }
    switch types[type].shape {
    case .primitive(let type): key += [1, type.rawValue]
    case .record(let fields):
      key.append(2)
      number(fields.count)
      for field in fields {
        label(field.label)
        part(field.type)
      }
    case .variant(let cases):
      key.append(3)
      number(cases.count)
      for item in cases {
        label(item.label)
        part(item.type)
      }
    case .list(let element):
      key.append(4)
      part(element)
    case .fixedLengthList(let element, let length):
      key.append(5)
      number(Int(length))
      part(element)
    case .tuple(let elements):
      key.append(6)
      number(elements.count)
      for element in elements { part(element) }
    case .flags(let labels):
      key.append(7)
      number(labels.count)
      for item in labels { label(item) }
    case .enum(let labels):
      key.append(8)
      number(labels.count)
      for item in labels { label(item) }
    case .option(let element):
      key.append(9)
      part(element)
    case .result(let ok, let error):
      key.append(10)
      part(ok)
      part(error)
    case .own(let resource):
      key.append(11)
      reference(resource)
    case .borrow(let resource):
      key.append(12)
      reference(resource)
    case .stream(let element):
      key.append(13)
      part(element)
    case .future(let element):
      key.append(14)
      part(element)
    case .map(let mapKey, let value, _):
      key.append(15)
      part(mapKey)
      part(value)
    }
  }
}

extension ComponentTypes {
  /// `none_or_number_type`
  package func isNoneOrNumberType(_ type: ValueTypeID?) -> Bool {
    guard let type else { return true }
    guard case .primitive(let primitive) = self[type].shape else { return false }
    return primitive.isNumber
  }
}
