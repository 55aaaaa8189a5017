// wasi:sockets/tcp and tcp-create-socket of WASI 0.2.

import ComponentRuntime

/// `tcp-socket`: binding and listening are done when they are started, and reported when they are finished.
final class TwoStepTCPSocket {
  let socket: TCPSocket
  var step = SocketStep.none

  init(_ socket: TCPSocket) { self.socket = socket }

  var readiness: Readiness {
    switch step {
    case .connect: socket.readiness(forWriting: true)
    case .bind, .listen: .ready
    case .none: socket.isListening ? socket.readiness(forWriting: false) : .ready
    }
  }
}

extension Preview2 {
  func tcp(_ name: String) -> ImportItem? {
    switch name {
    case "tcp-socket": tcpSockets.item
    case "network": networks.item
    case "input-stream": inputStreams.item
    case "output-stream": outputStreams.item
    case "pollable": pollables.item
    default:
      methodName(name, of: "tcp-socket").flatMap { name in
        tcpMethod(name)
          ?? SocketMethods(
            world: world, sockets: tcpSockets, dialect: .preview2, socket: \.socket
          ).tcpItem(name)
      }
    }
  }

  func tcpCreateSocket(_ name: String) -> ImportItem? {
    switch name {
    case "tcp-socket": tcpSockets.item
    case "network": networks.item
    case "create-tcp-socket":
      world.function(
        [SocketDialect.addressFamily], .own, errors: SocketDialect.preview2.errors
      ) { [self] arguments in
        let socket = try world.context.network.makeTCPSocket(IPAddressFamily(arguments[0]))
        return try tcpSockets.own(TwoStepTCPSocket(socket))
      }
    default: nil
    }
  }

  private func tcpMethod(_ name: String) -> ImportItem? {
    switch name {
    case "start-bind":
      method([.borrow, SocketDialect.socketAddress]) { socket, arguments in
        try socket.step.checkIdle()
        try socket.socket.bind(IPSocketAddress(arguments[2]))
        socket.step = .bind
        return nil
      }
    case "finish-bind":
      method { socket, _ in
        try socket.step.finish(.bind)
        return nil
      }
    case "start-connect":
      method([.borrow, SocketDialect.socketAddress]) { socket, arguments in
        try socket.step.checkIdle()
        try socket.socket.startConnect(IPSocketAddress(arguments[2]))
        socket.step = .connect
        return nil
      }
    case "finish-connect":
      method([], .tuple([.own, .own])) { [self] socket, _ in try finishConnect(socket) }
    case "start-listen":
      method { socket, _ in
        try socket.step.checkIdle()
        guard socket.socket.state == .bound else { throw SystemError.invalidState }
        try socket.socket.listen()
        socket.step = .listen
        return nil
      }
    case "finish-listen":
      method { socket, _ in
        try socket.step.finish(.listen)
        return nil
      }
    case "accept":
      method([], .tuple([.own, .own, .own])) { [self] socket, _ in
        let accepted = try socket.socket.accept()
        return .tuple([
          try tcpSockets.own(TwoStepTCPSocket(accepted)), try own(accepted.source),
          try own(accepted.sink),
        ])
      }
    case "subscribe":
      world.function([.borrow], .own) { [tcpSockets, pollables] arguments in
        let socket = try arguments.resource(0, tcpSockets)
        return try pollables.own(Pollable { socket.readiness })
      }
    case "shutdown":
      method([.enum(["receive", "send", "both"])]) { socket, arguments in
        let type = try arguments.label(1)
        try socket.socket.shutdown(receiving: type != "send", sending: type != "receive")
        return nil
      }
    default: nil
    }
  }

  private func finishConnect(_ socket: TwoStepTCPSocket) throws -> ComponentValue {
    guard socket.step == .connect else { throw SystemError.notInProgress }
    do throws(SystemError) {
      try socket.socket.finishConnect()
    } catch .wouldBlock {
      throw SystemError.wouldBlock
    } catch {
      socket.step = .none
      throw error
    }
    socket.step = .none
    return .tuple([try own(socket.socket.source), try own(socket.socket.sink)])
  }

  private func method(
    _ parameters: [HostValueType] = [], _ result: HostValueType? = nil,
    _ body: @escaping (TwoStepTCPSocket, Arguments) throws -> ComponentValue?
  ) -> ImportItem {
    world.function(
      [.borrow] + parameters, result, errors: SocketDialect.preview2.errors
    ) { [tcpSockets] arguments in
      try body(arguments.resource(0, tcpSockets), arguments)
    }
  }
}
