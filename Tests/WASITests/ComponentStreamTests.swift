// Components whose streams are read and written slowly, many at a time, or while something else goes on.

import ComponentRuntime
import Synchronization
import TestSupport
import Testing
import WasmExecution

@testable import WASI

/// Gives so many bytes and counts them; the byte at an offset follows from the offset.
private final class CountingSource: ByteSource {
  let total: Int
  private let position = Mutex(0)
  private let largest = Mutex(0)
  private let sink: SlowSink

  init(total: Int, to sink: SlowSink) {
    self.total = total
    self.sink = sink
  }

  static func byte(_ offset: Int) -> UInt8 { UInt8(truncatingIfNeeded: offset ^ offset >> 8) }

  func read(into buffer: UnsafeMutableRawBufferPointer) -> ReadOutcome {
    let position = position.withLock { position -> (start: Int, count: Int) in
      let count = min(buffer.count, total - position)
      defer { position += count }
      return (position, count)
    }
    if position.count == 0 { return .end }
    for offset in 0..<position.count { buffer[offset] = Self.byte(position.start + offset) }
    largest.withLock { $0 = max($0, position.start + position.count - sink.bytes.count) }
    return .bytes(position.count)
  }

  /// The most bytes that were on their way at any time.
  var mostUnderWay: Int { largest.withLock { $0 } }
  var readiness: Readiness { .ready }
}

/// Takes a few bytes, and then none for a while.
private final class SlowSink: ByteSink {
  private let written = Mutex<[UInt8]>([])
  private let isTired = Mutex(false)
  private let step: Int

  init(step: Int) { self.step = step }

  var bytes: [UInt8] { written.withLock { $0 } }

  func write(_ bytes: UnsafeRawBufferPointer) -> WriteOutcome {
    let wasTired = isTired.withLock { isTired in
      defer { isTired.toggle() }
      return isTired
    }
    if wasTired { return .wouldBlock }
    written.withLock { $0 += bytes.prefix(step) }
    return .bytes(min(bytes.count, step))
  }

  var readiness: Readiness { .time(OSThread.now + 100_000) }
}

@Suite struct ComponentStreamTests {
  private static let copies = [("0.2.0", Guests.copy02), ("0.3.0", Guests.copy03)]

  @Test(arguments: copies) func copying(version: String, text: String) throws {
    var configuration = WASIConfiguration()
    let output = CapturedOutput()
    let bytes = (0..<200_000).map(CountingSource.byte)
    configuration.standardInput = .bytes(bytes)
    configuration.standardOutput = .captured(output)
    #expect(try ComponentGuest(text, configuration).run(version) == 0)
    #expect(output.bytes == bytes)
  }

  /// Whoever reads slowly slows down everything before: no more is under way than buffers of the guest and of one pipe.
  @Test(arguments: copies) func copyingToASlowReader(version: String, text: String) throws {
    let sink = SlowSink(step: 300)
    let source = CountingSource(total: 40_000, to: sink)
    let guest = try ComponentGuest(text, input: source, output: sink)
    #expect(try guest.run(version) == 0)
    #expect(sink.bytes == (0..<source.total).map(CountingSource.byte))
    #expect(source.mostUnderWay <= 3 * 4096)
  }

  @Test func whatACommandHasWrittenIsWrittenBeforeItEnds() throws {
    let sink = SlowSink(step: 2)
    #expect(try ComponentGuest(WASIGuests.hasty03, output: sink).run("0.3.0") == 0)
    #expect(String(decoding: sink.bytes, as: UTF8.self) == "in haste\n")
  }

  @Test(arguments: copies) func errorsOfOutputReachTheGuest(version: String, text: String) throws {
    var configuration = WASIConfiguration()
    configuration.standardInput = .bytes([UInt8](repeating: 0, count: 10_000))
    configuration.standardOutput = .captured(CapturedOutput(limit: 5000))
    #expect(try ComponentGuest(text, configuration).run(version) == 1)
  }

  @Test func sleepersAreInterruptedAtTheirDeadline() throws {
    let guest = try ComponentGuest(WASIGuests.sleep02(seconds: 600), timeoutTicks: 10)
    let start = OSThread.now
    #expect {
      try guest.run("0.2.0")
    } throws: { error in
      guard case ComponentFailure.trap(let trap, _) = error else { return false }
      return trap.reason == .deadline
    }
    #expect(OSThread.now - start < 5_000_000_000)
  }

  // MARK: Sockets

  @Test func aHundredConnectionsAtATime() throws {
    var configuration = WASIConfiguration()
    configuration.network.allowsAddresses = true
    let network = Network(configuration.network)
    let address = try Self.freeAddress(network)
    let clients = Clients(network, address, count: 100)
    try #require(OSThread.start { clients.run() })
    let guest = try ComponentGuest(Guests.echo03, configuration)
    #expect(try guest.call("serve", [.u16(address.port), .u32(100)]) == .u32(100))
    #expect(clients.done.wait(nanoseconds: 30_000_000_000))
    #expect(clients.failures.withLock { $0 } == [])
  }

  private static func freeAddress(_ network: Network) throws -> IPSocketAddress {
    let socket = try network.makeTCPSocket(.ipv4)
    try socket.bind(IPSocketAddress(address: .ipv4(0x7F00_0001), port: 0))
    return try socket.localAddress()
  }

  // MARK: Files

  /// Writes through one stream and reads through others, each as far as the file goes.
  @Test func aFileThatIsReadWhileItIsWritten() throws {
    var configuration = WASIConfiguration()
    let files = try InMemoryFileSystem(files: ["log": ""])
    configuration.preopens = [.inMemory(files, as: "/")]
    let wasi = try World.preview3(configuration)
    let root = try wasi("filesystem/preopens#get-directories").asList()[0].asTuple()[0]
    let file = try wasi.method(
      "filesystem/types", "descriptor.open-at", root, .flags([]), .string("log"), .flags([]),
      .flags(["read", "write"])
    ).ok()
    let stream = try wasi.guest.store.makeCopy(isFuture: false, of: .u8)
    let end = try wasi.method(
      "filesystem/types", "descriptor.append-via-stream", file, .stream(stream.readable))
    var text: [UInt8] = []
    for line in 0..<20 {
      let bytes = Array("line \(line)\n".utf8)
      #expect(try wasi.write(bytes, to: stream.writable) == bytes.count)
      let read = try wasi.method(
        "filesystem/types", "descriptor.read-via-stream", file, .u64(UInt64(text.count)))
      text += try wasi.readAll(read)
    }
    wasi.guest.store.dropEnd(stream.writable)
    #expect(try wasi.result(of: end) == .result(.ok(nil)))
    #expect(try text == files.read("log"))
  }

  private static let schedules: [SchedulePolicy.Mode] =
    [.fifo] + (1...6).map { .random(seed: $0) }

  /// The same, by the guest itself: nothing is lost, mixed up or seen twice, and a stream ends where the file does.
  @Test(arguments: FileSystemKind.allCases, schedules)
  func aGuestReadsAFileWhileItWritesIt(
    _ kind: FileSystemKind, _ schedule: SchedulePolicy.Mode
  ) throws {
    for (text, count) in [
      (Guests.follow03, 14_950), (Guests.race03(appends: true), 30_000),
      (Guests.race03(appends: false), 30_000),
    ] {
      let tree = try TestTree(kind)
      defer { tree.keep() }
      let configuration = WASIConfiguration(preopening: tree.inside)
      let guest = try ComponentGuest(text, configuration, timeoutTicks: 3000, schedule: schedule)
      #expect(try guest.run("0.3.0") == 0)
      let log = try FileSource(tree.inside.open(at: "log", [], [], .read), from: 0)
      #expect(try log.read(upTo: 1 << 16) == (0..<count).map(CountingSource.byte))
    }
  }

  @Test func directoriesAreStreams() throws {
    var configuration = WASIConfiguration()
    configuration.preopens = [
      .inMemory(try InMemoryFileSystem(files: ["a": "", "b/c": ""]), as: "/")
    ]
    let wasi = try World.preview3(configuration)
    let root = try wasi("filesystem/preopens#get-directories").asList()[0].asTuple()[0]
    let read = try wasi.method("filesystem/types", "descriptor.read-directory", root)
    let names = try wasi.readElements(read).map { try $0.field("name").asString() }
    #expect(names.sorted() == ["a", "b"])
    let file = try wasi.method(
      "filesystem/types", "descriptor.open-at", root, .flags([]), .string("a"), .flags([]),
      .flags(["read"])
    ).ok()
    let wrong = try wasi.method("filesystem/types", "descriptor.read-directory", file).asTuple()
    #expect(try wasi.result(of: wrong[1]).errorLabel == "not-directory")
    let stream = try wasi.guest.store.makeCopy(isFuture: false, of: .u8)
    let unwritable = try wasi.method(
      "filesystem/types", "descriptor.write-via-stream", file, .stream(stream.readable), .u64(0))
    #expect(try wasi.result(of: unwritable).errorLabel == "bad-descriptor")
  }

  /// Whoever loses interest while nothing comes is told at once how it ended.
  @Test func droppingAStreamThatHasNothing() throws {
    let source = SilentSource()
    let guest = try World(
      guest: ComponentGuest(World.text("wasi-0.3.wat"), input: source), version: "0.3.0")
    let read = try guest("cli/stdin#read-via-stream").asTuple()
    guard case .stream(let stream) = read[0] else { return }
    let store = guest.guest.store
    // Asks, and gives up.
    let buffer = HostBuffer(.bytes([]))
    #expect(try store.transfer(stream, buffer, count: 10) { _ in })
    while case .ran = try store.tick() {}
    #expect(source.reads.withLock { $0 } == 1)
    store.dropEnd(stream)
    #expect(try guest.result(of: read[1]) == .result(.ok(nil)))
    #expect(!store.isHostPending)
  }
}

/// Never has anything.
private final class SilentSource: ByteSource {
  let reads = Mutex(0)
  func read(into buffer: UnsafeMutableRawBufferPointer) -> ReadOutcome {
    reads.withLock { $0 += 1 }
    return .wouldBlock
  }
  var readiness: Readiness { .signal(Signal()) }
}

/// Connects many times, sends something different over each connection, and looks at what comes back.
private final class Clients: Sendable {
  let done = OSEvent()
  let failures = Mutex<[String]>([])
  private let network: Network
  private let address: IPSocketAddress
  private let count: Int

  init(_ network: Network, _ address: IPSocketAddress, count: Int) {
    self.network = network
    self.address = address
    self.count = count
  }

  func run() {
    defer { done.set() }
    do {
      let sockets = try (0..<count).map { _ in try connect() }
      let messages = (0..<count).map { number in
        (0..<3000).map { UInt8(truncatingIfNeeded: $0 &* (number + 1)) }
      }
      for (socket, message) in zip(sockets, messages) {
        try send(message[...], socket)
        try socket.shutdown(receiving: false, sending: true)
      }
      for (number, socket) in sockets.enumerated() where try receive(socket) != messages[number] {
        failures.withLock { $0.append("connection \(number)") }
      }
    } catch {
      failures.withLock { $0.append("\(error)") }
    }
  }

  /// Tries until the server listens.
  private func connect() throws -> TCPSocket {
    while true {
      let socket = try network.makeTCPSocket(.ipv4)
      do {
        try socket.startConnect(address)
        Poller.shared.wait(forAnyOf: [socket.readiness(forWriting: true)])
        try socket.finishConnect()
        return socket
      } catch SystemError.connectionRefused {
        OSThread.sleep(milliseconds: 5)
      }
    }
  }

  private func send(_ bytes: ArraySlice<UInt8>, _ socket: TCPSocket) throws {
    var rest = bytes
    while !rest.isEmpty {
      switch try socket.sink.write(rest) {
      case .bytes(let count): rest = rest.dropFirst(count)
      case .wouldBlock: Poller.shared.wait(forAnyOf: [socket.readiness(forWriting: true)])
      case .closed: throw SystemError.pipe
      }
    }
  }

  private func receive(_ socket: TCPSocket) throws -> [UInt8] {
    var received: [UInt8] = []
    while true {
      guard let bytes = try socket.source.read(upTo: 4096) else {
        Poller.shared.wait(forAnyOf: [socket.readiness(forWriting: false)])
        continue
      }
      if bytes.isEmpty { return received }
      received += bytes
    }
  }
}

extension World {
  /// Lets the store run until `isDone`.
  private func wait(until isDone: () -> Bool) throws {
    while !isDone() { try guest.store.waitBlocking() }
  }

  func write(_ bytes: [UInt8], to end: CopyEndID) throws -> Int {
    var written: Int?
    let buffer = HostBuffer(.bytes(bytes))
    guard
      try guest.store.transfer(end, buffer, count: bytes.count, onEnd: { written = $0.count })
    else { return 0 }
    try wait { written != nil }
    return written ?? 0
  }

  /// Everything from a stream, elements one at a time, and then the result of its future, which has to be `ok`.
  func readElements(_ pair: ComponentValue) throws -> [ComponentValue] {
    let parts = try pair.asTuple()
    guard case .stream(let stream) = parts[0] else { return [] }
    var elements: [ComponentValue] = []
    var isOver = false
    while !isOver {
      var hasEnded = false
      let buffer = HostBuffer(.values([]))
      guard
        try guest.store.transfer(
          stream, buffer, count: 1000,
          onEnd: {
            hasEnded = true
            isOver = $0.result == .dropped
          })
      else { break }
      try wait { hasEnded }
      if case .values(let values) = buffer.elements { elements += values }
    }
    guest.store.dropEnd(stream)
    #expect(try result(of: parts[1]) == .result(.ok(nil)))
    return elements
  }

  func readAll(_ pair: ComponentValue) throws -> [UInt8] {
    try readElements(pair).map { try $0.asU8() }
  }

  func result(of future: ComponentValue) throws -> ComponentValue {
    guard case .future(let end) = future else { return future }
    var hasEnded = false
    let buffer = HostBuffer(.values([]))
    guard try guest.store.transfer(end, buffer, count: 1, onEnd: { _ in hasEnded = true }) else {
      return future
    }
    try wait { hasEnded }
    guest.store.dropEnd(end)
    guard case .values(let values) = buffer.elements, let value = values.first else {
      return future
    }
    return value
  }
}
