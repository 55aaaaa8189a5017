// The two IEEE 754 formats as numbers, so that one conversion serves both.

/// A binary interchange format.
struct FloatFormat {
  /// Bits of the significand, the implicit one included.
  var precision: Int
  /// Bits of the exponent field.
  var exponentBits: Int

  static let f32 = FloatFormat(precision: 24, exponentBits: 8)
  static let f64 = FloatFormat(precision: 53, exponentBits: 11)

  var bias: Int { (1 << (exponentBits - 1)) - 1 }
  /// The exponent of the smallest normal number.
  var minimumExponent: Int { 1 - bias }
  var significandMask: UInt64 { (1 << UInt64(precision - 1)) - 1 }
  var signBit: UInt64 { 1 << UInt64(precision - 1 + exponentBits) }
  var infinity: UInt64 { ((1 << UInt64(exponentBits)) - 1) << UInt64(precision - 1) }
  var quietBit: UInt64 { 1 << UInt64(precision - 2) }

  /// How many significand bits a number in [2^exponent, 2^(exponent + 1)) keeps; none or fewer below the subnormals.
  func significantBits(atExponent exponent: Int) -> Int {
    exponent >= minimumExponent ? precision : precision - (minimumExponent - exponent)
  }

  /// The bits of a number in [2^exponent, 2^(exponent + 1)), whose leading significand bits are given. Rounds to nearest,
  /// ties to even; nil where that overflows. `half` says how what was cut off compares to half a unit: -1, 0 or 1.
  func encode(exponent: Int, significand: UInt64, remainderToHalf half: Int) -> UInt64? {
    var bits = significand
    if half > 0 || half == 0 && significand & 1 == 1 { bits += 1 }
    // A subnormal number has exponent field 0. The leading bit of a normal one, and a carry out of either, add one to
    // the field by themselves.
    if exponent >= minimumExponent {
      bits += UInt64(exponent - minimumExponent) << UInt64(precision - 1)
    }
    return bits < infinity ? bits : nil
  }
}
