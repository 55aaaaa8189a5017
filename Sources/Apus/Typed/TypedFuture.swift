// Futures whose value is a Swift value: the ends of `FutureReader` and `FutureWriter` with conversions.

import ComponentRuntime

/// `future<T>`: the end to read from, once. `Element` is `Nothing` for futures of nothing.
///
/// As an argument or result of a function it changes hands.
public struct TypedFuture<Element: ComponentPayload>: ComponentConvertible, Sendable {
  /// The same end without a type.
  public let reader: FutureReader

  /// A reader of a future with such a value; one of another future is found out when it is read or passed.
  public init(_ reader: FutureReader) { self.reader = reader }

  public static var componentType: ValueType { .future(Element.payloadType) }

  public static func lift(from source: borrowing ComponentSource) throws(ConversionError) -> Self {
    guard case .future(let reader) = try source.handle(.future) else { throw .unlike("a future") }
    return Self(reader)
  }

  public func lower(to destination: borrowing ComponentDestination) throws(ConversionError) {
    try destination.setHandle(.future, .future(reader))
  }

  /// Lets go of the future. A read under way ends.
  public func close() { reader.close() }

  /// Waits for the value.
  ///
  /// - Throws: `StreamError`, as `FutureReader.value()` does; `mismatch` if the future has another value.
  public nonisolated(nonsending) func value() async throws(StreamError) -> Element {
    let type = Element.payloadType
    let box = try await reader.value(as: .type(type))
    return try reader.end.converting { (driver) throws(ConversionError) in
      try driver.unbox(box ?? .tuple([]), as: type)
    }
  }
}

/// The end of a `future<T>` that the host writes, once. `Element` is `Nothing` for futures of nothing.
///
/// A guest that reads the future after the last reference to the `writer` is gone, with nothing written, is told that it
/// was dropped.
public struct TypedFutureWriter<Element: ComponentPayload>: Sendable {
  /// The same end without a type.
  public let writer: FutureWriter

  /// A writer of a future with such a value; one of another future is found out when it is written to.
  public init(_ writer: FutureWriter) { self.writer = writer }

  /// Lets go of the future. A write under way ends.
  public func close() { writer.close() }
}

extension TypedFutureWriter where Element: Sendable {
  /// Writes the value and waits until it is read; false if the reader is gone.
  ///
  /// - Throws: `StreamError`, as `FutureWriter.write(_:)` does; `mismatch` if the value cannot be passed, or the future has
  ///   another one.
  @discardableResult
  public func write(_ value: Element) async throws(StreamError) -> Bool {
    let type = Element.payloadType
    let box = try writer.end.converting { (driver) throws(ConversionError) in
      try driver.box(value, as: type)
    }
    return try await writer.write(type == nil ? nil : box, as: .type(type))
  }
}

extension TypedFutureWriter where Element == Nothing {
  /// The same for a future of nothing.
  @discardableResult
  public func write() async throws(StreamError) -> Bool { try await write(Nothing()) }
}

extension Store {
  /// A future of the host's with a value of a Swift type, to pass its reader to a guest or another task:
  /// `makeFuture(of: String.self)`. `Nothing.self` is for futures of nothing.
  ///
  /// - Throws: `CallError`: `mismatch` for types with resources; `closed`; `limit`.
  public func makeFuture<Element: ComponentPayload>(
    of type: Element.Type
  ) throws(CallError) -> (reader: TypedFuture<Element>, writer: TypedFutureWriter<Element>) {
    let type = try type.typeOfEnds()
    let (reader, writer) = try makeFuture(of: type)
    return (TypedFuture(reader), TypedFutureWriter(writer))
  }
}

extension StoreContext {
  /// A future of the host's with a value of a Swift type: see `Store.makeFuture`.
  public borrowing func makeFuture<Element: ComponentPayload>(
    of type: Element.Type
  ) throws(CallError) -> (reader: TypedFuture<Element>, writer: TypedFutureWriter<Element>) {
    let type = try type.typeOfEnds()
    let (reader, writer) = try makeFuture(of: type)
    return (TypedFuture(reader), TypedFutureWriter(writer))
  }
}
