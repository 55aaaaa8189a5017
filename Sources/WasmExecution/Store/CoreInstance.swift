// A module instance (Execution, Runtime Structure, Module Instances) and the record that handlers see of it.

import CWasmExecution
import WasmSyntax

/// An instance of a module. Its store keeps it.
package final class CoreInstance {
  // Invariant: every array of `record` has as many elements as the module's index space, all initialised before guest
  // code runs; what they point at is owned by the store, the module, or this object.
  package unowned let store: CoreStore
  package let module: CoreModule
  /// What the embedder calls it, for backtraces.
  package let name: String?
  package let record: UnsafeMutablePointer<WasmInstance>
  /// The record and its arrays.
  private let block: UnsafeMutableRawPointer

  @exclusivity(unchecked) var memories: [CoreMemory] = []
  @exclusivity(unchecked) var tables: [CoreTable] = []
  @exclusivity(unchecked) var globals: [CoreGlobal] = []
  @exclusivity(unchecked) var tags: [CoreTag] = []
  private let functions: UnsafeMutablePointer<WasmFunction>
  /// Element segments whose references are objects, which the collector has to see.
  @exclusivity(unchecked) private var objectSegments: [Int] = []

  /// Functions point at the imports and at this instance; everything else is still to be added.
  init(
    store: CoreStore, module: CoreModule, name: String?,
    importedFunctions: [UnsafeMutablePointer<WasmFunction>]
  ) {
    self.store = store
    self.module = module
    self.name = name
    let layout = CoreInstanceLayout(module)
    block = .allocate(byteCount: layout.bytes, alignment: 16)
    functions = (block + layout.code).assumingMemoryBound(to: WasmFunction.self)
    record = (block + layout.record).assumingMemoryBound(to: WasmInstance.self)
    var fields = WasmInstance()
    layout.place(&fields, in: block)
    fields.types = UnsafePointer(module.types.infos)
    fields.memory0 = store.nothing.memory
    fields.owner = Unmanaged.passUnretained(self).toOpaque()
    fields.store = Unmanaged.passUnretained(store).toOpaque()
    record.initialize(to: fields)
    addFunctions(importedFunctions)
    addSegments()
  }

  deinit {
    for index in module.syntax.elementSegments.indices { freeElements(index) }
    block.deallocate()
  }

  // MARK: Building

  private func addFunctions(_ imported: [UnsafeMutablePointer<WasmFunction>]) {
    guard let all = record.pointee.functions else { return }
    for (index, function) in imported.enumerated() { (all + index).initialize(to: function) }
    let importedCount = module.syntax.importedFunctionCount
    for index in module.syntax.code.indices {
      let functionIndex = importedCount + index
      var function = WasmFunction()
      function.type = module.types.info(module.syntax.functions[functionIndex])
      function.code = module.code(ofFunction: UInt32(functionIndex)).map { UnsafePointer($0) }
      function.instance = record
      (functions + index).initialize(to: function)
      (all + functionIndex).initialize(to: functions + index)
    }
  }

  private func addSegments() {
    let bytes = module.syntax.bytes.unsafeBase
    for (index, segment) in module.syntax.dataSegments.enumerated() {
      let base = bytes + segment.bytes.lowerBound
      (record.pointee.data_bases + index)
        .initialize(to: base.assumingMemoryBound(to: UInt8.self))
      (record.pointee.data_lengths + index).initialize(to: UInt64(segment.bytes.count))
    }
    for index in module.syntax.elementSegments.indices {
      (record.pointee.element_bases + index).initialize(to: nil)
      (record.pointee.element_lengths + index).initialize(to: 0)
    }
  }

  func add(_ memory: CoreMemory) {
    (record.pointee.memories + memories.count).initialize(to: memory.record)
    if memories.isEmpty { record.pointee.memory0 = memory.record }
    memories.append(memory)
  }

  func add(_ table: CoreTable) {
    (record.pointee.tables + tables.count).initialize(to: table.record)
    tables.append(table)
  }

  func add(_ global: CoreGlobal) {
    (record.pointee.globals + globals.count).initialize(to: global.slots)
    globals.append(global)
  }

  func add(_ tag: CoreTag) {
    (record.pointee.tags + tags.count).initialize(to: tag.identity)
    tags.append(tag)
  }

  /// Takes over the references of an element segment.
  func setElements(
    _ index: Int, _ words: UnsafeMutableBufferPointer<UInt64>, areObjects: Bool
  ) {
    record.pointee.element_bases[index] = words.baseAddress
    record.pointee.element_lengths[index] = UInt64(words.count)
    if areObjects { objectSegments.append(index) }
  }

  private func freeElements(_ index: Int) {
    SystemMemory.free(record.pointee.element_bases[index])
    record.pointee.element_bases[index] = nil
    record.pointee.element_lengths[index] = 0
  }

  // MARK: Segments

  func dropElements(_ index: UInt32) {
    if index < module.syntax.elementSegments.count { freeElements(Int(index)) }
  }

  func dropData(_ index: UInt32) {
    if index < module.syntax.dataSegments.count { record.pointee.data_lengths[Int(index)] = 0 }
  }

  /// The words of element segments that hold objects.
  func forEachObjectSegment(_ body: (UnsafeBufferPointer<UInt64>) -> Void) {
    for index in objectSegments {
      body(
        UnsafeBufferPointer(
          start: record.pointee.element_bases[index],
          count: Int(record.pointee.element_lengths[index])))
    }
  }

  // MARK: Exports

  package func export(named name: String) -> ExternValue? {
    module.exportIndices[ExactName(name)].flatMap { value(of: module.syntax.exports[$0]) }
  }

  /// All exports in the order of the module.
  package var exports: [(name: String, value: ExternValue)] {
    module.syntax.exports.compactMap { export in value(of: export).map { (export.name, $0) } }
  }

  package func function(named name: String) -> CoreFunction? {
    guard case .function(let function) = export(named: name) else { return nil }
    return function
  }

  /// A function by index.
  package func function(at index: UInt32) -> CoreFunction? {
    guard index < module.syntax.functions.count,
      let function = record.pointee.functions[Int(index)]
    else { return nil }
    return CoreFunction(store: store, record: function)
  }

  /// The function that instantiation ends with, if there is one.
  package var startFunction: CoreFunction? {
    module.syntax.start.flatMap { function(at: $0) }
  }

  private func value(of export: Export) -> ExternValue? {
    let index = Int(export.index)
    switch export.kind {
    case .function: return function(at: export.index).map { .function($0) }
    case .table: return index < tables.count ? .table(tables[index]) : nil
    case .memory: return index < memories.count ? .memory(memories[index]) : nil
    case .global: return index < globals.count ? .global(globals[index]) : nil
    case .tag: return index < tags.count ? .tag(tags[index]) : nil
    }
  }
}

/// Where the record of an instance and its arrays lie in their block.
private struct CoreInstanceLayout {
  let record, code, memories, tables, globals, functions, tags: Int
  let dataBases, dataLengths, elementBases, elementLengths: Int
  let bytes: Int

  init(_ module: CoreModule) {
    var layout = BlockLayout()
    // The fields of the module are looked at where they are: a copy of it retains all that is in it.
    record = layout.add(WasmInstance.self, 1)
    code = layout.add(WasmFunction.self, module.syntax.code.count)
    memories = layout.add(UnsafeMutableRawPointer.self, module.syntax.memories.count)
    tables = layout.add(UnsafeMutableRawPointer.self, module.syntax.tables.count)
    globals = layout.add(UnsafeMutableRawPointer.self, module.syntax.globals.count)
    functions = layout.add(UnsafeMutableRawPointer.self, module.syntax.functions.count)
    tags = layout.add(UnsafeMutableRawPointer.self, module.syntax.tags.count)
    dataBases = layout.add(UnsafeRawPointer.self, module.syntax.dataSegments.count)
    dataLengths = layout.add(UInt64.self, module.syntax.dataSegments.count)
    elementBases = layout.add(UnsafeRawPointer.self, module.syntax.elementSegments.count)
    elementLengths = layout.add(UInt64.self, module.syntax.elementSegments.count)
    bytes = layout.bytes
  }

  func place(_ fields: inout WasmInstance, in block: UnsafeMutableRawPointer) {
    fields.memories = (block + memories).assumingMemoryBound(
      to: UnsafeMutablePointer<WasmMemory>?.self)
    fields.tables = (block + tables).assumingMemoryBound(to: UnsafeMutablePointer<WasmTable>?.self)
    fields.globals = (block + globals).assumingMemoryBound(to: UnsafeMutablePointer<UInt64>?.self)
    fields.functions = (block + functions).assumingMemoryBound(
      to: UnsafeMutablePointer<WasmFunction>?.self)
    fields.tags = (block + tags).assumingMemoryBound(to: UnsafeMutableRawPointer?.self)
    fields.data_bases = (block + dataBases).assumingMemoryBound(to: UnsafePointer<UInt8>?.self)
    fields.data_lengths = (block + dataLengths).assumingMemoryBound(to: UInt64.self)
    fields.element_bases = (block + elementBases).assumingMemoryBound(
      to: UnsafeMutablePointer<UInt64>?.self)
    fields.element_lengths = (block + elementLengths).assumingMemoryBound(to: UInt64.self)
  }
}
