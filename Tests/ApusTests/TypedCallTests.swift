// Typed calls and functions of the host: what they compare, what they trap on, what waits, and what is lent.

import Testing

@testable import Apus

private let numbers = guest(
  #"""
  (import "log" (instance $log
    (export "log" (func (param "message" string) (param "level" u32) (result bool)))))
  (alias export $log "log" (func $log))
  """#,
  [
    .init("log", "(param i32 i32 i32) (result i32)", "lower (func $log) MEM"),
    .init(
      "log16", "(param i32 i32 i32) (result i32)", "lower (func $log) MEM string-encoding=utf16"),
  ],
  core: """
    (data (i32.const 16) "hello")
    (data (i32.const 32) "g\\00r\\00\\fc\\00n\\00")
    (func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1)))
    (func (export "nothing") (param i32))
    (func (export "log") (param i32 i32) (result i32)
      (call $log (local.get 0) (local.get 1) (i32.const 7)))
    (func (export "log16") (param i32 i32) (result i32)
      (call $log16 (local.get 0) (local.get 1) (i32.const 7)))
    (func (export "fail") (param i32) unreachable)
    """,
  exports: """
    (func (export "add") (param "a" u32) (param "b" u32) (result u32)
      (canon lift (core func $i "add")))
    (func (export "nothing") (param "a" u32) (canon lift (core func $i "nothing")))
    (func (export "log") (param "p" u32) (param "n" u32) (result bool)
      (canon lift (core func $i "log")))
    (func (export "log16") (param "p" u32) (param "n" u32) (result bool)
      (canon lift (core func $i "log16")))
    (func (export "fail") (param "a" u32) (canon lift (core func $i "fail")))
    """)

/// Results that are no values.
private let broken = guest(
  core: """
    (func (export "option") (result i32)
      (i32.store8 (i32.const 64) (i32.const 2)) (i32.const 64))
    (func (export "list") (result i32)
      (i32.store (i32.const 64) (i32.const 65532)) (i32.store (i32.const 68) (i32.const 2))
      (i32.const 64))
    (func (export "strings") (result i32)
      (i32.store (i32.const 64) (i32.const 80)) (i32.store (i32.const 68) (i32.const 1))
      (i32.store (i32.const 80) (i32.const -1)) (i32.store (i32.const 84) (i32.const 1))
      (i32.const 64))
    (func (export "char") (result i32) (i32.const 0xd800))
    """,
  exports: """
    (func (export "option") (result (option u32)) (canon lift (core func $i "option") MEM))
    (func (export "list") (result (list u32)) (canon lift (core func $i "list") MEM))
    (func (export "strings") (result (list string)) (canon lift (core func $i "strings") MEM))
    (func (export "char") (result char) (canon lift (core func $i "char")))
    """)

@Suite struct TypedCallTests {
  private func linker(_ log: Log<String> = Log()) -> Linker {
    var linker = Linker()
    linker.function("log", in: "log") { (_, message: String, level: UInt32) -> Bool in
      log.add("\(level): \(message)")
      return true
    }
    return linker
  }

  // MARK: Types

  @Test func mismatchesAreFoundAtLookup() async throws {
    let instance = try await Fixture(numbers, linker()).instance
    func description(_ body: () throws -> Void) -> String? {
      (#expect(throws: LookupError.self) { try body() })?.description
    }
    #expect(
      description { _ = try instance.function("add", as: ((UInt32, Int32) -> UInt32).self) }
        == "export `add`: expected func(u32, s32) -> u32, found func(a: u32, b: u32) -> u32")
    #expect(
      description { _ = try instance.function("add", as: ((UInt32) -> UInt32).self) }
        == "export `add`: expected func(u32) -> u32, found func(a: u32, b: u32) -> u32")
    #expect(
      description { _ = try instance.function("add", as: ((UInt32, UInt32) -> Void).self) }
        == "export `add`: expected func(u32, u32), found func(a: u32, b: u32) -> u32")
    #expect(
      description { _ = try instance.function("ad", as: (() -> UInt32).self) }
        == "no export named `ad` (there is `add`)")
  }

  @Test func mismatchesAreFoundWhenLinking() async throws {
    var linker = Linker()
    linker.function("log", in: "log") { (_, message: [UInt8], level: UInt32) -> Bool in false }
    let error = await #expect(throws: InstantiationError.self) {
      try await Fixture(numbers, linker)
    }
    #expect(
      error?.description == "import `log` `log`: expected "
        + "func(message: string, level: u32) -> bool, found func(list<u8>, u32) -> bool")
  }

  // MARK: Calls

  @Test func callsFromBothKindsOfCode() async throws {
    let fixture = try await Fixture(numbers, linker())
    let add = try fixture.instance.function("add", as: ((UInt32, UInt32) -> UInt32).self)
    #expect(try await add(1, 2) == 3)
    #expect(try await add(.max, 2, timeout: .seconds(5)) == 1)
    let sum = try await fixture.store.run { context in
      var sum: UInt32 = 0
      for number in 1...100 { sum = try add(sum, UInt32(number), in: context) }
      return sum
    }
    #expect(sum == 5050)
    let nothing = try fixture.instance.function("nothing", as: ((UInt32) -> Void).self)
    try await nothing(1)
    try await fixture.store.run { context in try nothing(1, in: context) }
    #expect(await fixture.remains == Store.Counts())
  }

  @Test func aTrapEndsTheCallAndTheInstance() async throws {
    let fixture = try await Fixture(numbers, linker())
    let fail = try fixture.instance.function("fail", as: ((UInt32) -> Void).self)
    let add = try fixture.instance.function("add", as: ((UInt32, UInt32) -> UInt32).self)
    let (sum, errors) = try await fixture.store.run { context in
      let sum = try add(1, 2, in: context)
      var errors: [CallError] = []
      do throws(CallError) { try fail(1, in: context) } catch { errors.append(error) }
      for _ in 0..<2 {
        do throws(CallError) { _ = try add(1, 2, in: context) } catch { errors.append(error) }
      }
      return (sum, errors)
    }
    #expect(sum == 3)
    try #require(errors.count == 3)
    guard case .trap(let trap) = errors[0], case .cannotEnter(poisonedBy: _?) = errors[1],
      case .cannotEnter(poisonedBy: _?) = errors[2]
    else {
      Issue.record("\(errors)")
      return
    }
    #expect(trap.reason == .unreachable)
    await #expect(throws: CallError.self) { try await fail(1) }
    #expect(await fixture.remains == Store.Counts())
  }

  @Test func otherStoresFunctionsAreRefused() async throws {
    let fixture = try await Fixture(numbers, linker())
    let other = try Store(engine: engine)
    let add = try fixture.instance.function("add", as: ((UInt32, UInt32) -> UInt32).self)
    await #expect(throws: CallError.self) {
      try await other.run { context in try add(1, 2, in: context) }
    }
  }

  @Test func aFunctionCanBeCalledWhileItRuns() async throws {
    // Two instances: one calls the other through the host, with the same typed function for both.
    let holder = FunctionHolder()
    let text = guest(
      #"(import "f" (func $f (param "x" u32) (result u32)))"#,
      [.init("f", "(param i32) (result i32)", "lower (func $f)")],
      core: """
        (func (export "g") (param i32) (result i32)
          (i32.add (call $f (local.get 0)) (i32.const 1)))
        """,
      exports: """
        (func (export "g") (param "x" u32) (result u32) (canon lift (core func $i "g")))
        """)
    let inner = try await Fixture(
      text,
      {
        var linker = Linker()
        linker.function("f") { (_, x: UInt32) -> UInt32 in x * 10 }
        return linker
      }())
    var linker = Linker()
    linker.function("f") { (context, x: UInt32) -> UInt32 in
      try holder.function!(x, in: context) + holder.function!(x, in: context)
    }
    holder.function = try inner.instance.function("g", as: ((UInt32) -> UInt32).self)
    let outer = try await inner.store.instantiate(Component(engine: engine, text: text), linker)
    let g = try outer.function("g", as: ((UInt32) -> UInt32).self)
    #expect(try await g(2) == 43)
    // Into itself it cannot be called.
    holder.function = g
    let error = await #expect(throws: CallError.self) { try await g(2) }
    guard case .cannotEnter(poisonedBy: nil)? = error else {
      Issue.record("\(error as Any)")
      return
    }
    holder.function = nil
    #expect(await inner.remains == Store.Counts())
  }

  private final class FunctionHolder: @unchecked Sendable {
    var function: TypedFunction<UInt32, UInt32>?
  }

  // MARK: Functions of the host

  @Test func argumentsThatBreakRulesTrap() async throws {
    let log = Log<String>()
    func call(_ name: String, _ pointer: UInt32, _ length: UInt32) async throws -> String {
      let fixture = try await Fixture(numbers, linker(log))
      let f = try fixture.instance.function(name, as: ((UInt32, UInt32) -> Bool).self)
      do {
        return try await "\(f(pointer, length))"
      } catch CallError.trap(let trap) {
        #expect(await fixture.remains == Store.Counts())
        return trap.message
      }
    }
    #expect(try await call("log", 16, 5) == "true")
    #expect(try await call("log16", 32, 4) == "true")
    #expect(log.entries == ["7: hello", "7: grün"])
    #expect(try await call("log", 65530, 7).contains("out of bounds"))
    #expect(try await call("log", 36, 1).contains("utf-8"))
    #expect(try await call("log16", 33, 1).contains("align"))
    #expect(log.entries.count == 2)
  }

  @Test func resultsThatBreakRulesTrap() async throws {
    let store = try Store(engine: engine)
    let component = try Component(engine: engine, text: broken)
    func message<Value: ComponentConvertible & Sendable>(
      _ name: String, _: Value.Type
    ) async throws -> String {
      let instance = try await store.instantiate(component)
      let function = try instance.function(name, as: (() -> Value).self)
      let error = await #expect(throws: CallError.self) { try await function() }
      guard case .trap(let trap)? = error else { return "" }
      return trap.message
    }
    #expect(try await message("option", UInt32?.self).contains("discriminant"))
    #expect(try await message("list", [UInt32].self).contains("out of bounds"))
    #expect(try await message("strings", [String].self).contains("out of bounds"))
    #expect(try await message("char", Unicode.Scalar.self).contains("char"))
    #expect(await store.counts == Store.Counts())
  }

  @Test func anErrorOfTheHostsReachesTheCaller() async throws {
    var linker = Linker()
    linker.function("log", in: "log") { (_, _: String, _: UInt32) -> Bool in throw Unlucky() }
    let fixture = try await Fixture(numbers, linker)
    let log = try fixture.instance.function("log", as: ((UInt32, UInt32) -> Bool).self)
    let error = await #expect(throws: CallError.self) { try await log(16, 5) }
    guard case .host(let cause, _)? = error else {
      Issue.record("\(error as Any)")
      return
    }
    #expect(cause is Unlucky)
  }

  // MARK: Views

  @Test func viewsAreOfTheGuestsMemory() async throws {
    let kept = Log<UncheckedView>()
    var linker = Linker()
    linker.function("log", in: "log") { (_, message: BorrowedString, _: UInt32) -> Bool in
      kept.add(UncheckedView(view: message))
      return try message.withUTF8Span { $0.byteCount == 5 && $0.unsafeLoad(as: UInt8.self) == 0x68 }
        && message.copy() == "hello"
    }
    let fixture = try await Fixture(numbers, linker)
    let log = try fixture.instance.function("log", as: ((UInt32, UInt32) -> Bool).self)
    #expect(try await log(16, 5))
    // Of another encoding it is a copy, with which the same can be done.
    let log16 = try fixture.instance.function("log16", as: ((UInt32, UInt32) -> Bool).self)
    #expect(try await !log16(32, 4))
    for view in kept.entries {
      #expect(throws: HostFunctionError.self) { try view.view.copy() }
      #expect(throws: HostFunctionError.self) { try view.view.withUTF8Span { $0.byteCount } }
    }
    #expect(kept.entries.count == 2)
  }

  private struct UncheckedView: @unchecked Sendable { let view: BorrowedString }

  @Test func viewsOfBytes() async throws {
    var linker = Linker()
    linker.function("f") { (_, bytes: BorrowedBytes) throws -> BorrowedBytes in
      #expect(try bytes.withSpan { $0.byteCount } == bytes.count)
      #expect(try bytes.copy() == [1, 2, 3])
      return bytes
    }
    let fixture = try await Fixture(echo("(list u8)", "i32 i32"), linker)
    let g = try fixture.instance.function("g", as: (([UInt8]) -> [UInt8]).self)
    // Passed back, the view is used after its call.
    let error = await #expect(throws: CallError.self) { try await g([1, 2, 3]) }
    #expect(error?.description.contains("after its call") == true)
    // A result cannot be a view.
    var other = Linker()
    other.function("f") { (_, bytes: [UInt8]) -> [UInt8] in bytes }
    let second = try await Fixture(echo("(list u8)", "i32 i32"), other)
    let view = try second.instance.function("g", as: (([UInt8]) -> BorrowedBytes).self)
    await #expect(throws: CallError.self) {
      try await second.store.run { context in _ = try view([1], in: context) }
    }
  }

  // MARK: Waiting

  @Test func asynchronousFunctionsSuspend() async throws {
    let signal = Signal()
    var linker = Linker()
    linker.asyncFunction("wait") { (x: UInt32, text: String) async throws -> String in
      await signal.wait()
      return "\(text) \(x)"
    }
    let fixture = try await Fixture(
      guest(
        #"(import "wait" (func $wait async (param "x" u32) (param "t" string) (result string)))"#,
        [
          .init("wait", "(param i32 i32 i32 i32)", "lower (func $wait) MEM REALLOC"),
          .init("return", "(param i32 i32)", "task.return (result string) MEM"),
        ],
        core: """
          (func (export "f") (param i32 i32 i32) (local $to i32)
            (local.set $to (i32.add (i32.const 64) (i32.mul (local.get 0) (i32.const 8))))
            (call $wait (local.get 0) (local.get 1) (local.get 2) (local.get $to))
            (call $return (i32.load (local.get $to)) (i32.load offset=4 (local.get $to))))
          """,
        exports: """
          (func (export "f") async (param "x" u32) (param "t" string) (result string)
            (canon lift (core func $i "f") async MEM REALLOC))
          """), linker)
    let f = try fixture.instance.function("f", as: ((UInt32, String) -> String).self)
    let calls = (1...3).map { number in
      SwiftTask { try await f(UInt32(number), "call") }
    }
    #expect(await eventually { await fixture.store.counts.tasks == 6 })
    signal.set()
    for (index, call) in calls.enumerated() {
      #expect(try await call.value == "call \(index + 1)")
    }
    #expect(await fixture.remains == Store.Counts())
  }

  @Test func whatWouldWaitIsAnErrorInSynchronousCode() async throws {
    let signal = Signal()
    var linker = Linker()
    linker.asyncFunction("f") { (x: UInt32) async throws -> UInt32 in
      await signal.wait()
      return x
    }
    let fixture = try await Fixture(echo("u32", "i32"), linker)
    let g = try fixture.instance.function("g", as: ((UInt32) -> UInt32).self)
    let error = await #expect(throws: CallError.self) {
      try await fixture.store.run { context in try g(1, in: context) }
    }
    guard case .wouldBlock? = error else {
      Issue.record("\(error as Any)")
      return
    }
    signal.set()
    #expect(try await g(2) == 2)
    #expect(await fixture.remains == Store.Counts())
  }

  @Test func timeoutsEndCallsThatWait() async throws {
    var linker = Linker()
    linker.asyncFunction("f") { (x: UInt32) async throws -> UInt32 in
      try await SwiftTask.sleep(for: .seconds(60))
      return x
    }
    let text = guest(
      #"(import "f" (func $f async (param "x" u32) (result u32)))"#,
      [.init("f", "(param i32) (result i32)", "lower (func $f)"), .returnU32],
      core: """
        (func (export "g") (param i32) (call $return-u32 (call $f (local.get 0))))
        """,
      exports: """
        (func (export "g") async (param "x" u32) (result u32)
          (canon lift (core func $i "g") async))
        """)
    let fixture = try await Fixture(text, linker, limits: .init())
    let g = try fixture.instance.function("g", as: ((UInt32) -> UInt32).self)
    let error = await #expect(throws: CallError.self) { try await g(1, timeout: .milliseconds(20)) }
    guard case .timedOut? = error else {
      Issue.record("\(error as Any)")
      return
    }
  }
}
