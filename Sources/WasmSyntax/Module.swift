// What a core module is once it has been decoded: index spaces, segments and where the code lies. Immutable and
// Sendable; bodies and constant expressions stay bytes of the source.

/// A range of bytes relative to the start of the module.
package typealias ByteRange = Range<Int>

/// A decoded module (Structure, Modules). Index spaces start with the imports.
package struct Module: Sendable {
  /// The module's own bytes, magic included.
  package var bytes: Bytes
  package var types = TypeSection()
  package var imports: [Import] = []
  /// Type index of every function.
  package var functions: [UInt32] = []
  package var tables: [TableType] = []
  package var memories: [MemoryType] = []
  package var globals: [GlobalType] = []
  /// Type index of every tag.
  package var tags: [UInt32] = []
  package var exports: [Export] = []
  package var start: UInt32?
  package var elementSegments: [ElementSegment] = []
  package var dataSegments: [DataSegment] = []
  /// The number of data segments announced by the data count section.
  package var dataCount: UInt32?
  /// Bodies of the functions defined here: `code[i]` is function `importedFunctionCount + i`.
  package var code: [FunctionBody] = []
  /// Initialisers of the globals defined here.
  package var globalInitializers: [ByteRange] = []
  /// Initialisers of the tables defined here; nil means null.
  package var tableInitializers: [ByteRange?] = []
  package var customSections: [CustomSection] = []
  /// By function index: how many were imported, and likewise for the other spaces.
  package var importedFunctionCount = 0
  package var importedTableCount = 0
  package var importedMemoryCount = 0
  package var importedGlobalCount = 0
  package var importedTagCount = 0

  package init(bytes: Bytes) { self.bytes = bytes }

  /// The type of a function by function index.
  package func functionType(_ index: UInt32) -> FunctionType? {
    index < functions.count ? types.function(at: functions[Int(index)]) : nil
  }
}

package struct Import: Sendable {
  package var module: String
  package var name: String
  package var type: ExternType
  package init(module: String, name: String, type: ExternType) {
    self.module = module
    self.name = name
    self.type = type
  }
}

package struct Export: Sendable {
  package var name: String
  package var kind: ExternKind
  package var index: UInt32
  package init(name: String, kind: ExternKind, index: UInt32) {
    self.name = name
    self.kind = kind
    self.index = index
  }
}

/// Where a function's code lies. `locals` starts behind the size, `body` behind the local declarations and includes the
/// final `end`.
package struct FunctionBody: Sendable {
  package var locals: ByteRange
  package var body: ByteRange
  package init(locals: ByteRange, body: ByteRange) {
    self.locals = locals
    self.body = body
  }
}

/// Structure, Element Segments.
package struct ElementSegment: Sendable {
  package enum Mode: Sendable {
    case passive
    case active(table: UInt32, offset: ByteRange)
    case declarative
  }
  package enum Items: Sendable {
    case functions([UInt32])
    case expressions([ByteRange])
  }
  package var mode: Mode
  package var type: ValueType
  package var items: Items
  package init(mode: Mode, type: ValueType, items: Items) {
    self.mode = mode
    self.type = type
    self.items = items
  }
  package var count: Int {
    switch items {
    case .functions(let indices): indices.count
    case .expressions(let ranges): ranges.count
    }
  }
}

/// Structure, Data Segments.
package struct DataSegment: Sendable {
  package enum Mode: Sendable {
    case passive
    case active(memory: UInt32, offset: ByteRange)
  }
  package var mode: Mode
  package var bytes: ByteRange
  package init(mode: Mode, bytes: ByteRange) {
    self.mode = mode
    self.bytes = bytes
  }
}

/// A custom section and where it stood.
package struct CustomSection: Sendable {
  package var name: String
  /// The payload behind the name.
  package var payload: ByteRange
  /// The id of the last non-custom section before it, 0 if none.
  package var after: UInt8
  package init(name: String, payload: ByteRange, after: UInt8) {
    self.name = name
    self.payload = payload
    self.after = after
  }
}
