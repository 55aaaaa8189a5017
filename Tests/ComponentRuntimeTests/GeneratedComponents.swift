// Components made for a test: text of types and functions, core modules that pass their arguments on.

import Testing
import WasmExecution
import WasmSyntax
import WasmText

@testable import ComponentRuntime
@testable import WasmValidation

/// How one component passes values.
struct PassingOptions {
  let encoding: StringEncoding
  let is64: Bool

  /// The type of addresses.
  var pointer: String { is64 ? "i64" : "i32" }
  var zero: String { "(\(pointer).const 0)" }

  /// A core module with a memory and an allocator that never frees, and its instance `$mem`.
  var memory: String {
    """
    (core module $Mem
      (memory (export "mem") \(is64 ? "i64 " : "")128)
      (global $next (mut \(pointer)) (\(pointer).const 1024))
      (func (export "realloc") (param $old \(pointer)) (param $size \(pointer)) (param $align \(pointer))
        (param $new \(pointer)) (result \(pointer)) (local $at \(pointer))
        (local.set $at (\(pointer).and
          (\(pointer).sub (\(pointer).add (global.get $next) (local.get $align)) (\(pointer).const 1))
          (\(pointer).sub \(zero) (local.get $align))))
        (global.set $next (\(pointer).add (local.get $at) (local.get $new)))
        (memory.copy (local.get $at) (local.get $old)
          (select (local.get $size) (local.get $new) (\(pointer).lt_u (local.get $size) (local.get $new))))
        (local.get $at)))
    (core instance $mem (instantiate $Mem))
    """
  }

  /// Canonical options.
  var options: String {
    "\(encoding.name) (memory (core memory $mem \"mem\")) (realloc (core func $mem \"realloc\"))"
  }
}

/// Writes types as text, with names for those that need one.
struct TypeText {
  let types: ComponentTypes
  private var names: [ValueTypeID: String] = [:]
  /// Definitions and imports of the named types, in order.
  private(set) var preamble = ""
  /// `with` clauses that pass them on.
  private(set) var arguments = ""

  init(_ types: ComponentTypes) { self.types = types }

  mutating func text(_ type: ValueTypeID) -> String {
    if let name = names[type] { return name }
    let written = structure(type)
    guard types[type].shape.isNominal else { return written }
    let name = "$n\(names.count)"
    let label = "n\(names.count)"
    names[type] = name
    preamble += "(type \(name)' \(written)) (import \"\(label)\" (type \(name) (eq \(name)')))\n"
    arguments += "(with \"\(label)\" (type \(name)))\n"
    return name
  }

  private mutating func structure(_ type: ValueTypeID) -> String {
    switch types[type].shape {
    case .primitive(let primitive): return "\(primitive.name)"
    case .record(let fields):
      return "(record " + fields.map { "(field \"\($0.label)\" \(text($0.type)))" }.joined() + ")"
    case .variant(let cases):
      let texts = cases.map { item in
        "(case \"\(item.label)\"\(item.type.map { " " + text($0) } ?? ""))"
      }
      return "(variant " + texts.joined() + ")"
    case .list(let element): return "(list \(text(element)))"
    case .fixedLengthList(let element, let length): return "(list \(text(element)) \(length))"
    case .tuple(let elements):
      return "(tuple " + elements.map { text($0) }.joined(separator: " ") + ")"
    case .flags(let labels): return "(flags " + Self.quoted(labels) + ")"
    case .enum(let labels): return "(enum " + Self.quoted(labels) + ")"
    case .option(let element): return "(option \(text(element)))"
    case .result(let ok, let error):
      let first = ok.map { " " + text($0) } ?? ""
      return "(result\(first)\(error.map { " (error \(text($0)))" } ?? ""))"
    case .map(let key, let value, entry: _): return "(map \(text(key)) \(text(value)))"
    case .own, .borrow, .stream, .future: return "u8"
    }
  }

  private static func quoted(_ labels: [String]) -> String {
    labels.map { "\"\($0)\"" }.joined(separator: " ")
  }
}

/// `flatten_type`, written once more: core types by their names.
struct Flattening {
  let types: ComponentTypes
  let pointer: String

  func flat(_ type: ValueTypeID) -> [String] {
    switch types[type].shape {
    case .primitive(let primitive):
      switch primitive {
      case .s64, .u64: return ["i64"]
      case .f32: return ["f32"]
      case .f64: return ["f64"]
      case .string: return [pointer, pointer]
      case .bool, .s8, .u8, .s16, .u16, .s32, .u32, .char, .errorContext: return ["i32"]
      }
    case .record(let fields): return fields.flatMap { flat($0.type) }
    case .tuple(let elements): return elements.flatMap(flat)
    case .list, .map: return [pointer, pointer]
    case .fixedLengthList(let element, let length):
      return (0..<length).flatMap { _ in flat(element) }
    case .variant(let cases): return variant(cases.map(\.type))
    case .option(let element): return variant([nil, element])
    case .result(let ok, let error): return variant([ok, error])
    case .flags, .enum, .own, .borrow, .stream, .future: return ["i32"]
    }
  }

  private func variant(_ cases: [ValueTypeID?]) -> [String] {
    var joined: [String] = []
    for type in cases {
      let payload: [String] = type.map { flat($0) } ?? []
      for (index, core) in payload.enumerated() {
        if index == joined.count {
          joined.append(core)
        } else if joined[index] != core {
          let both: Set<String> = [joined[index], core]
          joined[index] = both == ["i32", "f32"] ? "i32" : "i64"
        }
      }
    }
    return ["i32"] + joined
  }
}

extension ComponentStore {
  /// Instantiates a text.
  func instantiate(
    _ text: String, imports: @escaping (String) -> ImportItem? = { _ in nil }
  ) throws -> RootInstance {
    let bytes = try parseComponent(Array(text.utf8))
    let component = try LoadedComponent(engine: engine, bytes: Bytes(bytes))
    return try ComponentInstantiation(component, in: self, imports: imports).run {
      () throws(ComponentFailure) in throw .wouldBlock
    }
  }

  /// Calls an export.
  func call(
    _ name: String, of instance: RootInstance, _ arguments: [ComponentValue] = []
  ) throws -> ComponentValue? {
    guard case .function(let function)? = instance.exports[name] else { throw MissingExport() }
    let invocation = DynamicInvocation(function, arguments)
    try invocation.check(state)
    try invoke(invocation) { () throws(ComponentFailure) in throw .wouldBlock }
    return invocation.result
  }

  private struct MissingExport: Error {}
}

/// A store for scripts' features.
func makeStore(concurrency: Bool = true) throws -> ComponentStore {
  var configuration = EngineConfiguration()
  configuration.features = .scripts
  return try ComponentStore(
    engine: Engine(configuration: configuration), concurrency: concurrency)
}
