// The options that `tcp-socket` and `udp-socket` have in common, in WASI's units.

/// Options of one socket. Values are clamped to what the system takes; only zero is refused.
package struct SocketOptions: Sendable {
  let handle: SocketHandle
  private static let second: UInt64 = 1_000_000_000

  package func keepAliveEnabled() throws(SystemError) -> Bool { try handle.get(.keepAlive) != 0 }
  package func setKeepAliveEnabled(_ value: Bool) throws(SystemError) {
    try handle.set(.keepAlive, to: value ? 1 : 0)
  }

  /// Nanoseconds.
  package func keepAliveIdleTime() throws(SystemError) -> UInt64 {
    try UInt64(clamping: handle.get(.keepAliveIdle)) * Self.second
  }
  package func setKeepAliveIdleTime(_ value: UInt64) throws(SystemError) {
    try handle.set(.keepAliveIdle, to: seconds(value))
  }

  /// Nanoseconds.
  package func keepAliveInterval() throws(SystemError) -> UInt64 {
    try UInt64(clamping: handle.get(.keepAliveInterval)) * Self.second
  }
  package func setKeepAliveInterval(_ value: UInt64) throws(SystemError) {
    try handle.set(.keepAliveInterval, to: seconds(value))
  }

  package func keepAliveCount() throws(SystemError) -> UInt32 {
    try UInt32(clamping: handle.get(.keepAliveCount))
  }
  package func setKeepAliveCount(_ value: UInt32) throws(SystemError) {
    guard value > 0 else { throw .invalid }
    try handle.set(.keepAliveCount, to: Int32(min(value, 127)))
  }

  package func hopLimit() throws(SystemError) -> UInt8 {
    try UInt8(clamping: handle.get(.hopLimit))
  }
  package func setHopLimit(_ value: UInt8) throws(SystemError) {
    guard value > 0 else { throw .invalid }
    try handle.set(.hopLimit, to: Int32(value))
  }

  package func receiveBufferSize() throws(SystemError) -> UInt64 {
    try UInt64(clamping: handle.get(.receiveBuffer))
  }
  package func setReceiveBufferSize(_ value: UInt64) throws(SystemError) {
    guard value > 0 else { throw .invalid }
    try handle.set(.receiveBuffer, to: Int32(clamping: value))
  }

  package func sendBufferSize() throws(SystemError) -> UInt64 {
    try UInt64(clamping: handle.get(.sendBuffer))
  }
  package func setSendBufferSize(_ value: UInt64) throws(SystemError) {
    guard value > 0 else { throw .invalid }
    try handle.set(.sendBuffer, to: Int32(clamping: value))
  }

  /// Whole seconds, rounded up, within what systems take.
  private func seconds(_ nanoseconds: UInt64) throws(SystemError) -> Int32 {
    guard nanoseconds > 0 else { throw .invalid }
    return Int32(min((nanoseconds - 1) / Self.second + 1, 32767))
  }
}
