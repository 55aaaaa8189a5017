// Components with WASI in a store of their own, for tests.

import ComponentRuntime
import Testing
import WasmExecution
import WasmSyntax
import WasmText

@testable import WASI

/// A component that was given WASI, and what it exports.
final class ComponentGuest {
  let store: ComponentStore
  let host: WASIHost
  private let instance: RootInstance

  init(
    _ text: String, _ configuration: WASIConfiguration = WASIConfiguration(),
    input: (any ByteSource)? = nil, output: (any ByteSink)? = nil, timeoutTicks: UInt64? = nil,
    schedule: SchedulePolicy.Mode = .fifo
  ) throws {
    var engineConfiguration = EngineConfiguration()
    engineConfiguration.features.set(.componentMoreAsyncBuiltins, to: true)
    let engine = Engine(configuration: engineConfiguration)
    let component = try LoadedComponent(
      engine: engine, bytes: Bytes(try parseText(Array(text.utf8))))
    store = try ComponentStore(engine: engine, policy: SchedulePolicy(schedule))
    store.core.deadlineTicks = timeoutTicks
    let context = try WASIContext(
      configuration, standardInput: input, standardOutput: output)
    host = WASIHost(context, store)
    let (store, host) = (store, host)
    instance = try ComponentInstantiation(component, in: store) { host.importItem($0) }
      .run { () throws(ComponentFailure) in try store.waitBlocking() }
  }

  /// Calls an export, `name` or `instance#name`, and waits for its result.
  @discardableResult
  func call(_ path: String, _ arguments: [ComponentValue] = []) throws -> ComponentValue? {
    let names = path.split(separator: "#").map(String.init)
    var items = instance.exports
    for name in names.dropLast() {
      guard case .instance(let inner)? = items[name] else { throw MissingExport(path: path) }
      items = inner
    }
    guard case .function(let function)? = items[names.last ?? ""] else {
      throw MissingExport(path: path)
    }
    let invocation = DynamicInvocation(function, arguments)
    let store = store
    try store.invoke(invocation) { () throws(ComponentFailure) in try store.waitBlocking() }
    return invocation.result
  }

  /// Runs a command; its exit status.
  func run(_ version: String) throws -> UInt32 {
    defer { host.finish() }
    do {
      return try call("wasi:cli/run@\(version)#run") == .result(.ok(nil)) ? 0 : 1
    } catch ComponentFailure.host(let exit as WASIExit, backtrace: _) {
      return exit.code
    }
  }
}

struct MissingExport: Error {
  let path: String
}

/// A component that exports what it imports of WASI, so that tests can call host functions as a guest's host would.
struct World {
  let guest: ComponentGuest
  let version: String

  static let folder =
    #filePath.split(separator: "/").dropLast().reduce("") { "\($0)/\($1)" } + "/Worlds"

  static func text(_ file: String) throws -> String {
    String(decoding: try Bytes(contentsOf: "\(folder)/\(file)").array, as: UTF8.self)
  }

  static func preview2(
    _ configuration: WASIConfiguration = WASIConfiguration()
  ) throws -> World {
    World(guest: try ComponentGuest(text("wasi-0.2.wat"), configuration), version: "0.2.12")
  }

  static func preview3(
    _ configuration: WASIConfiguration = WASIConfiguration()
  ) throws -> World {
    World(guest: try ComponentGuest(text("wasi-0.3.wat"), configuration), version: "0.3.0")
  }

  /// Calls `package/interface#function`.
  @discardableResult
  func callAsFunction(_ name: String, _ arguments: ComponentValue...) throws -> ComponentValue {
    let parts = name.split(separator: "#")
    let path = "wasi:\(parts[0])@\(version)#\(parts[1])"
    return try pass(path, arguments)
  }

  /// Calls a method, whose first argument is lent.
  func method(
    _ interface: String, _ name: String, _ arguments: [ComponentValue]
  ) throws -> ComponentValue {
    try pass(
      "wasi:\(interface)@\(version)#[method]\(name)",
      [arguments[0].borrowed] + arguments.dropFirst())
  }

  @discardableResult
  func method(
    _ interface: String, _ name: String, _ resource: ComponentValue,
    _ arguments: ComponentValue...
  ) throws -> ComponentValue {
    try method(interface, name, [resource] + arguments)
  }

  private func pass(_ path: String, _ arguments: [ComponentValue]) throws -> ComponentValue {
    let result = try guest.call(path, arguments)
    return result ?? .tuple([])
  }

  func drop(_ resource: ComponentValue) throws {
    guard case .own(let id) = resource else { throw MissingExport(path: "\(resource)") }
    try guest.store.dropResource(id)
  }
}

extension ComponentValue {
  /// What is in `ok`, a failure of the test if it is an error.
  func ok(_ location: SourceLocation = #_sourceLocation) throws -> ComponentValue {
    guard case .result(.ok(let value)) = self else {
      Issue.record("\(self)", sourceLocation: location)
      throw MissingExport(path: "ok")
    }
    return value ?? .tuple([])
  }

  /// The label of the error, nil if it is none.
  var errorLabel: String? {
    guard case .result(.error(let error?)) = self else { return nil }
    return (try? error.asCase())?.label
  }

  var borrowed: ComponentValue {
    guard case .own(let id) = self else { return self }
    return .borrow(id)
  }

  static func text(_ text: String) -> ComponentValue { .bytes(Array(text.utf8)) }
}
