// Memory without bounds checks or reference counting for the loop that types instructions. Indices are checked by the
// rules themselves, which have to report them anyway.

/// A fixed array.
final class FlatBuffer<Element: BitwiseCopyable> {
  // Invariant: `count` initialised elements at `base`, freed with the buffer.
  let base: UnsafeMutablePointer<Element>
  let count: Int

  init(_ elements: some Collection<Element>) {
    count = elements.count
    base = .allocate(capacity: max(count, 1))
    var next = base
    for element in elements {
      next.initialize(to: element)
      next += 1
    }
  }

  deinit { base.deallocate() }
}

/// A stack that grows. Callers keep indices below `count`.
struct FlatStack<Element: BitwiseCopyable>: ~Copyable {
  private(set) var base: UnsafeMutablePointer<Element>
  private(set) var capacity: Int
  var count = 0

  init(capacity: Int) {
    self.capacity = capacity
    base = .allocate(capacity: capacity)
  }

  deinit { base.deallocate() }

  @inline(__always) subscript(index: Int) -> Element {
    get {
      assert(index >= 0 && index < count)
      return base[index]
    }
    nonmutating set {
      assert(index >= 0 && index < count)
      base[index] = newValue
    }
  }

  @inline(__always) mutating func append(_ element: Element) {
    if count == capacity { grow(to: count &+ 1) }
    (base + count).initialize(to: element)
    count &+= 1
  }

  /// The caller has made room.
  @inline(__always) mutating func append(_ elements: UnsafePointer<Element>, count added: Int) {
    assert(capacity - count >= added)
    (base + count).update(from: elements, count: added)
    count &+= added
  }

  @inline(never) mutating func grow(to needed: Int) {
    let larger = max(capacity * 2, needed)
    let memory = UnsafeMutablePointer<Element>.allocate(capacity: larger)
    memory.moveInitialize(from: base, count: count)
    base.deallocate()
    base = memory
    capacity = larger
  }
}
