// Open files of an in-memory file system, and what files and directories have in common.

/// An open node: keeps its inode.
class MemoryNode: @unchecked Sendable {
  // Invariant: immutable, and the subclasses add nothing.
  final let fileSystem: InMemoryFileSystem
  final let id: MemoryTree.ID

  init(fileSystem: InMemoryFileSystem, id: MemoryTree.ID) {
    self.fileSystem = fileSystem
    self.id = id
    fileSystem.state.withLock { $0.retain(id) }
  }

  deinit { fileSystem.state.withLock { $0.release(id) } }

  final var now: WASIInstant { fileSystem.clocks.wallTime }

  final func withTree<Result: Sendable>(
    _ body: (inout MemoryTree) throws(SystemError) -> Result
  ) throws(SystemError) -> Result {
    try fileSystem.state.withLock { tree throws(SystemError) in try body(&tree) }
  }

  final func status() throws(SystemError) -> DescriptorStat { try status(of: id) }

  final func status(of id: MemoryTree.ID) throws(SystemError) -> DescriptorStat {
    let inode = try withTree { tree throws(SystemError) in try tree.inode(id) }
    return DescriptorStat(
      type: inode.type, linkCount: UInt64(max(inode.linkCount, 0)), size: UInt64(inode.size),
      dataAccessTimestamp: inode.access, dataModificationTimestamp: inode.modification,
      statusChangeTimestamp: inode.change, device: fileSystem.device, inode: id)
  }

  final func setTimes(access: NewTimestamp, modification: NewTimestamp) throws(SystemError) {
    setTimes(of: id, access, modification)
  }

  final func setTimes(
    of id: MemoryTree.ID, _ access: NewTimestamp, _ modification: NewTimestamp
  ) {
    let now = now
    fileSystem.state.withLock { tree in
      tree.update(id) { inode in
        inode.access = access.time(now) ?? inode.access
        inode.modification = modification.time(now) ?? inode.modification
        inode.change = now
      }
    }
  }

  final func synchronize(dataOnly: Bool) {}
}

extension NewTimestamp {
  /// nil to leave what there is.
  fileprivate func time(_ now: WASIInstant) -> WASIInstant? {
    switch self {
    case .noChange: nil
    case .now: now
    case .timestamp(let instant): instant
    }
  }
}

final class MemoryFile: MemoryNode, FileNode, @unchecked Sendable {
  func read(
    into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64
  ) throws(SystemError) -> Int {
    try withTree { tree throws(SystemError) in
      guard case .file(let bytes) = try tree.inode(id).contents else { throw .badDescriptor }
      guard let start = Int(exactly: offset) else { throw .invalid }
      let part = bytes.dropFirst(start).prefix(buffer.count)
      buffer.copyBytes(from: part)
      return part.count
    }
  }

  func write(_ bytes: UnsafeRawBufferPointer, at offset: UInt64) throws(SystemError) -> Int {
    guard let start = Int(exactly: offset) else { throw .invalid }
    return try write(bytes, at: start)
  }

  func append(_ bytes: UnsafeRawBufferPointer) throws(SystemError) -> Int {
    try write(bytes, at: nil)
  }

  /// Behind the end if there is no offset.
  private func write(_ bytes: UnsafeRawBufferPointer, at offset: Int?) throws(SystemError) -> Int {
    let now = now
    if bytes.isEmpty { return 0 }
    return try withTree { tree throws(SystemError) in
      let size = try tree.inode(id).size
      let start = offset ?? size
      let (end, overflow) = start.addingReportingOverflow(bytes.count)
      guard !overflow else { throw .fileTooLarge }
      if end > size { try Self.resize(id, to: end, in: &tree) }
      tree.update(id) { inode in
        inode.changeFile { contents in
          contents.withUnsafeMutableBytes { target in
            UnsafeMutableRawBufferPointer(rebasing: target[start..<end]).copyMemory(from: bytes)
          }
        }
        inode.modification = now
        inode.change = now
      }
      return bytes.count
    }
  }

  func setSize(_ size: UInt64) throws(SystemError) {
    guard let size = Int(exactly: size) else { throw .fileTooLarge }
    let now = now
    try withTree { tree throws(SystemError) in
      try Self.resize(id, to: size, in: &tree)
      tree.update(id) { inode in
        inode.modification = now
        inode.change = now
      }
    }
  }

  /// New bytes are zero.
  private static func resize(
    _ id: MemoryTree.ID, to size: Int, in tree: inout MemoryTree
  ) throws(SystemError) {
    let old = try tree.inode(id).size
    if size > old { try tree.take(size - old) } else { tree.give(old - size) }
    tree.update(id) { inode in
      inode.changeFile { contents in
        if size > old {
          contents.append(contentsOf: repeatElement(0, count: size - old))
        } else {
          contents.removeLast(old - size)
        }
      }
    }
  }

  func advise(offset: UInt64, length: UInt64, _ advice: Advice) {}

  func readiness(forWriting: Bool) -> Readiness { .ready }
}

extension MemoryTree.Inode {
  /// Changes a file's bytes without copying them.
  fileprivate mutating func changeFile(_ body: (inout [UInt8]) -> Void) {
    guard case .file(var bytes) = contents else { return }
    contents = .file([])
    body(&bytes)
    contents = .file(bytes)
  }
}
