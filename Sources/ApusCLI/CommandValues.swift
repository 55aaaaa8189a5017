// Values on the command line: integers, floats and null references in, any value out, as `wasmtime run --invoke` has
// them.

import WasmExecution
import WasmSyntax

extension Value {
  /// nil if the text is not a value of the type. Integers may be signed or unsigned, decimal or `0x`.
  init?(parsing text: String, as type: ValueType) {
    switch type.kind {
    case .i32:
      guard let bits = parseInteger(text, as: UInt32.self, Int32.self) else { return nil }
      self = .i32(bits)
    case .i64:
      guard let bits = parseInteger(text, as: UInt64.self, Int64.self) else { return nil }
      self = .i64(bits)
    case .f32:
      guard let value = Float(text) else { return nil }
      self = .f32(value)
    case .f64:
      guard let value = Double(text) else { return nil }
      self = .f64(value)
    case .v128:
      guard let value = V128(parsing: text) else { return nil }
      self = .v128(value)
    case .reference:
      guard text == "null", type.isNullable else { return nil }
      self = .ref(.null)
    case .bottom: return nil
    }
  }
}

private func parseInteger<U: UnsignedInteger & FixedWidthInteger, S: SignedInteger>(
  _ text: String, as: U.Type, _: S.Type
) -> U? where S: FixedWidthInteger {
  let isNegative = text.hasPrefix("-")
  let digits = isNegative || text.hasPrefix("+") ? text.dropFirst() : text[...]
  guard let magnitude = parseUnsigned(digits) else { return nil }
  guard isNegative else { return U(exactly: magnitude) }
  guard magnitude <= S.max.magnitude + 1 else { return nil }
  return 0 &- U(truncatingIfNeeded: magnitude)
}

extension V128 {
  /// A number of 128 bits.
  init?(parsing text: String) {
    let bits = text.hasPrefix("0x") ? UInt128(text.dropFirst(2), radix: 16) : UInt128(text)
    guard let bits else { return nil }
    self.init(
      low: UInt64(truncatingIfNeeded: bits), high: UInt64(truncatingIfNeeded: bits >> 64))
  }
}

extension Value {
  /// A result as it is printed.
  func printed(as type: ValueType) -> String {
    switch self {
    case .i32(let bits): "\(Int32(bitPattern: bits))"
    case .i64(let bits): "\(Int64(bitPattern: bits))"
    case .f32(let bits): printedFloat(Float(bitPattern: bits))
    case .f64(let bits): printedFloat(Double(bitPattern: bits))
    case .v128(let value): "\(UInt128(value.high) << 64 | UInt128(value.low))"
    case .ref(let reference): "<\(reference.isNull ? "null " : "")\(type.hierarchy)>"
    }
  }
}

extension ValueType {
  /// The name of the top type above a reference type; those of concrete types are not told apart.
  fileprivate var hierarchy: String {
    guard let abstract = heapType.abstract else { return "ref" }
    return switch abstract {
    case .func, .nofunc: "funcref"
    case .extern, .noextern: "externref"
    case .exn, .noexn: "exnref"
    case .any, .eq, .i31, .struct, .array, .none: "anyref"
    case .bottom: "ref"
    }
  }
}

/// The shortest digits that give the same number again, never with an exponent.
private func printedFloat<F: BinaryFloatingPoint & LosslessStringConvertible>(
  _ value: F
) -> String {
  if value.isNaN { return "NaN" }
  let parts = value.description.split(separator: "e")
  guard let mantissa = parts.first, value.isFinite else { return value.description }
  let exponent = parts.count > 1 ? Int(parts[1]) ?? 0 : 0
  let isNegative = mantissa.hasPrefix("-")
  let halves = (isNegative ? mantissa.dropFirst() : mantissa).split(separator: ".")
  var whole = String(halves.first ?? "0")
  var fraction = halves.count > 1 ? String(halves[1]) : ""
  if exponent >= 0 {
    fraction += String(repeating: "0", count: max(0, exponent - fraction.utf8.count))
    whole += fraction.prefix(exponent)
    fraction = String(fraction.dropFirst(exponent))
  } else {
    whole = String(repeating: "0", count: max(0, 1 - exponent - whole.utf8.count)) + whole
    fraction = whole.suffix(-exponent) + fraction
    whole = String(whole.dropLast(-exponent))
  }
  while whole.hasPrefix("0"), whole.utf8.count > 1 { whole.removeFirst() }
  while fraction.hasSuffix("0") { fraction.removeLast() }
  return (isNegative ? "-" : "") + whole + (fraction.isEmpty ? "" : "." + fraction)
}
