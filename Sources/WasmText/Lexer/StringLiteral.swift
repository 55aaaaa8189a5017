// Text Format, Values, Strings.

import WasmSyntax

/// The bytes that a string token denotes; `content` lies between its quotes and has been through the lexer.
func appendString(_ content: UnsafeBufferPointer<UInt8>, to bytes: inout [UInt8]) {
  var offset = 0
  while offset < content.count {
    let byte = content[offset]
    guard byte == UInt8(ascii: "\\") else {
      bytes.append(byte)
      offset += 1
      continue
    }
    // Mostly bytes in hexadecimal.
    if offset + 2 < content.count, let high = hexDigitValue(content[offset + 1]),
      let low = hexDigitValue(content[offset + 2])
    {
      bytes.append(high << 4 | low)
      offset += 3
      continue
    }
    guard case .success(let escape) = parseEscape(content, at: offset) else { return }
    switch escape.value {
    case .byte(let byte): bytes.append(byte)
    case .scalar(let scalar): bytes.append(contentsOf: Array(String(scalar).utf8))
    }
    offset += escape.length
  }
}

/// An escape sequence.
struct StringEscape {
  enum Value {
    case byte(UInt8)
    case scalar(Unicode.Scalar)
  }
  var value: Value
  /// Of the sequence, backslash included.
  var length: Int
}

struct StringEscapeError: Error {
  var message: String
}

/// Reads the escape sequence whose backslash stands at `start`.
func parseEscape(
  _ bytes: UnsafeBufferPointer<UInt8>, at start: Int
) -> Result<StringEscape, StringEscapeError> {
  func byte(_ offset: Int) -> UInt8 { offset < bytes.count ? bytes[offset] : 0 }
  let illegal = StringEscapeError(message: "invalid string escape")
  func plain(_ value: UInt8) -> Result<StringEscape, StringEscapeError> {
    .success(StringEscape(value: .byte(value), length: 2))
  }
  switch byte(start + 1) {
  case UInt8(ascii: "n"): return plain(0x0A)
  case UInt8(ascii: "r"): return plain(0x0D)
  case UInt8(ascii: "t"): return plain(0x09)
  case UInt8(ascii: "\\"): return plain(0x5C)
  case UInt8(ascii: "'"): return plain(0x27)
  case UInt8(ascii: "\""): return plain(0x22)
  case UInt8(ascii: "u"):
    guard byte(start + 2) == UInt8(ascii: "{") else { return .failure(illegal) }
    var value: UInt32 = 0
    var offset = start + 3
    var previousIsDigit = false
    while byte(offset) != UInt8(ascii: "}") {
      if let digit = hexDigitValue(byte(offset)) {
        value = min(value, 0xFFF_FFFF) << 4 | UInt32(digit)
        previousIsDigit = true
      } else {
        guard byte(offset) == UInt8(ascii: "_"), previousIsDigit else { return .failure(illegal) }
        previousIsDigit = false
      }
      offset += 1
    }
    guard previousIsDigit else { return .failure(illegal) }
    guard let scalar = Unicode.Scalar(value) else {
      return .failure(StringEscapeError(message: "malformed UTF-8 encoding"))
    }
    return .success(StringEscape(value: .scalar(scalar), length: offset + 1 - start))
  default:
    guard let high = hexDigitValue(byte(start + 1)), let low = hexDigitValue(byte(start + 2)) else {
      return .failure(illegal)
    }
    return .success(StringEscape(value: .byte(high << 4 | low), length: 3))
  }
}
