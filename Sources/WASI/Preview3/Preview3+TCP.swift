// `tcp-socket` of wasi:sockets/types of WASI 0.3.

import ComponentRuntime
import WasmExecution

/// `tcp-socket`: each direction is a stream that can be had once.
final class StreamingTCPSocket {
  let socket: TCPSocket
  private var isSending = false
  private var isReceiving = false

  init(_ socket: TCPSocket) { self.socket = socket }

  func takeSink() throws(SystemError) -> any ByteSink {
    guard socket.state == .connected, !isSending else { throw .invalidState }
    isSending = true
    return socket.sink
  }

  func takeSource() throws(SystemError) -> any ByteSource {
    guard socket.state == .connected, !isReceiving else { throw .invalidState }
    isReceiving = true
    return socket.source
  }
}

extension Preview3 {
  private static var errors: ErrorCode { SocketDialect.preview3.errors }

  func socketTypes(_ name: String) -> ImportItem? {
    switch name {
    case "tcp-socket": return tcpSockets.item
    case "udp-socket": return udpSockets.item
    case "[static]tcp-socket.create":
      return world.function(
        [SocketDialect.addressFamily], .own, errors: Self.errors
      ) { [self] arguments in
        let socket = try world.context.network.makeTCPSocket(IPAddressFamily(arguments[0]))
        return try tcpSockets.own(StreamingTCPSocket(socket))
      }
    case "[static]udp-socket.create":
      return world.function(
        [SocketDialect.addressFamily], .own, errors: Self.errors
      ) { [self] arguments in
        try udpSockets.own(
          world.context.network.makeUDPSocket(IPAddressFamily(arguments[0])))
      }
    default:
      if let name = methodName(name, of: "tcp-socket") { return tcpMethod(name) }
      return methodName(name, of: "udp-socket").flatMap(udpMethod)
    }
  }

  private func tcpMethod(_ name: String) -> ImportItem? {
    switch name {
    case "bind":
      return world.function(
        [.borrow, SocketDialect.socketAddress], errors: Self.errors
      ) { [tcpSockets] arguments in
        try arguments.resource(0, tcpSockets).socket.bind(IPSocketAddress(arguments[1]))
        return nil
      }
    case "connect": return connect
    case "listen":
      return world.function(
        [.borrow], .stream(.own), errors: Self.errors
      ) { [self] arguments in
        try listen(arguments.resource(0, tcpSockets).socket)
      }
    case "send": return send
    case "receive": return receive
    default:
      return commonName(name).flatMap {
        SocketMethods(
          world: world, sockets: tcpSockets, dialect: .preview3, socket: \.socket
        ).tcpItem($0)
      }
    }
  }

  private var connect: ImportItem {
    world.waiting(
      [.borrow, SocketDialect.socketAddress], errors: Self.errors, isAsync: true
    ) { [tcpSockets] arguments in
      let socket = try arguments.resource(0, tcpSockets).socket
      // Two at a time are not a conflict here: the first one has changed the state.
      if socket.state == .connecting { throw SystemError.invalidState }
      try socket.startConnect(IPSocketAddress(arguments[1]))
      return {
        do throws(SystemError) {
          try socket.finishConnect()
          return .done(nil)
        } catch .wouldBlock {
          return .wait([socket.readiness(forWriting: true)])
        }
      }
    }
  }

  private func listen(_ socket: TCPSocket) throws -> ComponentValue {
    try socket.listen()
    let stream = try tcpSockets.makeStream()
    ElementTask(world, stream.writable) { [tcpSockets] in
      let accepted: TCPSocket
      do throws(SystemError) {
        accepted = try socket.accept()
      } catch .wouldBlock {
        return .wait(socket.readiness(forWriting: false))
      } catch {
        return try .afterFailedAccept(error, socket)
      }
      return .element(try tcpSockets.own(StreamingTCPSocket(accepted)))
    }.start(holding: stream.writable)
    return .stream(stream.readable)
  }

  private var send: ImportItem {
    world.function(
      [.borrow, .stream(.u8)], .taken(Self.errors)
    ) { [world, tcpSockets] arguments in
      let socket = try arguments.resource(0, tcpSockets)
      var isSending = false
      return try SinkTask.start(world, arguments.stream(1), Self.errors) {
        // The end of the stream is the end of what is sent.
        if isSending { try? socket.socket.shutdown(receiving: false, sending: true) }
      } _: { () throws(SystemError) in
        let sink = try socket.takeSink()
        isSending = true
        return sink
      }
    }
  }

  private var receive: ImportItem {
    world.function([.borrow], .given(.u8, Self.errors)) { [world, tcpSockets] arguments in
      let socket = try arguments.resource(0, tcpSockets)
      var isReceiving = false
      return try SourceTask.start(world, Self.errors) {
        if isReceiving { try? socket.socket.shutdown(receiving: true, sending: false) }
      } _: { () throws(SystemError) in
        let source = try socket.takeSource()
        isReceiving = true
        return source
      }
    }
  }
}

extension ElementTask.Next {
  /// What one connection, or a lack of something, has to do with is no end of listening.
  fileprivate static func afterFailedAccept(
    _ error: SystemError, _ socket: TCPSocket
  ) throws -> Self {
    switch error {
    // Connections end, and then there is room again.
    case .descriptorLimit, .insufficientMemory: .wait(.time(OSThread.now + 10_000_000))
    case .invalidState, .badDescriptor: throw error
    default: .wait(socket.readiness(forWriting: false))
    }
  }
}

/// The name in 0.2 of a method that asks for or sets something; nil if 0.3 does not have it.
func commonName(_ name: String) -> String? {
  if name.hasPrefix("set-") { return name }
  return name.hasPrefix("get-") ? String(name.dropFirst("get-".count)) : nil
}
