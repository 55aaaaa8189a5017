// Random calls with random arguments: whatever a guest does ends in an error code or a trap, never in a crash.

import Testing
import WasmExecution

@testable import WASI

@Suite struct Preview1FuzzTests {
  @Test(arguments: [1, 2, 3, 4] as [UInt64])
  func randomCalls(seed: UInt64) throws {
    let random = RandomSource(seed: seed)
    func pick<Element>(_ elements: [Element]) -> Element {
      elements[Int(random.next() % UInt64(elements.count))]
    }
    let fileSystem = InMemoryFileSystem(limit: 1 << 20)
    let tree = try TestTree(.host)
    let readOnly = Descriptor(preopen: try tree.inside.directory, isReadOnly: true)
    let guest = try Preview1Guest {
      $0.preopens = [.inMemory(fileSystem, as: "/")]
      $0.clocks = .stepped(SteppableClock(skipsWaits: true))
      $0.randomness = .seeded(seed)
      $0.standardInput = .bytes([UInt8](repeating: 1, count: 1000))
      $0.standardOutput = .captured(CapturedOutput(limit: 1 << 20))
    }
    _ = try guest.host.descriptors.insert(OpenDescriptor(.directory(readOnly), preopenPath: "/ro"))
    let names = ["a", "b", "a/b", "..", ".", "a/../b", "/", "b/", "link", "a/link/.."]
    let numbers = [
      0, 1, 2, 3, 4, 5, 6, 7, 8, 16, 24, 64, 100, 512, 1024, 65535, 131064, 131072, -1, -8,
      Int(Int32.max), Int(Int32.min), .max, .min, 1 << 40,
    ]
    var succeeded: Set<String> = []
    for _ in 0..<40_000 {
      let function = pick(preview1Functions)
      if function.name == "proc_exit" { continue }
      if random.next() % 64 == 0 {
        // Something to work on.
        let openFlags = OpenFlags(rawValue: UInt8(random.next() % 16))
        let rights: Rights = pick([.fdRead, [.fdRead, .fdWrite], .fdWrite])
        if try guest.open(pick(names), openFlags, rights).0 == .success {
          succeeded.insert("path_open")
        }
      }
      guest.put(pick(names), at: 1024)
      guest.put(
        [2048, UInt32(random.next() % 300), 3000, UInt32(truncatingIfNeeded: random.next())],
        at: 512)
      var arguments = function.type.parameters.map { _ in pick(numbers) }
      if random.next() % 4 != 0 {
        // Something that has a chance.
        for index in arguments.indices where random.next() % 16 != 0 {
          arguments[index] = pick([0, 1, 1, 3, 3, 2, 512, 1024, 1024, 64])
        }
        if !arguments.isEmpty { arguments[0] = pick([0, 1, 3, 3, 4, 5, 5, 6, 7, 64]) }
      }
      // Closing the directories would make the rest dull.
      if ["fd_close", "fd_renumber"].contains(function.name), arguments.contains(where: { $0 < 5 })
      {
        continue
      }
      do {
        if try guest.call(function.name, arguments) == .success { succeeded.insert(function.name) }
      } catch InvocationError.trap(let trap) {
        #expect(trap.reason == .memoryOutOfBounds || trap.detail == "misaligned pointer")
      }
    }
    #expect(succeeded.count > 25, "\(succeeded)")
    try tree.checkOutside()
    #expect(try tree.inside.text("file") == "contents")
  }
}
