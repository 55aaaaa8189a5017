// Components that pass a value on to the host and return what the host returns: each type goes both ways twice.

@testable import Apus

/// A component that imports `f` and exports `g`, which calls it; both take and return a value of one type.
///
/// - Parameters:
///   - type: The type.
///   - flat: The core types of its flat representation.
///   - named: Types that it is made of and that need a name: label and definition, each as `$label`.
///   - encoding: A string encoding, as in `string-encoding=utf16`.
func echo(
  _ type: String, _ flat: String, named: [(String, String)] = [], encoding: String = ""
) -> String {
  let flat = flat.split(separator: " ").map(String.init)
  let isDirect = flat.count == 1
  let parameters = flat.joined(separator: " ")
  let arguments = flat.indices.map { "(local.get \($0))" }.joined(separator: " ")
  let declarations = named.map { label, definition in
    """
    (type $\(label)' \(definition))
    (import "\(label)" (type $\(label) (eq $\(label)')))
    """
  }
  return guest(
    declarations.joined(separator: "\n")
      + #"(import "f" (func $f (param "x" \#(type)) (result \#(type))))"#,
    [
      .init(
        "f",
        "(param \(parameters)\(isDirect ? "" : " i32")) \(isDirect ? "(result \(flat[0]))" : "")",
        "lower (func $f) MEM REALLOC \(encoding)")
    ],
    core: """
      (func (export "g") (param \(parameters)) (result \(isDirect ? flat[0] : "i32"))
        (call $f \(arguments) \(isDirect ? "" : "(i32.const 1024)"))
        \(isDirect ? "" : "(i32.const 1024)"))
      """,
    exports: """
      (func (export "g") (param "x" \(type)) (result \(type))
        (canon lift (core func $i "g") MEM REALLOC \(encoding)))
      """)
}

/// Passes values through such a component, from synchronous and asynchronous code and with both kinds of functions of the
/// host.
///
/// - Returns: what has come back, in order.
func passThrough<Value: ComponentConvertible & Sendable & Equatable>(
  _ component: String, _ values: [Value]
) async throws -> (seen: [Value], returned: [Value]) {
  let seen = Log<Value>()
  var returned: [Value] = []
  var linker = Linker()
  linker.function("f") { (_, value: Value) -> Value in
    seen.add(value)
    return value
  }
  let fixture = try await Fixture(component, linker)
  let g = try fixture.instance.function("g", as: ((Value) -> Value).self)
  for value in values {
    returned.append(try await g(value))
    returned.append(try await fixture.store.run { context in try g(value, in: context) })
  }
  var other = Linker()
  other.asyncFunction("f") { (value: Value) async throws -> Value in
    seen.add(value)
    await SwiftTask.yield()
    return value
  }
  let waiting = try await Fixture(component, other)
  let later = try waiting.instance.function("g", as: ((Value) -> Value).self)
  for value in values { returned.append(try await later(value)) }
  return (seen.entries, returned)
}
