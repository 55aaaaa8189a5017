// Whether boxed values are of the types they are to be lowered as. The answer comes before the call begins: a mistake
// of the host's program is an error of its own and no trap.

/// A value of the host's is not of the type it is used as.
package struct ValueMismatch: Error, Hashable, Sendable, CustomStringConvertible {
  package let description: String
  /// The element types of a stream or future, where it has another one than is wanted.
  package var elements: Elements?

  package struct Elements: Hashable, Sendable {
    package let found: RuntimeTypeID
    package let expected: RuntimeTypeID
    package let isFuture: Bool
  }
}

/// Compares values with a plan.
package struct ValueCheck {
  private let plan: PlanRef
  private let details: [PlanDetail]
  private let store: StoreRef
  private let is64: Bool
  /// What the values give away, which they can do once.
  private var taken = NameSet()
  private var lent = NameSet()

  /// Checks all values of a plan. `is64` says how lists lie in the memory they go to.
  package static func values(
    _ bound: BoundPlan, _ values: [ComponentValue], _ store: StoreRef, is64: Bool
  ) throws(ValueMismatch) {
    var check = ValueCheck(
      plan: bound.ref, details: bound.plan.details, store: store, is64: is64)
    let parts = bound.plan.root.pointee.parts
    guard values.count == parts.count else {
      throw ValueMismatch(description: "expected \(parts.count) values, got \(values.count)")
    }
    for (part, value) in zip(parts, values) {
      if let type = part.node { try check.check(value, type) }
    }
  }

  /// For values that are no boxes: only their handles and lengths are asked for.
  package init(_ bound: BoundPlan, _ store: StoreRef, is64: Bool) {
    self.init(plan: bound.ref, details: bound.plan.details, store: store, is64: is64)
  }

  private init(plan: PlanRef, details: [PlanDetail], store: StoreRef, is64: Bool) {
    self.plan = plan
    self.details = details
    self.store = store
    self.is64 = is64
  }

  private func mismatch(
    _ value: ComponentValue, _ node: PlanNodeRef
  ) -> ValueMismatch {
    ValueMismatch(description: "expected \(word(node)), got \(value.word)")
  }

  private func word(_ node: PlanNodeRef) -> String {
    switch details[node.pointee.detail] {
    case .none: "\(node.pointee.kind)"
    case .record: "record"
    case .tuple: "tuple"
    case .variant: "variant"
    case .enum: "enum"
    case .option: "option"
    case .result: "result"
    case .flags: "flags"
    case .list: "list"
    case .map: "map"
    }
  }

  // Recurses as deep as the type is nested, on stacks of any size: a switch that binds what is in a value takes,
  // without optimization, room for all its cases at once, so each case has a function of its own.

  private mutating func check(
    _ value: ComponentValue, _ node: PlanNodeRef
  ) throws(ValueMismatch) {
    switch node.pointee.kind {
    case .bool, .s8, .u8, .s16, .u16, .s32, .u32, .s64, .u64, .f32, .f64, .char:
      if value.scalarKind != node.pointee.kind { throw mismatch(value, node) }
    case .flags: try checkFlags(value, node)
    case .string: try checkString(value, node)
    case .list, .fixedLengthList: try checkList(value, node)
    case .record: try checkFields(value, node)
    case .variant: try checkVariant(value, node)
    case .own, .borrow, .stream, .future, .errorContext: try checkHandle(value, node)
    }
  }

  private func checkFlags(
    _ value: ComponentValue, _ node: PlanNodeRef
  ) throws(ValueMismatch) {
    guard case .flags(let labels) = value else { throw mismatch(value, node) }
    for label in labels where node.index(of: label, details) == nil {
      throw ValueMismatch(description: "unknown flag `\(label)`")
    }
  }

  private func checkString(
    _ value: ComponentValue, _ node: PlanNodeRef
  ) throws(ValueMismatch) {
    guard case .string(let string) = value else { throw mismatch(value, node) }
    try Self.checkLength(string)
  }

  package static func checkLength(_ string: String) throws(ValueMismatch) {
    if UInt64(string.utf8.count) > maxStringByteLength {
      throw ValueMismatch(description: "string is too long")
    }
  }

  private mutating func checkList(
    _ value: ComponentValue, _ node: PlanNodeRef
  ) throws(ValueMismatch) {
    switch (details[node.pointee.detail], value) {
    case (.list, .list(let values)): try checkElements(values, node)
    case (.list, .bytes(let bytes)): try checkBytes(bytes, node)
    case (.map, .map(let entries)): try checkEntries(entries, node)
    default: throw mismatch(value, node)
    }
  }

  private mutating func checkEntries(
    _ entries: [ComponentValue.MapEntry], _ node: PlanNodeRef
  ) throws(ValueMismatch) {
    guard let entry = node.pointee.element, entry.pointee.parts.count == 2,
      let key = entry.pointee.parts[0].node, let type = entry.pointee.parts[1].node
    else { return }
    try checkLength(entries.count, entry)
    for entry in entries {
      try check(entry.key, key)
      try check(entry.value, type)
    }
  }

  private mutating func checkFields(
    _ value: ComponentValue, _ node: PlanNodeRef
  ) throws(ValueMismatch) {
    switch (details[node.pointee.detail], value) {
    case (.record(let labels), .record(let fields)): try checkRecord(fields, node, labels)
    case (.tuple, .tuple(let values)):
      guard values.count == node.pointee.parts.count else { throw mismatch(value, node) }
      for (part, value) in zip(node.pointee.parts, values) {
        if let type = part.node { try check(value, type) }
      }
    default: throw mismatch(value, node)
    }
  }

  private mutating func checkVariant(
    _ value: ComponentValue, _ node: PlanNodeRef
  ) throws(ValueMismatch) {
    guard let (index, payload) = node.matchCase(value, details) else {
      throw mismatch(value, node)
    }
    switch (payload, node.pointee.parts[index].node) {
    case (nil, nil): break
    case (let payload?, let type?): try check(payload, type)
    case (nil, _?): throw ValueMismatch(description: "missing payload for \(value.word)")
    case (_?, nil): throw ValueMismatch(description: "unexpected payload for \(value.word)")
    }
  }

  package mutating func checkHandle(
    _ value: ComponentValue, _ node: PlanNodeRef
  ) throws(ValueMismatch) {
    switch (value, node.pointee.kind) {
    case (.own(let id), .own): try checkOwn(id, plan.resource(node).lowering.base)
    case (.borrow(let id), .borrow): try checkBorrow(id, plan.resource(node).lowering.base)
    case (.stream(let id), .stream): try checkEnd(id, .readableStream, plan.payload(node).lowering)
    case (.future(let id), .future): try checkEnd(id, .readableFuture, plan.payload(node).lowering)
    case (.errorContext(let id), .errorContext):
      if store.pointee.errorContexts[id] == nil {
        throw ValueMismatch(description: "the error context is not the store's")
      }
    default: throw mismatch(value, node)
    }
  }

  private mutating func checkElements(
    _ values: [ComponentValue], _ node: PlanNodeRef
  ) throws(ValueMismatch) {
    guard let element = node.pointee.element else { return }
    if node.pointee.kind == .fixedLengthList, UInt64(values.count) != node.pointee.number {
      throw ValueMismatch(
        description: "expected \(node.pointee.number) elements, got \(values.count)")
    }
    try checkLength(values.count, element)
    for value in values { try check(value, element) }
  }

  private func checkBytes(_ bytes: [UInt8], _ node: PlanNodeRef) throws(ValueMismatch) {
    guard let element = node.pointee.element else { return }
    guard element.pointee.kind == .u8 else { throw mismatch(.bytes(bytes), node) }
    try checkLength(bytes.count, element)
    if node.pointee.kind == .fixedLengthList, UInt64(bytes.count) != node.pointee.number {
      throw ValueMismatch(
        description: "expected \(node.pointee.number) elements, got \(bytes.count)")
    }
  }

  private func checkLength(_ count: Int, _ element: PlanNodeRef) throws(ValueMismatch) {
    try Self.checkLength(count, element, is64: is64)
  }

  package static func checkLength(
    _ count: Int, _ element: PlanNodeRef, is64: Bool
  ) throws(ValueMismatch) {
    let (bytes, overflow) = UInt64(count).multipliedReportingOverflow(
      by: element.pointee.size(is64))
    if overflow || bytes > maxListByteLength {
      throw ValueMismatch(description: "list is too long")
    }
  }

  private mutating func checkRecord(
    _ fields: [ComponentValue.RecordField], _ node: PlanNodeRef, _ labels: [String]
  ) throws(ValueMismatch) {
    guard fields.count == labels.count else {
      throw ValueMismatch(description: "expected \(labels.count) fields, got \(fields.count)")
    }
    var seen: Set<String> = []
    for field in fields {
      guard let index = labels.firstIndex(of: field.label), seen.insert(field.label).inserted else {
        throw ValueMismatch(description: "unknown or repeated field `\(field.label)`")
      }
      if let type = node.pointee.parts[index].node { try check(field.value, type) }
    }
  }

  private mutating func checkOwn(
    _ id: HostResourceID, _ rt: ResourceTypeRef
  ) throws(ValueMismatch) {
    let resource = try resource(id, rt)
    guard resource.pointee.own, resource.pointee.numLends == 0, !lent.contains(id.raw),
      taken.insert(id.raw)
    else { throw ValueMismatch(description: "the resource is lent, or not owned") }
  }

  /// What the host has under a name, of a type.
  private func resource(
    _ id: HostResourceID, _ rt: ResourceTypeRef
  ) throws(ValueMismatch) -> HostResourceRef {
    guard let resource = store.pointee.hostResources[id] else {
      throw ValueMismatch(description: "the resource is gone")
    }
    guard resource.pointee.rt == rt else {
      throw ValueMismatch(
        description: "expected \(rt.hostName), got \(resource.pointee.rt.hostName)")
    }
    return resource
  }

  private mutating func checkBorrow(
    _ id: HostResourceID, _ rt: ResourceTypeRef
  ) throws(ValueMismatch) {
    _ = try resource(id, rt)
    guard !taken.contains(id.raw) else {
      throw ValueMismatch(description: "the resource is passed on by the same call")
    }
    _ = lent.insert(id.raw)
  }

  private mutating func checkEnd(
    _ id: CopyEndID, _ kind: CopyEnd.Kind, _ t: RuntimeTypeID
  ) throws(ValueMismatch) {
    guard let end = store.hostEnd(id), end.pointee.kind == kind, end.pointee.state == .idle,
      taken.insert(~id.raw)
    else { throw ValueMismatch(description: "the stream or future is gone or busy") }
    guard end.pointee.t.base == t.base else {
      throw ValueMismatch(
        description: "the stream or future is of another type",
        elements: .init(found: end.pointee.t, expected: t, isFuture: kind == .readableFuture))
    }
  }
}

/// Names of resources and ends. Nearly always there is one: that takes no allocation.
private struct NameSet {
  private var first: UInt64?
  private var others: Set<UInt64> = []

  func contains(_ name: UInt64) -> Bool {
    first == name || !others.isEmpty && others.contains(name)
  }

  /// Whether it was not there.
  mutating func insert(_ name: UInt64) -> Bool {
    guard let first else {
      self.first = name
      return true
    }
    return first != name && others.insert(name).inserted
  }
}

extension ResourceTypeRef {
  /// For messages: types of components have no names at run time.
  fileprivate var hostName: String {
    guard pointee.impl == nil, let dtor = pointee.dtor else { return "a resource of a component" }
    let name = Unmanaged<HostResourceDefinition>.fromOpaque(dtor)._withUnsafeGuaranteedRef {
      $0.name
    }
    return "the resource `\(name)`"
  }
}
