// Ends of streams and futures in the hands of the host (Canonical ABI, Stream State and Future State). Both sides meet:
// a write ends when a read has taken what it wrote, or the reader is gone, and the other way round.

import ComponentRuntime
import Synchronization

/// Why an end could not be read or written.
public enum StreamError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The end was passed on, closed, or has a read or write under way.
  case unusable
  /// The other end is gone, for a future before a value was written.
  case closed
  /// The elements are not of the stream's type.
  case mismatch(String)
  /// Copying into a guest's memory failed, by the guest's fault.
  case failed(String)
  /// The Swift task was cancelled, or the end closed, before anything was read or written.
  case cancelled

  /// What happened, in words.
  public var description: String {
    switch self {
    case .unusable: "the end was passed on or closed, or is in use"
    case .closed: "the other end is closed"
    case .mismatch(let message), .failed(let message): message
    case .cancelled: "cancelled"
    }
  }
}

/// An end of a stream or future of a store: what readers and writers have in common.
final class HostEnd: Sendable {
  let store: Store
  let id: CopyEndID
  private let isGone = Atomic<Bool>(false)

  init(_ store: Store, _ id: CopyEndID) {
    self.store = store
    self.id = id
  }

  deinit { close() }

  /// Lets go of the end.
  func close() {
    guard take() else { return }
    let id = id
    store.driver.post { $0.whenFree { $0.runtime.dropEnd(id) } }
  }

  /// True for the first who asks: the end is theirs.
  func take() -> Bool { !isGone.exchange(true, ordering: .acquiringAndReleasing) }

  func giveBack() { isGone.store(false, ordering: .releasing) }

  func check() throws(StreamError) {
    if isGone.load(ordering: .acquiring) { throw .unusable }
  }

  /// The end as something to pass to a guest.
  func give(_ driver: StoreDriver) throws(CallError) -> CopyEndID {
    guard store.driver === driver else {
      throw .mismatch("the stream or future belongs to another store")
    }
    guard take() else { throw .mismatch("the stream or future was passed on or closed") }
    return id
  }
}

/// The end of a stream that the host reads: an `AsyncSequence` of its elements.
///
/// Reading asks the writer for elements and waits until there are some. Dropping the last reference, or `close()`,
/// closes the stream: the writer learns of it at its next write.
public final class StreamReader: AsyncSequence, Sendable, Hashable {
  public typealias Element = ComponentValue
  let end: HostEnd

  init(_ store: Store, _ id: CopyEndID) { end = HostEnd(store, id) }

  /// Reads some elements, at least one and at most so many; nil once the writer is gone and everything was read.
  ///
  /// - Throws: `StreamError.cancelled` if the Swift task is cancelled before any came.
  public func read(maximum: Int = 1024) async throws(StreamError) -> [ComponentValue]? {
    try await read(maximum: maximum, as: .any)
  }

  func read(
    maximum: Int, as expected: ExpectedElements
  ) async throws(StreamError) -> [ComponentValue]? {
    try end.check()
    while true {
      let (elements, result) = try await end.store.readValues(
        end.id, count: Swift.max(maximum, 1), expected)
      if !elements.isEmpty { return elements }
      try check(result)
      if result == .dropped { return nil }
    }
  }

  /// Reads some bytes of a `stream<u8>` without boxing them, as `read(maximum:)` does.
  public func readBytes(maximum: Int = 65536) async throws(StreamError) -> [UInt8]? {
    try end.check()
    while true {
      let (bytes, result) = try await end.store.readBytes(end.id, count: Swift.max(maximum, 1))
      if !bytes.isEmpty { return bytes }
      try check(result)
      if result == .dropped { return nil }
    }
  }

  private func check(_ result: CopyResult) throws(StreamError) {
    if result == .cancelled { throw end.store.driver.isClosed ? .closed : .cancelled }
  }

  /// The bytes of a `stream<u8>` as they come, in arrays of at most 64 KiB.
  public var bytes: Bytes { Bytes(reader: self) }

  /// Closes the stream. A read under way ends.
  public func close() { end.close() }

  /// Element by element; elements are read in advance, up to 64 at a time.
  public func makeAsyncIterator() -> Iterator { Iterator(reader: self) }

  /// Elements one by one.
  public struct Iterator: AsyncIteratorProtocol {
    let reader: StreamReader
    private var elements: ArraySlice<ComponentValue> = []

    init(reader: StreamReader) { self.reader = reader }

    /// The next element; nil once the writer is gone. Throws `StreamError`.
    public mutating func next() async throws -> ComponentValue? {
      if elements.isEmpty { elements = try await reader.read(maximum: 64)?[...] ?? [] }
      return elements.popFirst()
    }
  }

  /// Arrays of bytes, as they come.
  public struct Bytes: AsyncSequence, Sendable {
    public typealias Element = [UInt8]
    let reader: StreamReader

    public func makeAsyncIterator() -> Iterator { Iterator(reader: reader) }

    /// Arrays of bytes, as they come.
    public struct Iterator: AsyncIteratorProtocol {
      let reader: StreamReader

      /// The next bytes, at least one; nil once the writer is gone. Throws `StreamError`.
      public mutating func next() async throws -> [UInt8]? { try await reader.readBytes() }
    }
  }

  public static func == (a: StreamReader, b: StreamReader) -> Bool { a === b }

  public func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }
}

/// The end of a stream that the host writes.
///
/// Writing waits until a reader has taken the elements: that is all the buffering there is. Dropping the last
/// reference, or `close()`, ends the stream.
public final class StreamWriter: Sendable {
  let end: HostEnd

  init(_ store: Store, _ id: CopyEndID) { end = HostEnd(store, id) }

  /// Writes all elements; returns how many a reader has taken, fewer than all if it is gone.
  ///
  /// - Throws: `StreamError.cancelled` if the Swift task is cancelled before any was taken; if some were, their number
  ///   is returned.
  @discardableResult
  public func write(_ elements: [ComponentValue]) async throws(StreamError) -> Int {
    try await write(elements, as: .any)
  }

  func write(
    _ elements: [ComponentValue], as expected: ExpectedElements
  ) async throws(StreamError) -> Int {
    try end.check()
    if elements.isEmpty { return 0 }
    return try count(await end.store.writeValues(end.id, elements, expected))
  }

  /// Writes all bytes to a `stream<u8>` without boxing them, as `write(_:)` does.
  @discardableResult
  public func write(bytes: [UInt8]) async throws(StreamError) -> Int {
    try end.check()
    if bytes.isEmpty { return 0 }
    return try count(await end.store.writeBytes(end.id, bytes))
  }

  private func count(_ result: TransferResult) throws(StreamError) -> Int {
    if result.result == .cancelled, result.count == 0 {
      throw end.store.driver.isClosed ? .closed : .cancelled
    }
    return result.count
  }

  /// Ends the stream. A write under way ends.
  public func close() { end.close() }
}

/// The end of a future that the host reads, once.
public final class FutureReader: Sendable, Hashable {
  let end: HostEnd

  init(_ store: Store, _ id: CopyEndID) { end = HostEnd(store, id) }

  /// Waits for the value; nil for a future of nothing.
  ///
  /// - Throws: `StreamError.closed` if the writer is gone without having written, `.cancelled` if the Swift task is
  ///   cancelled before, `.unusable` the second time.
  public func value() async throws(StreamError) -> ComponentValue? { try await value(as: .any) }

  func value(as expected: ExpectedElements) async throws(StreamError) -> ComponentValue? {
    try end.check()
    let (values, result) = try await end.store.readValues(end.id, count: 1, expected)
    switch result {
    case .completed: return values.first
    case .dropped: throw .closed
    case .cancelled: throw end.store.driver.isClosed ? .closed : .cancelled
    }
  }

  /// Lets go of the future. A read under way ends.
  public func close() { end.close() }

  public static func == (a: FutureReader, b: FutureReader) -> Bool { a === b }

  public func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }
}

/// The end of a future that the host writes, once. A guest that reads the future after the last reference is gone, with
/// nothing written, is told that it was dropped.
public final class FutureWriter: Sendable {
  let end: HostEnd

  init(_ store: Store, _ id: CopyEndID) { end = HostEnd(store, id) }

  /// Writes the value, nil for a future of nothing, and waits until it is read; false if the reader is gone.
  ///
  /// - Throws: `StreamError.cancelled` if the Swift task is cancelled before it is read.
  @discardableResult
  public func write(_ value: ComponentValue?) async throws(StreamError) -> Bool {
    try await write(value, as: .any)
  }

  func write(
    _ value: ComponentValue?, as expected: ExpectedElements
  ) async throws(StreamError) -> Bool {
    try end.check()
    let values = value.map { [$0] } ?? []
    switch try await end.store.writeValues(end.id, values, units: 1, expected).result {
    case .completed: return true
    case .dropped: return false
    case .cancelled: throw end.store.driver.isClosed ? .closed : .cancelled
    }
  }

  /// Lets go of the future. A write under way ends.
  public func close() { end.close() }
}
