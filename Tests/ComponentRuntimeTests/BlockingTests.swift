// Calls that block their OS thread until the host has something for them.

import Testing
import WasmExecution
import WasmSyntax
import WasmText

@testable import ComponentRuntime

@Suite struct BlockingTests {
  /// Calls an imported function and adds one to what it returns.
  private let component = """
    (component
      (import "f" (func $f async (result u32)))
      (core func $f (canon lower (func $f)))
      (core module $m
        (import "" "f" (func $f (result i32)))
        (func (export "g") (result i32) (i32.add (call $f) (i32.const 1))))
      (core instance $i (instantiate $m (with "" (instance (export "f" (func $f))))))
      (func (export "g") async (result u32) (canon lift (core func $i "g"))))
    """

  /// A host function that another thread completes after a while.
  private func slow(_ store: ComponentStore, _ value: UInt32) -> HostFunction {
    let mailbox = store.mailbox
    return HostFunction { call in
      let pending = try call.suspend()
      _Concurrency.Task.detached {
        try? await _Concurrency.Task.sleep(for: .milliseconds(20))
        mailbox.post { try? $0.complete(pending, .success(.u32(value))) }
      }
      return .pending(pending)
    }
  }

  @Test func hostFunctionsCompleteOnOtherThreads() throws {
    let engine = Engine(configuration: EngineConfiguration())
    let loaded = try LoadedComponent(
      engine: engine, bytes: Bytes(try parseText(Array(component.utf8))))
    let store = try ComponentStore(engine: engine)
    let wait = { () throws(ComponentFailure) in try store.waitBlocking() }
    let function = slow(store, 41)
    let instance = try ComponentInstantiation(loaded, in: store) {
      $0 == "f" ? .function(function) : nil
    }.run(waiting: wait)
    guard case .function(let export)? = instance.exports["g"] else {
      Issue.record("no export")
      return
    }
    for _ in 0..<3 {
      let invocation = DynamicInvocation(export, [])
      try store.invoke(invocation, waiting: wait)
      #expect(invocation.result == .u32(42))
    }
    #expect(store.state.liveCounts.tasks == 0)
  }
}
