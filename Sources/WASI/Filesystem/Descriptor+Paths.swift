// The operations of `descriptor` that take a path.

extension Descriptor {
  // MARK: Looking

  package func stat(at path: String, _ flags: PathFlags) throws(SystemError) -> DescriptorStat {
    switch try resolve(path, flags) {
    case .directory(let directory): return try directory.status()
    case .name(let name, let directory, let requiresDirectory):
      let status = try directory.status(of: name)
      guard status.type == .directory || !requiresDirectory else { throw .notDirectory }
      // A link that took the name's place after it was looked at.
      guard status.type != .symbolicLink || !flags.contains(.symlinkFollow) else { throw .loop }
      return status
    }
  }

  package func metadataHash(
    at path: String, _ flags: PathFlags
  ) throws(SystemError) -> MetadataHashValue { try stat(at: path, flags).metadataHash }

  /// The contents of a link; `notPermitted` if they are an absolute path.
  package func readLink(at path: String) throws(SystemError) -> String {
    let (name, directory) = try resolveName(path, orElse: .invalid)
    let contents = try directory.readLink(name)
    guard contents.utf8.first != UInt8(ascii: "/") else { throw .notPermitted }
    return contents
  }

  // MARK: Opening

  package func open(
    at path: String, _ pathFlags: PathFlags, _ openFlags: OpenFlags, _ flags: DescriptorFlags
  ) throws(SystemError) -> Descriptor {
    let base = try directory
    let mutates =
      !flags.isDisjoint(with: [.write, .mutateDirectory])
      || !openFlags.isDisjoint(with: [.truncate, .create])
    guard self.flags.contains(.mutateDirectory) || !mutates else { throw .readOnly }
    if openFlags.contains(.directory), !openFlags.isDisjoint(with: [.create, .truncate]) {
      throw .invalid
    }
    let follows =
      pathFlags.contains(.symlinkFollow) && !openFlags.contains([.create, .exclusive])
    var resolution = try PathResolution(path, in: base)
    while true {
      switch try resolution.next() {
      case .directory(let directory):
        return try reopen(directory, openFlags, flags)
      case .name(let name, let directory, let requiresDirectory):
        do throws(SystemError) {
          let node = try open(name, in: directory, requiresDirectory, openFlags, flags)
          return try Descriptor(
            node, flags: flags, isMutable: self.flags.contains(.mutateDirectory))
        } catch .loop where follows || requiresDirectory {
          guard try resolution.expand(name) else { throw .loop }
        }
      }
    }
  }

  private func open(
    _ name: PathComponent, in directory: any DirectoryNode, _ requiresDirectory: Bool,
    _ openFlags: OpenFlags, _ flags: DescriptorFlags
  ) throws(SystemError) -> Node {
    guard requiresDirectory else { return try directory.open(name, openFlags, flags) }
    // `open("new/", O_CREAT)` creates nothing.
    if openFlags.contains(.create), (try? directory.status(of: name)) == nil { throw .isDirectory }
    return try directory.open(
      name, openFlags.subtracting([.create, .truncate]).union(.directory), flags)
  }

  /// Opens a directory that is only there for lookup.
  private func reopen(
    _ directory: any DirectoryNode, _ openFlags: OpenFlags, _ flags: DescriptorFlags
  ) throws(SystemError) -> Descriptor {
    guard !openFlags.contains([.create, .exclusive]) else { throw .exist }
    guard !flags.contains(.write), openFlags.isDisjoint(with: [.create, .truncate]) else {
      throw .isDirectory
    }
    return try Descriptor(
      .directory(directory), flags: flags, isMutable: self.flags.contains(.mutateDirectory))
  }

  // MARK: Changing

  package func setTimes(
    at path: String, _ flags: PathFlags, access: NewTimestamp, modification: NewTimestamp
  ) throws(SystemError) {
    try requireMutation()
    switch try resolve(path, flags) {
    case .directory(let directory):
      try directory.setTimes(access: access, modification: modification)
    case .name(let name, let directory, let requiresDirectory):
      try check(name, in: directory, requiresDirectory)
      try directory.setTimes(of: name, access: access, modification: modification)
    }
  }

  package func createDirectory(at path: String) throws(SystemError) {
    try requireMutation()
    // A slash at the end is usual here, but a link at the end is not followed for it.
    let (name, directory) = try resolveNew(path, mayRequireDirectory: true)
    try directory.createDirectory(name)
  }

  package func symlink(contents: String, at path: String) throws(SystemError) {
    try requireMutation()
    guard !contents.isEmpty else { throw .noEntry }
    guard contents.utf8.first != UInt8(ascii: "/") else { throw .notPermitted }
    guard !contents.utf8.contains(0) else { throw .invalid }
    guard contents.utf8.count < ParsedPath.maximumBytes else { throw .nameTooLong }
    let (name, directory) = try resolveNew(path, mayRequireDirectory: false)
    try directory.createLink(name, contents: contents)
  }

  /// Makes a further name for a file.
  package func link(
    at path: String, _ flags: PathFlags, to other: Descriptor, _ newPath: String
  ) throws(SystemError) {
    try requireMutation()
    try other.requireMutation()
    guard case .name(let name, let directory, let requiresDirectory) = try resolve(path, flags)
    else { throw .notPermitted }
    try check(name, in: directory, requiresDirectory)
    let (newName, newDirectory) = try other.resolveNew(newPath, mayRequireDirectory: false)
    try directory.link(name, to: newDirectory, newName)
  }

  package func rename(
    _ path: String, to other: Descriptor, _ newPath: String
  ) throws(SystemError) {
    try requireMutation()
    try other.requireMutation()
    // POSIX, `rename`: a directory cannot be renamed as it names itself.
    for path in [path, newPath] where path.split(separator: "/").last == "." { throw .busy }
    let source = try PathResolution.lastName(path, in: directory)
    let target = try PathResolution.lastName(newPath, in: other.directory)
    guard case .name(let name, let directory, let requiresDirectory) = source,
      case .name(let newName, let newDirectory, let newRequiresDirectory) = target
    else { throw .busy }
    try check(name, in: directory, requiresDirectory || newRequiresDirectory)
    try directory.rename(name, to: newDirectory, newName)
  }

  package func removeDirectory(at path: String) throws(SystemError) {
    try requireMutation()
    // POSIX, `rmdir`: neither can one be removed so.
    if path.split(separator: "/").last == "." { throw .invalid }
    guard case .name(let name, let directory, _) = try PathResolution.lastName(path, in: directory)
    else { throw .invalid }
    try directory.removeDirectory(name)
  }

  package func unlinkFile(at path: String) throws(SystemError) {
    try requireMutation()
    let last = try PathResolution.lastName(path, in: directory)
    guard case .name(let name, let directory, let requiresDirectory) = last else {
      throw .isDirectory
    }
    let type = try directory.status(of: name).type
    if type == .directory { throw .isDirectory }
    if requiresDirectory { throw .notDirectory }
    try directory.unlink(name)
  }

  // MARK: Resolving

  private func resolve(_ path: String, _ flags: PathFlags) throws(SystemError) -> ResolvedPath {
    try PathResolution.resolve(path, in: directory, flags)
  }

  private func resolveName(
    _ path: String, orElse error: SystemError
  ) throws(SystemError) -> (PathComponent, any DirectoryNode) {
    guard case .name(let name, let directory, _) = try resolve(path, []) else { throw error }
    return (name, directory)
  }

  /// Where something new is to get a name.
  private func resolveNew(
    _ path: String, mayRequireDirectory: Bool
  ) throws(SystemError) -> (PathComponent, any DirectoryNode) {
    let last = try PathResolution.lastName(path, in: directory)
    guard case .name(let name, let directory, let requiresDirectory) = last else { throw .exist }
    if requiresDirectory, !mayRequireDirectory {
      throw (try? directory.status(of: name)) == nil ? .noEntry : .exist
    }
    return (name, directory)
  }

  /// Whether what a path with a slash at the end names is a directory.
  private func check(
    _ name: PathComponent, in directory: any DirectoryNode, _ requiresDirectory: Bool
  ) throws(SystemError) {
    guard requiresDirectory else { return }
    guard try directory.status(of: name).type == .directory else { throw .notDirectory }
  }
}

extension PathResolution {
  /// Resolves everything but the last name, which is not followed even with a slash behind it.
  static func lastName(
    _ path: String, in base: any DirectoryNode
  ) throws(SystemError) -> ResolvedPath {
    var resolution = try PathResolution(path, in: base)
    return try resolution.next()
  }
}
