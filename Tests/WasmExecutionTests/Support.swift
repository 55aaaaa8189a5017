// What the tests of this room share: modules from text, and threads of the operating system to run stores on.

import Testing
import WasmSyntax
import WasmText

@testable import WasmExecution

extension Engine {
  /// An engine with every feature on.
  static func forTests(_ change: (inout EngineConfiguration) -> Void = { _ in }) -> Engine {
    var configuration = EngineConfiguration()
    configuration.features = .all
    change(&configuration)
    return Engine(configuration: configuration)
  }

  /// A module from text.
  func module(_ text: String) throws -> CoreModule {
    try CoreModule(engine: self, bytes: Bytes(try parseModule(Array(text.utf8))))
  }
}

extension CoreStore {
  static func forTests(
    engine: Engine = .forTests(), _ change: (inout ResourceLimits) -> Void = { _ in }
  ) -> CoreStore {
    var limits = engine.configuration.resources
    change(&limits)
    return CoreStore(engine: engine, limits: limits)
  }

  /// An instance of a module from text, with imports by "module.name".
  func instance(
    _ text: String, _ imports: [String: ExternValue] = [:], name: String? = nil
  ) throws -> CoreInstance {
    try instantiate(engine.module(text), name: name) { imports["\($0.module).\($0.name)"] }
  }

  /// A function of the host.
  func host(
    _ parameters: [ValueType], _ results: [ValueType], _ body: @escaping HostFunctionBody
  ) throws -> CoreFunction {
    try #require(makeFunction(type: FunctionType(parameters: parameters, results: results), body))
  }
}

extension CoreInstance {
  /// Calls an export.
  @discardableResult
  func call(_ name: String, _ arguments: Value...) throws -> [Value] {
    try store.invoke(#require(function(named: name)), arguments)
  }

  /// Calls an export that returns one i32.
  func int(_ name: String, _ arguments: Value...) throws -> UInt32 {
    let results = try store.invoke(#require(function(named: name)), arguments)
    guard case .i32(let number)? = results.first, results.count == 1 else {
      throw InvocationError.mismatch("\(name) returned \(results)")
    }
    return number
  }

  /// What calling an export fails with.
  func failure(_ name: String, _ arguments: Value...) throws -> InvocationError {
    try store.failure(of: #require(function(named: name)), arguments)
  }

  /// The trap that calling an export ends in.
  func trap(_ name: String, _ arguments: Value...) throws -> Trap {
    let failure = try store.failure(of: #require(function(named: name)), arguments)
    guard case .trap(let trap) = failure else { throw failure }
    return trap
  }
}

extension CoreStore {
  fileprivate func failure(
    of function: CoreFunction, _ arguments: [Value]
  ) throws -> InvocationError {
    let results: [Value]
    do throws(InvocationError) {
      results = try invoke(function, arguments)
    } catch {
      return error
    }
    throw InvocationError.mismatch("the call returned \(results)")
  }
}

/// Runs bodies on OS threads of their own and waits for all of them.
func onThreads(
  _ count: Int, stackBytes: Int? = nil, _ body: @escaping @Sendable (Int) -> Void
) {
  let events = (0..<count).map { _ in OSEvent() }
  for index in 0..<count {
    let started = OSThread.start(stackBytes: stackBytes) {
      body(index)
      events[index].set()
    }
    #expect(started)
  }
  for event in events { _ = event.wait() }
}
