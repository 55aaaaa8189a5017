// Functions with nothing but numbers, whose values are taken from slots and put there as they are: what a guest leaves in the
// bits that do not count is not seen, and what it sees has none of them set.

import Testing

@testable import Apus

@Suite struct CoreValueTests {
  /// Guests that return, and pass to the host, bits that mean more than the type has.
  private static let text = """
    (component
      (import "take" (func $take (param "a" u8) (param "b" s8) (param "c" u16) (param "d" s16)
        (param "e" bool) (param "f" f32) (param "g" f64) (param "h" s64) (result s8)))
      (import "many" (func $many
        (param "a" u32) (param "b" u32) (param "c" u32) (param "d" u32) (param "e" u32) (result u32)))
      (import "many-async" (func $many-async async
        (param "a" u32) (param "b" u32) (param "c" u32) (param "d" u32) (param "e" u32) (result u32)))
      (import "fail" (func $fail (param "a" u32)))
      (core func $take (canon lower (func $take)))
      (core module $Memory (memory (export "mem") 1))
      (core instance $memory (instantiate $Memory))
      (core func $many (canon lower (func $many)))
      (core func $many-async (canon lower (func $many-async) async (memory (core memory $memory "mem"))))
      (core func $fail (canon lower (func $fail)))
      (core module $M
        (import "" "mem" (memory 1))
        (import "" "take" (func $take (param i32 i32 i32 i32 i32 f32 f64 i64) (result i32)))
        (import "" "many" (func $many (param i32 i32 i32 i32 i32) (result i32)))
        (import "" "many-async" (func $many-async (param i32 i32) (result i32)))
        (import "" "fail" (func $fail (param i32)))
        (func (export "take") (result i32)
          (call $take (i32.const 0xffffff01) (i32.const 0x12345680) (i32.const 0xabcd0002)
            (i32.const 0x1234fffe) (i32.const 0x100) (f32.const nan:0x1234) (f64.const nan:0x1234)
            (i64.const -5)))
        (func (export "many") (result i32)
          (call $many (i32.const 1) (i32.const 2) (i32.const 3) (i32.const 4) (i32.const 5)))
        (func (export "many-async") (result i32)
          (i32.store (i32.const 0) (i32.const 1)) (i32.store (i32.const 4) (i32.const 2))
          (i32.store (i32.const 8) (i32.const 3)) (i32.store (i32.const 12) (i32.const 4))
          (i32.store (i32.const 16) (i32.const 5))
          (if (i32.ne (call $many-async (i32.const 0) (i32.const 32)) (i32.const 2 (; RETURNED ;)))
            (then unreachable))
          (i32.load (i32.const 32)))
        (func (export "fail") (call $fail (i32.const 1)))
        (func (export "u8") (result i32) (i32.const 0x12345678))
        (func (export "s8") (result i32) (i32.const 0x12345680))
        (func (export "s16") (result i32) (i32.const 0x1234ffff))
        (func (export "bool") (result i32) (i32.const 0x100))
        (func (export "f32") (result f32) (f32.const nan:0x1234))
        (func (export "char") (result i32) (i32.const 0xd800))
        (func (export "same") (param i32 i32 i32 f64) (result i32)
          (i32.and (i32.eq (local.get 0) (i32.const 0xff)) (i32.and
            (i32.eq (local.get 1) (i32.const -1)) (i32.and
            (i32.eq (local.get 2) (i32.const 1))
            (i64.eq (i64.reinterpret_f64 (local.get 3)) (i64.const 0x7ff8000000000000))))))
      )
      (core instance $m (instantiate $M (with "" (instance
        (export "mem" (memory $memory "mem")) (export "take" (func $take))
        (export "many" (func $many)) (export "many-async" (func $many-async))
        (export "fail" (func $fail))))))
      (func (export "take") (result s8) (canon lift (core func $m "take")))
      (func (export "many") (result u32) (canon lift (core func $m "many")))
      (func (export "many-async") async (result u32) (canon lift (core func $m "many-async")))
      (func (export "fail") (canon lift (core func $m "fail")))
      (func (export "u8") (result u8) (canon lift (core func $m "u8")))
      (func (export "s8") (result s8) (canon lift (core func $m "s8")))
      (func (export "s16") (result s16) (canon lift (core func $m "s16")))
      (func (export "bool") (result bool) (canon lift (core func $m "bool")))
      (func (export "f32") (result f32) (canon lift (core func $m "f32")))
      (func (export "char") (result char) (canon lift (core func $m "char")))
      (func (export "same") (param "a" u8) (param "b" s8) (param "c" bool) (param "d" f64) (result bool)
        (canon lift (core func $m "same"))))
    """

  private struct Refusal: Error {}

  private func fixture(_ log: Log<String> = Log()) async throws -> Fixture {
    var linker = Linker()
    linker.function("take") {
      (_, a: UInt8, b: Int8, c: UInt16, d: Int16, e: Bool, f: Float, g: Double, h: Int64) -> Int8 in
      log.add("\(a) \(b) \(c) \(d) \(e) \(f.bitPattern == 0x7fc0_0000)")
      log.add("\(g.bitPattern == 0x7ff8_0000_0000_0000) \(h)")
      return -2
    }
    for name in ["many", "many-async"] {
      linker.function(name) {
        (_, a: UInt32, b: UInt32, c: UInt32, d: UInt32, e: UInt32) -> UInt32 in
        a * 10000 + b * 1000 + c * 100 + d * 10 + e
      }
    }
    linker.function("fail") { (_, a: UInt32) throws in throw Refusal() }
    return try await Fixture(Self.text, linker)
  }

  private func call<Output: ComponentConvertible & Sendable>(
    _ name: String, _ fixture: Fixture, _: Output.Type = Output.self
  ) async throws -> Output {
    let function = try fixture.instance.function(name, as: (() -> Output).self)
    return try await fixture.store.run { context in try function(in: context) }
  }

  @Test func bitsThatDoNotCountAreNotSeen() async throws {
    let log = Log<String>()
    let fixture = try await fixture(log)
    #expect(try await call("take", fixture, Int8.self) == -2)
    #expect(log.entries == ["1 -128 2 -2 true true", "true -5"])
    #expect(try await call("u8", fixture, UInt8.self) == 0x78)
    #expect(try await call("s8", fixture, Int8.self) == -128)
    #expect(try await call("s16", fixture, Int16.self) == -1)
    #expect(try await call("bool", fixture, Bool.self))
    #expect(try await call("f32", fixture, Float.self).bitPattern == 0x7fc0_0000)
    let same = try fixture.instance.function("same", as: ((UInt8, Int8, Bool, Double) -> Bool).self)
    let isSame = try await fixture.store.run { context in
      try same(0xff, -1, true, Double(bitPattern: 0xfff8_0000_dead_beef), in: context)
    }
    #expect(isSame)
  }

  @Test func argumentsInMemoryAreThoseInSlots() async throws {
    let fixture = try await fixture()
    #expect(try await call("many", fixture, UInt32.self) == 12345)
    #expect(try await call("many-async", fixture, UInt32.self) == 12345)
  }

  @Test func aCharacterThatIsNoneTrapsWithinTheCall() async throws {
    let fixture = try await fixture()
    await #expect(throws: CallError.self) { try await call("char", fixture, Unicode.Scalar.self) }
    // The trap has ended the instance.
    let error = await #expect(throws: CallError.self) { try await call("u8", fixture, UInt8.self) }
    guard case .cannotEnter? = error else {
      Issue.record("\(error as Any)")
      return
    }
  }

  @Test func anErrorOfTheHostsEndsTheGuest() async throws {
    let fixture = try await fixture()
    let fail = try fixture.instance.function("fail", as: (() -> Void).self)
    await #expect(throws: CallError.self) {
      try await fixture.store.run { context in try fail(in: context) }
    }
    #expect(await fixture.remains == Store.Counts())
  }
}
