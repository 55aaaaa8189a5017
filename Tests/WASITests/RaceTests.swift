// Somebody else changes the tree between check and use: a name turns from a directory or file into a link that leads out
// of the sandbox and back, as fast as it can.

import Synchronization
import Testing
import WasmExecution

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
}
