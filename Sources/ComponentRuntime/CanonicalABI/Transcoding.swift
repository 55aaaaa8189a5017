// Encodings of strings: validation, and writing one in terms of another. Sources are valid when they get here, but they
// may lie in memory that other threads write to: whatever the bytes are, nothing is read or written beyond the given
// lengths, and as many units come out as the specification's worst case allows at most.

/// How a sequence of bytes fails to be UTF-8.
enum UTF8Validity {
  case valid
  case invalid
  /// It ends within a sequence that is valid so far.
  case incomplete
}

private let highBits: UInt64 = 0x8080_8080_8080_8080

/// The end of the ASCII characters from an index on, or some index before it.
@inline(__always)
private func skipASCII(_ bytes: UnsafeRawPointer, _ start: Int, _ count: Int) -> Int {
  @inline(__always)
  func word(_ index: Int) -> UInt64 {
    bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self)
  }
  var index = start
  while index + 32 <= count {
    let all = word(index) | word(index + 8) | word(index + 16) | word(index + 24)
    if all & highBits != 0 { break }
    index += 32
  }
  while index + 8 <= count, word(index) & highBits == 0 { index += 8 }
  return index
}

func validateUTF8(_ bytes: UnsafeRawPointer, _ count: Int) -> UTF8Validity {
  var index = 0
  while true {
    index = skipASCII(bytes, index, count)
    if index == count { return .valid }
    let lead = bytes.load(fromByteOffset: index, as: UInt8.self)
    index += 1
    if lead < 0x80 { continue }
    guard let form = UTF8Form(lead: lead) else { return .invalid }
    for position in 0..<form.continuations {
      guard index < count else { return .incomplete }
      let byte = bytes.load(fromByteOffset: index, as: UInt8.self)
      let range = position == 0 ? form.second : 0x80...0xbf
      guard range.contains(byte) else { return .invalid }
      index += 1
    }
  }
}

/// What may follow the first byte of a sequence of several.
private struct UTF8Form {
  let continuations: Int
  let second: ClosedRange<UInt8>

  @inline(__always)
  init?(lead: UInt8) {
    switch lead {
    case 0xc2...0xdf: (continuations, second) = (1, 0x80...0xbf)
    case 0xe0: (continuations, second) = (2, 0xa0...0xbf)
    case 0xed: (continuations, second) = (2, 0x80...0x9f)
    case 0xe1...0xef: (continuations, second) = (2, 0x80...0xbf)
    case 0xf0: (continuations, second) = (3, 0x90...0xbf)
    case 0xf1...0xf3: (continuations, second) = (3, 0x80...0xbf)
    case 0xf4: (continuations, second) = (3, 0x80...0x8f)
    default: return nil
    }
  }
}

@inline(__always)
private func unit16(_ bytes: UnsafeRawPointer, _ index: Int) -> UInt16 {
  bytes.loadUnaligned(fromByteOffset: 2 * index, as: UInt16.self)
}

@inline(__always)
private func setUnit16(_ bytes: UnsafeMutableRawPointer, _ index: Int, _ unit: UInt16) {
  bytes.storeBytes(of: unit, toByteOffset: 2 * index, as: UInt16.self)
}

func isValidUTF16(_ bytes: UnsafeRawPointer, _ count: Int) -> Bool {
  var index = 0
  while index < count {
    let unit = unit16(bytes, index)
    index += 1
    guard unit & 0xf800 == 0xd800 else { continue }
    guard unit & 0xfc00 == 0xd800, index < count, unit16(bytes, index) & 0xfc00 == 0xdc00 else {
      return false
    }
    index += 1
  }
  return true
}

/// Whether UTF-16 needs no more than one byte per character.
func isLatin1(_ bytes: UnsafeRawPointer, _ count: Int) -> Bool {
  var all: UInt16 = 0
  for index in 0..<count { all |= unit16(bytes, index) }
  return all < 0x100
}

/// Two bytes for one.
func inflateLatin1(_ source: UnsafeRawPointer, _ count: Int, to target: UnsafeMutableRawPointer) {
  for index in 0..<count {
    setUnit16(target, index, UInt16(source.load(fromByteOffset: index, as: UInt8.self)))
  }
}

/// Two bytes for one, at the start of a range with room for them.
func inflateInPlace(_ bytes: UnsafeMutableRawPointer, _ count: Int) {
  for index in (0..<count).reversed() {
    setUnit16(bytes, index, UInt16(bytes.load(fromByteOffset: index, as: UInt8.self)))
  }
}

/// One byte for two.
func deflateInPlace(_ bytes: UnsafeMutableRawPointer, _ count: Int) {
  for index in 0..<count {
    bytes.storeBytes(
      of: UInt8(truncatingIfNeeded: unit16(bytes, index)), toByteOffset: index, as: UInt8.self)
  }
}

/// Copies the ASCII characters that a string begins with, and returns how many they are.
func copyASCII(_ source: LiftedString, to target: UnsafeMutableRawPointer) -> Int {
  let bytes = source.bytes
  let count = Int(source.codeUnits)
  for index in 0..<count {
    let unit =
      source.encoding == .utf16
      ? unit16(bytes, index) : UInt16(bytes.load(fromByteOffset: index, as: UInt8.self))
    if unit >= 0x80 { return index }
    target.storeBytes(of: UInt8(truncatingIfNeeded: unit), toByteOffset: index, as: UInt8.self)
  }
  return count
}

/// Copies the Latin-1 characters that a string begins with; returns how many source units and characters they are.
func copyLatin1(
  _ source: LiftedString, to target: UnsafeMutableRawPointer
) -> (consumed: Int, written: Int) {
  let count = Int(source.codeUnits)
  var index = 0
  var written = 0
  while index < count {
    let (scalar, next) = source.scalar(at: index)
    if scalar >= 0x100 { break }
    target.storeBytes(of: UInt8(truncatingIfNeeded: scalar), toByteOffset: written, as: UInt8.self)
    written += 1
    index = next
  }
  return (index, written)
}

/// Writes a string from a source unit on; returns how many bytes came out, at most `capacity`.
func encodeUTF8(
  _ source: LiftedString, from start: Int, to target: UnsafeMutableRawPointer, capacity: Int
) -> Int {
  let count = Int(source.codeUnits)
  var index = start
  var written = 0
  func put(_ byte: UInt32) {
    target.storeBytes(of: UInt8(truncatingIfNeeded: byte), toByteOffset: written, as: UInt8.self)
    written += 1
  }
  while index < count {
    let (scalar, next) = source.scalar(at: index)
    index = next
    switch scalar {
    case ..<0x80:
      guard written + 1 <= capacity else { return written }
      put(scalar)
    case ..<0x800:
      guard written + 2 <= capacity else { return written }
      put(0xc0 | scalar >> 6)
      put(0x80 | scalar & 0x3f)
    case ..<0x10000:
      guard written + 3 <= capacity else { return written }
      put(0xe0 | scalar >> 12)
      put(0x80 | scalar >> 6 & 0x3f)
      put(0x80 | scalar & 0x3f)
    default:
      guard written + 4 <= capacity else { return written }
      put(0xf0 | scalar >> 18)
      put(0x80 | scalar >> 12 & 0x3f)
      put(0x80 | scalar >> 6 & 0x3f)
      put(0x80 | scalar & 0x3f)
    }
  }
  return written
}

/// Writes a string from a source unit on; returns how many units came out, at most `capacity`.
func encodeUTF16(
  _ source: LiftedString, from start: Int, to target: UnsafeMutableRawPointer, capacity: Int
) -> Int {
  let count = Int(source.codeUnits)
  var index = start
  var written = 0
  while index < count {
    let (scalar, next) = source.scalar(at: index)
    index = next
    if scalar < 0x10000 {
      guard written + 1 <= capacity else { return written }
      setUnit16(target, written, UInt16(truncatingIfNeeded: scalar))
      written += 1
    } else {
      guard written + 2 <= capacity else { return written }
      let offset = scalar - 0x10000
      setUnit16(target, written, UInt16(truncatingIfNeeded: 0xd800 | offset >> 10))
      setUnit16(target, written + 1, UInt16(truncatingIfNeeded: 0xdc00 | offset & 0x3ff))
      written += 2
    }
  }
  return written
}

extension LiftedString {
  /// The character at a source unit, and the unit of the next one; never beyond the end.
  @inline(__always)
  fileprivate func scalar(at index: Int) -> (scalar: UInt32, next: Int) {
    switch encoding {
    case .latin1: return (UInt32(bytes.load(fromByteOffset: index, as: UInt8.self)), index + 1)
    case .utf16: return scalar16(at: index)
    case .utf8: return scalar8(at: index)
    }
  }

  @inline(__always)
  private func scalar16(at index: Int) -> (UInt32, Int) {
    let unit = UInt32(unit16(bytes, index))
    guard unit & 0xfc00 == 0xd800, index + 1 < Int(codeUnits) else { return (unit, index + 1) }
    let low = UInt32(unit16(bytes, index + 1))
    return (0x10000 + ((unit & 0x3ff) << 10 | low & 0x3ff), index + 2)
  }

  @inline(__always)
  private func scalar8(at index: Int) -> (UInt32, Int) {
    let lead = UInt32(bytes.load(fromByteOffset: index, as: UInt8.self))
    if lead < 0x80 { return (lead, index + 1) }
    let length = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4
    guard index + length <= Int(codeUnits) else { return (lead & 0x7f, index + 1) }
    var scalar = length == 2 ? lead & 0x1f : length == 3 ? lead & 0x0f : lead & 0x07
    for offset in 1..<length {
      scalar =
        scalar << 6 | UInt32(bytes.load(fromByteOffset: index + offset, as: UInt8.self)) & 0x3f
    }
    return (scalar, index + length)
  }
}
