// Which byte of the module each translated instruction comes from. There is an entry for every instruction of every
// function that ever ran, so they are kept as differences, about one byte each; only backtraces read them.

/// A sequence of byte offsets, nearly ascending, with access by index.
struct InstructionOffsets {
  private static let interval = 1024

  /// Differences to the offset before, as zigzag LEB128 numbers.
  private var bytes: [UInt8] = []
  /// Where every 1024th difference starts, and the offset before it.
  private var marks: [(position: Int, offset: Int)] = []
  private var count = 0
  private var last = 0

  init(capacity: Int) { bytes.reserveCapacity(capacity) }

  mutating func append(_ offset: Int) {
    if count % Self.interval == 0 { marks.append((bytes.count, last)) }
    let difference = offset &- last
    var value = UInt(bitPattern: (difference &<< 1) ^ (difference &>> (Int.bitWidth - 1)))
    while value >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: value) | 0x80)
      value &>>= 7
    }
    bytes.append(UInt8(truncatingIfNeeded: value))
    last = offset
    count += 1
  }

  subscript(index: Int) -> Int? {
    guard index >= 0, index < count else { return nil }
    var (position, offset) = marks[index / Self.interval]
    for _ in 0...(index % Self.interval) {
      var value: UInt = 0
      var shift: UInt = 0
      while position < bytes.count {
        let byte = bytes[position]
        position += 1
        value |= UInt(byte & 0x7F) &<< shift
        shift += 7
        if byte & 0x80 == 0 { break }
      }
      offset += Int(bitPattern: (value &>> 1) ^ (0 &- (value & 1)))
    }
    return offset
  }
}
