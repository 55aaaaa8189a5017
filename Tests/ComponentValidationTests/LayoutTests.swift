import Testing
import WasmSyntax
import WasmValidation

/// Canonical ABI, Alignment to Flattening.
struct LayoutTests {
  private func layouts(_ type: String) throws -> (ValueLayout, ValueLayout) {
    let component = try validate("(type \(type))")
    let id = try #require(component.root.types.last.flatMap(valueType))
    let info = component.types[id]
    return (info.layout(.i32), info.layout(.i64))
  }

  private func valueType(_ type: TypeReference) -> ValueTypeID? {
    if case .value(let id) = type { id } else { nil }
  }

  private struct Case: CustomTestStringConvertible {
    var type: String
    /// Size and alignment for both pointer sizes.
    var small: (UInt32, UInt32)
    var large: (UInt32, UInt32)
    var flat: [ValueType]
    var flat64: [ValueType]?
    var testDescription: String { type }
  }

  private static let cases: [Case] = [
    Case(type: "bool", small: (1, 1), large: (1, 1), flat: [.i32]),
    Case(type: "f64", small: (8, 8), large: (8, 8), flat: [.f64]),
    Case(
      type: "string", small: (8, 4), large: (16, 8), flat: [.i32, .i32], flat64: [.i64, .i64]),
    Case(
      type: "(tuple u8 u16 u8 u32)", small: (12, 4), large: (12, 4), flat: [.i32, .i32, .i32, .i32]),
    Case(
      type: "(tuple u8 string)", small: (12, 4), large: (24, 8), flat: [.i32, .i32, .i32],
      flat64: [.i32, .i64, .i64]),
    Case(type: "(option u64)", small: (16, 8), large: (16, 8), flat: [.i32, .i64]),
    Case(type: "(result)", small: (1, 1), large: (1, 1), flat: [.i32]),
    // Payloads share their core values: f32 and i32 join to i32, f32 and f64 to i64.
    Case(
      type: "(variant (case \"a\" f32) (case \"b\" u32))", small: (8, 4), large: (8, 4),
      flat: [.i32, .i32]),
    Case(
      type: "(variant (case \"a\" f32) (case \"b\" f64))", small: (16, 8), large: (16, 8),
      flat: [.i32, .i64]),
    Case(
      type: "(result string (error u64))", small: (16, 8), large: (24, 8),
      flat: [.i32, .i64, .i32],
      flat64: [.i32, .i64, .i64]),
    Case(type: "(flags \"a\" \"b\")", small: (1, 1), large: (1, 1), flat: [.i32]),
    Case(
      type: "(flags \(((0..<9).map { "\"f\($0)\"" }).joined(separator: " ")))", small: (2, 2),
      large: (2, 2), flat: [.i32]),
    Case(type: "(list u16 3)", small: (6, 2), large: (6, 2), flat: [.i32, .i32, .i32]),
    Case(
      type: "(map string u8)", small: (8, 4), large: (16, 8), flat: [.i32, .i32],
      flat64: [.i64, .i64]),
    Case(type: "(stream u8)", small: (4, 4), large: (4, 4), flat: [.i32]),
  ]

  @Test(arguments: cases.indices) func layout(_ index: Int) throws {
    let item = Self.cases[index]
    let (small, large) = try layouts(item.type)
    #expect((small.size, small.alignment) == item.small, "\(item.type)")
    #expect((large.size, large.alignment) == item.large, "\(item.type)")
    #expect(small.flat == item.flat, "\(item.type)")
    #expect(large.flat == item.flat64 ?? item.flat, "\(item.type)")
  }

  @Test func manyCases() throws {
    func variant(_ count: Int) -> String {
      "(enum \(((0..<count).map { "\"c\($0)\"" }).joined(separator: " ")))"
    }
    #expect(try layouts(variant(256)).0.size == 1)
    #expect(try layouts(variant(257)).0.size == 2)
  }

  @Test func flatteningStopsAtSixteen() throws {
    #expect(try layouts("(list u8 16)").0.flat?.count == 16)
    #expect(try layouts("(list u8 17)").0.flat == nil)
    #expect(try layouts("(option (list u8 15))").0.flat?.count == 16)
    #expect(try layouts("(option (list u8 16))").0.flat == nil)
  }

  @Test func functions() throws {
    let component = try validate(
      """
      (type $t (func async (param "a" string) (param "b" (tuple u64 u64 u64)) (result string)))
      """)
    guard case .function(let id)? = component.root.types.last else {
      Issue.record("not a function type")
      return
    }
    let types = component.types
    let type = types[id].type
    let lower = types.flattenForLower(type, pointer: .i32, isAsync: false)
    #expect(
      lower.type == FunctionType(parameters: [.i32, .i32, .i64, .i64, .i64, .i32], results: []))
    let asyncLower = types.flattenForLower(type, pointer: .i64, isAsync: true)
    #expect(asyncLower.type == FunctionType(parameters: [.i64, .i64], results: [.i32]))
    let lift = types.flattenForLift(type, pointer: .i64, isAsync: false, hasCallback: false)
    #expect(
      lift.type == FunctionType(parameters: [.i64, .i64, .i64, .i64, .i64], results: [.i64]))
    let asyncLift = types.flattenForLift(type, pointer: .i32, isAsync: true, hasCallback: true)
    #expect(asyncLift.type.results == [.i32])
    #expect(types.fieldOffsets(type.parameters.map(\.type), pointer: .i32) == [0, 8])
  }

  @Test func contents() throws {
    let component = try validate(
      """
      (type $r (resource (rep i32)))
      (type (tuple (list (borrow $r)) (future string)))
      """)
    guard case .value(let id)? = component.root.types.last else {
      Issue.record("not a value type")
      return
    }
    #expect(component.types[id].contents == [.borrow, .asyncValue, .pointer])
  }
}
