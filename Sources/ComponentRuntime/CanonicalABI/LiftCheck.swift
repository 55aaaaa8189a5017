// Lifting for its traps alone: what a failed conversion would have trapped with, had it lifted all values before it
// lowered any. Nothing comes back to life afterwards, so handles are lifted for good, except those that the conversion
// had lifted already.

/// Lifts values and drops them.
package struct LiftCheck {
  private let plan: PlanRef
  private let from: ContextRef
  /// Handles that are gone from the table.
  private var liftedHandles: UInt64
  /// Lists within lists can share memory, so there is no bound on the time this could take: it gives up instead, and
  /// the trap at hand is reported.
  private var budget: UInt64 = 1 << 30

  package init(_ plan: PlanRef, _ from: ContextRef, liftedHandles: UInt64 = 0) {
    self.plan = plan
    self.from = from
    self.liftedHandles = liftedHandles
  }

  /// Lifts all values: `lift_flat_values`.
  package static func values(
    _ plan: PlanRef, from: ContextRef, _ source: UnsafeMutablePointer<UInt64>,
    maxSource: Int
  ) throws(ComponentTrap) {
    var check = LiftCheck(plan, from)
    try check.lift(plan.root, from.liftPlace(plan, source, maxFlat: maxSource))
  }

  mutating func lift(_ node: PlanNodeRef, _ source: Place) throws(ComponentTrap) {
    if node.pointee.isPlain || budget == 0 { return }
    switch node.pointee.kind {
    case .bool, .s8, .u8, .s16, .u16, .s32, .u32, .s64, .u64, .f32, .f64, .char, .flags:
      spend(1)
      _ = try from.liftScalar(node, source)
    case .string: spend(1 + (try from.liftString(source)).codeUnits)
    case .list:
      guard let element = node.pointee.element else { return }
      let (address, length) = try from.liftList(element, source)
      spend(1)
      try elements(element, length, address)
    case .fixedLengthList:
      guard let element = node.pointee.element else { return }
      guard let slots = source.slots else {
        return try elements(element, node.pointee.number, source.address)
      }
      for index in 0..<node.pointee.number {
        try lift(element, Place(slots: slots).element(index, element, from.is64))
      }
    case .record:
      for part in node.pointee.parts {
        if let field = part.node { try lift(field, source.field(part, from.is64)) }
      }
    case .variant:
      spend(1)
      let index = try from.liftDiscriminant(node, source)
      if let payload = node.pointee.parts[index].node {
        try lift(payload, source.payload(node, from.is64))
      }
    case .own, .borrow, .stream, .future, .errorContext:
      spend(1)
      try handle(node, UInt32(truncatingIfNeeded: from.loadBits(source, 4)))
    }
  }

  mutating func elements(
    _ element: PlanNodeRef, _ count: UInt64, _ address: UInt64
  ) throws(ComponentTrap) {
    if element.pointee.isPlain || element.pointee.kind == .f32 || element.pointee.kind == .f64 {
      return
    }
    for index in 0..<count where budget > 0 {
      try lift(element, Place(address: address).element(index, element, from.is64))
    }
  }

  private mutating func handle(_ node: PlanNodeRef, _ index: UInt32) throws(ComponentTrap) {
    if liftedHandles > 0 {
      liftedHandles -= 1
      return
    }
    switch node.pointee.kind {
    case .own: _ = try from.liftOwn(index, plan.resource(node).lifting)
    case .borrow: _ = try from.liftBorrow(index, plan.resource(node).lifting)
    case .stream:
      from.store.releaseShared(
        try from.liftAsyncValue(index, .readableStream, plan.payload(node).lifting))
    case .future:
      from.store.releaseShared(
        try from.liftAsyncValue(index, .readableFuture, plan.payload(node).lifting))
    default: from.store.release(try from.liftErrorContext(index))
    }
  }

  private mutating func spend(_ count: UInt64) { budget -= min(count, budget) }
}
