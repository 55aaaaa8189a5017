// From the bytes of a keyword to what it stands for, without making a string of it.

import WasmSyntax

/// Hash table of every keyword that the grammar knows.
struct WordTable: Sendable {
  static let shared = WordTable()

  private struct Entry {
    var spelling: StaticString
    var word: Word
  }

  private let entries: [Entry]
  /// Open addressing; indices into `entries`, -1 where free.
  private let slots: [Int16]
  private static let slotMask = 4095

  private init() {
    var entries: [Entry] = []
    var slots = [Int16](repeating: -1, count: Self.slotMask + 1)
    func add(_ spelling: StaticString, _ word: Word) {
      let bytes = UnsafeBufferPointer(start: spelling.utf8Start, count: spelling.utf8CodeUnitCount)
      var slot = Self.hash(bytes) & Self.slotMask
      while slots[slot] >= 0 {
        let other = entries[Int(slots[slot])].spelling
        let otherBytes = UnsafeBufferPointer(
          start: other.utf8Start, count: other.utf8CodeUnitCount)
        // The first row of those with one keyword stands for all of them.
        if otherBytes.elementsEqual(bytes) { return }
        slot = (slot + 1) & Self.slotMask
      }
      slots[slot] = Int16(truncatingIfNeeded: entries.count)
      entries.append(Entry(spelling: spelling, word: word))
    }
    for row in InstructionTable.shared.rows {
      add(row.name, Word(rawValue: UInt32(row.opcode.rawValue)))
    }
    for keyword in Keyword.allCases { add(keyword.spelling, Word(keyword)) }
    self.entries = entries
    self.slots = slots
  }

  /// What the keyword stands for, `.unknown` if nothing.
  func word(for bytes: UnsafeBufferPointer<UInt8>) -> Word {
    var slot = Self.hash(bytes) & Self.slotMask
    while slots[slot] >= 0 {
      let entry = entries[Int(slots[slot])]
      if entry.spelling.utf8CodeUnitCount == bytes.count,
        UnsafeBufferPointer(start: entry.spelling.utf8Start, count: bytes.count)
          .elementsEqual(bytes)
      {
        return entry.word
      }
      slot = (slot + 1) & Self.slotMask
    }
    if Self.startsNumber(bytes, behind: "offset=") { return .offsetEquals }
    if Self.startsNumber(bytes, behind: "align=") { return .alignEquals }
    return .unknown
  }

  private static func startsNumber(
    _ bytes: UnsafeBufferPointer<UInt8>, behind prefix: StaticString
  ) -> Bool {
    let count = prefix.utf8CodeUnitCount
    return bytes.count > count
      && UnsafeBufferPointer(start: prefix.utf8Start, count: count)
        .elementsEqual(bytes[0..<count])
  }

  @inline(__always)
  private static func hash(_ bytes: UnsafeBufferPointer<UInt8>) -> Int { hashBytes(bytes) }
}

/// FNV-1a with a final mix; not for tables that an adversary can flood.
@inline(__always)
func hashBytes(_ bytes: UnsafeBufferPointer<UInt8>) -> Int {
  var hash: UInt64 = 0xCBF2_9CE4_8422_2325
  for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
  return Int(truncatingIfNeeded: (hash ^ (hash >> 29)) & 0x7FFF_FFFF)
}
