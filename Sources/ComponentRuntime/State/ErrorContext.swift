// CanonicalABI.md, canon error-context.new: a value that handles in several instances share.

package typealias ErrorContextRef = UnsafeMutablePointer<ErrorContext>

/// `ErrorContext`
package struct ErrorContext: BitwiseCopyable {
  /// Handles to it.
  private(set) var references: UInt32 = 1
  /// `debug_message`: UTF-8. By the deterministic profile those that guests make have none.
  private let message: UnsafeMutablePointer<UInt8>?
  private let messageLength: Int

  fileprivate init(_ bytes: some Collection<UInt8>) {
    messageLength = bytes.count
    if bytes.isEmpty {
      message = nil
    } else {
      let copy = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: bytes.count)
      _ = copy.initialize(from: bytes)
      message = copy.baseAddress
    }
  }

  /// `debug_message`
  package var debugMessage: UnsafeBufferPointer<UInt8> {
    UnsafeBufferPointer(start: message, count: message == nil ? 0 : messageLength)
  }

  mutating func retain() { references += 1 }

  /// False when nobody refers to it any more.
  mutating func release() -> Bool {
    references -= 1
    return references > 0
  }
}

extension ErrorContextRef {
  func deallocateMessage() {
    pointee.debugMessage.baseAddress?.deallocate()
  }
}

extension StoreRef {
  package func newErrorContext(
    _ message: some Collection<UInt8>
  ) throws(ComponentTrap) -> ErrorContextRef {
    guard let context = pointee.errorContexts.add() else { throw ComponentTrap(.tooManyRecords) }
    context.initialize(to: ErrorContext(message))
    return context
  }

  /// One handle less.
  package func release(_ context: ErrorContextRef) {
    if context.pointee.release() { return }
    context.deallocateMessage()
    pointee.errorContexts.remove(context)
  }
}
