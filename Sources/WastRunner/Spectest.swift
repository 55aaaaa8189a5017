// The module `spectest` that scripts import from: print functions and one entity of each kind, as in the reference
// interpreter.

import WasmExecution
import WasmSyntax

/// What a script can import under one name: the exports of an instance, or of no instance.
struct Namespace {
  private(set) var exports: [ExactName: ExternValue] = [:]

  init(exports: [ExactName: ExternValue] = [:]) { self.exports = exports }

  init(_ instance: CoreInstance) {
    for (name, value) in instance.exports { self[name] = value }
  }

  subscript(name: String) -> ExternValue? {
    get { exports[ExactName(name)] }
    set { exports[ExactName(name)] = newValue }
  }
}

extension Namespace {
  static let spectestName = "spectest"

  /// `spectest` made in a store; `print` gets a line per value printed.
  static func spectest(
    in store: CoreStore, print: @escaping (String) -> Void
  ) throws(InstantiationError) -> Namespace {
    var namespace = Namespace()
    let prints: [(String, [ValueType])] = [
      ("print", []), ("print_i32", [.i32]), ("print_i64", [.i64]), ("print_f32", [.f32]),
      ("print_f64", [.f64]), ("print_i32_f32", [.i32, .f32]), ("print_f64_f64", [.f64, .f64]),
    ]
    for (name, parameters) in prints {
      let type = FunctionType(parameters: parameters, results: [])
      let function = store.makeFunction(type: type) { call in
        for value in call.arguments { print(describe(value)) }
        return .none
      }
      namespace[name] = function.map { .function($0) }
    }
    let globals: [(String, ValueType, Value)] = [
      ("global_i32", .i32, .i32(666)), ("global_i64", .i64, .i64(666)),
      ("global_f32", .f32, .f32(666.6)), ("global_f64", .f64, .f64(666.6)),
    ]
    for (name, type, value) in globals {
      let global = store.makeGlobal(GlobalType(valueType: type, isMutable: false), value)
      namespace[name] = global.map { .global($0) }
    }
    let limits = Limits(minimum: 10, maximum: 20)
    namespace["table"] = .table(
      try store.makeTable(TableType(limits: limits, element: .funcref)))
    namespace["table64"] = .table(
      try store.makeTable(TableType(addressType: .i64, limits: limits, element: .funcref)))
    let pages = Limits(minimum: 1, maximum: 2)
    namespace["memory"] = .memory(try store.makeMemory(MemoryType(limits: pages)))
    namespace["shared_memory"] = .memory(
      try store.makeMemory(MemoryType(limits: pages, isShared: true)))
    return namespace
  }
}
