// `udp-socket` of wasi:sockets.

import Synchronization

/// A UDP socket. Safe to use from any thread.
package final class UDPSocket: Sendable {
  package enum State: Equatable, Sendable {
    case unbound
    case bound
    /// Datagrams go to and come from this address only.
    case connected(IPSocketAddress)
  }

  /// The most bytes that a datagram has.
  package static let maximumDatagramBytes = 65535
  private let handle: SocketHandle
  private let currentState = Mutex(State.unbound)
  /// What `network` allows: whether any address may be bound or sent to.
  private let mayUseAddresses: Bool

  init(_ handle: SocketHandle, mayUseAddresses: Bool) {
    self.handle = handle
    self.mayUseAddresses = mayUseAddresses
  }

  package var family: IPAddressFamily { handle.family }
  package var state: State { currentState.withLock { $0 } }

  package func bind(_ address: IPSocketAddress) throws(SystemError) {
    guard mayUseAddresses else { throw .access }
    try address.checkBindable(by: family)
    try currentState.withLock { state throws(SystemError) in
      guard state == .unbound else { throw .invalidState }
      try handle.bind(address)
      state = .bound
    }
  }

  package func connect(_ address: IPSocketAddress) throws(SystemError) {
    guard mayUseAddresses else { throw .access }
    try address.checkReachable(by: family)
    try currentState.withLock { state throws(SystemError) in
      try handle.connect(address)
      state = .connected(address)
    }
  }

  package func disconnect() throws(SystemError) {
    try currentState.withLock { state throws(SystemError) in
      guard case .connected = state else { throw .invalidState }
      try handle.disconnect()
      state = .bound
    }
  }

  /// Sends a datagram; `wouldBlock` if there is no room for it. Without an address it goes to the one connected to.
  package func send(
    _ bytes: UnsafeRawBufferPointer, to address: IPSocketAddress? = nil
  ) throws(SystemError) {
    guard mayUseAddresses else { throw .access }
    guard bytes.count <= Self.maximumDatagramBytes else { throw .messageSize }
    if case .connected(let remote) = state {
      guard (address ?? remote) == remote else { throw .invalid }
      _ = try handle.send(bytes)
      return
    }
    guard let address else { throw .invalid }
    try address.checkReachable(by: family)
    _ = try handle.send(bytes, to: address)
    // Sending binds.
    currentState.withLock { state in if state == .unbound { state = .bound } }
  }

  package func send(
    _ bytes: [UInt8], to address: IPSocketAddress? = nil
  ) throws(SystemError) {
    try bytes.withUnsafeBytes { bytes in
      Result { () throws(SystemError) in try send(bytes, to: address) }
    }.get()
  }

  /// The next datagram; `wouldBlock` if there is none.
  package func receive() throws(SystemError) -> (bytes: [UInt8], from: IPSocketAddress) {
    guard state != .unbound else { throw .invalidState }
    let buffer = UnsafeMutableRawBufferPointer.allocate(
      byteCount: Self.maximumDatagramBytes, alignment: 1)
    defer { buffer.deallocate() }
    let (count, address) = try handle.receive(datagram: buffer)
    return (Array(buffer.prefix(count)), address)
  }

  /// When to try again what was `wouldBlock`.
  package func readiness(forWriting: Bool) -> Readiness {
    forWriting ? .writable(handle.descriptor) : .readable(handle.descriptor)
  }

  package func localAddress() throws(SystemError) -> IPSocketAddress {
    guard state != .unbound else { throw .invalidState }
    return try handle.localAddress()
  }

  package func remoteAddress() throws(SystemError) -> IPSocketAddress {
    guard case .connected(let address) = state else { throw .invalidState }
    return address
  }

  package var options: SocketOptions { SocketOptions(handle: handle) }
}
