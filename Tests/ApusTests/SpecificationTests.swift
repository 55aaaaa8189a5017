// The cases of the specification's run_tests.py that need functions or ends of the host, written anew under their names.
// What Python does from the side the host does here in functions that guests call, or in tasks of its own.

import Testing

@testable import Apus

private let blocked: Int32 = -1
private let completed = 0
private let dropped = 1
private let cancelled = 2

private func reader(_ value: ComponentValue?) throws -> StreamReader {
  guard case .stream(let reader)? = value else { throw Unlucky() }
  return reader
}

private func future(_ value: ComponentValue?) throws -> FutureReader {
  guard case .future(let reader)? = value else { throw Unlucky() }
  return reader
}

@Suite struct SpecificationTests {
  /// Reads what is there and passes it on through the host, which adds ten.
  @Test func testEagerStreamCompletion() async throws {
    var linker = Linker()
    linker.function("add-ten") { context, arguments in
      let incoming = try reader(arguments.first)
      let (result, outgoing) = try context.makeStream(of: .u8)
      SwiftTask {
        while let bytes = try await incoming.readBytes(maximum: 4) {
          try await outgoing.write(bytes: bytes.map { $0 + 10 })
        }
        outgoing.close()
      }
      return .stream(result)
    }
    let text = guest(
      """
      (type $ST (stream u8))
      (import "add-ten" (func $add-ten (param "in" $ST) (result $ST)))
      """,
      [
        .init("add-ten", "(param i32) (result i32)", "lower (func $add-ten)"),
        .init("return", "(param i32)", "task.return (result $ST)"),
      ] + GuestImport.copies("stream", "$ST"),
      core: """
        (func $low (param i64) (result i32) (i32.wrap_i64 (local.get 0)))
        (func $high (param i64) (result i32)
          (i32.wrap_i64 (i64.shr_u (local.get 0) (i64.const 32))))
        (func $four (param $in i32) (param $to i32) (param $from i32) (param $out i32)
          (call $expect
            (call $stream.read-sync (local.get $in) (i32.const 0) (i32.const 4)) (i32.const 0x40))
          (call $expect
            (call $stream.write-sync (local.get $to) (i32.const 0) (i32.const 4)) (i32.const 0x40))
          (call $expect
            (call $stream.read-sync (local.get $from) (i32.const 0) (i32.const 4)) (i32.const 0x40))
          (call $expect
            (call $stream.write-sync (local.get $out) (i32.const 0) (i32.const 4))
            (i32.const 0x40)))
        (func (export "f") (param $in i32)
          (local $ends2 i64) (local $ends3 i64) (local $from i32)
          (call $expect (local.get $in) (i32.const 1))
          (local.set $ends2 (call $stream.new))
          (call $return (call $low (local.get $ends2)))
          (local.set $ends3 (call $stream.new))
          (local.set $from (call $add-ten (call $low (local.get $ends3))))
          (call $four (local.get $in) (call $high (local.get $ends3)) (local.get $from)
            (call $high (local.get $ends2)))
          (call $four (local.get $in) (call $high (local.get $ends3)) (local.get $from)
            (call $high (local.get $ends2)))
          (call $expect
            (call $stream.read-sync (local.get $in) (i32.const 0) (i32.const 4)) (i32.const 1))
          (call $stream.drop-readable (local.get $in))
          (call $stream.drop-readable (local.get $from))
          (call $stream.drop-writable (call $high (local.get $ends2)))
          (call $stream.drop-writable (call $high (local.get $ends3))))
        """,
      exports:
        #"(func (export "f") async (param "in" $ST) (result $ST) (canon lift (core func $i "f") async))"#
    )
    let fixture = try await Fixture(text, linker)
    let (source, writer) = try await fixture.store.makeStream(of: .u8)
    let writing = SwiftTask {
      try await writer.write(bytes: [1, 2, 3, 4])
      try await writer.write(bytes: [5, 6, 7, 8])
      writer.close()
    }
    let result = try reader(await fixture.call("f", .stream(source)))
    var received: [UInt8] = []
    for try await bytes in result.bytes { received += bytes }
    #expect(received == [11, 12, 13, 14, 15, 16, 17, 18])
    try await writing.value
    result.close()
    #expect(await eventually { await fixture.remains == Store.Counts() })
  }

  /// Reads and writes that block, and the events by which they end.
  @Test func testAsyncStreamOps() async throws {
    let read = Signal()
    let write = Signal()
    let sourceRead = Signal()
    var linker = Linker()
    linker.function("add-ten") { context, arguments in
      let incoming = try reader(arguments.first)
      let (result, outgoing) = try context.makeStream(of: .u8)
      SwiftTask {
        await write.wait()
        while let bytes = try await incoming.readBytes(maximum: 4) {
          try await outgoing.write(bytes: bytes.map { $0 + 10 })
        }
        outgoing.close()
      }
      return .stream(result)
    }
    linker.function("now") { _, arguments in
      switch arguments[0] {
      case .u32(0): sourceRead.set()
      case .u32(1): write.set()
      default: read.set()
      }
      return nil
    }
    let text = guest(
      """
      (type $ST (stream u8))
      (import "add-ten" (func $add-ten async (param "in" $ST) (result $ST)))
      (import "now" (func $now (param "n" u32)))
      """,
      [
        .init("add-ten", "(param i32) (result i32)", "lower (func $add-ten)"),
        .init("now", "(param i32)", "lower (func $now)"),
        .init("return", "(param i32)", "task.return (result $ST)"), .setNew, .setWait, .setDrop,
        .join,
      ] + GuestImport.copies("stream", "$ST"),
      core: """
        (func $low (param i64) (result i32) (i32.wrap_i64 (local.get 0)))
        (func $high (param i64) (result i32)
          (i32.wrap_i64 (i64.shr_u (local.get 0) (i64.const 32))))
        (func $wait (param $set i32) (param $end i32) (param $event i32) (param $payload i32)
          (call $join (local.get $end) (local.get $set))
          (call $expect (call $set.wait (local.get $set) (i32.const 64)) (local.get $event))
          (call $expect (i32.load (i32.const 64)) (local.get $end))
          (call $expect (i32.load (i32.const 68)) (local.get $payload))
          (call $join (local.get $end) (i32.const 0)))
        (func (export "f") (param $in i32)
          (local $ends2 i64) (local $ends3 i64) (local $from i32) (local $set i32)
          (local.set $set (call $set.new))
          (local.set $ends2 (call $stream.new))
          (call $return (call $low (local.get $ends2)))
          (call $expect
            (call $stream.read (local.get $in) (i32.const 0) (i32.const 4)) (i32.const \(blocked)))
          (call $now (i32.const 0))
          (call $wait (local.get $set) (local.get $in) (i32.const 2) (i32.const 0x40))
          (call $expect (i32.load (i32.const 0)) (i32.const 0x04030201))
          (local.set $ends3 (call $stream.new))
          (local.set $from (call $add-ten (call $low (local.get $ends3))))
          (call $expect
            (call $stream.write (call $high (local.get $ends3)) (i32.const 0) (i32.const 4))
            (i32.const \(blocked)))
          (call $now (i32.const 1))
          (call $wait
            (local.get $set) (call $high (local.get $ends3)) (i32.const 3) (i32.const 0x40))
          (call $expect
            (call $stream.read-sync (local.get $from) (i32.const 0) (i32.const 4))
            (i32.const 0x40))
          (call $expect
            (call $stream.write (call $high (local.get $ends2)) (i32.const 0) (i32.const 4))
            (i32.const \(blocked)))
          (call $now (i32.const 2))
          (call $wait
            (local.get $set) (call $high (local.get $ends2)) (i32.const 3) (i32.const 0x40))
          (call $expect
            (call $stream.read-sync (local.get $in) (i32.const 0) (i32.const 4))
            (i32.const \(dropped)))
          (call $stream.drop-readable (local.get $in))
          (call $stream.drop-writable (call $high (local.get $ends3)))
          (call $expect
            (call $stream.read-sync (local.get $from) (i32.const 0) (i32.const 4))
            (i32.const \(dropped)))
          (call $stream.drop-readable (local.get $from))
          (call $stream.drop-writable (call $high (local.get $ends2)))
          (call $set.drop (local.get $set)))
        """,
      exports:
        #"(func (export "f") async (param "in" $ST) (result $ST) (canon lift (core func $i "f") async))"#
    )
    let fixture = try await Fixture(text, linker)
    let (source, writer) = try await fixture.store.makeStream(of: .u8)
    let writing = SwiftTask {
      await sourceRead.wait()
      try await writer.write(bytes: [1, 2, 3, 4])
      writer.close()
    }
    let result = try reader(await fixture.call("f", .stream(source)))
    #expect(await eventually { read.isSet })
    var received: [UInt8] = []
    for try await bytes in result.bytes { received += bytes }
    #expect(received == [11, 12, 13, 14])
    result.close()
    try await writing.value
    #expect(await eventually { await fixture.remains == Store.Counts() })
  }

  /// A stream that only passes through is the same stream.
  @Test func testStreamForward() async throws {
    let fixture = try await Fixture(
      guest(
        "(type $ST (stream u8))",
        core: """
          (func (export "f") (param i32) (result i32)
            (call $expect (local.get 0) (i32.const 1)) (local.get 0))
          """,
        exports:
          #"(func (export "f") (param "in" $ST) (result $ST) (canon lift (core func $i "f")))"#))
    let (source, writer) = try await fixture.store.makeStream(of: .u8)
    let result = try reader(await fixture.call("f", .stream(source)))
    async let count = writer.write(bytes: [1, 2, 3, 4])
    #expect(try await result.readBytes() == [1, 2, 3, 4])
    #expect(try await count == 4)
    result.close()
    writer.close()
    #expect(await eventually { await fixture.remains == Store.Counts() })
  }

  /// A guest gets back the readable end of a stream that it is writing to.
  @Test func testReceiveOwnStream() async throws {
    var linker = Linker()
    linker.function("echo") { _, arguments in arguments[0] }
    let fixture = try await Fixture(
      guest(
        """
        (type $ST (stream u8))
        (import "echo" (func $echo (param "in" $ST) (result $ST)))
        """,
        [.init("echo", "(param i32) (result i32)", "lower (func $echo)"), .returnNothing]
          + GuestImport.copies("stream", "$ST"),
        core: """
          (func (export "f")
            (local $ends i64) (local $r i32) (local $w i32)
            (local.set $ends (call $stream.new))
            (local.set $r (i32.wrap_i64 (local.get $ends)))
            (local.set $w (i32.wrap_i64 (i64.shr_u (local.get $ends) (i64.const 32))))
            (call $expect (local.get $r) (i32.const 1))
            (call $expect (local.get $w) (i32.const 2))
            (call $expect
              (call $stream.write (local.get $w) (i32.const 0) (i32.const 4))
              (i32.const \(blocked)))
            (call $expect (call $echo (local.get $r)) (i32.const 1))
            (call $expect (call $stream.cancel-write (local.get $w)) (i32.const \(cancelled)))
            (call $stream.drop-writable (local.get $w))
            (call $stream.drop-readable (i32.const 1))
            (call $return))
          """,
        exports: #"(func (export "f") async (canon lift (core func $i "f") async))"#), linker)
    _ = try await fixture.call("f")
    #expect(await fixture.remains == Store.Counts())
  }

  /// The host writes and reads less at a time than the guest asks for.
  @Test func testHostPartialReadsWrites() async throws {
    let blockedRead = Signal()
    let blockedWrite = Signal()
    let received = Log<[UInt8]>()
    let ended = Signal()
    var linker = Linker()
    linker.function("source") { context, _ in
      let (reader, writer) = try context.makeStream(of: .u8)
      SwiftTask {
        try await writer.write(bytes: [1, 2])
        try await writer.write(bytes: [3, 4])
        await blockedRead.wait()
        try await writer.write(bytes: [5, 6])
        #expect(try await writer.write(bytes: [7]) == 0)
        writer.close()
      }
      return .stream(reader)
    }
    linker.function("sink") { _, arguments in
      let stream = try reader(arguments.first)
      SwiftTask {
        if let bytes = try await stream.readBytes(maximum: 2) { received.add(bytes) }
        await blockedWrite.wait()
        if let bytes = try await stream.readBytes(maximum: 4) { received.add(bytes) }
        #expect(try await stream.readBytes(maximum: 100) == nil)
        stream.close()
        ended.set()
      }
      return nil
    }
    linker.function("now") { _, arguments in
      if arguments[0] == .u32(0) { blockedRead.set() } else { blockedWrite.set() }
      return nil
    }
    let fixture = try await Fixture(
      guest(
        """
        (type $ST (stream u8))
        (import "source" (func $source (result $ST)))
        (import "sink" (func $sink (param "in" $ST)))
        (import "now" (func $now (param "n" u32)))
        """,
        [
          .init("source", "(result i32)", "lower (func $source)"),
          .init("sink", "(param i32)", "lower (func $sink)"),
          .init("now", "(param i32)", "lower (func $now)"), .returnNothing, .setNew, .setWait,
          .setDrop, .join,
        ] + GuestImport.copies("stream", "$ST"),
        core: """
          (func (export "f")
            (local $r i32) (local $w i32) (local $set i32) (local $ends i64)
            (local.set $r (call $source))
            (call $expect (local.get $r) (i32.const 1))
            (call $expect
              (call $stream.read-sync (local.get $r) (i32.const 0) (i32.const 4)) (i32.const 0x20))
            (call $expect (i32.load16_u (i32.const 0)) (i32.const 0x0201))
            (call $expect
              (call $stream.read-sync (local.get $r) (i32.const 0) (i32.const 4)) (i32.const 0x20))
            (call $expect (i32.load16_u (i32.const 0)) (i32.const 0x0403))
            (call $expect
              (call $stream.read (local.get $r) (i32.const 0) (i32.const 4))
              (i32.const \(blocked)))
            (call $now (i32.const 0))
            (local.set $set (call $set.new))
            (call $join (local.get $r) (local.get $set))
            (call $expect (call $set.wait (local.get $set) (i32.const 64)) (i32.const 2))
            (call $expect (i32.load (i32.const 64)) (local.get $r))
            (call $expect (i32.load (i32.const 68)) (i32.const 0x20))
            (call $expect (i32.load16_u (i32.const 0)) (i32.const 0x0605))
            (call $stream.drop-readable (local.get $r))

            (local.set $ends (call $stream.new))
            (local.set $r (i32.wrap_i64 (local.get $ends)))
            (local.set $w (i32.wrap_i64 (i64.shr_u (local.get $ends) (i64.const 32))))
            (call $sink (local.get $r))
            (i64.store (i32.const 0) (i64.const 0x060504030201))
            (call $expect
              (call $stream.write-sync (local.get $w) (i32.const 0) (i32.const 6))
              (i32.const 0x20))
            (call $expect
              (call $stream.write (local.get $w) (i32.const 2) (i32.const 4))
              (i32.const \(blocked)))
            (call $now (i32.const 1))
            (call $join (local.get $w) (local.get $set))
            (call $expect (call $set.wait (local.get $set) (i32.const 64)) (i32.const 3))
            (call $expect (i32.load (i32.const 64)) (local.get $w))
            (call $expect (i32.load (i32.const 68)) (i32.const 0x40))
            (call $stream.drop-writable (local.get $w))
            (call $set.drop (local.get $set))
            (call $return))
          """,
        exports: #"(func (export "f") async (canon lift (core func $i "f") async))"#), linker)
    _ = try await fixture.call("f")
    await ended.wait()
    #expect(received.entries == [[1, 2], [3, 4, 5, 6]])
    #expect(await eventually { await fixture.remains == Store.Counts() })
  }

  /// A write that the host has taken a part of, and a read that it never serves, are cancelled. That the first says
  /// CANCELLED and not COMPLETED is the reference suite's (cancel-stream).
  @Test func testCancelCopy() async throws {
    let received = Log<[UInt8]>()
    let streams = Log<StreamReader>()
    var linker = Linker()
    linker.function("sink") { _, arguments in
      streams.add(try reader(arguments.first))
      return nil
    }
    linker.asyncFunction("consume") { _ in
      if let bytes = try await streams.entries.last?.readBytes(maximum: 2) { received.add(bytes) }
      return nil
    }
    linker.function("source") { context, _ in
      let (reader, writer) = try context.makeStream(of: .u8)
      Kept.writers.add(writer)
      return .stream(reader)
    }
    let fixture = try await Fixture(
      guest(
        """
        (type $ST (stream u8))
        (import "source" (func $source (result $ST)))
        (import "sink" (func $sink (param "in" $ST)))
        (import "consume" (func $consume async))
        """,
        [
          .init("source", "(result i32)", "lower (func $source)"),
          .init("sink", "(param i32)", "lower (func $sink)"),
          .init("consume", "", "lower (func $consume)"), .returnNothing,
          .init(
            "cancel-write-async", "(param i32) (result i32)", "stream.cancel-write $ST async"),
          .init("cancel-read-async", "(param i32) (result i32)", "stream.cancel-read $ST async"),
        ] + GuestImport.copies("stream", "$ST"),
        core: """
          (func $begin (result i32)
            (local $ends i64) (local $w i32)
            (local.set $ends (call $stream.new))
            (local.set $w (i32.wrap_i64 (i64.shr_u (local.get $ends) (i64.const 32))))
            (call $sink (i32.wrap_i64 (local.get $ends)))
            (i32.store (i32.const 0) (i32.const 0x0d0c0b0a))
            (call $expect
              (call $stream.write (local.get $w) (i32.const 0) (i32.const 4))
              (i32.const \(blocked)))
            (call $consume)
            (local.get $w))
          (func (export "f")
            (local $w i32) (local $r i32)
            (local.set $w (call $begin))
            (call $expect
              (call $stream.cancel-write (local.get $w)) (i32.const \(0x20 | cancelled)))
            (call $stream.drop-writable (local.get $w))
            (local.set $w (call $begin))
            (call $expect
              (call $cancel-write-async (local.get $w)) (i32.const \(0x20 | cancelled)))
            (call $stream.drop-writable (local.get $w))
            (local.set $r (call $source))
            (call $expect
              (call $stream.read (local.get $r) (i32.const 0) (i32.const 4))
              (i32.const \(blocked)))
            (call $expect (call $stream.cancel-read (local.get $r)) (i32.const \(cancelled)))
            (call $stream.drop-readable (local.get $r))
            (local.set $r (call $source))
            (call $expect
              (call $stream.read (local.get $r) (i32.const 0) (i32.const 4))
              (i32.const \(blocked)))
            (call $expect (call $cancel-read-async (local.get $r)) (i32.const \(cancelled)))
            (call $stream.drop-readable (local.get $r))
            (call $return))
          """,
        exports: #"(func (export "f") async (canon lift (core func $i "f") async))"#), linker)
    _ = try await fixture.call("f")
    #expect(received.entries == [[10, 11], [10, 11]])
    for stream in streams.entries {
      #expect(try await stream.readBytes() == nil)
      stream.close()
    }
    for writer in Kept.writers.entries { writer.close() }
    #expect(await eventually { await fixture.remains == Store.Counts() })
  }

  /// Futures to the host and back; a read that is cancelled when its value is there; a future that is not written.
  @Test func testFutures() async throws {
    var linker = Linker()
    linker.function("host") { context, arguments in
      let incoming = try future(arguments.first)
      let (reader, writer) = try context.makeFuture(of: .u8)
      SwiftTask {
        let value = try await incoming.value()
        let isRead = try await writer.write(.u8(43))
        #expect(value == .u8(42) && isRead)
      }
      return .future(reader)
    }
    linker.asyncFunction("pause") { _ in
      try await SwiftTask.sleep(for: .milliseconds(20))
      return nil
    }
    let fixture = try await Fixture(
      guest(
        """
        (type $FT (future u8))
        (import "host" (func $host (param "in" $FT) (result $FT)))
        (import "pause" (func $pause async))
        """,
        [
          .init("host", "(param i32) (result i32)", "lower (func $host)"),
          .init("pause", "", "lower (func $pause)"), .returnNothing, .setNew, .setWait, .setDrop,
          .join,
        ] + GuestImport.copies("future", "$FT"),
        core: """
          (global $r (mut i32) (i32.const 0))
          (global $w (mut i32) (i32.const 0))
          (func $begin
            (local $ends i64)
            (local.set $ends (call $future.new))
            (global.set $w (i32.wrap_i64 (i64.shr_u (local.get $ends) (i64.const 32))))
            (global.set $r (call $host (i32.wrap_i64 (local.get $ends))))
            (call $expect
              (call $future.read (global.get $r) (i32.const 0)) (i32.const \(blocked)))
            (i32.store8 (i32.const 8) (i32.const 42))
            (call $expect
              (call $future.write-sync (global.get $w) (i32.const 8)) (i32.const \(completed))))
          (func $end
            (call $expect (i32.load8_u (i32.const 0)) (i32.const 43))
            (i32.store8 (i32.const 0) (i32.const 0))
            (call $future.drop-writable (global.get $w))
            (call $future.drop-readable (global.get $r)))
          (func (export "f")
            (local $set i32)
            (call $begin)
            (local.set $set (call $set.new))
            (call $join (global.get $r) (local.get $set))
            (call $expect (call $set.wait (local.get $set) (i32.const 64)) (i32.const 4))
            (call $expect (i32.load (i32.const 64)) (global.get $r))
            (call $expect (i32.load (i32.const 68)) (i32.const \(completed)))
            (call $end)
            (call $set.drop (local.get $set))

            (call $begin)
            (call $pause)
            (call $expect (call $future.cancel-read (global.get $r)) (i32.const \(completed)))
            (call $end)
            (call $return))
          (func (export "g")
            (call $future.drop-writable
              (i32.wrap_i64 (i64.shr_u (call $future.new) (i64.const 32)))))
          """,
        exports: """
          (func (export "f") async (canon lift (core func $i "f") async))
          (func (export "g") (canon lift (core func $i "g")))
          """), linker)
    _ = try await fixture.call("f")
    #expect(await eventually { await fixture.remains == Store.Counts() })
    let error = await #expect(throws: CallError.self) { try await fixture.call("g") }
    guard case .trap(let trap)? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(trap.reason == .component("dropUnwrittenFuture"))
    #expect(trap.specification == "WritableFutureEnd.drop")
  }

  /// The callees of test_cancel_subtask that wait for the host, with the host as the caller that cancels.
  @Test func testCancelSubtask() async throws {
    let began = [Signal(), Signal()]
    let goOn = [Signal(), Signal()]
    var linker = Linker()
    linker.asyncFunction("host") { arguments in
      guard case .u8(let index) = arguments[0] else { return nil }
      began[Int(index)].set()
      await goOn[Int(index)].wait()
      #expect(SwiftTask.isCancelled == (index == 1))
      return .u8(43)
    }
    let fixture = try await Fixture(
      guest(
        #"(import "host" (func $host async (param "x" u8) (result u8)))"#,
        [
          .init("host", "(param i32) (result i32)", "lower (func $host)"),
          .init("host-async", "(param i32 i32) (result i32)", "lower (func $host) async MEM"),
          .init("return", "(param i32)", "task.return (result u8)"), .taskCancel, .setNew,
          .setWaitCancellable, .setPollCancellable, .subtaskCancel, .subtaskDrop,
        ],
        core: """
          (func (export "callee4")
            (local $set i32)
            (call $expect (call $host (i32.const 0)) (i32.const 43))
            (local.set $set (call $set.new))
            (call $expect
              (call $set.wait-cancellable (local.get $set) (i32.const 16)) (i32.const 6))
            (call $expect
              (call $set.poll-cancellable (local.get $set) (i32.const 16)) (i32.const 0))
            (call $task.cancel))
          (func (export "callee5")
            (local $subtask i32)
            (local.set $subtask (call $host-async (i32.const 1) (i32.const 0)))
            (call $expect (i32.and (local.get $subtask) (i32.const 15)) (i32.const 1))
            (local.set $subtask (i32.shr_u (local.get $subtask) (i32.const 4)))
            (call $expect (call $subtask.cancel (local.get $subtask)) (i32.const 2))
            (call $expect (i32.load8_u (i32.const 0)) (i32.const 43))
            (call $subtask.drop (local.get $subtask))
            (call $return (i32.const 44)))
          """,
        exports: """
          (func (export "callee4") async (result u8) (canon lift (core func $i "callee4") async))
          (func (export "callee5") async (result u8) (canon lift (core func $i "callee5") async))
          """), linker)
    let callee4 = try fixture.instance.function("callee4")
    let fourth = SwiftTask { try await callee4.call() }
    await began[0].wait()
    fourth.cancel()
    try await SwiftTask.sleep(for: .milliseconds(10))
    goOn[0].set()
    await #expect {
      try await fourth.value
    } throws: { error in
      if case .cancelled? = error as? CallError { true } else { false }
    }
    let callee5 = try fixture.instance.function("callee5")
    let fifth = SwiftTask { try await callee5.call() }
    await began[1].wait()
    fifth.cancel()
    try await SwiftTask.sleep(for: .milliseconds(10))
    goOn[1].set()
    #expect(try await fifth.value == .u8(44))
    #expect(await eventually { await fixture.remains.tasks == 0 })
    #expect(await fixture.remains.subtasks == 0)
  }

  /// Calls of another component that wait for the host end in the order in which the host lets them.
  @Test func testSyncUsingWait() async throws {
    let events = [Signal(), Signal()]
    var linker = Linker()
    linker.asyncFunction("wait") { arguments in
      guard case .u32(let index) = arguments[0] else { return nil }
      await events[Int(index)].wait()
      return nil
    }
    linker.function("set") { _, arguments in
      guard case .u32(let index) = arguments[0] else { return nil }
      events[Int(index)].set()
      return nil
    }
    let producer = guest(
      #"(import "wait" (func $wait async (param "n" u32)))"#,
      [.init("wait", "(param i32)", "lower (func $wait)"), .returnNothing],
      core: """
        (func (export "p0") (call $wait (i32.const 0)) (call $return))
        (func (export "p1") (call $wait (i32.const 1)) (call $return))
        """,
      exports: """
        (func (export "p0") async (canon lift (core func $i "p0") async))
        (func (export "p1") async (canon lift (core func $i "p1") async))
        """, name: "$producer")
    let consumer = guest(
      """
      (import "p0" (func $p0 async))
      (import "p1" (func $p1 async))
      (import "set" (func $set (param "n" u32)))
      """,
      [
        .init("p0", "(result i32)", "lower (func $p0) async"),
        .init("p1", "(result i32)", "lower (func $p1) async"),
        .init("set", "(param i32)", "lower (func $set)"), .setNew, .setWait, .setDrop, .join,
        .subtaskDrop, .returnNothing,
      ],
      core: """
        (func $wait (param $set i32) (param $subtask i32)
          (call $expect (call $set.wait (local.get $set) (i32.const 64)) (i32.const 1))
          (call $expect (i32.load (i32.const 64)) (local.get $subtask))
          (call $expect (i32.load (i32.const 68)) (i32.const 2)))
        (func (export "f")
          (local $set i32)
          (call $expect (call $p0) (i32.const 0x11))
          (call $expect (call $p1) (i32.const 0x21))
          (local.set $set (call $set.new))
          (call $join (i32.const 1) (local.get $set))
          (call $join (i32.const 2) (local.get $set))
          (call $set (i32.const 0))
          (call $wait (local.get $set) (i32.const 1))
          (call $set (i32.const 1))
          (call $wait (local.get $set) (i32.const 2))
          (call $subtask.drop (i32.const 1))
          (call $subtask.drop (i32.const 2))
          (call $set.drop (local.get $set))
          (call $return))
        """,
      exports: #"(func (export "f") async (canon lift (core func $i "f") async))"#,
      name: "$consumer")
    let fixture = try await Fixture(
      """
      (component
        (import "wait" (func $wait async (param "n" u32)))
        (import "set" (func $set (param "n" u32)))
        \(producer)
        \(consumer)
        (instance $p (instantiate $producer (with "wait" (func $wait))))
        (instance $c (instantiate $consumer
          (with "p0" (func $p "p0")) (with "p1" (func $p "p1")) (with "set" (func $set))))
        (export "f" (func $c "f")))
      """, linker)
    _ = try await fixture.call("f")
    #expect(await fixture.remains == Store.Counts())
  }
}

private enum Kept {
  static let writers = Log<StreamWriter>()
}
