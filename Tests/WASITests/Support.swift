// File systems to test with: the same tree on the host and in memory, with something beside the sandbox that nobody may
// touch.

import Synchronization
import TestSupport
import Testing

@testable import WASI

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

private let foldersMade = Atomic<Int>(0)

/// A folder of the host that is removed with its contents when the object goes.
final class TemporaryFolder {
  let path: String

  init() throws {
    let number = foldersMade.add(1, ordering: .relaxed).newValue
    path = "\(ChildProcess.buildFolder)/wasi-tests-\(getpid())-\(number)"
    try #require(mkdir(path, 0o777) == 0)
  }

  deinit {
    if let base = try? HostDirectory(path: path) {
      Self.empty(Descriptor(preopen: base, isReadOnly: false))
    }
    rmdir(path)
  }

  private static func empty(_ folder: Descriptor) {
    for entry in (try? folder.readDirectory()) ?? [] {
      if entry.type == .directory,
        let inner = try? folder.open(at: entry.name, [], .directory, [.read, .mutateDirectory])
      {
        empty(inner)
        try? folder.removeDirectory(at: entry.name)
      } else {
        try? folder.unlinkFile(at: entry.name)
      }
    }
  }
}

/// The kinds of file system that have to behave the same.
enum FileSystemKind: CaseIterable {
  case host
  case memory
}

/// A tree with a sandbox in it:
///
///     outside/secret       "secret"
///     inside/file          "contents"
///     inside/dir/nested    "nested"
///     inside/dir/deep/
///     inside/...           links, see `links`
final class TestTree {
  /// Above the sandbox.
  let everything: Descriptor
  /// The sandbox.
  let inside: Descriptor
  private let folder: TemporaryFolder?

  /// Links in the sandbox: name and contents.
  static let links = [
    ("link", "file"), ("dirlink", "dir"), ("dangling", "missing"), ("loop", "loop"),
    ("loop1", "loop2"), ("loop2", "loop1"), ("up", ".."), ("upfile", "../outside/secret"),
    ("updir", "../outside"), ("absolute", "/etc/passwd"), ("root", "/"), ("dot", "."),
    ("upnew", "../outside/new"), ("chain", "dirlink/../link"), ("sneaky", "dir/../../outside"),
    ("slashlink", "dir/"),
  ]

  init(_ kind: FileSystemKind) throws {
    let base: any DirectoryNode
    switch kind {
    case .host:
      let folder = try TemporaryFolder()
      self.folder = folder
      base = try HostDirectory(path: folder.path)
    case .memory:
      folder = nil
      base = InMemoryFileSystem().root
    }
    everything = Descriptor(preopen: base, isReadOnly: false)
    for path in ["outside", "inside", "inside/dir", "inside/dir/deep"] {
      try everything.createDirectory(at: path)
    }
    try everything.create("outside/secret", "secret")
    try everything.create("inside/file", "contents")
    try everything.create("inside/dir/nested", "nested")
    inside = try everything.open(at: "inside", [], .directory, [.read, .mutateDirectory])
    let node = try inside.directory
    for (name, contents) in Self.links {
      // Below the checks on what a guest may write into a link.
      try node.createLink(#require(PathComponent(entry: name)), contents: contents)
    }
  }

  /// The folder is there until this is called.
  func keep() {}

  /// Fails unless what is outside of the sandbox is as it was.
  func checkOutside(_ comment: Comment? = nil, location: SourceLocation = #_sourceLocation) throws {
    let outside = try everything.open(at: "outside", [], .directory, [.read, .mutateDirectory])
    #expect(
      try outside.readDirectory().map(\.name) == ["secret"], comment, sourceLocation: location)
    #expect(try outside.text("secret") == "secret", comment, sourceLocation: location)
    #expect(
      try Set(everything.readDirectory().map(\.name)) == ["inside", "outside"], comment,
      sourceLocation: location)
  }
}

extension WASIConfiguration {
  /// With a directory that is open already as its root.
  init(preopening descriptor: Descriptor) {
    self.init()
    var preopen = Preopen.directory("", as: "/")
    preopen.origin = .descriptor(descriptor)
    preopens = [preopen]
  }
}

extension Descriptor {
  func create(_ path: String, _ text: String) throws {
    let file = try open(at: path, [], [.create, .exclusive], .write)
    #expect(try file.write(text, at: 0) == text.utf8.count)
  }

  func text(_ path: String) throws -> String {
    try open(at: path, .symlinkFollow, [], .read).text
  }

  var text: String {
    get throws {
      var buffer = [UInt8](repeating: 0, count: 4096)
      let count = try buffer.withUnsafeMutableBytes { try read(into: $0, at: 0) }
      return String(decoding: buffer[..<count], as: UTF8.self)
    }
  }

  func write(_ text: String, at offset: UInt64) throws -> Int {
    try Array(text.utf8).withUnsafeBytes { try write($0, at: offset) }
  }

  func append(_ text: String) throws -> Int {
    try Array(text.utf8).withUnsafeBytes { try append($0) }
  }
}
