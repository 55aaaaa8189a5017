import Testing
import WasmSyntax

@testable import WasmExecution

private struct HostError: Error {}

@Suite struct SuspensionTests {
  /// Recurses, suspends at the bottom, recurses again with what it was resumed with.
  private static let text = """
    (module (import "host" "wait" (func $wait (param i32) (result i32)))
      (func $down (export "down") (param i32 i32) (result i32)
        (if (result i32) (i32.eqz (local.get 0))
          (then (call $again (call $wait (local.get 1)) (i32.const 500)))
          (else (i32.add (i32.const 1)
            (call $down (i32.sub (local.get 0) (i32.const 1)) (local.get 1))))))
      (func $again (param i32 i32) (result i32)
        (if (result i32) (i32.eqz (local.get 1))
          (then (i32.add (i32.const 100) (call $wait (local.get 0))))
          (else (call $again (local.get 0) (i32.sub (local.get 1) (i32.const 1)))))))
    """

  @Test func manyThreadsInterleave() throws {
    let store = CoreStore.forTests()
    let host = try store.host([.i32], [.i32]) { _ in .suspended }
    let instance = try store.instance(Self.text, ["host.wait": .function(host)])
    let down = try #require(instance.function(named: "down"))
    var threads: [GuestThread] = []
    for index in 0..<1000 {
      let thread = try #require(GuestThread(store: store))
      // Depths from within the first stack to far beyond it.
      let outcome = try thread.start(down, [.i32(UInt32(index % 300)), .i32(UInt32(index))])
      guard case .suspended(.host) = outcome else {
        Issue.record("\(outcome)")
        return
      }
      threads.append(thread)
    }
    for (index, thread) in threads.enumerated().reversed() {
      guard case .suspended(.host) = try thread.resume(returning: [.i32(UInt32(index) * 2)]) else {
        Issue.record("thread \(index) did not suspend again")
        return
      }
    }
    for (index, thread) in threads.enumerated() {
      guard case .returned = try thread.resume(returning: [.i32(UInt32(index) * 3)]),
        case .i32(let result) = thread.results[0]
      else {
        Issue.record("thread \(index) did not return")
        return
      }
      #expect(result == UInt32(index % 300 + 100 + index * 3))
    }
    threads = []
    #expect(store.threads.count == 0)
  }

  @Test func resumingWithTrapOrException() throws {
    let store = CoreStore.forTests()
    let tag = try #require(store.makeTag(FunctionType(parameters: [.i32], results: [])))
    let host = try store.host([], []) { _ in .suspended }
    let instance = try store.instance(
      """
      (module (import "host" "f" (func $host)) (import "host" "tag" (tag $tag (param i32)))
        (func (export "catch") (result i32)
          (block $caught (result i32)
            (try_table (catch $tag $caught) (call $host))
            (i32.const 0))))
      """, ["host.f": .function(host), "host.tag": .tag(tag)])
    let function = try #require(instance.function(named: "catch"))
    let thread = try #require(GuestThread(store: store))
    _ = try thread.start(function, [])
    let exception = try #require(store.makeException(tag, [.i32(5)]))
    guard case .returned = thread.resume(failing: .exception(exception)),
      case .i32(5) = thread.results[0]
    else {
      Issue.record("the exception was not caught")
      return
    }
    _ = try thread.start(function, [])
    guard case .trapped(let trap) = thread.resume(failing: .trap(.unreachable)) else {
      Issue.record("no trap")
      return
    }
    #expect(trap.backtrace.map(\.functionIndex) == [1])
    _ = try thread.start(function, [])
    guard case .failed(let error, let frames) = thread.resume(failing: .error(HostError())) else {
      Issue.record("no error")
      return
    }
    #expect(error is HostError)
    #expect(frames.map(\.functionIndex) == [1])
    // The thread can be used again.
    guard case .suspended = try thread.start(function, []) else {
      Issue.record("the thread is not usable")
      return
    }
  }

  @Test func callingWhatSuspendsWouldBlock() throws {
    let store = CoreStore.forTests()
    let host = try store.host([.i32], [.i32]) { _ in .suspended }
    let instance = try store.instance(Self.text, ["host.wait": .function(host)])
    guard case .wouldBlock = try instance.failure("down", .i32(1), .i32(1)) else {
      Issue.record("the call did not fail")
      return
    }
    #expect(store.threads.count == 0)
  }

  /// A long computation is suspended when the epoch moves on, and goes on where it was.
  @Test func givingWay() throws {
    let store = CoreStore.forTests()
    store.givesWay = true
    let instance = try store.instance(
      """
      (module (func (export "count") (param i32) (result i32) (local i32)
        (loop $l
          (local.set 1 (i32.add (local.get 1) (i32.const 1)))
          (br_if $l (i32.lt_u (local.get 1) (local.get 0))))
        (local.get 1)))
      """)
    let thread = try #require(GuestThread(store: store))
    var outcome = try thread.start(
      #require(instance.function(named: "count")), [.i32(30_000_000)])
    var suspensions = 0
    while case .suspended(.preempted) = outcome {
      suspensions += 1
      outcome = thread.resume()
    }
    guard case .returned = outcome, case .i32(30_000_000) = thread.results[0] else {
      Issue.record("\(outcome)")
      return
    }
    #expect(suspensions > 0)
  }
}
