// A hundred thousand calls of each kind leave nothing behind: the bench cases, whose results are known.

import TestSupport
import Testing
import WasmExecution
import WasmSyntax

@testable import ComponentRuntime

@Suite struct LeakTests {
  struct Case: Sendable, CustomStringConvertible {
    let file: String
    let result: @Sendable (UInt64) -> UInt64
    var description: String { file }

    init(_ file: String, _ result: @escaping @Sendable (UInt64) -> UInt64) {
      self.file = file
      self.result = result
    }
  }

  private static let cases: [Case] = [
    Case("b1_sync_scalar") { $0 * ($0 - 1) / 2 }, Case("c1_string16") { 235 * $0 },
    Case("c2_list4k") { 4315 * $0 }, Case("c4_list32k") { 32987 * $0 },
    Case("d1_borrow") { 3 * $0 + 1 }, Case("d2_own_create_drop") { $0 + 1 },
    Case("e1_resource_new_rep_drop") { $0 * ($0 - 1) / 2 }, Case("e2_resource_rep") { 7 * $0 },
    Case("f1_async_async_immediate") { $0 }, Case("f2_sync_async_immediate") { $0 },
    Case("g1_async_yield_wait") { $0 }, Case("g3_sync_yield") { $0 },
    Case("g4_stackful_yield_wait") { $0 }, Case("g6_thread_yield") { $0 },
    Case("g7_callback_yield") { $0 }, Case("h1_stream64k") { $0 },
    Case("h3_future_pingpong") { $0 }, Case("h4_future_local") { $0 },
  ]

  private struct NoFunction: Error {}

  @Test(arguments: cases) func callsLeaveNothing(_ test: Case) throws {
    let path = "\(Suites.root)/../bench/component/\(test.file).wasm"
    var configuration = EngineConfiguration()
    configuration.features = .scripts
    let engine = Engine(configuration: configuration)
    let component = try LoadedComponent(engine: engine, bytes: try Bytes(contentsOf: path))
    func open() throws -> (ComponentStore, FunctionRef) {
      let store = try ComponentStore(engine: engine)
      let instance = try ComponentInstantiation(component, in: store) { _ in nil }.run {}
      guard case .function(let run)? = instance.exports["run"] else { throw NoFunction() }
      return (store, run)
    }
    func call(_ count: UInt64, _ store: ComponentStore, _ run: FunctionRef) throws {
      let invocation = DynamicInvocation(run, [.u32(UInt32(count))])
      try store.invoke(invocation) { () throws(ComponentFailure) in throw .wouldBlock }
      let expected = UInt32(truncatingIfNeeded: test.result(count))
      #expect(invocation.result == .u32(expected))
    }
    let (few, runFew) = try open()
    try call(10, few, runFew)
    let (many, runMany) = try open()
    try call(100_000, many, runMany)
    #expect(many.state.liveCounts == few.state.liveCounts)
    #expect(many.state.liveCounts.tasks == 0)
    #expect(many.state.liveCounts.threads == 0)
    for store in [few, many] {
      store.close(.wouldBlock)
      #expect(store.state.liveCounts == LiveCounts())
    }
  }
}
