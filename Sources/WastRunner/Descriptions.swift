// Values and patterns as a script would write them, for reports.

import WasmExecution
import WasmSyntax
import WasmText

/// A value in the notation of scripts; without a store, references are not looked into.
func describe(_ value: Value, in store: CoreStore? = nil) -> String {
  switch value {
  case .i32(let bits): "(i32.const \(Int32(bitPattern: bits)))"
  case .i64(let bits): "(i64.const \(Int64(bitPattern: bits)))"
  case .f32(let bits): "(f32.const \(describe(f32: bits)))"
  case .f64(let bits): "(f64.const \(describe(f64: bits)))"
  case .v128(let vector): "(v128.const i64x2 \(hex(vector.low)) \(hex(vector.high)))"
  case .ref(let reference): describe(reference, in: store)
  }
}

private func describe(_ reference: Reference, in store: CoreStore?) -> String {
  if reference.isNull { return "(ref.null)" }
  switch store?.kind(of: reference) {
  case .i31: return "(ref.i31)"
  case .structure: return "(ref.struct)"
  case .array: return "(ref.array)"
  case .function: return "(ref.func)"
  case .exception: return "(ref.exn)"
  case .host(.number(let number)): return "(ref.extern \(number))"
  case .host(.object): return "(ref.extern)"
  case .null, nil: return "(ref)"
  }
}

private func describe(f32 bits: UInt32) -> String {
  let value = Float(bitPattern: bits)
  guard value.isNaN else { return value.description }
  let sign = value.sign == .minus ? "-" : ""
  return "\(sign)nan:\(hex(UInt64(bits & 0x7F_FFFF)))"
}

private func describe(f64 bits: UInt64) -> String {
  let value = Double(bitPattern: bits)
  guard value.isNaN else { return value.description }
  let sign = value.sign == .minus ? "-" : ""
  return "\(sign)nan:\(hex(bits & 0xF_FFFF_FFFF_FFFF))"
}

private func hex(_ number: UInt64) -> String { "0x" + String(number, radix: 16) }

extension FloatPattern {
  fileprivate func description(_ describe: (UInt64) -> String) -> String {
    switch self {
    case .bits(let bits): describe(bits)
    case .canonicalNaN: "nan:canonical"
    case .arithmeticNaN: "nan:arithmetic"
    }
  }

  fileprivate var f32: String { description { describe(f32: UInt32(truncatingIfNeeded: $0)) } }
  fileprivate var f64: String { description { describe(f64: $0) } }
}

extension ResultPattern: CustomStringConvertible {
  package var description: String {
    switch self {
    case .i32(let bits): describe(.i32(bits))
    case .i64(let bits): describe(.i64(bits))
    case .f32(let pattern): "(f32.const \(pattern.f32))"
    case .f64(let pattern): "(f64.const \(pattern.f64))"
    case .v128(.bits(let low, let high)): describe(.v128(V128(low: low, high: high)))
    case .v128(.f32x4(let lanes)):
      "(v128.const f32x4 \(lanes.map(\.f32).joined(separator: " ")))"
    case .v128(.f64x2(let lanes)):
      "(v128.const f64x2 \(lanes.map(\.f64).joined(separator: " ")))"
    case .refNull: "(ref.null)"
    case .reference(let heapType):
      "(ref\(heapType?.abstract.map { ".\($0.name)" } ?? ""))"
    case .refExtern(let number): "(ref.extern \(number))"
    case .refHost(let number): "(ref.host \(number))"
    case .either(let patterns):
      "(either \(patterns.map(\.description).joined(separator: " ")))"
    case .component: "a component's value"
    }
  }
}
