// Maps, which are lists of pairs (Explainer, Type Definitions, Specialized Value Types), and lists of fixed length.

import ComponentRuntime

/// `map<K, V>`. Of entries with equal keys that a guest passes the last one counts; the order gets lost.
extension Dictionary: ComponentPayload, ComponentConvertible
where Key: ComponentConvertible, Value: ComponentConvertible {
  public static var componentType: ValueType {
    .map(key: Key.componentType, value: Value.componentType)
  }

  public static func lift(from source: borrowing ComponentSource) throws(ConversionError) -> Self {
    var result = Self()
    for entry in try [MapEntry<Key, Value>].lift(from: source) { result[entry.key] = entry.value }
    return result
  }

  public func lower(to destination: borrowing ComponentDestination) throws(ConversionError) {
    try map { MapEntry(key: $0.key, value: $0.value) }.lower(to: destination)
  }
}

/// An element of the list that a map is.
private struct MapEntry<Key: ComponentConvertible, Value: ComponentConvertible>:
  ComponentConvertible
{
  let key: Key
  let value: Value

  static var componentType: ValueType { .tuple([Key.componentType, Value.componentType]) }

  static func lift(from source: borrowing ComponentSource) throws(ConversionError) -> Self {
    Self(key: try source.field(0), value: try source.field(1))
  }

  func lower(to destination: borrowing ComponentDestination) throws(ConversionError) {
    try destination.field(0, key)
    try destination.field(1, value)
  }
}

/// `list<T, N>`
@available(macOS 26, iOS 26, tvOS 26, watchOS 26, visionOS 26, *)
extension InlineArray: ComponentPayload, ComponentConvertible where Element: ComponentConvertible {
  public static var componentType: ValueType {
    .fixedLengthList(Element.componentType, length: UInt32(clamping: count))
  }

  public static func lift(from source: borrowing ComponentSource) throws(ConversionError) -> Self {
    try source.state.spend(UInt64(MemoryLayout<Self>.stride))
    let (state, node) = (source.state, source.node)
    var (element, place) = (node, source.place)
    if node.pointee.kind == .fixedLengthList, node.pointee.number == UInt64(count),
      let type = node.pointee.element
    {
      element = type
    } else {
      let boxes = try state.boxes("a list of \(count) elements")
      let (first, found) = try boxes.pointee.elements(of: place.box)
      guard found == count else { throw .unlike("a list of \(count) elements") }
      place = Place(box: first)
    }
    return try Self { (index) throws(ConversionError) in
      let place = place.element(UInt64(index), element, state.from.is64)
      return try Element.lift(from: ComponentSource(state, element, place))
    }
  }

  public func lower(to destination: borrowing ComponentDestination) throws(ConversionError) {
    let node = destination.node
    var element = node
    if node.pointee.kind == .fixedLengthList, node.pointee.number == UInt64(count),
      let type = node.pointee.element
    {
      element = type
    } else {
      try destination.state.box(.count(count), "a list of \(count) elements")
    }
    for index in indices {
      let place = destination.place.element(UInt64(index), element, destination.to.is64)
      try self[index].lower(to: ComponentDestination(destination.state, element, place))
    }
  }
}
