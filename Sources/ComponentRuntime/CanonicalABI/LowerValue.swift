// Boxed values from the host to a guest. Whether a value is of its type at all is asked before anything happens
// (`ValueCheck`); lowering then only fails as the specification says.

/// Lifting and Lowering Values where the host is the other side: `lower_flat_values`.
package struct LowerValue {
  private let plan: PlanRef
  private let details: [PlanDetail]
  private let to: ContextRef

  /// Lowers values that `ValueCheck` has accepted, as `Transfer.values` does. `to.subtask` is the call of the host's that
  /// lends, if there is something to lend.
  package static func values(
    _ bound: BoundPlan, _ values: [ComponentValue], to: ContextRef,
    _ destination: UnsafeMutablePointer<UInt64>, maxDestination: Int, outParam: UInt64? = nil
  ) throws(ComponentTrap) {
    var context = to.pointee
    context.isHostPeer = true
    try withUnsafePointer(to: &context) { (to) throws(ComponentTrap) in
      let place = try to.lowerPlace(
        bound.ref, destination, maxFlat: maxDestination, outParam: outParam)
      let lower = LowerValue(plan: bound.ref, details: bound.plan.details, to: to)
      for (part, value) in zip(bound.plan.root.pointee.parts, values) {
        if let field = part.node { try lower.lower(value, field, place.field(part, to.is64)) }
      }
    }
  }

  /// Lowers elements of a stream into a range that has been checked.
  package static func elements(
    _ bound: BoundPlan, _ values: some Sequence<ComponentValue>, to: ContextRef,
    _ destination: UInt64
  ) throws(ComponentTrap) {
    guard let element = bound.plan.root.pointee.parts.first?.node else { return }
    var context = to.pointee
    context.isHostPeer = true
    try withUnsafePointer(to: &context) { (to) throws(ComponentTrap) in
      let lower = LowerValue(plan: bound.ref, details: bound.plan.details, to: to)
      try lower.elements(values, element, destination)
    }
  }

  // Each case has a function of its own: see `ValueCheck`.

  /// `lower_flat` or `store`. Recurses as deep as the type is nested.
  private func lower(
    _ value: ComponentValue, _ node: PlanNodeRef, _ place: Place
  ) throws(ComponentTrap) {
    switch node.pointee.kind {
    case .bool, .s8, .u8, .s16, .u16, .s32, .u32, .s64, .u64, .f32, .f64, .char:
      to.lowerScalar(value.scalarBits, node, place)
    case .flags: flags(value, node, place)
    case .string: try string(value, place)
    case .list, .fixedLengthList: try list(value, node, place)
    case .record: try fields(value, node, place)
    case .variant: try variant(value, node, place)
    case .own, .borrow, .stream, .future, .errorContext:
      try to.lowerHandle(value, node, place, plan)
    }
  }

  private func flags(_ value: ComponentValue, _ node: PlanNodeRef, _ place: Place) {
    guard case .flags(let labels) = value else { return }
    var bits: UInt64 = 0
    for label in labels { bits |= 1 << UInt64(node.index(of: label, details) ?? 63) }
    to.lowerScalar(bits & node.pointee.number, node, place)
  }

  private func string(_ value: ComponentValue, _ place: Place) throws(ComponentTrap) {
    guard case .string(let string) = value else { return }
    try to.lowerString(string, place)
  }

  private func list(
    _ value: ComponentValue, _ node: PlanNodeRef, _ place: Place
  ) throws(ComponentTrap) {
    switch value {
    case .list(let values): try list(values, node, place)
    case .bytes(let value): try bytes(value, node, place)
    case .map(let entries): try list(entries.lazy.map { .tuple([$0.key, $0.value]) }, node, place)
    default: throw ComponentTrap(.bug)
    }
  }

  private func bytes(
    _ bytes: [UInt8], _ node: PlanNodeRef, _ place: Place
  ) throws(ComponentTrap) {
    guard node.pointee.kind == .list, let element = node.pointee.element else {
      return try list(bytes.lazy.map { .u8($0) }, node, place)
    }
    let pointer = try to.allocateList(UInt64(bytes.count), element)
    bytes.withUnsafeBytes {
      UnsafeMutableRawBufferPointer(start: to.bytes(pointer), count: $0.count).copyMemory(from: $0)
    }
    to.lowerList(pointer, UInt64(bytes.count), place)
  }

  private func fields(
    _ value: ComponentValue, _ node: PlanNodeRef, _ place: Place
  ) throws(ComponentTrap) {
    switch value {
    case .record(let fields): try record(fields, node, place)
    case .tuple(let values):
      for (part, value) in zip(node.pointee.parts, values) {
        if let field = part.node { try lower(value, field, place.field(part, to.is64)) }
      }
    default: throw ComponentTrap(.bug)
    }
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
    _ value: ComponentValue, _ node: PlanNodeRef, _ place: Place
  ) throws(ComponentTrap) {
    guard let (index, payload) = node.matchCase(value, details) else { throw ComponentTrap(.bug) }
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

extension PlanNodeRef {
  /// `match_case`; nil if the value is of another type.
  func matchCase(
    _ value: ComponentValue, _ details: [PlanDetail]
  ) -> (index: Int, payload: ComponentValue?)? {
    switch (details[pointee.detail], value) {
    case (.variant(let labels), .variant(let label, let payload)):
      labels.firstIndex(of: label).map { ($0, payload) }
    case (.enum(let labels), .enum(let label)): labels.firstIndex(of: label).map { ($0, nil) }
    case (.option, .option(let payload)): (payload == nil ? 0 : 1, payload)
    case (.result, .result(.ok(let payload))): (0, payload)
    case (.result, .result(.error(let payload))): (1, payload)
    default: nil
    }
  }
}

extension ComponentValue {
  /// The type of a value that is one core value.
  var scalarKind: PlanNode.Kind? {
    switch self {
    case .bool: .bool
    case .s8: .s8
    case .u8: .u8
    case .s16: .s16
    case .u16: .u16
    case .s32: .s32
    case .u32: .u32
    case .s64: .s64
    case .u64: .u64
    case .f32: .f32
    case .f64: .f64
    case .char: .char
    case .string, .list, .bytes, .map, .record, .tuple, .variant, .enum, .option, .result, .flags,
      .own, .borrow, .stream, .future, .errorContext:
      nil
    }
  }

  /// What such a value is lowered as.
  fileprivate var scalarBits: UInt64 {
    switch self {
    case .bool(let value): value ? 1 : 0
    case .s8(let value): UInt64(UInt32(bitPattern: Int32(value)))
    case .u8(let value): UInt64(value)
    case .s16(let value): UInt64(UInt32(bitPattern: Int32(value)))
    case .u16(let value): UInt64(value)
    case .s32(let value): UInt64(UInt32(bitPattern: value))
    case .u32(let value): UInt64(value)
    case .s64(let value): UInt64(bitPattern: value)
    case .u64(let value): value
    case .f32(let value): canonicalizeNaN32(UInt64(value.bitPattern))
    case .f64(let value): canonicalizeNaN64(value.bitPattern)
    case .char(let value): UInt64(value.value)
    case .string, .list, .bytes, .map, .record, .tuple, .variant, .enum, .option, .result, .flags,
      .own, .borrow, .stream, .future, .errorContext:
      0
    }
  }
}

extension ContextRef {
  /// Lowers a Swift string.
  package func lowerString(_ string: String, _ place: Place) throws(ComponentTrap) {
    // Native strings are contiguous: others are made so first.
    let result = string.utf8.withContiguousStorageIfAvailable { lowerUTF8($0, place) }
    if let result { return try result.get() }
    var string = string
    try string.withUTF8 { lowerUTF8($0, place) }.get()
  }

  @inline(__always)
  private func lowerUTF8(
    _ bytes: UnsafeBufferPointer<UInt8>, _ place: Place
  ) -> Result<Void, ComponentTrap> {
    do throws(ComponentTrap) {
      return .success(try lowerString(LiftedString(utf8: bytes), place))
    } catch {
      return .failure(error)
    }
  }
}
