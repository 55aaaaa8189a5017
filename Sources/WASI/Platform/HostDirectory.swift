// A directory of the host. Every operation is one system call of the `*at` family with a single name below an open
// directory, told not to follow links.

import WasmSyntax

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

final class HostDirectory: DirectoryNode {
  private let descriptor: FileDescriptor
  private var number: Int32 { descriptor.number }

  private init(_ descriptor: FileDescriptor) { self.descriptor = descriptor }

  /// Opens a directory to be preopened, by any path; links in it are the embedder's business.
  convenience init(path: String) throws(FileError) {
    let number = openat(AT_FDCWD, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard number >= 0 else { throw FileError(code: errno) }
    self.init(FileDescriptor(owning: number))
  }

  func status() throws(SystemError) -> DescriptorStat { try descriptor.status() }

  func synchronize(dataOnly: Bool) throws(SystemError) {
    try descriptor.synchronize(dataOnly: dataOnly)
  }

  func setTimes(access: NewTimestamp, modification: NewTimestamp) throws(SystemError) {
    try descriptor.setTimes(access: access, modification: modification)
  }

  // MARK: Opening

  func openForLookup(_ name: PathComponent) throws(SystemError) -> any DirectoryNode {
    let flags = O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC
    do throws(SystemError) {
      return HostDirectory(try openAt(name, O_RDONLY | flags))
    } catch .access {
      #if canImport(Darwin)
        throw .access
      #else
        // Looking names up takes no permission to read. O_PATH, which Swift does not see.
        return HostDirectory(try openAt(name, 0o10000000 | flags))
      #endif
    }
  }

  func open(
    _ name: PathComponent, _ openFlags: OpenFlags, _ flags: DescriptorFlags
  ) throws(SystemError) -> Node {
    // Opening must neither wait for the other end of a pipe nor make a terminal ours.
    var options = O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC
    if openFlags.contains(.directory) { options |= O_DIRECTORY }
    if openFlags.contains(.create) { options |= O_CREAT }
    if openFlags.contains(.exclusive) { options |= O_EXCL }
    if openFlags.contains(.truncate) { options |= O_TRUNC }
    if flags.contains(.fileIntegritySync) { options |= O_SYNC }
    if flags.contains(.dataIntegritySync) { options |= O_DSYNC }
    let access =
      switch (flags.contains(.read), flags.contains(.write) || openFlags.contains(.truncate)) {
      case (true, true): O_RDWR
      case (false, true): O_WRONLY
      case (_, false): O_RDONLY
      }
    let opened: FileDescriptor
    do throws(SystemError) {
      opened = try openAt(name, options | access)
    } catch .notDirectory, .tooManyLinks {
      // With O_DIRECTORY, Linux says of a link what it says of a file.
      guard let status = try? status(of: name), status.type == .symbolicLink else {
        throw .notDirectory
      }
      throw .loop
    }
    guard try opened.status().type == .directory else { return .file(HostFile(opened)) }
    return .directory(HostDirectory(opened))
  }

  private func openAt(
    _ name: PathComponent, _ flags: Int32
  ) throws(SystemError) -> FileDescriptor {
    FileDescriptor(owning: try retrying { openat(number, name.name, flags, 0o666) })
  }

  // MARK: Names

  func status(of name: PathComponent) throws(SystemError) -> DescriptorStat {
    var status = SystemStat()
    try checking { fstatat(number, name.name, &status, AT_SYMLINK_NOFOLLOW) }
    return DescriptorStat(status)
  }

  func setTimes(
    of name: PathComponent, access: NewTimestamp, modification: NewTimestamp
  ) throws(SystemError) {
    let times = [timespec(access), timespec(modification)]
    try checking { utimensat(number, name.name, times, AT_SYMLINK_NOFOLLOW) }
  }

  func readLink(_ name: PathComponent) throws(SystemError) -> String {
    var buffer = [CChar](repeating: 0, count: ParsedPath.maximumBytes)
    let count = try retrying { readlinkat(number, name.name, &buffer, buffer.count) }
    guard count < buffer.count else { throw .nameTooLong }
    let bytes = buffer.prefix(count).map { UInt8(bitPattern: $0) }
    guard let contents = String(validating: bytes, as: UTF8.self) else {
      throw .illegalByteSequence
    }
    return contents
  }

  func createDirectory(_ name: PathComponent) throws(SystemError) {
    try checking { mkdirat(number, name.name, 0o777) }
  }

  func createLink(_ name: PathComponent, contents: String) throws(SystemError) {
    try checking { symlinkat(contents, number, name.name) }
  }

  func link(
    _ name: PathComponent, to directory: any DirectoryNode, _ newName: PathComponent
  ) throws(SystemError) {
    guard let other = directory as? HostDirectory else { throw .crossDevice }
    try checking { linkat(number, name.name, other.number, newName.name, 0) }
  }

  func rename(
    _ name: PathComponent, to directory: any DirectoryNode, _ newName: PathComponent
  ) throws(SystemError) {
    guard let other = directory as? HostDirectory else { throw .crossDevice }
    try checking { renameat(number, name.name, other.number, newName.name) }
  }

  func removeDirectory(_ name: PathComponent) throws(SystemError) {
    try checking { unlinkat(number, name.name, AT_REMOVEDIR) }
  }

  func unlink(_ name: PathComponent) throws(SystemError) {
    try checking { unlinkat(number, name.name, 0) }
  }

  // MARK: Entries

  /// Names that are not UTF-8 cannot be said in WASI and are left out.
  func entries() throws(SystemError) -> [DirectoryEntry] {
    // An open file description of its own: the position in the directory belongs to it.
    let copy = try retrying { openat(number, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
    guard let stream = fdopendir(copy) else {
      defer { _ = close(copy) }
      throw .current
    }
    defer { closedir(stream) }
    var entries: [DirectoryEntry] = []
    while true {
      errno = 0
      guard let entry = readdir(stream) else {
        guard errno == 0 else { throw .current }
        return entries
      }
      guard let name = Self.name(of: entry), let component = PathComponent(entry: name) else {
        continue
      }
      let type = DescriptorType(entryType: UInt8(entry.pointee.d_type))
      entries.append(
        DirectoryEntry(
          type: type ?? (try? status(of: component))?.type ?? .unknown, name: name,
          inode: UInt64(entry.pointee.d_ino)))
    }
  }

  private static func name(of entry: UnsafeMutablePointer<dirent>) -> String? {
    // The name may be longer than the array it is declared as.
    guard let offset = MemoryLayout<dirent>.offset(of: \.d_name) else { return nil }
    let name = (UnsafeRawPointer(entry) + offset).assumingMemoryBound(to: CChar.self)
    return String(validatingCString: name)
  }
}
