// Somebody else changes the tree between check and use: a name turns from a directory or file into a link that leads out
// of the sandbox and back, as fast as it can.

import ComponentRuntime
import Synchronization
import Testing
import WasmExecution
import WasmSyntax
import WasmText

@testable import WASI

/// Runs a body over and over on an OS thread of its own until it is stopped.
private final class Rival: Sendable {
  private let isStopped = Atomic<Bool>(false)
  private let ended = OSEvent()

  func start(_ body: @escaping @Sendable () throws -> Void) {
    let started = OSThread.start {
      while !self.isStopped.load(ordering: .relaxed) { try? body() }
      self.ended.set()
    }
    #expect(started)
  }

  func stop() {
    isStopped.store(true, ordering: .relaxed)
    _ = ended.wait()
  }
}

@Suite struct RaceTests {
  private static let allowed: Set<SystemError> = [.noEntry, .notPermitted, .notDirectory, .loop]

  @Test(arguments: FileSystemKind.allCases)
  func directoryBecomesLink(_ kind: FileSystemKind) throws {
    let tree = try TestTree(kind)
    try tree.inside.createDirectory(at: "real")
    try tree.inside.create("real/secret", "harmless")
    let (inside, rival) = (tree.inside, Rival())
    rival.start {
      try inside.rename("real", to: inside, "swap")
      try inside.rename("swap", to: inside, "real")
      try inside.rename("updir", to: inside, "swap")
      try inside.rename("swap", to: inside, "updir")
    }
    defer { rival.stop() }
    var outcomes: Set<String> = []
    for round in 0..<30_000 {
      do {
        switch round % 4 {
        case 0: outcomes.insert(try inside.text("swap/secret"))
        case 1: try inside.createDirectory(at: "swap/made")
        case 2: try inside.unlinkFile(at: "swap/made")
        default:
          let file = try inside.open(
            at: "swap/secret", .symlinkFollow, [.create, .truncate], .write)
          _ = try file.write("harmless", at: 0)
        }
      } catch let error as SystemError {
        if round % 4 == 2, error == .isDirectory {
          try? inside.removeDirectory(at: "swap/made")
        } else if !(round % 4 == 1 && error == .exist) {
          #expect(Self.allowed.contains(error), "\(error)")
        }
      }
    }
    #expect(outcomes.isSubset(of: ["harmless", ""]))
    try tree.checkOutside()
  }

  @Test(arguments: FileSystemKind.allCases)
  func fileBecomesLink(_ kind: FileSystemKind) throws {
    let tree = try TestTree(kind)
    try tree.inside.create("real", "harmless")
    let (inside, rival) = (tree.inside, Rival())
    rival.start {
      try inside.rename("real", to: inside, "swap")
      try inside.rename("swap", to: inside, "real")
      try inside.rename("upfile", to: inside, "swap")
      try inside.rename("swap", to: inside, "upfile")
    }
    defer { rival.stop() }
    for round in 0..<30_000 {
      let flags: PathFlags = round % 2 == 0 ? .symlinkFollow : []
      do {
        switch round / 2 % 4 {
        case 0:
          let file = try inside.open(at: "swap", flags, .truncate, .write)
          _ = try file.write("harmless", at: 0)
        case 1:
          let text = try inside.open(at: "swap", flags, [], .read).text
          #expect(["harmless", ""].contains(text))
        case 2:
          try inside.setTimes(
            at: "swap", flags, access: .timestamp(WASIInstant(seconds: 1)), modification: .noChange)
        default:
          let stat = try inside.stat(at: "swap", flags)
          #expect(!flags.contains(.symlinkFollow) || stat.type == .regularFile)
        }
      } catch let error as SystemError {
        #expect(Self.allowed.contains(error), "\(error)")
      }
    }
    try tree.checkOutside()
    let outside = try tree.everything.stat(at: "outside/secret", [])
    #expect(outside.dataAccessTimestamp.seconds != 1)
  }

  /// The same through guests, which also link and rename what is at the names.
  @Test(arguments: ["0.1", "0.2.0", "0.3.0"], FileSystemKind.allCases)
  func guestsStayInside(version: String, kind: FileSystemKind) throws {
    let tree = try TestTree(kind)
    try tree.inside.createDirectory(at: "real")
    try tree.inside.create("real/secret", "harmless")
    try tree.inside.create("realfile", "harmless")
    let (inside, rival) = (tree.inside, Rival())
    rival.start {
      for name in ["real", "updir"] {
        try inside.rename(name, to: inside, "swap")
        try inside.rename("swap", to: inside, name)
      }
      for name in ["realfile", "upfile"] {
        try inside.rename(name, to: inside, "swapfile")
        try inside.rename("swapfile", to: inside, name)
      }
    }
    defer { rival.stop() }
    let errors = try Self.race(version, in: inside, rounds: 400)
    let allowed: Set = ["no-entry", "not-permitted", "not-directory", "loop", "exist"]
    #expect(errors.isSubset(of: allowed), "\(errors)")
    #expect(errors.contains("no-entry"))
    try tree.checkOutside()
  }

  /// The errors that a guest had.
  private static func race(
    _ version: String, in directory: Descriptor, rounds: UInt32
  ) throws -> Set<String> {
    let configuration = WASIConfiguration(preopening: directory)
    let bits: UInt64
    let labels: [String]
    if version == "0.1" {
      labels = Guests.fileErrors01
      bits = try raceOfModule(configuration, rounds)
    } else {
      labels = Guests.fileErrors(version)
      let guest = try ComponentGuest(
        version == "0.2.0" ? Guests.race02 : Guests.race03, configuration)
      let result = try guest.call("race", [.u32(rounds)])
      bits = try #require(result).asU64()
    }
    let indices = (0..<64).filter { bits >> $0 & 1 != 0 }
    return Set(indices.map { $0 < labels.count ? labels[$0] : "error \($0)" })
  }

  private static func raceOfModule(
    _ configuration: WASIConfiguration, _ rounds: UInt32
  ) throws -> UInt64 {
    let engine = Engine(configuration: EngineConfiguration())
    let store = CoreStore(engine: engine)
    let bytes = Bytes(try parseModule(Array(Guests.race01.utf8)))
    let imports = try WASIPreview1(configuration).imports(for: store)
    let instance = try store.instantiate(CoreModule(engine: engine, bytes: bytes)) {
      imports[$0.name]
    }
    let function = try #require(instance.function(named: "race"))
    guard case .i64(let bits)? = try store.invoke(function, [.i32(rounds)]).first else {
      throw MissingExport(path: "race")
    }
    return bits
  }
}
