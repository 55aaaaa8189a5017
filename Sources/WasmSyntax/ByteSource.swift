// Immutable bytes with shared ownership: a module nested in a component is a slice of the component's bytes, and
// function bodies stay bytes until they are first called.

/// Owns the storage that slices point into; frees it when the last slice is gone.
package final class ByteStorage: @unchecked Sendable {
  // Invariant: `base` is valid for `count` bytes and never written to until deinit. That makes it Sendable.
  @usableFromInline let base: UnsafeRawPointer
  @usableFromInline let count: Int
  private let release: @Sendable (UnsafeRawPointer, Int) -> Void

  /// Takes over memory (for example a file mapping) that `release` gives back.
  package init(
    adopting base: UnsafeRawPointer, count: Int,
    release: @escaping @Sendable (UnsafeRawPointer, Int) -> Void
  ) {
    self.base = base
    self.count = count
    self.release = release
  }

  package convenience init(copying bytes: some Collection<UInt8>) {
    let count = bytes.count
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: max(count, 1), alignment: 16)
    buffer.copyBytes(from: bytes)
    self.init(adopting: UnsafeRawPointer(buffer.baseAddress!), count: count) { base, _ in
      UnsafeMutableRawPointer(mutating: base).deallocate()
    }
  }

  deinit { release(base, count) }
}

/// A slice of shared immutable bytes.
package struct Bytes: Sendable {
  @usableFromInline let storage: ByteStorage
  package let range: Range<Int>

  package init(_ storage: ByteStorage) {
    self.storage = storage
    range = 0..<storage.count
  }

  package init(_ bytes: some Collection<UInt8>) { self.init(ByteStorage(copying: bytes)) }

  init(storage: ByteStorage, range: Range<Int>) {
    self.storage = storage
    self.range = range
  }

  @inlinable package var count: Int { range.count }

  /// The sub-slice at offsets relative to this slice, clamped to it.
  package func slice(_ offsets: Range<Int>) -> Bytes {
    let lower = min(max(offsets.lowerBound, 0), count)
    let upper = min(max(offsets.upperBound, lower), count)
    return Bytes(storage: storage, range: range.lowerBound + lower..<range.lowerBound + upper)
  }

  /// The address of the first byte. Valid while any slice of the storage is alive: the caller keeps one.
  @inlinable package var unsafeBase: UnsafeRawPointer { storage.base + range.lowerBound }

  @inlinable package var unsafeBuffer: UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(start: unsafeBase, count: count)
  }

  @inlinable package func withUnsafeBytes<R, E: Error>(
    _ body: (UnsafeRawBufferPointer) throws(E) -> R
  ) throws(E) -> R {
    defer { withExtendedLifetime(storage) {} }
    return try body(unsafeBuffer)
  }

  /// A copy as an array.
  package var array: [UInt8] { withUnsafeBytes { [UInt8]($0) } }
}
