// Files and runs of the built command, for all tests of this room.

import Synchronization
import TestSupport
import WasmSyntax

enum CommandTest {
  private static let filesMade = Atomic<Int>(0)

  /// A path below the build folder that no other test uses.
  static func path(_ name: String) -> String {
    let number = filesMade.add(1, ordering: .relaxed).newValue
    return "\(ChildProcess.buildFolder)/cli-tests-\(number)-\(name)"
  }

  /// A file with this text.
  static func file(_ name: String, _ text: String) throws -> String {
    let path = path(name)
    try Bytes(text.utf8).write(to: path)
    return path
  }

  static func apus(_ arguments: String...) -> ChildProcess {
    ChildProcess.run("apus", arguments)
  }
}
