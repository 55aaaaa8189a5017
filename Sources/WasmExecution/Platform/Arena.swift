// Small records that are freed all at once: one allocation of the system's for many of them.

/// Memory for records that live as long as it does.
package struct Arena: ~Copyable {
  // Invariant: `next` has `left` bytes behind it that nobody has, aligned to `alignment`.
  private var chunks: [UnsafeMutableRawPointer] = []
  private var next: UnsafeMutableRawPointer?
  private var left = 0
  private static var alignment: Int { 16 }
  private static var chunkBytes: Int { 2048 }

  package init() {}

  deinit {
    for chunk in chunks { chunk.deallocate() }
  }

  /// Room for so many values, at least one, with undefined contents.
  package mutating func allocate<Value: BitwiseCopyable>(
    _ type: Value.Type = Value.self, _ count: Int = 1
  ) -> UnsafeMutablePointer<Value> {
    assert(MemoryLayout<Value>.alignment <= Self.alignment)
    let bytes = Self.roundUp(max(MemoryLayout<Value>.stride * count, 1))
    if bytes > left { addChunk(bytes) }
    let start = next.unsafelyUnwrapped
    next = start + bytes
    left -= bytes
    return start.bindMemory(to: Value.self, capacity: max(count, 1))
  }

  private mutating func addChunk(_ bytes: Int) {
    let size = max(bytes, min(Self.chunkBytes << min(chunks.count, 5), 64 << 10))
    let chunk = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: Self.alignment)
    chunks.append(chunk)
    next = chunk
    left = size
  }

  private static func roundUp(_ bytes: Int) -> Int {
    (bytes + alignment - 1) & ~(alignment - 1)
  }
}

/// Where arrays lie in a block that they are allocated in together.
struct BlockLayout {
  private(set) var bytes = 0

  /// The offset of an array.
  mutating func add<Value>(_ type: Value.Type, _ count: Int) -> Int {
    let alignment = MemoryLayout<Value>.alignment
    let offset = (bytes + alignment - 1) & ~(alignment - 1)
    bytes = offset + MemoryLayout<Value>.stride * count
    return offset
  }
}
