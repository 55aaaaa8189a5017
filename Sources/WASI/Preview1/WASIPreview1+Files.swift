// Functions of WASI 0.1 on open descriptors, except reading and writing.

import WasmExecution

extension WASIPreview1 {
  /// The open file or directory behind argument 0.
  private func fileOrDirectory(_ call: Preview1Call) throws -> Descriptor {
    switch try descriptors[call.u32(0)].object {
    case .file(let descriptor), .directory(let descriptor): return descriptor
    case .source, .sink, .socket: throw Errno.badf
    }
  }

  /// The open file behind argument 0, for what streams and sockets cannot do.
  private func file(_ call: Preview1Call) throws -> (Descriptor, OpenDescriptor) {
    let entry = try descriptors[call.u32(0)]
    switch entry.object {
    case .file(let descriptor): return (descriptor, entry)
    case .directory: throw Errno.badf
    case .source, .sink, .socket: throw Errno.spipe
    }
  }

  // MARK: The descriptor itself

  func fdClose(_ call: Preview1Call) throws { try descriptors.remove(call.u32(0)) }

  func fdRenumber(_ call: Preview1Call) throws {
    try descriptors.renumber(call.u32(0), to: call.u32(1))
  }

  /// `fdstat`: type 0, flags 2, rights 8, inheriting rights 16.
  func fdFdstatGet(_ call: Preview1Call) throws {
    let entry = try descriptors[call.u32(0)]
    let record = try record(call.u32(1), size: 24, call)
    record.put(entry.type.rawValue, at: 0)
    record.put(entry.flags.rawValue, at: 2)
    record.put(entry.rights.base.rawValue, at: 8)
    record.put(entry.rights.inheriting.rawValue, at: 16)
  }

  func fdFdstatSetFlags(_ call: Preview1Call) throws {
    let entry = try descriptors[call.u32(0)]
    let flags = try call.flags(1, within: FDFlags.all)
    // How writes are synchronized is decided when a file is opened.
    let fixed: FDFlags = [.dsync, .rsync, .sync]
    guard flags.intersection(fixed) == entry.flags.intersection(fixed) else {
      throw Errno.notsup
    }
    entry.flags = flags
  }

  /// Rights are no more than a record of how a file was opened.
  func fdFdstatSetRights(_ call: Preview1Call) throws {
    _ = try descriptors[call.u32(0)]
    throw Errno.notsup
  }

  /// `prestat`: tag 0, length of the name 4.
  func fdPrestatGet(_ call: Preview1Call) throws {
    let path = try preopenPath(call)
    let record = try record(call.u32(1), size: 8, call)
    record.put(UInt8(0), at: 0)
    record.put(UInt32(clamping: path.utf8.count), at: 4)
  }

  func fdPrestatDirName(_ call: Preview1Call) throws {
    let path = Array(try preopenPath(call).utf8)
    guard path.count <= Int(call.u32(2)) else { throw Errno.nametoolong }
    try call.memory.slice(call.u32(1), UInt64(path.count)).copyBytes(from: path)
  }

  private func preopenPath(_ call: Preview1Call) throws -> String {
    guard let path = try descriptors[call.u32(0)].preopenPath else { throw Errno.badf }
    return path
  }

  // MARK: Attributes

  func fdFilestatGet(_ call: Preview1Call) throws {
    let entry = try descriptors[call.u32(0)]
    switch entry.object {
    case .file(let descriptor), .directory(let descriptor):
      try putFilestat(descriptor.stat(), at: call.u32(1), call)
    case .source, .sink, .socket:
      let record = try record(call.u32(1), size: 64, call)
      record.initializeMemory(as: UInt8.self, repeating: 0)
      record.put(entry.type.rawValue, at: 16)
    }
  }

  /// `filestat`: device 0, inode 8, type 16, links 24, size 32, times 40.
  func putFilestat(_ stat: DescriptorStat, at address: UInt32, _ call: Preview1Call) throws {
    let record = try record(address, size: 64, call)
    record.initializeMemory(as: UInt8.self, repeating: 0)
    record.put(stat.device, at: 0)
    record.put(stat.inode, at: 8)
    record.put(FileType(stat.type).rawValue, at: 16)
    record.put(stat.linkCount, at: 24)
    record.put(stat.size, at: 32)
    record.put(stat.dataAccessTimestamp.timestamp, at: 40)
    record.put(stat.dataModificationTimestamp.timestamp, at: 48)
    record.put(stat.statusChangeTimestamp.timestamp, at: 56)
  }

  func fdFilestatSetSize(_ call: Preview1Call) throws {
    try file(call).0.setSize(call.u64(1))
  }

  func fdFilestatSetTimes(_ call: Preview1Call) throws {
    let descriptor = try fileOrDirectory(call)
    let flags = try call.flags(3, within: FSTFlags.all)
    let (access, modification) = try flags.timestamps(call.u64(1), call.u64(2))
    try descriptor.setTimes(access: access, modification: modification)
  }

  func fdAdvise(_ call: Preview1Call) throws {
    let (descriptor, _) = try file(call)
    guard let advice = Advice(rawValue: UInt8(clamping: call.u32(3))) else { throw Errno.inval }
    try descriptor.advise(offset: call.u64(1), length: call.u64(2), advice)
  }

  /// Makes the file at least so large; whether space is set aside is the file system's business.
  func fdAllocate(_ call: Preview1Call) throws {
    let (descriptor, _) = try file(call)
    let (end, overflow) = call.u64(1).addingReportingOverflow(call.u64(2))
    guard !overflow, call.u64(2) > 0 else { throw overflow ? Errno.fbig : Errno.inval }
    guard descriptor.flags.contains(.write) else { throw Errno.badf }
    if try descriptor.stat().size < end { try descriptor.setSize(end) }
  }

  func fdSync(_ call: Preview1Call) throws { try fileOrDirectory(call).sync() }
  func fdDatasync(_ call: Preview1Call) throws { try fileOrDirectory(call).syncData() }

  // MARK: Position

  func fdSeek(_ call: Preview1Call) throws {
    let (descriptor, entry) = try file(call)
    let delta = Int64(bitPattern: call.u64(1))
    guard let whence = Whence(rawValue: UInt8(clamping: call.u32(2))) else { throw Errno.inval }
    let base: UInt64
    switch whence {
    case .set: base = 0
    case .cur: base = entry.position
    case .end: base = try descriptor.stat().size
    }
    let magnitude = delta.magnitude
    let (target, overflow) =
      delta < 0
      ? base.subtractingReportingOverflow(magnitude) : base.addingReportingOverflow(magnitude)
    guard !overflow, target <= UInt64(Int64.max) else { throw Errno.inval }
    try call.memory.store(target, at: call.u32(3))
    entry.position = target
  }

  func fdTell(_ call: Preview1Call) throws {
    try call.memory.store(file(call).1.position, at: call.u32(1))
  }

  // MARK: Directories

  /// Entries from a cookie on, as many bytes as fit; the last may be cut off, and the guest asks for it again.
  func fdReaddir(_ call: Preview1Call) throws {
    let entry = try descriptors[call.u32(0)]
    guard case .directory(let descriptor) = entry.object else { throw Errno.notdir }
    let buffer = try call.memory.list(call.u32(1), call.u32(2))
    let cookie = call.u64(3)
    if cookie == 0 || entry.listing == nil { entry.listing = try listing(of: descriptor) }
    let listing = entry.listing ?? []
    var rest = buffer[...]
    for index in min(Int(clamping: cookie), listing.count)..<listing.count where !rest.isEmpty {
      for part in [Self.dirent(listing[index], next: index + 1), Array(listing[index].name.utf8)] {
        UnsafeMutableRawBufferPointer(rebasing: rest).copyBytes(from: part.prefix(rest.count))
        rest = rest.dropFirst(part.count)
      }
    }
    try call.memory.store(UInt32(buffer.count - rest.count), at: call.u32(4))
  }

  /// WASI 0.1 lists the directory itself and its parent, whose inode is nobody's business.
  private func listing(of descriptor: Descriptor) throws -> [DirectoryEntry] {
    let inode = try descriptor.stat().inode
    let own = [".", ".."].map { DirectoryEntry(type: .directory, name: $0, inode: inode) }
    return own + (try descriptor.readDirectory())
  }

  /// `dirent`: next cookie 0, inode 8, length of the name 16, type 20.
  private static func dirent(_ entry: DirectoryEntry, next: Int) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: 24)
    bytes.withUnsafeMutableBytes { record in
      record.put(UInt64(next), at: 0)
      record.put(entry.inode, at: 8)
      record.put(UInt32(clamping: entry.name.utf8.count), at: 16)
      record.put(FileType(entry.type).rawValue, at: 20)
    }
    return bytes
  }

  /// The place of a record that contains numbers of 64 bits.
  func record(
    _ address: UInt32, size: UInt64, _ call: Preview1Call
  ) throws(HostFailure) -> UnsafeMutableRawBufferPointer {
    guard address % 8 == 0 || size == 8 && address % 4 == 0 else {
      throw .trap(.hostError, detail: "misaligned pointer")
    }
    return try call.memory.slice(address, size)
  }
}
