// Text Format, Values, Integers.

/// An integer as it is written: `sign? digits`, decimal or hexadecimal, digits separated by single underscores.
struct IntegerLiteral {
  enum Sign {
    case none, plus, minus
  }
  var sign: Sign
  var magnitude: UInt64
  /// The magnitude does not fit 64 bits.
  var overflows: Bool

  /// Nil if the bytes are not an integer of the grammar.
  init?(_ bytes: UnsafeBufferPointer<UInt8>) {
    var offset = 0
    sign = .none
    if let first = bytes.first {
      if first == UInt8(ascii: "+") { sign = .plus }
      if first == UInt8(ascii: "-") { sign = .minus }
      if sign != .none { offset = 1 }
    }
    var radix: UInt64 = 10
    if bytes.count >= offset + 2, bytes[offset] == UInt8(ascii: "0"),
      bytes[offset + 1] == UInt8(ascii: "x")
    {
      radix = 16
      offset += 2
    }
    magnitude = 0
    overflows = false
    var previousIsDigit = false
    while offset < bytes.count {
      let byte = bytes[offset]
      offset += 1
      guard let digit = radix == 10 ? digitValue(byte) : hexDigitValue(byte) else {
        guard byte == UInt8(ascii: "_"), previousIsDigit else { return nil }
        previousIsDigit = false
        continue
      }
      previousIsDigit = true
      let (product, productOverflows) = magnitude.multipliedReportingOverflow(by: radix)
      let (sum, sumOverflows) = product.addingReportingOverflow(UInt64(digit))
      magnitude = sum
      overflows = overflows || productOverflows || sumOverflows
    }
    guard previousIsDigit else { return nil }
  }

  /// The value as an unsigned number below 2^bits; nil if it is out of range. The grammar allows no sign.
  func unsigned(bits: Int) -> UInt64? {
    guard sign == .none, !overflows, bits == 64 || magnitude >> UInt64(bits) == 0 else {
      return nil
    }
    return magnitude
  }

  /// The bits of an integer that may be written signed or unsigned; nil if it is out of range.
  func wrapping(bits: Int) -> UInt64? {
    guard !overflows else { return nil }
    let mask: UInt64 = bits == 64 ? .max : (1 << UInt64(bits)) - 1
    if sign == .minus {
      guard magnitude <= 1 << UInt64(bits - 1) else { return nil }
      return (0 &- magnitude) & mask
    }
    return magnitude <= mask ? magnitude : nil
  }
}
