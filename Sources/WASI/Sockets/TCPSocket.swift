// `tcp-socket` of wasi:sockets: the states of TcpSocketOperationalSemantics.md around a nonblocking socket. The two-step
// operations of WASI 0.2 (start-bind, finish-bind and so on) and the async functions of 0.3 are both built on these.

import Synchronization

/// A TCP socket. Safe to use from any thread.
package final class TCPSocket: Sendable {
  package enum State: Equatable, Sendable {
    case unbound
    case bound
    case listening
    case connecting
    case connected
    case closed(SystemError)
  }

  private let handle: SocketHandle
  private let currentState: Mutex<State>
  private let backlog = Mutex<Int32>(128)
  /// What `network` allows: whether any address may be bound or connected to.
  private let mayUseAddresses: Bool

  init(_ handle: SocketHandle, state: State = .unbound, mayUseAddresses: Bool) {
    self.handle = handle
    self.mayUseAddresses = mayUseAddresses
    currentState = Mutex(state)
  }

  package var family: IPAddressFamily { handle.family }
  package var state: State { currentState.withLock { $0 } }
  package var isListening: Bool { state == .listening }

  // MARK: Establishing

  package func bind(_ address: IPSocketAddress) throws(SystemError) {
    guard mayUseAddresses else { throw .access }
    try address.checkBindable(by: family)
    try currentState.withLock { state throws(SystemError) in
      guard state == .unbound else { throw .invalidState }
      // A port is not kept from its next owner by connections that have ended.
      try handle.set(.reuseAddress, to: 1)
      try handle.bind(address)
      state = .bound
    }
  }

  package func listen() throws(SystemError) {
    guard mayUseAddresses else { throw .access }
    try currentState.withLock { state throws(SystemError) in
      switch state {
      case .unbound, .bound:
        try handle.listen(backlog: backlog.withLock { $0 })
        state = .listening
      case .listening, .connecting, .connected, .closed: throw .invalidState
      }
    }
  }

  /// The next connection; `wouldBlock` if there is none.
  package func accept() throws(SystemError) -> TCPSocket {
    guard isListening else { throw .invalidState }
    return try TCPSocket(handle.accept(), state: .connected, mayUseAddresses: mayUseAddresses)
  }

  /// Starts to connect. `finishConnect` says how it went.
  package func startConnect(_ address: IPSocketAddress) throws(SystemError) {
    guard mayUseAddresses else { throw .access }
    try address.checkReachable(by: family)
    try currentState.withLock { state throws(SystemError) in
      switch state {
      case .unbound, .bound: break
      case .connecting: throw .concurrencyConflict
      case .listening, .connected, .closed: throw .invalidState
      }
      do throws(SystemError) {
        try handle.connect(address)
        state = .connecting
      } catch .inProgress {
        state = .connecting
      } catch {
        // No local port is left.
        let reason = error == .addressNotBindable ? .addressInUse : error
        state = .closed(reason)
        throw reason
      }
    }
  }

  /// `wouldBlock` while the attempt is under way: wait for `readiness(forWriting: true)`.
  package func finishConnect() throws(SystemError) {
    try currentState.withLock { state throws(SystemError) in
      guard state == .connecting else { throw .notInProgress }
      guard Readiness.writable(handle.descriptor).isTrue else { throw .wouldBlock }
      if let error = handle.pendingError {
        state = .closed(error)
        throw error
      }
      state = .connected
    }
  }

  // MARK: Using

  /// When to try again what was `wouldBlock`: `accept` and reading, or connecting and writing.
  package func readiness(forWriting: Bool) -> Readiness {
    switch state {
    case .unbound, .bound, .closed: .ready
    case .listening, .connecting, .connected:
      forWriting ? .writable(handle.descriptor) : .readable(handle.descriptor)
    }
  }

  package func receive(
    into buffer: UnsafeMutableRawBufferPointer, peeking: Bool = false
  ) throws(SystemError) -> ReadOutcome {
    guard state == .connected else { throw .invalidState }
    if buffer.isEmpty { return .bytes(0) }
    do throws(SystemError) {
      let count = try handle.receive(into: buffer, peeking: peeking)
      return count == 0 ? .end : .bytes(count)
    } catch .wouldBlock {
      return .wouldBlock
    }
  }

  package func send(_ bytes: UnsafeRawBufferPointer) throws(SystemError) -> WriteOutcome {
    guard state == .connected else { throw .invalidState }
    if bytes.isEmpty { return .bytes(0) }
    do throws(SystemError) {
      return .bytes(try handle.send(bytes))
    } catch .wouldBlock {
      return .wouldBlock
    } catch .pipe {
      return .closed
    }
  }

  package func shutdown(receiving: Bool, sending: Bool) throws(SystemError) {
    guard state == .connected else { throw .invalidState }
    guard receiving || sending else { throw .invalid }
    do throws(SystemError) {
      try handle.shutdown(reading: receiving, writing: sending)
    } catch .invalidState {
      // The peer has already ended the connection.
    }
  }

  /// The two directions of a connection.
  package var source: any ByteSource { TCPSource(self) }
  package var sink: any ByteSink { TCPSink(self) }

  package func localAddress() throws(SystemError) -> IPSocketAddress {
    guard state != .unbound else { throw .invalidState }
    return try handle.localAddress()
  }

  package func remoteAddress() throws(SystemError) -> IPSocketAddress {
    guard state == .connected else { throw .invalidState }
    return try handle.remoteAddress()
  }

  // MARK: Options

  package func setListenBacklogSize(_ value: UInt64) throws(SystemError) {
    guard value > 0 else { throw .invalid }
    let size = Int32(clamping: min(value, 4096))
    switch state {
    case .unbound, .bound: backlog.withLock { $0 = size }
    case .listening: try handle.listen(backlog: size)
    case .connecting, .connected, .closed: throw .invalidState
    }
  }

  package var options: SocketOptions { SocketOptions(handle: handle) }
}

/// What a connection delivers.
private final class TCPSource: ByteSource {
  private let socket: TCPSocket

  init(_ socket: TCPSocket) { self.socket = socket }

  func read(into buffer: UnsafeMutableRawBufferPointer) throws(SystemError) -> ReadOutcome {
    try socket.receive(into: buffer)
  }

  var readiness: Readiness { socket.readiness(forWriting: false) }
}

/// What is sent over a connection.
private final class TCPSink: ByteSink {
  private let socket: TCPSocket

  init(_ socket: TCPSocket) { self.socket = socket }

  func write(_ bytes: UnsafeRawBufferPointer) throws(SystemError) -> WriteOutcome {
    try socket.send(bytes)
  }

  var readiness: Readiness { socket.readiness(forWriting: true) }
}
