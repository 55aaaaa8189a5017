// Boxed values from the host to a guest. Whether a value is of its type at all is asked before anything happens
// (`ValueCheck`); lowering then only fails as the specification says.

/// Lifting and Lowering Values where the host is the other side: `lower_flat_values`.
package struct LowerValue {
  private let plan: PlanRef
  private let details: [PlanDetail]
  private let to: LiftLowerContext

  /// Lowers values that `ValueCheck` has accepted, as `Transfer.values` does. `to.subtask` is the call of the host's that
  /// lends, if there is something to lend.
  package static func values(
    _ bound: BoundPlan, _ values: [ComponentValue], to: LiftLowerContext,
    _ destination: UnsafeMutablePointer<UInt64>, maxDestination: Int, outParam: UInt64? = nil
  ) throws(ComponentTrap) {
    let lower = LowerValue(bound, to)
    let plan = bound.ref
    var place = Place(slots: destination)
    if !plan.isFlat(maxDestination) {
      let target = try lower.to.spill(plan.root, outParam)
      if outParam == nil { destination[0] = target }
      place = Place(address: target)
    }
    for (part, value) in zip(plan.root.pointee.parts, values) {
      if let field = part.node { try lower.lower(value, field, place.field(part, to.is64)) }
    }
  }

  /// Lowers elements of a stream into a range that has been checked.
  package static func elements(
    _ bound: BoundPlan, _ values: some Sequence<ComponentValue>, to: LiftLowerContext,
    _ destination: UInt64
  ) throws(ComponentTrap) {
    guard let element = bound.plan.root.pointee.parts.first?.node else { return }
    try LowerValue(bound, to).elements(values, element, destination)
  }

  private init(_ bound: BoundPlan, _ to: LiftLowerContext) {
    plan = bound.ref
    details = bound.plan.details
    var to = to
    to.isHostPeer = true
    self.to = to
  }

  /// `lower_flat` or `store`. Recurses as deep as the type is nested.
  private func lower(
    _ value: ComponentValue, _ node: PlanNodeRef, _ place: Place
  ) throws(ComponentTrap) {
    switch value {
    case .bool(let value): scalar(value ? 1 : 0, node, place)
    case .s8(let value): scalar(UInt64(UInt32(bitPattern: Int32(value))), node, place)
    case .u8(let value): scalar(UInt64(value), node, place)
    case .s16(let value): scalar(UInt64(UInt32(bitPattern: Int32(value))), node, place)
    case .u16(let value): scalar(UInt64(value), node, place)
    case .s32(let value): scalar(UInt64(UInt32(bitPattern: value)), node, place)
    case .u32(let value): scalar(UInt64(value), node, place)
    case .s64(let value): scalar(UInt64(bitPattern: value), node, place)
    case .u64(let value): scalar(value, node, place)
    case .f32(let value): scalar(canonicalizeNaN32(UInt64(value.bitPattern)), node, place)
    case .f64(let value): scalar(canonicalizeNaN64(value.bitPattern), node, place)
    case .char(let value): scalar(UInt64(value.value), node, place)
    case .string(let value): try to.lowerString(value, place)
    case .list(let values): try list(values, node, place)
    case .map(let entries):
      try list(entries.lazy.map { .tuple([$0.key, $0.value]) }, node, place)
    case .record(let fields): try record(fields, node, place)
    case .tuple(let values):
      for (part, value) in zip(node.pointee.parts, values) {
        if let field = part.node { try lower(value, field, place.field(part, to.is64)) }
      }
    case .variant(let label, let payload):
      try variant(node.index(of: label, details), payload, node, place)
    case .enum(let label): try variant(node.index(of: label, details), nil, node, place)
    case .option(let payload): try variant(payload == nil ? 0 : 1, payload, node, place)
    case .result(.ok(let payload)): try variant(0, payload, node, place)
    case .result(.error(let payload)): try variant(1, payload, node, place)
    case .flags(let labels):
      var bits: UInt64 = 0
      for label in labels { bits |= 1 << UInt64(node.index(of: label, details) ?? 63) }
      scalar(bits & node.pointee.number, node, place)
    case .own(let id):
      let (rep, rt) = try to.store.takeHostResource(id)
      to.storeBits(UInt64(try to.lowerOwn(rep, rt)), place, 4)
    case .borrow(let id):
      let (rep, rt) = try to.store.lendHostResource(id, to.subtask)
      to.storeBits(try to.lowerBorrow(rep, rt) & 0xffff_ffff, place, 4)
    case .stream(let id):
      let shared = try to.store.takeHostEnd(id)
      to.storeBits(UInt64(try to.lowerAsyncValue(shared, .readableStream)), place, 4)
    case .future(let id):
      let shared = try to.store.takeHostEnd(id)
      to.storeBits(UInt64(try to.lowerAsyncValue(shared, .readableFuture)), place, 4)
    case .errorContext(let id):
      let context = try to.store.retainErrorContext(id)
      to.storeBits(UInt64(try to.lowerErrorContext(context)), place, 4)
    }
  }

  private func scalar(_ bits: UInt64, _ node: PlanNodeRef, _ place: Place) {
    to.lowerScalar(bits, node, place)
  }

  private func record(
    _ fields: [ComponentValue.RecordField], _ node: PlanNodeRef, _ place: Place
  ) throws(ComponentTrap) {
    for (position, field) in fields.enumerated() {
      // Most are in the order of the type.
      var index = position
      if case .record(let labels) = details[node.pointee.detail],
        position >= labels.count || labels[position] != field.label
      {
        index = labels.firstIndex(of: field.label) ?? position
      }
      guard index < node.pointee.parts.count else { continue }
      let part = node.pointee.parts[index]
      if let type = part.node { try lower(field.value, type, place.field(part, to.is64)) }
    }
  }

  private func variant(
    _ index: Int?, _ payload: ComponentValue?, _ node: PlanNodeRef, _ place: Place
  ) throws(ComponentTrap) {
    guard let index, index < node.pointee.parts.count else { throw ComponentTrap(.bug) }
    if let type = node.pointee.parts[index].node, let payload {
      try lower(payload, type, place.payload(node, to.is64))
    }
    to.lowerDiscriminant(index, node, place)
  }

  private func list(
    _ values: some Collection<ComponentValue>, _ node: PlanNodeRef, _ place: Place
  ) throws(ComponentTrap) {
    guard let element = node.pointee.element else { return }
    if node.pointee.kind == .list {
      let pointer = try to.allocateList(UInt64(values.count), element)
      try elements(values, element, pointer)
      to.lowerList(pointer, UInt64(values.count), place)
    } else {
      for (index, value) in values.enumerated() {
        try lower(value, element, place.element(UInt64(index), element, to.is64))
      }
    }
  }

  private func elements(
    _ values: some Sequence<ComponentValue>, _ element: PlanNodeRef, _ address: UInt64
  ) throws(ComponentTrap) {
    for (index, value) in values.enumerated() {
      let place = Place(address: address).element(UInt64(index), element, to.is64)
      try lower(value, element, place)
    }
  }
}

extension PlanNodeRef {
  /// The number of a case or flag.
  func index(of label: String, _ details: [PlanDetail]) -> Int? {
    switch details[pointee.detail] {
    case .variant(let labels), .enum(let labels), .flags(let labels): labels.firstIndex(of: label)
    case .none, .record, .tuple, .option, .result, .list, .map: nil
    }
  }
}

extension LiftLowerContext {
  /// Lowers a Swift string.
  package func lowerString(_ string: String, _ place: Place) throws(ComponentTrap) {
    var string = string
    var failure: ComponentTrap?
    string.withUTF8 { bytes in
      do throws(ComponentTrap) {
        try lowerString(LiftedString(utf8: bytes), place)
      } catch {
        failure = error
      }
    }
    if let failure { throw failure }
  }
}
