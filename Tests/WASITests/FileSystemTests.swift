// What works, works the same on the host and in memory.

import Testing

@testable import WASI

@Suite struct FileSystemTests {
  @Test(arguments: FileSystemKind.allCases)
  func readingAndWriting(_ kind: FileSystemKind) throws {
    let tree = try TestTree(kind)
    defer { tree.keep() }
    let file = try tree.inside.open(at: "new", [], .create, [.read, .write])
    #expect(file.type == .regularFile)
    #expect(try file.write("hello", at: 3) == 5)
    #expect(try file.text == "\0\0\0hello")
    #expect(try file.append(" world") == 6)
    #expect(try file.write("HE", at: 3) == 2)
    #expect(try file.append("!") == 1)
    #expect(try file.text == "\0\0\0HEllo world!")
    try file.setSize(5)
    #expect(try file.text == "\0\0\0HE")
    try file.setSize(7)
    #expect(try file.text == "\0\0\0HE\0\0")
    #expect(try file.write("", at: 100) == 0)
    #expect(try file.stat().size == 7)
    var buffer = [UInt8](repeating: 0, count: 2)
    #expect(try buffer.withUnsafeMutableBytes { try file.read(into: $0, at: 3) } == 2)
    #expect(buffer == Array("HE".utf8))
    #expect(try buffer.withUnsafeMutableBytes { try file.read(into: $0, at: 7) } == 0)
    #expect(try buffer.withUnsafeMutableBytes { try file.read(into: $0, at: 1 << 40) } == 0)
    try file.sync()
    try file.syncData()
    try file.advise(offset: 0, length: 7, .sequential)
    #expect(file.readiness(forWriting: true).isTrue && file.readiness(forWriting: false).isTrue)
  }

  @Test(arguments: FileSystemKind.allCases)
  func streams(_ kind: FileSystemKind) throws {
    let tree = try TestTree(kind)
    defer { tree.keep() }
    let file = try tree.inside.open(at: "file", [], [], [.read, .write])
    let (first, second) = (FileSource(file, from: 0), FileSource(file, from: 3))
    #expect(try first.read(upTo: 3) == Array("con".utf8))
    #expect(try second.read(upTo: 100) == Array("tents".utf8))
    #expect(try second.read(upTo: 100) == [])
    let (sink, appending) = (FileSink(file, from: 6), FileSink(appendingTo: file))
    for stream in [sink, appending, sink] {
      #expect(try Array("ab".utf8).withUnsafeBytes { try stream.write($0) } == .bytes(2))
    }
    #expect(try file.text == "contenabab")
    // A reader that was at the end sees what was written since.
    #expect(try second.read(upTo: 100) == Array("ab".utf8))
    #expect(throws: SystemError.invalid) { try FileSource(file, from: .max).read(upTo: 1) }
  }

  @Test(arguments: FileSystemKind.allCases)
  func impossibleOffsets(_ kind: FileSystemKind) throws {
    let tree = try TestTree(kind)
    defer { tree.keep() }
    let file = try tree.inside.open(at: "file", [], [], [.read, .write])
    #expect(throws: SystemError.invalid) { try file.write("x", at: .max) }
    #expect(throws: SystemError.invalid) { try file.write("x", at: 1 << 63) }
    #expect(throws: SystemError.self) { try file.write("x", at: 1 << 63 - 1) }
    #expect(throws: SystemError.fileTooLarge) { try file.setSize(.max) }
    #expect(throws: SystemError.self) { try file.setSize(1 << 62) }
    #expect(throws: SystemError.invalid) { try file.advise(offset: .max, length: 2, .normal) }
    var byte: UInt8 = 0
    #expect(throws: SystemError.invalid) {
      try withUnsafeMutableBytes(of: &byte) { try file.read(into: $0, at: .max) }
    }
    #expect(try file.text == "contents")
  }

  @Test(arguments: FileSystemKind.allCases)
  func whatADescriptorMayDo(_ kind: FileSystemKind) throws {
    let tree = try TestTree(kind)
    defer { tree.keep() }
    let reader = try tree.inside.open(at: "file", [], [], .read)
    #expect(throws: SystemError.badDescriptor) { try reader.write("x", at: 0) }
    #expect(throws: SystemError.badDescriptor) { try reader.append("x") }
    #expect(throws: SystemError.badDescriptor) { try reader.setSize(0) }
    // As in POSIX, that takes no descriptor for writing.
    try reader.setTimes(access: .now, modification: .now)
    #expect(throws: SystemError.notDirectory) { try reader.readDirectory() }
    #expect(throws: SystemError.notDirectory) { try reader.stat(at: "x", []) }
    #expect(throws: SystemError.notDirectory) { try reader.createDirectory(at: "x") }
    let writer = try tree.inside.open(at: "file", [], [], .write)
    #expect(throws: SystemError.badDescriptor) { try writer.text }
    #expect(throws: SystemError.isDirectory) { try tree.inside.text }
    #expect(throws: SystemError.isDirectory) { try tree.inside.write("x", at: 0) }
    #expect(reader.flags == .read)
    #expect(writer.flags == .write)
    #expect(tree.inside.flags == [.read, .mutateDirectory])
  }

  @Test(arguments: FileSystemKind.allCases)
  func readOnlyPreopens(_ kind: FileSystemKind) throws {
    let tree = try TestTree(kind)
    defer { tree.keep() }
    let readOnly = Descriptor(preopen: try tree.inside.directory, isReadOnly: true)
    #expect(try readOnly.text("file") == "contents")
    #expect(throws: SystemError.readOnly) { try readOnly.open(at: "file", [], [], .write) }
    #expect(throws: SystemError.readOnly) { try readOnly.open(at: "file", [], .truncate, .read) }
    #expect(throws: SystemError.readOnly) { try readOnly.open(at: "new", [], .create, .read) }
    #expect(throws: SystemError.readOnly) { try readOnly.unlinkFile(at: "file") }
    #expect(throws: SystemError.readOnly) { try readOnly.removeDirectory(at: "dir/deep") }
    #expect(throws: SystemError.readOnly) { try readOnly.symlink(contents: "x", at: "new") }
    #expect(throws: SystemError.readOnly) { try readOnly.link(at: "file", [], to: readOnly, "x") }
    #expect(throws: SystemError.readOnly) {
      try readOnly.setTimes(access: .now, modification: .now)
    }
    let file = try readOnly.open(at: "file", [], [], .read)
    #expect(throws: SystemError.readOnly) { try file.setTimes(access: .now, modification: .now) }
    let inner = try readOnly.open(at: "dir", [], .directory, .read)
    #expect(throws: SystemError.readOnly) { try inner.createDirectory(at: "new") }
  }

  @Test(arguments: FileSystemKind.allCases)
  func namesAndLinks(_ kind: FileSystemKind) throws {
    let tree = try TestTree(kind)
    defer { tree.keep() }
    let inside = tree.inside
    try inside.link(at: "file", [], to: inside, "dir/second")
    #expect(try inside.stat(at: "file", []).linkCount == 2)
    let (first, second) = (
      try inside.open(at: "file", [], [], .read), try inside.open(at: "dir/second", [], [], .read)
    )
    #expect(first.isSameObject(as: second))
    #expect(try first.metadataHash() == second.metadataHash())
    #expect(try first.metadataHash() == inside.metadataHash(at: "link", .symlinkFollow))
    #expect(try first.metadataHash() != inside.metadataHash(at: "link", []))
    try inside.unlinkFile(at: "file")
    try inside.unlinkFile(at: "dir/second")
    // A file lives on for as long as it is open.
    #expect(try first.text == "contents")
    #expect(try first.stat().linkCount == 0)
    #expect(throws: SystemError.noEntry) { try inside.text("dir/second") }
    try inside.symlink(contents: "dir/nested", at: "made")
    #expect(try inside.readLink(at: "made") == "dir/nested")
    #expect(try inside.text("made") == "nested")
    // A link is renamed and removed itself.
    try inside.rename("made", to: inside, "dir/made")
    #expect(throws: SystemError.noEntry) { try inside.text("dir/made") }
    try inside.unlinkFile(at: "dir/made")
    #expect(try inside.text("dir/nested") == "nested")
  }

  @Test(arguments: FileSystemKind.allCases)
  func renaming(_ kind: FileSystemKind) throws {
    let tree = try TestTree(kind)
    defer { tree.keep() }
    let inside = tree.inside
    try inside.rename("file", to: inside, "dir/nested")
    #expect(try inside.text("dir/nested") == "contents")
    try inside.rename("dir/nested", to: inside, "dir/nested")
    try inside.createDirectory(at: "empty/")
    try inside.rename("dir", to: inside, "empty")
    #expect(try inside.text("empty/nested") == "contents")
    try inside.rename("empty/deep/", to: inside, "deep")
    #expect(
      try Set(inside.open(at: "empty", [], .directory, .read).readDirectory().map(\.name)) == [
        "nested"
      ])
    let gone = try inside.open(at: "deep", [], .directory, [.read, .mutateDirectory])
    try inside.removeDirectory(at: "deep")
    #expect(throws: SystemError.noEntry) { try gone.createDirectory(at: "x") }
    #expect(throws: SystemError.noEntry) { try gone.open(at: "x", [], .create, .write) }
    #expect(try gone.readDirectory() == [])
  }

  @Test(arguments: FileSystemKind.allCases)
  func entriesAndTimes(_ kind: FileSystemKind) throws {
    let tree = try TestTree(kind)
    defer { tree.keep() }
    let inside = tree.inside
    var types: [String: DescriptorType] = [:]
    for entry in try inside.readDirectory() { types[entry.name] = entry.type }
    #expect(types.count == 2 + TestTree.links.count)
    #expect(types["file"] == .regularFile && types["dir"] == .directory)
    #expect(types["updir"] == .symbolicLink)
    let (early, late) = (WASIInstant(seconds: 5, nanoseconds: 7), WASIInstant(seconds: 1 << 31))
    try inside.setTimes(
      at: "link", .symlinkFollow, access: .timestamp(early), modification: .timestamp(late))
    var stat = try inside.stat(at: "file", [])
    #expect(stat.dataAccessTimestamp == early && stat.dataModificationTimestamp == late)
    try inside.setTimes(at: "file", [], access: .now, modification: .noChange)
    stat = try inside.stat(at: "file", [])
    #expect(stat.dataAccessTimestamp > early && stat.dataModificationTimestamp == late)
    try inside.setTimes(at: "link", [], access: .timestamp(late), modification: .noChange)
    #expect(try inside.stat(at: "file", []).dataAccessTimestamp != late)
    #expect(try inside.stat(at: "link", []).dataAccessTimestamp == late)
    let before = try inside.metadataHash(at: "file", [])
    _ = try inside.open(at: "file", [], [], .write).write("changed", at: 0)
    #expect(try inside.metadataHash(at: "file", []) != before)
  }

  @Test func memoryIsLimited() throws {
    let fileSystem = InMemoryFileSystem(limit: 4096)
    try fileSystem.write([1, 2, 3], to: "a/b/c")
    #expect(try fileSystem.read("a/b/c") == [1, 2, 3])
    #expect(try fileSystem.names(in: "a") == ["b"])
    let error = #expect(throws: InMemoryFileSystemError.self) {
      try fileSystem.write([UInt8](repeating: 0, count: 4096), to: "large")
    }
    #expect(error?.reason == .noSpace)
    let root = Descriptor(preopen: fileSystem.root, isReadOnly: false)
    let file = try root.open(at: "large", [], [], .write)
    #expect(throws: SystemError.insufficientSpace) { try file.setSize(1 << 40) }
    try file.setSize(1000)
    // What is removed makes room.
    for _ in 0..<20 {
      try fileSystem.write([UInt8](repeating: 0, count: 1500), to: "again")
      try root.unlinkFile(at: "again")
    }
    #expect(throws: SystemError.insufficientSpace) {
      for index in 0..<100 { try root.createDirectory(at: "\(index)") }
    }
  }

  /// Names that only differ in how a letter is composed are different names.
  @Test func namesCompareByBytes() throws {
    let fileSystem = InMemoryFileSystem()
    try fileSystem.write(Array("one".utf8), to: "\u{E9}")
    try fileSystem.write(Array("two".utf8), to: "e\u{301}")
    #expect(try fileSystem.names().count == 2)
    #expect(try fileSystem.read("e\u{301}") == Array("two".utf8))
  }
}
