// Plans with the resource types that they speak of: what adapters hold. Nearly always both sides of a conversion know a type
// as the same one; see `ConversionPlan` for when they do not.

import WasmValidation

/// A plan read under the resource types of an instance, or of the two at its sides.
package final class BoundPlan {
  package let plan: ConversionPlan
  /// Valid as long as this object.
  package let ref: PlanRef
  /// nil if there are none.
  private let resources: UnsafeMutableBufferPointer<Sides<ResourceTypeRef>>?
  private let payloads: UnsafeMutableBufferPointer<Sides<RuntimeTypeID>>?

  /// A plan read the same way at both sides; nil if a resource type is not known.
  package convenience init?(
    _ plan: ConversionPlan, elements: RuntimeTypeID = .none,
    resource: (ResourceID) -> ResourceTypeRef?, payload: (PayloadType) -> BoundPayload
  ) {
    if plan.resources.isEmpty, plan.payloads.isEmpty {
      self.init(plan, elements: elements, resources: [], payloads: [])
      return
    }
    let known = plan.resources.compactMap { resource($0.lifting) }
    guard known.count == plan.resources.count else { return nil }
    self.init(
      plan, elements: elements, resources: known.map { Sides($0) },
      payloads: plan.payloads.map { Sides(payload($0.lifting).t) })
  }

  /// A plan with what stands for each of its resource types and payloads. `elements` is the type of a stream's or future's
  /// elements if the plan is for that.
  init(
    _ plan: ConversionPlan, elements: RuntimeTypeID = .none,
    resources known: [Sides<ResourceTypeRef>], payloads types: [Sides<RuntimeTypeID>]
  ) {
    resources = Self.copy(known)
    payloads = Self.copy(types)
    self.plan = plan
    let record = UnsafeMutablePointer<BoundPlanRecord>.allocate(capacity: 1)
    ref = PlanRef(record)
    let mentionsResources = !known.isEmpty || !types.isEmpty
    record.initialize(
      to: BoundPlanRecord(
        root: plan.root,
        resources: UnsafeBufferPointer(start: resources?.baseAddress, count: known.count),
        payloads: UnsafeBufferPointer(start: payloads?.baseAddress, count: types.count),
        flatScalars: plan.flatScalars,
        isPassthrough: plan.isPassthrough, elements: mentionsResources ? elements : .none,
        object: Unmanaged.passUnretained(self)))
  }

  /// The plan of no values: where values are boxed and the rest of a conversion asks for one.
  package nonisolated(unsafe) static let boxed = BoundPlan(
    ConversionPlan([], in: ComponentTypes()), resources: [], payloads: [])

  deinit {
    ref.deallocate()
    resources?.deallocate()
    payloads?.deallocate()
  }

  private static func copy<Element: BitwiseCopyable>(
    _ elements: [Element]
  ) -> UnsafeMutableBufferPointer<Element>? {
    guard !elements.isEmpty else { return nil }
    let copy = UnsafeMutableBufferPointer<Element>.allocate(capacity: elements.count)
    _ = copy.initialize(from: elements)
    return copy
  }
}

/// A stream or future type that exists.
package struct BoundPayload: BitwiseCopyable {
  package var t: RuntimeTypeID
  package init(t: RuntimeTypeID) { self.t = t }
}

package typealias PlanRef = UnsafePointer<BoundPlanRecord>

/// What conversions see of a bound plan; valid as long as that is.
package struct BoundPlanRecord: BitwiseCopyable {
  package let root: PlanNodeRef
  let resources: UnsafeBufferPointer<Sides<ResourceTypeRef>>
  let payloads: UnsafeBufferPointer<Sides<RuntimeTypeID>>
  let flatScalars: UnsafeBufferPointer<PlanNode.Kind>?
  package let isPassthrough: Bool
  /// The type of a stream's or future's elements, as one component knows it; `.none` if all know it the same way.
  let elements: RuntimeTypeID
  /// The plan itself, for values that Swift sees.
  package let object: Unmanaged<BoundPlan>
}

extension PlanRef {
  @inline(__always) package var root: PlanNodeRef { pointee.root }

  /// Whether the values fit into so many slots (`len(flat_types) <= max_flat`).
  @inline(__always)
  package func isFlat(_ maxFlat: Int) -> Bool { Int(root.pointee.flatCount) <= maxFlat }

  /// How many slots the values are if they fit and need nothing done to them, as they fit on the other side too.
  func directSlots(_ maxFlat: Int) -> Int? {
    guard let kinds = pointee.flatScalars, pointee.isPassthrough, isFlat(maxFlat) else {
      return nil
    }
    return kinds.count
  }

  @inline(__always)
  func resource(_ node: PlanNodeRef) -> Sides<ResourceTypeRef> {
    pointee.resources[Int(node.pointee.number)]
  }

  @inline(__always)
  func payload(_ node: PlanNodeRef) -> Sides<RuntimeTypeID> {
    pointee.payloads[Int(node.pointee.number)]
  }
}
