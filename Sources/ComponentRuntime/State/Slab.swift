// Where records live: chunks that never move, so that records can point at each other, and ids that carry a generation,
// so that an id kept too long is recognised instead of meaning somebody else's record. No reference counting, no
// exclusivity checks, no allocation once a chunk is there.
//
//     slot:  [ generation | index | next free slot ][ record ... ]      generation is odd while the record lives

/// Names a record for as long as it lives, and nothing afterwards. Zero names nothing.
package struct RecordID<Record>: BitwiseCopyable, Hashable, Sendable {
  /// generation << 32 | index
  package let raw: UInt64

  package init(raw: UInt64) { self.raw = raw }
  init(generation: UInt32, index: UInt32) { raw = UInt64(generation) << 32 | UInt64(index) }

  package static var none: RecordID { RecordID(raw: 0) }
  package var isNone: Bool { raw == 0 }
  package var index: UInt32 { UInt32(truncatingIfNeeded: raw) }
  var generation: UInt32 { UInt32(truncatingIfNeeded: raw >> 32) }
}

/// Records of one kind. What `add` returns holds what the slot held before: the caller sets every field it relies on.
package struct Slab<Record: BitwiseCopyable>: ~Copyable {
  // Invariant: slots from `used` on were never handed out, and nothing in them is initialised. All before have an
  // initialised header: slots on the free list have even generations, all others odd ones, except that a slot whose
  // generations are used up is on no list and even.
  private struct Header: BitwiseCopyable {
    var generation: UInt32
    var index: UInt32
    var nextFree: UnsafeMutableRawPointer?
  }
  private typealias Slot = UnsafeMutableRawPointer

  /// Slots of the first chunk; each has twice as many as the one before.
  private static var firstSlots: Int { 8 }
  private static var slotAlignment: Int { max(MemoryLayout<Record>.alignment, 16) }
  private static var recordOffset: Int { max(MemoryLayout<Header>.size, slotAlignment) }
  private static var slotBytes: Int {
    (recordOffset + MemoryLayout<Record>.size + slotAlignment - 1) & ~(slotAlignment - 1)
  }

  private var chunks: UnsafeMutablePointer<Slot>?
  private var chunkCount = 0
  private var chunkCapacity = 0
  /// Slots of all chunks.
  private var slotCount = 0
  private var firstFree: Slot?
  /// Slots that have been handed out at least once.
  private var used: UInt32 = 0
  /// Records that live.
  package private(set) var count = 0
  private let limit: Int

  package init(limit: Int = .max) { self.limit = limit }

  deinit {
    for chunk in 0..<chunkCount { chunks?[chunk].deallocate() }
    chunks?.deallocate()
  }

  /// nil beyond the limit.
  @inline(__always)
  package mutating func add() -> UnsafeMutablePointer<Record>? {
    if firstFree == nil { addSlot() }
    guard let slot = firstFree, count < limit else { return nil }
    let header = slot.assumingMemoryBound(to: Header.self)
    firstFree = header.pointee.nextFree
    header.pointee.generation &+= 1
    count &+= 1
    return (slot + Self.recordOffset).assumingMemoryBound(to: Record.self)
  }

  @inline(__always)
  package mutating func remove(_ record: UnsafeMutablePointer<Record>) {
    let slot = UnsafeMutableRawPointer(record) - Self.recordOffset
    let header = slot.assumingMemoryBound(to: Header.self)
    assert(header.pointee.generation & 1 == 1, "the record was removed before")
    header.pointee.generation &+= 1
    count &-= 1
    // A slot whose generations are used up is never used again.
    if header.pointee.generation == 0 { return }
    header.pointee.nextFree = firstFree
    firstFree = slot
  }

  /// The record's name.
  @inline(__always)
  package static func id(of record: UnsafeMutablePointer<Record>) -> RecordID<Record> {
    let slot = UnsafeMutableRawPointer(record) - recordOffset
    let header = slot.assumingMemoryBound(to: Header.self)
    return RecordID(generation: header.pointee.generation, index: header.pointee.index)
  }

  /// The record of this name if it still lives.
  @inline(__always)
  package subscript(id: RecordID<Record>) -> UnsafeMutablePointer<Record>? {
    guard id.index < used, id.generation & 1 == 1, let slot = slot(id.index),
      slot.assumingMemoryBound(to: Header.self).pointee.generation == id.generation
    else { return nil }
    return (slot + Self.recordOffset).assumingMemoryBound(to: Record.self)
  }

  /// The record that lives in a slot, for those who know that it has not changed hands.
  func record(at index: UInt32) -> UnsafeMutablePointer<Record>? {
    guard index < used, let slot = slot(index),
      slot.assumingMemoryBound(to: Header.self).pointee.generation & 1 == 1
    else { return nil }
    return (slot + Self.recordOffset).assumingMemoryBound(to: Record.self)
  }

  /// Calls the function with every record that lives; it may remove the one it is given.
  package func forEachLive(_ body: (UnsafeMutablePointer<Record>) -> Void) {
    for index in 0..<used {
      guard let slot = slot(index),
        slot.assumingMemoryBound(to: Header.self).pointee.generation & 1 == 1
      else { continue }
      body((slot + Self.recordOffset).assumingMemoryBound(to: Record.self))
    }
  }

  @inline(__always)
  private func slot(_ index: UInt32) -> Slot? {
    // With as many slots before them as the first chunk has, chunks begin at powers of two.
    let position = Int(index) &+ Self.firstSlots
    let bits = Int.bitWidth &- 1 &- position.leadingZeroBitCount
    let chunk = bits &- Self.firstSlots.trailingZeroBitCount
    return chunks.map { $0[chunk] + (position &- (1 &<< bits)) &* Self.slotBytes }
  }

  /// Puts a slot on the free list that was never used.
  @inline(never)
  private mutating func addSlot() {
    guard count < limit else { return }
    if Int(used) == slotCount { addChunk() }
    guard Int(used) < slotCount, let slot = slot(used) else { return }
    slot.initializeMemory(
      as: Header.self, to: Header(generation: 0, index: used, nextFree: nil))
    used += 1
    firstFree = slot
  }

  private mutating func addChunk() {
    let slots = Self.firstSlots << chunkCount
    guard slotCount + slots < Int(UInt32.max) else { return }
    if chunkCount == chunkCapacity {
      let capacity = max(4, chunkCapacity * 2)
      let larger = UnsafeMutablePointer<Slot>.allocate(capacity: capacity)
      if let chunks {
        larger.moveInitialize(from: chunks, count: chunkCount)
        chunks.deallocate()
      }
      chunks = larger
      chunkCapacity = capacity
    }
    let bytes = Self.slotBytes * slots
    let chunk = Slot.allocate(byteCount: bytes, alignment: Self.slotAlignment)
    (chunks.map { $0 + chunkCount })?.initialize(to: chunk)
    chunkCount += 1
    slotCount += slots
  }
}
