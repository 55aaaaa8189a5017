// wasi:sockets of both versions, called through components, on the loopback interface.

import ComponentRuntime
import Testing
import WasmExecution

@testable import WASI

private let loopback = ComponentValue.variant(
  label: "ipv4",
  payload: .record([
    "port": .u16(0), "address": .tuple([.u8(127), .u8(0), .u8(0), .u8(1)]),
  ]))

private let open: WASIConfiguration = {
  var configuration = WASIConfiguration()
  configuration.network.allowsAddresses = true
  configuration.network.allowsIPNameLookup = true
  return configuration
}()

@Suite struct ComponentSocketTests {
  private struct Sockets {
    let wasi: World
    let network: ComponentValue
    let interface: String

    init(_ wasi: World, _ interface: String) throws {
      self.wasi = wasi
      self.interface = interface
      network = try wasi("sockets/instance-network#instance-network")
    }

    func callAsFunction(
      _ name: String, _ socket: ComponentValue, _ arguments: ComponentValue...
    ) throws -> ComponentValue {
      try wasi.method("sockets/\(interface)", name, [socket] + arguments)
    }

    func block(_ socket: ComponentValue, _ resource: String) throws {
      let pollable = try self("\(resource).subscribe", socket)
      try wasi.method("io/poll", "pollable.block", pollable)
      try wasi.drop(pollable)
    }
  }

  @Test func tcpIn02() throws {
    let wasi = try World.preview2(open)
    let tcp = try Sockets(wasi, "tcp")
    let family = ComponentValue.enum("ipv4")
    let listener = try wasi("sockets/tcp-create-socket#create-tcp-socket", family).ok()
    #expect(try tcp("tcp-socket.address-family", listener) == family)
    #expect(try tcp("tcp-socket.finish-bind", listener).errorLabel == "not-in-progress")
    #expect(try tcp("tcp-socket.start-listen", listener).errorLabel == "invalid-state")
    _ = try tcp("tcp-socket.start-bind", listener, tcp.network.borrowed, loopback).ok()
    #expect(
      try tcp("tcp-socket.start-listen", listener).errorLabel == "concurrency-conflict")
    _ = try tcp("tcp-socket.finish-bind", listener).ok()
    _ = try tcp("tcp-socket.start-listen", listener).ok()
    _ = try tcp("tcp-socket.finish-listen", listener).ok()
    #expect(try tcp("tcp-socket.is-listening", listener) == .bool(true))
    #expect(try tcp("tcp-socket.accept", listener).errorLabel == "would-block")
    let address = try tcp("tcp-socket.local-address", listener).ok()
    let client = try wasi("sockets/tcp-create-socket#create-tcp-socket", family).ok()
    _ = try tcp("tcp-socket.start-connect", client, tcp.network.borrowed, address).ok()
    try tcp.block(client, "tcp-socket")
    let ends = try tcp("tcp-socket.finish-connect", client).ok().asTuple()
    try tcp.block(listener, "tcp-socket")
    let accepted = try tcp("tcp-socket.accept", listener).ok().asTuple()
    #expect(
      try tcp("tcp-socket.remote-address", accepted[0]).ok()
        == tcp("tcp-socket.local-address", client).ok())
    let write = "output-stream.blocking-write-and-flush"
    _ = try wasi.method("io/streams", write, ends[1], .text("ping")).ok()
    #expect(
      try wasi.method("io/streams", "input-stream.blocking-read", accepted[1], .u64(100)).ok()
        == .text("ping"))
    #expect(
      try wasi.method("io/streams", "input-stream.read", accepted[1], .u64(100)).ok() == .text(""))
    _ = try tcp("tcp-socket.shutdown", client, .enum("send")).ok()
    #expect(
      try wasi.method("io/streams", "input-stream.blocking-read", accepted[1], .u64(100))
        .errorLabel == "closed")
    _ = try tcp("tcp-socket.set-keep-alive-enabled", client, .bool(true)).ok()
    #expect(try tcp("tcp-socket.keep-alive-enabled", client).ok() == .bool(true))
    #expect(try tcp("tcp-socket.set-hop-limit", client, .u8(0)).errorLabel == "invalid-argument")
  }

  @Test func udpIn02() throws {
    let wasi = try World.preview2(open)
    let udp = try Sockets(wasi, "udp")
    var ends: [[ComponentValue]] = []
    var addresses: [ComponentValue] = []
    for _ in 0..<2 {
      let socket = try wasi("sockets/udp-create-socket#create-udp-socket", .enum("ipv4")).ok()
      #expect(try udp("udp-socket.stream", socket, .option(nil)).errorLabel == "invalid-state")
      _ = try udp("udp-socket.start-bind", socket, udp.network.borrowed, loopback).ok()
      _ = try udp("udp-socket.finish-bind", socket).ok()
      addresses.append(try udp("udp-socket.local-address", socket).ok())
      ends.append(try udp("udp-socket.stream", socket, .option(nil)).ok().asTuple())
    }
    let receive = "incoming-datagram-stream.receive"
    #expect(try udp(receive, ends[1][0], .u64(10)).ok() == .list([]))
    let datagram = ComponentValue.record([
      "data": .text("datagram"), "remote-address": .option(addresses[1]),
    ])
    #expect(throws: ComponentFailure.self) {
      try udp("outgoing-datagram-stream.send", ends[0][1], .list([datagram]))
    }
    #expect(try udp("outgoing-datagram-stream.check-send", ends[0][1]).ok() == .u64(16))
    #expect(
      try udp("outgoing-datagram-stream.send", ends[0][1], .list([datagram])).ok() == .u64(1))
    try udp.block(ends[1][0], "incoming-datagram-stream")
    #expect(
      try udp(receive, ends[1][0], .u64(10)).ok()
        == .list([.record(["data": .text("datagram"), "remote-address": addresses[0]])]))
  }

  @Test func namesIn02() throws {
    let wasi = try World.preview2(open)
    let network = try wasi("sockets/instance-network#instance-network")
    let lookup = try wasi(
      "sockets/ip-name-lookup#resolve-addresses", network.borrowed, .string("127.0.0.1")
    ).ok()
    let next = "resolve-address-stream.resolve-next-address"
    let found = try wasi.method("sockets/ip-name-lookup", next, lookup).ok()
    #expect(try found.asOption()?.asCase().label == "ipv4")
    #expect(try wasi.method("sockets/ip-name-lookup", next, lookup).ok() == .option(nil))
  }

  @Test func nothingIsAllowedThatWasNotGranted() throws {
    let wasi = try World.preview2()
    let tcp = try Sockets(wasi, "tcp")
    let socket = try wasi("sockets/tcp-create-socket#create-tcp-socket", .enum("ipv4")).ok()
    #expect(
      try tcp("tcp-socket.start-bind", socket, tcp.network.borrowed, loopback).errorLabel
        == "access-denied")
    #expect(
      try wasi(
        "sockets/ip-name-lookup#resolve-addresses", tcp.network.borrowed, .string("localhost")
      ).errorLabel == "permanent-resolver-failure")
    var configuration = WASIConfiguration()
    configuration.network.allowsTCP = false
    configuration.network.allowsUDP = false
    let preview3 = try World.preview3(configuration)
    for kind in ["tcp", "udp"] {
      #expect(
        try preview3("sockets/types#[static]\(kind)-socket.create", .enum("ipv4")).errorLabel
          == "access-denied")
    }
    #expect(
      try preview3("sockets/ip-name-lookup#resolve-addresses", .string("localhost")).errorLabel
        != nil)
  }

  @Test func udpIn03() throws {
    let wasi = try World.preview3(open)
    func call(
      _ name: String, _ socket: ComponentValue, _ arguments: ComponentValue...
    ) throws -> ComponentValue {
      try wasi.method("sockets/types", "udp-socket.\(name)", [socket] + arguments)
    }
    let create = "sockets/types#[static]udp-socket.create"
    let (one, two) = (try wasi(create, .enum("ipv4")).ok(), try wasi(create, .enum("ipv4")).ok())
    #expect(try call("receive", two).errorLabel == "invalid-state")
    _ = try call("bind", two, loopback).ok()
    let address = try call("get-local-address", two).ok()
    _ = try call("send", one, .text("hello"), .option(address)).ok()
    let received = try call("receive", two).ok().asTuple()
    #expect(received[0] == .text("hello"))
    _ = try call("connect", one, address).ok()
    #expect(try call("get-remote-address", one).ok() == address)
    _ = try call("send", one, .text("again"), .option(nil)).ok()
    #expect(try call("receive", two).ok().asTuple()[0] == .text("again"))
    _ = try call("disconnect", one).ok()
    #expect(try call("disconnect", one).errorLabel == "invalid-state")
    #expect(try call("get-address-family", one) == .enum("ipv4"))
    _ = try call("set-unicast-hop-limit", one, .u8(9)).ok()
    #expect(try call("get-unicast-hop-limit", one).ok() == .u8(9))
    #expect(
      try wasi("sockets/ip-name-lookup#resolve-addresses", .string("::1")).ok().asList().count
        == 1)
  }
}
