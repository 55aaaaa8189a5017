// What a file system has to provide. Everything that makes a sandbox is above it, in `Descriptor` and `PathResolution`,
// once for all file systems: a node works on an open file, or on one name directly within an open directory, and never
// follows a symbolic link.

/// A file that is open.
package protocol FileNode: AnyObject, Sendable {
  func status() throws(SystemError) -> DescriptorStat
  /// 0 at the end.
  func read(into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64) throws(SystemError)
    -> Int
  func write(_ bytes: UnsafeRawBufferPointer, at offset: UInt64) throws(SystemError) -> Int
  /// Writes behind the end, whoever else does so at the same time.
  func append(_ bytes: UnsafeRawBufferPointer) throws(SystemError) -> Int
  func advise(offset: UInt64, length: UInt64, _ advice: Advice) throws(SystemError)
  func synchronize(dataOnly: Bool) throws(SystemError)
  func setSize(_ size: UInt64) throws(SystemError)
  func setTimes(access: NewTimestamp, modification: NewTimestamp) throws(SystemError)
  /// When to try again what would block: pipes and devices.
  func readiness(forWriting: Bool) -> Readiness
}

/// A directory that is open. Every `name` is a `PathComponent`, so it names something directly within.
package protocol DirectoryNode: AnyObject, Sendable {
  func status() throws(SystemError) -> DescriptorStat
  func synchronize(dataOnly: Bool) throws(SystemError)
  func setTimes(access: NewTimestamp, modification: NewTimestamp) throws(SystemError)
  /// Without `.` and `..`.
  func entries() throws(SystemError) -> [DirectoryEntry]

  /// Opens a directory only to resolve names in it. Anything else is `notDirectory`, a symbolic link too.
  func openForLookup(_ name: PathComponent) throws(SystemError) -> any DirectoryNode
  /// Opens, and creates, whatever has the name. A symbolic link is `loop`, whatever the flags.
  func open(
    _ name: PathComponent, _ openFlags: OpenFlags, _ flags: DescriptorFlags
  ) throws(SystemError) -> Node
  /// Of the link itself if it is one.
  func status(of name: PathComponent) throws(SystemError) -> DescriptorStat
  /// Of the link itself if it is one.
  func setTimes(
    of name: PathComponent, access: NewTimestamp, modification: NewTimestamp
  ) throws(SystemError)
  /// `invalid` if it is not a link.
  func readLink(_ name: PathComponent) throws(SystemError) -> String
  func createDirectory(_ name: PathComponent) throws(SystemError)
  func createLink(_ name: PathComponent, contents: String) throws(SystemError)
  /// A further name for a file; `crossDevice` if `directory` is of another file system.
  func link(
    _ name: PathComponent, to directory: any DirectoryNode, _ newName: PathComponent
  ) throws(SystemError)
  func rename(
    _ name: PathComponent, to directory: any DirectoryNode, _ newName: PathComponent
  ) throws(SystemError)
  func removeDirectory(_ name: PathComponent) throws(SystemError)
  func unlink(_ name: PathComponent) throws(SystemError)
}

/// Whatever was opened.
package enum Node: Sendable {
  case file(any FileNode)
  case directory(any DirectoryNode)
}
