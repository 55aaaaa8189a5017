// Component Binary Format, Type Definitions: value, function and resource types.

import WasmSyntax

extension ComponentValidator {
  func addType(_ definition: ComponentTypeDefinition) throws(ModuleError) {
    let type: TypeReference
    switch definition {
    case .value(let value): type = .value(try resolve(value))
    case .function(let function): type = .function(try resolve(function))
    case .component(let declarators): type = .component(try resolveComponentType(declarators))
    case .instance(let declarators): type = .instance(try resolveInstanceType(declarators))
    case .resource:
      throw invalid("resources can only be defined within a concrete component")
    }
    scope.types.append(type)
  }

  // MARK: Value types

  func resolve(_ type: ValType) throws(ModuleError) -> ValueTypeID {
    switch type {
    case .primitive(let primitive): try resolve(primitive)
    case .index(let index): try definedType(index)
    }
  }

  func resolve(_ type: ValType?) throws(ModuleError) -> ValueTypeID? {
    guard let type else { return nil }
    return try resolve(type) as ValueTypeID
  }

  private func resolve(_ primitive: PrimitiveValType) throws(ModuleError) -> ValueTypeID {
    if primitive == .errorContext {
      try require(.componentErrorContext, for: "the `error-context` type")
    }
    return try arena.value(.primitive(primitive))
  }

  private func resolve(_ type: DefValType) throws(ModuleError) -> ValueTypeID {
    switch type {
    case .primitive(let primitive): return try resolve(primitive)
    case .record, .variant, .flags, .enum:
      // Every definition is a type of its own as far as names go, though equal to others of its shape.
      return try arena.value(try resolveNominal(type), name: arena.freshName())
    case .list(let element): return try arena.value(.list(try resolve(element)))
    case .fixedLengthList(let element, let length):
      try require(.componentFixedLengthLists, for: "fixed-length lists")
      guard length > 0 else {
        throw invalid("fixed-length lists must have more than zero elements")
      }
      return try arena.value(.fixedLengthList(try resolve(element), length: length))
    case .tuple(let types):
      guard !types.isEmpty else { throw invalid("tuple type must have at least one type") }
      var parts: [ValueTypeID] = []
      parts.reserveCapacity(types.count)
      for type in types { parts.append(try resolve(type)) }
      return try arena.value(.tuple(parts))
    case .option(let type): return try arena.value(.option(try resolve(type)))
    case .result(let type, let error):
      return try arena.value(.result(try resolve(type), error: try resolve(error)))
    case .own(let index): return try arena.value(.own(try resourceType(index)))
    case .borrow(let index): return try arena.value(.borrow(try resourceType(index)))
    case .stream(let element):
      try requireAsync(for: "the `stream` type")
      if try isChar(element) {
        throw invalid(
          "`stream<char>` is not valid at this time: use `stream<u8>` with an agreed encoding")
      }
      return try arena.value(.stream(try resolvePayload(element, of: "stream")))
    case .future(let element):
      try requireAsync(for: "the `future` type")
      return try arena.value(.future(try resolvePayload(element, of: "future")))
    case .map(let key, let value):
      try require(.componentMap, for: "the `map` type")
      return try resolveMap(key, value)
    }
  }

  private func resolveNominal(_ type: DefValType) throws(ModuleError) -> ResolvedValueType {
    switch type {
    case .record(let fields):
      guard !fields.isEmpty else { throw invalid("record type must have at least one field") }
      return .record(try resolve(fields, "record field", short: "field"))
    case .variant(let cases):
      guard !cases.isEmpty else { throw invalid("variant type must have at least one case") }
      var labels = Labels("variant case", short: "case")
      var resolved: [ResolvedCase] = []
      resolved.reserveCapacity(cases.count)
      for item in cases {
        try check(item.label, &labels)
        resolved.append(ResolvedCase(label: item.label, type: try resolve(item.type)))
      }
      return .variant(resolved)
    case .flags(let names):
      guard !names.isEmpty else { throw invalid("flags must have at least one entry") }
      guard names.count <= 32 else { throw invalid("cannot have more than 32 flags") }
      var labels = Labels("flag")
      for name in names { try check(name, &labels) }
      return .flags(names)
    case .enum(let names):
      guard !names.isEmpty else { throw invalid("enum type must have at least one variant") }
      var labels = Labels("enum tag", short: "tag")
      for name in names { try check(name, &labels) }
      return .enum(names)
    default: throw invalid("not a type that needs a name")
    }
  }

  private func isChar(_ type: ValType?) throws(ModuleError) -> Bool {
    guard let type else { return false }
    let id: ValueTypeID = try resolve(type)
    return types[id].shape == .primitive(.char)
  }

  private func resolvePayload(
    _ type: ValType?, of what: String
  ) throws(ModuleError) -> ValueTypeID? {
    let payload: ValueTypeID? = try resolve(type)
    if let payload, types[payload].contents.contains(.borrow) {
      throw invalid("`\(what)` payload cannot contain a `borrow` type")
    }
    return payload
  }

  private func resolveMap(_ key: ValType, _ value: ValType) throws(ModuleError) -> ValueTypeID {
    let keyID: ValueTypeID = try resolve(key)
    let valueID: ValueTypeID = try resolve(value)
    switch types[keyID].shape {
    case .primitive(.f32), .primitive(.f64), .primitive(.errorContext):
      throw invalid("invalid map key type")
    case .primitive: break
    default: throw invalid("invalid map key type")
    }
    return try arena.map(key: keyID, value: valueID)
  }

  // MARK: Labels

  /// Labels of one type: kebab-case, different whatever their case.
  struct Labels {
    let what: String
    let short: String
    private var seen: [String: String] = [:]

    init(_ what: String, short: String? = nil) {
      self.what = what
      self.short = short ?? what
    }

    mutating func insert(_ label: String) throws(NameError) {
      if label.isEmpty { throw NameError("\(what) name cannot be empty") }
      guard ExternNameParser.isLabel(label[...].utf8) else {
        throw NameError("\(what) name `\(label)` is not in kebab case")
      }
      if let previous = seen.updateValue(label, forKey: label.asciiLowercased) {
        throw NameError(
          "\(what) name `\(label)` conflicts with previous \(short) name `\(previous)`")
      }
    }
  }

  func check(_ label: String, _ labels: inout Labels) throws(ModuleError) {
    do throws(NameError) {
      try labels.insert(label)
    } catch {
      throw invalid(error.message)
    }
  }

  private func resolve(
    _ fields: [LabelledValType], _ what: String, short: String
  ) throws(ModuleError) -> [ResolvedField] {
    var labels = Labels(what, short: short)
    var resolved: [ResolvedField] = []
    resolved.reserveCapacity(fields.count)
    for field in fields {
      try check(field.label, &labels)
      resolved.append(ResolvedField(label: field.label, type: try resolve(field.type)))
    }
    return resolved
  }

  // MARK: Function types

  private func resolve(_ type: ComponentFunctionType) throws(ModuleError) -> FunctionTypeID {
    if type.isAsync { try requireAsync(for: "async function types") }
    if type.parameters.count > limits.parameters {
      throw arena.beyondLimit("\(type.parameters.count) parameters", limits.parameters)
    }
    let parameters = try resolve(type.parameters, "function parameter", short: "parameter")
    let result: ValueTypeID? = try resolve(type.result)
    if let result, types[result].contents.contains(.borrow) {
      throw invalid("function result cannot contain a `borrow` type")
    }
    return try arena.function(
      ResolvedFunctionType(isAsync: type.isAsync, parameters: parameters, result: result))
  }

  // MARK: Resource types

  /// A definition in a component, which makes a resource type of its own.
  func addResource(_ type: ResourceTypeDefinition) throws(ModuleError) -> ResourceID {
    if type.representation == .i64 {
      try require(.componentMemory64, for: "resources represented by `i64`")
    } else if type.representation != .i32 {
      throw invalid("resources can only be represented by `i32` or `i64`")
    }
    if let destructor = type.destructor {
      let signature = try coreFunction(destructor)
      guard signature == FunctionType(parameters: [type.representation], results: []) else {
        throw invalid("core function \(destructor) has wrong signature for a destructor")
      }
    }
    let resource = arena.freshResource()
    scope.localResources[resource] = type.representation
    scope.types.append(.resource(ResourceReference(resource, name: arena.freshName())))
    return resource
  }
}
