// Canonical ABI, Canonical Definitions: the built-ins, each with the type of the core function it defines.

import WasmSyntax

extension ComponentValidator {
  func resolve(
    _ builtin: CanonBuiltin, _ immediates: CanonImmediates
  ) throws(ModuleError) -> ValidatedBuiltin {
    let name = "`\(builtin.definition.name)`"
    switch builtin {
    case .threadSpawnRef, .threadSpawnIndirect, .threadAvailableParallelism:
      throw invalid("\(name) is not supported")
    default: break
    }
    switch builtin.definition.feature {
    case .componentErrorContext?: try require(.componentErrorContext, for: name)
    case let feature?: try requireAsync(feature, for: name)
    case nil: break
    }
    var resolved = ValidatedBuiltin(builtin: builtin, immediates: immediates)
    try resolveType(of: &resolved, name)
    return resolved
  }

  private func resolveType(
    of builtin: inout ValidatedBuiltin, _ name: String
  ) throws(ModuleError) {
    switch builtin.builtin {
    case .resourceNew: try canonResourceNew(&builtin)
    case .resourceDrop:
      builtin.resource = try resourceType(builtin.immediates.type)
      builtin.type = .parameters(.i32)
    case .resourceRep: try canonResourceRep(&builtin)
    case .contextGet: builtin.type = .results(try checkContext(builtin.immediates))
    case .contextSet: builtin.type = .parameters(try checkContext(builtin.immediates))
    case .backpressureInc, .backpressureDec, .taskCancel: builtin.type = .parameters()
    case .taskReturn: try canonTaskReturn(&builtin, name)
    case .waitableSetNew: builtin.type = .results(.i32)
    case .waitableSetWait, .waitableSetPoll:
      builtin.options.memory = builtin.immediates.memory
      builtin.options.pointer = try checkMemory(builtin.immediates.memory)
      builtin.type = .parameters(.i32, builtin.options.pointer.valueType, result: .i32)
    case .waitableSetDrop, .subtaskDrop, .threadResumeLater, .errorContextDrop:
      builtin.type = .parameters(.i32)
    case .waitableJoin: builtin.type = .parameters(.i32, .i32)
    case .subtaskCancel:
      try checkAsyncFlag(builtin.immediates, name)
      builtin.type = .parameters(.i32, result: .i32)
    case .streamNew, .futureNew:
      try resolveCopyType(of: &builtin)
      builtin.type = .results(.i64)
    case .streamRead, .streamWrite, .futureRead, .futureWrite: try canonCopy(&builtin, name)
    case .streamCancelRead, .streamCancelWrite, .futureCancelRead, .futureCancelWrite:
      try resolveCopyType(of: &builtin)
      try checkAsyncFlag(builtin.immediates, name)
      builtin.type = .parameters(.i32, result: .i32)
    case .streamDropReadable, .streamDropWritable, .futureDropReadable, .futureDropWritable:
      try resolveCopyType(of: &builtin)
      builtin.type = .parameters(.i32)
    case .threadIndex, .threadSuspend, .threadYield: builtin.type = .results(.i32)
    case .threadNewIndirect: try canonThreadNewIndirect(&builtin)
    case .threadSuspendThenResume, .threadYieldThenResume, .threadSuspendThenPromote,
      .threadYieldThenPromote:
      builtin.type = .parameters(.i32, result: .i32)
    case .errorContextNew, .errorContextDebugMessage: try canonErrorContext(&builtin, name)
    case .threadSpawnRef, .threadSpawnIndirect, .threadAvailableParallelism:
      throw invalid("\(name) is not supported")
    }
  }

  // MARK: Resources

  /// A resource type of this very component, and its representation.
  private func localResource(
    _ index: UInt32
  ) throws(ModuleError) -> (ResourceReference, ValueType) {
    let reference = try resourceType(index)
    guard let representation = scope.localResources[reference.resource] else {
      throw invalid("type \(index) is not a local resource")
    }
    return (reference, representation)
  }

  private func canonResourceNew(_ builtin: inout ValidatedBuiltin) throws(ModuleError) {
    let (reference, representation) = try localResource(builtin.immediates.type)
    builtin.resource = reference
    builtin.type = .parameters(representation, result: .i32)
  }

  private func canonResourceRep(_ builtin: inout ValidatedBuiltin) throws(ModuleError) {
    let (reference, representation) = try localResource(builtin.immediates.type)
    builtin.resource = reference
    builtin.type = .parameters(.i32, result: representation)
  }

  // MARK: Tasks and threads

  private func checkContext(_ immediates: CanonImmediates) throws(ModuleError) -> ValueType {
    let type = immediates.valueType
    if type == .i64 {
      try require(.componentMemory64, for: "`context.get` and `context.set` of type `i64`")
    } else if type != .i32 {
      throw invalid("`context.get` and `context.set` only support `i32` and `i64`")
    }
    guard immediates.slot < 2 else {
      throw invalid("`context.get` and `context.set` have slots 0 and 1 only")
    }
    if let earlier = scope.contextType, earlier != type {
      throw invalid(
        "all `context.get` and `context.set` of a component must have the same type: "
          + "expected \(earlier.text), found \(type.text)")
    }
    scope.contextType = type
    return type
  }

  private func canonTaskReturn(
    _ builtin: inout ValidatedBuiltin, _ name: String
  ) throws(ModuleError) {
    let payload: ValueTypeID? = try resolve(builtin.immediates.result)
    let options = try resolve(builtin.immediates.options)
    try refuse(options.realloc, "realloc", for: name)
    try refuseCallOptions(options, isAsyncAllowed: false, name)
    if contains(.borrow, in: payload) {
      throw invalid("function result cannot contain a `borrow` type")
    }
    let function = ResolvedFunctionType(
      isAsync: false, parameters: payload.map { [ResolvedField(label: "result", type: $0)] } ?? [],
      result: nil)
    let flattened = types.flattenForLower(function, pointer: options.pointer, isAsync: false)
    if flattened.parametersInMemory || contains(.pointer, in: payload) {
      try requireMemory(options)
    }
    builtin.payload = payload
    builtin.options = options
    builtin.type = flattened.type
  }

  private func canonThreadNewIndirect(_ builtin: inout ValidatedBuiltin) throws(ModuleError) {
    let index = builtin.immediates.type
    guard case .defined(let id) = try coreType(index), let function = types.core.function(id)
    else { throw invalid("core type index \(index) is not a function type") }
    if function == .parameters(.i64) {
      try require(.componentMemory64, for: "`thread.new-indirect` of functions that take an `i64`")
    } else if function != .parameters(.i32) {
      throw invalid(
        "start function of `thread.new-indirect` must take a single `i32` and have no results")
    }
    let table = try coreTable(builtin.immediates.table)
    guard types.core.matches(table.element, .funcref) else {
      throw invalid("a table of `funcref` is required for `thread.new-indirect`")
    }
    if table.addressType == .i64 {
      try require(.componentMemory64, for: "`thread.new-indirect` with a 64-bit table")
    }
    builtin.threadFunction = id
    builtin.type = FunctionType(
      parameters: [table.addressType.valueType] + function.parameters, results: [.i32])
  }

  /// `async` of built-ins that cancel.
  private func checkAsyncFlag(
    _ immediates: CanonImmediates, _ name: String
  ) throws(ModuleError) {
    if immediates.flag { try requireAsync(.componentMoreAsyncBuiltins, for: "`async` of \(name)") }
  }

  // MARK: Streams and futures

  private func resolveCopyType(of builtin: inout ValidatedBuiltin) throws(ModuleError) {
    let index = builtin.immediates.type
    let isStream = builtin.builtin.isStream
    if case .value(let id) = try type(index) {
      switch (types[id].shape, isStream) {
      case (.stream(let payload), true), (.future(let payload), false):
        builtin.valueType = id
        builtin.payload = payload
        return
      default: break
      }
    }
    throw invalid("type index \(index) is not a \(isStream ? "stream" : "future") type")
  }

  /// `{stream,future}.{read,write}`
  private func canonCopy(
    _ builtin: inout ValidatedBuiltin, _ name: String
  ) throws(ModuleError) {
    try resolveCopyType(of: &builtin)
    let options = try resolve(builtin.immediates.options)
    try refuseCallOptions(options, isAsyncAllowed: true, name)
    if !options.isAsync {
      try requireAsync(.componentMoreAsyncBuiltins, for: "\(name) without `async`")
    }
    if builtin.payload != nil { try requireMemory(options) }
    let isRead = builtin.builtin == .streamRead || builtin.builtin == .futureRead
    if isRead && contains(.pointer, in: builtin.payload) { try requireRealloc(options) }
    builtin.options = options
    let pointer = options.pointer.valueType
    builtin.type =
      builtin.builtin.isStream
      ? .parameters(.i32, pointer, pointer, result: pointer)
      : .parameters(.i32, pointer, result: .i32)
  }

  /// Options that only calls have.
  private func refuseCallOptions(
    _ options: CanonicalOptions, isAsyncAllowed: Bool, _ name: String
  ) throws(ModuleError) {
    try refuse(options.postReturn, "post-return", for: name)
    try refuse(options.callback, "callback", for: name)
    if options.isAsync && !isAsyncAllowed {
      throw invalid("canonical option `async` cannot be specified for \(name)")
    }
  }

  // MARK: Error contexts

  private func canonErrorContext(
    _ builtin: inout ValidatedBuiltin, _ name: String
  ) throws(ModuleError) {
    let options = try resolve(builtin.immediates.options)
    try refuseCallOptions(options, isAsyncAllowed: false, name)
    try requireMemory(options)
    builtin.options = options
    let pointer = options.pointer.valueType
    if builtin.builtin == .errorContextNew {
      builtin.type = .parameters(pointer, pointer, result: .i32)
    } else {
      try requireRealloc(options)
      builtin.type = .parameters(.i32, pointer)
    }
  }
}

extension CanonBuiltin {
  /// Whether it is about streams, and not futures.
  fileprivate var isStream: Bool {
    switch self {
    case .streamNew, .streamRead, .streamWrite, .streamCancelRead, .streamCancelWrite,
      .streamDropReadable, .streamDropWritable:
      true
    default: false
    }
  }
}

extension FunctionType {
  fileprivate static func parameters(
    _ parameters: ValueType..., result: ValueType? = nil
  ) -> FunctionType {
    FunctionType(parameters: parameters, results: result.map { [$0] } ?? [])
  }

  fileprivate static func results(_ results: ValueType...) -> FunctionType {
    FunctionType(parameters: [], results: results)
  }
}
