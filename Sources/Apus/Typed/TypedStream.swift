// Streams whose elements are Swift values: the ends of `StreamReader` and `StreamWriter` with conversions.

import ComponentRuntime

/// `stream<T>`: the end to read from, an `AsyncSequence` of its elements. `Element` is `Nothing` for streams of nothing.
///
/// As an argument or result of a function it changes hands. Dropping the last reference to its `reader`, or `close()`,
/// closes the stream.
public struct TypedStream<Element: ComponentPayload>: ComponentConvertible, Sendable {
  /// The same end without a type.
  public let reader: StreamReader

  /// A reader of a stream with such elements; one of another stream is found out when it is read or passed.
  public init(_ reader: StreamReader) { self.reader = reader }

  public static var componentType: ValueType { .stream(Element.payloadType) }

  public static func lift(from source: borrowing ComponentSource) throws(ConversionError) -> Self {
    guard case .stream(let reader) = try source.handle(.stream) else { throw .unlike("a stream") }
    return Self(reader)
  }

  public func lower(to destination: borrowing ComponentDestination) throws(ConversionError) {
    try destination.setHandle(.stream, .stream(reader))
  }

  /// Closes the stream. A read under way ends.
  public func close() { reader.close() }

  /// Reads some elements, at least one and at most so many; nil once the writer is gone and everything was read. Bytes
  /// are copied all at once.
  ///
  /// - Throws: `StreamError`: `cancelled` if the Swift task is cancelled before any came; `mismatch` if the stream has
  ///   other elements.
  public nonisolated(nonsending) func read(
    maximum: Int = 1024
  ) async throws(StreamError) -> [Element]? {
    if Element.self == UInt8.self {
      let bytes = try await reader.readBytes(maximum: maximum)
      // They are the same type; a cast would look at each element.
      return bytes.map { unsafeBitCast($0, to: [Element].self) }
    }
    let type = Element.payloadType
    let boxes = try await reader.read(maximum: maximum, as: .type(type))
    guard let boxes else { return nil }
    return try reader.end.converting { (driver) throws(ConversionError) in
      try boxes.map { (box) throws(ConversionError) in try driver.unbox(box, as: type) }
    }
  }
}

extension TypedStream: AsyncSequence {
  /// Element by element; elements are read in advance: bytes up to 64 KiB at a time, others up to 64.
  public func makeAsyncIterator() -> Iterator { Iterator(stream: self) }

  /// Elements one by one.
  public struct Iterator: AsyncIteratorProtocol {
    let stream: TypedStream
    private var elements: ArraySlice<Element> = []

    init(stream: TypedStream) { self.stream = stream }

    /// The next element; nil once the writer is gone. Throws `StreamError`.
    public nonisolated(nonsending) mutating func next() async throws -> Element? {
      if elements.isEmpty {
        let maximum = Element.self == UInt8.self ? 65536 : 64
        elements = try await stream.read(maximum: maximum)?[...] ?? []
      }
      return elements.popFirst()
    }
  }
}

extension TypedStream where Element == UInt8 {
  /// The bytes as they come, in arrays of at most 64 KiB.
  public var bytes: StreamReader.Bytes { reader.bytes }
}

/// The end of a `stream<T>` that the host writes. `Element` is `Nothing` for streams of nothing.
///
/// Writing waits until a reader has taken the elements: that is all the buffering there is. Dropping the last reference to
/// its `writer`, or `close()`, ends the stream.
public struct TypedStreamWriter<Element: ComponentPayload>: Sendable {
  /// The same end without a type.
  public let writer: StreamWriter

  /// A writer of a stream with such elements; one of another stream is found out when it is written to.
  public init(_ writer: StreamWriter) { self.writer = writer }

  /// Ends the stream. A write under way ends.
  public func close() { writer.close() }
}

extension TypedStreamWriter where Element: Sendable {
  /// Writes all elements; returns how many a reader has taken, fewer than all if it is gone. Bytes are copied all at once.
  ///
  /// Resources and ends among the elements change hands with the elements that are taken.
  ///
  /// - Throws: `StreamError`: `cancelled` if the Swift task is cancelled before any was taken; `mismatch` if an element
  ///   cannot be passed, or the stream has other elements.
  @discardableResult
  public func write(_ elements: [Element]) async throws(StreamError) -> Int {
    if Element.self == UInt8.self {
      // They are the same type; a cast would look at each element.
      return try await writer.write(bytes: unsafeBitCast(elements, to: [UInt8].self))
    }
    let type = Element.payloadType
    let boxes = try writer.end.converting { (driver) throws(ConversionError) in
      try elements.map { (element) throws(ConversionError) in try driver.box(element, as: type) }
    }
    return try await writer.write(boxes, as: .type(type))
  }
}

extension Store {
  /// A stream of the host's with elements of a Swift type, to pass its reader to a guest or another task:
  /// `makeStream(of: UInt8.self)`. `Nothing.self` is for streams of nothing but their number.
  ///
  /// - Throws: `CallError`: `mismatch` for types with resources, see `makeStream(ofOwned:)`; `closed`; `limit`.
  public func makeStream<Element: ComponentPayload>(
    of element: Element.Type
  ) throws(CallError) -> (reader: TypedStream<Element>, writer: TypedStreamWriter<Element>) {
    let type = try element.typeOfEnds()
    let (reader, writer) = try makeStream(of: type)
    return (TypedStream(reader), TypedStreamWriter(writer))
  }
}

extension StoreContext {
  /// A stream of the host's with elements of a Swift type: see `Store.makeStream`.
  public borrowing func makeStream<Element: ComponentPayload>(
    of element: Element.Type
  ) throws(CallError) -> (reader: TypedStream<Element>, writer: TypedStreamWriter<Element>) {
    let type = try element.typeOfEnds()
    let (reader, writer) = try makeStream(of: type)
    return (TypedStream(reader), TypedStreamWriter(writer))
  }
}

extension ComponentPayload {
  /// The type of elements of a stream or future of the host's. Which resource type a Swift type stands for is not known.
  static func typeOfEnds() throws(CallError) -> ValueType? {
    guard let type = payloadType else { return nil }
    if type.mentionsResources {
      throw .mismatch(
        "the host cannot make a stream or future of \(type): its resources are not known")
    }
    return type
  }
}

extension HostEnd {
  /// Converts on whatever thread: nothing in the store is touched.
  func converting<Value>(
    _ body: (StoreDriver) throws(ConversionError) -> Value
  ) throws(StreamError) -> Value {
    do throws(ConversionError) {
      return try body(store.driver)
    } catch {
      throw .mismatch(error.description)
    }
  }
}
