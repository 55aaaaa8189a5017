// Calls in both directions, lookups and their errors, without anything that waits.

import Testing

@testable import Apus

private let calculator = """
  (component
    (core module $m
      (memory (export "memory") 1)
      (func (export "realloc") (param i32 i32 i32 i32) (result i32) i32.const 1024)
      (func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1)))
      (func (export "echo") (param i32 i32) (result i32)
        (i32.store (i32.const 16) (local.get 0))
        (i32.store (i32.const 20) (local.get 1))
        i32.const 16)
      (func (export "fail") unreachable))
    (core instance $i (instantiate $m))
    (func $add (param "a" u32) (param "b" u32) (result u32)
      (canon lift (core func $i "add")))
    (export "add" (func $add))
    (func (export "echo") (param "text" string) (result string)
      (canon lift (core func $i "echo") (memory (core memory $i "memory")) (realloc (core func $i "realloc"))))
    (func (export "fail") (canon lift (core func $i "fail")))
    (instance $math (export "add" (func $add)))
    (export "test:calc/math@1.2.0" (instance $math)))
  """

@Suite struct CallTests {
  @Test func callsByNameAndPath() async throws {
    let fixture = try await Fixture(calculator)
    #expect(try await fixture.call("add", .u32(2), .u32(3)) == .u32(5))
    #expect(try await fixture.call("test:calc/math@1.2.0#add", .u32(2), .u32(3)) == .u32(5))
    #expect(try await fixture.call("test:calc/math@1.1.7#add", .u32(4), .u32(3)) == .u32(7))
    #expect(try await fixture.call("echo", .string("grüße")) == .string("grüße"))
    #expect(
      try fixture.instance.function("echo").type.description == "func(text: string) -> string")
  }

  @Test func namesWhatIsLikeAMissingExport() async throws {
    let fixture = try await Fixture(calculator)
    let error = #expect(throws: LookupError.self) { try fixture.instance.function("adds") }
    #expect(error?.nearest == "add" && error?.found == nil)
    let inner = #expect(throws: LookupError.self) {
      try fixture.instance.function("test:calc/math@1.2.0#ad")
    }
    #expect(inner?.nearest == "test:calc/math@1.2.0#add")
    let kind = #expect(throws: LookupError.self) {
      try fixture.instance.function("test:calc/math@1.2.0")
    }
    #expect(kind?.found == "instance")
    #expect(throws: LookupError.self) { try fixture.instance.function("test:calc/math@2.0.0#add") }
  }

  @Test func refusesArgumentsOfOtherTypes() async throws {
    let fixture = try await Fixture(calculator)
    await #expect(throws: CallError.self) { try await fixture.call("add", .u32(1)) }
    let error = await #expect(throws: CallError.self) {
      try await fixture.call("add", .u32(1), .string("2"))
    }
    guard case .mismatch(let message)? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(message.contains("add") && message.contains("u32") && message.contains("string"))
    #expect(try await fixture.call("add", .u32(2), .u32(3)) == .u32(5))
  }

  @Test func aTrapHasAReasonAndABacktraceAndPoisons() async throws {
    let fixture = try await Fixture(calculator)
    let error = await #expect(throws: CallError.self) { try await fixture.call("fail") }
    guard case .trap(let trap)? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(trap.reason == .unreachable && !trap.backtrace.isEmpty)
    let later = await #expect(throws: CallError.self) {
      try await fixture.call("add", .u32(2), .u32(3))
    }
    guard case .cannotEnter(poisonedBy: let cause?)? = later else {
      Issue.record("\(String(describing: later))")
      return
    }
    #expect(cause.reason == .unreachable)
  }

  @Test func listsWhatAComponentImportsAndExports() throws {
    let component = try Component(
      engine: engine,
      text: """
        (component
          (import "test:host/log@0.1.0" (instance
            (export "error" (type (sub resource)))
            (export "log" (func (param "line" string)))))
          (import "now" (func async (result u64))))
        """)
    #expect(component.imports.map(\.name) == ["test:host/log@0.1.0", "now"])
    #expect(
      component.imports[0].type
        == .instance([
          Extern(name: "error", type: .resource),
          Extern(
            name: "log",
            type: .function(FunctionType(parameters: [.init("line", .string)]))),
        ]))
    #expect(component.imports[1].type.description == "async func() -> u64")
    #expect(component.exports.isEmpty)
  }

  @Test func listsAllMissingImportsWithTheNearestName() async throws {
    let component = try Component(
      engine: engine,
      text: """
        (component
          (import "test:host/log@0.1.0" (instance
            (export "log" (func (param "line" string)))
            (export "flush" (func))))
          (import "now" (func (result u64)))
          (import "later" (func (param "time" u64))))
        """)
    var linker = Linker()
    linker.function("log", in: "test:host/log@0.1.4") { _, _ in nil }
    linker.function("flash", in: "test:host/log@0.1.4") { _, _ in nil }
    linker.function("nwo") { _, _ in .u64(0) }
    linker.function("later", type: FunctionType(parameters: [.init("time", .u32)])) { _, _ in nil }
    let store = try Store(engine: engine)
    let error = await #expect(throws: InstantiationError.self) {
      try await store.instantiate(component, linker)
    }
    guard case .link(let link)? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(
      link.problems.map(\.description) == [
        "missing import `test:host/log@0.1.0` `flush`: expected func() (there is `flash`)",
        "missing import `now`: expected func() -> u64 (there is `nwo`)",
        "import `later`: expected func(time: u64), found func(time: u32)",
      ])
  }

  @Test func whatIsImportedUnderAnotherNameIsNotMeant() async throws {
    let component = try Component(
      engine: engine, text: #"(component (import "tell" (func)) (import "sell" (func)))"#)
    var linker = Linker()
    linker.function("tell") { _, _ in nil }
    let error = await #expect(throws: InstantiationError.self) {
      try await Store(engine: engine).instantiate(component, linker)
    }
    #expect(error?.description == "missing import `sell`: expected func()")
  }

  @Test func anotherMinorVersionOfAZeroVersionIsNotCompatible() async throws {
    let component = try Component(
      engine: engine, text: #"(component (import "a:b/c@0.2.0" (instance (export "f" (func)))))"#)
    let store = try Store(engine: engine)
    for (version, fits) in [
      ("0.2.9", true), ("0.2.0", true), ("0.3.0", false), ("1.2.0", false), ("0.2.1-rc", false),
    ] {
      var linker = Linker()
      linker.function("f", in: "a:b/c@\(version)") { _, _ in nil }
      let instance = try? await store.instantiate(component, linker)
      #expect((instance != nil) == fits, "\(version)")
    }
  }

  @Test func synchronousHostFunctionsTakeAndReturnValues() async throws {
    var linker = Linker()
    linker.function("twice") { _, arguments in
      guard case .u32(let value)? = arguments.first else { return nil }
      if value == 13 { throw Unlucky() }
      return value == 14 ? .string("no number") : .u32(value * 2)
    }
    let text = """
      (component
        (import "twice" (func $twice (param "x" u32) (result u32)))
        (core func $twice' (canon lower (func $twice)))
        (core module $m
          (import "" "twice" (func $twice (param i32) (result i32)))
          (func (export "f") (param i32) (result i32)
            (i32.add (call $twice (local.get 0)) (i32.const 1))))
        (core instance $i (instantiate $m
          (with "" (instance (export "twice" (func $twice'))))))
        (func (export "f") (param "x" u32) (result u32) (canon lift (core func $i "f"))))
      """
    let fixture = try await Fixture(text, linker)
    #expect(try await fixture.call("f", .u32(20)) == .u32(41))
    let error = await #expect(throws: CallError.self) { try await fixture.call("f", .u32(13)) }
    guard case .host(let cause, backtrace: let frames)? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(cause is Unlucky && !frames.isEmpty)
    let other = try await Fixture(text, linker)
    let mismatch = await #expect(throws: CallError.self) { try await other.call("f", .u32(14)) }
    guard case .host(let reason, backtrace: _)? = mismatch else {
      Issue.record("\(String(describing: mismatch))")
      return
    }
    #expect(reason is HostFunctionError)
  }

  @Test func runsSynchronously() async throws {
    let fixture = try await Fixture(calculator)
    let add = try fixture.instance.function("add")
    let sum = try await fixture.store.run { context in
      var sum = ComponentValue.u32(0)
      for _ in 0..<100 { sum = try context.call(add, [sum, .u32(2)]) ?? sum }
      return sum
    }
    #expect(sum == .u32(200))
  }

  @Test func fuelRunsOut() async throws {
    var limits = Store.Limits()
    limits.fuel = 1000
    let fixture = try await Fixture(
      """
      (component
        (core module $m (func (export "spin") (loop $l br $l)))
        (core instance $i (instantiate $m))
        (func (export "spin") (canon lift (core func $i "spin"))))
      """, limits: limits)
    let error = await #expect(throws: CallError.self) { try await fixture.call("spin") }
    guard case .trap(let trap)? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(trap.reason == .fuelExhausted)
  }
}

struct Unlucky: Error {}
