// Value, reference and heap types packed into one word, because the validator compares them for every operand.
//
//    31                        8   7..5   4          3          2..0
//   [ heap type code or index    | 0    | concrete | nullable | kind ]
//
// `kind` 6 is a reference; the upper bits then name its heap type: an abstract one by its code, a concrete one by type
// index. An index is relative to a module's type section, or is a canonical id of the engine's registry: the two never
// meet in one comparison.

/// Number, vector and reference types (Types, Value Types), plus the bottom type of unreachable code.
package struct ValueType: Hashable, Sendable {
  package var bits: UInt32

  @inlinable package init(bits: UInt32) { self.bits = bits }

  package enum Kind: UInt32, Sendable {
    case bottom = 0
    case i32 = 1
    case i64 = 2
    case f32 = 3
    case f64 = 4
    case v128 = 5
    case reference = 6
  }

  @inlinable package init(_ kind: Kind) { bits = kind.rawValue }

  @inlinable package init(nullable: Bool, _ heapType: HeapType) {
    bits = heapType.bits | (nullable ? 8 : 0) | Kind.reference.rawValue
  }

  package static let bottom = ValueType(.bottom)
  package static let i32 = ValueType(.i32)
  package static let i64 = ValueType(.i64)
  package static let f32 = ValueType(.f32)
  package static let f64 = ValueType(.f64)
  package static let v128 = ValueType(.v128)
  package static let funcref = ValueType(nullable: true, .func)
  package static let externref = ValueType(nullable: true, .extern)
  package static let anyref = ValueType(nullable: true, .any)
  package static let exnref = ValueType(nullable: true, .exn)

  @inlinable package var kind: Kind { Kind(rawValue: bits & 7) ?? .bottom }
  @inlinable package var isReference: Bool { bits & 7 == 6 }
  /// Meaningful for references only.
  @inlinable package var isNullable: Bool { bits & 8 != 0 }
  /// Meaningful for references only.
  @inlinable package var heapType: HeapType { HeapType(bits: bits & ~0xF) }
  /// Whether a local of this type starts with a value (Validation, Defaultable).
  @inlinable package var isDefaultable: Bool { bits & 0xF != 6 }
  /// How many 64-bit slots of a frame a value takes.
  @inlinable package var slots: Int { bits & 7 == 5 ? 2 : 1 }
  /// The same reference type, nullable or not.
  @inlinable package func with(nullable: Bool) -> ValueType {
    ValueType(bits: nullable ? bits | 8 : bits & ~8)
  }
}

/// What a reference can point at (Types, Heap Types). Uses the bits of `ValueType` above the lowest four.
package struct HeapType: Hashable, Sendable {
  package var bits: UInt32

  @inlinable package init(bits: UInt32) { self.bits = bits }

  /// A concrete type by index (or canonical id); at most `maximumIndex`.
  @inlinable package init(index: UInt32) { bits = index << 8 | 0x10 }

  @inlinable package init(_ abstract: AbstractHeapType) { bits = abstract.rawValue << 8 }

  package static let maximumIndex: UInt32 = 0xFF_FFFF

  package static let any = HeapType(.any)
  package static let eq = HeapType(.eq)
  package static let i31 = HeapType(.i31)
  package static let `struct` = HeapType(.struct)
  package static let array = HeapType(.array)
  package static let none = HeapType(.none)
  package static let `func` = HeapType(.func)
  package static let nofunc = HeapType(.nofunc)
  package static let extern = HeapType(.extern)
  package static let noextern = HeapType(.noextern)
  package static let exn = HeapType(.exn)
  package static let noexn = HeapType(.noexn)
  /// The heap type of a reference popped in unreachable code: a subtype of every heap type.
  package static let bottom = HeapType(.bottom)

  @inlinable package var isConcrete: Bool { bits & 0x10 != 0 }
  /// The type index of a concrete heap type.
  @inlinable package var index: UInt32? { isConcrete ? bits >> 8 : nil }
  /// The abstract heap type, nil for concrete ones.
  @inlinable package var abstract: AbstractHeapType? {
    isConcrete ? nil : AbstractHeapType(rawValue: bits >> 8)
  }
}

/// Abstract heap types (Types, Heap Types).
package enum AbstractHeapType: UInt32, CaseIterable, Sendable {
  case bottom = 0
  case any, eq, i31, `struct`, array, none
  case `func`, nofunc
  case extern, noextern
  case exn, noexn

  /// Encoding in the binary format as one byte (a negative s33 / s7); nil for bottom, which has none.
  package var encoding: UInt8? {
    switch self {
    case .bottom: nil
    case .nofunc: 0x73
    case .noextern: 0x72
    case .none: 0x71
    case .func: 0x70
    case .extern: 0x6F
    case .any: 0x6E
    case .eq: 0x6D
    case .i31: 0x6C
    case .struct: 0x6B
    case .array: 0x6A
    case .exn: 0x69
    case .noexn: 0x74
    }
  }

  /// Keyword of the text format.
  package var name: StaticString {
    switch self {
    case .bottom: "bot"
    case .any: "any"
    case .eq: "eq"
    case .i31: "i31"
    case .struct: "struct"
    case .array: "array"
    case .none: "none"
    case .func: "func"
    case .nofunc: "nofunc"
    case .extern: "extern"
    case .noextern: "noextern"
    case .exn: "exn"
    case .noexn: "noexn"
    }
  }
}
