// LEB128: what is written reads back, and what is too long or too large is refused where it begins.

import Testing
import WasmBinary
import WasmSyntax

@Suite struct IntegerTests {
  static let patterns: [UInt64] = {
    var patterns: Set<UInt64> = [0, .max]
    for bit in 0..<64 {
      let power: UInt64 = 1 << bit
      patterns.formUnion([power, power &- 1, power &+ 1, 0 &- power, ~power])
    }
    return patterns.sorted()
  }()

  /// Writes, reads back, and checks that nothing is left.
  func roundTrip<Value: Equatable>(
    _ value: Value, write: (inout ByteWriter) -> Void,
    read: (inout ByteReader) throws(ModuleError) -> Value
  ) throws {
    var writer = ByteWriter()
    write(&writer)
    let bytes = Bytes(writer.bytes)
    var reader = ByteReader(bytes)
    #expect(try read(&reader) == value)
    #expect(reader.isAtEnd)
    withExtendedLifetime(bytes) {}
  }

  @Test(arguments: patterns) func unsigned(_ pattern: UInt64) throws {
    try roundTrip(
      pattern, write: { $0.writeU64(pattern) },
      read: { (reader) throws(ModuleError) in try reader.readU64() })
    let small = UInt32(truncatingIfNeeded: pattern)
    try roundTrip(
      small, write: { $0.writeU32(small) },
      read: { (reader) throws(ModuleError) in try reader.readU32() })
  }

  @Test(arguments: patterns) func signed(_ pattern: UInt64) throws {
    let value = Int64(bitPattern: pattern)
    try roundTrip(
      value, write: { $0.writeS64(value) },
      read: { (reader) throws(ModuleError) in try reader.readS64() })
    let small = Int32(truncatingIfNeeded: value)
    try roundTrip(
      small, write: { $0.writeS32(small) },
      read: { (reader) throws(ModuleError) in try reader.readS32() })
    let middle = (value << 31) >> 31
    try roundTrip(
      middle, write: { $0.writeS33(middle) },
      read: { (reader) throws(ModuleError) in try reader.readS33() })
  }

  enum Kind { case u32, u64, s32, s33, s64 }

  static func read(_ bytes: [UInt8], as kind: Kind) throws(ModuleError) -> Int64 {
    let bytes = Bytes(bytes)
    defer { withExtendedLifetime(bytes) {} }
    var reader = ByteReader(bytes)
    switch kind {
    case .u32: return Int64(try reader.readU32())
    case .u64: return Int64(bitPattern: try reader.readU64())
    case .s32: return Int64(try reader.readS32())
    case .s33: return try reader.readS33()
    case .s64: return try reader.readS64()
    }
  }

  @Test(
    arguments: [
      ([0x80, 0x00], Kind.u32, 0), ([0xFF, 0x80, 0x80, 0x80, 0x00], .u32, 127),
      ([0xFF, 0xFF, 0xFF, 0xFF, 0x0F], .u32, 0xFFFF_FFFF), ([0xFF, 0x7F], .s32, -1),
      ([0x80, 0x80, 0x80, 0x80, 0x78], .s32, -0x8000_0000),
      ([0xFF, 0xFF, 0xFF, 0xFF, 0x0F], .s33, 0xFFFF_FFFF), ([0x40], .s33, -64),
      ([0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x7F], .s64, .min),
      ([0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01], .u64, -1),
    ] as [([UInt8], Kind, Int64)])
  func longForms(_ bytes: [UInt8], _ kind: Kind, _ value: Int64) throws {
    #expect(try Self.read(bytes, as: kind) == value)
  }

  @Test(
    arguments: [
      ([0x80, 0x80, 0x80, 0x80, 0x80, 0x00], Kind.u32, "integer representation too long"),
      ([0xFF, 0xFF, 0xFF, 0xFF, 0x1F], .u32, "integer too large"),
      ([0xFF, 0xFF, 0xFF, 0xFF, 0x4F], .s32, "integer too large"),
      ([0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x02], .u64, "integer too large"),
      ([0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x7E], .s64, "integer too large"),
      ([0x80], .u32, "unexpected end"), ([], .s64, "unexpected end"),
    ] as [([UInt8], Kind, String)])
  func refused(_ bytes: [UInt8], _ kind: Kind, _ message: String) throws {
    let error = try #require(throws: ModuleError.self) { try Self.read(bytes, as: kind) }
    #expect(error.kind == .malformed)
    #expect(error.message == message)
  }
}
