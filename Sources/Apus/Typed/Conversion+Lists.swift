// Strings and lists. Elements that are numbers are copied all at once.

import ComponentRuntime

/// `string`
extension String: ComponentConvertible {
  public static var componentType: ValueType { .string }

  public static func lift(from source: borrowing ComponentSource) throws(ConversionError) -> String
  {
    guard source.node.has(.string) else {
      return try source.state.boxes("a string").pointee.string(of: source.place.box)
    }
    let string = try source.string()
    try source.state.spend(string.codeUnits * 2)
    return string.value
  }

  public func lower(to destination: borrowing ComponentDestination) throws(ConversionError) {
    try destination.setString(self)
  }

  // Far below `MAX_STRING_BYTE_LENGTH`.
  @inlinable public var surelyFits: Bool { utf8.count <= 1 << 24 }
}

/// `list<T>`
extension Array: ComponentPayload, ComponentConvertible where Element: ComponentConvertible {
  public static var componentType: ValueType { .list(Element.componentType) }

  public static func lift(from source: borrowing ComponentSource) throws(ConversionError) -> Self {
    let (element, address, count) = try source.list()
    try source.state.spend(UInt64(count) * UInt64(MemoryLayout<Element>.stride))
    if element.isCopied(as: Element.self) {
      return Self(copying: source.from.bytes(address), count, element.pointee.kind)
    }
    return try liftOneByOne(source, element, address, count)
  }

  // Not inlined: what generic code looks up for elements would be looked up for lists of bytes too.

  @inline(never)
  private static func liftOneByOne(
    _ source: borrowing ComponentSource, _ element: PlanNodeRef, _ address: UInt64, _ count: Int
  ) throws(ConversionError) -> Self {
    var elements = Self()
    elements.reserveCapacity(count)
    let start = Place(address: address)
    for index in 0..<UInt64(count) {
      let place = start.element(index, element, source.from.is64)
      elements.append(
        try Element.lift(from: ComponentSource(source.state, element, place)))
    }
    return elements
  }

  // Far below `MAX_LIST_BYTE_LENGTH`.
  @inlinable public var surelyFits: Bool { Element.isCoreValue && count <= 1 << 24 }

  public func lower(to destination: borrowing ComponentDestination) throws(ConversionError) {
    let (element, address) = try destination.setList(count: count)
    if address == nil && element.pointee.kind.isScalar { return }
    if let address, element.isCopied(as: Element.self) {
      return copy(to: destination.to.bytes(address), element.pointee.kind)
    }
    try lowerOneByOne(destination, element, address ?? 0)
  }

  @inline(never)
  private func lowerOneByOne(
    _ destination: borrowing ComponentDestination, _ element: PlanNodeRef, _ address: UInt64
  ) throws(ConversionError) {
    let start = Place(address: address)
    for (index, value) in enumerated() {
      let place = start.element(UInt64(index), element, destination.to.is64)
      try value.lower(to: ComponentDestination(destination.state, element, place))
    }
  }

  /// Copies elements whose layout is that of the memory.
  private init(copying bytes: UnsafeMutableRawPointer, _ count: Int, _ kind: PlanNode.Kind) {
    // All empty arrays share one object, which the initializer would write to.
    guard count > 0 else {
      self = []
      return
    }
    self.init(unsafeUninitializedCapacity: count) { buffer, initializedCount in
      let target = UnsafeMutableRawBufferPointer(buffer)
      target.copyMemory(from: UnsafeRawBufferPointer(start: bytes, count: target.count))
      target.canonicalizeNaNs(kind)
      initializedCount = count
    }
  }

  private func copy(to bytes: UnsafeMutableRawPointer, _ kind: PlanNode.Kind) {
    withUnsafeBytes { source in
      let target = UnsafeMutableRawBufferPointer(start: bytes, count: source.count)
      target.copyMemory(from: source)
      target.canonicalizeNaNs(kind)
    }
  }
}

extension PlanNodeRef {
  /// Whether elements have the same bytes in Swift's arrays.
  fileprivate func isCopied<Element: ComponentPayload>(as type: Element.Type) -> Bool {
    type.elementCopying.kind == pointee.kind
      && pointee.size(false) == UInt64(MemoryLayout<Element>.stride)
  }
}

extension UnsafeMutableRawBufferPointer {
  /// `canonicalize_nan32` and `canonicalize_nan64` of all elements. Memory is only aligned as guests see it.
  fileprivate func canonicalizeNaNs(_ kind: PlanNode.Kind) {
    if kind == .f32 {
      for offset in stride(from: 0, to: count, by: 4) {
        let bits = UInt64(loadUnaligned(fromByteOffset: offset, as: UInt32.self))
        storeBytes(
          of: UInt32(truncatingIfNeeded: canonicalizeNaN32(bits)), toByteOffset: offset,
          as: UInt32.self)
      }
    } else if kind == .f64 {
      for offset in stride(from: 0, to: count, by: 8) {
        let bits = loadUnaligned(fromByteOffset: offset, as: UInt64.self)
        storeBytes(of: canonicalizeNaN64(bits), toByteOffset: offset, as: UInt64.self)
      }
    }
  }
}
