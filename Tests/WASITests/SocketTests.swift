// Sockets on the loopback interface.

import Testing
import WasmExecution

@testable import WASI

private let loopback = IPSocketAddress(address: .ipv4(0x7F00_0001), port: 0)

/// A network without limits.
private let network: Network = {
  var permissions = WASIConfiguration.Network()
  permissions.allowsAddresses = true
  permissions.allowsIPNameLookup = true
  return Network(permissions)
}()

/// Repeats an operation until it does not block any more.
private func retrying<Result>(
  _ readiness: @autoclosure () -> Readiness, _ body: () throws -> Result
) throws -> Result {
  while true {
    do {
      return try body()
    } catch SystemError.wouldBlock {
      Poller.shared.wait(forAnyOf: [readiness()])
    }
  }
}

private func listen() throws -> (TCPSocket, IPSocketAddress) {
  let listener = try network.makeTCPSocket(.ipv4)
  try listener.bind(loopback)
  try listener.listen()
  return (listener, try listener.localAddress())
}

private func connect(_ address: IPSocketAddress) throws -> TCPSocket {
  let socket = try network.makeTCPSocket(address.family)
  try socket.startConnect(address)
  try retrying(socket.readiness(forWriting: true)) { try socket.finishConnect() }
  return socket
}

extension ByteSink {
  fileprivate func send(_ text: String) throws {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      switch try rest.withUnsafeBytes({ try write($0) }) {
      case .bytes(let count): rest = rest.dropFirst(count)
      case .wouldBlock: Poller.shared.wait(forAnyOf: [readiness])
      case .closed: throw SystemError.pipe
      }
    }
  }
}

extension ByteSource {
  fileprivate func receive() throws -> String {
    while true {
      if let bytes = try read(upTo: 1 << 16) { return String(decoding: bytes, as: UTF8.self) }
      Poller.shared.wait(forAnyOf: [readiness])
    }
  }
}

@Suite struct SocketTests {
  @Test func conversation() throws {
    let (listener, address) = try listen()
    #expect(throws: SystemError.wouldBlock) { try listener.accept() }
    let client = try connect(address)
    let server = try retrying(listener.readiness(forWriting: false)) { try listener.accept() }
    #expect(try client.remoteAddress() == address)
    #expect(try server.remoteAddress() == client.localAddress())
    try client.sink.send("ping")
    #expect(try server.source.receive() == "ping")
    try server.sink.send("pong")
    #expect(try client.source.receive() == "pong")
    try client.shutdown(receiving: false, sending: true)
    #expect(try server.source.receive() == "")
    #expect(throws: SystemError.pipe) { try client.sink.send("more") }
    try server.sink.send("still")
    #expect(try client.source.receive() == "still")
  }

  @Test func hundredConnections() throws {
    let (listener, address) = try listen()
    var pairs: [(TCPSocket, TCPSocket)] = []
    for _ in 0..<100 {
      let client = try connect(address)
      let server = try retrying(listener.readiness(forWriting: false)) { try listener.accept() }
      pairs.append((client, server))
    }
    for (index, (client, _)) in pairs.enumerated() { try client.sink.send("\(index)") }
    for (index, (_, server)) in pairs.enumerated().reversed() {
      #expect(try server.source.receive() == "\(index)")
    }
  }

  @Test func statesAndErrors() throws {
    let socket = try network.makeTCPSocket(.ipv4)
    #expect(throws: SystemError.invalidState) { try socket.localAddress() }
    #expect(throws: SystemError.invalidState) { try socket.remoteAddress() }
    #expect(throws: SystemError.invalidState) { try socket.accept() }
    #expect(throws: SystemError.notInProgress) { try socket.finishConnect() }
    #expect(throws: SystemError.invalidState) { try socket.source.read(upTo: 1) }
    #expect(throws: SystemError.invalid) {
      try socket.bind(IPSocketAddress(address: .ipv6(1), port: 0))
    }
    #expect(throws: SystemError.invalid) {
      try socket.bind(IPSocketAddress(address: .ipv4(0xE000_0001), port: 0))
    }
    #expect(throws: SystemError.invalid) { try socket.startConnect(loopback) }
    try socket.bind(loopback)
    #expect(throws: SystemError.invalidState) { try socket.bind(loopback) }
    let address = try socket.localAddress()
    #expect(address.port != 0)
    #expect(throws: SystemError.invalid) { try socket.setListenBacklogSize(0) }
    try socket.setListenBacklogSize(.max)
    // Nobody listens there.
    let client = try network.makeTCPSocket(.ipv4)
    let error = #expect(throws: SystemError.self) {
      try client.startConnect(address)
      try retrying(client.readiness(forWriting: true)) { try client.finishConnect() }
    }
    #expect(error == .connectionRefused)
    #expect(client.state == .closed(.connectionRefused))
    let mapped = IPSocketAddress(address: .ipv6(0xFFFF_7F00_0001), port: 1)
    #expect(throws: SystemError.invalid) {
      try network.makeTCPSocket(.ipv6).startConnect(mapped)
    }
  }

  @Test func options() throws {
    let options = try network.makeTCPSocket(.ipv4).options
    try options.setHopLimit(42)
    #expect(try options.hopLimit() == 42)
    try options.setKeepAliveEnabled(true)
    #expect(try options.keepAliveEnabled())
    try options.setKeepAliveIdleTime(1)
    #expect(try options.keepAliveIdleTime() == 1_000_000_000)
    try options.setKeepAliveInterval(.max)
    #expect(try options.keepAliveInterval() == 32_767_000_000_000)
    try options.setKeepAliveCount(.max)
    #expect(try options.keepAliveCount() == 127)
    try options.setReceiveBufferSize(.max)
    try options.setSendBufferSize(10_000)
    #expect(try options.sendBufferSize() >= 10_000)
    #expect(throws: SystemError.invalid) { try options.setHopLimit(0) }
    #expect(throws: SystemError.invalid) { try options.setSendBufferSize(0) }
    #expect(throws: SystemError.invalid) { try options.setKeepAliveIdleTime(0) }
  }

  @Test func datagrams() throws {
    let (first, second) = (try network.makeUDPSocket(.ipv4), try network.makeUDPSocket(.ipv4))
    #expect(throws: SystemError.invalidState) { try first.receive() }
    try first.bind(loopback)
    try second.bind(loopback)
    let (here, there) = (try first.localAddress(), try second.localAddress())
    #expect(throws: SystemError.wouldBlock) { try first.receive() }
    try [1, 2, 3].withUnsafeBytes { try second.send($0, to: here) }
    let (bytes, from) = try retrying(first.readiness(forWriting: false)) { try first.receive() }
    #expect(bytes.count == 24 && from == there)
    try first.connect(there)
    #expect(try first.remoteAddress() == there)
    try [UInt8(5)].withUnsafeBytes { try first.send($0) }
    let answer = try retrying(second.readiness(forWriting: false)) { try second.receive() }
    #expect(answer.bytes == [5])
    #expect(throws: SystemError.invalid) {
      try [UInt8(5)].withUnsafeBytes { try first.send($0, to: here) }
    }
    try first.disconnect()
    #expect(throws: SystemError.invalid) { try [UInt8(5)].withUnsafeBytes { try first.send($0) } }
    let large = [UInt8](repeating: 0, count: 65_600)
    #expect(throws: SystemError.messageSize) {
      try large.withUnsafeBytes { try first.send($0, to: there) }
    }
  }

  @Test func nameLookup() throws {
    let literal = try network.resolveAddresses("127.0.0.1")
    #expect(try literal.addresses() == [.ipv4(0x7F00_0001)])
    #expect(try network.resolveAddresses("::1").addresses() == [.ipv6(1)])
    let localhost = try network.resolveAddresses("localhost")
    let addresses = try retrying(localhost.readiness) { try localhost.addresses() }
    #expect(addresses.contains(.ipv4(0x7F00_0001)) || addresses.contains(.ipv6(1)))
    for name in ["", " ", "a b", "a/b", "\0", String(repeating: "a", count: 256)] {
      #expect(throws: SystemError.invalid) { try network.resolveAddresses(name) }
    }
  }

  @Test func deniedByDefault() throws {
    let denied = Network(WASIConfiguration().network)
    let socket = try denied.makeTCPSocket(.ipv4)
    #expect(throws: SystemError.access) { try socket.bind(loopback) }
    #expect(throws: SystemError.access) { try socket.listen() }
    #expect(throws: SystemError.access) {
      try socket.startConnect(IPSocketAddress(address: .ipv4(0x7F00_0001), port: 80))
    }
    let datagrams = try denied.makeUDPSocket(.ipv4)
    #expect(throws: SystemError.access) { try datagrams.bind(loopback) }
    #expect(throws: SystemError.access) {
      try [UInt8(5)].withUnsafeBytes { try datagrams.send($0, to: loopback) }
    }
    #expect(throws: SystemError.permanentResolverFailure) {
      try denied.resolveAddresses("localhost")
    }
    var none = WASIConfiguration.Network()
    (none.allowsTCP, none.allowsUDP) = (false, false)
    #expect(throws: SystemError.access) { try Network(none).makeTCPSocket(.ipv4) }
    #expect(throws: SystemError.access) { try Network(none).makeUDPSocket(.ipv6) }
  }
}
