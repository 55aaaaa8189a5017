// The path functions of WASI 0.1.

extension WASIPreview1 {
  /// The directory behind an argument.
  private func directory(_ index: Int, _ call: Preview1Call) throws -> Descriptor {
    switch try descriptors[call.u32(index)].object {
    case .directory(let descriptor): return descriptor
    case .file: throw Errno.notdir
    case .source, .sink, .socket: throw Errno.badf
    }
  }

  func pathCreateDirectory(_ call: Preview1Call) throws {
    try directory(0, call).createDirectory(at: call.string(1))
  }

  func pathFilestatGet(_ call: Preview1Call) throws {
    let stat = try directory(0, call).stat(at: call.string(2), call.lookupFlags(1))
    try putFilestat(stat, at: call.u32(4), call)
  }

  func pathFilestatSetTimes(_ call: Preview1Call) throws {
    let directory = try directory(0, call)
    let flags = try call.flags(6, within: FSTFlags.all)
    let (access, modification) = try flags.timestamps(call.u64(4), call.u64(5))
    try directory.setTimes(
      at: call.string(2), call.lookupFlags(1), access: access, modification: modification)
  }

  func pathLink(_ call: Preview1Call) throws {
    let (source, target) = (try directory(0, call), try directory(4, call))
    try source.link(at: call.string(2), call.lookupFlags(1), to: target, call.string(5))
  }

  func pathOpen(_ call: Preview1Call) throws {
    let directory = try directory(0, call)
    let openFlags = try call.flags(
      4, within: [.create, .directory, .exclusive, .truncate] as OpenFlags)
    let rights = Rights(rawValue: call.u64(5))
    let fdFlags = try call.flags(7, within: FDFlags.all)
    // What is opened may turn out to be a directory, which is then as mutable as the one it was found in.
    var flags = directory.flags.intersection(.mutateDirectory)
    if rights.contains(.fdRead) || rights.contains(.fdReaddir) { flags.insert(.read) }
    let writes: Rights = [.fdWrite, .fdAllocate, .fdFilestatSetSize]
    if !rights.isDisjoint(with: writes), !openFlags.contains(.directory) { flags.insert(.write) }
    if fdFlags.contains(.sync) { flags.insert(.fileIntegritySync) }
    if fdFlags.contains(.dsync) { flags.insert(.dataIntegritySync) }
    if fdFlags.contains(.rsync) { flags.insert(.requestedWriteSync) }
    let opened = try directory.open(at: call.string(2), call.lookupFlags(1), openFlags, flags)
    let object: OpenDescriptor.Object =
      opened.type == .directory ? .directory(opened) : .file(opened)
    let number = try descriptors.insert(OpenDescriptor(object, flags: fdFlags))
    try call.memory.store(number, at: call.u32(8))
  }

  /// As much of the contents as fits.
  func pathReadlink(_ call: Preview1Call) throws {
    let contents = try directory(0, call).readLink(at: call.string(1))
    let buffer = try call.memory.list(call.u32(3), call.u32(4))
    let part = Array(contents.utf8.prefix(buffer.count))
    buffer.copyBytes(from: part)
    try call.memory.store(UInt32(part.count), at: call.u32(5))
  }

  func pathRemoveDirectory(_ call: Preview1Call) throws {
    try directory(0, call).removeDirectory(at: call.string(1))
  }

  func pathRename(_ call: Preview1Call) throws {
    let (source, target) = (try directory(0, call), try directory(3, call))
    try source.rename(call.string(1), to: target, call.string(4))
  }

  func pathSymlink(_ call: Preview1Call) throws {
    try directory(2, call).symlink(contents: call.string(0), at: call.string(3))
  }

  func pathUnlinkFile(_ call: Preview1Call) throws {
    try directory(0, call).unlinkFile(at: call.string(1))
  }
}
