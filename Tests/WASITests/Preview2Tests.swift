// wasi:io, clocks, random and cli of WASI 0.2, called through a component.

import ComponentRuntime
import Synchronization
import Testing
import WasmExecution

@testable import WASI

@Suite struct Preview2Tests {
  // MARK: Clocks, randomness, environment

  @Test func clocks() throws {
    var configuration = WASIConfiguration()
    let clock = SteppableClock(wallTime: WASIInstant(seconds: 86400, nanoseconds: 5))
    configuration.clocks = .stepped(clock)
    let wasi = try World.preview2(configuration)
    clock.advance(byNanoseconds: 7)
    #expect(try wasi("clocks/monotonic-clock#now") == .u64(7))
    #expect(try wasi("clocks/monotonic-clock#resolution") == .u64(1))
    #expect(
      try wasi("clocks/wall-clock#now")
        == .record(["seconds": .u64(86400), "nanoseconds": .u32(12)]))
    #expect(
      try wasi("clocks/wall-clock#resolution")
        == .record(["seconds": .u64(0), "nanoseconds": .u32(1)]))
    let time = ComponentValue.record(["seconds": .u64(1), "nanoseconds": .u32(0)])
    #expect(try wasi("clocks/timezone#utc-offset", time) == .s32(0))
    let pollable = try wasi("clocks/monotonic-clock#subscribe-duration", .u64(10))
    #expect(try wasi.method("io/poll", "pollable.ready", pollable) == .bool(false))
    clock.advance(byNanoseconds: 9)
    #expect(try wasi.method("io/poll", "pollable.ready", pollable) == .bool(false))
    clock.advance(byNanoseconds: 1)
    #expect(try wasi.method("io/poll", "pollable.ready", pollable) == .bool(true))
    try wasi.method("io/poll", "pollable.block", pollable)
  }

  @Test func waitingForTimeReleasesTheThread() throws {
    let wasi = try World.preview2()
    let early = try wasi("clocks/monotonic-clock#subscribe-duration", .u64(20_000_000))
    let late = try wasi("clocks/monotonic-clock#subscribe-duration", .u64(.max))
    let start = OSThread.now
    let ready = try wasi("io/poll#poll", .list([late.borrowed, early.borrowed]))
    #expect(ready == .list([.u32(1)]))
    #expect(OSThread.now - start >= 20_000_000)
    #expect(throws: ComponentFailure.self) { try wasi("io/poll#poll", .list([])) }
  }

  @Test func randomness() throws {
    var configuration = WASIConfiguration()
    configuration.randomness = .seeded(1)
    let (one, other) = (try World.preview2(configuration), try World.preview2(configuration))
    for function in ["random#get-random-u64", "insecure#get-insecure-random-u64"] {
      let first = try one("random/\(function)")
      #expect(try first == other("random/\(function)"))
      #expect(try first != one("random/\(function)"))
    }
    let bytes = try one("random/random#get-random-bytes", .u64(1000)).asBytes()
    #expect(bytes.count == 1000 && Set(bytes).count > 100)
    #expect(try one("random/insecure#get-insecure-random-bytes", .u64(3)).asBytes().count == 3)
    #expect(try one("random/random#get-random-bytes", .u64(0)).asBytes().isEmpty)
    #expect(throws: ComponentFailure.self) {
      try one("random/random#get-random-bytes", .u64(.max))
    }
    #expect(try one("random/insecure-seed#insecure-seed").asTuple().count == 2)
  }

  @Test func environment() throws {
    var configuration = WASIConfiguration()
    let nothing = try World.preview2()
    #expect(try nothing("cli/environment#get-arguments") == .list([]))
    #expect(try nothing("cli/environment#get-environment") == .list([]))
    #expect(try nothing("cli/environment#initial-cwd") == .option(nil))
    configuration.arguments = ["program", "x"]
    configuration.environment = [("A", "1"), ("B", "")]
    configuration.initialDirectory = "/data"
    let wasi = try World.preview2(configuration)
    #expect(
      try wasi("cli/environment#get-arguments") == .list([.string("program"), .string("x")]))
    #expect(
      try wasi("cli/environment#get-environment")
        == .list([
          .tuple([.string("A"), .string("1")]), .tuple([.string("B"), .string("")]),
        ]))
    #expect(try wasi("cli/environment#initial-cwd") == .option(.string("/data")))
    #expect(try wasi("cli/terminal-stdin#get-terminal-stdin") == .option(nil))
    #expect(try wasi("cli/terminal-stdout#get-terminal-stdout") == .option(nil))
    #expect(try wasi("cli/terminal-stderr#get-terminal-stderr") == .option(nil))
  }

  @Test(
    arguments: [
      ("exit", ComponentValue.result(.ok(nil)), 0), ("exit", .result(.error(nil)), 1),
      ("exit-with-code", .u8(17), 17),
    ] as [(String, ComponentValue, UInt32)])
  func exiting(function: String, argument: ComponentValue, code: UInt32) throws {
    let wasi = try World.preview2()
    #expect {
      try wasi("cli/exit#\(function)", argument)
    } throws: { error in
      guard case ComponentFailure.host(let exit as WASIExit, backtrace: _) = error else {
        return false
      }
      return exit.code == code
    }
  }

  // MARK: Streams

  @Test func inputStreams() throws {
    var configuration = WASIConfiguration()
    configuration.standardInput = .bytes(Array("hello".utf8))
    let wasi = try World.preview2(configuration)
    let stream = try wasi("cli/stdin#get-stdin")
    func call(_ name: String, _ count: UInt64) throws -> ComponentValue {
      try wasi.method("io/streams", "input-stream.\(name)", stream, .u64(count))
    }
    #expect(try call("read", 0).ok() == .text(""))
    #expect(try call("read", 2).ok() == .text("he"))
    #expect(try call("skip", 1).ok() == .u64(1))
    #expect(try call("blocking-read", .max).ok() == .text("lo"))
    #expect(try call("read", 1).errorLabel == "closed")
    #expect(try call("blocking-skip", 1).errorLabel == "closed")
    let pollable = try wasi.method("io/streams", "input-stream.subscribe", stream)
    #expect(try wasi.method("io/poll", "pollable.ready", pollable) == .bool(true))
    try wasi.drop(pollable)
    try wasi.drop(stream)
    #expect(throws: ComponentFailure.self) { try call("read", 1) }
  }

  @Test func outputStreams() throws {
    var configuration = WASIConfiguration()
    let output = CapturedOutput()
    configuration.standardOutput = .captured(output)
    let wasi = try World.preview2(configuration)
    let stream = try wasi("cli/stdout#get-stdout")
    func call(_ name: String, _ argument: ComponentValue...) throws -> ComponentValue {
      try wasi.method("io/streams", "output-stream.\(name)", [stream] + argument)
    }
    #expect(try call("check-write").ok() == .u64(1 << 16))
    _ = try call("write", .text("one ")).ok()
    _ = try call("flush").ok()
    _ = try call("blocking-write-and-flush", .text("two ")).ok()
    _ = try call("write-zeroes", .u64(2)).ok()
    _ = try call("blocking-write-zeroes-and-flush", .u64(1)).ok()
    _ = try call("blocking-flush").ok()
    #expect(output.text == "one two \0\0\0")
    let pollable = try wasi.method("io/streams", "output-stream.subscribe", stream)
    #expect(try wasi.method("io/poll", "pollable.ready", pollable) == .bool(true))
  }

  @Test(arguments: ["write", "write-zeroes", "blocking-write-and-flush"])
  func writingTooMuchEndsTheGuest(function: String) throws {
    var configuration = WASIConfiguration()
    let output = CapturedOutput()
    configuration.standardError = .captured(output)
    let wasi = try World.preview2(configuration)
    let stream = try wasi("cli/stderr#get-stderr")
    _ = try wasi.method("io/streams", "output-stream.check-write", stream).ok()
    let count = function == "blocking-write-and-flush" ? 4097 : 1 << 16 + 1
    let contents: ComponentValue =
      function == "write-zeroes"
      ? .u64(.max) : .bytes([UInt8](repeating: 1, count: count))
    #expect(throws: ComponentFailure.self) {
      try wasi.method("io/streams", "output-stream.\(function)", stream, contents)
    }
    #expect(output.bytes.isEmpty)
  }

  @Test func errorsOfStreamsAreResults() throws {
    var configuration = WASIConfiguration()
    configuration.standardOutput = .captured(CapturedOutput(limit: 2))
    let wasi = try World.preview2(configuration)
    let stream = try wasi("cli/stdout#get-stdout")
    let contents = ComponentValue.text("four")
    let failed = try wasi.method(
      "io/streams", "output-stream.blocking-write-and-flush", stream, contents)
    guard case .result(.error(.variant("last-operation-failed", let error?)?)) = failed else {
      Issue.record("\(failed)")
      return
    }
    #expect(try wasi.method("io/error", "error.to-debug-string", error).asString().isEmpty == false)
    #expect(
      try wasi("filesystem/types#filesystem-error-code", error.borrowed)
        == .option(.enum("insufficient-space")))
    #expect(
      try wasi.method("io/streams", "output-stream.check-write", stream).errorLabel == "closed")
  }

  @Test func splicing() throws {
    var configuration = WASIConfiguration()
    let output = CapturedOutput()
    configuration.standardInput = .bytes(Array("splice me".utf8))
    configuration.standardOutput = .captured(output)
    let wasi = try World.preview2(configuration)
    let streams = [try wasi("cli/stdout#get-stdout"), try wasi("cli/stdin#get-stdin").borrowed]
    func splice(_ name: String, _ count: UInt64) throws -> ComponentValue {
      try wasi.method("io/streams", "output-stream.\(name)", streams + [.u64(count)])
    }
    #expect(try splice("splice", 6).ok() == .u64(6))
    #expect(try splice("blocking-splice", .max).ok() == .u64(3))
    #expect(try splice("splice", 1).errorLabel == "closed")
    #expect(output.text == "splice me")
  }
}
