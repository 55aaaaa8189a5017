// Canonical ABI, Despecialization to Flattening: how values of a type lie in memory and in core values, for both pointer
// sizes. Computed once per type, when it enters the arena: validation needs it, and the runtime's plans are made of it.
// Function names are the specification's.

import WasmSyntax

/// `MAX_FLAT_PARAMS`, `MAX_FLAT_ASYNC_PARAMS`, `MAX_FLAT_RESULTS` and the bound of `elem_size`.
package enum CanonicalLimits {
  package static let maxFlatParams = 16
  package static let maxFlatAsyncParams = 4
  package static let maxFlatResults = 1
  /// Values of a defined type are smaller than this.
  package static let valueBytes: UInt64 = 1 << 28
  /// The entries of a map are no defined type: two values of defined types.
  package static let mapEntryBytes: UInt64 = 1 << 30
}

extension AddressType {
  /// `ptr_size`
  package var pointerSize: UInt32 { self == .i32 ? 4 : 8 }
}

/// A type's representation under one pointer type.
package struct ValueLayout: Hashable, Sendable {
  /// `alignment`
  package let alignment: UInt32
  /// `elem_size`
  package let size: UInt32
  /// `flatten_type`; nil if there are more than `maxFlatParams`, where nobody counts further.
  package let flat: [ValueType]?
}

/// What occurs in a type, at any depth.
package struct ValueContents: OptionSet, Hashable, Sendable {
  package let rawValue: UInt8
  package init(rawValue: UInt8) { self.rawValue = rawValue }

  package static let borrow = ValueContents(rawValue: 1)
  package static let own = ValueContents(rawValue: 2)
  package static let asyncValue = ValueContents(rawValue: 4)
  /// A list of variable length, a map or a string outside of streams and futures: passing it takes a memory.
  package static let pointer = ValueContents(rawValue: 8)
  package static let errorContext = ValueContents(rawValue: 16)
  /// A record, variant, enum or flags.
  package static let nominal = ValueContents(rawValue: 32)

  package static let handle: ValueContents = [.own, .borrow]
}

/// `despecialize`, without labels (the type's own shape has them).
package enum DespecializedType: Hashable, Sendable {
  /// All but `string` and `error-context`.
  case scalar(PrimitiveValType)
  case string
  case errorContext
  case list(ValueTypeID, length: UInt32?)
  case record([ValueTypeID])
  case variant([ValueTypeID?])
  case flags(count: Int)
  case own(ResourceReference)
  case borrow(ResourceReference)
  case stream(ValueTypeID?)
  case future(ValueTypeID?)
}

extension ResolvedValueType {
  package var despecialized: DespecializedType {
    switch self {
    case .primitive(.string): .string
    case .primitive(.errorContext): .errorContext
    case .primitive(let type): .scalar(type)
    case .record(let fields): .record(fields.map(\.type))
    case .tuple(let types): .record(types)
    case .variant(let cases): .variant(cases.map(\.type))
    case .enum(let labels): .variant(labels.map { _ in nil })
    case .option(let type): .variant([nil, type])
    case .result(let type, let error): .variant([type, error])
    case .list(let element): .list(element, length: nil)
    case .fixedLengthList(let element, let length): .list(element, length: length)
    case .map(_, _, let entry): .list(entry, length: nil)
    case .flags(let labels): .flags(count: labels.count)
    case .own(let resource): .own(resource)
    case .borrow(let resource): .borrow(resource)
    case .stream(let element): .stream(element)
    case .future(let element): .future(element)
    }
  }
}

/// `discriminant_type`, by its size in bytes.
package func discriminantSize(caseCount: Int) -> UInt32 {
  caseCount <= 1 << 8 ? 1 : caseCount <= 1 << 16 ? 2 : 4
}

/// `elem_size_flags`
package func flagsSize(count: Int) -> UInt32 { count <= 8 ? 1 : count <= 16 ? 2 : 4 }

/// `align_to`
package func align(_ offset: UInt64, to alignment: UInt32) -> UInt64 {
  let mask = UInt64(max(alignment, 1)) - 1
  return (offset + mask) & ~mask
}

/// `join`
package func join(_ a: ValueType, _ b: ValueType) -> ValueType {
  if a == b { return a }
  return (a == .i32 && b == .f32) || (a == .f32 && b == .i32) ? .i32 : .i64
}

/// Computes layouts from those of the parts.
struct LayoutComputation {
  let pointer: AddressType
  /// Sizes must be below this.
  let bound: UInt64
  /// The layout of a part.
  let layout: (ValueTypeID) -> ValueLayout

  /// Nil if values would be too large.
  func compute(_ type: DespecializedType) -> ValueLayout? {
    switch type {
    case .scalar(let type): scalar(type)
    case .string, .list(_, length: nil):
      make(
        size: 2 * UInt64(pointer.pointerSize), alignment: pointer.pointerSize,
        flat: [pointer.valueType, pointer.valueType])
    case .errorContext, .own, .borrow, .stream, .future: make(size: 4, alignment: 4, flat: [.i32])
    case .list(let element, let length?): fixedLengthList(layout(element), length)
    case .record(let fields): record(fields.map(layout))
    case .variant(let cases): variant(cases.map { $0.map(layout) })
    case .flags(let count):
      make(size: UInt64(flagsSize(count: count)), alignment: flagsSize(count: count), flat: [.i32])
    }
  }

  private func make(size: UInt64, alignment: UInt32, flat: [ValueType]?) -> ValueLayout? {
    guard size < bound else { return nil }
    return ValueLayout(alignment: alignment, size: UInt32(size), flat: flat)
  }

  private func scalar(_ type: PrimitiveValType) -> ValueLayout? {
    switch type {
    case .bool, .s8, .u8: make(size: 1, alignment: 1, flat: [.i32])
    case .s16, .u16: make(size: 2, alignment: 2, flat: [.i32])
    case .s32, .u32, .char: make(size: 4, alignment: 4, flat: [.i32])
    case .s64, .u64: make(size: 8, alignment: 8, flat: [.i64])
    case .f32: make(size: 4, alignment: 4, flat: [.f32])
    case .f64: make(size: 8, alignment: 8, flat: [.f64])
    case .string, .errorContext: nil
    }
  }

  private func fixedLengthList(_ element: ValueLayout, _ length: UInt32) -> ValueLayout? {
    var flat: [ValueType]?
    if let part = element.flat, part.count * Int(length) <= CanonicalLimits.maxFlatParams {
      flat = (0..<length).flatMap { _ in part }
    }
    return make(
      size: UInt64(length) * UInt64(element.size), alignment: element.alignment, flat: flat)
  }

  /// `alignment_record`, `elem_size_record`, `flatten_record`
  func record(_ fields: [ValueLayout]) -> ValueLayout? {
    var size: UInt64 = 0
    var alignment: UInt32 = 1
    var flat: [ValueType]? = []
    for field in fields {
      size = align(size, to: field.alignment) + UInt64(field.size)
      alignment = max(alignment, field.alignment)
      flat = concatenate(flat, field.flat)
    }
    return make(size: align(size, to: alignment), alignment: alignment, flat: flat)
  }

  private func concatenate(_ a: [ValueType]?, _ b: [ValueType]?) -> [ValueType]? {
    guard let a, let b, a.count + b.count <= CanonicalLimits.maxFlatParams else { return nil }
    return a + b
  }

  /// `alignment_variant`, `elem_size_variant`, `flatten_variant`
  private func variant(_ cases: [ValueLayout?]) -> ValueLayout? {
    let discriminant = discriminantSize(caseCount: cases.count)
    var payloadSize: UInt64 = 0
    var payloadAlignment: UInt32 = 1
    var flat: [ValueType]? = [.i32]
    for case let payload? in cases {
      payloadSize = max(payloadSize, UInt64(payload.size))
      payloadAlignment = max(payloadAlignment, payload.alignment)
      flat = joinPayload(flat, payload.flat)
    }
    let alignment = max(discriminant, payloadAlignment)
    let size = align(UInt64(discriminant), to: payloadAlignment) + payloadSize
    return make(size: align(size, to: alignment), alignment: alignment, flat: flat)
  }

  /// Joins a case's core values with those so far, which begin with the discriminant.
  private func joinPayload(_ flat: [ValueType]?, _ payload: [ValueType]?) -> [ValueType]? {
    guard var flat, let payload, payload.count < CanonicalLimits.maxFlatParams else { return nil }
    for (index, type) in payload.enumerated() {
      if index + 1 < flat.count {
        flat[index + 1] = join(flat[index + 1], type)
      } else {
        flat.append(type)
      }
    }
    return flat
  }
}
