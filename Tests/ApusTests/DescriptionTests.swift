// Values and errors as people read them.

import Testing

@testable import Apus

@Suite struct DescriptionTests {
  @Test func valuesAreWave() async throws {
    let store = try Store(engine: engine)
    let (reader, _) = try await store.makeStream(of: .u8)
    let (future, _) = try await store.makeFuture(of: nil)
    let value = ComponentValue.record([
      .init("flag", .bool(true)), .init("numbers", .list([.s8(-1), .u64(.max), .f32(0.5)])),
      .init("text", .string("a \"b\"\n")), .init("letter", .char("ä")),
      .init("pair", .tuple([.u8(1), .option(nil)])), .init("left-away", .option(nil)),
      .init("some", .option(.u16(2))), .init("ok", .ok(nil)), .init("err", .error(.s16(-3))),
      .init("kind", .variant("big", .s32(4))), .init("enum", .enum("true")),
      .init("flags", .flags(["a", "b"])), .init("map", .map([.init(.string("k"), .s64(5))])),
      .init("stream", .stream(reader)), .init("future", .future(future)),
    ])
    #expect(
      "\(value)" == """
        {flag: true, numbers: [-1, 18446744073709551615, 0.5], text: "a \\"b\\"\\n", letter: 'ä', \
        pair: (1, none), some: some(2), ok: ok, err: err(-3), kind: big(4), enum: %true, \
        flags: {a, b}, map: [("k", 5)], stream: <stream>, future: <future>}
        """)
  }

  @Test func payloadsOfErrorsAreTheirValues() throws {
    let outcome = Result<UInt8, ErrorPayload<String>>.failure(ErrorPayload("no such key"))
    let error = #expect(throws: ErrorPayload<String>.self) { try outcome.get() }
    #expect(error.map { "\($0)" } == "no such key")
    #expect("\(ErrorPayload<UInt32?>(7))" == "Optional(7)")
  }

  @Test func deadlinesSaySo() async throws {
    let text = guest(
      "", [], core: #"(func (export "spin") (loop $again (br $again)))"#,
      exports: #"(func (export "spin") (canon lift (core func $i "spin")))"#)
    var limits = Store.Limits()
    limits.deadline = .milliseconds(10)
    let fixture = try await Fixture(text, limits: limits)
    do {
      _ = try await fixture.call("spin")
      Issue.record("the call returned")
    } catch CallError.trap(let trap) {
      #expect(trap.reason == .deadline && trap.message == "deadline exceeded")
      #expect("\(CallError.trap(trap))".hasPrefix("wasm trap: deadline exceeded\n  0: "))
    }
  }
}
