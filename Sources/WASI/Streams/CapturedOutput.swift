// Output that the embedder reads back.

import Synchronization

/// Collects what guests write, in memory. Safe to read at any time, from any thread.
public final class CapturedOutput: ByteSink {
  private let contents = Mutex<[UInt8]>([])
  private let limit: Int

  /// Takes at most `limit` bytes; what a guest writes beyond that fails as on a full disk.
  public init(limit: Int = 1 << 30) { self.limit = limit }

  /// What was written so far.
  public var bytes: [UInt8] { contents.withLock { $0 } }

  /// The same as text; bytes that are not UTF-8 are replaced.
  public var text: String { String(decoding: bytes, as: UTF8.self) }

  package func write(_ bytes: UnsafeRawBufferPointer) throws(SystemError) -> WriteOutcome {
    let taken = contents.withLock { contents in
      let taken = bytes.prefix(max(0, limit - contents.count))
      contents.append(contentsOf: taken)
      return taken.count
    }
    guard taken > 0 || bytes.isEmpty else { throw .insufficientSpace }
    return .bytes(taken)
  }

  package var readiness: Readiness { .ready }
}
