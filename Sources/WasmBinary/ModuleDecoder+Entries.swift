// Binary Format, Modules: one entry of each of the simple sections.

import WasmSyntax

extension ModuleDecoder {
  mutating func decodeImport() throws(ModuleError) {
    let moduleName = try decodeName()
    let name = try decodeName()
    let type = try reader.readExternType()
    module.imports.append(Import(module: moduleName, name: name, type: type))
    switch type {
    case .function(let index):
      module.functions.append(index)
      module.importedFunctionCount += 1
    case .table(let type):
      module.tables.append(type)
      module.importedTableCount += 1
    case .memory(let type):
      module.memories.append(type)
      module.importedMemoryCount += 1
    case .global(let type):
      module.globals.append(type)
      module.importedGlobalCount += 1
    case .tag(let index):
      module.tags.append(index)
      module.importedTagCount += 1
    }
  }

  mutating func decodeTable() throws(ModuleError) {
    guard reader.peekByte() == 0x40 else {
      module.tables.append(try reader.readTableType())
      module.tableInitializers.append(nil)
      return
    }
    _ = try reader.readByte()
    try reader.readZeroByte()
    module.tables.append(try reader.readTableType())
    module.tableInitializers.append(try decodeExpression())
  }

  mutating func decodeGlobal() throws(ModuleError) {
    module.globals.append(try reader.readGlobalType())
    module.globalInitializers.append(try decodeExpression())
  }

  mutating func decodeExport() throws(ModuleError) {
    let name = try decodeName()
    let start = reader.position
    guard let kind = ExternKind(rawValue: try reader.readByte()) else {
      throw reader.malformed("malformed export kind", at: start)
    }
    module.exports.append(Export(name: name, kind: kind, index: try reader.readU32()))
  }

  /// The range of an expression, its `end` included.
  mutating func decodeExpression() throws(ModuleError) -> ByteRange {
    let start = reader.position
    try reader.skipExpression()
    return start..<reader.position
  }

  /// A function body: its size, its local declarations, its code.
  mutating func decodeCode() throws(ModuleError) {
    let size = try reader.readCount()
    try check(size, "bytes in a function body", limits.functionBytes)
    var body = try reader.split(count: size)
    let start = body.position
    var locals: UInt64 = 0
    for _ in 0..<(try body.readCount()) {
      locals += UInt64(try body.readU32())
      guard locals <= UInt64(UInt32.max) else { throw body.malformed("too many locals") }
      _ = try body.readValueType()
    }
    module.code.append(
      FunctionBody(locals: start..<body.position, body: body.position..<body.endPosition))
  }
}
