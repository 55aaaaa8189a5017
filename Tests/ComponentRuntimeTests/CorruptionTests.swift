// Pointers, lengths, discriminants, code points and handles that are wrong: a guest that passes them traps for the reason
// that the specification gives, whoever is on the other side, and instances of other roots go on.

import Testing
import WasmExecution
import WasmSyntax

@testable import ComponentRuntime

/// A value of a type, as core values, that must not be lifted.
struct Corruption: Sendable, CustomStringConvertible {
  let type: String
  /// Core values, pointers among them; `p` stands for the type of addresses.
  let flat: [String]
  /// At address 64.
  var data = ""
  var encoding = StringEncoding.utf8
  let reason: ComponentTrap.Reason
  /// In the words for values that go to the host.
  var hostReason: ComponentTrap.Reason?
  /// Whether it can be the result of a function, flat or in memory.
  var isResult = true

  var description: String { "\(type) \(flat) \(encoding.name) \(data)" }

  static let all: [Corruption] =
    [
      .init(type: "char", flat: ["i32.const 0xd800"], reason: .invalidChar),
      .init(type: "char", flat: ["i32.const 0xdfff"], reason: .invalidChar),
      .init(type: "char", flat: ["i32.const 0x110000"], reason: .invalidChar),
      .init(type: "char", flat: ["i32.const -1"], reason: .invalidChar),
      .init(
        type: "(list char)", flat: ["p.const 64", "p.const 2"],
        data: #"a\00\00\00\00\d8\00\00"#, reason: .invalidChar),
      .init(type: "$enum", flat: ["i32.const 3"], reason: .invalidDiscriminant),
      .init(type: "$enum", flat: ["i32.const -1"], reason: .invalidDiscriminant),
      .init(
        type: "(list $enum)", flat: ["p.const 64", "p.const 3"], data: #"\00\02\03"#,
        reason: .invalidDiscriminant),
      .init(
        type: "(list (option u8))", flat: ["p.const 64", "p.const 1"], data: #"\02\00"#,
        reason: .invalidDiscriminant),
      .init(
        type: "(list (result))", flat: ["p.const 64", "p.const 1"], data: #"\ff"#,
        reason: .invalidDiscriminant),
      .init(
        type: "(list $variant)", flat: ["p.const 64", "p.const 1"], data: #"\02\00\00\00"#,
        reason: .invalidDiscriminant),
      .init(
        type: "(option u32)", flat: ["i32.const 2", "i32.const 0"], reason: .invalidDiscriminant),
      .init(
        type: "(result u32 (error u32))", flat: ["i32.const 2", "i32.const 0"],
        reason: .invalidDiscriminant),
      .init(type: "$variant", flat: ["i32.const 2", "i32.const 0"], reason: .invalidDiscriminant),
      // Lists.
      .init(
        type: "(list u32)", flat: ["p.const 66", "p.const 1"], reason: .unalignedPointer),
      .init(
        type: "(list u64)", flat: ["p.const 68", "p.const 0"], reason: .unalignedPointer),
      .init(
        type: "(list u8)", flat: ["p.const 65536", "p.const 1"], reason: .listOutOfBounds,
        hostReason: .hostListOutOfBounds),
      .init(
        type: "(list u8)", flat: ["p.const 65535", "p.const 2"], reason: .listOutOfBounds,
        hostReason: .hostListOutOfBounds),
      .init(
        type: "(list u16)", flat: ["p.const 0xfffffffe", "p.const 1"], reason: .listOutOfBounds,
        hostReason: .hostListOutOfBounds),
      .init(
        type: "(list u64)", flat: ["p.const 0", "p.const 0x2001"], reason: .listOutOfBounds,
        hostReason: .hostListOutOfBounds),
      .init(type: "(list u64)", flat: ["p.const 0", "p.const -1"], reason: .listTooLong),
      .init(
        type: "(list (tuple u64 u64))", flat: ["p.const 0", "p.const 0x10000000"],
        reason: .listTooLong),
      .init(
        type: "(list (list u8))", flat: ["p.const 64", "p.const 1"],
        data: #"\00\00\01\00\01\00\00\00\01\00\00\00\00\00\00\00"#, reason: .listOutOfBounds,
        hostReason: .hostListOutOfBounds),
      // Strings.
      .init(
        type: "string", flat: ["p.const 65536", "p.const 1"], reason: .stringOutOfBounds,
        hostReason: .hostStringOutOfBounds),
      .init(
        type: "string", flat: ["p.const -1", "p.const 1"], reason: .stringOutOfBounds,
        hostReason: .hostStringOutOfBounds),
      .init(
        type: "string", flat: ["p.const 64", "p.const 1"], data: #"\ff"#, reason: .invalidUTF8),
      .init(
        type: "string", flat: ["p.const 64", "p.const 2"], data: #"\c0\80"#,
        reason: .invalidUTF8),
      .init(
        type: "string", flat: ["p.const 64", "p.const 3"], data: #"\ed\a0\80"#,
        reason: .invalidUTF8),
      .init(
        type: "string", flat: ["p.const 64", "p.const 2"], data: #"\e2\82"#,
        reason: .incompleteUTF8),
      .init(
        type: "string", flat: ["p.const 65", "p.const 1"], encoding: .utf16,
        reason: .unalignedPointer),
      .init(
        type: "string", flat: ["p.const 64", "p.const 1"], data: #"\00\d8"#, encoding: .utf16,
        reason: .invalidUTF16),
      .init(
        type: "string", flat: ["p.const 64", "p.const 2"], data: #"\00\dca\00"#,
        encoding: .utf16, reason: .invalidUTF16),
      .init(
        type: "string", flat: ["p.const 65534", "p.const 2"], encoding: .utf16,
        reason: .stringOutOfBounds, hostReason: .hostStringOutOfBounds),
      .init(
        type: "string", flat: ["p.const 65", "p.const 1"], encoding: .latin1UTF16,
        reason: .unalignedPointer),
      .init(
        type: "string", flat: ["p.const 65536", "p.const 1"], encoding: .latin1UTF16,
        reason: .stringOutOfBounds, hostReason: .hostStringOutOfBounds),
      // Handles.
      .init(type: "(own $r)", flat: ["i32.const 0"], reason: .unknownHandle),
      .init(type: "(own $r)", flat: ["i32.const 77"], reason: .unknownHandle),
      .init(type: "(own $r)", flat: ["i32.const -1"], reason: .unknownHandle),
      .init(type: "(own $r)", flat: ["call $other"], reason: .wrongHandleType),
      .init(type: "(borrow $r)", flat: ["i32.const 0"], reason: .unknownHandle, isResult: false),
      .init(type: "(borrow $r)", flat: ["call $other"], reason: .wrongHandleType, isResult: false),
      .init(
        type: "(list (own $r))", flat: ["p.const 64", "p.const 1"], data: #"\09\00\00\00"#,
        reason: .unknownHandle),
      .init(type: "(stream u8)", flat: ["i32.const 9"], reason: .unknownHandle),
      .init(type: "(stream u8)", flat: ["call $other"], reason: .wrongHandleType),
      .init(type: "(future u8)", flat: ["i32.const 9"], reason: .unknownHandle),
      .init(type: "error-context", flat: ["i32.const 9"], reason: .unknownHandle),
    ]

  /// Core instructions for values in a memory of this size of addresses.
  func instructions(_ pointer: String) -> [String] {
    flat.map { item in
      let text = item.hasPrefix("p.") ? pointer + item.dropFirst() : item
      return "(\(text))"
    }
  }

  /// For core signatures.
  func coreTypes(_ pointer: String) -> [String] {
    flat.map { $0.hasPrefix("p.") ? pointer : "i32" }
  }
}

@Suite struct CorruptionTests {
  /// Whoever gets the value.
  enum Receiver: CaseIterable { case guest, host }

  private static let resources = """
    (type $r' (resource (rep i32)))
    (type $s' (resource (rep i32)))
    (export $r "r" (type $r'))
    (export $s "s" (type $s'))
    (type $enum' (enum "a" "b" "c"))
    (export $enum "enum" (type $enum'))
    (type $variant' (variant (case "a") (case "b" u16)))
    (export $variant "variant" (type $variant'))
    """

  private static let imported = """
    (import "r" (type $r (sub resource)))
    (import "s" (type $s (sub resource)))
    (type $enum' (enum "a" "b" "c"))
    (import "enum" (type $enum (eq $enum')))
    (type $variant' (variant (case "a") (case "b" u16)))
    (import "variant" (type $variant (eq $variant')))
    (import "new-s" (func $new-s (result (own $s))))
    """

  private static let arguments = """
    (with "r" (type $types "r")) (with "s" (type $types "s")) (with "enum" (type $types "enum"))
    (with "variant" (type $types "variant")) (with "new-s" (func $types "new-s"))
    """

  /// Types and the resource that nobody expects.
  private static let types = """
    (component $Types
      \(resources)
      (core func $new (canon resource.new $s'))
      (core module $M
        (import "" "new" (func $new (param i32) (result i32)))
        (func (export "new") (result i32) (call $new (i32.const 7))))
      (core instance $m (instantiate $M (with "" (instance (export "new" (func $new))))))
      (func (export "new-s") (result (own $s)) (canon lift (core func $m "new"))))
    (instance $types (instantiate $Types))
    """

  private func memory(_ test: Corruption, _ is64: Bool) -> String {
    """
    (core module $Mem
      (memory (export "mem") \(is64 ? "i64 " : "")1 1)
      (data (\(is64 ? "i64" : "i32").const 64) "\(test.data)"))
    (core instance $mem (instantiate $Mem))
    """
  }

  /// A component whose `run` passes the value to `f`.
  private func caller(_ test: Corruption, _ is64: Bool) -> String {
    let pointer = is64 ? "i64" : "i32"
    return """
      (component $Caller
        \(Self.imported)
        (import "f" (func $f (param "x" \(test.type))))
        \(memory(test, is64))
        (core func $f' (canon lower (func $f) \(test.encoding.name) (memory (core memory $mem "mem"))))
        (core func $other (canon lower (func $new-s)))
        (core module $M
          (import "" "f" (func $f (param \(test.coreTypes(pointer).joined(separator: " ")))))
          (import "" "other" (func $other (result i32)))
          (func (export "run") (call $f \(test.instructions(pointer).joined(separator: " ")))))
        (core instance $m (instantiate $M (with "" (instance
          (export "f" (func $f')) (export "other" (func $other))))))
        (func (export "run") (canon lift (core func $m "run"))))
      """
  }

  /// A component whose `g` returns the value.
  private func callee(_ test: Corruption, _ is64: Bool) -> String {
    let pointer = is64 ? "i64" : "i32"
    let values = test.instructions(pointer)
    var body = values.joined(separator: " ")
    var result = test.coreTypes(pointer)
    if values.count > 1 {
      let size = is64 && test.flat[0].hasPrefix("p.") ? 8 : 4
      let offset = test.flat[0].hasPrefix("p.") ? size : (test.type == "$variant" ? 2 : 4)
      let stores = test.coreTypes(pointer).enumerated().map { index, type in
        let isByte = index == 0 && !test.flat[0].hasPrefix("p.")
        let address = "(\(pointer).const \(32 + (index == 0 ? 0 : offset)))"
        return "(\(type).store\(isByte ? "8" : "") \(address) \(values[index]))"
      }
      body = stores.joined(separator: " ") + " (\(pointer).const 32)"
      result = [pointer]
    }
    return """
      (component $Callee
        \(Self.imported)
        \(memory(test, is64))
        (core func $other (canon lower (func $new-s)))
        (core module $M
          (import "" "mem" (memory \(is64 ? "i64 " : "")1))
          (import "" "other" (func $other (result i32)))
          (func (export "g") (result \(result[0])) \(body)))
        (core instance $m (instantiate $M (with "" (instance
          (export "mem" (memory $mem "mem")) (export "other" (func $other))))))
        (func (export "g") (result \(test.type)) (canon lift (core func $m "g")
          \(test.encoding.name) (memory (core memory $mem "mem")))))
      """
  }

  /// A component that takes the value as `f`'s parameter, and calls `g` for it.
  private func other(_ test: Corruption, takesResult: Bool) -> String {
    let pointers = test.coreTypes("i32").joined(separator: " ")
    let options = """
      (memory (core memory $mem "mem")) (realloc (core func $mem "realloc"))
      """
    let head = """
      \(PassingOptions(encoding: .utf8, is64: false).memory)
      """
    if takesResult {
      let returnsPointer = test.flat.count > 1
      return """
        (component $Other
          \(Self.imported)
          (import "g" (func $g (result \(test.type))))
          \(head)
          (core func $g' (canon lower (func $g) \(options)))
          (core module $M
            (import "" "g" (func $g \(returnsPointer ? "(param i32)" : "(result i32)")))
            (func (export "run") \(returnsPointer ? "(call $g (i32.const 16))" : "(drop (call $g))")))
          (core instance $m (instantiate $M (with "" (instance (export "g" (func $g'))))))
          (func (export "run") (canon lift (core func $m "run"))))
        """
    }
    return """
      (component $Other
        \(Self.imported)
        \(head)
        (core module $M (func (export "f") (param \(pointers))))
        (core instance $m (instantiate $M))
        (func (export "f") (param "x" \(test.type)) (canon lift (core func $m "f") \(options))))
      """
  }

  private func bystander(_ store: ComponentStore) throws -> RootInstance {
    try store.instantiate(
      """
      (component
        \(PassingOptions(encoding: .utf16, is64: false).memory)
        (core module $M
          (func (export "f") (param i32 i32) (result i32) (local.get 1)))
        (core instance $m (instantiate $M))
        (func (export "f") (param "x" string) (result u32) (canon lift (core func $m "f")
          \(PassingOptions(encoding: .utf16, is64: false).options))))
      """)
  }

  private func expect(
    _ reason: ComponentTrap.Reason, _ store: ComponentStore, _ instance: RootInstance,
    _ name: String, _ test: Corruption, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let other = try bystander(store)
    do {
      _ = try store.call(name, of: instance)
      Issue.record("\(test): no trap", sourceLocation: sourceLocation)
    } catch let failure as ComponentFailure {
      guard case .trap(_, let trap?) = failure else {
        Issue.record("\(test): \(failure)", sourceLocation: sourceLocation)
        return
      }
      #expect(trap.reason == reason, "\(test)", sourceLocation: sourceLocation)
    }
    // What has trapped is never entered again; everybody else is as before.
    do {
      _ = try store.call(name, of: instance)
      Issue.record("\(test): entered again", sourceLocation: sourceLocation)
    } catch let failure as ComponentFailure {
      guard case .cannotEnter = failure else {
        Issue.record("\(test): then \(failure)", sourceLocation: sourceLocation)
        return
      }
    }
    for instance in [other, try bystander(store)] {
      let length = try store.call("f", of: instance, [.string("Über")])
      #expect(length == .u32(4), sourceLocation: sourceLocation)
    }
    store.close(.wouldBlock)
    #expect(store.state.liveCounts == LiveCounts(), sourceLocation: sourceLocation)
  }

  @Test(arguments: Corruption.all, [false, true]) func parameter(test: Corruption, is64: Bool)
    throws
  {
    let text = """
      (component
        \(Self.types)
        \(other(test, takesResult: false))
        \(caller(test, is64))
        (instance $other (instantiate $Other \(Self.arguments)))
        (instance $caller (instantiate $Caller \(Self.arguments) (with "f" (func $other "f"))))
        (export "run" (func $caller "run")))
      """
    let store = try makeStore()
    try expect(test.reason, store, try store.instantiate(text), "run", test)
  }

  @Test(arguments: Corruption.all, [false, true]) func parameterForTheHost(
    test: Corruption, is64: Bool
  ) throws {
    // Resource types of a component cannot be those of the host's function.
    guard !test.type.contains("$") else { return }
    let text = """
      (component
        \(Self.types)
        (import "f" (func $f (param "x" \(test.type))))
        \(caller(test, is64))
        (instance $caller (instantiate $Caller \(Self.arguments) (with "f" (func $f))))
        (export "run" (func $caller "run")))
      """
    let store = try makeStore()
    let host = HostFunction { call in
      _ = try call.arguments()
      return .returned
    }
    let instance = try store.instantiate(text) { $0 == "f" ? .function(host) : nil }
    try expect(test.hostReason ?? test.reason, store, instance, "run", test)
  }

  @Test(arguments: Corruption.all, [false, true]) func result(test: Corruption, is64: Bool) throws {
    guard test.isResult else { return }
    let text = """
      (component
        \(Self.types)
        \(other(test, takesResult: true))
        \(callee(test, is64))
        (instance $callee (instantiate $Callee \(Self.arguments)))
        (instance $other (instantiate $Other \(Self.arguments) (with "g" (func $callee "g"))))
        (export "run" (func $other "run")))
      """
    let store = try makeStore()
    try expect(test.reason, store, try store.instantiate(text), "run", test)
  }

  @Test(arguments: Corruption.all, [false, true]) func resultForTheHost(
    test: Corruption, is64: Bool
  ) throws {
    guard test.isResult else { return }
    let text = """
      (component
        \(Self.types)
        (export $r "r" (type $types "r"))
        (export $enum "enum" (type $types "enum"))
        (export $variant "variant" (type $types "variant"))
        \(callee(test, is64))
        (instance $callee (instantiate $Callee \(Self.arguments)))
        (export "g" (func $callee "g") (func (result \(test.type)))))
      """
    let store = try makeStore()
    try expect(test.hostReason ?? test.reason, store, try store.instantiate(text), "g", test)
  }
}
