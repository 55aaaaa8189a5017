// Function bodies: what the suites do not reach, or reach only by the way.

import Testing
import WasmSyntax
import WasmValidation

@Suite struct FunctionTests {
  // MARK: Kinds and places of errors

  /// Nothing malformed is called invalid because a rule was broken before.
  @Test func malformedBehindInvalid() throws {
    let invalid: [UInt8] = [0x00, 0x1A, 0x0B]
    let illegal: [UInt8] = [0x00, 0xFF, 0x0B]
    let unclosed: [UInt8] = [0x00, 0x02, 0x40, 0x0B]
    for (bodies, kind) in [
      ([invalid], ModuleError.Kind.invalid), ([invalid, illegal], .malformed),
      ([invalid, unclosed], .malformed), ([illegal, invalid], .malformed),
    ] {
      let error = try #require(throws: ModuleError.self) { try validate(module(bodies: bodies)) }
      #expect(error.kind == kind)
    }
  }

  @Test func errorsPointAtInstructions() throws {
    let bytes = module(body: [0x01, 0x01, 0x6A, 0x0B])
    let error = try #require(throws: ModuleError.self) { try validate(bytes) }
    #expect(error.position == .offset(bytes.count - 2))
    #expect(error.message == "type mismatch: expected i32 but the stack is empty")
  }

  @Test func errorsPointAtEntries() throws {
    // type section, then an import section whose second entry names type 7
    let bytes: [UInt8] =
      [0x00, 0x61, 0x73, 0x6D, 0x01, 0x00, 0x00, 0x00, 0x01, 0x04, 0x01, 0x60, 0x00, 0x00]
      + [0x02, 0x0D, 0x02, 0x01, 0x61, 0x01, 0x62, 0x00, 0x00, 0x01, 0x61, 0x01, 0x63, 0x00, 0x07]
    let error = try #require(throws: ModuleError.self) { try validate(bytes) }
    #expect(error == ModuleError(.invalid, "unknown type 7", at: .offset(23)))
  }

  // MARK: Locals

  /// Locals far behind the ones that are laid out one by one.
  @Test func farLocals() throws {
    let declaration = String(repeating: "i64 ", count: 700) + "f32 (ref extern)"
    func function(_ body: String) -> String {
      "(module (func (param $x (ref extern)) (local \(declaration)) \(body)))"
    }
    _ = try validate(function("(local.set 701 (f32.const 0)) (local.set 700 (i64.const 0))"))
    _ = try validate(function("(local.set 702 (local.get $x)) (drop (local.get 702))"))
    #expect(try rejection(function("(local.set 701 (i64.const 0))")).kind == .invalid)
    #expect(try rejection(function("(drop (local.get 703))")).message == "unknown local 703")
    #expect(try rejection(function("(drop (local.get 702))")).message == "uninitialized local 702")
    // What is set in a block counts until its end.
    let inBlock = "(block (local.set 702 (local.get $x)) (drop (local.get 702)))"
    _ = try validate(function(inBlock))
    #expect(try rejection(function(inBlock + "(drop (local.get 702))")).kind == .invalid)
  }

  // MARK: Unreachable code

  @Test func unreachableOperands() throws {
    _ = try validate("(module (func (result i32) unreachable select (i32.add) (br 0)))")
    _ = try validate("(module (func unreachable (ref.as_non_null) (ref.is_null) drop))")
    let error = try rejection("(module (func unreachable (i64.const 0) (i32.add) drop))")
    #expect(error.kind == .invalid)
  }

  /// A structure of many fields made where there are no operands: asked for often, and each time cheap.
  @Test func manyOperandsInUnreachableCode() throws {
    let fields = String(repeating: "(field i32)", count: 10_000)
    let news = String(
      repeating: "(struct.new 0) drop (array.new_fixed 1 4294967295) drop ", count: 20_000)
    _ = try validate(
      "(module (type (struct \(fields))) (type (array i8)) (func unreachable \(news)))")
  }

  @Test func otherIfIsMalformed() throws {
    let error = try #require(throws: ModuleError.self) {
      try validate(module(body: [0x02, 0x40, 0x05, 0x0B, 0x0B]))
    }
    #expect(error.kind == .malformed)
  }

  // MARK: Names

  /// Export names are bytes: spellings of the same letter are different names.
  @Test func exportNames() throws {
    _ = try validate(#"(module (func (export "\c3\a9") (export "e\cc\81")))"#)
    #expect(try rejection(#"(module (func (export "a") (export "a")))"#).kind == .invalid)
  }
}
