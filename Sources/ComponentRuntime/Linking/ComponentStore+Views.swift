// Resources that one component knows as more than one type: the types that are views of them, and the conversions between
// components that do not know the same types (Explainer.md, Type Checking). Without such a component nothing here is used.

import WasmSyntax
import WasmValidation

/// Value types as an instance knows them.
struct ViewedTypes {
  let valueTypes: [ValueTypeID]
  let types: ComponentTypes
  let resources: [ResourceID: ResourceTypeRef]
}

extension ComponentStore {
  /// Notes what a resource type of a component is. One that is the same resource as an earlier one is a type of its own.
  @discardableResult
  func bind(
    _ resource: ResourceID, to rt: ResourceTypeRef, in environment: ComponentEnvironment
  ) throws(ComponentFailure) -> ResourceTypeRef {
    if let known = environment.resources[resource] { return known }
    var bound = rt.base
    if !environment.boundResources.insert(bound).inserted {
      do throws(ComponentTrap) {
        bound = try state.newResourceView(of: bound)
      } catch {
        throw ComponentFailure(error)
      }
      hasViews = true
    }
    environment.resources[resource] = bound
    return bound
  }

  /// The plan for values that go from one component to another; nil if both know their types as the same.
  func jointPlan(
    _ sides: Sides<ViewedTypes>
  ) throws(ComponentFailure) -> BoundPlan? {
    let (lifting, lowering) = (sides.lifting, sides.lowering)
    let plan = ConversionPlan(
      zip(lifting.valueTypes, lowering.valueTypes).map { Sides(lifting: $0, lowering: $1) },
      in: Sides(lifting: lifting.types, lowering: lowering.types))
    let resources = plan.resources.compactMap { resource -> Sides<ResourceTypeRef>? in
      guard let lifted = lifting.resources[resource.lifting],
        let lowered = lowering.resources[resource.lowering]
      else { return nil }
      return Sides(lifting: lifted, lowering: lowered)
    }
    guard plan.areTypesEqual, lifting.valueTypes.count == lowering.valueTypes.count,
      resources.count == plan.resources.count
    else { throw ComponentFailure(ComponentTrap(.bug)) }
    let payloads = plan.payloads.map {
      Sides(
        lifting: payload($0.lifting.element, lifting.types, lifting.resources),
        lowering: payload($0.lowering.element, lowering.types, lowering.resources))
    }
    if resources.allSatisfy(\.areEqual), payloads.allSatisfy(\.areEqual) { return nil }
    return BoundPlan(plan, resources: resources, payloads: payloads)
  }

  /// A function as a component that lowers it calls it: the function itself, unless the two know resources of its type as
  /// different types.
  func function(
    _ function: FunctionRef, declared: FunctionTypeID, in environment: ComponentEnvironment
  ) throws(ComponentFailure) -> FunctionRef {
    guard hasViews else { return function }
    let description = function.pointee.description.takeUnretainedValue()
    let type = description.type
    let expected = environment.plan.types[declared].type
    func callee(_ valueTypes: [ValueTypeID]) -> ViewedTypes {
      ViewedTypes(
        valueTypes: valueTypes, types: description.types, resources: description.resources)
    }
    func caller(_ valueTypes: [ValueTypeID]) -> ViewedTypes {
      ViewedTypes(
        valueTypes: valueTypes, types: environment.plan.types, resources: environment.resources)
    }
    let parameters = try jointPlan(
      Sides(
        lifting: caller(expected.parameters.map(\.type)),
        lowering: callee(type.parameters.map(\.type))))
    let result = try jointPlan(
      Sides(
        lifting: callee(type.result.map { [$0] } ?? []),
        lowering: caller(expected.result.map { [$0] } ?? [])))
    if parameters == nil, result == nil { return function }
    guard function.pointee.lifted != nil else {
      // The host has no types of its own: it sees the caller's.
      let plans = environment.plan.functions
      return try makeFunction(
        plans.plan(declared), plans, environment.resources, function.pointee.implementation)
    }
    return records.make(
      FunctionInstance(
        isAsync: function.pointee.isAsync,
        parameters: parameters.map { keep($0) } ?? function.pointee.parameters,
        result: result.map { keep($0) } ?? function.pointee.result,
        resultType: function.pointee.resultType, takesBorrows: function.pointee.takesBorrows,
        implementation: function.pointee.implementation,
        description: function.pointee.description))
  }

  private func keep(_ plan: BoundPlan) -> PlanRef {
    _ = records.keep(plan)
    return plan.ref
  }
}

/// Conversions of elements between two ends of a stream or future that are known as different types.
final class JointPlans {
  /// Only asked while the store, which owns this, is running.
  unowned var store: ComponentStore?
  private var plans: [Sides<RuntimeTypeID>: BoundPlan] = [:]

  /// The plan for elements from one guest's buffer to another's.
  func plan(_ sides: Sides<PlanRef>) -> PlanRef? {
    let key = Sides(
      lifting: sides.lifting.pointee.elements, lowering: sides.lowering.pointee.elements)
    if let plan = plans[key] { return plan.ref }
    guard let store, let lifting = store.payloads[key.lifting],
      let lowering = store.payloads[key.lowering],
      let plan = try? store.jointPlan(
        Sides(lifting: lifting.viewed, lowering: lowering.viewed))
    else { return nil }
    plans[key] = plan
    return plan.ref
  }
}

extension ComponentStore.Payload {
  fileprivate var viewed: ViewedTypes {
    ViewedTypes(valueTypes: [element], types: types, resources: resources)
  }
}
