// Address space of the process: reserved without memory behind it, made readable and writable piece by piece.

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

enum AddressSpace {
  /// The granularity of everything here.
  static let pageSize = Int(getpagesize())

  static func roundUp(_ bytes: UInt64) -> UInt64 {
    let mask = UInt64(pageSize - 1)
    return bytes > .max - mask ? .max & ~mask : (bytes + mask) & ~mask
  }

  /// Reserves addresses that cannot be accessed; nil if there are not enough.
  static func reserve(_ bytes: UInt64) -> UnsafeMutableRawPointer? {
    guard bytes > 0, bytes <= 1 << 46 else { return nil }
    #if canImport(Darwin)
      let flags = MAP_PRIVATE | MAP_ANON
    #else
      let flags = MAP_PRIVATE | MAP_ANONYMOUS | Int32(MAP_NORESERVE)
    #endif
    let address = mmap(nil, Int(bytes), PROT_NONE, flags, -1, 0)
    return address == MAP_FAILED ? nil : address
  }

  /// Makes reserved pages readable and writable; they are zero until written.
  static func commit(_ base: UnsafeMutableRawPointer, _ bytes: Int) -> Bool {
    bytes == 0 || mprotect(base, bytes, PROT_READ | PROT_WRITE) == 0
  }

  /// Makes committed pages zero again and gives their memory back.
  static func reset(_ base: UnsafeMutableRawPointer, _ bytes: Int) -> Bool {
    if bytes == 0 { return true }
    #if canImport(Darwin)
      // MADV_FREE may leave the contents: map fresh pages over them.
      let flags = MAP_PRIVATE | MAP_ANON | MAP_FIXED
      return mmap(base, bytes, PROT_READ | PROT_WRITE, flags, -1, 0) != MAP_FAILED
    #else
      return madvise(base, bytes, Int32(MADV_DONTNEED)) == 0
    #endif
  }

  static func release(_ base: UnsafeMutableRawPointer, _ bytes: UInt64) {
    munmap(base, Int(bytes))
  }
}
