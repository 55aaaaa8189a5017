// Compiles types into plans. A plan is made once per function or stream type of a component and shared by all its
// instances; which resource types it speaks of is bound for each.
//
// Both sides of a conversion have equal types, so a plan is made from one component's and serves both. The exception is a
// resource that one side knows as two types: where the other has `own<r>` twice, it has `own<r>` and `own<s>`. Then a plan
// is made from the types of both, taken in lockstep.

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
  /// Whether any values of the types can be passed: nothing has a length or changes hands.
  package let takesAnything: Bool
  /// Whether something is lent or changes hands.
  package let hasHandles: Bool
  /// Resource types that occur, by number of the nodes that mention them.
  package private(set) var resources: [Sides<ResourceID>] = []
  /// Likewise for streams and futures.
  package private(set) var payloads: [Sides<PayloadType>] = []
  package private(set) var details: [PlanDetail] = [.none]
  /// False if the types of the two sides turned out to differ in more than resource types: such a plan is good for nothing.
  let areTypesEqual: Bool
  private var nodes: [Sides<ValueTypeID>: UnsafeMutablePointer<PlanNode>] = [:]
  private var otherNodes: [UnsafeMutablePointer<PlanNode>] = []
  private var partLists: [UnsafeMutableBufferPointer<PlanPart>] = []

  /// The plan for values of these types: parameters, a result, or the elements of a stream.
  package convenience init(_ valueTypes: [ValueTypeID], in types: ComponentTypes) {
    self.init(valueTypes.map { Sides($0) }, in: Sides(types))
  }

  /// The same between two components whose types are equal but for views of resources.
  package init(_ valueTypes: [Sides<ValueTypeID>], in types: Sides<ComponentTypes>) {
    contents = valueTypes.reduce(into: []) { $0.formUnion(types.lifting[$1.lifting].contents) }
    hasHandles = !contents.isDisjoint(with: [.own, .borrow, .asyncValue, .errorContext])
    takesAnything = !hasHandles && !contents.contains(.pointer)
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
    areTypesEqual = compiler.areTypesEqual
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

  init?(handle type: DespecializedType) {
    switch type {
    case .own: self = .own
    case .borrow: self = .borrow
    case .stream: self = .stream
    case .future: self = .future
    case .scalar, .string, .errorContext, .list, .record, .variant, .flags: return nil
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
  let types: Sides<ComponentTypes>
  var nodes: [Sides<ValueTypeID>: UnsafeMutablePointer<PlanNode>] = [:]
  var partLists: [UnsafeMutableBufferPointer<PlanPart>] = []
  var resources: [Sides<ResourceID>] = []
  var payloads: [Sides<PayloadType>] = []
  var details: [PlanDetail] = [.none]
  /// Whether the types of the two sides are equal but for resource types.
  var areTypesEqual = true

  init(types: Sides<ComponentTypes>) { self.types = types }

  /// Makes the nodes of these types and of all that they are made of.
  mutating func compile(_ valueTypes: [Sides<ValueTypeID>]) {
    var found: Set<Sides<ValueTypeID>> = Set(valueTypes)
    var pending = valueTypes
    while let type = pending.popLast() {
      for part in parts(of: type) where found.insert(part).inserted { pending.append(part) }
    }
    // The order of either arena: parts come before wholes.
    for type in found.sorted(by: { $0.lifting.raw < $1.lifting.raw }) {
      let node = UnsafeMutablePointer<PlanNode>.allocate(capacity: 1)
      node.initialize(to: compileNew(type))
      nodes[type] = node
    }
  }

  private func shape(_ type: Sides<ValueTypeID>) -> Sides<DespecializedType> {
    Sides(
      lifting: types.lifting[type.lifting].shape.despecialized,
      lowering: types.lowering[type.lowering].shape.despecialized)
  }

  private mutating func parts(of type: Sides<ValueTypeID>) -> [Sides<ValueTypeID>] {
    parts(of: shape(type)).compactMap { $0 }
  }

  /// The types that a type is made of; nil for cases without a payload.
  private mutating func parts(of shape: Sides<DespecializedType>) -> [Sides<ValueTypeID>?] {
    if let parts = shape.parts { return parts }
    areTypesEqual = false
    return []
  }

  private func compiled(_ type: Sides<ValueTypeID>) -> PlanNodeRef? {
    nodes[type].map { UnsafePointer($0) }
  }

  private mutating func compileNew(_ type: Sides<ValueTypeID>) -> PlanNode {
    let info = types.lifting[type.lifting]
    let shape = shape(type)
    var node: PlanNode
    switch shape.lifting {
    case .scalar(let scalar):
      node = leaf(PlanNode.Kind(scalar: scalar) ?? .u32, info)
      node.isPlain = node.kind.isPlain
    case .flags(let count):
      node = leaf(.flags, info)
      node.number = count >= 32 ? UInt64(UInt32.max) : (1 << UInt64(count)) - 1
      node.isPlain = count == 8 * Int(node.scalarSize)
    case .string: node = leaf(.string, info)
    case .errorContext: node = leaf(.errorContext, info)
    case .own, .borrow, .stream, .future:
      node = leaf(PlanNode.Kind(handle: shape.lifting) ?? .own, info)
      node.number = bindHandle(shape)
    case .list(_, let length):
      node = leaf(length == nil ? .list : .fixedLengthList, info)
      node.element = parts(of: type).first.flatMap { compiled($0) }
      node.number = UInt64(length ?? 0)
      node.isPlain = length != nil && node.element?.pointee.isPlain == true
    case .record: node = record(parts(of: type))
    case .variant: node = variant(shape, info)
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
  mutating func record(_ types: [Sides<ValueTypeID>]) -> PlanNode {
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

  private mutating func variant(
    _ shape: Sides<DespecializedType>, _ info: ValueTypeInfo
  ) -> PlanNode {
    let cases = parts(of: shape)
    let lifting = cases.map { $0?.lifting }
    var node = leaf(.variant, info)
    node.scalarSize = UInt8(discriminantSize(caseCount: cases.count))
    node.setPayloadOffset(
      types.lifting.payloadOffset(lifting, pointer: .i32),
      types.lifting.payloadOffset(lifting, pointer: .i64))
    let list = UnsafeMutableBufferPointer<PlanPart>.allocate(capacity: cases.count)
    partLists.append(list)
    for (index, payload) in cases.enumerated() {
      list.initializeElement(at: index, to: PlanPart(node: payload.flatMap { compiled($0) }))
    }
    node.parts = UnsafeBufferPointer(list)
    return node
  }

  /// Which of the plan's bindings a handle's type is.
  private mutating func bindHandle(_ shape: Sides<DespecializedType>) -> UInt64 {
    switch (shape.lifting, shape.lowering) {
    case (.own(let lifting), .own(let lowering)), (.borrow(let lifting), .borrow(let lowering)):
      return Self.index(
        of: Sides(lifting: lifting.resource, lowering: lowering.resource), in: &resources)
    case (.stream(let lifting), .stream(let lowering)):
      return Self.index(
        of: Sides(
          lifting: PayloadType(isFuture: false, element: lifting),
          lowering: PayloadType(isFuture: false, element: lowering)), in: &payloads)
    case (.future(let lifting), .future(let lowering)):
      return Self.index(
        of: Sides(
          lifting: PayloadType(isFuture: true, element: lifting),
          lowering: PayloadType(isFuture: true, element: lowering)), in: &payloads)
    default: return 0
    }
  }

  private static func index<Value: Equatable>(of value: Value, in list: inout [Value]) -> UInt64 {
    if let index = list.firstIndex(of: value) { return UInt64(index) }
    list.append(value)
    return UInt64(list.count - 1)
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

extension Sides<DespecializedType> {
  /// The types that both are made of, in order; nil if they are not the same but for resource types.
  fileprivate var parts: [Sides<ValueTypeID>?]? {
    switch (lifting, lowering) {
    case (.scalar(let lifting), .scalar(let lowering)): lifting == lowering ? [] : nil
    case (.flags(let lifting), .flags(let lowering)): lifting == lowering ? [] : nil
    case (.string, .string), (.errorContext, .errorContext), (.own, .own), (.borrow, .borrow): []
    case (.stream(let lifting), .stream(let lowering)),
      (.future(let lifting), .future(let lowering)):
      (lifting == nil) == (lowering == nil) ? [] : nil
    case (.list(let lifting, let length), .list(let lowering, let otherLength)):
      length == otherLength ? [Sides<ValueTypeID>(lifting: lifting, lowering: lowering)] : nil
    case (.record(let lifting), .record(let lowering)): Self.pairs(lifting, lowering)
    case (.variant(let lifting), .variant(let lowering)): Self.pairs(lifting, lowering)
    default: nil
    }
  }

  private static func pairs(
    _ lifting: [ValueTypeID?], _ lowering: [ValueTypeID?]
  ) -> [Sides<ValueTypeID>?]? {
    guard lifting.count == lowering.count,
      zip(lifting, lowering).allSatisfy({ ($0 == nil) == ($1 == nil) })
    else { return nil }
    return zip(lifting, lowering).map { lifting, lowering in
      guard let lifting, let lowering else { return nil }
      return Sides<ValueTypeID>(lifting: lifting, lowering: lowering)
    }
  }
}
