// Compiled C programs (Tests/Programs, sources beside them): what they print was recorded from wasmtime 49.

import TestSupport
import Testing
import WasmExecution
import WasmSyntax

@testable import WASI

/// Runs a program of Tests/Programs in this process; returns its exit status.
private func run(_ name: String, _ configuration: WASIConfiguration) throws -> UInt32 {
  let engine = Engine(configuration: EngineConfiguration())
  let bytes = try Bytes(contentsOf: "\(programs)/\(name).wasm")
  let store = CoreStore(engine: engine)
  let imports = try WASIPreview1(configuration).imports(for: store)
  let instance = try store.instantiate(CoreModule(engine: engine, bytes: bytes)) {
    imports[$0.name]
  }
  do {
    _ = try store.invoke(#require(instance.function(named: "_start")), [])
    return 0
  } catch InvocationError.host(let error as WASIExit, backtrace: _) {
    return error.code
  }
}

private let programs =
  #filePath.split(separator: "/").dropLast(2).reduce("") { "\($0)/\($1)" }
  + "/Programs"

private func expected(_ name: String) throws -> String {
  String(decoding: try Bytes(contentsOf: "\(programs)/expected/\(name).txt").array, as: UTF8.self)
}

/// The tree that `expected/tree.txt` was recorded with.
private func fill(_ root: Descriptor) throws {
  for path in ["sub", "sub/deep", "empty"] { try root.createDirectory(at: path) }
  try root.create("a.txt", "hello")
  try root.create("sub/b.txt", "world!!")
  try root.create("sub/deep/c", "x")
  for (name, contents) in [
    ("link", "a.txt"), ("linkdir", "sub"), ("broken", "nowhere"), ("escape", "../../etc"),
    ("loop", "loop"),
  ] {
    try root.symlink(contents: contents, at: name)
  }
}

@Suite struct ProgramTests {
  @Test func treeOnTheHost() throws {
    let folder = try TemporaryFolder()
    defer { withExtendedLifetime(folder) {} }
    try fill(Descriptor(preopen: HostDirectory(path: folder.path), isReadOnly: false))
    let output = CapturedOutput()
    var configuration = WASIConfiguration()
    configuration.arguments = ["tree", "/data"]
    configuration.preopens = [.directory(folder.path, as: "/data")]
    configuration.standardOutput = .captured(output)
    #expect(try run("tree", configuration) == 0)
    #expect(try output.text == expected("tree"))
  }

  @Test func treeInMemory() throws {
    let fileSystem = InMemoryFileSystem()
    try fill(Descriptor(preopen: fileSystem.root, isReadOnly: false))
    let output = CapturedOutput()
    var configuration = WASIConfiguration()
    configuration.arguments = ["tree", "/data"]
    configuration.preopens = [.inMemory(fileSystem, as: "/data")]
    configuration.standardOutput = .captured(output)
    #expect(try run("tree", configuration) == 0)
    #expect(try output.text == expected("tree"))
  }

  @Test func sort() throws {
    let (output, errors) = (CapturedOutput(), CapturedOutput())
    var configuration = WASIConfiguration()
    configuration.arguments = ["sort", "-r"]
    configuration.environment = [("PREFIX", "> ")]
    configuration.standardInput = .bytes(Array("pear\nfig\n\nÄpfel\nfig\nbanana".utf8))
    configuration.standardOutput = .captured(output)
    configuration.standardError = .captured(errors)
    #expect(try run("sort", configuration) == 0)
    #expect(try output.text == expected("sort"))
    configuration.standardInput = .closed
    #expect(try run("sort", configuration) == 1)
    #expect(errors.text == "sort: no lines\n")
  }

  @Test func clocks() throws {
    let output = CapturedOutput()
    var configuration = WASIConfiguration()
    configuration.standardOutput = .captured(output)
    let start = OSThread.now
    #expect(try run("clocks", configuration) == 42)
    #expect(OSThread.now - start >= 50_000_000)
    #expect(try output.text == expected("clocks"))
  }

  /// On a clock that tests move, sleeping takes no time and everything is the same each time.
  @Test func clocksWithoutTime() throws {
    let output = CapturedOutput()
    var configuration = WASIConfiguration()
    configuration.standardOutput = .captured(output)
    configuration.randomness = .seeded(7)
    let clock = SteppableClock(wallTime: WASIInstant(seconds: 1_700_000_000), skipsWaits: true)
    configuration.clocks = .stepped(clock)
    #expect(try run("clocks", configuration) == 42)
    #expect(try output.text == expected("clocks"))
    #expect(clock.monotonicTime >= 50_000_000)
  }
}
