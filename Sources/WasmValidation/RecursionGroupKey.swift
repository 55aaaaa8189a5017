// Iso-recursive type equivalence as equality of words. Two recursion groups are the same type exactly if their keys are
// equal, where a key spells the group with references into itself as distances and references to earlier types as
// canonical ids. The validator keeps a table of keys per module, the engine's type registry one for all modules: the
// canonical ids differ, the key does not.

import WasmSyntax

/// What makes a recursion group itself (Validation, Conventions: closed types rolled up).
///
/// A value type is its `bits`, with bit 5 set where the index counts from the group's first type:
///
///    31                        8   7         6   5          4..0
///   [ heap type code or index    | mutable | 0 | relative | as in ValueType ]
package struct RecursionGroupKey: Hashable, Sendable {
  package let words: [UInt32]

  private static let relative: UInt32 = 1 << 5
  private static let mutable: UInt32 = 1 << 7

  /// The key of types that stand at `first` and following of a type section. `canonical` gives the canonical ids of the
  /// types before them. Indices must have been checked: below the end of the group.
  package init(
    _ types: ArraySlice<SubType>, first: UInt32, canonical: (UInt32) -> UInt32
  ) {
    var words: [UInt32] = []
    words.reserveCapacity(types.count * 6)

    func reference(_ index: UInt32) -> UInt32 {
      index >= first ? index - first : canonical(index)
    }
    func word(_ type: ValueType) -> UInt32 {
      guard type.isReference, let index = type.heapType.index else { return type.bits }
      let closed = ValueType(
        nullable: type.isNullable, HeapType(index: reference(index)))
      return closed.bits | (index >= first ? Self.relative : 0)
    }
    func word(_ field: FieldType) -> UInt32 {
      let mutability = field.isMutable ? Self.mutable : 0
      switch field.storage {
      // Kind 0 is bottom, which no field has.
      case .i8: return 1 << 8 | mutability
      case .i16: return 2 << 8 | mutability
      case .value(let type): return word(type) | mutability
      }
    }

    for type in types {
      words.append(type.isFinal ? 1 : 0)
      words.append(UInt32(type.supertypes.count))
      for index in type.supertypes {
        words.append(index >= first ? 1 : 0)
        words.append(reference(index))
      }
      switch type.composite {
      case .function(let function):
        words.append(0)
        words.append(UInt32(function.parameters.count))
        for parameter in function.parameters { words.append(word(parameter)) }
        words.append(UInt32(function.results.count))
        for result in function.results { words.append(word(result)) }
      case .structure(let fields):
        words.append(1)
        words.append(UInt32(fields.count))
        for field in fields { words.append(word(field)) }
      case .array(let element):
        words.append(2)
        words.append(word(element))
      }
    }
    self.words = words
  }
}
