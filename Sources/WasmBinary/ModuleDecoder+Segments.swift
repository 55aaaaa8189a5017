// Binary Format, Element Section and Data Section.

import WasmSyntax

extension ModuleDecoder {
  /// One of the eight forms; bit 0: passive or declarative, bit 1: explicit table or declarative, bit 2: expressions.
  mutating func decodeElementSegment() throws(ModuleError) {
    let start = reader.position
    let form = try reader.readU32()
    guard form < 8 else { throw reader.malformed("malformed elements segment kind", at: start) }
    let mode: ElementSegment.Mode
    switch form & 3 {
    case 0: mode = .active(table: 0, offset: try decodeExpression())
    case 1: mode = .passive
    case 2: mode = .active(table: try reader.readU32(), offset: try decodeExpression())
    default: mode = .declarative
    }
    let hasExpressions = form & 4 != 0
    var type = ValueType(nullable: hasExpressions, .func)
    // The two forms without a table index have no element kind or type either.
    if form & 3 != 0 {
      if hasExpressions { type = try reader.readReferenceType() } else { try decodeElementKind() }
    }
    let count = try reader.readCount()
    try check(count, "entries in an element segment", limits.elementSegmentEntries)
    let items = hasExpressions ? try decodeExpressions(count) : try decodeFunctionIndices(count)
    module.elementSegments.append(ElementSegment(mode: mode, type: type, items: items))
  }

  private mutating func decodeElementKind() throws(ModuleError) {
    let start = reader.position
    guard try reader.readByte() == 0 else {
      throw reader.malformed("malformed element kind", at: start)
    }
  }

  private mutating func decodeExpressions(
    _ count: Int
  ) throws(ModuleError) -> ElementSegment.Items {
    var expressions: [ByteRange] = []
    expressions.reserveCapacity(count)
    for _ in 0..<count { expressions.append(try decodeExpression()) }
    return .expressions(expressions)
  }

  private mutating func decodeFunctionIndices(
    _ count: Int
  ) throws(ModuleError) -> ElementSegment.Items {
    var indices: [UInt32] = []
    indices.reserveCapacity(count)
    for _ in 0..<count { indices.append(try reader.readU32()) }
    return .functions(indices)
  }

  mutating func decodeDataSegment() throws(ModuleError) {
    let start = reader.position
    let mode: DataSegment.Mode
    switch try reader.readU32() {
    case 0: mode = .active(memory: 0, offset: try decodeExpression())
    case 1: mode = .passive
    case 2: mode = .active(memory: try reader.readU32(), offset: try decodeExpression())
    default: throw reader.malformed("malformed data segment kind", at: start)
    }
    let contents = try reader.split(count: try reader.readCount())
    module.dataSegments.append(
      DataSegment(mode: mode, bytes: contents.position..<contents.endPosition))
  }
}
