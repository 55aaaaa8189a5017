// What the rooms above call: instantiate a module, call a function, make entities for modules to import.

import CWasmExecution
import WasmSyntax

extension CoreStore {
  /// Instantiates with imports in the order of the module's declarations (Execution, Modules, Instantiation).
  package func instantiate(
    _ module: CoreModule, imports: [ExternValue], name: String? = nil
  ) throws(InstantiationError) -> CoreInstance {
    try Instantiation(store: self, module: module, imports: imports, name: name).run()
  }

  /// The same, but for the start function, which the caller calls.
  package func instantiateWithoutStart(
    _ module: CoreModule, imports: [ExternValue], name: String? = nil
  ) throws(InstantiationError) -> CoreInstance {
    try Instantiation(
      store: self, module: module, imports: imports, name: name, omitsStart: true
    ).run()
  }

  /// Instantiates with imports looked up by name; one that is not found is unlinkable.
  package func instantiate(
    _ module: CoreModule, name: String? = nil, resolving resolve: (Import) -> ExternValue?
  ) throws(InstantiationError) -> CoreInstance {
    var imports: [ExternValue] = []
    imports.reserveCapacity(module.syntax.imports.count)
    for declaration in module.syntax.imports {
      guard let value = resolve(declaration) else {
        throw .unlinkable("unknown import \(declaration.module).\(declaration.name)")
      }
      imports.append(value)
    }
    return try instantiate(module, imports: imports, name: name)
  }

  /// Calls a function and waits for its results on this OS thread, also while the guest waits for a notification.
  /// From a host function this runs on the calling guest's stack.
  package func invoke(
    _ function: CoreFunction, _ arguments: [Value]
  ) throws(InvocationError) -> [Value] {
    let type = try check(arguments, of: function)
    return try runBlocking(function, arguments, type.results)
  }

  /// Makes a function of the host. Concrete types in `type` are canonical ids.
  package func makeFunction(
    type: FunctionType, _ body: @escaping HostFunctionBody
  ) -> CoreFunction? {
    guard let info = hold(type) else { return nil }
    let host = HostFunction(store: self, type: type, info: info, body: body)
    hostFunctions.append(host)
    return add(host.makeRaw())
  }

  /// Makes a function of the host out of a C function that works on slots and returns a status. The caller keeps what
  /// `context` points at.
  package func makeFunction(
    type: FunctionType, entry: @escaping WasmHostFunction, context: UnsafeMutableRawPointer?
  ) -> CoreFunction? {
    hold(type).map { add(RawHostFunction(info: $0, entry: entry, context: context)) }
  }

  /// The same for a type that somebody holds as long as the store lives.
  package func makeFunction(
    type: UnsafePointer<WasmTypeInfo>, entry: @escaping WasmHostFunction,
    context: UnsafeMutableRawPointer?
  ) -> CoreFunction {
    add(RawHostFunction(info: type, entry: entry, context: context))
  }

  private func add(_ function: RawHostFunction) -> CoreFunction {
    rawHostFunctions.append(function)
    return CoreFunction(store: self, record: function.record)
  }

  /// The record of a function type in canonical ids, which the store holds from now on.
  private func hold(_ type: FunctionType) -> TypeInfo? {
    guard let holder = engine.types.register(canonical: type) else { return nil }
    typeHolders.append(holder)
    return holder.info(0)
  }

  /// Makes a memory; an error says which limit it exceeds.
  package func makeMemory(_ type: MemoryType) throws(InstantiationError) -> CoreMemory {
    let memory = try CoreMemory(store: self, type: type)
    memories.append(memory)
    return memory
  }

  /// Makes a memory of this store out of one shared with others.
  package func adopt(_ shared: SharedMemory) throws(InstantiationError) -> CoreMemory {
    let memory = try CoreMemory(store: self, shared: shared)
    memories.append(memory)
    return memory
  }

  /// Makes a table whose element type is in canonical ids.
  package func makeTable(
    _ type: TableType, filledWith value: Reference = .null
  ) throws(InstantiationError) -> CoreTable {
    guard accepts(.ref(value), as: type.element) else {
      throw .unlinkable("the table's initial value does not fit its type")
    }
    let table = try CoreTable(store: self, type: type, initial: value.word)
    tables.append(table)
    return table
  }

  /// Makes a global whose type is in canonical ids; nil if the value does not fit it.
  package func makeGlobal(_ type: GlobalType, _ value: Value) -> CoreGlobal? {
    guard accepts(value, as: type.valueType) else { return nil }
    let global = CoreGlobal(store: self, type: type)
    write(value, to: global.slots)
    globals.append(global)
    return global
  }

  /// Makes a tag whose type is in canonical ids.
  package func makeTag(_ type: FunctionType) -> CoreTag? {
    guard let info = hold(type) else { return nil }
    let tag = CoreTag(store: self, type: type, functionInfo: info)
    tags.append(tag)
    return tag
  }

  /// Makes an `externref` out of a value of the host; nil if the collector's heap is full.
  package func makeExternal(_ payload: HostPayload) -> Reference? {
    guard let word = heap.allocateHost(payload, store: self) else { return nil }
    return rooted(word)
  }

  /// Makes an exception to be thrown by a host function; nil if the values do not fit, or the heap is full.
  package func makeException(_ tag: CoreTag, _ values: [Value]) -> Reference? {
    guard tag.store === self, accepts(values, as: tag.type.parameters) else { return nil }
    guard let object = heap.allocate(UnsafePointer(tag.exceptionInfo), store: self) else {
      return nil
    }
    var slot = object.payload
    for value in values { slot = write(value, to: slot) }
    return rooted(object.word)
  }

  /// The tag and values of an exception, nil if the reference is not to one.
  package func exception(_ reference: Reference) -> (tag: CoreTag, values: [Value])? {
    guard case .exception = kind(of: reference), let object = object(reference.word) else {
      return nil
    }
    guard let tag = tags.first(where: { UnsafePointer($0.exceptionInfo) == object.type }) else {
      return nil
    }
    return (tag, values(tag.type.parameters, at: UnsafePointer(object.payload)))
  }
}
