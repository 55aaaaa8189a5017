// Clocks, waiting, streams and randomness.

import Synchronization
import Testing
import WasmExecution

@testable import WASI

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// The two ends of a pipe.
private func makePipe() throws -> (source: DescriptorSource, sink: DescriptorSink) {
  var ends: [Int32] = [-1, -1]
  try #require(pipe(&ends) == 0)
  return (
    DescriptorSource(FileDescriptor(owning: ends[0])),
    DescriptorSink(FileDescriptor(owning: ends[1]))
  )
}

extension ByteSink {
  fileprivate func write(_ text: String) throws -> WriteOutcome {
    try Array(text.utf8).withUnsafeBytes { try write($0) }
  }
}

@Suite struct WaitingTests {
  @Test func pollerCallsBack() throws {
    let poller = Poller()
    let (source, sink) = try makePipe()
    let (readable, due) = (OSEvent(), OSEvent())
    #expect(try source.read(upTo: 10) == nil)
    poller.add(source.readiness) { readable.set() }
    poller.add(.time(OSThread.now + 20_000_000)) { due.set() }
    #expect(!readable.wait(nanoseconds: 5_000_000))
    #expect(try sink.write("x") == .bytes(1))
    #expect(readable.wait(nanoseconds: 10_000_000_000))
    #expect(due.wait(nanoseconds: 10_000_000_000))
    #expect(try source.read(upTo: 10) == [UInt8(ascii: "x")])
    #expect(poller.count == 0)
  }

  @Test func manyWaitsAndCancelling() throws {
    let poller = Poller()
    let (source, sink) = try makePipe()
    let called = Mutex(0)
    let allCalled = OSEvent()
    let waits = (0..<100).map { _ in
      poller.add(source.readiness) {
        let count = called.withLock { count in
          count += 1
          return count
        }
        if count == 50 { allCalled.set() }
      }
    }
    for wait in waits[..<50] { poller.cancel(wait) }
    #expect(poller.count == 50)
    _ = try sink.write("x")
    #expect(allCalled.wait(nanoseconds: 10_000_000_000))
    #expect(called.withLock { $0 } == 50)
    #expect(poller.count == 0)
  }

  @Test func blocking() throws {
    let (source, sink) = try makePipe()
    let start = OSThread.now
    Poller.shared.wait(forAnyOf: [source.readiness, .time(start + 10_000_000)])
    #expect(OSThread.now - start >= 10_000_000)
    Poller.shared.wait(forAnyOf: [source.readiness], orUntil: { true })
    let signal = Signal()
    _ = OSThread.start { signal.set() }
    Poller.shared.wait(forAnyOf: [source.readiness, .signal(signal)])
    #expect(signal.isSet)
    _ = try sink.write("y")
    Poller.shared.wait(forAnyOf: [source.readiness])
    #expect(source.readiness.isTrue)
  }

  @Test func pipesFillUpAndBreak() throws {
    ignoreBrokenPipes()
    var pipe: (source: DescriptorSource, sink: DescriptorSink)? = try makePipe()
    let sink = try #require(pipe?.sink)
    let chunk = String(repeating: "z", count: 100_000)
    var written = 0
    while case .bytes(let count) = try sink.write(chunk) { written += count }
    #expect(written >= 4096)
    #expect(!sink.readiness.isTrue)
    #expect(try pipe?.source.read(upTo: 1 << 20)?.isEmpty == false)
    pipe = nil
    #expect(sink.readiness.isTrue)
    #expect(try sink.write("x") == .closed)
  }

  @Test func endsAndMemory() throws {
    var pipe: (source: DescriptorSource, sink: DescriptorSink)? = try makePipe()
    let source = try #require(pipe?.source)
    pipe = nil
    #expect(try source.read(upTo: 1) == [])
    let memory = MemorySource([1, 2, 3])
    #expect(try memory.read(upTo: 2) == [1, 2])
    #expect(try memory.read(upTo: .max) == [3])
    #expect(try memory.read(upTo: -1) == [])
    let capture = CapturedOutput(limit: 3)
    #expect(try capture.write("abcd") == .bytes(3))
    #expect(throws: SystemError.insufficientSpace) { try capture.write("d") }
    #expect(capture.text == "abc")
  }

  @Test func steppedClock() {
    let clock = SteppableClock(wallTime: WASIInstant(seconds: 10, nanoseconds: 999_999_999))
    let readiness = clock.readiness(at: 5)
    #expect(!readiness.isTrue)
    clock.advance(byNanoseconds: 4)
    #expect(!readiness.isTrue)
    clock.advance(byNanoseconds: 1)
    #expect(readiness.isTrue)
    #expect(clock.wallTime == WASIInstant(seconds: 11, nanoseconds: 4))
    clock.advance(byNanoseconds: .max)
    #expect(clock.monotonicTime == .max)
    let skipping = SteppableClock(skipsWaits: true)
    #expect(skipping.readiness(at: 1_000_000_000).isTrue)
    #expect(skipping.wallTime == WASIInstant(seconds: 1))
  }

  @Test func seededRandomness() {
    func bytes(_ source: RandomSource, _ count: Int) -> [UInt8] {
      var bytes = [UInt8](repeating: 0, count: count)
      bytes.withUnsafeMutableBytes { source.fill($0) }
      return bytes
    }
    #expect(bytes(RandomSource(seed: 1), 37) == bytes(RandomSource(seed: 1), 37))
    #expect(bytes(RandomSource(seed: 1), 16) != bytes(RandomSource(seed: 2), 16))
    #expect(bytes(RandomSource(seed: nil), 16) != bytes(RandomSource(seed: nil), 16))
  }
}
