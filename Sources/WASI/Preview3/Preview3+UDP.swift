// `udp-socket` of wasi:sockets/types, and wasi:sockets/ip-name-lookup, of WASI 0.3.

import ComponentRuntime

extension Preview3 {
  private static var errors: ErrorCode { SocketDialect.preview3.errors }

  func udpMethod(_ name: String) -> ImportItem? {
    switch name {
    case "bind": return setting { try $0.bind($1) }
    case "connect": return setting { try $0.connect($1) }
    case "disconnect":
      return world.function([.borrow], errors: Self.errors) { [udpSockets] arguments in
        try arguments.resource(0, udpSockets).disconnect()
        return nil
      }
    case "send": return sendDatagram
    case "receive": return receiveDatagram
    default:
      return commonName(name).flatMap {
        SocketMethods(world: world, sockets: udpSockets, dialect: .preview3, socket: { $0 })
          .udpItem($0)
      }
    }
  }

  private func setting(
    _ body: @escaping (UDPSocket, IPSocketAddress) throws -> Void
  ) -> ImportItem {
    world.function(
      [.borrow, SocketDialect.socketAddress], errors: Self.errors
    ) { [udpSockets] arguments in
      try body(arguments.resource(0, udpSockets), IPSocketAddress(arguments[1]))
      return nil
    }
  }

  private var sendDatagram: ImportItem {
    world.waiting(
      [.borrow, .bytes, .option(SocketDialect.socketAddress)], errors: Self.errors, isAsync: true
    ) { [udpSockets] arguments in
      let socket = try arguments.resource(0, udpSockets)
      let bytes = try arguments.bytes(1)
      let address = try arguments[2].asOption().map(IPSocketAddress.init)
      return {
        do throws(SystemError) {
          try socket.send(bytes, to: address)
          return .done(nil)
        } catch .wouldBlock {
          return .wait([socket.readiness(forWriting: true)])
        }
      }
    }
  }

  private var receiveDatagram: ImportItem {
    world.waiting(
      [.borrow], .tuple([.bytes, SocketDialect.socketAddress]), errors: Self.errors, isAsync: true
    ) { [udpSockets] arguments in
      let socket = try arguments.resource(0, udpSockets)
      return {
        do throws(SystemError) {
          let (bytes, address) = try socket.receive()
          return .done(.tuple([.bytes(bytes), address.value]))
        } catch .wouldBlock {
          return .wait([socket.readiness(forWriting: false)])
        }
      }
    }
  }

  // MARK: wasi:sockets/ip-name-lookup

  func nameLookup(_ name: String) -> ImportItem? {
    guard name == "resolve-addresses" else { return nil }
    return world.waiting(
      [.string], .list(SocketDialect.ipAddress), errors: SocketDialect.preview3NameLookup.errors,
      isAsync: true
    ) { [world] arguments in
      let lookup = try world.context.network.resolveAddresses(arguments.string(0))
      return {
        do throws(SystemError) {
          return .done(.list(try lookup.addresses().map(\.value)))
        } catch .wouldBlock {
          return .wait([lookup.readiness])
        }
      }
    }
  }
}
