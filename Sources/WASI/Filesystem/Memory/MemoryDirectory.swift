// An open directory of an in-memory file system.

import WasmSyntax

final class MemoryDirectory: MemoryNode, DirectoryNode, @unchecked Sendable {
  func entries() throws(SystemError) -> [DirectoryEntry] {
    let entries = try withTree { tree throws(SystemError) in
      try tree.entries(of: id).map { name, id in
        DirectoryEntry(
          type: tree.inodes[id]?.type ?? .unknown, name: name.string, inode: id)
      }
    }
    return entries.sorted { $0.name < $1.name }
  }

  private func lookUp(_ name: PathComponent) throws(SystemError) -> MemoryTree.ID {
    try withTree { tree throws(SystemError) in try tree.lookUp(name, in: id) }
  }

  func openForLookup(_ name: PathComponent) throws(SystemError) -> any DirectoryNode {
    guard case .directory(let directory) = try open(name, .directory, .read) else {
      throw .notDirectory
    }
    return directory
  }

  func open(
    _ name: PathComponent, _ openFlags: OpenFlags, _ flags: DescriptorFlags
  ) throws(SystemError) -> Node {
    let now = now
    let (found, type) = try withTree { tree throws(SystemError) in
      guard let found = try tree.entries(of: id)[ExactName(name.name)] else {
        guard openFlags.contains(.create) else { throw .noEntry }
        let new = try tree.create(.file([]), name, in: id, now)
        return (new, DescriptorType.regularFile)
      }
      guard !openFlags.contains([.create, .exclusive]) else { throw .exist }
      return (found, try tree.inode(found).type)
    }
    switch type {
    case .symbolicLink: throw .loop
    case .directory:
      guard !flags.contains(.write), openFlags.isDisjoint(with: [.create, .truncate]) else {
        throw .isDirectory
      }
      return .directory(MemoryDirectory(fileSystem: fileSystem, id: found))
    case .unknown, .blockDevice, .characterDevice, .fifo, .socket, .regularFile:
      guard !openFlags.contains(.directory) else { throw .notDirectory }
      let file = MemoryFile(fileSystem: fileSystem, id: found)
      if openFlags.contains(.truncate) { try file.setSize(0) }
      return .file(file)
    }
  }

  func status(of name: PathComponent) throws(SystemError) -> DescriptorStat {
    try status(of: lookUp(name))
  }

  func setTimes(
    of name: PathComponent, access: NewTimestamp, modification: NewTimestamp
  ) throws(SystemError) {
    try setTimes(of: lookUp(name), access, modification)
  }

  func readLink(_ name: PathComponent) throws(SystemError) -> String {
    try withTree { tree throws(SystemError) in
      guard case .link(let target) = try tree.inode(tree.lookUp(name, in: id)).contents else {
        throw .invalid
      }
      return target
    }
  }

  func createDirectory(_ name: PathComponent) throws(SystemError) {
    try create(.directory([:], parent: id), name)
  }

  func createLink(_ name: PathComponent, contents: String) throws(SystemError) {
    try create(.link(contents), name)
  }

  private func create(
    _ contents: MemoryTree.Contents, _ name: PathComponent
  ) throws(SystemError) {
    let now = now
    try withTree { tree throws(SystemError) in
      _ = try tree.create(contents, name, in: id, now)
    }
  }

  func link(
    _ name: PathComponent, to directory: any DirectoryNode, _ newName: PathComponent
  ) throws(SystemError) {
    let other = try sibling(directory)
    let now = now
    try withTree { tree throws(SystemError) in
      try tree.link(tree.lookUp(name, in: id), newName, in: other, now)
    }
  }

  func rename(
    _ name: PathComponent, to directory: any DirectoryNode, _ newName: PathComponent
  ) throws(SystemError) {
    let other = try sibling(directory)
    let now = now
    try withTree { tree throws(SystemError) in
      try tree.rename(name, from: id, to: other, newName, now)
    }
  }

  private func sibling(_ directory: any DirectoryNode) throws(SystemError) -> MemoryTree.ID {
    guard let other = directory as? MemoryDirectory, other.fileSystem === fileSystem else {
      throw .crossDevice
    }
    return other.id
  }

  func removeDirectory(_ name: PathComponent) throws(SystemError) {
    let now = now
    try withTree { tree throws(SystemError) in
      let entries = try tree.entries(of: tree.lookUp(name, in: id))
      guard entries.isEmpty else { throw .notEmpty }
      try tree.remove(name, from: id, now)
    }
  }

  func unlink(_ name: PathComponent) throws(SystemError) {
    let now = now
    try withTree { tree throws(SystemError) in
      guard try tree.inode(tree.lookUp(name, in: id)).type != .directory else {
        throw .isDirectory
      }
      try tree.remove(name, from: id, now)
    }
  }
}
