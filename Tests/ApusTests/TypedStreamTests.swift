// Streams and futures of Swift values: made by the host and by guests, and what happens when types differ.

import Testing

@testable import Apus

/// A type with something of each kind in it, and an element of each size.
private struct Entry: ComponentConvertible, Sendable, Hashable {
  var name: String
  var place: Place?
  var sizes: [UInt16]
  var outcome: Result<UInt8, ErrorPayload<String>>
  var pair: Tuple<Bool, Float>
  var counts: [String: UInt32]

  struct Place: ComponentConvertible, Sendable, Hashable {
    var x: Int32
    var y: Int64
    static var componentType: ValueType { .record([.init("x", .s32), .init("y", .s64)]) }
    static func lift(from source: borrowing ComponentSource) throws(ConversionError) -> Self {
      Self(x: try source.field(0), y: try source.field(1))
    }
    func lower(to destination: borrowing ComponentDestination) throws(ConversionError) {
      try destination.field(0, x)
      try destination.field(1, y)
    }
  }

  static var componentType: ValueType {
    .record([
      .init("name", .string), .init("place", .option(Place.componentType)),
      .init("sizes", .list(.u16)), .init("outcome", .result(ok: .u8, error: .string)),
      .init("pair", .tuple([.bool, .f32])), .init("counts", .map(key: .string, value: .u32)),
    ])
  }

  static func lift(from source: borrowing ComponentSource) throws(ConversionError) -> Entry {
    Entry(
      name: try source.field(0), place: try source.field(1), sizes: try source.field(2),
      outcome: try source.field(3), pair: try source.field(4), counts: try source.field(5))
  }

  func lower(to destination: borrowing ComponentDestination) throws(ConversionError) {
    try destination.field(0, name)
    try destination.field(1, place)
    try destination.field(2, sizes)
    try destination.field(3, outcome)
    try destination.field(4, pair)
    try destination.field(5, counts)
  }

  static func == (a: Entry, b: Entry) -> Bool { a.box == b.box }
  func hash(into hasher: inout Hasher) { hasher.combine(name) }

  /// The same by hand.
  var box: ComponentValue {
    .record([
      .init("name", .string(name)),
      .init(
        "place",
        .option(
          place.map { .record([.init("x", .s32($0.x)), .init("y", .s64($0.y))]) })),
      .init("sizes", .list(sizes.map { .u16($0) })), .init("outcome", outcomeBox),
      .init("pair", .tuple([.bool(pair.elements.0), .f32(pair.elements.1)])),
      .init("counts", .map(counts.map { .init(.string($0.key), .u32($0.value)) })),
    ])
  }

  private var outcomeBox: ComponentValue {
    switch outcome {
    case .success(let value): .ok(.u8(value))
    case .failure(let error): .error(.string(error.value))
    }
  }
}

private let entries = [
  Entry(
    name: "first", place: .init(x: -1, y: .min), sizes: [1, 2, 65535], outcome: .success(255),
    pair: Tuple(true, -0.5), counts: ["a": 1]),
  Entry(
    name: "", place: nil, sizes: [], outcome: .failure(ErrorPayload("späť")),
    pair: Tuple(false, .infinity), counts: [:]),
]

/// Says of its type what its conversion does not keep.
private struct Liar: ComponentConvertible, Sendable {
  static var componentType: ValueType { .record([.init("a", .u8), .init("b", .u8)]) }
  static func lift(from source: borrowing ComponentSource) throws(ConversionError) -> Self {
    _ = try source.field(2, as: UInt8.self)
    return Self()
  }
  func lower(to destination: borrowing ComponentDestination) throws(ConversionError) {
    try destination.field(0, UInt8(1))
  }
}

/// Returns the streams and futures that it is passed, and reads pairs of numbers: `sum` adds them up until the end.
private let passer = guest(
  """
  (type $P' (record (field "a" u32) (field "b" u8)))
  (import "p" (type $P (eq $P')))
  (type $ST (stream $P)) (type $FT (future string))
  """,
  [.returnU32] + GuestImport.copies("stream", "$ST"),
  core: """
    (func (export "id") (param i32) (result i32) (local.get 0))
    (func (export "sum") (param $stream i32)
      (local $result i32) (local $n i32) (local $at i32) (local $sum i32)
      (loop $read
        (local.set $result
          (call $stream.read-sync (local.get $stream) (i32.const 1024) (i32.const 3)))
        (local.set $n (i32.shr_u (local.get $result) (i32.const 4)))
        (local.set $at (i32.const 1024))
        (block $done
          (loop $add
            (br_if $done (i32.eqz (local.get $n)))
            (local.set $sum
              (i32.add (local.get $sum)
                (i32.mul (i32.load (local.get $at)) (i32.load8_u offset=4 (local.get $at)))))
            (local.set $at (i32.add (local.get $at) (i32.const 8)))
            (local.set $n (i32.sub (local.get $n) (i32.const 1)))
            (br $add)))
        (br_if $read (i32.eqz (i32.and (local.get $result) (i32.const 15)))))
      (call $stream.drop-readable (local.get $stream))
      (call $return-u32 (local.get $sum)))
    """,
  exports: """
    (func (export "stream") (param "s" $ST) (result $ST) (canon lift (core func $i "id")))
    (func (export "units") (param "s" (stream)) (result (stream)) (canon lift (core func $i "id")))
    (func (export "future") (param "f" $FT) (result $FT) (canon lift (core func $i "id")))
    (func (export "sum") async (param "s" $ST) (result u32)
      (canon lift (core func $i "sum") async))
    """)

private struct Pair: ComponentConvertible, Sendable, Hashable {
  var a: UInt32
  var b: UInt8
  static var componentType: ValueType { .record([.init("a", .u32), .init("b", .u8)]) }
  static func lift(from source: borrowing ComponentSource) throws(ConversionError) -> Pair {
    Pair(a: try source.field(0), b: try source.field(1))
  }
  func lower(to destination: borrowing ComponentDestination) throws(ConversionError) {
    try destination.field(0, a)
    try destination.field(1, b)
  }
}

@Suite struct TypedStreamTests {
  @Test func recordsOfTheHostAreReadByAGuest() async throws {
    let fixture = try await Fixture(passer)
    let sum = try fixture.instance.function("sum", as: ((TypedStream<Pair>) -> UInt32).self)
    let (reader, writer) = try await fixture.store.makeStream(of: Pair.self)
    async let result = sum(reader)
    // Three are read at a time.
    let pairs = (1...10).map { Pair(a: $0, b: 2) }
    #expect(try await writer.write(pairs) == 10)
    #expect(try await writer.write([]) == 0)
    writer.close()
    #expect(try await result == 110)
    #expect(await eventually { await fixture.remains == Store.Counts() })
  }

  @Test func whatGuestsReturnIsReadAsValues() async throws {
    let fixture = try await Fixture(passer)
    let pass = try fixture.instance.function(
      "stream", as: ((TypedStream<Pair>) -> TypedStream<Pair>).self)
    let (reader, writer) = try await fixture.store.makeStream(of: Pair.self)
    let back = try await pass(reader)
    let pairs = [Pair(a: 7, b: 1), Pair(a: .max, b: .max), Pair(a: 0, b: 3)]
    async let count = writer.write(pairs)
    #expect(try await back.read(maximum: 2) == Array(pairs.prefix(2)))
    #expect(try await back.read() == Array(pairs.suffix(1)))
    #expect(try await count == 3)
    writer.close()
    #expect(try await back.read() == nil)
    back.close()
    #expect(await eventually { await fixture.remains == Store.Counts() })
  }

  @Test func valuesOfEveryKindGoThroughBoxes() async throws {
    let store = try Store(engine: engine)
    let (reader, writer) = try await store.makeStream(of: Entry.self)
    async let count = writer.write(entries)
    var read: [Entry] = []
    for try await entry in reader {
      read.append(entry)
      if read.count == entries.count { break }
    }
    #expect(read == entries)
    #expect(try await count == entries.count)
    // Without types they are the same.
    async let second = writer.write(entries)
    #expect(try await reader.reader.read() == entries.map(\.box))
    #expect(try await second == entries.count)
    async let third = writer.writer.write(entries.map(\.box))
    #expect(try await reader.read() == entries)
    #expect(try await third == entries.count)
  }

  @Test func fieldsOfBoxesMayComeInAnyOrder() async throws {
    let store = try Store(engine: engine)
    let (reader, writer) = try await store.makeStream(of: Pair.self)
    async let count = writer.writer.write([.record([.init("b", .u8(2)), .init("a", .u32(1))])])
    #expect(try await reader.read() == [Pair(a: 1, b: 2)])
    #expect(try await count == 1)
  }

  @Test func bytesAreNotBoxed() async throws {
    let store = try Store(engine: engine)
    let (reader, writer) = try await store.makeStream(of: UInt8.self)
    let bytes = (0..<200_000).map { UInt8(truncatingIfNeeded: $0) }
    let writing = SwiftTask {
      let count = try await writer.write(bytes)
      writer.close()
      return count
    }
    var read: [UInt8] = []
    for try await some in reader.bytes { read += some }
    #expect(read == bytes)
    #expect(try await writing.value == bytes.count)
    let (other, otherWriter) = try await store.makeStream(of: UInt8.self)
    async let count = otherWriter.write([1, 2, 3])
    var elements: [UInt8] = []
    for try await byte in other {
      elements.append(byte)
      if elements.count == 3 { break }
    }
    #expect(elements == [1, 2, 3])
    #expect(try await count == 3)
  }

  @Test func streamsOfNothingHaveOnlyANumber() async throws {
    let fixture = try await Fixture(passer)
    let pass = try fixture.instance.function(
      "units", as: ((TypedStream<Nothing>) -> TypedStream<Nothing>).self)
    let (reader, writer) = try await fixture.store.makeStream(of: Nothing.self)
    let back = try await pass(reader)
    async let count = writer.write([Nothing(), Nothing(), Nothing()])
    #expect(try await back.read(maximum: 2)?.count == 2)
    #expect(try await back.read()?.count == 1)
    #expect(try await count == 3)
  }

  @Test func futuresHaveOneValue() async throws {
    let fixture = try await Fixture(passer)
    let pass = try fixture.instance.function(
      "future", as: ((TypedFuture<String>) -> TypedFuture<String>).self)
    let (reader, writer) = try await fixture.store.makeFuture(of: String.self)
    let back = try await pass(reader)
    async let written = writer.write("at last")
    #expect(try await back.value() == "at last")
    #expect(try await written)
    let (nothing, promise) = try await fixture.store.makeFuture(of: Nothing.self)
    async let fulfilled = promise.write()
    _ = try await nothing.value()
    #expect(try await fulfilled)
    let (broken, breaker) = try await fixture.store.makeFuture(of: Entry.self)
    breaker.close()
    await #expect(throws: StreamError.closed) { try await broken.value() }
  }

  @Test func endsAreMadeAndTakenByFunctionsOfTheHost() async throws {
    let writers = Log<TypedStreamWriter<UInt32>>()
    let promises = Log<TypedFutureWriter<String>>()
    var linker = Linker()
    linker.function("make") { (context, _: TypedStream<UInt32>) throws -> TypedStream<UInt32> in
      let (reader, writer) = try context.makeStream(of: UInt32.self)
      writers.add(writer)
      promises.add(try context.makeFuture(of: String.self).writer)
      return reader
    }
    let fixture = try await Fixture(
      guest(
        #"(import "make" (func $make (param "s" (stream u32)) (result (stream u32))))"#,
        [.init("make", "(param i32) (result i32)", "lower (func $make)")],
        core: #"(func (export "f") (param i32) (result i32) (call $make (local.get 0)))"#,
        exports: """
          (func (export "f") (param "s" (stream u32)) (result (stream u32))
            (canon lift (core func $i "f")))
          """), linker)
    let f = try fixture.instance.function(
      "f", as: ((TypedStream<UInt32>) -> TypedStream<UInt32>).self)
    let (mine, _) = try await fixture.store.makeStream(of: UInt32.self)
    let back = try await f(mine)
    let writer = try #require(writers.entries.first)
    async let count = writer.write([1, 2, .max])
    #expect(try await back.read() == [1, 2, .max])
    #expect(try await count == 3)
    #expect(promises.entries.first?.writer.end.store === fixture.store)
  }

  @Test func elementsAreTakenOnceHoweverTheyAreRead() async throws {
    // Each read takes one: what was taken is not converted or copied again.
    let store = try Store(engine: engine)
    let (reader, writer) = try await store.makeStream(of: UInt64.self)
    let numbers = (0..<3000).map { UInt64($0) }
    async let count = writer.write(numbers)
    var read: [UInt64] = []
    while read.count < numbers.count, let some = try await reader.read(maximum: 1) { read += some }
    #expect(read == numbers)
    #expect(try await count == numbers.count)
  }

  @Test func streamsOfStreamsPassOnTheirElements() async throws {
    let store = try Store(engine: engine)
    let (outer, outerWriter) = try await store.makeStream(of: TypedStream<UInt8>.self)
    let inner = try await [store.makeStream(of: UInt8.self), store.makeStream(of: UInt8.self)]
    async let count = outerWriter.write(inner.map(\.reader))
    let first = try #require(try await outer.read(maximum: 1)?.first)
    outer.close()
    #expect(try await count == 1)
    async let written = inner[0].writer.write([5])
    #expect(try await first.read() == [5])
    #expect(try await written == 1)
    // The one that was not taken is still the program's; the other one is not.
    await #expect(throws: StreamError.unusable) { try await inner[0].reader.read() }
    async let late = inner[1].writer.write([6])
    #expect(try await inner[1].reader.read() == [6])
    #expect(try await late == 1)
  }
}

@Suite struct TypedEndMismatchTests {
  private func message(_ body: () async throws -> Void) async -> String {
    do {
      try await body()
      return "nothing was thrown"
    } catch {
      return "\(error)"
    }
  }

  @Test func bothTypesAreNamedAtLookup() async throws {
    let fixture = try await Fixture(passer)
    let error = #expect(throws: LookupError.self) {
      try fixture.instance.function("sum", as: ((TypedStream<UInt8>) -> UInt32).self)
    }
    let text = try #require(error?.description)
    #expect(text.contains("stream<u8>"))
    #expect(text.contains("stream<record { a: u32, b: u8 }>"))
  }

  @Test func bothTypesAreNamedWhenItIsPassed() async throws {
    let fixture = try await Fixture(passer)
    let sum = try fixture.instance.function("sum", as: ((TypedStream<Pair>) -> UInt32).self)
    let (wrong, _) = try await fixture.store.makeStream(
      of: .variant([.init("a", .option(.u8)), .init("b-c")]))
    let expected = "expected stream<record { a: u32, b: u8 }>, got "
    let found = "stream<variant { a(option<u8>), b-c }>"
    #expect(await message { _ = try await sum(TypedStream(wrong)) } == expected + found)
    // So without types.
    #expect(
      await message { _ = try await fixture.call("sum", .stream(wrong)) }
        == "arguments of `sum`: " + expected + found)
    let (units, _) = try await fixture.store.makeStream(of: Nothing.self)
    #expect(
      await message { _ = try await fixture.call("sum", .stream(units.reader)) }.hasSuffix(
        expected + "stream"))
    // None of them has changed hands.
    await #expect(throws: CallError.self) { try await sum(TypedStream(wrong)) }
    wrong.close()
  }

  @Test func everyTypeIsNamed() async throws {
    let store = try Store(engine: engine)
    let type = ValueType.tuple([
      .list(.fixedLengthList(.char, length: 3)), .map(key: .string, value: .bool),
      .flags(["a", "b"]), .enum(["c"]), .result(ok: nil, error: nil),
      .result(ok: .s8, error: nil), .result(ok: nil, error: .f64), .stream(nil),
      .future(.stream(.u8)), .errorContext,
    ])
    let (reader, _) = try await store.makeStream(of: type)
    #expect(
      await message { _ = try await TypedStream<UInt8>(reader).read() }
        == "expected stream<u8>, got stream<\(type)>")
    let (future, _) = try await store.makeFuture(of: .own)
    #expect(
      await message { _ = try await TypedFuture<UInt8>(future).value() }
        == "expected future<u8>, got future<own>")
  }

  @Test func endsOfOtherTypesAreNeitherReadNorWritten() async throws {
    let store = try Store(engine: engine)
    let (reader, writer) = try await store.makeStream(of: .u16)
    let expected = "expected stream<u32>, got stream<u16>"
    #expect(await message { _ = try await TypedStream<UInt32>(reader).read() } == expected)
    #expect(await message { try await TypedStreamWriter<UInt32>(writer).write([1]) } == expected)
    #expect(
      await message { _ = try await reader.readBytes() } == "expected stream<u8>, got stream<u16>")
    let (future, promise) = try await store.makeFuture(of: .u16)
    let other = "expected future<string>, got future<u16>"
    #expect(await message { _ = try await TypedFuture<String>(future).value() } == other)
    #expect(await message { try await TypedFutureWriter<String>(promise).write("") } == other)
  }

  @Test func aConversionThatIsNotWhatItSaysIsAnError() async throws {
    let store = try Store(engine: engine)
    let (reader, writer) = try await store.makeStream(of: Liar.self)
    #expect(await message { try await writer.write([Liar()]) }.contains("not what its type says"))
    let box = ComponentValue.record([.init("a", .u8(1)), .init("b", .u8(1))])
    async let count = writer.writer.write([box])
    let text = await message { _ = try await reader.read() }
    #expect(text.contains("record { a: u8, b: u8 }"))
    #expect(try await count == 1)
  }

  @Test func boxesOfOtherTypesAreAnError() async throws {
    // No component mentions the type, so nobody has looked at what was written.
    let store = try Store(engine: engine)
    let (reader, writer) = try await store.makeStream(of: .list(.option(.string)))
    async let count = writer.write([.list([.option(.string("a")), .u8(1)])])
    await #expect(throws: StreamError.self) { try await TypedStream<[String?]>(reader).read() }
    #expect(try await count == 1)
  }

  @Test func streamsOfResourcesAreNotMadeByTheirSwiftType() async throws {
    let store = try Store(engine: engine)
    await #expect(throws: CallError.self) { try await store.makeStream(of: Resource.self) }
    await #expect(throws: CallError.self) { try await store.makeFuture(of: [Resource?].self) }
  }
}
