// wasi:filesystem of both versions, called through components, on a file system in memory.

import ComponentRuntime
import Testing

@testable import WASI

/// The methods that both versions have, on a preopened directory.
private struct Filesystem {
  let wasi: World
  let root: ComponentValue

  init(_ wasi: World) throws {
    self.wasi = wasi
    root = try wasi("filesystem/preopens#get-directories").asList()[0].asTuple()[0]
  }

  func callAsFunction(
    _ name: String, on descriptor: ComponentValue? = nil, _ arguments: ComponentValue...
  ) throws -> ComponentValue {
    try wasi.method(
      "filesystem/types", "descriptor.\(name)", [descriptor ?? root] + arguments)
  }

  func open(
    _ path: String, _ openFlags: [String] = [], _ flags: [String] = ["read"]
  ) throws -> ComponentValue {
    try self(
      "open-at", .flags(["symlink-follow"]), .string(path), .flags(openFlags), .flags(flags))
  }
}

@Suite struct ComponentFilesystemTests {
  enum Version: CaseIterable {
    case preview2
    case preview3
  }

  private func make(
    _ version: Version, isReadOnly: Bool = false
  ) throws -> (Filesystem, InMemoryFileSystem) {
    let files = try InMemoryFileSystem(files: ["a.txt": "contents", "dir/b": "nested"])
    var configuration = WASIConfiguration()
    configuration.preopens = [.inMemory(files, as: "/data", isReadOnly: isReadOnly)]
    let wasi: World
    switch version {
    case .preview2: wasi = try .preview2(configuration)
    case .preview3: wasi = try .preview3(configuration)
    }
    return (try Filesystem(wasi), files)
  }

  @Test(arguments: Version.allCases) func metadata(version: Version) throws {
    let (fs, _) = try make(version)
    let file = try fs.open("a.txt").ok()
    let type = try fs("get-type", on: file).ok()
    #expect(try type.asCase().label == "regular-file")
    #expect(try fs("get-flags", on: file).ok() == .flags(["read"]))
    let status = try fs("stat", on: file).ok()
    #expect(try status.field("size") == .u64(8))
    #expect(try status.field("type") == type)
    #expect(
      try fs("stat-at", .flags([]), .string("dir/b")).ok().field("size") == .u64(6))
    #expect(
      try fs("metadata-hash", on: file).ok()
        == fs("metadata-hash-at", .flags([]), .string("a.txt")).ok())
    #expect(try fs("is-same-object", on: file, file.borrowed) == .bool(true))
    #expect(try fs("is-same-object", on: file, fs.root.borrowed) == .bool(false))
    _ = try fs("advise", on: file, .u64(0), .u64(8), .enum("will-need")).ok()
    _ = try fs("sync", on: file).ok()
    _ = try fs("sync-data", on: file).ok()
  }

  @Test(arguments: Version.allCases) func changing(version: Version) throws {
    let (fs, files) = try make(version)
    _ = try fs("create-directory-at", .string("new")).ok()
    _ = try fs("rename-at", .string("a.txt"), fs.root.borrowed, .string("new/c")).ok()
    _ = try fs("link-at", .flags([]), .string("new/c"), fs.root.borrowed, .string("d")).ok()
    _ = try fs("symlink-at", .string("d"), .string("e")).ok()
    #expect(try fs("readlink-at", .string("e")).ok() == .string("d"))
    let file = try fs.open("e", [], ["read", "write"]).ok()
    _ = try fs("set-size", on: file, .u64(4)).ok()
    #expect(try files.read("new/c") == Array("cont".utf8))
    _ = try fs("unlink-file-at", .string("e")).ok()
    _ = try fs("unlink-file-at", .string("new/c")).ok()
    _ = try fs("remove-directory-at", .string("new")).ok()
    #expect(try fs.open("new").errorLabel == "no-entry")
    #expect(try fs("remove-directory-at", .string("dir")).errorLabel == "not-empty")
    #expect(try fs("unlink-file-at", .string("dir")).errorLabel == "is-directory")
  }

  @Test(arguments: Version.allCases) func times(version: Version) throws {
    let (fs, _) = try make(version)
    let seconds: (Int64) -> ComponentValue =
      version == .preview2 ? { .u64(UInt64($0)) } : { .s64($0) }
    let time = ComponentValue.record(["seconds": seconds(1000), "nanoseconds": .u32(5)])
    let timestamp = ComponentValue.variant(label: "timestamp", payload: time)
    let noChange = ComponentValue.variant(label: "no-change", payload: nil)
    let path = [ComponentValue.flags([]), .string("a.txt")]
    _ = try fs("set-times-at", path[0], path[1], noChange, timestamp).ok()
    let status = try fs("stat-at", path[0], path[1]).ok()
    #expect(try status.field("data-modification-timestamp") == .option(time))
    let file = try fs.open("a.txt").ok()
    let wrong = ComponentValue.record(["seconds": seconds(0), "nanoseconds": .u32(1_000_000_000)])
    #expect(
      try fs("set-times", on: file, .variant(label: "timestamp", payload: wrong), noChange)
        .errorLabel == "invalid")
    _ = try fs("set-times", on: file, timestamp, .variant(label: "now", payload: nil)).ok()
    #expect(try fs("stat", on: file).ok().field("data-access-timestamp") == .option(time))
  }

  @Test(arguments: Version.allCases) func readOnlyIsReadOnly(version: Version) throws {
    let (fs, _) = try make(version, isReadOnly: true)
    #expect(try fs.open("a.txt", [], ["write"]).errorLabel == "read-only")
    #expect(try fs.open("x", ["create"]).errorLabel == "read-only")
    #expect(try fs("create-directory-at", .string("x")).errorLabel == "read-only")
    #expect(try fs("unlink-file-at", .string("a.txt")).errorLabel == "read-only")
    let file = try fs.open("a.txt").ok()
    #expect(try fs("set-size", on: file, .u64(0)).errorLabel == "bad-descriptor")
  }

  @Test func preview2Contents() throws {
    let (fs, files) = try make(.preview2)
    let file = try fs.open("a.txt", [], ["read", "write"]).ok()
    #expect(
      try fs("read", on: file, .u64(3), .u64(2)).ok() == .tuple([.text("nte"), .bool(false)]))
    #expect(try fs("read", on: file, .u64(.max), .u64(8)).ok() == .tuple([.text(""), .bool(true)]))
    #expect(try fs("write", on: file, .text("XY"), .u64(7)).ok() == .u64(2))
    let output = try fs("append-via-stream", on: file).ok()
    let write = "output-stream.blocking-write-and-flush"
    _ = try fs.wasi.method("io/streams", write, output, .text("!")).ok()
    #expect(try files.read("a.txt") == Array("contentXY!".utf8))
    let positioned = try fs("write-via-stream", on: file, .u64(1)).ok()
    _ = try fs.wasi.method("io/streams", write, positioned, .text("0")).ok()
    let input = try fs("read-via-stream", on: file, .u64(1)).ok()
    #expect(
      try fs.wasi.method("io/streams", "input-stream.read", input, .u64(100)).ok()
        == .text("0ntentXY!"))
    #expect(
      try fs.wasi.method("io/streams", "input-stream.read", input, .u64(1)).errorLabel == "closed")
    #expect(try fs("read-via-stream", .u64(0)).errorLabel == "is-directory")
    let entries = try fs("read-directory").ok()
    var names: [String] = []
    while case .option(let entry?) = try fs.wasi.method(
      "filesystem/types", "directory-entry-stream.read-directory-entry", entries
    ).ok() {
      names.append(try entry.field("name").asString())
    }
    #expect(names.sorted() == ["a.txt", "dir"])
  }

  // MARK: The sandbox

  /// Paths that lead out of the sandbox, or nowhere, and their errors.
  static let attempts: [(path: String, error: String)] = [
    ("", "no-entry"), ("/", "not-permitted"), ("/etc/passwd", "not-permitted"),
    ("..", "not-permitted"), ("../outside/secret", "not-permitted"),
    ("dir/../../outside/secret", "not-permitted"), ("missing/../file", "no-entry"),
    ("file/", "not-directory"), ("loop", "loop"), ("up/outside/secret", "not-permitted"),
    ("upfile", "not-permitted"), ("updir/secret", "not-permitted"), ("absolute", "not-permitted"),
    ("sneaky/secret", "not-permitted"), ("root/etc/passwd", "not-permitted"),
    ("file\0", "invalid"), (String(repeating: "n", count: 256), "name-too-long"),
  ]

  @Test(arguments: Version.allCases, FileSystemKind.allCases)
  func nothingLeavesTheSandbox(version: Version, kind: FileSystemKind) throws {
    let tree = try TestTree(kind)
    defer { tree.keep() }
    let configuration = WASIConfiguration(preopening: tree.inside)
    let fs = try Filesystem(
      version == .preview2 ? .preview2(configuration) : .preview3(configuration))
    let follow = ComponentValue.flags(["symlink-follow"])
    for (path, error) in Self.attempts {
      #expect(try fs.open(path).errorLabel == error, "\(path)")
      #expect(try fs("stat-at", follow, .string(path)).errorLabel == error, "\(path)")
    }
    for path in ["../new", "upnew/x", "updir/new", "/new"] {
      #expect(try fs.open(path, ["create"], ["write"]).errorLabel != nil, "\(path)")
      #expect(try fs("create-directory-at", .string(path)).errorLabel != nil, "\(path)")
      #expect(try fs("symlink-at", .string("file"), .string(path)).errorLabel != nil, "\(path)")
      #expect(
        try fs("rename-at", .string("file"), fs.root.borrowed, .string(path)).errorLabel != nil)
      #expect(
        try fs("link-at", .flags([]), .string("file"), fs.root.borrowed, .string(path))
          .errorLabel != nil)
    }
    for path in ["../outside/secret", "updir/secret"] {
      #expect(try fs("unlink-file-at", .string(path)).errorLabel == "not-permitted")
      #expect(try fs.open(path, ["truncate"], ["write"]).errorLabel == "not-permitted")
    }
    try tree.checkOutside()
  }
}
