// Suspended threads keep their stacks: how much all of them may take is a limit of the store.

import Testing
import WasmExecution
import WasmSyntax

@testable import ComponentRuntime

@Suite struct StackLimitTests {
  /// Calls a function that waits for ever, again and again.
  private let text = """
    (component
      (component $C
        (core module $Mem (memory (export "mem") 1))
        (core instance $mem (instantiate $Mem))
        (core func $new (canon waitable-set.new))
        (core func $wait (canon waitable-set.wait (memory (core memory $mem "mem"))))
        (core module $M
          (import "" "new" (func $new (result i32)))
          (import "" "wait" (func $wait (param i32 i32) (result i32)))
          (func (export "f") (drop (call $wait (call $new) (i32.const 0)))))
        (core instance $m (instantiate $M (with "" (instance
          (export "new" (func $new)) (export "wait" (func $wait))))))
        (func (export "f") async (canon lift (core func $m "f") async)))
      (component $D
        (import "f" (func $f async))
        (core func $f (canon lower (func $f) async))
        (core module $M
          (import "" "f" (func $f (result i32)))
          (func (export "run") (loop (drop (call $f)) (br 0))))
        (core instance $m (instantiate $M (with "" (instance (export "f" (func $f))))))
        (func (export "run") async (canon lift (core func $m "run"))))
      (instance $c (instantiate $C))
      (instance $d (instantiate $D (with "f" (func $c "f"))))
      (export "run" (func $d "run")))
    """

  @Test func suspendedThreads() throws {
    var configuration = EngineConfiguration()
    configuration.features = .scripts
    configuration.resources.allStackBytes = 1 << 20
    let store = try ComponentStore(engine: Engine(configuration: configuration))
    let instance = try store.instantiate(text)
    do {
      _ = try store.call("run", of: instance)
      Issue.record("no trap")
    } catch let failure as ComponentFailure {
      guard case .trap(_, let trap?) = failure else {
        Issue.record("\(failure)")
        return
      }
      #expect(trap.reason == .stackExhausted)
    }
    // Their memory can be used again.
    let other = try store.instantiate(text)
    #expect(throws: ComponentFailure.self) { _ = try store.call("run", of: other) }
    store.close(.wouldBlock)
    #expect(store.state.liveCounts == LiveCounts())
  }
}
