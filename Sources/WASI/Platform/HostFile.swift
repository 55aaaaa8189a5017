// A file of the host.

import Synchronization

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

final class HostFile: FileNode {
  private let descriptor: FileDescriptor
  /// Whether O_APPEND is set. It makes an append atomic, but on Linux it also makes every positioned write an append.
  private let isAppending = Mutex(false)
  /// Whether reading and writing have a position: not for pipes, sockets and terminals.
  private let isSeekable: Bool

  init(_ descriptor: FileDescriptor) {
    self.descriptor = descriptor
    isSeekable = lseek(descriptor.number, 0, SEEK_CUR) >= 0
  }

  func status() throws(SystemError) -> DescriptorStat { try descriptor.status() }

  func read(
    into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64
  ) throws(SystemError) -> Int {
    guard isSeekable else { return try descriptor.read(into: buffer) }
    return try descriptor.read(into: buffer, at: Self.position(offset))
  }

  func write(_ bytes: UnsafeRawBufferPointer, at offset: UInt64) throws(SystemError) -> Int {
    guard isSeekable else { return try descriptor.write(bytes) }
    let position = try Self.position(offset)
    return try whileAppending(false) { () throws(SystemError) in
      try descriptor.write(bytes, at: position)
    }
  }

  func append(_ bytes: UnsafeRawBufferPointer) throws(SystemError) -> Int {
    guard isSeekable else { return try descriptor.write(bytes) }
    return try whileAppending(true) { () throws(SystemError) in try descriptor.write(bytes) }
  }

  private func whileAppending(
    _ wanted: Bool, _ body: () throws(SystemError) -> Int
  ) throws(SystemError) -> Int {
    try isAppending.withLock { (isAppending: inout Bool) throws(SystemError) in
      if isAppending != wanted {
        try descriptor.setStatusFlags(O_APPEND, to: wanted)
        isAppending = wanted
      }
      return try body()
    }
  }

  private static func position(_ offset: UInt64) throws(SystemError) -> Int64 {
    guard let position = Int64(exactly: offset) else { throw .invalid }
    return position
  }

  func advise(offset: UInt64, length: UInt64, _ advice: Advice) throws(SystemError) {
    #if !canImport(Darwin)
      let value =
        switch advice {
        case .normal: POSIX_FADV_NORMAL
        case .sequential: POSIX_FADV_SEQUENTIAL
        case .random: POSIX_FADV_RANDOM
        case .willNeed: POSIX_FADV_WILLNEED
        case .dontNeed: POSIX_FADV_DONTNEED
        case .noReuse: POSIX_FADV_NOREUSE
        }
      let status = posix_fadvise(
        descriptor.number, off_t(clamping: offset), off_t(clamping: length), value)
      guard status == 0 else { throw SystemError(errno: status) }
    #endif
  }

  func synchronize(dataOnly: Bool) throws(SystemError) {
    try descriptor.synchronize(dataOnly: dataOnly)
  }

  func setSize(_ size: UInt64) throws(SystemError) {
    guard let size = off_t(exactly: size) else { throw .fileTooLarge }
    try checking { ftruncate(descriptor.number, size) }
  }

  func setTimes(access: NewTimestamp, modification: NewTimestamp) throws(SystemError) {
    try descriptor.setTimes(access: access, modification: modification)
  }

  func readiness(forWriting: Bool) -> Readiness {
    if isSeekable { return .ready }
    return forWriting ? .writable(descriptor) : .readable(descriptor)
  }
}

extension FileDescriptor {
  func synchronize(dataOnly: Bool) throws(SystemError) {
    do throws(SystemError) {
      #if canImport(Darwin)
        try checking { fsync(number) }
      #else
        try checking { dataOnly ? fdatasync(number) : fsync(number) }
      #endif
    } catch .invalid {
      // Pipes and devices have nothing to synchronize.
    }
  }
}
