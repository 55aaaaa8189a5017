import Testing
import WasmBinary
import WasmSyntax
import WasmValidation

/// Value definitions, value imports and exports, component start functions.
struct ValueTests {
  @Test func valuesAreUsedOnce() {
    expectValid("(value $v u8 1) (export \"a\" (value $v))")
    expectInvalid("(value $v u8 1)", "value index 0 was not used")
    expectInvalid("(import \"v\" (value u8))", "value index 0 was not used")
    expectInvalid(
      "(value $v u8 1) (export \"a\" (value $v)) (export \"b\" (value $v))",
      "value 0 cannot be used more than once")
  }

  @Test func start() {
    let function = "(import \"f\" (func $f (param \"a\" u8) (result string)))"
    expectValid(
      function
        + "(value $v u8 1) (start $f (value $v) (result (value $r))) (export \"r\" (value $r))")
    expectInvalid(
      function + "(value $v u8 1) (start $f (value $v) (result (value $r)))",
      "value index 1 was not used")
    expectInvalid(function + "(start $f)", "requires 1 arguments")
    expectInvalid(
      function + "(value $v u16 1) (start $f (value $v) (result (value $r)))",
      "expected primitive `u8` found primitive `u16`")
    expectInvalid(function + "(value $v u8 1) (start $f (value $v))", "result count of 0")
  }

  @Test func equalBounds() {
    let child = """
      (component $C
        (import "a" (value $a u8)) (import "b" (value $b (eq $a)))
        (export "c" (value $a)) (export "d" (value $b)))
      """
    func instantiation(_ a: String, _ b: String) -> String {
      child + "(value $x u8 1) (value $y u8 \(b))"
        + "(instance (instantiate $C (with \"a\" (value $x)) (with \"b\" (value $y))))"
    }
    expectValid(instantiation("1", "1"))
    expectInvalid(instantiation("1", "2"), "values are not the same")
  }

  @Test func exportsKeepTheirValue() {
    let child = "(component $C (value $v u8 1) (export \"v\" (value $v)))"
    let consumer = """
      (component $D (import "a" (value $a u8)) (import "b" (value $b (eq $a)))
        (export "a" (value $a)) (export "b" (value $b)))
      (instance $c1 (instantiate $C)) (instance $c2 (instantiate $C))
      (instance (instantiate $D (with "a" (value $c1 "v")) (with "b" (value $c2 "v"))))
      """
    expectValid(child + consumer)
    // With a type ascribed the value is hidden, and different for each instance.
    let hidden = "(component $C (value $v u8 1) (export \"v\" (value $v) (value u8)))"
    expectInvalid(hidden + consumer, "values are not the same")
  }

  @Test func bytes() throws {
    func value(_ type: DefValType, _ bytes: [UInt8]) throws(ModuleError) {
      var encoder = ComponentEncoder()
      encoder.append(.type(.value(type)))
      encoder.append(
        .export(ComponentExport(name: ExternName("t"), item: SortIndex(.type, 0), type: nil)))
      encoder.append(.value(ValueDefinition(type: .index(1), bytes: Bytes(bytes))))
      encoder.append(
        .export(ComponentExport(name: ExternName("v"), item: SortIndex(.value, 0), type: nil)))
      _ = try validateComponent(Bytes(encoder.finish()), features: .all)
    }
    let pair = DefValType.tuple([.primitive(.u8), .primitive(.string)])
    try value(pair, [7, 2, 0x68, 0x69])
    #expect(throws: ModuleError.self) { try value(pair, [7, 2, 0x68]) }
    #expect(throws: ModuleError.self) { try value(pair, [7, 0, 0]) }
    try value(.primitive(.char), [0xE2, 0x82, 0xAC])
    #expect(throws: ModuleError.self) { try value(.primitive(.char), [0xED, 0xA0, 0x80]) }
    try value(.primitive(.f32), [0, 0, 0xC0, 0x7F])
    #expect(throws: ModuleError.self) { try value(.primitive(.f32), [1, 0, 0xC0, 0x7F]) }
    try value(.result(.primitive(.u8), error: nil), [0, 9])
    try value(.result(.primitive(.u8), error: nil), [1])
    #expect(throws: ModuleError.self) { try value(.option(.primitive(.u8)), [2, 9]) }
    try value(.enum(["a", "b"]), [1])
    #expect(throws: ModuleError.self) { try value(.enum(["a", "b"]), [2]) }
    try value(.list(.primitive(.s16)), [2, 0x7F, 0xFF, 0xFF, 0x01])
    #expect(throws: ModuleError.self) { try value(.list(.primitive(.s16)), [1, 0xFF, 0xFF, 0x03]) }
    try value(.primitive(.bool), [1])
    #expect(throws: ModuleError.self) { try value(.primitive(.bool), [2]) }
  }
}
