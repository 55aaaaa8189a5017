// The methods of `tcp-socket` and `udp-socket` that WASI 0.2 and 0.3 have in common: addresses and options. 0.3 puts
// `get-` before the names of those that ask.

import ComponentRuntime

/// What the two kinds of socket have in common.
protocol SocketWithOptions {
  var family: IPAddressFamily { get }
  var options: SocketOptions { get }
  func localAddress() throws(SystemError) -> IPSocketAddress
  func remoteAddress() throws(SystemError) -> IPSocketAddress
}

extension TCPSocket: SocketWithOptions {}
extension UDPSocket: SocketWithOptions {}

/// Addresses and options of a resource that is, or has, a socket.
struct SocketMethods<Resource, Socket: SocketWithOptions> {
  let world: ComponentWorld
  let sockets: ResourceTable<Resource>
  let dialect: SocketDialect
  let socket: (Resource) -> Socket

  /// Methods of both kinds, by their names in 0.2.
  func item(_ name: String) -> ImportItem? {
    switch name {
    case "local-address":
      get(SocketDialect.socketAddress) { try $0.localAddress().value }
    case "remote-address":
      get(SocketDialect.socketAddress) { try $0.remoteAddress().value }
    case "address-family":
      world.function([.borrow], SocketDialect.addressFamily) { [sockets, socket] arguments in
        socket(try arguments.resource(0, sockets)).family.value
      }
    case "receive-buffer-size":
      get(.u64) { .u64(try $0.options.receiveBufferSize()) }
    case "set-receive-buffer-size":
      set(.u64) { try $0.options.setReceiveBufferSize($1.asU64()) }
    case "send-buffer-size":
      get(.u64) { .u64(try $0.options.sendBufferSize()) }
    case "set-send-buffer-size":
      set(.u64) { try $0.options.setSendBufferSize($1.asU64()) }
    case "hop-limit", "unicast-hop-limit":
      get(.u8) { .u8(try $0.options.hopLimit()) }
    case "set-hop-limit", "set-unicast-hop-limit":
      set(.u8) { try $0.options.setHopLimit($1.asU8()) }
    default: nil
    }
  }

  func get(
    _ type: HostValueType, _ body: @escaping (Socket) throws -> ComponentValue
  ) -> ImportItem {
    world.function([.borrow], type, errors: dialect.errors) { [sockets, socket] arguments in
      try body(socket(arguments.resource(0, sockets)))
    }
  }

  func set(
    _ type: HostValueType, _ body: @escaping (Socket, ComponentValue) throws -> Void
  ) -> ImportItem {
    world.function([.borrow, type], errors: dialect.errors) { [sockets, socket] arguments in
      try body(socket(arguments.resource(0, sockets)), arguments[1])
      return nil
    }
  }
}

extension SocketMethods where Socket == TCPSocket {
  /// Methods of TCP sockets only.
  func tcpItem(_ name: String) -> ImportItem? {
    switch name {
    case "is-listening":
      world.function([.borrow], .bool) { [sockets, socket] arguments in
        .bool(socket(try arguments.resource(0, sockets)).isListening)
      }
    case "set-listen-backlog-size": set(.u64) { try $0.setListenBacklogSize($1.asU64()) }
    case "keep-alive-enabled": get(.bool) { .bool(try $0.options.keepAliveEnabled()) }
    case "set-keep-alive-enabled":
      set(.bool) { try $0.options.setKeepAliveEnabled($1.asBool()) }
    case "keep-alive-idle-time": get(.u64) { .u64(try $0.options.keepAliveIdleTime()) }
    case "set-keep-alive-idle-time":
      set(.u64) { try $0.options.setKeepAliveIdleTime($1.asU64()) }
    case "keep-alive-interval": get(.u64) { .u64(try $0.options.keepAliveInterval()) }
    case "set-keep-alive-interval":
      set(.u64) { try $0.options.setKeepAliveInterval($1.asU64()) }
    case "keep-alive-count": get(.u32) { .u32(try $0.options.keepAliveCount()) }
    case "set-keep-alive-count": set(.u32) { try $0.options.setKeepAliveCount($1.asU32()) }
    // Which of the two names is right is a matter of the kind of socket.
    case "unicast-hop-limit", "set-unicast-hop-limit": nil
    default: item(name)
    }
  }
}

extension SocketMethods where Socket == UDPSocket {
  /// Methods of UDP sockets.
  func udpItem(_ name: String) -> ImportItem? {
    switch name {
    case "hop-limit", "set-hop-limit": nil
    default: item(name)
    }
  }
}
