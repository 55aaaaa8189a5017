// A component ready to be instantiated in any store of its engine: validated, with its core modules tied to the engine and
// the conversions of its functions compiled. Immutable and shared.

import Synchronization
import WasmExecution
import WasmSyntax
import WasmValidation

/// A component that was decoded and validated.
package final class LoadedComponent: Sendable {
  package let engine: Engine
  package let root: ComponentPlan
  package var types: ComponentTypes { root.types }
  /// The component's own type: its imports and exports.
  package var type: ResolvedComponentType { types[root.body.type] }

  /// Decodes and validates a binary component, for stores with or without concurrency.
  package init(
    engine: Engine, bytes: Bytes, concurrency: Bool = true
  ) throws(ModuleError) {
    let configuration = engine.configuration
    let validated = try validateComponent(
      bytes, features: configuration.features, limits: configuration.limits,
      concurrency: concurrency)
    self.engine = engine
    root = try ComponentPlan.make(validated, engine)
  }
}

/// One component of a file, the root or nested: its definitions in order, each with what can be made of it in advance.
package final class ComponentPlan: Sendable {
  package let body: ValidatedComponentBody
  package let types: ComponentTypes
  /// Shared by all components of the file.
  let functions: FunctionPlans
  /// By position among the definitions; empty where there is nothing to prepare.
  let steps: [Step]

  enum Step: Sendable {
    case none
    case coreModule(CoreModule)
    case component(ComponentPlan)
    case lift(FunctionPlan)
    case lower(CoreSignature)
    case builtin(BuiltinPlan)
  }

  private init(
    body: ValidatedComponentBody, types: ComponentTypes, functions: FunctionPlans, steps: [Step]
  ) {
    self.body = body
    self.types = types
    self.functions = functions
    self.steps = steps
  }

  /// Goes through the components of a file; nesting takes no native stack.
  static func make(
    _ component: ValidatedComponent, _ engine: Engine
  ) throws(ModuleError) -> ComponentPlan {
    let types = component.types
    let functions = FunctionPlans(types: types)
    struct Open {
      let body: ValidatedComponentBody
      var steps: [Step] = []
    }
    var open = [Open(body: component.root)]
    while true {
      let last = open.count - 1
      let body = open[last].body
      guard open[last].steps.count < body.definitions.count else {
        let plan = ComponentPlan(
          body: body, types: types, functions: functions, steps: open.removeLast().steps)
        if open.isEmpty { return plan }
        open[last - 1].steps.append(.component(plan))
        continue
      }
      let definition = body.definitions[open[last].steps.count]
      if case .component(let nested) = definition.kind {
        open.append(Open(body: nested))
        continue
      }
      open[last].steps.append(try step(definition.kind, body, functions, engine))
    }
  }

  private static func step(
    _ kind: ValidatedDefinition.Kind, _ body: ValidatedComponentBody, _ functions: FunctionPlans,
    _ engine: Engine
  ) throws(ModuleError) -> Step {
    switch kind {
    case .coreModule(let module, type: _):
      return .coreModule(try CoreModule(engine: engine, validated: module))
    case .lift(let lift): return .lift(functions.plan(lift.type))
    case .lower(let lower): return .lower(CoreSignature(lower.flattened.type, engine))
    case .builtin(let builtin):
      return .builtin(BuiltinPlan(builtin, functions.types, engine))
    case .coreInstance, .coreType, .component, .instance, .alias, .type, .resource, .start,
      .import, .export, .value:
      return .none
    }
  }
}

/// The conversions of a function type.
package final class FunctionPlan: Sendable {
  let type: FunctionTypeID
  let parameters: ConversionPlan
  let result: ConversionPlan
  let takesBorrows: Bool
  let isAsync: Bool

  init(_ id: FunctionTypeID, in types: ComponentTypes) {
    type = id
    let function = types[id].type
    isAsync = function.isAsync
    parameters = ConversionPlan(function.parameters.map(\.type), in: types)
    result = ConversionPlan(function.result.map { [$0] } ?? [], in: types)
    takesBorrows = parameters.contents.contains(.borrow)
  }
}

/// The function types of a file that are converted, each compiled once: those that guests lift when the file is loaded,
/// those that the host supplies when they are linked.
final class FunctionPlans: Sendable {
  let types: ComponentTypes
  private let plans = Mutex<[FunctionTypeID: FunctionPlan]>([:])

  init(types: ComponentTypes) { self.types = types }

  func plan(_ id: FunctionTypeID) -> FunctionPlan {
    if let plan = plans.withLock({ $0[id] }) { return plan }
    let plan = FunctionPlan(id, in: types)
    return plans.withLock { plans in
      if let earlier = plans[id] { return earlier }
      plans[id] = plan
      return plan
    }
  }
}

/// The type of a core function that an adapter is.
struct CoreSignature: Sendable {
  let type: FunctionType
  /// nil if the engine has no room for another type.
  let holder: TypeHolder?

  init(_ type: FunctionType, _ engine: Engine) {
    self.type = type
    holder = engine.types.register(canonical: type)
  }

  var argumentBytes: Int {
    8 * max(type.parameters.count, type.results.count)
  }
}

/// A built-in with the conversion of what it passes.
final class BuiltinPlan: Sendable {
  let builtin: ValidatedBuiltin
  let signature: CoreSignature
  let payload: ConversionPlan?

  init(_ builtin: ValidatedBuiltin, _ types: ComponentTypes, _ engine: Engine) {
    self.builtin = builtin
    signature = CoreSignature(builtin.type, engine)
    payload = builtin.payload.map { ConversionPlan([$0], in: types) }
  }
}
