// Canonical ABI, Canonical Definitions: `canon lift`, `canon lower` and the canonical options.

import WasmSyntax

extension ComponentValidator {
  func resolve(_ canon: Canon) throws(ModuleError) -> ValidatedDefinition.Kind {
    switch canon {
    case .lift(let coreFunction, let options, let type):
      return .lift(try canonLift(coreFunction, options, type))
    case .lower(let function, let options): return .lower(try canonLower(function, options))
    case .builtin(let builtin, let immediates):
      let resolved = try resolve(builtin, immediates)
      scope.coreFunctions.append(try arena.coreFunction(resolved.type))
      return .builtin(resolved)
    }
  }

  // MARK: Lift and lower

  private func canonLift(
    _ callee: UInt32, _ options: [CanonOption], _ typeIndex: UInt32
  ) throws(ModuleError) -> ValidatedLift {
    let id = try functionType(typeIndex)
    let function = types[id].type
    let core = try coreFunction(callee)
    let options = try resolve(options)
    try checkAsync(options, function)
    if options.isAsync {
      if options.postReturn != nil {
        throw invalid("canonical option `post-return` cannot be used together with `async`")
      }
      if options.callback == nil {
        try requireAsync(
          .componentAsyncStackful, for: "canonical option `async` without `callback`")
      }
    } else if options.callback != nil {
      throw invalid("canonical option `callback` cannot be used without `async`")
    }
    let flattened = types.flattenForLift(
      function, pointer: options.pointer, isAsync: options.isAsync,
      hasCallback: options.callback != nil)
    if flattened.parametersInMemory || contains(.pointer, in: function.parameters.map(\.type)) {
      try requireMemory(options)
      try requireRealloc(options)
    }
    if flattened.resultsInMemory || contains(.pointer, in: function.result) {
      try requireMemory(options)
    }
    guard flattened.type.parameters == core.parameters else {
      throw invalid(
        "lowered parameter types `\(debug(flattened.type.parameters))` do not match parameter types "
          + "`\(debug(core.parameters))` of core function \(callee)")
    }
    guard flattened.type.results == core.results else {
      throw invalid(
        "lowered result types `\(debug(flattened.type.results))` do not match result types "
          + "`\(debug(core.results))` of core function \(callee)")
    }
    if let postReturn = options.postReturn {
      try checkSignature(
        of: postReturn, FunctionType(parameters: flattened.type.results, results: []),
        "post-return")
    }
    scope.functions.append(id)
    return ValidatedLift(
      coreFunction: callee, options: options, type: id, flattened: flattened)
  }

  private func canonLower(
    _ callee: UInt32, _ options: [CanonOption]
  ) throws(ModuleError) -> ValidatedLower {
    let id = try function(callee)
    let function = types[id].type
    let options = try resolve(options)
    try refuse(options.postReturn, "post-return", for: "lowerings")
    try refuse(options.callback, "callback", for: "lowerings")
    try checkAsync(options, function)
    let flattened = types.flattenForLower(
      function, pointer: options.pointer, isAsync: options.isAsync)
    let passesPointer = contains(.pointer, in: function.parameters.map(\.type))
    // The specification's text asks for a memory with `async` in any case; its suite and other implementations do not.
    if flattened.parametersInMemory || flattened.resultsInMemory || passesPointer {
      try requireMemory(options)
    }
    if contains(.pointer, in: function.result) {
      try requireMemory(options)
      try requireRealloc(options)
    }
    scope.coreFunctions.append(try arena.coreFunction(flattened.type))
    return ValidatedLower(function: callee, options: options, type: id, flattened: flattened)
  }

  private func checkAsync(
    _ options: CanonicalOptions, _ function: ResolvedFunctionType
  ) throws(ModuleError) {
    if options.isAsync && !function.isAsync {
      throw invalid("the `async` canonical option requires an async function type")
    }
  }

  func contains(_ contents: ValueContents, in type: ValueTypeID?) -> Bool {
    type.map { !types[$0].contents.isDisjoint(with: contents) } ?? false
  }

  private func contains(_ contents: ValueContents, in types: [ValueTypeID]) -> Bool {
    types.contains { contains(contents, in: $0) }
  }

  /// Core types as the suite writes them.
  private func debug(_ types: [ValueType]) -> String {
    let words = types.map { $0.isReference ? $0.shortText : $0.text.uppercased() }
    return "[\(words.joined(separator: ", "))]"
  }

  // MARK: Options (`canonopt` Validation)

  func resolve(_ list: [CanonOption]) throws(ModuleError) -> CanonicalOptions {
    var options = CanonicalOptions()
    var encoding: StringEncoding?
    for option in list {
      switch option {
      case .stringEncoding(let next):
        if let encoding {
          throw invalid(
            "canonical encoding option `\(encoding.shortName)` conflicts with option `\(next.shortName)`"
          )
        }
        encoding = next
        options.stringEncoding = next
      case .memory(let index):
        try set(&options.memory, index, "memory")
        options.pointer = try checkMemory(index)
      case .realloc(let index): try set(&options.realloc, index, "realloc")
      case .postReturn(let index): try set(&options.postReturn, index, "post-return")
      case .callback(let index):
        try requireAsync(for: "canonical option `callback`")
        try set(&options.callback, index, "callback")
      case .async:
        try requireAsync(for: "canonical option `async`")
        if options.isAsync { throw invalid("canonical option `async` is specified more than once") }
        options.isAsync = true
      }
    }
    try checkFunctions(of: options)
    return options
  }

  private func set(
    _ option: inout UInt32?, _ index: UInt32, _ name: String
  ) throws(ModuleError) {
    if option != nil { throw invalid("canonical option `\(name)` is specified more than once") }
    option = index
  }

  /// The memory's address type: it must be a subtype of `(memory 0)` or `(memory i64 0)`.
  func checkMemory(_ index: UInt32) throws(ModuleError) -> AddressType {
    let memory = try coreMemory(index)
    if memory.addressType == .i64 {
      try require(.componentMemory64, for: "canonical option `memory` of a 64-bit memory")
    }
    let wanted = MemoryType(addressType: memory.addressType, limits: Limits(minimum: 0))
    try match("canonical option `memory` uses a memory of an incorrect type") {
      () throws(SubtypingError) in
      try subtyping.check(.memory(memory), against: .memory(wanted))
    }
    return memory.addressType
  }

  private func checkFunctions(of options: CanonicalOptions) throws(ModuleError) {
    if let realloc = options.realloc {
      _ = try coreFunction(realloc)
      if options.memory == nil {
        throw invalid("canonical option `realloc` requires `memory` to also be specified")
      }
      let address = options.pointer.valueType
      try checkSignature(
        of: realloc,
        FunctionType(parameters: [address, address, address, address], results: [address]),
        "realloc")
    }
    if let postReturn = options.postReturn { _ = try coreFunction(postReturn) }
    if let callback = options.callback {
      try checkSignature(
        of: callback, FunctionType(parameters: [.i32, .i32, .i32], results: [.i32]), "callback")
    }
  }

  private func checkSignature(
    of function: UInt32, _ type: FunctionType, _ option: String
  ) throws(ModuleError) {
    guard try coreFunction(function) == type else {
      throw invalid(
        "canonical option `\(option)` uses a core function with an incorrect signature")
    }
  }

  func requireMemory(_ options: CanonicalOptions) throws(ModuleError) {
    if options.memory == nil { throw invalid("canonical option `memory` is required") }
  }

  func requireRealloc(_ options: CanonicalOptions) throws(ModuleError) {
    if options.realloc == nil { throw invalid("canonical option `realloc` is required") }
  }

  func refuse(_ option: UInt32?, _ name: String, for use: String) throws(ModuleError) {
    if option != nil {
      throw invalid("canonical option `\(name)` cannot be specified for \(use)")
    }
  }
}

extension StringEncoding {
  fileprivate var shortName: String {
    switch self {
    case .utf8: "utf8"
    case .utf16: "utf16"
    case .latin1UTF16: "latin1-utf16"
    }
  }
}
