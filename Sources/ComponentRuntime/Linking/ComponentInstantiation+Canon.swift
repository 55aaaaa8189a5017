// Canonical definitions of a component: the records behind lifted and lowered functions and built-ins.

import CWasmExecution
import WasmExecution
import WasmSyntax
import WasmValidation

extension ComponentInstantiation {
  // MARK: Options

  private func options(
    _ options: CanonicalOptions, _ environment: ComponentEnvironment
  ) throws(ComponentFailure) -> OptionsRef {
    var record = LiftLowerOptions()
    record.stringEncoding = options.stringEncoding
    record.isAsync = options.isAsync
    record.hasCallback = options.callback != nil
    record.is64 = options.pointer == .i64
    if let memory = options.memory {
      record.memory = environment.coreMemories[Int(memory)].record
      // A module that was imported may be another than the declared one.
      guard record.memory?.pointee.is_64 == (record.is64 ? 1 : 0) else {
        throw .unlinkable("a memory is not of the declared type")
      }
    }
    if let realloc = options.realloc {
      let pointer = options.pointer.valueType
      let function = try coreFunction(
        realloc, environment,
        FunctionType(
          parameters: [pointer, pointer, pointer, pointer], results: [pointer]))
      record.realloc = ReallocFunction.entry
      record.reallocContext = UnsafeMutableRawPointer(
        store.records.make(
          ReallocFunction(
            scheduler: store.scheduler, inst: environment.inst, function: function)))
    }
    return OptionsRef(store.records.make(record))
  }

  /// A core function, whose type was checked against what its module declares: here against what it is.
  private func coreFunction(
    _ index: UInt32, _ environment: ComponentEnvironment, _ type: FunctionType
  ) throws(ComponentFailure) -> FunctionPointer {
    let function = environment.coreFunctions[Int(index)]
    guard function.type == type else {
      throw .unlinkable("a core function is not of the declared type")
    }
    return function.record
  }

  // MARK: canon lift

  func add(
    _ lift: ValidatedLift, _ plan: FunctionPlan, _ environment: ComponentEnvironment
  ) throws(ComponentFailure) {
    let options = lift.options
    let type = lift.flattened.type
    let optionsRef = try self.options(options, environment)
    let postReturn = try options.postReturn.map { index throws(ComponentFailure) in
      try coreFunction(index, environment, FunctionType(parameters: type.results, results: []))
    }
    let callback = try options.callback.map { index throws(ComponentFailure) in
      try coreFunction(
        index, environment, FunctionType(parameters: [.i32, .i32, .i32], results: [.i32]))
    }
    let lifted = store.records.make(
      LiftedFunction(
        cx: LiftLowerContext(optionsRef, environment.inst), inst: environment.inst,
        callee: try coreFunction(lift.coreFunction, environment, type), postReturn: postReturn,
        callback: callback, options: optionsRef,
        argumentBytes: 8 * max(type.parameters.count, type.results.count)))
    environment.functions.append(
      try store.makeFunction(
        plan, environment.plan.functions, environment.resources, .lifted(lifted)))
  }

  // MARK: canon lower

  func add(
    _ lower: ValidatedLower, _ signature: CoreSignature, _ environment: ComponentEnvironment
  ) throws(ComponentFailure) {
    let item = environment.functions[Int(lower.function)]
    try check(item, lower.type, environment)
    let function = try store.function(item, declared: lower.type, in: environment)
    let lowered = makeLowered(
      function, try options(lower.options, environment), environment.inst, lower.flattened)
    let entry =
      switch function.pointee.implementation {
      case .host: LoweredFunction.hostEntry
      case .lifted:
        function.pointee.isAsync ? LoweredFunction.asyncEntry : LoweredFunction.sharedEntry
      }
    environment.coreFunctions.append(
      try coreFunction(signature, entry, UnsafeMutableRawPointer(lowered)))
  }

  /// A function of another file has types of its own: whether it has the declared one is asked where it is used.
  private func check(
    _ function: FunctionRef, _ declared: FunctionTypeID, _ environment: ComponentEnvironment
  ) throws(ComponentFailure) {
    let description = function.pointee.description.takeUnretainedValue()
    if description.file === environment.plan.functions { return }
    guard store.isFunction(description, declared, environment) else {
      throw .unlinkable("a function is not of the declared type")
    }
  }

  private func makeLowered(
    _ function: FunctionRef, _ options: OptionsRef, _ inst: InstanceRef,
    _ flattened: FlattenedFunction
  ) -> LoweredRef {
    let isAsync = options.pointee.isAsync
    let lifted = function.pointee.lifted
    let callee = lifted?.pointee
    let instructions = UnsafeMutableRawPointer(
      store.records.make((WasmIns(), WasmIns()))
    ).assumingMemoryBound(to: WasmIns.self)
    wasm_prepare_call_from_host(
      instructions, LoweredFunction.distance(argumentBytes: callee?.argumentBytes ?? 0),
      LoweredFunction.sharedContinuation)
    let type = flattened.type
    let maxFlatParams =
      isAsync ? CanonicalLimits.maxFlatAsyncParams : CanonicalLimits.maxFlatParams
    let maxFlatResults = isAsync ? 0 : CanonicalLimits.maxFlatResults
    var cx = LiftLowerContext(options, inst)
    cx.isHostPeer = lifted == nil
    return store.records.make(
      LoweredFunction(
        cx: cx, scheduler: store.scheduler, inst: inst,
        function: function, lifted: lifted, options: options,
        commonAncestor: callee.flatMap { $0.inst.commonAncestor(with: inst) },
        isRelated: callee?.inst.isRelated(to: inst) ?? false,
        argumentBytes: 8 * max(type.parameters.count, type.results.count),
        argumentCount: type.parameters.count,
        maxFlatParams: maxFlatParams, maxFlatResults: maxFlatResults,
        directParameters: function.pointee.parameters.directSlots(maxFlatParams) ?? -1,
        directResults: function.pointee.result.directSlots(maxFlatResults) ?? -1,
        hasOutParam: flattened.resultsInMemory, instructions: UnsafePointer(instructions)))
  }

  private func coreFunction(
    _ signature: CoreSignature, _ entry: @escaping WasmHostFunction,
    _ record: UnsafeMutableRawPointer
  ) throws(ComponentFailure) -> CoreFunction {
    guard let type = signature.holder?.info(0) else {
      throw .limit(LimitExceeded(.types, "too many types"))
    }
    return store.core.makeFunction(type: type, entry: entry, context: record)
  }

  // MARK: Built-ins

  func add(
    _ plan: BuiltinPlan, _ environment: ComponentEnvironment
  ) throws(ComponentFailure) {
    let builtin = plan.builtin
    guard let entry = BuiltinFunction.entry(builtin.builtin) else {
      throw .unlinkable("\(builtin.builtin.definition.name) is not supported")
    }
    let optionsRef = try options(builtin.options, environment)
    let rt = builtin.resource.flatMap { environment.resources[$0.resource] }
    let immediates = builtin.immediates
    let types = environment.plan.types
    let type = store.payload(builtin.payload, types, environment.resources)
    let payload = try plan.payload.map { payload throws(ComponentFailure) in
      let bound = try store.bind(payload, types, environment.resources, elements: type)
      return store.records.keep(bound).takeUnretainedValue()
    }
    var table: UnsafeMutablePointer<WasmTable>?
    if builtin.builtin == .threadNewIndirect {
      table = try functionTable(immediates.table, environment)
    }
    let record = store.records.make(
      BuiltinFunction(
        cx: LiftLowerContext(optionsRef, environment.inst), scheduler: store.scheduler,
        inst: environment.inst, options: optionsRef,
        argumentBytes: plan.signature.argumentBytes, flag: immediates.flag,
        slot: immediates.slot, is64: isWide(builtin), rt: rt,
        destructor: builtin.builtin == .resourceDrop ? destructorCall(rt, environment) : nil,
        type: type, elements: payload?.ref,
        isNoneOrNumberType: types.isNoneOrNumberType(builtin.payload), table: table,
        threadType: try threadType(builtin, types)))
    environment.coreFunctions.append(
      try coreFunction(plan.signature, entry, UnsafeMutableRawPointer(record)))
  }

  /// Whether the value that is not an index has 64 bits: a representation, a context slot, an index into a table.
  private func isWide(_ builtin: ValidatedBuiltin) -> Bool {
    switch builtin.builtin {
    case .contextGet, .contextSet: builtin.immediates.valueType == .i64
    default: builtin.type.parameters.first == .i64
    }
  }

  /// A module that was imported may have a table of other references than it declared.
  private func functionTable(
    _ index: UInt32, _ environment: ComponentEnvironment
  ) throws(ComponentFailure) -> UnsafeMutablePointer<WasmTable> {
    let table = environment.coreTables[Int(index)]
    if table.holdsObjects {
      throw .unlinkable("a table is not of the declared type")
    }
    return table.record
  }

  private func threadType(
    _ builtin: ValidatedBuiltin, _ types: ComponentTypes
  ) throws(ComponentFailure) -> TypeInfo? {
    guard builtin.builtin == .threadNewIndirect else { return nil }
    // The validator only lets functions of one number pass.
    let argument = builtin.type.parameters.last ?? .i32
    let signature = CoreSignature(
      FunctionType(parameters: [argument], results: []), store.engine)
    guard let holder = signature.holder else {
      throw .limit(LimitExceeded(.types, "too many types"))
    }
    return store.records.keep(holder).takeUnretainedValue().info(0)
  }

  // MARK: Destructors

  /// The function that a resource type's destructor is lifted as.
  func makeDestructor(
    _ callee: CoreFunction, representation: ValueType, _ environment: ComponentEnvironment
  ) throws(ComponentFailure) -> FunctionRef {
    guard callee.type == FunctionType(parameters: [representation], results: []) else {
      throw .unlinkable("a destructor is not of the declared type")
    }
    var options = LiftLowerOptions()
    options.is64 = representation == .i64
    let optionsRef = OptionsRef(store.records.make(options))
    let lifted = store.records.make(
      LiftedFunction(
        cx: LiftLowerContext(optionsRef, environment.inst), inst: environment.inst,
        callee: callee.record, postReturn: nil, callback: nil, options: optionsRef,
        argumentBytes: 8))
    guard let plan = representation == .i64 ? DestructorPlan.wide : DestructorPlan.narrow else {
      throw ComponentFailure(ComponentTrap(.bug))
    }
    return try store.makeFunction(plan.function, plan.file, [:], .lifted(lifted))
  }

  /// `canon_resource_drop`'s call of the destructor, lowered into the instance that drops.
  private func destructorCall(
    _ rt: ResourceTypeRef?, _ environment: ComponentEnvironment
  ) -> LoweredRef? {
    guard let rt, rt.pointee.impl != nil, let dtor = rt.pointee.dtor else { return nil }
    let function = dtor.assumingMemoryBound(to: FunctionInstance.self)
    let options = OptionsRef(store.records.make(LiftLowerOptions()))
    return makeLowered(
      function, options, environment.inst,
      FlattenedFunction(
        type: FunctionType(parameters: [.i32], results: []), parametersInMemory: false,
        resultsInMemory: false))
  }
}

/// `FuncType([U32Type()], [], async_ = False)`, and the same for representations of 64 bits.
private struct DestructorPlan {
  let function: FunctionPlan
  let file: FunctionPlans

  static let narrow = DestructorPlan(.u32)
  static let wide = DestructorPlan(.u64)

  private init?(_ representation: PrimitiveValType) {
    guard let (types, id) = ComponentTypes.function(of: [representation]) else { return nil }
    file = FunctionPlans(types: types)
    function = file.plan(id)
  }
}
