// Types with conversions that the macros have written, passed through components.

import Apus
import ApusMacros
import Synchronization
import Testing

@ComponentRecord struct Request: Equatable {
  var path: String
  @ComponentName("max-bytes") var limit: UInt64?
  let userID: UInt32
  var inner: Inner { didSet {} }
  var double: UInt32 { userID * 2 }
  static let ignored = 1
}

@ComponentRecord public struct Inner: Equatable, Sendable {
  var x, y: Int32
}

@ComponentVariant enum Filter: Equatable {
  case all
  case some([String])
  @ComponentName("by-id") case numbered(id: UInt32)
}

@ComponentEnum enum Level: Equatable {
  case low
  case `default`, veryHigh
}

@ComponentFlags struct Permissions: Equatable {
  var read: Bool
  var write: Bool
  var mayExecute: Bool = false
}

extension Permissions {
  static let none = Permissions(read: false, write: false)
}

@ComponentFlags struct ManyFlags: Equatable {
  var a0, a1, a2, a3, a4, a5, a6, a7, a8: Bool
}

@Suite struct ConversionTests {
  /// Has a guest pass values to the host and back.
  private func check<Value: ComponentConvertible & Sendable & Equatable>(
    _ definitions: String, flat: String, _ values: Value...,
    sourceLocation: SourceLocation = #_sourceLocation
  ) async throws {
    let flat = flat.split(separator: " ")
    let parameters = flat.joined(separator: " ")
    let arguments = flat.indices.map { "(local.get \($0))" }.joined(separator: " ")
    let isDirect = flat.count == 1
    let text = """
      (component
        (core module $libc
          (memory (export "mem") 1)
          (global $next (mut i32) (i32.const 4096))
          (func (export "realloc") (param i32 i32 i32 i32) (result i32)
            (global.set $next
              (i32.and (i32.add (global.get $next) (i32.const 15)) (i32.const -16)))
            (global.get $next)
            (global.set $next (i32.add (global.get $next) (local.get 3)))))
        (core instance $libc (instantiate $libc))
        (alias core export $libc "mem" (core memory $mem))
        (alias core export $libc "realloc" (core func $realloc))
        \(definitions)
        (import "f" (func $f (param "x" $T) (result $T)))
        (core func $f (canon lower (func $f) (memory $mem) (realloc $realloc)))
        (core module $m
          (import "" "f" (func $f (param \(parameters)\(isDirect ? "" : " i32"))
            \(isDirect ? "(result i32)" : "")))
          (func (export "g") (param \(parameters)) (result i32)
            (call $f \(arguments) \(isDirect ? "" : "(i32.const 64)"))
            \(isDirect ? "" : "(i32.const 64)")))
        (core instance $i (instantiate $m (with "" (instance (export "f" (func $f))))))
        (func (export "g") (param "x" $T) (result $T)
          (canon lift (core func $i "g") (memory $mem) (realloc $realloc))))
      """
    let engine = Engine()
    let seen = Mutex<[Value]>([])
    var linker = Linker()
    linker.function("f") { (_, value: Value) -> Value in
      seen.withLock { $0.append(value) }
      return value
    }
    let store = try Store(engine: engine)
    let instance = try await store.instantiate(Component(engine: engine, text: text), linker)
    let g = try instance.function("g", as: ((Value) -> Value).self)
    for value in values {
      let result = try await g(value)
      #expect(result == value, sourceLocation: sourceLocation)
    }
    #expect(seen.withLock { $0 } == values, sourceLocation: sourceLocation)
  }

  @Test func records() async throws {
    try await check(
      """
      (type $i (record (field "x" s32) (field "y" s32)))
      (import "inner" (type $I (eq $i)))
      (type $t (record (field "path" string) (field "max-bytes" (option u64))
        (field "user-id" u32) (field "inner" $I)))
      (import "t" (type $T (eq $t)))
      """, flat: "i32 i32 i32 i64 i32 i32 i32",
      Request(path: "/a", limit: 1 << 40, userID: 7, inner: Inner(x: -1, y: 2)),
      Request(path: "", limit: nil, userID: 0, inner: Inner(x: 0, y: 0)))
  }

  @Test func variants() async throws {
    try await check(
      """
      (type $t (variant (case "all") (case "some" (list string)) (case "by-id" u32)))
      (import "t" (type $T (eq $t)))
      """, flat: "i32 i32 i32", Filter.all, .some(["a", ""]), .numbered(id: 9))
  }

  @Test func enums() async throws {
    try await check(
      """
      (type $t (enum "low" "default" "very-high"))
      (import "t" (type $T (eq $t)))
      """, flat: "i32", Level.low, .default, .veryHigh)
  }

  @Test func flags() async throws {
    try await check(
      """
      (type $t (flags "read" "write" "may-execute"))
      (import "t" (type $T (eq $t)))
      """, flat: "i32", Permissions.none, Permissions(read: true, write: false, mayExecute: true),
      Permissions(read: false, write: true))
    let labels = (0...8).map { "\"a\($0)\"" }.joined(separator: " ")
    try await check(
      "(type $t (flags \(labels))) (import \"t\" (type $T (eq $t)))", flat: "i32",
      ManyFlags(
        a0: true, a1: false, a2: true, a3: false, a4: false, a5: true, a6: false, a7: false,
        a8: true))
  }

  @Test func otherNamesAreAnotherType() async throws {
    let error = await #expect(throws: InstantiationError.self) {
      try await check(
        """
        (type $t (enum "low" "default" "high"))
        (import "t" (type $T (eq $t)))
        """, flat: "i32", Level.low)
    }
    #expect(
      error?.description == "import `f`: expected func(x: enum { low, default, high }) -> "
        + "enum { low, default, high }, found func(enum { low, default, very-high }) -> "
        + "enum { low, default, very-high }")
  }
}
