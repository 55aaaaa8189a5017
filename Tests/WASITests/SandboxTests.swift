// Attempts to leave a sandbox: each fails with its error code, on every file system, and nothing outside is touched.

import Testing
import WasmExecution

@testable import WASI

/// What a guest tries, and how it has to fail.
private struct Attempt: CustomTestStringConvertible, Sendable {
  let name: String
  let expected: Set<SystemError>
  let body: @Sendable (Descriptor) throws -> Void
  var testDescription: String { name }

  init(
    _ name: String, _ expected: SystemError...,
    body: @escaping @Sendable (Descriptor) throws -> Void
  ) {
    self.name = name
    self.expected = Set(expected)
    self.body = body
  }
}

/// Opens for reading, following links.
private func open(
  _ path: String, _ expected: SystemError, _ pathFlags: PathFlags = .symlinkFollow,
  _ openFlags: OpenFlags = [], _ flags: DescriptorFlags = .read
) -> Attempt {
  let text = path.utf8.count > 40 ? "\(path.prefix(40))... (\(path.utf8.count))" : path
  return Attempt("open \(text) \(pathFlags.rawValue) \(openFlags.rawValue)", expected) {
    _ = try $0.open(at: path, pathFlags, openFlags, flags)
  }
}

private let longName = String(repeating: "n", count: 256)
private let longPath = String(repeating: "d/", count: 2500) + "x"

private let openings: [Attempt] = [
  open("", .noEntry),
  open("/", .notPermitted),
  open("/etc/passwd", .notPermitted),
  open("//file", .notPermitted),
  open("..", .notPermitted),
  open("../inside/file", .notPermitted),
  open("../outside/secret", .notPermitted),
  open("dir/../../outside/secret", .notPermitted),
  open("dir/deep/../../../outside/secret", .notPermitted),
  open("./../outside/secret", .notPermitted),
  open("missing/../file", .noEntry),
  open("file/../file", .notDirectory),
  open("file/", .notDirectory),
  open("file/.", .notDirectory),
  open("link/", .notDirectory),
  open("missing", .noEntry),
  open("dangling", .noEntry),
  open("loop", .loop),
  open("loop1/x", .loop),
  open("loop/", .loop),
  open("up", .notPermitted),
  open("up/outside/secret", .notPermitted),
  open("upfile", .notPermitted),
  open("updir/secret", .notPermitted),
  open("updir/", .notPermitted),
  open("sneaky/secret", .notPermitted),
  open("dirlink/../updir/secret", .notPermitted),
  open("absolute", .notPermitted),
  open("root/etc/passwd", .notPermitted),
  open("root/", .notPermitted),
  open("file\0", .invalid),
  open(longName, .nameTooLong),
  open("dir/\(longName)/x", .nameTooLong),
  open(longPath, .nameTooLong),
  // Without following.
  open("link", .loop, []),
  open("upfile", .loop, []),
  open("absolute", .loop, []),
  open("loop", .loop, []),
  open("dirlink", .loop, [], .directory),
  // Creating and truncating through links.
  open("upfile", .notPermitted, .symlinkFollow, .truncate, .write),
  open("upfile", .loop, [], .truncate, .write),
  open("upnew", .notPermitted, .symlinkFollow, .create, .write),
  open("upnew", .loop, [], .create, .write),
  open("upnew", .exist, .symlinkFollow, [.create, .exclusive], .write),
  open("absolute", .notPermitted, .symlinkFollow, [.create, .truncate], .write),
  open("updir/new", .notPermitted, .symlinkFollow, .create, .write),
  open("../outside/new", .notPermitted, .symlinkFollow, .create, .write),
  open("file", .exist, [], [.create, .exclusive], .write),
  open("new/", .isDirectory, [], .create, .write),
  open("missing/new", .noEntry, [], .create, .write),
  open("file/new", .notDirectory, [], .create, .write),
  open("dir", .isDirectory, [], [], .write),
  open("dir", .isDirectory, [], .create, [.read, .write]),
  open(".", .isDirectory, [], [], .write),
  open("file", .notDirectory, [], .directory),
  open("dir", .invalid, [], [.directory, .create]),
  open(longName, .nameTooLong, [], .create, .write),
]

private let others: [Attempt] = [
  Attempt("stat ..", .notPermitted) { _ = try $0.stat(at: "..", []) },
  Attempt("stat upfile", .notPermitted) { _ = try $0.stat(at: "upfile", .symlinkFollow) },
  Attempt("stat updir/", .notPermitted) { _ = try $0.stat(at: "updir/", []) },
  Attempt("stat updir/secret", .notPermitted) { _ = try $0.stat(at: "updir/secret", []) },
  Attempt("stat loop", .loop) { _ = try $0.stat(at: "loop", .symlinkFollow) },
  Attempt("stat file/", .notDirectory) { _ = try $0.stat(at: "file/", []) },
  Attempt("hash absolute", .notPermitted) {
    _ = try $0.metadataHash(at: "absolute", .symlinkFollow)
  },
  Attempt("times upfile", .notPermitted) {
    try $0.setTimes(at: "upfile", .symlinkFollow, access: .now, modification: .now)
  },
  Attempt("times ../outside", .notPermitted) {
    try $0.setTimes(at: "../outside", [], access: .now, modification: .now)
  },
  Attempt("readlink absolute", .notPermitted) { _ = try $0.readLink(at: "absolute") },
  Attempt("readlink file", .invalid) { _ = try $0.readLink(at: "file") },
  Attempt("readlink dir", .invalid) { _ = try $0.readLink(at: "dir") },
  Attempt("readlink .", .invalid) { _ = try $0.readLink(at: ".") },
  Attempt("readlink updir/x", .notPermitted) { _ = try $0.readLink(at: "updir/x") },
  Attempt("mkdir ../new", .notPermitted) { try $0.createDirectory(at: "../new") },
  Attempt("mkdir updir/new", .notPermitted) { try $0.createDirectory(at: "updir/new") },
  Attempt("mkdir upnew", .exist) { try $0.createDirectory(at: "upnew") },
  Attempt("mkdir upnew/", .exist) { try $0.createDirectory(at: "upnew/") },
  Attempt("mkdir .", .exist) { try $0.createDirectory(at: ".") },
  Attempt("mkdir dir", .exist) { try $0.createDirectory(at: "dir") },
  Attempt("mkdir long", .nameTooLong) { try $0.createDirectory(at: longName) },
  Attempt("symlink /x", .notPermitted) { try $0.symlink(contents: "/x", at: "new") },
  Attempt("symlink empty", .noEntry) { try $0.symlink(contents: "", at: "new") },
  Attempt("symlink long", .nameTooLong) { try $0.symlink(contents: longPath, at: "new") },
  Attempt("symlink at updir/new", .notPermitted) { try $0.symlink(contents: "x", at: "updir/new") },
  Attempt("symlink at dangling", .exist) { try $0.symlink(contents: "x", at: "dangling") },
  Attempt("symlink at new/", .noEntry) { try $0.symlink(contents: "x", at: "new/") },
  Attempt("link upfile", .notPermitted) {
    try $0.link(at: "upfile", .symlinkFollow, to: $0, "new")
  },
  Attempt("link to updir", .notPermitted) { try $0.link(at: "file", [], to: $0, "updir/new") },
  Attempt("link to upnew", .exist) { try $0.link(at: "file", [], to: $0, "upnew") },
  Attempt("link dir", .notPermitted) { try $0.link(at: "dir", [], to: $0, "new") },
  Attempt("link .", .notPermitted) { try $0.link(at: ".", [], to: $0, "new") },
  Attempt("rename ../outside", .notPermitted) { try $0.rename("../outside", to: $0, "new") },
  Attempt("rename out", .notPermitted) { try $0.rename("file", to: $0, "../new") },
  Attempt("rename updir/secret", .notPermitted) { try $0.rename("updir/secret", to: $0, "new") },
  Attempt("rename to updir", .notPermitted) { try $0.rename("file", to: $0, "updir/secret") },
  Attempt("rename .", .busy) { try $0.rename(".", to: $0, "new") },
  Attempt("remove a directory as it names itself", .invalid) {
    directory in
    try directory.createDirectory(at: "itself")
    defer { try? directory.removeDirectory(at: "itself") }
    try directory.removeDirectory(at: "itself/.")
  },
  Attempt("rename into itself", .invalid) { try $0.rename("dir", to: $0, "dir/deep/new") },
  Attempt("rename dir to file", .notDirectory) { try $0.rename("dir", to: $0, "file") },
  Attempt("rename file to dir", .isDirectory) { try $0.rename("file", to: $0, "dir") },
  Attempt("rename file/", .notDirectory) { try $0.rename("file/", to: $0, "new") },
  Attempt("rename dir to dir", .notEmpty) { try $0.rename("dir/deep", to: $0, "dir") },
  Attempt("rmdir ../outside", .notPermitted) { try $0.removeDirectory(at: "../outside") },
  Attempt("rmdir updir", .notDirectory) { try $0.removeDirectory(at: "updir") },
  Attempt("rmdir dir", .notEmpty) { try $0.removeDirectory(at: "dir") },
  Attempt("rmdir file", .notDirectory) { try $0.removeDirectory(at: "file") },
  Attempt("rmdir .", .invalid) { try $0.removeDirectory(at: ".") },
  Attempt("rmdir ..", .notPermitted) { try $0.removeDirectory(at: "..") },
  Attempt("unlink ../outside/secret", .notPermitted) {
    try $0.unlinkFile(at: "../outside/secret")
  },
  Attempt("unlink updir/secret", .notPermitted) { try $0.unlinkFile(at: "updir/secret") },
  Attempt("unlink dir", .isDirectory) { try $0.unlinkFile(at: "dir") },
  Attempt("unlink .", .isDirectory) { try $0.unlinkFile(at: ".") },
  Attempt("unlink file/", .notDirectory) { try $0.unlinkFile(at: "file/") },
  Attempt("unlink missing", .noEntry) { try $0.unlinkFile(at: "missing") },
]

@Suite struct SandboxTests {
  @Test(arguments: FileSystemKind.allCases)
  func attemptsFail(_ kind: FileSystemKind) throws {
    let tree = try TestTree(kind)
    let before = try Set(tree.inside.readDirectory().map(\.name))
    for attempt in openings + others {
      let error = #expect(throws: SystemError.self, "\(attempt.name)") {
        try attempt.body(tree.inside)
      }
      if let error { #expect(attempt.expected.contains(error), "\(attempt.name): \(error)") }
      try tree.checkOutside("\(attempt.name)")
    }
    #expect(try Set(tree.inside.readDirectory().map(\.name)) == before)
    #expect(try tree.inside.text("file") == "contents")
  }

  /// What stays inside works, however winding the way.
  @Test(arguments: FileSystemKind.allCases)
  func windingPaths(_ kind: FileSystemKind) throws {
    let tree = try TestTree(kind)
    defer { tree.keep() }
    let inside = tree.inside
    let files = [
      "file", "./file", "link", "chain", "dir/../file", "dir/deep/../../file", "dot/file",
      "dirlink/../file", "dot/dot/./link", ".//file",
    ]
    for path in files { #expect(try inside.text(path) == "contents", "\(path)") }
    for path in ["dir/nested", "dirlink/nested", "slashlink/nested", "dirlink/deep/../nested"] {
      #expect(try inside.text(path) == "nested", "\(path)")
    }
    for path in ["dirlink/", "dirlink/.", "dir/deep/..", "slashlink"] {
      #expect(try inside.stat(at: path, .symlinkFollow).type == .directory, "\(path)")
    }
    #expect(try inside.stat(at: "dirlink", []).type == .symbolicLink)
    #expect(try inside.readLink(at: "updir") == "../outside")
    let made = try inside.open(at: "dangling", .symlinkFollow, .create, .write)
    #expect(try made.write("made", at: 0) == 4)
    #expect(try inside.text("missing") == "made")
  }

  @Test(arguments: FileSystemKind.allCases)
  func deepPaths(_ kind: FileSystemKind) throws {
    let tree = try TestTree(kind)
    defer { tree.keep() }
    let depth = 600
    var folder = try tree.inside.open(at: ".", [], .directory, [.read, .mutateDirectory])
    for _ in 0..<depth {
      try folder.createDirectory(at: "d")
      folder = try folder.open(at: "d", [], .directory, [.read, .mutateDirectory])
    }
    try folder.create("bottom", "deep")
    let (down, up) = (String(repeating: "d/", count: depth), String(repeating: "../", count: depth))
    #expect(try tree.inside.text(down + "bottom") == "deep")
    #expect(try tree.inside.text(down + up + "file") == "contents")
    #expect(try tree.inside.text(down + up + "d/d/../../link") == "contents")
    #expect(throws: SystemError.notPermitted) { try tree.inside.text(down + up + "../inside/file") }
  }

  /// A descriptor for a directory inside is a sandbox of its own.
  @Test(arguments: FileSystemKind.allCases)
  func innerDirectories(_ kind: FileSystemKind) throws {
    let tree = try TestTree(kind)
    defer { tree.keep() }
    let inner = try tree.inside.open(at: "dirlink", .symlinkFollow, .directory, .read)
    #expect(throws: SystemError.notPermitted) { try inner.text("../file") }
    #expect(throws: SystemError.readOnly) { try inner.createDirectory(at: "new") }
    #expect(throws: SystemError.readOnly) {
      try inner.open(at: "nested", [], [], .write)
    }
    #expect(throws: SystemError.readOnly) {
      try inner.open(at: "deep", [], [], [.read, .mutateDirectory])
    }
    #expect(throws: SystemError.readOnly) { try inner.rename("nested", to: tree.inside, "new") }
    #expect(throws: SystemError.readOnly) { try tree.inside.rename("file", to: inner, "new") }
    #expect(throws: SystemError.readOnly) {
      try inner.setTimes(at: "nested", [], access: .now, modification: .now)
    }
    #expect(try inner.text("nested") == "nested")
  }

  /// Moving a directory that is open out of the sandbox gives no access to where it has gone.
  @Test(arguments: FileSystemKind.allCases)
  func movedDirectories(_ kind: FileSystemKind) throws {
    let tree = try TestTree(kind)
    let deep = try tree.inside.open(at: "dir/deep", [], .directory, .read)
    try tree.everything.rename("inside/dir/deep", to: tree.everything, "moved")
    #expect(throws: SystemError.notPermitted) { try deep.text("../outside/secret") }
    try tree.everything.rename("moved", to: tree.everything, "inside/dir/deep")
    try tree.checkOutside()
  }

  @Test func differentFileSystems() throws {
    let trees = (try TestTree(.host), try TestTree(.memory))
    defer { trees.0.keep() }
    let (host, memory) = (trees.0.inside, trees.1.inside)
    #expect(throws: SystemError.crossDevice) { try host.rename("file", to: memory, "new") }
    #expect(throws: SystemError.crossDevice) { try memory.link(at: "file", [], to: host, "new") }
    #expect(!host.isSameObject(as: memory))
    #expect(host.isSameObject(as: host))
  }
}
