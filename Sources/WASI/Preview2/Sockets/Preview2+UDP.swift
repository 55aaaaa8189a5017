// wasi:sockets/udp and udp-create-socket of WASI 0.2.

import ComponentRuntime

/// `udp-socket`
final class TwoStepUDPSocket {
  let socket: UDPSocket
  var step = SocketStep.none

  init(_ socket: UDPSocket) { self.socket = socket }
}

/// `incoming-datagram-stream`
struct IncomingDatagramStream {
  let socket: UDPSocket
}

/// `outgoing-datagram-stream`
final class OutgoingDatagramStream {
  let socket: UDPSocket
  /// What `check-send` has promised.
  var permit: UInt64 = 0

  init(_ socket: UDPSocket) { self.socket = socket }
}

extension Preview2 {
  /// The most datagrams of one call.
  private static let batch: UInt64 = 16
  private static let incomingDatagram = HostValueType.record([
    .init("data", .bytes), .init("remote-address", SocketDialect.socketAddress),
  ])
  private static let outgoingDatagram = HostValueType.record([
    .init("data", .bytes), .init("remote-address", .option(SocketDialect.socketAddress)),
  ])

  func udp(_ name: String) -> ImportItem? {
    switch name {
    case "udp-socket": return udpSockets.item
    case "incoming-datagram-stream": return incomingDatagramStreams.item
    case "outgoing-datagram-stream": return outgoingDatagramStreams.item
    case "network": return networks.item
    case "pollable": return pollables.item
    default:
      if let name = methodName(name, of: "udp-socket") {
        return udpMethod(name)
          ?? SocketMethods(
            world: world, sockets: udpSockets, dialect: .preview2, socket: \.socket
          ).udpItem(name)
      }
      return methodName(name, of: "incoming-datagram-stream").flatMap(incomingMethod)
        ?? methodName(name, of: "outgoing-datagram-stream").flatMap(outgoingMethod)
    }
  }

  func udpCreateSocket(_ name: String) -> ImportItem? {
    switch name {
    case "udp-socket": udpSockets.item
    case "network": networks.item
    case "create-udp-socket":
      world.function(
        [SocketDialect.addressFamily], .own, errors: SocketDialect.preview2.errors
      ) { [self] arguments in
        let socket = try world.context.network.makeUDPSocket(IPAddressFamily(arguments[0]))
        return try udpSockets.own(TwoStepUDPSocket(socket))
      }
    default: nil
    }
  }

  private func udpMethod(_ name: String) -> ImportItem? {
    switch name {
    case "start-bind":
      method(udpSockets, [.borrow, SocketDialect.socketAddress]) { socket, arguments in
        try socket.step.checkIdle()
        try socket.socket.bind(IPSocketAddress(arguments[2]))
        socket.step = .bind
        return nil
      }
    case "finish-bind":
      method(udpSockets) { socket, _ in
        try socket.step.finish(.bind)
        return nil
      }
    case "stream":
      method(
        udpSockets, [.option(SocketDialect.socketAddress)], .tuple([.own, .own])
      ) { [self] socket, arguments in
        try stream(socket, to: arguments[1].asOption().map(IPSocketAddress.init))
      }
    case "subscribe":
      // Binding, all that there is to wait for, is done at once.
      world.function([.borrow], .own) { [pollables] _ in try pollables.own(Pollable { .ready }) }
    default: nil
    }
  }

  private func stream(
    _ socket: TwoStepUDPSocket, to remote: IPSocketAddress?
  ) throws -> ComponentValue {
    let socket = socket.socket
    if socket.state == .unbound { throw SystemError.invalidState }
    if let remote {
      try socket.connect(remote)
    } else if case .connected = socket.state {
      try socket.disconnect()
    }
    return .tuple([
      try incomingDatagramStreams.own(IncomingDatagramStream(socket: socket)),
      try outgoingDatagramStreams.own(OutgoingDatagramStream(socket)),
    ])
  }

  private func incomingMethod(_ name: String) -> ImportItem? {
    switch name {
    case "receive":
      method(
        incomingDatagramStreams, [.u64], .list(Self.incomingDatagram)
      ) { stream, arguments in
        .list(try stream.receive(min(arguments.u64(1), Self.batch)))
      }
    case "subscribe":
      world.function([.borrow], .own) { [incomingDatagramStreams, pollables] arguments in
        let socket = try arguments.resource(0, incomingDatagramStreams).socket
        return try pollables.own(Pollable { socket.readiness(forWriting: false) })
      }
    default: nil
    }
  }

  private func outgoingMethod(_ name: String) -> ImportItem? {
    switch name {
    case "check-send":
      method(outgoingDatagramStreams, [], .u64) { stream, _ in
        stream.permit = stream.socket.readiness(forWriting: true).isTrue ? Self.batch : 0
        return .u64(stream.permit)
      }
    case "send":
      method(
        outgoingDatagramStreams, [.list(Self.outgoingDatagram)], .u64
      ) { stream, arguments in
        .u64(try stream.send(arguments[1].asList()))
      }
    case "subscribe":
      world.function([.borrow], .own) { [outgoingDatagramStreams, pollables] arguments in
        let socket = try arguments.resource(0, outgoingDatagramStreams).socket
        return try pollables.own(Pollable { socket.readiness(forWriting: true) })
      }
    default: nil
    }
  }

  private func method<Resource>(
    _ table: ResourceTable<Resource>, _ parameters: [HostValueType] = [],
    _ result: HostValueType? = nil,
    _ body: @escaping (Resource, Arguments) throws -> ComponentValue?
  ) -> ImportItem {
    world.function(
      [.borrow] + parameters, result, errors: SocketDialect.preview2.errors
    ) { arguments in
      try body(arguments.resource(0, table), arguments)
    }
  }
}

extension IncomingDatagramStream {
  /// What is there, at most so many datagrams. An error counts only if it comes first.
  fileprivate func receive(_ count: UInt64) throws(SystemError) -> [ComponentValue] {
    var datagrams: [ComponentValue] = []
    while datagrams.count < count {
      do throws(SystemError) {
        let (bytes, address) = try socket.receive()
        datagrams.append(.record(["data": .bytes(bytes), "remote-address": address.value]))
      } catch .wouldBlock {
        break
      } catch {
        if datagrams.isEmpty { throw error }
        break
      }
    }
    return datagrams
  }
}

extension OutgoingDatagramStream {
  /// How many were sent. An error counts only if it comes first.
  fileprivate func send(_ datagrams: [ComponentValue]) throws -> UInt64 {
    guard datagrams.count <= permit else {
      throw WASIMisuse(
        description: "\(datagrams.count) datagrams exceed the \(permit) that check-send permitted")
    }
    permit -= UInt64(datagrams.count)
    for (index, datagram) in datagrams.enumerated() {
      let bytes = try datagram.field("data").asBytes()
      let address = try datagram.field("remote-address").asOption().map(IPSocketAddress.init)
      do throws(SystemError) {
        try socket.send(bytes, to: address)
      } catch .wouldBlock {
        return UInt64(index)
      } catch {
        if index == 0 { throw error }
        return UInt64(index)
      }
    }
    return UInt64(datagrams.count)
  }
}
