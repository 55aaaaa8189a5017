// What the linker has a store make: functions with their plans bound, and the comparison of types across files.

import WasmExecution
import WasmSyntax
import WasmValidation

extension ComponentStore {
  /// A plan read under resource types; `elements` is the type of a stream's or future's elements if it is for that.
  func bind(
    _ plan: ConversionPlan, _ types: ComponentTypes, _ resources: [ResourceID: ResourceTypeRef],
    elements: RuntimeTypeID = .none
  ) throws(ComponentFailure) -> BoundPlan {
    let bound = BoundPlan(
      plan, elements: elements, resource: { resources[$0] },
      payload: { BoundPayload(t: payload($0.element, types, resources)) })
    guard let bound else { throw ComponentFailure(ComponentTrap(.bug)) }
    return bound
  }

  func makeFunction(
    _ plan: FunctionPlan, _ file: FunctionPlans, _ resources: [ResourceID: ResourceTypeRef],
    _ implementation: FunctionInstance.Implementation
  ) throws(ComponentFailure) -> FunctionRef {
    let description = FunctionDescription(
      plan: plan, file: file, resources: resources,
      parameters: try bind(plan.parameters, file.types, resources),
      result: try bind(plan.result, file.types, resources))
    // Only `task.return` asks for the result's type.
    let resultType =
      plan.isAsync
      ? runtimeTypes.id(
        of: file.types[plan.type].type.result, in: file.types, resource: { resources[$0] })
      : .none
    return records.make(
      FunctionInstance(
        isAsync: plan.isAsync, parameters: description.parameters.ref,
        result: description.result.ref, resultType: resultType, takesBorrows: plan.takesBorrows,
        implementation: implementation, description: records.keep(description)))
  }

  /// Whether a function has the type that another file declares. Views do not count: which resource types are the same is
  /// for the component around both to say.
  func isFunction(
    _ description: FunctionDescription, _ declared: FunctionTypeID,
    _ environment: ComponentEnvironment
  ) -> Bool {
    let types = environment.plan.types
    let expected = types[declared].type
    let type = description.type
    func isSame(_ a: ValueTypeID?, _ b: ValueTypeID?) -> Bool {
      runtimeTypes.id(
        of: a, in: description.types, resource: { description.resources[$0] }
      ).base == runtimeTypes.id(of: b, in: types, resource: { environment.resources[$0] }).base
    }
    return type.isAsync == expected.isAsync
      && type.parameters.count == expected.parameters.count
      && zip(type.parameters, expected.parameters).allSatisfy {
        $0.label == $1.label && isSame($0.type, $1.type)
      } && isSame(type.result, expected.result)
  }

  /// The resource type that a definition of the host's is in this store.
  package func resourceType(
    of definition: HostResourceDefinition
  ) throws(ComponentFailure) -> ResourceTypeRef {
    let key = ObjectIdentifier(definition)
    if let known = hostResources[key] { return known }
    do throws(ComponentTrap) {
      let type = try state.newResourceType(
        impl: nil, dtor: records.keep(definition).toOpaque())
      hostResources[key] = type
      return type
    } catch {
      throw ComponentFailure(error)
    }
  }
}
