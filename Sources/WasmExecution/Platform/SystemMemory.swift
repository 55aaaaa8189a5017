// Memory from the C allocator, where a guest chooses the size: unlike Swift's own allocation it can fail.

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

enum SystemMemory {
  /// Zeroed memory, aligned to 16; large amounts cost nothing until they are touched.
  static func allocateZeroed(_ bytes: Int) -> UnsafeMutableRawPointer? { calloc(max(bytes, 1), 1) }

  /// Memory with undefined contents.
  static func allocate(_ bytes: Int, alignment: Int) -> UnsafeMutableRawPointer? {
    var base: UnsafeMutableRawPointer?
    return posix_memalign(&base, alignment, max(bytes, 1)) == 0 ? base : nil
  }

  /// Changes the size of memory from here, moving it if need be; nil leaves it as it was.
  static func reallocate(
    _ base: UnsafeMutableRawPointer, _ bytes: Int
  ) -> UnsafeMutableRawPointer? { realloc(base, max(bytes, 1)) }

  static func free(_ base: UnsafeMutableRawPointer?) {
    #if canImport(Darwin)
      Darwin.free(base)
    #elseif canImport(Musl)
      Musl.free(base)
    #else
      Glibc.free(base)
    #endif
  }
}
