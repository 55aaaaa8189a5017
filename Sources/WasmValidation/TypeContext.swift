// A module's types laid out flat for checking code: per type one record, and one pool of words that holds the parameters,
// results and fields of all of them. Indices in value types are replaced by canonical ones, so that equal words mean
// equivalent types.

import WasmSyntax

/// A defined type. Equivalent types of a module share all of it.
struct TypeRecord {
  var kind: CompositeKind
  var isFinal: Bool
  /// How many supertypes there are above.
  var depth: Int32
  /// The first type index of the module with an equivalent type.
  var canonical: UInt32
  /// Canonical index of the supertype, `none` without one.
  var supertype: UInt32
  /// Where the parameters (then results), fields or element begin in the pool.
  var offset: Int
  /// Number of parameters or fields.
  var count: Int
  var resultCount: Int
  /// Whether all fields, or the elements, have default values.
  var isDefaultable = true

  static let none = UInt32.max
}

/// A field in the pool: the unpacked value type's bits with what else matters in its three free bits.
struct FieldWord {
  var bits: UInt32
  private static let mutable: UInt32 = 1 << 5
  private static let packed8: UInt32 = 1 << 6
  private static let packed16: UInt32 = 1 << 7
  private static let marks = mutable | packed8 | packed16

  init(bits: UInt32) { self.bits = bits }

  init(_ type: ValueType, storage: StorageType, isMutable: Bool) {
    bits = type.bits | (isMutable ? Self.mutable : 0)
    switch storage {
    case .i8: bits |= Self.packed8
    case .i16: bits |= Self.packed16
    case .value: break
    }
  }

  var isMutable: Bool { bits & Self.mutable != 0 }
  var isPacked: Bool { bits & (Self.packed8 | Self.packed16) != 0 }
  /// The packed width, 0 if unpacked.
  var packing: UInt32 { bits & (Self.packed8 | Self.packed16) }
  var valueType: ValueType { ValueType(bits: bits & ~Self.marks) }
}

/// The types of a module once they are known to be valid.
struct TypeContext: SubtypingContext {
  var records: [TypeRecord] = []
  var pool: [UInt32] = []

  func kind(of id: UInt32) -> CompositeKind { records[Int(id)].kind }

  func supertype(of id: UInt32) -> UInt32? {
    let supertype = records[Int(id)].supertype
    return supertype == TypeRecord.none ? nil : supertype
  }

  /// The type with its index made canonical. The index must exist.
  func canonical(_ type: ValueType) -> ValueType {
    guard type.isReference, let index = type.heapType.index else { return type }
    return ValueType(
      nullable: type.isNullable, HeapType(index: records[Int(index)].canonical))
  }
}
