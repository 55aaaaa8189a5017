// Compiles types into plans. A plan is made once per function or stream type of a component and shared by all its
// instances; which resource types it speaks of is bound for each.

import WasmSyntax
import WasmValidation

/// What values that Swift sees need to know beyond the layout.
package enum PlanDetail: Sendable {
  case none
  case record([String])
  case tuple
  case variant([String])
  case `enum`([String])
  case option
  case result
  case flags([String])
  case list
  case map
}

/// The payload type of streams and futures.
package struct PayloadType: Hashable, Sendable {
  package let isFuture: Bool
  package let element: ValueTypeID?
}

/// A list of types, compiled for conversion between any two instances, or an instance and the host.
package final class ConversionPlan: @unchecked Sendable {
  // Invariant: what the pointers lead to is owned by this object and not written after `init`.
  /// The values as a record, as they are where they do not fit into slots.
  package let root: PlanNodeRef
  /// The kinds of all slots if the values are nothing but slots.
  private(set) var flatScalars: UnsafeBufferPointer<PlanNode.Kind>?
  /// Whether slots mean the same on both sides as they are.
  package let isPassthrough: Bool
  /// What occurs in the types: borrows need a subtask or a task, pointers a memory.
  package let contents: ValueContents
  /// Resource types that occur, by number of the nodes that mention them.
  package private(set) var resources: [ResourceID] = []
  /// Likewise for streams and futures.
  package private(set) var payloads: [PayloadType] = []
  package private(set) var details: [PlanDetail] = [.none]
  private var nodes: [ValueTypeID: UnsafeMutablePointer<PlanNode>] = [:]
  private var otherNodes: [UnsafeMutablePointer<PlanNode>] = []
  private var partLists: [UnsafeMutableBufferPointer<PlanPart>] = []

  /// The plan for values of these types: parameters, a result, or the elements of a stream.
  package init(_ valueTypes: [ValueTypeID], in types: ComponentTypes) {
    contents = valueTypes.reduce(into: []) { $0.formUnion(types[$1].contents) }
    let placeholder = UnsafeMutablePointer<PlanNode>.allocate(capacity: 1)
    placeholder.initialize(to: PlanNode(.record, alignment: (1, 1), size: (0, 0), flatCount: 0))
    root = UnsafePointer(placeholder)
    otherNodes = [placeholder]
    var compiler = PlanCompiler(types: types)
    compiler.compile(valueTypes)
    placeholder.pointee = compiler.record(valueTypes)
    var kinds: [PlanNode.Kind]? = []
    PlanCompiler.collectScalars(root, &kinds)
    isPassthrough = kinds.map { $0.allSatisfy { $0.isIdentity } } ?? false
    nodes = compiler.nodes
    partLists = compiler.partLists
    resources = compiler.resources
    payloads = compiler.payloads
    details = compiler.details
    if let kinds {
      let buffer = UnsafeMutableBufferPointer<PlanNode.Kind>.allocate(capacity: kinds.count)
      _ = buffer.initialize(from: kinds)
      flatScalars = UnsafeBufferPointer(buffer)
    }
  }

  deinit {
    for node in nodes.values { node.deallocate() }
    for node in otherNodes { node.deallocate() }
    for list in partLists { list.deallocate() }
    flatScalars?.deallocate()
  }
}

extension PlanNode.Kind {
  /// Whether a slot needs nothing done to it.
  var isIdentity: Bool {
    switch self {
    case .s32, .u32, .s64, .u64: true
    case .bool, .s8, .u8, .s16, .u16, .f32, .f64, .char, .flags, .string, .errorContext, .list,
      .fixedLengthList, .record, .variant, .own, .borrow, .stream, .future:
      false
    }
  }

  init?(scalar type: PrimitiveValType) {
    switch type {
    case .bool: self = .bool
    case .s8: self = .s8
    case .u8: self = .u8
    case .s16: self = .s16
    case .u16: self = .u16
    case .s32: self = .s32
    case .u32: self = .u32
    case .s64: self = .s64
    case .u64: self = .u64
    case .f32: self = .f32
    case .f64: self = .f64
    case .char: self = .char
    case .string, .errorContext: return nil
    }
  }

  /// Whether any bits are a value, and mean the same everywhere.
  var isPlain: Bool {
    switch self {
    case .s8, .u8, .s16, .u16, .s32, .u32, .s64, .u64: true
    case .bool, .f32, .f64, .char, .flags, .string, .errorContext, .list, .fixedLengthList,
      .record, .variant, .own, .borrow, .stream, .future:
      false
    }
  }
}

/// Makes the nodes of a plan, those of parts before those of wholes.
struct PlanCompiler {
  let types: ComponentTypes
  var nodes: [ValueTypeID: UnsafeMutablePointer<PlanNode>] = [:]
  var partLists: [UnsafeMutableBufferPointer<PlanPart>] = []
  var resources: [ResourceID] = []
  var payloads: [PayloadType] = []
  var details: [PlanDetail] = [.none]

  init(types: ComponentTypes) { self.types = types }

  /// Makes the nodes of these types and of all that they are made of.
  mutating func compile(_ valueTypes: [ValueTypeID]) {
    var found: Set<ValueTypeID> = Set(valueTypes)
    var pending = valueTypes
    while let type = pending.popLast() {
      for part in parts(of: type) where found.insert(part).inserted { pending.append(part) }
    }
    // The arena's order: parts come before wholes.
    for type in found.sorted(by: { $0.raw < $1.raw }) {
      let node = UnsafeMutablePointer<PlanNode>.allocate(capacity: 1)
      node.initialize(to: compileNew(type))
      nodes[type] = node
    }
  }

  private func parts(of type: ValueTypeID) -> [ValueTypeID] {
    switch types[type].shape.despecialized {
    case .list(let element, _): [element]
    case .record(let fields): fields
    case .variant(let cases): cases.compactMap { $0 }
    case .scalar, .string, .errorContext, .flags, .own, .borrow, .stream, .future: []
    }
  }

  private func compiled(_ type: ValueTypeID) -> PlanNodeRef? {
    nodes[type].map { UnsafePointer($0) }
  }

  private mutating func compileNew(_ type: ValueTypeID) -> PlanNode {
    let info = types[type]
    var node: PlanNode
    switch info.shape.despecialized {
    case .scalar(let scalar):
      node = leaf(PlanNode.Kind(scalar: scalar) ?? .u32, info)
      node.isPlain = node.kind.isPlain
    case .flags(let count):
      node = leaf(.flags, info)
      node.number = count >= 32 ? UInt64(UInt32.max) : (1 << UInt64(count)) - 1
      node.isPlain = count == 8 * Int(node.scalarSize)
    case .string: node = leaf(.string, info)
    case .errorContext: node = leaf(.errorContext, info)
    case .own(let reference):
      node = leaf(.own, info)
      node.number = binding(of: reference.resource)
    case .borrow(let reference):
      node = leaf(.borrow, info)
      node.number = binding(of: reference.resource)
    case .stream(let element):
      node = leaf(.stream, info)
      node.number = binding(of: PayloadType(isFuture: false, element: element))
    case .future(let element):
      node = leaf(.future, info)
      node.number = binding(of: PayloadType(isFuture: true, element: element))
    case .list(let element, let length):
      node = leaf(length == nil ? .list : .fixedLengthList, info)
      node.element = compiled(element)
      node.number = UInt64(length ?? 0)
      node.isPlain = length != nil && node.element?.pointee.isPlain == true
    case .record(let fields): node = record(fields)
    case .variant(let cases): node = variant(cases, info)
    }
    node.detail = detail(of: info.shape)
    return node
  }

  private func leaf(_ kind: PlanNode.Kind, _ info: ValueTypeInfo) -> PlanNode {
    PlanNode(
      kind, alignment: (info.layout32.alignment, info.layout64.alignment),
      size: (UInt64(info.layout32.size), UInt64(info.layout64.size)),
      flatCount: info.layout32.flat?.count ?? PlanNode.tooManyFlat)
  }

  /// `TupleType(ts)`, whose size may exceed that of any single type.
  mutating func record(_ types: [ValueTypeID]) -> PlanNode {
    let fields = types.compactMap { compiled($0) }
    let list = UnsafeMutableBufferPointer<PlanPart>.allocate(capacity: fields.count)
    partLists.append(list)
    var offsets: (UInt64, UInt64) = (0, 0)
    var alignments: (UInt64, UInt64) = (1, 1)
    var flatCount = 0
    var bytes: UInt64 = 0
    for (index, field) in fields.enumerated() {
      offsets.0 = align(offsets.0, to: UInt32(field.pointee.alignment(false)))
      offsets.1 = align(offsets.1, to: UInt32(field.pointee.alignment(true)))
      list.initializeElement(
        at: index,
        to: PlanPart(
          node: field, offset32: offsets.0, offset64: offsets.1, flatOffset: flatCount))
      offsets.0 += field.pointee.size(false)
      offsets.1 += field.pointee.size(true)
      bytes += field.pointee.size(false)
      alignments.0 = max(alignments.0, field.pointee.alignment(false))
      alignments.1 = max(alignments.1, field.pointee.alignment(true))
      flatCount += Int(field.pointee.flatCount)
    }
    offsets.0 = align(offsets.0, to: UInt32(alignments.0))
    offsets.1 = align(offsets.1, to: UInt32(alignments.1))
    let isTooFlat = flatCount > CanonicalLimits.maxFlatParams
    var node = PlanNode(
      .record, alignment: (UInt32(alignments.0), UInt32(alignments.1)), size: offsets,
      flatCount: isTooFlat ? PlanNode.tooManyFlat : flatCount)
    node.parts = UnsafeBufferPointer(list)
    node.isPlain = fields.allSatisfy { $0.pointee.isPlain } && bytes == offsets.0
    return node
  }

  private mutating func variant(_ cases: [ValueTypeID?], _ info: ValueTypeInfo) -> PlanNode {
    var node = leaf(.variant, info)
    node.scalarSize = UInt8(discriminantSize(caseCount: cases.count))
    node.setPayloadOffset(
      types.payloadOffset(cases, pointer: .i32), types.payloadOffset(cases, pointer: .i64))
    let list = UnsafeMutableBufferPointer<PlanPart>.allocate(capacity: cases.count)
    partLists.append(list)
    for (index, payload) in cases.enumerated() {
      list.initializeElement(at: index, to: PlanPart(node: payload.flatMap { compiled($0) }))
    }
    node.parts = UnsafeBufferPointer(list)
    return node
  }

  private mutating func binding(of resource: ResourceID) -> UInt64 {
    if let index = resources.firstIndex(of: resource) { return UInt64(index) }
    resources.append(resource)
    return UInt64(resources.count - 1)
  }

  private mutating func binding(of payload: PayloadType) -> UInt64 {
    if let index = payloads.firstIndex(of: payload) { return UInt64(index) }
    payloads.append(payload)
    return UInt64(payloads.count - 1)
  }

  private mutating func detail(of shape: ResolvedValueType) -> Int {
    let detail: PlanDetail
    switch shape {
    case .primitive, .own, .borrow, .stream, .future: return 0
    case .record(let fields): detail = .record(fields.map(\.label))
    case .variant(let cases): detail = .variant(cases.map(\.label))
    case .list, .fixedLengthList: detail = .list
    case .tuple: detail = .tuple
    case .flags(let labels): detail = .flags(labels)
    case .enum(let labels): detail = .enum(labels)
    case .option: detail = .option
    case .result: detail = .result
    case .map: detail = .map
    }
    details.append(detail)
    return details.count - 1
  }

  /// Appends the kinds of a value's slots; nil if it is more than slots.
  static func collectScalars(_ node: PlanNodeRef, _ kinds: inout [PlanNode.Kind]?) {
    guard kinds != nil, node.pointee.flatCount <= CanonicalLimits.maxFlatParams else {
      kinds = nil
      return
    }
    switch node.pointee.kind {
    // Flags need their number of labels.
    case .bool, .s8, .u8, .s16, .u16, .s32, .u32, .s64, .u64, .f32, .f64, .char:
      kinds?.append(node.pointee.kind)
    case .record:
      for part in node.pointee.parts {
        if let field = part.node { collectScalars(field, &kinds) }
      }
    case .fixedLengthList:
      guard let element = node.pointee.element else { return }
      for _ in 0..<node.pointee.number { collectScalars(element, &kinds) }
    case .flags, .string, .errorContext, .list, .variant, .own, .borrow, .stream, .future:
      kinds = nil
    }
  }
}

// MARK: - Binding

/// A plan read under the resource types of an instance: what adapters hold.
package final class BoundPlan {
  package let plan: ConversionPlan
  /// Valid as long as this object.
  package let ref: PlanRef
  private let resources: UnsafeMutableBufferPointer<ResourceTypeRef>
  private let payloads: UnsafeMutableBufferPointer<BoundPayload>

  /// nil if a resource type is not known.
  package init?(
    _ plan: ConversionPlan, resource: (ResourceID) -> ResourceTypeRef?,
    payload: (PayloadType) -> BoundPayload
  ) {
    let known = plan.resources.compactMap(resource)
    guard known.count == plan.resources.count else { return nil }
    resources = .allocate(capacity: known.count)
    _ = resources.initialize(from: known)
    payloads = .allocate(capacity: plan.payloads.count)
    _ = payloads.initialize(from: plan.payloads.map(payload))
    self.plan = plan
    let record = UnsafeMutablePointer<BoundPlanRecord>.allocate(capacity: 1)
    record.initialize(
      to: BoundPlanRecord(
        root: plan.root, resources: UnsafeBufferPointer(resources),
        payloads: UnsafeBufferPointer(payloads), flatScalars: plan.flatScalars,
        isPassthrough: plan.isPassthrough))
    ref = PlanRef(record)
  }

  deinit {
    ref.deallocate()
    resources.deallocate()
    payloads.deallocate()
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
  package let resources: UnsafeBufferPointer<ResourceTypeRef>
  let payloads: UnsafeBufferPointer<BoundPayload>
  let flatScalars: UnsafeBufferPointer<PlanNode.Kind>?
  package let isPassthrough: Bool
}

extension PlanRef {
  @inline(__always) package var root: PlanNodeRef { pointee.root }

  /// Whether the values fit into so many slots (`len(flat_types) <= max_flat`).
  @inline(__always)
  package func isFlat(_ maxFlat: Int) -> Bool { Int(root.pointee.flatCount) <= maxFlat }

  @inline(__always)
  func resource(_ node: PlanNodeRef) -> ResourceTypeRef {
    pointee.resources[Int(node.pointee.number)]
  }

  @inline(__always)
  func payload(_ node: PlanNodeRef) -> RuntimeTypeID {
    pointee.payloads[Int(node.pointee.number)].t
  }
}
