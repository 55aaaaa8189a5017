// Walking code without validating it.

import Testing
import WasmBinary
import WasmSyntax

@Suite struct ExpressionTests {
  func skip(_ code: [UInt8]) throws -> Int {
    let bytes = Bytes(code)
    defer { withExtendedLifetime(bytes) {} }
    var cursor = InstructionCursor(bytes)
    try cursor.skipExpression()
    return cursor.position
  }

  @Test func stopsBehindItsEnd() throws {
    // if (result i32) i32.const 0 else i32.const 11 end end | end
    #expect(try skip([0x04, 0x7F, 0x41, 0x00, 0x05, 0x41, 0x0B, 0x0B, 0x0B, 0x0B]) == 9)
  }

  @Test(
    arguments: [
      [0x05, 0x0B], [0x02, 0x40, 0x05, 0x0B, 0x0B], [0x04, 0x40, 0x05, 0x05, 0x0B, 0x0B],
      [0x02, 0x40, 0x0B], [0xFF, 0x0B], [0xFC, 0x7F, 0x0B], [0xFC, 0x80, 0x80, 0x80, 0x80, 0x10],
    ] as [[UInt8]])
  func malformed(_ code: [UInt8]) throws {
    let error = try #require(throws: ModuleError.self) { try skip(code) }
    #expect(error.kind == .malformed)
  }

  /// Whatever shape an immediate has, a walk ends: at the right place, or with an error.
  @Test func everyInstructionCutShort() throws {
    for row in InstructionTable.shared.rows where row.immediate != .none {
      var writer = ByteWriter()
      writer.writeOpcode(row.opcode)
      #expect(throws: ModuleError.self) { try skip(writer.bytes) }
    }
  }
}
