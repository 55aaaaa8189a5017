// Grows the printed text: words, numbers, strings, identifiers, and the indentation.

import WasmSyntax

struct TextWriter {
  private(set) var bytes: [UInt8] = []
  var depth = 0

  /// Deeper lines are not indented further: the text stays linear in the size of the code.
  private static let maximumIndentation = 30

  // MARK: Lines and words

  mutating func newLine() {
    bytes.append(0x0A)
    bytes.append(
      contentsOf: repeatElement(0x20, count: 2 * min(depth, Self.maximumIndentation)))
  }

  mutating func write(_ text: StaticString) {
    bytes.append(
      contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }

  mutating func write(text: String) { bytes.append(contentsOf: text.utf8) }

  mutating func write(_ other: [UInt8]) { bytes.append(contentsOf: other) }

  mutating func write(_ number: some FixedWidthInteger) {
    if let digit = UInt8(exactly: number), digit < 10 {
      bytes.append(UInt8(ascii: "0") + digit)
    } else {
      write(text: String(number))
    }
  }

  mutating func write(hex number: some FixedWidthInteger & UnsignedInteger) {
    write("0x")
    write(text: String(number, radix: 16))
  }

  // MARK: Strings and identifiers

  /// A name as a string: UTF-8 as it is, but for what strings must escape.
  mutating func write(string name: String) {
    bytes.append(UInt8(ascii: "\""))
    for scalar in name.unicodeScalars {
      if scalar.isASCII {
        write(escaping: UInt8(truncatingIfNeeded: scalar.value))
      } else if Self.reordersText(scalar) {
        write("\\u{")
        write(text: String(scalar.value, radix: 16))
        write("}")
      } else {
        write(text: String(scalar))
      }
    }
    bytes.append(UInt8(ascii: "\""))
  }

  /// Whether a character would make the text around it read in another order than it is in.
  private static func reordersText(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x061C, 0x200E, 0x200F, 0x202A...0x202E, 0x2066...0x2069: true
    default: false
    }
  }

  /// Bytes that need not be text as a string.
  mutating func write(data: some Sequence<UInt8>) {
    bytes.append(UInt8(ascii: "\""))
    for byte in data {
      if byte < 0x80 { write(escaping: byte) } else { writeHexEscape(byte) }
    }
    bytes.append(UInt8(ascii: "\""))
  }

  private mutating func write(escaping byte: UInt8) {
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"):
      bytes.append(UInt8(ascii: "\\"))
      bytes.append(byte)
    case 0x00...0x1F, 0x7F: writeHexEscape(byte)
    default: bytes.append(byte)
    }
  }

  private mutating func writeHexEscape(_ byte: UInt8) {
    bytes.append(UInt8(ascii: "\\"))
    for digit in [byte >> 4, byte & 15] {
      bytes.append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
    }
  }

  /// An identifier, in quotes if the name has other characters than identifiers do.
  mutating func write(identifier name: String) {
    bytes.append(UInt8(ascii: "$"))
    if name.utf8.allSatisfy({ CharacterClass.table[Int($0)] == .identifier }) {
      bytes.append(contentsOf: name.utf8)
    } else {
      write(string: name)
    }
  }

  // MARK: Floats

  /// The shortest decimal that rounds to the same bits; NaNs with their payload.
  mutating func writeFloat(bits: UInt32) {
    let value = Float(bitPattern: bits)
    if value.isNaN {
      writeNaN(bits: UInt64(bits), .f32)
    } else {
      write(text: value.description)
    }
  }

  mutating func writeFloat(bits: UInt64) {
    let value = Double(bitPattern: bits)
    if value.isNaN { writeNaN(bits: bits, .f64) } else { write(text: value.description) }
  }

  private mutating func writeNaN(bits: UInt64, _ format: FloatFormat) {
    if bits & format.signBit != 0 { write("-") }
    write("nan")
    let payload = bits & format.significandMask
    guard payload != format.quietBit else { return }
    write(":")
    write(hex: payload)
  }
}
