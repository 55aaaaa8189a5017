// Instantiation (Execution, Modules, Instantiation): link check, allocation, globals, tables, segments in order, start
// function. What fails before the segments leaves the store as it was; from there on what was written stays written and
// the instance stays alive, because tables elsewhere may name its functions.

import CWasmExecution
import WasmSyntax

struct Instantiation {
  let store: CoreStore
  let module: CoreModule
  let imports: [ExternValue]
  let name: String?
  /// Whether the start function is somebody else's to call.
  var omitsStart = false

  func run() throws(InstantiationError) -> CoreInstance {
    guard module.engine === store.engine else {
      throw .unlinkable("the module belongs to another engine")
    }
    guard !store.isPoisoned else {
      throw .invocation(.trap(Trap(.bug, detail: "the store is poisoned")))
    }
    guard store.instances.count < store.limits.instances else {
      throw .limit(LimitExceeded(.instances, "more than \(store.limits.instances) instances"))
    }
    try Linking(store: store, module: module).check(imports)
    let instance = try allocate()
    try initializeTables(of: instance)
    try initializeMemories(of: instance)
    if !omitsStart { try start(instance) }
    return instance
  }

  // MARK: Allocation (Execution, Modules, Allocation)

  /// Makes the instance with its globals and tables initialised; takes everything back if that fails.
  private func allocate() throws(InstantiationError) -> CoreInstance {
    let before = (
      store.memories.count, store.tables.count, store.globals.count, store.tags.count,
      store.memoryBytes, store.tableElements, store.heap.allocations
    )
    var functions: [UnsafeMutablePointer<WasmFunction>] = []
    for case .function(let function) in imports { functions.append(function.record) }
    let instance = CoreInstance(
      store: store, module: module, name: name, importedFunctions: functions)
    // The collector finds the instance's segments through the store.
    store.instances.append(instance)
    do throws(InstantiationError) {
      try addMemories(to: instance)
      addTags(to: instance)
      try addGlobals(to: instance)
      try addTables(to: instance)
      try addElements(to: instance)
    } catch {
      store.instances.removeLast()
      // Objects that constant expressions made name the module's types and functions until they are swept.
      if store.heap.allocations != before.6 { store.abandoned.append(instance) }
      store.memories.removeSubrange(before.0...)
      store.tables.removeSubrange(before.1...)
      store.globals.removeSubrange(before.2...)
      store.tags.removeSubrange(before.3...)
      store.memoryBytes = before.4
      store.tableElements = before.5
      throw error
    }
    return instance
  }

  private func addMemories(to instance: CoreInstance) throws(InstantiationError) {
    for case .memory(let memory) in imports { instance.add(memory) }
    for type in module.syntax.memories.dropFirst(module.syntax.importedMemoryCount) {
      instance.add(try store.makeMemory(type))
    }
  }

  private func addTags(to instance: CoreInstance) {
    for case .tag(let tag) in imports { instance.add(tag) }
    for index in module.syntax.tags.dropFirst(module.syntax.importedTagCount) {
      guard let type = module.types.function(at: index), let info = module.types.info(index) else {
        continue
      }
      let tag = CoreTag(store: store, type: type, functionInfo: info)
      store.tags.append(tag)
      instance.add(tag)
    }
  }

  private func addGlobals(to instance: CoreInstance) throws(InstantiationError) {
    for case .global(let global) in imports { instance.add(global) }
    let syntax = module.syntax
    for (index, initializer) in syntax.globalInitializers.enumerated() {
      var type = syntax.globals[syntax.importedGlobalCount + index]
      type.valueType = module.types.canonical(type.valueType)
      let global = CoreGlobal(store: store, type: type)
      store.globals.append(global)
      let value = try evaluate(initializer, in: instance)
      global.slots[0] = value.low
      global.slots[1] = value.high
      instance.add(global)
    }
  }

  private func addTables(to instance: CoreInstance) throws(InstantiationError) {
    for case .table(let table) in imports { instance.add(table) }
    let syntax = module.syntax
    for (index, initializer) in syntax.tableInitializers.enumerated() {
      var type = syntax.tables[syntax.importedTableCount + index]
      type.element = module.types.canonical(type.element)
      let initial = try initializer.map { range throws(InstantiationError) in
        try evaluate(range, in: instance).low
      }
      let table = try CoreTable(store: store, type: type, initial: initial ?? 0)
      store.tables.append(table)
      instance.add(table)
    }
  }

  /// Evaluates passive segments. Active ones are evaluated when they are written, declarative ones never.
  private func addElements(to instance: CoreInstance) throws(InstantiationError) {
    for (index, segment) in module.syntax.elementSegments.enumerated() {
      guard case .passive = segment.mode else { continue }
      guard
        let memory = SystemMemory.allocateZeroed(segment.count * MemoryLayout<UInt64>.stride)
      else {
        throw .limit(LimitExceeded(.tables, "an element segment of \(segment.count) elements"))
      }
      let words = UnsafeMutableBufferPointer(
        start: memory.bindMemory(to: UInt64.self, capacity: segment.count), count: segment.count)
      // Added before it is filled, so that the objects already in it are seen by the collector.
      let areObjects = !store.isFunctionType(module.types.canonical(segment.type))
      instance.setElements(index, words, areObjects: areObjects)
      try evaluate(segment, in: instance) { words[$0] = $1 }
    }
  }

  // MARK: Initialisation

  private func evaluate(
    _ range: ByteRange, in instance: CoreInstance
  ) throws(InstantiationError) -> (low: UInt64, high: UInt64) {
    var evaluator = ConstantEvaluator(store: store, instance: instance)
    do throws(Trap) {
      return try evaluator.evaluate(range)
    } catch {
      throw .invocation(.trap(error))
    }
  }

  private func evaluate(
    _ segment: ElementSegment, in instance: CoreInstance, _ body: (Int, UInt64) -> Void
  ) throws(InstantiationError) {
    switch segment.items {
    case .functions(let indices):
      for (position, index) in indices.enumerated() {
        let function = instance.record.pointee.functions[Int(index)]
        body(position, UInt64(UInt(bitPattern: function)))
      }
    case .expressions(let ranges):
      for (position, range) in ranges.enumerated() {
        body(position, try evaluate(range, in: instance).low)
      }
    }
  }

  private func initializeTables(of instance: CoreInstance) throws(InstantiationError) {
    for segment in module.syntax.elementSegments {
      guard case .active(let index, let offsetRange) = segment.mode else { continue }
      let table = instance.tables[Int(index)]
      let offset = try evaluate(offsetRange, in: instance).low
      let count = UInt64(segment.count)
      guard count <= table.count, offset <= table.count - count else {
        throw .invocation(.trap(Trap(.tableOutOfBounds)))
      }
      let words = table.words
      try evaluate(segment, in: instance) { words[Int(offset) + $0] = $1 }
    }
  }

  private func initializeMemories(of instance: CoreInstance) throws(InstantiationError) {
    for (position, segment) in module.syntax.dataSegments.enumerated() {
      guard case .active(let index, let offsetRange) = segment.mode else { continue }
      let memory = instance.memories[Int(index)]
      let offset = try evaluate(offsetRange, in: instance).low
      let count = UInt64(segment.bytes.count)
      guard count <= memory.byteCount, offset <= memory.byteCount - count else {
        throw .invocation(.trap(Trap(.memoryOutOfBounds)))
      }
      module.syntax.bytes.slice(segment.bytes).withUnsafeBytes { bytes in
        guard let source = bytes.baseAddress, let base = memory.bytes.baseAddress else { return }
        (base + Int(offset)).copyMemory(from: source, byteCount: bytes.count)
      }
      instance.dropData(UInt32(position))
    }
  }

  private func start(_ instance: CoreInstance) throws(InstantiationError) {
    guard let function = instance.startFunction?.record else { return }
    do throws(InvocationError) {
      try store.call(function, writing: { _ in }, reading: { _ in })
    } catch {
      throw .invocation(error)
    }
  }
}
