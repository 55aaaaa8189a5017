// Options, results and tuples.

/// `option<T>`
extension Optional: ComponentPayload, ComponentConvertible where Wrapped: ComponentConvertible {
  public static var componentType: ValueType { .option(Wrapped.componentType) }

  public static func lift(from source: borrowing ComponentSource) throws(ConversionError) -> Self {
    try source.caseIndex() == 0 ? nil : source.payload(ofCase: 1, as: Wrapped.self)
  }

  public func lower(to destination: borrowing ComponentDestination) throws(ConversionError) {
    if let self {
      try destination.setCase(1, self)
    } else {
      try destination.setCase(0)
    }
  }

  @inlinable public var surelyFits: Bool { self?.surelyFits ?? true }
}

/// `result<T, E>`; a side without a payload is `Nothing`. Types that are no errors become some as `ErrorPayload`.
extension Result: ComponentPayload, ComponentConvertible
where Success: ComponentPayload, Failure: ComponentPayload {
  public static var componentType: ValueType {
    .result(ok: Success.payloadType, error: Failure.payloadType)
  }

  public static func lift(from source: borrowing ComponentSource) throws(ConversionError) -> Self {
    try source.caseIndex() == 0
      ? .success(source.payload(ofCase: 0)) : .failure(source.payload(ofCase: 1))
  }

  public func lower(to destination: borrowing ComponentDestination) throws(ConversionError) {
    switch self {
    case .success(let value): try destination.setCase(0, value)
    case .failure(let error): try destination.setCase(1, error)
    }
  }

  @inlinable public var surelyFits: Bool {
    switch self {
    case .success(let value): value.surelyFits
    case .failure(let error): error.surelyFits
    }
  }
}

/// A value as an error: `Result<UInt32, ErrorPayload<String>>` is `result<u32, string>`.
public struct ErrorPayload<Value: ComponentConvertible & Sendable>: Error, ComponentConvertible {
  /// What travels.
  public var value: Value

  /// An error that carries a value.
  public init(_ value: Value) { self.value = value }

  public static var componentType: ValueType { Value.componentType }

  public static func lift(from source: borrowing ComponentSource) throws(ConversionError) -> Self {
    Self(try Value.lift(from: source))
  }

  public func lower(to destination: borrowing ComponentDestination) throws(ConversionError) {
    try value.lower(to: destination)
  }
}

extension ErrorPayload: CustomStringConvertible {
  /// The value in words.
  public var description: String { String(describing: value) }
}

extension ErrorPayload: Equatable where Value: Equatable {}
extension ErrorPayload: Hashable where Value: Hashable {}

/// `tuple<...>`: Swift's tuples cannot conform to protocols.
public struct Tuple<each Element: ComponentConvertible>: ComponentConvertible {
  /// The values as a tuple of Swift.
  public var elements: (repeat each Element)

  /// A tuple of these values.
  public init(_ elements: repeat each Element) { self.elements = (repeat each elements) }

  public static var componentType: ValueType {
    var types: [ValueType] = []
    for type in repeat (each Element).self { types.append(type.componentType) }
    return .tuple(types)
  }

  public static func lift(from source: borrowing ComponentSource) throws(ConversionError) -> Self {
    var index = -1
    func next<Value: ComponentConvertible>(
      _ type: Value.Type, _ source: borrowing ComponentSource
    ) throws(ConversionError) -> Value {
      index += 1
      return try source.field(index)
    }
    return Self(repeat try next((each Element).self, source))
  }

  public func lower(to destination: borrowing ComponentDestination) throws(ConversionError) {
    var index = 0
    for element in repeat each elements {
      try destination.field(index, element)
      index += 1
    }
  }
}

extension Tuple: Sendable where repeat each Element: Sendable {}

extension Tuple: Equatable where repeat each Element: Equatable {
  public static func == (a: Tuple, b: Tuple) -> Bool {
    for (x, y) in repeat (each a.elements, each b.elements) {
      if x != y { return false }
    }
    return true
  }
}
