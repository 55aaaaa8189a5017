// Components in scripts: definitions, instances, and calls of their exported functions. A call ends when its task
// resolves; what else is ready stays ready.

import ComponentRuntime
import WasmExecution
import WasmSyntax
import WasmText
import WasmValidation

/// A component's instance in a script, or nothing if its instantiation failed.
typealias ComponentNamespace = LinkedItems

extension ScriptRunner {
  /// Parses, decodes and validates.
  func loadComponent(_ component: ScriptModule) throws(ModuleError) -> LoadedComponent {
    let bytes = Bytes(
      try component.encode(limits: environment.engine.configuration.limits))
    return try LoadedComponent(
      engine: environment.engine, bytes: bytes, concurrency: environment.settings.concurrency)
  }

  func defineComponent(_ component: ScriptModule) throws(DirectiveFailure) -> LoadedComponent {
    do throws(ModuleError) {
      return try loadComponent(component)
    } catch {
      throw DirectiveFailure(expected: "a valid component", came: error.described)
    }
  }

  func componentDefinition(
    for instance: ScriptInstance
  ) throws(DirectiveFailure) -> LoadedComponent {
    guard let component = componentDefinitions[instance.definition] else {
      throw DirectiveFailure(
        expected: "a component definition",
        came: instance.definition.map { "none named \($0)" } ?? "none")
    }
    return component
  }

  func instantiateComponent(
    _ component: LoadedComponent, name: String?
  ) throws(DirectiveFailure) {
    componentInstances[name] = nil
    componentInstances[nil] = nil
    do throws(ComponentFailure) {
      let instance = try linkComponent(component)
      componentInstances[name] = instance.exports
      componentInstances[nil] = instance.exports
    } catch {
      throw DirectiveFailure(expected: "an instance", came: error.description)
    }
  }

  /// Instantiates with what has been registered.
  func linkComponent(
    _ component: LoadedComponent
  ) throws(ComponentFailure) -> RootInstance {
    let registered = registeredComponents
    return try ComponentInstantiation(component, in: components) { name in
      registered[ExactName(name)].map { .linked(.instance($0)) }
    }.run { () throws(ComponentFailure) in try wait() }
  }

  /// Waits where a component does. Nobody outside of a script ever uses what it was given, so only what the handlers
  /// wait for by themselves comes to an end.
  private func wait() throws(ComponentFailure) {
    guard let progress = try? components.tick() else { return }
    switch progress {
    case .ran: return
    case .waits(for: _?): try components.waitBlocking()
    case .waits(for: nil), .idle: throw components.deadlock()
    }
  }

  // MARK: Calls

  /// The function that an action calls, if it is a component's; nil if the action is about a core instance.
  func componentFunction(
    _ instance: String?, _ name: String
  ) throws(ActionFailure) -> FunctionRef? {
    guard let exports = componentInstances[instance] else { return nil }
    guard case .function(let function)? = exports[name] else {
      throw .script("no exported function \"\(name)\"")
    }
    return function
  }

  func call(
    _ function: FunctionRef, _ arguments: [ScriptValue]
  ) throws(ActionFailure) -> ComponentValue? {
    let description = function.pointee.description.takeUnretainedValue()
    let parameters = description.type.parameters
    guard parameters.count == arguments.count else {
      throw .script("\(parameters.count) arguments expected, \(arguments.count) given")
    }
    var values: [ComponentValue] = []
    for (parameter, argument) in zip(parameters, arguments) {
      values.append(
        try value(try constant(of: argument), parameter.type, description.types))
    }
    let invocation = DynamicInvocation(function, values)
    do throws(ValueMismatch) {
      try invocation.check(components.state)
    } catch {
      throw .script(error.description)
    }
    do throws(ComponentFailure) {
      try components.invoke(invocation) { () throws(ComponentFailure) in try wait() }
      return invocation.result
    } catch {
      throw .component(error)
    }
  }

  private func constant(of argument: ScriptValue) throws(ActionFailure) -> ComponentConstant {
    do throws(ModuleError) {
      guard let constant = try argument.componentConstant() else {
        throw ModuleError(.invalid, "a core value for a component's function", at: .offset(0))
      }
      return constant
    } catch {
      throw .script(error.description)
    }
  }

  private func value(
    _ constant: ComponentConstant, _ type: ValueTypeID, _ types: ComponentTypes
  ) throws(ActionFailure) -> ComponentValue {
    guard let value = ComponentValue(constant, type, types) else {
      throw .script("an argument is not of the parameter's type")
    }
    return value
  }

  /// Compares a result with what a script expects; says what came if they differ.
  func mismatch(
    _ result: ComponentValue?, _ patterns: [ResultPattern], _ function: FunctionRef
  ) -> String? {
    let came = result.map(WavePrinter.text) ?? "no result"
    if patterns.isEmpty { return result == nil ? nil : came }
    let description = function.pointee.description.takeUnretainedValue()
    guard patterns.count == 1, let type = description.type.result,
      let constant = try? patterns[0].componentConstant(),
      let expected = ComponentValue(constant, type, description.types)
    else { return came }
    // As text, since NaNs are not equal to themselves.
    return WavePrinter.text(expected) == came ? nil : came
  }
}

extension ComponentValue {
  /// A script's value as one of a type; nil if it is none. Recurses as deep as the type is nested.
  init?(_ constant: ComponentConstant, _ type: ValueTypeID, _ types: ComponentTypes) {
    switch (types[type].shape, constant) {
    case (.primitive(let type), _):
      guard let value = ComponentValue(scalar: constant, type) else { return nil }
      self = value
    case (.record(let fields), .record(let values)):
      guard fields.count == values.count else { return nil }
      var result: [RecordField] = []
      for (field, given) in zip(fields, values) {
        guard field.label == given.label,
          let value = ComponentValue(given.value, field.type, types)
        else { return nil }
        result.append(RecordField(field.label, value))
      }
      self = .record(result)
    case (.tuple(let elements), .tuple(let values)):
      guard let values = Self.values(values, elements, types) else { return nil }
      self = .tuple(values)
    case (.list(let element), .list(let values)):
      guard let values = Self.values(values, values.map { _ in element }, types) else { return nil }
      self = .list(values)
    case (.fixedLengthList(let element, let length), .list(let values)):
      guard values.count == length,
        let values = Self.values(values, values.map { _ in element }, types)
      else { return nil }
      self = .list(values)
    case (.map(_, _, entry: let entry), .list(let values)):
      guard let values = Self.values(values, values.map { _ in entry }, types) else { return nil }
      self = .map(
        values.compactMap {
          guard case .tuple(let pair) = $0, pair.count == 2 else { return nil }
          return MapEntry(pair[0], pair[1])
        })
    case (.variant(let cases), .variant(let label, let payload)):
      guard let item = cases.first(where: { $0.label == label }),
        let payload = Self.payload(payload, item.type, types)
      else { return nil }
      self = .variant(label: label, payload: payload.value)
    case (.enum(let labels), .enum(let label)):
      guard labels.contains(label) else { return nil }
      self = .enum(label)
    case (.option(let element), .option(let payload)):
      guard let payload = Self.payload(payload, payload == nil ? nil : element, types) else {
        return nil
      }
      self = .option(payload.value)
    case (.result(let ok, error: _), .ok(let payload)):
      guard let payload = Self.payload(payload, ok, types) else { return nil }
      self = .result(.ok(payload.value))
    case (.result(_, error: let error), .err(let payload)):
      guard let payload = Self.payload(payload, error, types) else { return nil }
      self = .result(.error(payload.value))
    case (.flags(let labels), .flags(let set)):
      guard set.allSatisfy(labels.contains) else { return nil }
      self = .flags(labels.filter(set.contains))
    default: return nil
    }
  }

  private struct Payload {
    let value: ComponentValue?
  }

  private static func payload(
    _ constant: ComponentConstant?, _ type: ValueTypeID?, _ types: ComponentTypes
  ) -> Payload? {
    switch (constant, type) {
    case (nil, nil): return Payload(value: nil)
    case (let constant?, let type?):
      return ComponentValue(constant, type, types).map { Payload(value: $0) }
    case (nil, _?), (_?, nil): return nil
    }
  }

  private static func values(
    _ constants: [ComponentConstant], _ elements: [ValueTypeID], _ types: ComponentTypes
  ) -> [ComponentValue]? {
    guard constants.count == elements.count else { return nil }
    var values: [ComponentValue] = []
    for (constant, element) in zip(constants, elements) {
      guard let value = ComponentValue(constant, element, types) else { return nil }
      values.append(value)
    }
    return values
  }

  private init?(scalar constant: ComponentConstant, _ type: PrimitiveValType) {
    switch (type, constant) {
    case (.bool, .bool(let value)): self = .bool(value)
    case (.u8, .u8(let value)): self = .u8(value)
    case (.s8, .s8(let value)): self = .s8(value)
    case (.u16, .u16(let value)): self = .u16(value)
    case (.s16, .s16(let value)): self = .s16(value)
    case (.u32, .u32(let value)): self = .u32(value)
    case (.s32, .s32(let value)): self = .s32(value)
    case (.u64, .u64(let value)): self = .u64(value)
    case (.s64, .s64(let value)): self = .s64(value)
    case (.f32, .f32(let bits)): self = .f32(Float(bitPattern: bits))
    case (.f64, .f64(let bits)): self = .f64(Double(bitPattern: bits))
    case (.char, .char(let value)): self = .char(value)
    case (.string, .string(let value)): self = .string(value)
    default: return nil
    }
  }
}
