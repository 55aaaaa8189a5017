// Files as `Bytes`: mapped, so that a large module costs address space until its parts are read.

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Why a file could not be read or written: the system's error number.
package struct FileError: Error, Hashable, Sendable, CustomStringConvertible {
  package var code: Int32
  package init(code: Int32) { self.code = code }

  package var description: String {
    "\(String(cString: strerror(code))) (os error \(code))"
  }
}

extension Bytes {
  /// The contents of a file. Regular files are mapped copy-on-write; pipes and devices are read to their end.
  package init(contentsOf path: String) throws(FileError) {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw FileError(code: errno) }
    defer { _ = close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw FileError(code: errno) }
    switch status.st_mode & S_IFMT {
    case S_IFDIR:
      throw FileError(code: EISDIR)
    case S_IFREG where status.st_size > 0:
      let count = Int(status.st_size)
      let base = mmap(nil, count, PROT_READ, MAP_PRIVATE, descriptor, 0)
      guard let base, base != MAP_FAILED else { throw FileError(code: errno) }
      self.init(
        ByteStorage(adopting: UnsafeRawPointer(base), count: count) { base, count in
          munmap(UnsafeMutableRawPointer(mutating: base), count)
        })
    default:
      self.init(try Self.readToEnd(descriptor))
    }
  }

  private static func readToEnd(_ descriptor: Int32) throws(FileError) -> [UInt8] {
    var contents: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = read(descriptor, &chunk, chunk.count)
      if count < 0 {
        if errno == EINTR { continue }
        throw FileError(code: errno)
      }
      if count == 0 { return contents }
      contents.append(contentsOf: chunk[..<count])
    }
  }

  /// Creates or replaces a file.
  package func write(to path: String) throws(FileError) {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw FileError(code: errno) }
    defer { _ = close(descriptor) }
    try write(to: descriptor)
  }

  /// Writes everything to an open descriptor.
  package func write(to descriptor: Int32) throws(FileError) {
    let written: FileError? = withUnsafeBytes { buffer in
      var rest = buffer[...]
      while !rest.isEmpty {
        let slice = UnsafeRawBufferPointer(rebasing: rest)
        #if canImport(Darwin)
          let count = Darwin.write(descriptor, slice.baseAddress, slice.count)
        #elseif canImport(Glibc)
          let count = Glibc.write(descriptor, slice.baseAddress, slice.count)
        #elseif canImport(Musl)
          let count = Musl.write(descriptor, slice.baseAddress, slice.count)
        #endif
        if count < 0 {
          if errno == EINTR { continue }
          return FileError(code: errno)
        }
        rest = rest.dropFirst(count)
      }
      return nil
    }
    if let written { throw written }
  }
}
