// Types read back as they were written.

import Testing
import WasmBinary
import WasmSyntax

@Suite struct TypeTests {
  func read<Value>(
    _ bytes: [UInt8], _ read: (inout ByteReader) throws(ModuleError) -> Value
  ) throws -> Value {
    let bytes = Bytes(bytes)
    defer { withExtendedLifetime(bytes) {} }
    var reader = ByteReader(bytes)
    let value = try read(&reader)
    #expect(reader.isAtEnd)
    return value
  }

  static let valueTypes: [ValueType] =
    [.i32, .i64, .f32, .f64, .v128]
    + AbstractHeapType.allCases.filter { $0 != .bottom }.flatMap {
      [ValueType(nullable: true, HeapType($0)), ValueType(nullable: false, HeapType($0))]
    }
    + [0, 63, 64, HeapType.maximumIndex].map { ValueType(nullable: true, HeapType(index: $0)) }

  @Test(arguments: valueTypes) func valueType(_ type: ValueType) throws {
    var writer = ByteWriter()
    writer.writeValueType(type)
    #expect(
      try read(writer.bytes) { (reader) throws(ModuleError) in try reader.readValueType() } == type)
  }

  @Test func shortForms() {
    var writer = ByteWriter()
    writer.writeValueType(.funcref)
    writer.writeValueType(ValueType(nullable: true, HeapType(index: 3)))
    #expect(writer.bytes == [0x70, 0x63, 0x03])
  }

  @Test(arguments: [
    ExternType.function(type: 7), .tag(type: 300),
    .table(
      TableType(addressType: .i64, limits: Limits(minimum: 1, maximum: 1 << 40), element: .anyref)),
    .memory(MemoryType(limits: Limits(minimum: 2))),
    .memory(
      MemoryType(
        addressType: .i64, limits: Limits(minimum: 2, maximum: 9), isShared: true, pageSizeLog2: 0)),
    .global(GlobalType(valueType: .f64, isMutable: true)),
  ])
  func externType(_ type: ExternType) throws {
    var writer = ByteWriter()
    writer.writeExternType(type)
    #expect(
      try read(writer.bytes) { (reader) throws(ModuleError) in try reader.readExternType() } == type
    )
  }

  @Test func instructionImmediates() throws {
    var writer = ByteWriter()
    let argument = MemArg(alignLog2: 3, memory: 2, offset: 1 << 33)
    let clause = CatchClause(kind: .catchRef, tag: 5, label: 1)
    let branch = CastBranch(label: 4, source: .anyref, target: ValueType(nullable: false, .i31))
    writer.writeMemArg(argument)
    writer.writeCatchClause(clause)
    writer.writeCastBranch(branch)
    writer.writeBlockType(.type(200))
    try read(writer.bytes) { (reader) throws(ModuleError) in
      let values = (
        try reader.readMemArg(), try reader.readCatchClause(), try reader.readCastBranch(),
        try reader.readBlockType()
      )
      #expect(values.0 == argument)
      #expect(values.1 == clause)
      #expect(values.2 == branch)
      #expect(values.3 == .type(200))
    }
  }

  /// Every instruction of the table: opcodes read back as they were written.
  @Test func opcodes() throws {
    for row in InstructionTable.shared.rows {
      var writer = ByteWriter()
      writer.writeOpcode(row.opcode)
      let opcode = try read(writer.bytes) { (reader) throws(ModuleError) in try reader.readOpcode()
      }
      #expect(opcode == row.opcode)
    }
  }
}
