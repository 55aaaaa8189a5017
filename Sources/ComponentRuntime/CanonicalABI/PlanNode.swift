// A type as conversions see it: despecialized, with its layout for both pointer sizes, so that one plan serves calls
// between any two components. Nodes point at each other and never change: a plan is made when a component is loaded.

import WasmSyntax

package typealias PlanNodeRef = UnsafePointer<PlanNode>

/// A despecialized type.
package struct PlanNode: BitwiseCopyable {
  package enum Kind: UInt8, BitwiseCopyable, Sendable {
    // One core value each; `normalize` says which of its bits count.
    case bool
    case s8
    case u8
    case s16
    case u16
    case s32
    case u32
    case s64
    case u64
    case f32
    case f64
    case char
    case flags
    // Everything else.
    case string
    case errorContext
    case list
    case fixedLengthList
    case record
    case variant
    case own
    case borrow
    case stream
    case future

    package var isScalar: Bool { rawValue <= Kind.flags.rawValue }
  }
  package internal(set) var kind: Kind
  /// Whether a copy of the bytes is the conversion: every bit pattern is valid and means the same, and there is no
  /// padding. Such a type has no pointers, hence one layout.
  package internal(set) var isPlain: Bool
  /// Slots of the flat representation; more than `maxFlatParams` stand for any such number.
  package internal(set) var flatCount: UInt8
  /// Scalars and discriminants: bytes in memory.
  var scalarSize: UInt8
  private var alignment32: UInt8
  private var alignment64: UInt8
  private var payloadOffset32: UInt8 = 0
  private var payloadOffset64: UInt8 = 0
  private var size32: UInt64
  private var size64: UInt64
  /// List: the element's type.
  package internal(set) var element: PlanNodeRef?
  /// Record: the fields. Variant: the cases.
  package internal(set) var parts = UnsafeBufferPointer<PlanPart>(start: nil, count: 0)
  /// Fixed-length list: the number of elements. Flags: the bits that count. Handles: which of the plan's bindings.
  package internal(set) var number: UInt64 = 0
  /// Which of the plan's details, for values that Swift sees.
  var detail = 0

  init(
    _ kind: Kind, alignment: (UInt32, UInt32), size: (UInt64, UInt64), flatCount: Int
  ) {
    self.kind = kind
    isPlain = false
    self.flatCount = UInt8(min(flatCount, Self.tooManyFlat))
    scalarSize = UInt8(truncatingIfNeeded: size.0)
    alignment32 = UInt8(truncatingIfNeeded: alignment.0)
    alignment64 = UInt8(truncatingIfNeeded: alignment.1)
    size32 = size.0
    size64 = size.1
  }

  static let tooManyFlat = 255

  /// Stands for the type of a value that lies in a box and not in slots or memory. No type is like it (there is no list of
  /// so many elements), so conversions that look for theirs find out. Elements are one apart.
  package nonisolated(unsafe) static let boxed: PlanNodeRef = {
    let node = UnsafeMutablePointer<PlanNode>.allocate(capacity: 1)
    node.initialize(
      to: PlanNode(.fixedLengthList, alignment: (1, 1), size: (1, 1), flatCount: tooManyFlat))
    node.pointee.number = .max
    return PlanNodeRef(node)
  }()

  mutating func setPayloadOffset(_ offset32: UInt32, _ offset64: UInt32) {
    payloadOffset32 = UInt8(truncatingIfNeeded: offset32)
    payloadOffset64 = UInt8(truncatingIfNeeded: offset64)
  }

  /// `alignment`
  @inline(__always)
  package func alignment(_ is64: Bool) -> UInt64 { UInt64(is64 ? alignment64 : alignment32) }

  /// `elem_size`
  @inline(__always)
  package func size(_ is64: Bool) -> UInt64 { is64 ? size64 : size32 }

  @inline(__always)
  func payloadOffset(_ is64: Bool) -> UInt64 { UInt64(is64 ? payloadOffset64 : payloadOffset32) }
}

/// A field of a record or a case of a variant.
package struct PlanPart: BitwiseCopyable {
  /// nil for a case without a payload.
  package let node: PlanNodeRef?
  private let offset32: UInt64
  private let offset64: UInt64
  /// Where a field starts among the record's slots.
  let flatOffset: UInt8

  init(node: PlanNodeRef?, offset32: UInt64 = 0, offset64: UInt64 = 0, flatOffset: Int = 0) {
    self.node = node
    self.offset32 = offset32
    self.offset64 = offset64
    self.flatOffset = UInt8(min(flatOffset, PlanNode.tooManyFlat))
  }

  @inline(__always)
  func offset(_ is64: Bool) -> UInt64 { is64 ? offset64 : offset32 }
}

/// Where one side has a value: in slots, or in its memory.
package struct Place: BitwiseCopyable {
  /// nil: in memory.
  package let slots: UnsafeMutablePointer<UInt64>?
  let address: UInt64

  package init(slots: UnsafeMutablePointer<UInt64>) {
    self.slots = slots
    address = 0
  }

  package init(address: UInt64) {
    slots = nil
    self.address = address
  }

  /// A boxed value, by its number.
  package init(box number: Int) { self.init(address: UInt64(truncatingIfNeeded: number)) }

  package var box: Int { Int(truncatingIfNeeded: address) }

  @inline(__always)
  package func field(_ part: PlanPart, _ is64: Bool) -> Place {
    guard let slots else { return Place(address: address &+ part.offset(is64)) }
    return Place(slots: slots + Int(part.flatOffset))
  }

  @inline(__always)
  package func payload(_ variant: PlanNodeRef, _ is64: Bool) -> Place {
    guard let slots else { return Place(address: address &+ variant.pointee.payloadOffset(is64)) }
    return Place(slots: slots + 1)
  }

  @inline(__always)
  package func element(_ index: UInt64, _ element: PlanNodeRef, _ is64: Bool) -> Place {
    guard let slots else {
      return Place(address: address &+ index &* element.pointee.size(is64))
    }
    return Place(slots: slots + Int(index) * Int(element.pointee.flatCount))
  }
}
