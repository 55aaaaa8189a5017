// Text Format, Element Segments and Data Segments, and the forms inside tables and memories. The forms of the binary
// format follow what is written: a table or memory that is named has its index spelled out even if it is 0.

import WasmBinary
import WasmSyntax

extension ModuleParser {
  // MARK: Element segments

  /// Where the elements go.
  private enum ElementMode {
    case passive
    case declarative
    /// The table is nil where it is left out.
    case active(table: UInt32?, offset: [UInt8])

    var table: UInt32? {
      if case .active(let table, _) = self { table } else { nil }
    }
  }

  /// Elements as they are written.
  private enum ElementItems {
    case functions([UInt32])
    /// Expressions behind one another.
    case expressions(type: ValueType, count: Int, code: [UInt8])
  }

  mutating func parseElementSegment() throws(ModuleError) {
    _ = cursor.take(.identifier)
    if cursor.take(.declare) {
      return appendElementSegment(.declarative, try parseElementList())
    }
    guard cursor.isAtLeftParen, !cursor.isAtForm(.ref) else {
      return appendElementSegment(.passive, try parseElementList())
    }
    let table = cursor.isAtForm(.table) ? try parseIndexForm(.table, in: tables) : nil
    let mode = ElementMode.active(table: table, offset: try parseOffset())
    if table == nil, isAtIndex || cursor.isAtRightParen {
      return appendElementSegment(mode, .functions(try parseFunctionIndices()))
    }
    appendElementSegment(mode, try parseElementList())
  }

  private mutating func parseFunctionIndices() throws(ModuleError) -> [UInt32] {
    var indices: [UInt32] = []
    while isAtIndex { indices.append(try parseIndex(in: functions)) }
    return indices
  }

  private mutating func parseElementList() throws(ModuleError) -> ElementItems {
    if cursor.take(.func) { return .functions(try parseFunctionIndices()) }
    return try parseElementExpressions(type: try parseReferenceType())
  }

  private mutating func parseElementExpressions(
    type: ValueType
  ) throws(ModuleError) -> ElementItems {
    var expressions: [UInt8] = []
    var count = 0
    while cursor.isAtLeftParen {
      if cursor.takeForm(.item) {
        try parseExpression()
        try cursor.expectRightParen()
      } else {
        try parseFoldedExpression()
      }
      expressions += code.bytes
      count += 1
    }
    return .expressions(type: type, count: count, code: expressions)
  }

  /// `(offset ...)`, or one folded instruction.
  private mutating func parseOffset() throws(ModuleError) -> [UInt8] {
    if cursor.takeForm(.offset) {
      try parseExpression()
      try cursor.expectRightParen()
    } else {
      try parseFoldedExpression()
    }
    return code.bytes
  }

  private mutating func appendElementSegment(_ mode: ElementMode, _ items: ElementItems) {
    var form: UInt32
    var writesKind = true
    switch mode {
    case .passive: form = 1
    case .declarative: form = 3
    case .active(let table, _):
      // The short form stands for table 0 and functions.
      var isFunctions = true
      if case .expressions(let type, _, _) = items { isFunctions = type == .funcref }
      writesKind = table != nil || !isFunctions
      form = writesKind ? 2 : 0
    }
    if case .expressions = items { form |= 4 }
    sections.elements.append {
      $0.writeU32(form)
      if case .active(let table, let offset) = mode {
        if writesKind { $0.writeU32(table ?? 0) }
        $0.writeBytes(offset)
      }
      switch items {
      case .functions(let indices):
        if writesKind { $0.writeByte(0) }
        $0.writeCount(indices.count)
        for index in indices { $0.writeU32(index) }
      case .expressions(let type, let count, let code):
        if writesKind { $0.writeValueType(type) }
        $0.writeCount(count)
        $0.writeBytes(code)
      }
    }
  }

  /// A table whose elements say how large it is: `reftype (elem ...)`.
  mutating func parseTableWithElements(
    _ index: UInt32, _ addressType: AddressType
  ) throws(ModuleError) {
    let element = try parseReferenceType()
    guard cursor.takeForm(.elem) else { throw cursor.unexpectedToken() }
    let items: ElementItems
    var count: Int
    if cursor.isAtLeftParen {
      items = try parseElementExpressions(type: element)
      count = 0
      if case .expressions(_, let expressions, _) = items { count = expressions }
    } else {
      let functions = try parseFunctionIndices()
      count = functions.count
      items = elementItems(functions, type: element)
    }
    try cursor.expectRightParen()
    let size = UInt64(count)
    let type = TableType(
      addressType: addressType, limits: Limits(minimum: size, maximum: size), element: element)
    sections.tables.append { $0.writeTableType(type) }
    let mode = ElementMode.active(table: index == 0 ? nil : index, offset: zero(addressType))
    appendElementSegment(mode, items)
  }

  /// Functions as elements of a type that only expressions can be given.
  private func elementItems(_ functions: [UInt32], type: ValueType) -> ElementItems {
    if type.heapType == .func { return .functions(functions) }
    var writer = ByteWriter()
    for function in functions {
      writer.writeOpcode(.refFunc)
      writer.writeU32(function)
      writer.writeOpcode(.end)
    }
    return .expressions(type: type, count: functions.count, code: writer.bytes)
  }

  private func zero(_ addressType: AddressType) -> [UInt8] {
    var writer = ByteWriter()
    writer.writeOpcode(addressType == .i32 ? .i32Const : .i64Const)
    writer.writeByte(0)
    writer.writeOpcode(.end)
    return writer.bytes
  }

  // MARK: Data segments

  mutating func parseDataSegment() throws(ModuleError) {
    _ = cursor.take(.identifier)
    let memory = cursor.isAtForm(.memory) ? try parseIndexForm(.memory, in: memories) : nil
    let offset = memory != nil || cursor.isAtLeftParen ? try parseOffset() : nil
    appendDataSegment(memory: memory, offset: offset, cursor.takeStrings())
  }

  private mutating func appendDataSegment(memory: UInt32?, offset: [UInt8]?, _ bytes: [UInt8]) {
    sections.data.append {
      $0.writeU32(offset == nil ? 1 : memory == nil ? 0 : 2)
      if let memory { $0.writeU32(memory) }
      if let offset { $0.writeBytes(offset) }
      $0.writeCount(bytes.count)
      $0.writeBytes(bytes)
    }
  }

  /// A memory whose data say how large it is: `(pagesize N)? (data ...)`.
  mutating func parseMemoryWithData(
    _ index: UInt32, _ addressType: AddressType
  ) throws(ModuleError) {
    let explicitPageSizeLog2 = try parsePageSize()
    let pageSizeLog2 = explicitPageSizeLog2 ?? MemoryType.defaultPageSizeLog2
    guard cursor.takeForm(.data) else { throw cursor.unexpectedToken() }
    let bytes = cursor.takeStrings()
    try cursor.expectRightParen()
    let (pages, rest) =
      pageSizeLog2 < 63
      ? bytes.count.quotientAndRemainder(dividingBy: 1 << Int(pageSizeLog2)) : (0, bytes.count)
    let size = UInt64(pages + (rest > 0 ? 1 : 0))
    let type = MemoryType(
      addressType: addressType, limits: Limits(minimum: size, maximum: size),
      pageSizeLog2: pageSizeLog2)
    sections.memories.append {
      $0.writeMemoryType(type, hasPageSize: explicitPageSizeLog2 != nil)
    }
    appendDataSegment(memory: index == 0 ? nil : index, offset: zero(addressType), bytes)
  }
}
