// What stands between a guest that was promised room and a sink that takes what it likes: the rest of the last write.

/// A sink that takes everything, a chunk at a time: what it cannot write yet it keeps, and says that there is no room.
final class OutputBuffer {
  /// The most that is promised, and so kept.
  static let capacity = 1 << 16
  private let sink: any ByteSink
  private var rest: ArraySlice<UInt8> = []
  /// What the next operation reports; after that the stream is closed.
  private var failure: StreamError?

  init(_ sink: any ByteSink) { self.sink = sink }

  /// How much may be written now: 0 until the rest of the last write is gone.
  func checkWrite() throws(StreamError) -> UInt64 {
    let isEmpty = flush()
    try reportFailure()
    return isEmpty ? UInt64(Self.capacity) : 0
  }

  /// Writes what can be written at once, and keeps the rest.
  func write(_ bytes: [UInt8]) throws(StreamError) {
    try reportFailure()
    rest.append(contentsOf: bytes)
    _ = flush()
    if case .lastOperationFailed = failure { try reportFailure() }
  }

  /// Whether all is written, or nothing can be any more.
  func flush() -> Bool {
    guard failure == nil else { return true }
    do throws(SystemError) {
      while !rest.isEmpty {
        switch try sink.write(rest) {
        case .bytes(let count): rest = rest.dropFirst(count)
        case .wouldBlock: return false
        case .closed: fail(.closed)
        }
      }
    } catch {
      fail(.lastOperationFailed(error))
    }
    rest = []
    return true
  }

  /// Whether nothing is kept, else why nothing will be written any more.
  func checkFlushed() throws(StreamError) -> Bool {
    let isFlushed = flush()
    try reportFailure()
    return isFlushed
  }

  /// When there may be room.
  var readiness: Readiness { rest.isEmpty ? .ready : sink.readiness }

  private func fail(_ error: StreamError) {
    failure = error
    rest = []
  }

  private func reportFailure() throws(StreamError) {
    guard let failure else { return }
    self.failure = .closed
    throw failure
  }

  /// Writes what is kept after the last who could ask for it has gone.
  func writeRest() {
    if !rest.isEmpty { OutputRest(sink, Array(rest)).step() }
    rest = []
  }
}

/// The rest of a stream that was dropped, written as the sink takes it.
private final class OutputRest: @unchecked Sendable {
  private let sink: any ByteSink
  private var bytes: ArraySlice<UInt8>

  init(_ sink: any ByteSink, _ bytes: [UInt8]) {
    self.sink = sink
    self.bytes = bytes[...]
  }

  /// Called by one thread at a time: the poller's, once the first has given it away.
  func step() {
    while !bytes.isEmpty {
      switch try? sink.write(bytes) {
      case .bytes(let count)?: bytes = bytes.dropFirst(count)
      case .wouldBlock?:
        Poller.shared.add(sink.readiness) { self.step() }
        return
      case .closed?, nil: return
      }
    }
  }
}
