import Testing
import WasmSyntax

@testable import WasmExecution

private struct HostError: Error, Equatable { var code: Int }

@Suite struct HostFunctionTests {
  @Test func valuesGoBothWays() throws {
    let store = CoreStore.forTests()
    let host = try store.host([.i32, .v128], [.v128, .i32]) { call throws(HostFailure) in
      guard case .i32(let number) = call.arguments[0] else { throw .trap(.unreachable) }
      return .values([call.arguments[1], .i32(number + 1)])
    }
    let instance = try store.instance(
      """
      (module (import "host" "f" (func $f (param i32 v128) (result v128 i32)))
        (func (export "f") (param i32) (result i64 i32) (local v128 i32)
          (call $f (local.get 0) (v128.const i64x2 5 6))
          (local.set 2) (local.set 1)
          (i64x2.extract_lane 1 (local.get 1)) (local.get 2)))
      """, ["host.f": .function(host)])
    let results = try instance.call("f", .i32(1))
    guard case .i64(6) = results[0], case .i32(2) = results[1] else {
      Issue.record("unexpected \(results)")
      return
    }
  }

  @Test func errorsAndTraps() throws {
    let store = CoreStore.forTests()
    let failing = try store.host([], []) { _ throws(HostFailure) in throw .error(HostError(code: 3))
    }
    let trapping = try store.host([], []) { _ throws(HostFailure) in
      throw .trap(.unreachable, detail: "on purpose")
    }
    let wrong = try store.host([], [.i32]) { _ in .values([.i64(1)]) }
    let instance = try store.instance(
      """
      (module
        (import "host" "failing" (func $failing))
        (import "host" "trapping" (func $trapping))
        (import "host" "wrong" (func $wrong (result i32)))
        (func (export "failing") (call $failing))
        (func (export "trapping") (call $trapping))
        (func (export "wrong") (drop (call $wrong))))
      """,
      [
        "host.failing": .function(failing), "host.trapping": .function(trapping),
        "host.wrong": .function(wrong),
      ])
    guard case .host(let error, let backtrace) = try instance.failure("failing") else {
      Issue.record("no error of the host")
      return
    }
    #expect(error as? HostError == HostError(code: 3))
    #expect(backtrace.count == 1)
    let trap = try instance.trap("trapping")
    #expect(trap.reason == .unreachable)
    #expect(trap.detail == "on purpose")
    #expect(try instance.trap("wrong").reason == .hostError)
  }

  @Test func callsBackOnTheSameStack() throws {
    let store = CoreStore.forTests()
    nonisolated(unsafe) var back: CoreFunction?
    let instance = try Self.bouncing(in: store) { back }
    back = instance.function(named: "f")
    #expect(try instance.int("f", .i32(50)) == 50)
    #expect(store.threads.count == 1)
    // The default depth is 200.
    #expect(try instance.int("f", .i32(199)) == 199)
    #expect(try instance.trap("f", .i32(200)).reason == .callStackExhausted)
    #expect(try instance.int("f", .i32(10)) == 10)
    // The backtrace of a trap below two host calls goes on above them.
    back = instance.function(named: "trap")
    let inner = try instance.trap("f", .i32(1))
    #expect(inner.backtrace.map(\.functionIndex) == [2, 1])
    back = nil
  }

  /// Nesting ends in a trap before the native stack does, however small that is.
  @Test func nestingOnASmallNativeStack() {
    onThreads(1, stackBytes: 256 << 10) { _ in
      do {
        let store = CoreStore.forTests()
        nonisolated(unsafe) var back: CoreFunction?
        let instance = try Self.bouncing(in: store) { back }
        back = instance.function(named: "f")
        #expect(try instance.int("f", .i32(10)) == 10)
        #expect(try instance.trap("f", .i32(1000)).reason == .callStackExhausted)
        #expect(try instance.int("f", .i32(10)) == 10)
        back = nil
      } catch {
        Issue.record("\(error)")
      }
    }
  }

  /// An instance whose function `f` counts down by way of a host function that calls back.
  private static func bouncing(
    in store: CoreStore, _ back: @escaping () -> CoreFunction?
  ) throws -> CoreInstance {
    let host = try store.host([.i32], [.i32]) { call throws(HostFailure) in
      guard let back = back() else { throw .trap(.unreachable) }
      do throws(InvocationError) {
        return .values(try call.store.invoke(back, call.arguments))
      } catch {
        throw .invocation(error)
      }
    }
    return try store.instance(
      """
      (module (import "host" "f" (func $host (param i32) (result i32)))
        (func (export "f") (param i32) (result i32)
          (if (i32.eqz (local.get 0)) (then (return (i32.const 0))))
          (i32.add (i32.const 1) (call $host (i32.sub (local.get 0) (i32.const 1)))))
        (func (export "trap") (param i32) (result i32) (unreachable)))
      """, ["host.f": .function(host)])
  }

  @Test func exceptionsCrossHostFrames() throws {
    let store = CoreStore.forTests()
    let tag = try #require(store.makeTag(FunctionType(parameters: [.i32], results: [])))
    nonisolated(unsafe) var thrower: CoreFunction?
    let host = try store.host([], []) { call throws(HostFailure) in
      guard let thrower else {
        guard let exception = call.store.makeException(tag, [.i32(7)]) else {
          throw .trap(.gcHeapExhausted)
        }
        throw .exception(exception)
      }
      do throws(InvocationError) {
        _ = try call.store.invoke(thrower, [])
        return .none
      } catch {
        throw .invocation(error)
      }
    }
    let instance = try store.instance(
      """
      (module (import "host" "f" (func $host)) (import "host" "tag" (tag $tag (param i32)))
        (func (export "throw") (throw $tag (i32.const 9)))
        (func (export "catch") (result i32)
          (block $caught (result i32)
            (try_table (catch $tag $caught) (call $host))
            (i32.const 0))))
      """, ["host.f": .function(host), "host.tag": .tag(tag)])
    #expect(try instance.int("catch") == 7)
    thrower = instance.function(named: "throw")
    #expect(try instance.int("catch") == 9)
    thrower = nil
  }
}
