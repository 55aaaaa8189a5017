// Text Format, Lexical Format, Characters: source text is UTF-8, checked where something beyond ASCII occurs.

/// The length of the UTF-8 sequence that starts at `offset`, nil if it is malformed.
func utf8SequenceLength(_ bytes: UnsafeBufferPointer<UInt8>, at offset: Int) -> Int? {
  func byte(_ distance: Int) -> UInt8 {
    let index = offset + distance
    return index < bytes.count ? bytes[index] : 0
  }
  func isContinuation(_ distance: Int) -> Bool { byte(distance) & 0xC0 == 0x80 }
  let first = byte(0)
  let second = byte(1)
  switch first {
  case 0x00...0x7F: return 1
  case 0xC2...0xDF: return isContinuation(1) ? 2 : nil
  case 0xE0...0xEF:
    guard isContinuation(1), isContinuation(2) else { return nil }
    // Neither overlong nor a surrogate.
    if first == 0xE0 && second < 0xA0 || first == 0xED && second > 0x9F { return nil }
    return 3
  case 0xF0...0xF4:
    guard isContinuation(1), isContinuation(2), isContinuation(3) else { return nil }
    if first == 0xF0 && second < 0x90 || first == 0xF4 && second > 0x8F { return nil }
    return 4
  default: return nil
  }
}

/// Whether bytes are UTF-8.
func isValidUTF8(_ bytes: [UInt8]) -> Bool {
  bytes.withUnsafeBufferPointer { buffer in
    var offset = 0
    while offset < buffer.count {
      guard let length = utf8SequenceLength(buffer, at: offset) else { return false }
      offset += length
    }
    return true
  }
}
