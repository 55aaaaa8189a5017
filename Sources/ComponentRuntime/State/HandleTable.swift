// CanonicalABI.md, Table State. The specification's `Table`: indices count from 1, and those given back are used again,
// the last one first; guests can see that order.

/// An entry of a table: a value or the place of the next free entry.
package protocol TableEntry: BitwiseCopyable {
  /// A free entry; 0 ends the list.
  static func free(next: UInt32) -> Self
  /// nil if the entry holds a value.
  var nextFree: UInt32? { get }
}

/// Table State: `Table`, of handles or of threads. Owned by the record it lies in: `deallocate` ends it.
package struct HandleTable<Entry: TableEntry>: BitwiseCopyable {
  /// `MAX_LENGTH`
  package static var maxLength: UInt32 { (1 << 28) - 1 }

  // Invariant: `entries` has `length` initialised entries, the first of which is never used; the free ones are linked
  // from `firstFree` in the order they were freed in, the last one first.
  private var entries: UnsafeMutablePointer<Entry>?
  private var capacity: UInt32 = 0
  /// The length of the specification's `array`.
  package private(set) var length: UInt32 = 1
  private var firstFree: UInt32 = 0
  /// Entries in use.
  package private(set) var count: UInt32 = 0
  package var limit = maxLength

  package init() {}

  package mutating func deallocate() {
    entries?.deallocate()
    let limit = limit
    self = HandleTable()
    self.limit = limit
  }

  /// `get`; nil where that traps. Valid until the next `add`.
  @inline(__always)
  package func get(_ index: UInt32) -> UnsafeMutablePointer<Entry>? {
    guard index < length, index != 0, let entries else { return nil }
    let entry = entries + Int(index)
    return entry.pointee.nextFree == nil ? entry : nil
  }

  /// `add`; nil where that traps.
  @inline(__always)
  package mutating func add(_ entry: Entry) -> UInt32? {
    if firstFree != 0, let entries {
      let index = firstFree
      firstFree = entries[Int(index)].nextFree ?? 0
      entries[Int(index)] = entry
      count &+= 1
      return index
    }
    return append(entry)
  }

  @inline(never)
  private mutating func append(_ entry: Entry) -> UInt32? {
    let index = length
    guard index <= min(limit, Self.maxLength) else { return nil }
    if index >= capacity { grow() }
    guard let entries else { return nil }
    (entries + Int(index)).initialize(to: entry)
    length = index + 1
    count &+= 1
    return index
  }

  private mutating func grow() {
    let larger = max(8, capacity * 2)
    let moved = UnsafeMutablePointer<Entry>.allocate(capacity: Int(larger))
    moved.initialize(to: .free(next: 0))
    if let entries {
      (moved + 1).initialize(from: entries + 1, count: Int(length) - 1)
      entries.deallocate()
    }
    entries = moved
    capacity = larger
  }

  /// The second half of `remove`: the entry must be in use.
  @inline(__always)
  package mutating func remove(_ index: UInt32) {
    assert(get(index) != nil)
    entries?[Int(index)] = .free(next: firstFree)
    firstFree = index
    count &-= 1
  }

  /// Calls the function with every entry in use.
  package func forEachLive(_ body: (UInt32, UnsafeMutablePointer<Entry>) -> Void) {
    for index in 1..<length {
      if let entry = get(index) { body(index, entry) }
    }
  }
}

/// An entry of an instance's table of threads.
///
///     in use: the thread's address         free: next << 1 | 1
package struct ThreadIndex: TableEntry {
  private let word: UInt

  init(_ thread: ThreadRef) { word = UInt(bitPattern: thread) }
  private init(word: UInt) { self.word = word }

  package static func free(next: UInt32) -> ThreadIndex { ThreadIndex(word: UInt(next) << 1 | 1) }
  package var nextFree: UInt32? { word & 1 == 1 ? UInt32(truncatingIfNeeded: word >> 1) : nil }
  package var thread: ThreadRef? { ThreadRef(bitPattern: word) }
}
