// Each type that travels without boxes, both ways through a component.

import Testing

@testable import Apus

@Suite struct TypedConversionTests {
  private func check<Value: ComponentConvertible & Sendable & Equatable>(
    _ type: String, _ flat: String, named: [(String, String)] = [], encoding: String = "",
    _ values: Value..., sourceLocation: SourceLocation = #_sourceLocation
  ) async throws {
    let (seen, returned) = try await passThrough(
      echo(type, flat, named: named, encoding: encoding), values)
    let twice = values.flatMap { [$0, $0] } + values
    #expect(seen == twice, sourceLocation: sourceLocation)
    #expect(returned == twice, sourceLocation: sourceLocation)
  }

  @Test func integers() async throws {
    try await check("u8", "i32", UInt8.min, 1, .max)
    try await check("s8", "i32", Int8.min, -1, .max)
    try await check("u16", "i32", UInt16.min, 1, .max)
    try await check("s16", "i32", Int16.min, -1, .max)
    try await check("u32", "i32", UInt32.min, 1, .max)
    try await check("s32", "i32", Int32.min, -1, .max)
    try await check("u64", "i64", UInt64.min, 1, .max)
    try await check("s64", "i64", Int64.min, -1, .max)
  }

  @Test func floatsBooleansAndCharacters() async throws {
    try await check("f32", "f32", Float(0), -1.5, .infinity)
    try await check("f64", "f64", Double(0), -1.5, .leastNonzeroMagnitude)
    try await check("bool", "i32", true, false)
    try await check("char", "i32", Unicode.Scalar("a"), "\u{d7ff}", "\u{10ffff}")
  }

  @Test func aNaNBecomesTheCanonicalOne() async throws {
    let (seen, returned) = try await passThrough(
      echo("f64", "f64"), [Bits(Double(bitPattern: 0x7ff8_0000_dead_beef))])
    #expect(Set(seen.map(\.value.bitPattern)) == [0x7ff8_0000_0000_0000])
    #expect(Set(returned.map(\.value.bitPattern)) == [0x7ff8_0000_0000_0000])
    let list = try await passThrough(
      echo("(list f32)", "i32 i32"), [[Bits(Float(1)), Bits(Float(bitPattern: 0xffff_1234))]])
    #expect(Set(list.seen.flatMap { $0.map(\.value.bitPattern) }) == [0x3f80_0000, 0x7fc0_0000])
    let copied = try await passThrough(
      echo("(list f32)", "i32 i32"), [Bits([Float(bitPattern: 0xffff_1234)])])
    #expect(Set(copied.seen.flatMap { $0.value.map(\.bitPattern) }) == [0x7fc0_0000])
  }

  @Test(arguments: ["utf8", "utf16", "latin1+utf16"]) func strings(_ encoding: String) async throws
  {
    try await check(
      "string", "i32 i32", encoding: "string-encoding=\(encoding)", "", "abc", "grün", "日本 🎏",
      String(repeating: "ä", count: 200))
  }

  @Test func maps() async throws {
    try await check("(map u32 u64)", "i32 i32", [UInt32: UInt64](), [1: 2], [1: 2, 3: 4])
    try await check(
      "(map string (list u8))", "i32 i32", ["a": [UInt8](), "b": [1, 2]], ["": [3]])
  }

  @Test func ofEqualKeysTheLastCounts() async throws {
    let fixture = try await Fixture(
      guest(
        core: """
          (data (i32.const 64) "\\01\\02\\01\\03\\05\\06")
          (func (export "f") (result i32)
            (i32.store (i32.const 0) (i32.const 64)) (i32.store (i32.const 4) (i32.const 3))
            (i32.const 0))
          """,
        exports: #"(func (export "f") (result (map u8 u8)) (canon lift (core func $i "f") MEM))"#))
    let f = try fixture.instance.function("f", as: (() -> [UInt8: UInt8]).self)
    #expect(try await f() == [1: 3, 5: 6])
  }

  @Test func listsOfFixedLength() async throws {
    guard #available(macOS 26, iOS 26, *) else { return }
    for (text, flat) in [
      ("(list string 2)", "i32 i32 i32 i32"), ("(tuple (list string 2))", "i32 i32 i32 i32"),
    ] {
      let isTuple = text.hasPrefix("(tuple")
      var linker = Linker()
      if isTuple {
        linker.function("f") {
          (_, value: Tuple<InlineArray<2, String>>) -> Tuple<InlineArray<2, String>> in
          Tuple([value.elements[1], value.elements[0]])
        }
      } else {
        linker.function("f") { (_, value: InlineArray<2, String>) -> InlineArray<2, String> in
          [value[1], value[0]]
        }
      }
      let fixture = try await Fixture(echo(text, flat), linker)
      if isTuple {
        typealias Value = Tuple<InlineArray<2, String>>
        let g = try fixture.instance.function("g", as: ((Value) -> Value).self)
        let result = try await g(Tuple(["a", "bc"])).elements
        #expect(result[0] == "bc" && result[1] == "a")
      } else {
        typealias Value = InlineArray<2, String>
        let g = try fixture.instance.function("g", as: ((Value) -> Value).self)
        let result = try await g(["a", "bc"])
        #expect(result[0] == "bc" && result[1] == "a")
        #expect(throws: LookupError.self) {
          try fixture.instance.function("g", as: ((InlineArray<3, String>) -> Value).self)
        }
      }
    }
  }

  @Test func lists() async throws {
    try await check(
      "(list u8)", "i32 i32", [UInt8](), [1, 2, 255], Array(repeating: 7, count: 5000))
    try await check("(list s16)", "i32 i32", [Int16](), [.min, 0, .max])
    try await check("(list u64)", "i32 i32", [UInt64](), [.min, 1, .max])
    try await check("(list f64)", "i32 i32", [Double](), [-1, .infinity])
    try await check("(list bool)", "i32 i32", [Bool](), [true, false, true])
    try await check("(list char)", "i32 i32", [Unicode.Scalar](), ["a", "🎏"])
    try await check("(list string)", "i32 i32", [String](), ["", "a", "日本"])
    try await check("(list (list u16))", "i32 i32", [[UInt16]](), [[], [1], [2, 3]])
  }

  @Test func options() async throws {
    try await check("(option u8)", "i32 i32", UInt8?.none, 0, 255)
    try await check("(option string)", "i32 i32 i32", String?.none, "", "a")
    try await check("(option (option u64))", "i32 i32 i64", UInt64??.none, .some(nil), 1)
    try await check("(list (option u32))", "i32 i32", [UInt32?](), [nil, 1, nil])
  }

  @Test func results() async throws {
    typealias Both = Result<UInt32, ErrorPayload<String>>
    try await check(
      "(result u32 (error string))", "i32 i32 i32", Both.success(1), .failure(ErrorPayload("no")))
    try await check(
      "(result)", "i32", Result<Nothing, Nothing>.success(Nothing()), .failure(Nothing()))
    try await check(
      "(result u64)", "i32 i64", Result<UInt64, Nothing>.success(1), .failure(Nothing()))
    try await check(
      "(result (error f32))", "i32 f32", Result<Nothing, ErrorPayload<Float>>.success(Nothing()),
      .failure(ErrorPayload(0.5)))
  }

  @Test func tuples() async throws {
    try await check(
      "(tuple u8 string f64)", "i32 i32 i32 f64", Tuple(UInt8(1), "a", 0.5), Tuple(2, "", -1))
    try await check(
      "(list (tuple u8 u64))", "i32 i32", [Tuple(UInt8(1), UInt64(2)), Tuple(3, 4)])
  }

  @Test func conversionsWrittenByHand() async throws {
    try await check(
      "$point", "i32 i64", named: [("point", #"(record (field "x" s32) (field "y" s64))"#)],
      Point(x: -1, y: .max))
    try await check(
      "(list $point)", "i32 i32",
      named: [("point", #"(record (field "x" s32) (field "y" s64))"#)],
      [Point(x: -1, y: .max), Point(x: 1, y: 2)])
    try await check(
      "$shape", "i32 i32 i32",
      named: [("shape", #"(variant (case "point") (case "circle" f32) (case "label" string))"#)],
      Shape.point, .circle(1.5), .label("a"))
  }

  @Test func theTypeDecidesWhatIsAccepted() async throws {
    var linker = Linker()
    linker.function("f") { (_, value: UInt32) -> UInt32 in value }
    let fixture = try await Fixture(echo("u32", "i32"), linker)
    let g = try fixture.instance.function("g", as: ((UInt32) -> Even).self)
    #expect(try await g(2).value == 2)
    let error = await #expect(throws: CallError.self) { try await g(3) }
    #expect(error?.description == "3 is odd")
    // Nothing was trapped.
    #expect(try await g(4).value == 4)
    let same = try fixture.instance.function("g", as: ((Even) -> UInt32).self)
    #expect(try await same(Even(value: 6)) == 6)
  }
}

/// A value whose NaNs are told apart.
private struct Bits<Value: ComponentConvertible & Sendable & Equatable>:
  ComponentConvertible, Equatable, Sendable
{
  var value: Value
  init(_ value: Value) { self.value = value }
  static var componentType: ValueType { Value.componentType }
  static func lift(from source: borrowing ComponentSource) throws(ConversionError) -> Self {
    Self(try Value.lift(from: source))
  }
  func lower(to destination: borrowing ComponentDestination) throws(ConversionError) {
    try value.lower(to: destination)
  }
}

private struct Even: ComponentConvertible, Sendable {
  var value: UInt32
  static var componentType: ValueType { .u32 }
  static func lift(from source: borrowing ComponentSource) throws(ConversionError) -> Even {
    let value = try UInt32.lift(from: source)
    guard value % 2 == 0 else { throw ConversionError("\(value) is odd") }
    return Even(value: value)
  }
  func lower(to destination: borrowing ComponentDestination) throws(ConversionError) {
    try value.lower(to: destination)
  }
}

private struct Point: ComponentConvertible, Equatable, Sendable {
  var x: Int32
  var y: Int64
  static var componentType: ValueType { .record([.init("x", .s32), .init("y", .s64)]) }
  static func lift(from source: borrowing ComponentSource) throws(ConversionError) -> Point {
    Point(x: try source.field(0), y: try source.field(1))
  }
  func lower(to destination: borrowing ComponentDestination) throws(ConversionError) {
    try destination.field(0, x)
    try destination.field(1, y)
  }
}

private enum Shape: ComponentConvertible, Equatable, Sendable {
  case point
  case circle(Float)
  case label(String)
  static var componentType: ValueType {
    .variant([.init("point"), .init("circle", .f32), .init("label", .string)])
  }
  static func lift(from source: borrowing ComponentSource) throws(ConversionError) -> Shape {
    switch try source.caseIndex() {
    case 0: .point
    case 1: .circle(try source.payload(ofCase: 1))
    default: .label(try source.payload(ofCase: 2))
    }
  }
  func lower(to destination: borrowing ComponentDestination) throws(ConversionError) {
    switch self {
    case .point: try destination.setCase(0)
    case .circle(let radius): try destination.setCase(1, radius)
    case .label(let text): try destination.setCase(2, text)
    }
  }
}
