// Core instances of a component, and the start functions of both kinds.

import WasmExecution
import WasmSyntax
import WasmValidation

extension ComponentInstantiation {
  func instantiateCore(
    _ expression: CoreInstanceExpression, _ environment: ComponentEnvironment
  ) throws(ComponentFailure) {
    switch expression {
    case .exports(let items):
      var exports: [ExactName: ExternValue] = [:]
      for item in items {
        exports[ExactName(item.name)] = value(item.item, environment)
      }
      environment.coreInstances.append(.items(exports))
    case .instantiate(let index, let arguments):
      let module = environment.coreModules[Int(index)]
      let instance = try instantiate(module, arguments, environment)
      environment.coreInstances.append(.instance(instance))
      if let function = instance.startFunction {
        try begin(function, environment.inst)
      }
    }
  }

  private func instantiate(
    _ module: CoreModule, _ arguments: [(name: String, instance: UInt32)],
    _ environment: ComponentEnvironment
  ) throws(ComponentFailure) -> CoreInstance {
    var namespaces: [ExactName: Int] = [:]
    for argument in arguments { namespaces[ExactName(argument.name)] = Int(argument.instance) }
    var imports: [ExternValue] = []
    imports.reserveCapacity(module.syntax.imports.count)
    for declaration in module.syntax.imports {
      guard let index = namespaces[ExactName(declaration.module)],
        let value = environment.coreInstances[index][declaration.name]
      else {
        throw .unlinkable("missing import `\(declaration.module)` `\(declaration.name)`")
      }
      imports.append(value)
    }
    do throws(InstantiationError) {
      return try store.core.instantiateWithoutStart(module, imports: imports)
    } catch {
      switch error {
      case .unlinkable(let message): throw .unlinkable(message)
      case .limit(let limit): throw .limit(limit)
      case .invocation(.trap(let trap)): throw .trap(trap, nil)
      case .invocation(let error): throw .host(error, backtrace: [])
      }
    }
  }

  private func value(_ item: CoreSortIndex, _ environment: ComponentEnvironment) -> ExternValue? {
    let index = Int(item.index)
    return switch item.sort {
    case .function: .function(environment.coreFunctions[index])
    case .table: .table(environment.coreTables[index])
    case .memory: .memory(environment.coreMemories[index])
    case .global: .global(environment.coreGlobals[index])
    case .tag: .tag(environment.coreTags[index])
    case .type, .module, .instance: nil
    }
  }

  // MARK: Component start functions (Explainer, Start Definitions)

  func call(
    _ start: ComponentStart, _ environment: ComponentEnvironment
  ) throws(ComponentFailure) {
    let function = environment.functions[Int(start.function)]
    let arguments = start.arguments.map { environment.values[Int($0)] }
    try begin(DynamicInvocation(function, arguments), environment)
  }

  /// A value definition's value.
  func constant(
    _ type: ValueTypeID, _ bytes: Bytes, _ types: ComponentTypes
  ) throws(ComponentFailure) -> ComponentValue {
    do throws(ModuleError) {
      var decoder = ValueDecoder(bytes, types)
      return try decoder.value(type)
    } catch {
      // The validator has read it before.
      throw ComponentFailure(ComponentTrap(.bug))
    }
  }
}
