// The nodes of an in-memory file system: an inode table, as in a file system on disk. Open files count as references, so
// that a file lives on after its last name is gone.

import WasmSyntax

/// All nodes, and what they may take. Only touched under the file system's lock.
struct MemoryTree {
  typealias ID = UInt64

  enum Contents {
    case file([UInt8])
    case link(String)
    /// Sorted only when listed. The parent is nil for the root and for removed directories.
    case directory([ExactName: ID], parent: ID?)
  }

  struct Inode {
    var contents: Contents
    /// Names it has; a directory has one, and none once removed.
    var linkCount = 1
    var openCount = 0
    var access: WASIInstant
    var modification: WASIInstant
    var change: WASIInstant

    var type: DescriptorType {
      switch contents {
      case .file: .regularFile
      case .link: .symbolicLink
      case .directory: .directory
      }
    }

    var size: Int {
      switch contents {
      case .file(let bytes): bytes.count
      case .link(let target): target.utf8.count
      case .directory: 0
      }
    }
  }

  static let rootID: ID = 1
  /// What a node counts beside its contents.
  static let nodeBytes = 256

  private(set) var inodes: [ID: Inode] = [:]
  private var nextID = Self.rootID
  private var bytesLeft: Int

  init(limit: Int, now: WASIInstant) {
    bytesLeft = max(limit, 0)
    _ = insert(.directory([:], parent: nil), now)
  }

  // MARK: Nodes

  func inode(_ id: ID) throws(SystemError) -> Inode {
    guard let inode = inodes[id] else { throw .badDescriptor }
    return inode
  }

  /// Changes a node in place.
  mutating func update(_ id: ID, _ body: (inout Inode) -> Void) {
    if var inode = inodes.removeValue(forKey: id) {
      body(&inode)
      inodes[id] = inode
    }
  }

  private mutating func insert(_ contents: Contents, _ now: WASIInstant) -> ID {
    let id = nextID
    nextID += 1
    inodes[id] = Inode(contents: contents, access: now, modification: now, change: now)
    return id
  }

  mutating func take(_ bytes: Int) throws(SystemError) {
    guard bytes <= bytesLeft else { throw .insufficientSpace }
    bytesLeft -= bytes
  }

  mutating func give(_ bytes: Int) { bytesLeft += bytes }

  mutating func retain(_ id: ID) { update(id) { $0.openCount += 1 } }

  mutating func release(_ id: ID) {
    update(id) { $0.openCount -= 1 }
    dropIfUnused(id)
  }

  private mutating func dropIfUnused(_ id: ID) {
    guard let inode = inodes[id], inode.linkCount <= 0, inode.openCount <= 0, id != Self.rootID
    else { return }
    inodes[id] = nil
    give(Self.nodeBytes + inode.size)
  }

  // MARK: Directories

  func entries(of directory: ID) throws(SystemError) -> [ExactName: ID] {
    guard case .directory(let entries, _) = try inode(directory).contents else {
      throw .notDirectory
    }
    return entries
  }

  func lookUp(_ name: PathComponent, in directory: ID) throws(SystemError) -> ID {
    guard let id = try entries(of: directory)[ExactName(name.name)] else { throw .noEntry }
    return id
  }

  /// Sets or removes a name.
  private mutating func setEntry(
    _ name: PathComponent, of directory: ID, to id: ID?, _ now: WASIInstant
  ) {
    update(directory) { inode in
      guard case .directory(var entries, let parent) = inode.contents else { return }
      // Not copied while it is changed.
      inode.contents = .link("")
      entries[ExactName(name.name)] = id
      inode.contents = .directory(entries, parent: parent)
      inode.modification = now
      inode.change = now
    }
  }

  mutating func create(
    _ contents: Contents, _ name: PathComponent, in directory: ID, _ now: WASIInstant
  ) throws(SystemError) -> ID {
    guard try entries(of: directory)[ExactName(name.name)] == nil else { throw .exist }
    // A removed directory takes no new entries.
    guard try inode(directory).linkCount > 0 else { throw .noEntry }
    var size = Self.nodeBytes
    if case .link(let target) = contents { size += target.utf8.count }
    try take(size)
    let id = insert(contents, now)
    setEntry(name, of: directory, to: id, now)
    return id
  }

  mutating func link(
    _ id: ID, _ name: PathComponent, in directory: ID, _ now: WASIInstant
  ) throws(SystemError) {
    guard try inode(id).type != .directory else { throw .notPermitted }
    guard try entries(of: directory)[ExactName(name.name)] == nil else { throw .exist }
    guard try inode(directory).linkCount > 0 else { throw .noEntry }
    setEntry(name, of: directory, to: id, now)
    update(id) {
      $0.linkCount += 1
      $0.change = now
    }
  }

  mutating func remove(
    _ name: PathComponent, from directory: ID, _ now: WASIInstant
  ) throws(SystemError) {
    let id = try lookUp(name, in: directory)
    setEntry(name, of: directory, to: nil, now)
    update(id) { inode in
      inode.linkCount -= 1
      inode.change = now
      if case .directory(let entries, _) = inode.contents {
        inode.contents = .directory(entries, parent: nil)
      }
    }
    dropIfUnused(id)
  }

  mutating func rename(
    _ name: PathComponent, from source: ID, to target: ID, _ newName: PathComponent,
    _ now: WASIInstant
  ) throws(SystemError) {
    let id = try lookUp(name, in: source)
    let isDirectory = try inode(id).type == .directory
    guard try inode(target).linkCount > 0 else { throw .noEntry }
    if isDirectory, try isInside(target, of: id) { throw .invalid }
    if let old = try entries(of: target)[ExactName(newName.name)] {
      if old == id { return }
      switch (isDirectory, try inode(old).type == .directory) {
      case (true, false): throw .notDirectory
      case (false, true): throw .isDirectory
      case (true, true): guard try entries(of: old).isEmpty else { throw .notEmpty }
      case (false, false): break
      }
      try remove(newName, from: target, now)
    }
    setEntry(name, of: source, to: nil, now)
    setEntry(newName, of: target, to: id, now)
    update(id) { inode in
      inode.change = now
      if case .directory(let entries, _) = inode.contents {
        inode.contents = .directory(entries, parent: target)
      }
    }
  }

  /// Whether a directory is another one or lies anywhere below it.
  private func isInside(_ directory: ID, of ancestor: ID) throws(SystemError) -> Bool {
    var current: ID? = directory
    while let id = current {
      if id == ancestor { return true }
      guard case .directory(_, let parent) = try inode(id).contents else { return false }
      current = parent
    }
    return false
  }
}
