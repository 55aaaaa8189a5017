// Resources and error contexts: values that change hands, or are lent. Streams and futures are in `TypedStream` and
// `TypedFuture`.

/// `own`: a resource that changes hands. Which resource type it is of is found out when it is passed.
extension Resource: ComponentConvertible {
  public static var componentType: ValueType { .own }

  public static func lift(
    from source: borrowing ComponentSource
  ) throws(ConversionError) -> Resource {
    guard case .own(let resource) = try source.handle(.own) else { throw .unlike("a resource") }
    return resource
  }

  public func lower(to destination: borrowing ComponentDestination) throws(ConversionError) {
    try destination.setHandle(.own, .own(self))
  }
}

/// `borrow`: a resource that is lent for the duration of a call.
public struct BorrowedResource: ComponentConvertible, Sendable, Hashable {
  /// In a function of the host usable until that ends.
  public let resource: Resource

  /// A resource to be lent.
  public init(_ resource: Resource) { self.resource = resource }

  public static var componentType: ValueType { .borrow }

  public static func lift(from source: borrowing ComponentSource) throws(ConversionError) -> Self {
    guard case .borrow(let resource) = try source.handle(.borrow) else {
      throw .unlike("a borrowed resource")
    }
    return Self(resource)
  }

  public func lower(to destination: borrowing ComponentDestination) throws(ConversionError) {
    try destination.setHandle(.borrow, .borrow(resource))
  }
}

/// `error-context`
extension ErrorContext: ComponentConvertible {
  public static var componentType: ValueType { .errorContext }

  public static func lift(
    from source: borrowing ComponentSource
  ) throws(ConversionError) -> ErrorContext {
    guard case .errorContext(let context) = try source.handle(.errorContext) else {
      throw .unlike("an error context")
    }
    return context
  }

  public func lower(to destination: borrowing ComponentDestination) throws(ConversionError) {
    try destination.setHandle(.errorContext, .errorContext(self))
  }
}
