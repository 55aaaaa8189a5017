// Values from a guest to the host, boxed. Borrows and readable ends get records of their own in the store, by which the
// host names them.

import WasmSyntax

/// Lifting and Lowering Values where the host is the other side: `lift_flat_values`.
package struct LiftValue {
  private let plan: PlanRef
  private let details: [PlanDetail]
  private let from: ContextRef
  /// The task of the host that borrows are lent to; nil where none can be.
  private let hostTask: TaskRef?
  /// Whether a `list<u8>` is lifted as `bytes`.
  private let bytesInBulk: Bool
  private var budget: Int

  /// Lifts all values of a plan.
  package static func values(
    _ bound: BoundPlan, from: ContextRef, _ source: UnsafeMutablePointer<UInt64>,
    maxSource: Int, hostTask: TaskRef? = nil, bytesInBulk: Bool = false
  ) throws(ComponentTrap) -> [ComponentValue] {
    var context = from.pointee
    context.isHostPeer = true
    return try withUnsafePointer(to: &context) { (from) throws(ComponentTrap) in
      var lift = LiftValue(bound, from, hostTask, bytesInBulk)
      let place = try from.liftPlace(bound.ref, source, maxFlat: maxSource)
      return try lift.fields(bound.plan.root, place)
    }
  }

  /// Lifts elements of a stream, whose range has been checked.
  package static func elements(
    _ bound: BoundPlan, from: ContextRef, _ source: UInt64, count: UInt64
  ) throws(ComponentTrap) -> [ComponentValue] {
    guard let element = bound.plan.root.pointee.parts.first?.node else { return [] }
    var context = from.pointee
    context.isHostPeer = true
    return try withUnsafePointer(to: &context) { (from) throws(ComponentTrap) in
      var lift = LiftValue(bound, from, nil, false)
      return try lift.elements(element, count, source)
    }
  }

  private init(
    _ bound: BoundPlan, _ from: ContextRef, _ hostTask: TaskRef?, _ bytesInBulk: Bool
  ) {
    plan = bound.ref
    details = bound.plan.details
    self.from = from
    self.hostTask = hostTask
    self.bytesInBulk = bytesInBulk
    budget = from.store.pointee.limits.hostValueBytes
  }

  /// Lists within lists can share memory: without a bound a guest could have any number of values made.
  private mutating func spend(_ bytes: UInt64) throws(ComponentTrap) {
    try trapIf(bytes > UInt64(max(budget, 0)), .hostValueTooLarge)
    budget -= Int(bytes)
  }

  private static let boxBytes = UInt64(MemoryLayout<ComponentValue>.stride)

  // Each case has a function of its own: see `ValueCheck`.

  /// `lift_flat` or `load`. Recurses as deep as the type is nested.
  private mutating func lift(
    _ node: PlanNodeRef, _ place: Place
  ) throws(ComponentTrap) -> ComponentValue {
    switch node.pointee.kind {
    case .bool, .s8, .u8, .s16, .u16, .s32, .u32, .s64, .u64, .f32, .f64, .char, .flags:
      return scalar(node, try from.liftScalar(node, place))
    case .string: return try string(place)
    case .list: return try list(node, place)
    case .fixedLengthList: return try fixedLengthList(node, place)
    case .record: return record(node, try fields(node, place))
    case .variant: return try variant(node, place)
    case .own, .borrow, .stream, .future, .errorContext:
      return try handle(node, UInt32(truncatingIfNeeded: from.loadBits(place, 4)))
    }
  }

  private func scalar(_ node: PlanNodeRef, _ bits: UInt64) -> ComponentValue {
    switch node.pointee.kind {
    case .bool: .bool(bits != 0)
    case .s8: .s8(Int8(truncatingIfNeeded: bits))
    case .u8: .u8(UInt8(truncatingIfNeeded: bits))
    case .s16: .s16(Int16(truncatingIfNeeded: bits))
    case .u16: .u16(UInt16(truncatingIfNeeded: bits))
    case .s32: .s32(Int32(truncatingIfNeeded: bits))
    case .u32: .u32(UInt32(truncatingIfNeeded: bits))
    case .s64: .s64(Int64(bitPattern: bits))
    case .u64: .u64(bits)
    case .f32: .f32(Float(bitPattern: UInt32(truncatingIfNeeded: bits)))
    case .f64: .f64(Double(bitPattern: bits))
    // Lifting has checked that it is one.
    case .char: .char(Unicode.Scalar(UInt32(truncatingIfNeeded: bits)) ?? "\u{fffd}")
    case .flags, .string, .errorContext, .list, .fixedLengthList, .record, .variant, .own, .borrow,
      .stream, .future:
      flags(node, bits)
    }
  }

  private mutating func string(_ place: Place) throws(ComponentTrap) -> ComponentValue {
    let string = try from.liftString(place)
    try spend(string.codeUnits * 2)
    return .string(string.value)
  }

  private mutating func list(
    _ node: PlanNodeRef, _ place: Place
  ) throws(ComponentTrap) -> ComponentValue {
    guard let element = node.pointee.element else { return .list([]) }
    let (address, length) = try from.liftList(element, place)
    if bytesInBulk, element.pointee.kind == .u8 {
      try spend(length)
      return .bytes(
        Array(UnsafeRawBufferPointer(start: from.bytes(address), count: Int(length))))
    }
    return list(node, try elements(element, length, address))
  }

  private mutating func fields(
    _ node: PlanNodeRef, _ place: Place
  ) throws(ComponentTrap) -> [ComponentValue] {
    try spend(UInt64(node.pointee.parts.count) * Self.boxBytes)
    var values: [ComponentValue] = []
    values.reserveCapacity(node.pointee.parts.count)
    for part in node.pointee.parts {
      if let field = part.node {
        values.append(try lift(field, place.field(part, from.is64)))
      }
    }
    return values
  }

  private mutating func elements(
    _ element: PlanNodeRef, _ count: UInt64, _ address: UInt64
  ) throws(ComponentTrap) -> [ComponentValue] {
    try spend(count * Self.boxBytes)
    var values: [ComponentValue] = []
    values.reserveCapacity(Int(count))
    for index in 0..<count {
      values.append(
        try lift(element, Place(address: address).element(index, element, from.is64)))
    }
    return values
  }

  private mutating func fixedLengthList(
    _ node: PlanNodeRef, _ place: Place
  ) throws(ComponentTrap) -> ComponentValue {
    guard let element = node.pointee.element else { return .list([]) }
    guard place.slots != nil else {
      return .list(try elements(element, node.pointee.number, place.address))
    }
    var values: [ComponentValue] = []
    for index in 0..<node.pointee.number {
      values.append(try lift(element, place.element(index, element, from.is64)))
    }
    return .list(values)
  }

  private mutating func variant(
    _ node: PlanNodeRef, _ place: Place
  ) throws(ComponentTrap) -> ComponentValue {
    let index = try from.liftDiscriminant(node, place)
    var payload: ComponentValue?
    if let type = node.pointee.parts[index].node {
      try spend(Self.boxBytes)
      payload = try lift(type, place.payload(node, from.is64))
    }
    switch details[node.pointee.detail] {
    case .variant(let labels): return .variant(label: labels[index], payload: payload)
    case .enum(let labels): return .enum(labels[index])
    case .option: return .option(payload)
    case .result, .none, .record, .tuple, .flags, .list, .map:
      return .result(index == 0 ? .ok(payload) : .error(payload))
    }
  }

  // MARK: Specialization

  private func record(_ node: PlanNodeRef, _ values: [ComponentValue]) -> ComponentValue {
    guard case .record(let labels) = details[node.pointee.detail] else { return .tuple(values) }
    return .record(zip(labels, values).map { ComponentValue.RecordField($0, $1) })
  }

  private func list(_ node: PlanNodeRef, _ values: [ComponentValue]) -> ComponentValue {
    guard case .map = details[node.pointee.detail] else { return .list(values) }
    return .map(
      values.compactMap {
        guard case .tuple(let entry) = $0, entry.count == 2 else { return nil }
        return ComponentValue.MapEntry(entry[0], entry[1])
      })
  }

  private func flags(_ node: PlanNodeRef, _ bits: UInt64) -> ComponentValue {
    guard case .flags(let labels) = details[node.pointee.detail] else { return .flags([]) }
    return .flags(
      labels.enumerated().compactMap { bits >> UInt64($0.offset) & 1 == 1 ? $0.element : nil })
  }

  private func handle(
    _ node: PlanNodeRef, _ index: UInt32
  ) throws(ComponentTrap) -> ComponentValue {
    switch node.pointee.kind {
    case .own:
      let rt = plan.resource(node).lifting
      let rep = try from.liftOwn(index, rt)
      return .own(try from.store.addHostResource(rt, rep, own: true).id)
    case .borrow:
      let rt = plan.resource(node).lifting
      let rep = try from.liftBorrow(index, rt)
      return .borrow(try from.store.addHostResource(rt, rep, own: false, hostTask).id)
    case .stream: return .stream(try end(node, index, .readableStream))
    case .future: return .future(try end(node, index, .readableFuture))
    default: return .errorContext(Slab.id(of: try from.liftErrorContext(index)))
    }
  }

  private func end(
    _ node: PlanNodeRef, _ index: UInt32, _ kind: CopyEnd.Kind
  ) throws(ComponentTrap) -> CopyEndID {
    let t = plan.payload(node).lifting
    return try from.store.addHostEnd(from.liftAsyncValue(index, kind, t), kind, t)
  }
}
