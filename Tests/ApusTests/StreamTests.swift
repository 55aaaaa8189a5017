// Streams and futures between the host and guests, in both directions, closed and cancelled from either side.

import Testing

@testable import Apus

/// `sum` reads a stream of bytes to its end and returns their sum; `take` reads once and drops its end; `give` returns a
/// stream and writes 1, 2, 3, 4 to it in one write, returning how that ended through `last`; `hold` keeps a readable end.
private let bytes = guest(
  "(type $ST (stream u8))",
  [
    .returnU32, .init("return-stream", "(param i32)", "task.return (result $ST)"), .setNew,
    .setWait, .setDrop, .join,
  ] + GuestImport.copies("stream", "$ST"),
  core: """
    (global $last (mut i32) (i32.const 0))
    (global $held (mut i32) (i32.const 0))
    (func (export "sum") (param $stream i32)
      (local $result i32) (local $sum i32) (local $n i32) (local $i i32)
      (loop $read
        (local.set $result
          (call $stream.read-sync (local.get $stream) (i32.const 1024) (i32.const 512)))
        (local.set $n (i32.shr_u (local.get $result) (i32.const 4)))
        (local.set $i (i32.const 0))
        (block $done
          (loop $add
            (br_if $done (i32.ge_u (local.get $i) (local.get $n)))
            (local.set $sum
              (i32.add (local.get $sum)
                (i32.load8_u (i32.add (i32.const 1024) (local.get $i)))))
            (local.set $i (i32.add (local.get $i) (i32.const 1)))
            (br $add)))
        (br_if $read (i32.eqz (i32.and (local.get $result) (i32.const 15)))))
      (call $stream.drop-readable (local.get $stream))
      (call $return-u32 (local.get $sum)))
    (func (export "take") (param $stream i32)
      (local $result i32)
      (local.set $result
        (call $stream.read-sync (local.get $stream) (i32.const 1024) (i32.const 3)))
      (call $stream.drop-readable (local.get $stream))
      (call $return-u32 (local.get $result)))
    (func (export "give")
      (local $ends i64) (local $writer i32)
      (local.set $ends (call $stream.new))
      (call $return-stream (i32.wrap_i64 (local.get $ends)))
      (local.set $writer (i32.wrap_i64 (i64.shr_u (local.get $ends) (i64.const 32))))
      (i32.store (i32.const 2048) (i32.const 0x04030201))
      (global.set $last
        (call $stream.write-sync (local.get $writer) (i32.const 2048) (i32.const 4)))
      (call $stream.drop-writable (local.get $writer)))
    (func (export "last") (result i32) (global.get $last))
    (func (export "fail") unreachable)
    """,
  exports: """
    (func (export "sum") async (param "stream" $ST) (result u32)
      (canon lift (core func $i "sum") async))
    (func (export "take") async (param "stream" $ST) (result u32)
      (canon lift (core func $i "take") async))
    (func (export "give") async (result $ST) (canon lift (core func $i "give") async))
    (func (export "last") (result u32) (canon lift (core func $i "last")))
    (func (export "fail") (canon lift (core func $i "fail")))
    """)

private func reader(_ value: ComponentValue?) throws -> StreamReader {
  guard case .stream(let reader)? = value else { throw Unlucky() }
  return reader
}

@Suite struct StreamTests {
  @Test func theHostWritesWhatAGuestReads() async throws {
    let fixture = try await Fixture(bytes)
    let (reader, writer) = try await fixture.store.makeStream(of: .u8)
    async let sum = fixture.call("sum", .stream(reader))
    #expect(try await writer.write(bytes: Array(repeating: 1, count: 2000)) == 2000)
    #expect(try await writer.write([.u8(100), .u8(50)]) == 2)
    writer.close()
    #expect(try await sum == .u32(2150))
    #expect(await eventually { await fixture.remains == Store.Counts() })
  }

  @Test func theHostReadsWhatAGuestWrites() async throws {
    let fixture = try await Fixture(bytes)
    let reader = try reader(await fixture.call("give"))
    #expect(try await reader.readBytes(maximum: 3) == [1, 2, 3])
    // A write ends with the first read that takes some of it, having written three.
    #expect(await eventually { try! await fixture.call("last") == .u32(3 << 4) })
    #expect(try await reader.readBytes() == nil)
    reader.close()
    #expect(await eventually { await fixture.remains == Store.Counts() })
  }

  @Test func elementsComeOneByOneAsASequence() async throws {
    let fixture = try await Fixture(bytes)
    do {
      let reader = try reader(await fixture.call("give"))
      var elements: [ComponentValue] = []
      for try await element in reader { elements.append(element) }
      #expect(elements == [.u8(1), .u8(2), .u8(3), .u8(4)])
    }
    do {
      let reader = try reader(await fixture.call("give"))
      var all: [[UInt8]] = []
      for try await bytes in reader.bytes { all.append(bytes) }
      #expect(all == [[1, 2, 3, 4]])
    }
    #expect(await eventually { await fixture.remains == Store.Counts() })
  }

  @Test func aGuestThatClosesEndsTheHostsWrite() async throws {
    let fixture = try await Fixture(bytes)
    let (reader, writer) = try await fixture.store.makeStream(of: .u8)
    async let taken = fixture.call("take", .stream(reader))
    #expect(try await writer.write(bytes: [1, 2, 3, 4, 5]) == 3)
    #expect(try await taken == .u32(3 << 4))
    #expect(try await writer.write(bytes: [6]) == 0)
    writer.close()
    #expect(await eventually { await fixture.remains == Store.Counts() })
  }

  @Test func aHostThatClosesEndsTheGuestsWrite() async throws {
    let fixture = try await Fixture(bytes)
    do {
      let reader = try reader(await fixture.call("give"))
      reader.close()
      #expect(await eventually { try! await fixture.call("last") == .u32(1) })
    }
    // Without a word, too.
    _ = try reader(await fixture.call("give"))
    #expect(await eventually { await fixture.remains == Store.Counts() })
  }

  @Test func aReadIsCancelledWithItsTask() async throws {
    let fixture = try await Fixture(bytes)
    let (reader, writer) = try await fixture.store.makeStream(of: .u8)
    let task = SwiftTask { try await reader.readBytes() }
    try await SwiftTask.sleep(for: .milliseconds(10))
    task.cancel()
    await #expect(throws: StreamError.cancelled) { try await task.value }
    // The stream goes on.
    async let count = writer.write(bytes: [7, 8])
    #expect(try await reader.readBytes() == [7, 8])
    #expect(try await count == 2)
    let writing = SwiftTask { try await writer.write(bytes: [1, 2, 3]) }
    #expect(try await reader.readBytes(maximum: 2) == [1, 2])
    writing.cancel()
    #expect(try await writing.value == 2)
    let waiting = SwiftTask { try await writer.write(bytes: [4]) }
    try await SwiftTask.sleep(for: .milliseconds(10))
    waiting.cancel()
    await #expect(throws: StreamError.cancelled) { try await waiting.value }
    reader.close()
    writer.close()
    #expect(await eventually { await fixture.remains == Store.Counts() })
  }

  @Test func aTrapClosesTheStreamsOfTheGuest() async throws {
    let fixture = try await Fixture(bytes)
    let (reader, writer) = try await fixture.store.makeStream(of: .u8)
    async let sum = fixture.call("sum", .stream(reader))
    #expect(try await writer.write(bytes: [1]) == 1)
    await #expect(throws: CallError.self) { try await fixture.call("fail") }
    do {
      _ = try await sum
      Issue.record("the call returned")
    } catch {}
    #expect(try await writer.write(bytes: [1]) == 0)
    writer.close()
    await fixture.store.close()
    #expect(await fixture.remains == Store.Counts())
  }

  @Test func anEndThatWasPassedOnCannotBeUsed() async throws {
    let fixture = try await Fixture(bytes)
    let (reader, writer) = try await fixture.store.makeStream(of: .u8)
    async let taken = fixture.call("take", .stream(reader))
    #expect(try await writer.write(bytes: [1, 2]) == 2)
    _ = try await taken
    await #expect(throws: StreamError.unusable) { try await reader.readBytes() }
    await #expect(throws: CallError.self) { try await fixture.call("take", .stream(reader)) }
    await #expect(throws: StreamError.self) { try await writer.write([.string("no byte")]) }
    // A call that does not come about gives back what it was to take.
    let other = try await fixture.store.makeStream(of: .u16)
    await #expect(throws: CallError.self) { try await fixture.call("take", .stream(other.reader)) }
    async let count = other.writer.write([.u16(500)])
    #expect(try await other.reader.read() == [.u16(500)])
    #expect(try await count == 1)
  }

  @Test func backpressureIsARendezvous() async throws {
    let store = try Store(engine: engine)
    let (reader, writer) = try await store.makeStream(of: .string)
    let log = Log<String>()
    let writing = SwiftTask {
      for index in 0..<3 {
        try await writer.write([.string("\(index)")])
        log.add("wrote \(index)")
      }
      writer.close()
    }
    try await SwiftTask.sleep(for: .milliseconds(10))
    #expect(log.entries.isEmpty)
    #expect(try await reader.read() == [.string("0")])
    #expect(await eventually { log.entries == ["wrote 0"] })
    #expect(try await reader.read() == [.string("1")])
    #expect(try await reader.read() == [.string("2")])
    #expect(try await reader.read() == nil)
    try await writing.value
    reader.close()
    #expect(await eventually { await store.counts == Store.Counts() })
  }

  @Test func streamsOfNothingCount() async throws {
    let store = try Store(engine: engine)
    let (reader, writer) = try await store.makeStream(of: nil)
    async let count = writer.write([.tuple([]), .tuple([]), .tuple([])])
    #expect(try await reader.read(maximum: 2)?.count == 2)
    #expect(try await reader.read(maximum: 2)?.count == 1)
    #expect(try await count == 3)
  }
}

/// `f` awaits the future that it is passed and returns another one, to which it then writes twice the value.
private let doubler = guest(
  "(type $FT (future u32))",
  [
    .init("return-future", "(param i32)", "task.return (result $FT)")
  ] + GuestImport.copies("future", "$FT"),
  core: """
    (global $last (mut i32) (i32.const 0))
    (func (export "f") (param $future i32)
      (local $ends i64) (local $writer i32)
      (local.set $ends (call $future.new))
      (call $return-future (i32.wrap_i64 (local.get $ends)))
      (local.set $writer (i32.wrap_i64 (i64.shr_u (local.get $ends) (i64.const 32))))
      (global.set $last (call $future.read-sync (local.get $future) (i32.const 64)))
      (call $future.drop-readable (local.get $future))
      (i32.store (i32.const 64) (i32.mul (i32.load (i32.const 64)) (i32.const 2)))
      (drop (call $future.write-sync (local.get $writer) (i32.const 64)))
      (call $future.drop-writable (local.get $writer)))
    (func (export "last") (result i32) (global.get $last))
    """,
  exports: """
    (func (export "f") async (param "future" $FT) (result $FT)
      (canon lift (core func $i "f") async))
    (func (export "last") (result u32) (canon lift (core func $i "last")))
    """)

@Suite struct FutureTests {
  private func future(_ value: ComponentValue?) throws -> FutureReader {
    guard case .future(let reader)? = value else { throw Unlucky() }
    return reader
  }

  @Test func valuesGoBothWays() async throws {
    let fixture = try await Fixture(doubler)
    let (reader, writer) = try await fixture.store.makeFuture(of: .u32)
    let result = try future(await fixture.call("f", .future(reader)))
    async let written = writer.write(.u32(21))
    #expect(try await result.value() == .u32(42))
    #expect(try await written)
    await #expect(throws: StreamError.unusable) { try await result.value() }
    result.close()
    writer.close()
    #expect(await eventually { await fixture.remains == Store.Counts() })
  }

  @Test func aWriterThatGivesUpIsSeen() async throws {
    let fixture = try await Fixture(doubler)
    do {
      let (reader, writer) = try await fixture.store.makeFuture(of: .u32)
      let result = try future(await fixture.call("f", .future(reader)))
      writer.close()
      #expect(try await result.value() == .u32(0))
      #expect(try await fixture.call("last") == .u32(1))
    }
    // Before it is asked, too.
    do {
      let (reader, writer) = try await fixture.store.makeFuture(of: .u32)
      writer.close()
      let result = try future(await fixture.call("f", .future(reader)))
      #expect(try await result.value() == .u32(0))
    }
    let (reader, writer) = try await fixture.store.makeFuture(of: .u32)
    writer.close()
    await #expect(throws: StreamError.closed) { try await reader.value() }
    reader.close()
    #expect(await eventually { await fixture.remains == Store.Counts() })
  }

  @Test func aReaderThatGivesUpIsSeen() async throws {
    let fixture = try await Fixture(doubler)
    let (reader, writer) = try await fixture.store.makeFuture(of: .u32)
    let result = try future(await fixture.call("f", .future(reader)))
    result.close()
    #expect(try await writer.write(.u32(1)))
    writer.close()
    #expect(await eventually { await fixture.remains == Store.Counts() })
    let (second, secondWriter) = try await fixture.store.makeFuture(of: .u32)
    second.close()
    #expect(try await secondWriter.write(.u32(1)) == false)
  }

  @Test func waitingForAValueIsCancelledWithItsTask() async throws {
    let store = try Store(engine: engine)
    let (reader, writer) = try await store.makeFuture(of: .string)
    let task = SwiftTask { try await reader.value() }
    try await SwiftTask.sleep(for: .milliseconds(10))
    task.cancel()
    await #expect(throws: StreamError.cancelled) { try await task.value }
    async let written = writer.write(.string("late"))
    #expect(try await reader.value() == .string("late"))
    #expect(try await written)
  }
}
