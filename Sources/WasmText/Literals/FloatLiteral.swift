// Text Format, Values, Floating-Point. Conversion is exact: the value written, rounded once to nearest with ties to even,
// for any number of digits and for both formats directly.

/// Why a token is not a float of a format.
enum FloatLiteralError: Error {
  /// Not in the grammar.
  case malformed
  /// Rounds beyond the largest finite number, or a NaN payload that does not fit.
  case outOfRange
}

/// Reads float tokens of one format.
struct FloatLiteral {
  let format: FloatFormat

  /// The bits of the float that is written.
  func bits(_ bytes: UnsafeBufferPointer<UInt8>) throws(FloatLiteralError) -> UInt64 {
    var scanner = Scanner(bytes: bytes)
    let isNegative = scanner.skip("-")
    if !isNegative { scanner.skip("+") }
    let sign = isNegative ? format.signBit : 0
    if scanner.skip("inf") {
      guard scanner.isAtEnd else { throw .malformed }
      return sign | format.infinity
    }
    if scanner.skip("nan") { return sign | format.infinity | (try payload(&scanner)) }
    return sign | (scanner.skip("0x") ? try hexadecimal(&scanner) : try decimal(&scanner))
  }

  private func payload(_ scanner: inout Scanner) throws(FloatLiteralError) -> UInt64 {
    if scanner.isAtEnd { return format.quietBit }
    guard scanner.skip(":") else { throw .malformed }
    guard scanner.peek == UInt8(ascii: "0"), let literal = IntegerLiteral(scanner.rest),
      scanner.skip("0x")
    else { throw .malformed }
    guard !literal.overflows, literal.magnitude > 0, literal.magnitude <= format.significandMask
    else { throw .outOfRange }
    return literal.magnitude
  }

  // MARK: Hexadecimal

  private func hexadecimal(_ scanner: inout Scanner) throws(FloatLiteralError) -> UInt64 {
    var significand: UInt64 = 0
    var isInexact = false
    // The value is `significand` * 2^exponent, plus something less than a unit if inexact.
    var exponent = 0
    func append(_ digit: UInt8, isFraction: Bool) {
      if significand >> 60 == 0 {
        significand = significand << 4 | UInt64(digit)
        if isFraction { exponent -= 4 }
      } else {
        isInexact = isInexact || digit != 0
        if !isFraction { exponent += 4 }
      }
    }
    try scanner.digits(isHexadecimal: true) { append($0, isFraction: false) }
    if scanner.skip("."), !scanner.isAtEnd, scanner.peek | 0x20 != UInt8(ascii: "p") {
      try scanner.digits(isHexadecimal: true) { append($0, isFraction: true) }
    }
    if scanner.skip("p") || scanner.skip("P") { exponent += try scanner.exponent() }
    guard scanner.isAtEnd else { throw .malformed }
    guard significand != 0 else { return 0 }

    let shift = significand.leadingZeroBitCount
    significand <<= UInt64(shift)
    let leading = exponent - shift + 63
    if leading > format.bias { throw .outOfRange }
    let kept = format.significantBits(atExponent: leading)
    guard kept >= 0 else { return 0 }
    let cut = UInt64(64 - kept)
    let remainder = cut == 64 ? significand : significand & ((1 << cut) - 1)
    let half: UInt64 = 1 << (cut - 1)
    let comparison = remainder == half ? (isInexact ? 1 : 0) : remainder < half ? -1 : 1
    let top = cut == 64 ? 0 : significand >> cut
    guard
      let bits = format.encode(
        exponent: leading, significand: top, remainderToHalf: comparison)
    else { throw .outOfRange }
    return bits
  }

  // MARK: Decimal

  /// More significant digits than this cannot change the rounding, except by not being zero.
  private static let significantDigits = 800

  private func decimal(_ scanner: inout Scanner) throws(FloatLiteralError) -> UInt64 {
    // The value is the digits' number * 10^exponent, plus something less than a unit if inexact.
    var digits: [UInt8] = []
    var exponent = 0
    var isInexact = false
    func append(_ digit: UInt8, isFraction: Bool) {
      if digits.isEmpty && digit == 0 {
        if isFraction { exponent -= 1 }
      } else if digits.count < Self.significantDigits {
        digits.append(digit)
        if isFraction { exponent -= 1 }
      } else {
        isInexact = isInexact || digit != 0
        if !isFraction { exponent += 1 }
      }
    }
    try scanner.digits(isHexadecimal: false) { append($0, isFraction: false) }
    if scanner.skip("."), !scanner.isAtEnd, scanner.peek | 0x20 != UInt8(ascii: "e") {
      try scanner.digits(isHexadecimal: false) { append($0, isFraction: true) }
    }
    if scanner.skip("e") || scanner.skip("E") { exponent += try scanner.exponent() }
    guard scanner.isAtEnd else { throw .malformed }
    if isInexact {
      // A trailing 1 stands for all that was left out.
      digits.append(1)
      exponent -= 1
    }
    while digits.last == 0 {
      digits.removeLast()
      exponent += 1
    }
    guard !digits.isEmpty else { return 0 }
    let magnitude = exponent + digits.count
    if magnitude > 310 { throw .outOfRange }
    if magnitude < -400 { return 0 }
    if let bits = fastDecimal(digits, exponent: exponent) { return bits }
    return try exactDecimal(digits, exponent: exponent)
  }

  /// Numbers whose digits and power of ten are both exact in the format: one operation rounds once.
  private func fastDecimal(_ digits: [UInt8], exponent: Int) -> UInt64? {
    let isDouble = format.precision == 53
    guard digits.count <= (isDouble ? 15 : 7), abs(exponent) <= (isDouble ? 22 : 10) else {
      return nil
    }
    var integer: UInt64 = 0
    for digit in digits { integer = integer * 10 + UInt64(digit) }
    if isDouble {
      var power = 1.0
      for _ in 0..<abs(exponent) { power *= 10 }
      return (exponent < 0 ? Double(integer) / power : Double(integer) * power).bitPattern
    }
    var power: Float = 1
    for _ in 0..<abs(exponent) { power *= 10 }
    return UInt64((exponent < 0 ? Float(integer) / power : Float(integer) * power).bitPattern)
  }

  /// Long division of two natural numbers, bit by bit for as many bits as the significand has.
  private func exactDecimal(
    _ digits: [UInt8], exponent: Int
  ) throws(FloatLiteralError) -> UInt64 {
    var numerator = BigNatural(0)
    for digit in digits { numerator.multiply(by: 10, adding: UInt32(digit)) }
    var denominator = BigNatural(1)
    if exponent >= 0 {
      numerator.multiply(byPowerOfTen: exponent)
    } else {
      denominator.multiply(byPowerOfTen: -exponent)
    }
    // Scale so that 1 <= numerator / denominator < 2.
    var leading = numerator.bitWidth - denominator.bitWidth
    if leading > 0 { denominator.shiftLeft(by: leading) } else { numerator.shiftLeft(by: -leading) }
    if numerator.compare(to: denominator) < 0 {
      numerator.shiftLeft(by: 1)
      leading -= 1
    }
    if leading > format.bias { throw .outOfRange }
    let kept = format.significantBits(atExponent: leading)
    guard kept >= 0 else { return 0 }
    var significand: UInt64 = 0
    for _ in 0..<kept {
      significand <<= 1
      if numerator.compare(to: denominator) >= 0 {
        numerator.subtract(denominator)
        significand |= 1
      }
      numerator.shiftLeft(by: 1)
    }
    // The remainder is now doubled once more than the quotient's last bit, or, with no bits kept, the number itself
    // compared to the half.
    guard
      let bits = format.encode(
        exponent: leading, significand: significand,
        remainderToHalf: numerator.compare(to: denominator))
    else { throw .outOfRange }
    return bits
  }
}

/// Walks over a float token.
private struct Scanner {
  let bytes: UnsafeBufferPointer<UInt8>
  var offset = 0

  init(bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

  var isAtEnd: Bool { offset == bytes.count }
  var peek: UInt8 { offset < bytes.count ? bytes[offset] : 0 }
  var rest: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(rebasing: bytes[offset...]) }

  @discardableResult
  mutating func skip(_ text: StaticString) -> Bool {
    let count = text.utf8CodeUnitCount
    guard bytes.count - offset >= count,
      UnsafeBufferPointer(start: text.utf8Start, count: count)
        .elementsEqual(bytes[offset..<offset + count])
    else { return false }
    offset += count
    return true
  }

  /// One digit or more with single underscores between them.
  mutating func digits(
    isHexadecimal: Bool, _ body: (UInt8) -> Void
  ) throws(FloatLiteralError) {
    var previousIsDigit = false
    while offset < bytes.count {
      let byte = bytes[offset]
      if let digit = isHexadecimal ? hexDigitValue(byte) : digitValue(byte) {
        body(digit)
        previousIsDigit = true
      } else if byte == UInt8(ascii: "_"), previousIsDigit {
        previousIsDigit = false
      } else {
        break
      }
      offset += 1
    }
    guard previousIsDigit else { throw .malformed }
  }

  /// A signed decimal exponent, clamped to where nothing changes any more.
  mutating func exponent() throws(FloatLiteralError) -> Int {
    let isNegative = skip("-")
    if !isNegative { skip("+") }
    var value = 0
    try digits(isHexadecimal: false) { value = min(value * 10 + Int($0), 1 << 40) }
    return isNegative ? -value : value
  }
}
