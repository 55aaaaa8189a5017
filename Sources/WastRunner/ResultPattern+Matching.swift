// Whether a result is what a script expects.

import WasmExecution
import WasmSyntax
import WasmText

extension ResultPattern {
  func matches(_ value: Value, in store: CoreStore) -> Bool {
    switch (self, value) {
    case (.either(let patterns), _): patterns.contains { $0.matches(value, in: store) }
    case (.i32(let expected), .i32(let bits)): expected == bits
    case (.i64(let expected), .i64(let bits)): expected == bits
    case (.f32(let pattern), .f32(let bits)): pattern.matches(f32: bits)
    case (.f64(let pattern), .f64(let bits)): pattern.matches(f64: bits)
    case (.v128(let pattern), .v128(let vector)): pattern.matches(vector)
    case (_, .ref(let reference)): matches(reference, in: store)
    default: false
    }
  }

  private func matches(_ reference: Reference, in store: CoreStore) -> Bool {
    switch self {
    case .refNull: return reference.isNull
    case .reference(let heapType):
      guard let heapType else { return !reference.isNull }
      return Self.kind(store.kind(of: reference), matches: heapType)
    case .refExtern(let number), .refHost(let number):
      guard case .host(.number(let actual)) = store.kind(of: reference) else { return false }
      return actual == UInt64(number)
    case .i32, .i64, .f32, .f64, .v128, .either, .component: return false
    }
  }

  private static func kind(_ kind: ReferenceKind, matches heapType: HeapType) -> Bool {
    switch kind {
    case .null: false
    case .i31: [.i31, .eq, .any, .extern].contains(heapType)
    case .structure: [.struct, .eq, .any, .extern].contains(heapType)
    case .array: [.array, .eq, .any, .extern].contains(heapType)
    case .function: heapType == .func
    case .exception: heapType == .exn
    case .host: [.any, .extern].contains(heapType)
    }
  }
}

extension FloatPattern {
  func matches(f32 bits: UInt32) -> Bool {
    switch self {
    case .bits(let expected): UInt64(bits) == expected
    case .canonicalNaN: bits & 0x7FFF_FFFF == 0x7FC0_0000
    case .arithmeticNaN: bits & 0x7FC0_0000 == 0x7FC0_0000
    }
  }

  func matches(f64 bits: UInt64) -> Bool {
    switch self {
    case .bits(let expected): bits == expected
    case .canonicalNaN: bits & 0x7FFF_FFFF_FFFF_FFFF == 0x7FF8_0000_0000_0000
    case .arithmeticNaN: bits & 0x7FF8_0000_0000_0000 == 0x7FF8_0000_0000_0000
    }
  }
}

extension VectorPattern {
  func matches(_ vector: V128) -> Bool {
    switch self {
    case .bits(let low, let high): return vector == V128(low: low, high: high)
    case .f32x4(let lanes):
      let halves = [vector.low, vector.low >> 32, vector.high, vector.high >> 32]
      return lanes.count == 4
        && zip(lanes, halves).allSatisfy { $0.matches(f32: UInt32(truncatingIfNeeded: $1)) }
    case .f64x2(let lanes):
      return lanes.count == 2
        && zip(lanes, [vector.low, vector.high]).allSatisfy { $0.matches(f64: $1) }
    }
  }
}
