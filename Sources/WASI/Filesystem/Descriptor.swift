// `descriptor` of wasi:filesystem/types: an open file or directory as a guest has it. What the guest may do with it is
// decided here, for every file system alike.

/// A file or directory that a guest has open. Safe to use from any thread.
package final class Descriptor: Sendable {
  package let node: Node
  /// What was asked for when it was opened, `get-flags`.
  package let flags: DescriptorFlags
  /// Fixed when it was opened, `get-type`.
  package let type: DescriptorType
  /// Whether metadata may be changed: what was opened in a directory that is not to be mutated is not changed either.
  private let isMutable: Bool

  /// - Parameter isMutable: Whether it was opened in a directory with the flag `mutate-directory`.
  init(_ node: Node, flags: DescriptorFlags, isMutable: Bool) throws(SystemError) {
    self.node = node
    self.isMutable = isMutable
    switch node {
    case .file(let file):
      type = try file.status().type
      self.flags = flags.subtracting(.mutateDirectory)
    case .directory:
      type = .directory
      self.flags = flags.subtracting(.write)
    }
  }

  /// A preopened directory.
  package init(preopen directory: any DirectoryNode, isReadOnly: Bool) {
    node = .directory(directory)
    type = .directory
    isMutable = !isReadOnly
    flags = isReadOnly ? .read : [.read, .mutateDirectory]
  }

  // MARK: Files

  /// Reads at an offset; 0 at the end.
  package func read(
    into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64
  ) throws(SystemError) -> Int {
    let file = try file(for: .read)
    return try file.read(into: buffer, at: offset)
  }

  package func write(
    _ bytes: UnsafeRawBufferPointer, at offset: UInt64
  ) throws(SystemError) -> Int {
    try file(for: .write).write(bytes, at: offset)
  }

  package func append(_ bytes: UnsafeRawBufferPointer) throws(SystemError) -> Int {
    try file(for: .write).append(bytes)
  }

  package func advise(
    offset: UInt64, length: UInt64, _ advice: Advice
  ) throws(SystemError) {
    guard !offset.addingReportingOverflow(length).overflow else { throw .invalid }
    switch node {
    case .file(let file): try file.advise(offset: offset, length: length, advice)
    case .directory: throw .badDescriptor
    }
  }

  package func setSize(_ size: UInt64) throws(SystemError) {
    try file(for: .write).setSize(size)
  }

  /// When to try again a read or write that was `wouldBlock`.
  package func readiness(forWriting: Bool) -> Readiness {
    switch node {
    case .file(let file): file.readiness(forWriting: forWriting)
    case .directory: .ready
    }
  }

  /// Whether it is a file that was opened for reading or writing, as opening a stream has to say.
  package func check(_ access: DescriptorFlags) throws(SystemError) { _ = try file(for: access) }

  private func file(for access: DescriptorFlags) throws(SystemError) -> any FileNode {
    switch node {
    case .file(let file):
      guard flags.contains(access) else { throw .badDescriptor }
      return file
    case .directory: throw .isDirectory
    }
  }

  // MARK: Both

  package func syncData() throws(SystemError) { try synchronize(dataOnly: true) }
  package func sync() throws(SystemError) { try synchronize(dataOnly: false) }

  private func synchronize(dataOnly: Bool) throws(SystemError) {
    switch node {
    case .file(let file): try file.synchronize(dataOnly: dataOnly)
    case .directory(let directory): try directory.synchronize(dataOnly: dataOnly)
    }
  }

  package func stat() throws(SystemError) -> DescriptorStat {
    switch node {
    case .file(let file): try file.status()
    case .directory(let directory): try directory.status()
    }
  }

  package func setTimes(
    access: NewTimestamp, modification: NewTimestamp
  ) throws(SystemError) {
    switch node {
    case .file(let file):
      guard isMutable else { throw .readOnly }
      try file.setTimes(access: access, modification: modification)
    case .directory(let directory):
      try requireMutation()
      try directory.setTimes(access: access, modification: modification)
    }
  }

  package func isSameObject(as other: Descriptor) -> Bool {
    guard let mine = try? stat(), let theirs = try? other.stat() else { return false }
    return mine.device == theirs.device && mine.inode == theirs.inode
  }

  package func metadataHash() throws(SystemError) -> MetadataHashValue { try stat().metadataHash }

  // MARK: Directories

  var directory: any DirectoryNode {
    get throws(SystemError) {
      switch node {
      case .directory(let directory): return directory
      case .file: throw .notDirectory
      }
    }
  }

  /// Changes to directories need the flag `mutate-directory`.
  func requireMutation() throws(SystemError) {
    _ = try directory
    guard flags.contains(.mutateDirectory) else { throw .readOnly }
  }

  /// All entries, without `.` and `..`.
  package func readDirectory() throws(SystemError) -> [DirectoryEntry] {
    let directory = try directory
    guard flags.contains(.read) else { throw .badDescriptor }
    return try directory.entries()
  }
}
