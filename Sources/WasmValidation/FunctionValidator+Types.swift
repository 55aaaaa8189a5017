// Types as code names them: indices checked, features required, canonical.

import WasmBinary
import WasmSyntax

/// A function type in flat memory.
struct FunctionTypeRun {
  var parameters: TypeRun
  var results: TypeRun
}

extension FunctionValidator {
  // MARK: Value types

  mutating func readValueType(_ cursor: inout InstructionCursor) throws(ModuleError) -> ValueType {
    try canonical(try cursor.readValueType())
  }

  /// A type read from code: what it names must exist and what it needs be on.
  @inline(__always)
  mutating func canonical(_ type: ValueType) throws(ModuleError) -> ValueType {
    // Kinds up to f64 have been there from the start.
    type.bits <= ValueType.f64.bits ? type : try canonicalOther(type)
  }

  @inline(never)
  private mutating func canonicalOther(_ type: ValueType) throws(ModuleError) -> ValueType {
    if let feature = type.requiredFeature { try require(feature) }
    guard type.isReference, let index = type.heapType.index else { return type }
    return ValueType(
      nullable: type.isNullable, HeapType(index: try record(index).canonical))
  }

  mutating func readHeapType(
    _ cursor: inout InstructionCursor, nullable: Bool
  ) throws(ModuleError) -> ValueType {
    try canonical(ValueType(nullable: nullable, try cursor.readHeapType()))
  }

  // MARK: Defined types

  @inline(__always)
  mutating func record(_ index: UInt32) throws(ModuleError) -> TypeRecord {
    guard index < context.types.count else { throw invalid("unknown type \(index)") }
    return types[Int(index)]
  }

  mutating func reference(to record: TypeRecord, nullable: Bool) -> ValueType {
    ValueType(nullable: nullable, HeapType(index: record.canonical))
  }

  mutating func functionType(_ index: UInt32) throws(ModuleError) -> FunctionTypeRun {
    let record = try record(index)
    guard record.kind == .function else { throw invalid("type \(index) is not a function type") }
    return functionType(record)
  }

  @inline(__always)
  mutating func functionType(_ record: TypeRecord) -> FunctionTypeRun {
    let base = pool + record.offset
    return FunctionTypeRun(
      parameters: TypeRun(base: base, count: record.count),
      results: TypeRun(base: base + record.count, count: record.resultCount))
  }

  mutating func structType(_ index: UInt32) throws(ModuleError) -> TypeRecord {
    let record = try record(index)
    guard record.kind == .structure else { throw invalid("type \(index) is not a structure type") }
    return record
  }

  mutating func arrayType(_ index: UInt32) throws(ModuleError) -> TypeRecord {
    let record = try record(index)
    guard record.kind == .array else { throw invalid("type \(index) is not an array type") }
    return record
  }

  mutating func field(_ index: Int, of record: TypeRecord) -> FieldWord {
    assert(index < record.count)
    return FieldWord(bits: pool[record.offset + index])
  }

  /// The element of an array type.
  mutating func element(of record: TypeRecord) -> FieldWord { field(0, of: record) }

  // MARK: Other index spaces

  mutating func tag(_ index: UInt32) throws(ModuleError) -> FunctionTypeRun {
    guard index < context.tags.count else { throw invalid("unknown tag \(index)") }
    return functionType(types[Int(context.tags.base[Int(index)])])
  }

  mutating func table(_ index: UInt32) throws(ModuleError) -> TableRecord {
    guard index < context.tables.count else { throw invalid("unknown table \(index)") }
    return context.tables.base[Int(index)]
  }

  mutating func elementType(_ index: UInt32) throws(ModuleError) -> UInt32 {
    guard index < context.elements.count else {
      throw invalid("unknown element segment \(index)")
    }
    return context.elements.base[Int(index)]
  }

  mutating func checkData(_ index: UInt32) throws(ModuleError) {
    guard let count = context.dataCount else {
      throw ModuleError(.malformed, "data count section required", at: errorPosition)
    }
    guard index < count else { throw invalid("unknown data segment \(index)") }
  }

  // MARK: Constant expressions

  @inline(never)
  mutating func checkConstant(_ typing: UnsafePointer<Typing>) throws(ModuleError) {
    guard typing.pointee.isConstant || typing.pointee.rule == .illegal else {
      throw invalid("constant expression required")
    }
    if typing.pointee.rule == .binary { try require(.extendedConstants) }
  }
}
