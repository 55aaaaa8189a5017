// Sources and sinks of bytes that never block: standard streams and connections. wasi:io's streams, the byte streams of
// WASI 0.3 and the descriptors of WASI 0.1 are built on them.

import Synchronization

/// What reading from a source came to.
package enum ReadOutcome: Equatable, Sendable {
  /// So many bytes, at least one unless the buffer was empty.
  case bytes(Int)
  /// Nothing yet: wait for `readiness`.
  case wouldBlock
  /// No more, ever.
  case end
}

/// What writing to a sink came to.
package enum WriteOutcome: Equatable, Sendable {
  /// So many bytes were taken, at least one unless there were none.
  case bytes(Int)
  /// Nothing can be taken yet: wait for `readiness`.
  case wouldBlock
  /// The reader has gone.
  case closed
}

/// Where bytes come from.
package protocol ByteSource: AnyObject, Sendable {
  func read(into buffer: UnsafeMutableRawBufferPointer) throws(SystemError) -> ReadOutcome
  /// When to read again after `wouldBlock`.
  var readiness: Readiness { get }
  var isTerminal: Bool { get }
}

/// Where bytes go.
package protocol ByteSink: AnyObject, Sendable {
  func write(_ bytes: UnsafeRawBufferPointer) throws(SystemError) -> WriteOutcome
  /// When to write again after `wouldBlock`.
  var readiness: Readiness { get }
  var isTerminal: Bool { get }
}

extension ByteSource {
  package var isTerminal: Bool { false }

  /// At most so many bytes: an empty array at the end, nil if there are none yet.
  package func read(upTo count: Int) throws(SystemError) -> [UInt8]? {
    // What a guest asks for is not what it gets memory for.
    let capacity = max(0, min(count, 1 << 16))
    var outcome = Result<ReadOutcome, SystemError>.success(.end)
    let bytes = [UInt8](unsafeUninitializedCapacity: capacity) { buffer, count in
      outcome = Result { () throws(SystemError) in
        try read(into: UnsafeMutableRawBufferPointer(buffer))
      }
      if case .success(.bytes(let read)) = outcome { count = read }
    }
    return try outcome.get() == .wouldBlock ? nil : bytes
  }
}

extension ByteSink {
  package func write(_ bytes: ArraySlice<UInt8>) throws(SystemError) -> WriteOutcome {
    try bytes.withUnsafeBytes { bytes in
      Result { () throws(SystemError) in try write(bytes) }
    }.get()
  }

  package var isTerminal: Bool { false }
}

/// Bytes that are there from the start.
package final class MemorySource: ByteSource {
  private let bytes: [UInt8]
  private let position = Mutex(0)

  package init(_ bytes: [UInt8]) { self.bytes = bytes }

  package func read(into buffer: UnsafeMutableRawBufferPointer) -> ReadOutcome {
    position.withLock { position in
      if position == bytes.count { return .end }
      let rest = bytes[position...].prefix(buffer.count)
      buffer.copyBytes(from: rest)
      position += rest.count
      return .bytes(rest.count)
    }
  }

  package var readiness: Readiness { .ready }
}

/// Ends at once, as /dev/null does.
package final class EmptySource: ByteSource {
  package init() {}
  package func read(into buffer: UnsafeMutableRawBufferPointer) -> ReadOutcome { .end }
  package var readiness: Readiness { .ready }
}

/// Takes everything and keeps nothing.
package final class DiscardingSink: ByteSink {
  package init() {}
  package func write(_ bytes: UnsafeRawBufferPointer) -> WriteOutcome { .bytes(bytes.count) }
  package var readiness: Readiness { .ready }
}
