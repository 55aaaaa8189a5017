// Where the scheduler's choices are read from and written to: `-W schedule=replay:FILE` and `-W record-schedule=FILE`.

import ComponentRuntime
import WasmSyntax

extension WasmOptions {
  /// How the scheduler of each store chooses; reads the trace that is to be replayed.
  func scheduleMode() throws -> SchedulePolicy.Mode {
    switch schedule {
    case .fifo: return .fifo
    case .random(let seed): return .random(seed: seed)
    case .replay(let path): return .replay(try Self.readTrace(path))
    }
  }

  private static func readTrace(_ path: String) throws -> ScheduleTrace {
    let bytes: Bytes
    do throws(FileError) {
      bytes = try Bytes(contentsOf: path)
    } catch {
      throw CommandFailure(["failed to read schedule `\(path)`", error.description])
    }
    guard let trace = ScheduleTrace(bytes: bytes.array) else {
      throw CommandFailure(["failed to read schedule `\(path)`", "it was not recorded by apus"])
    }
    return trace
  }

  /// Writes what was chosen, if that was asked for.
  func record(_ trace: ScheduleTrace?) throws {
    guard let path = recordedSchedulePath, let trace else { return }
    do throws(FileError) {
      try Bytes(trace.bytes).write(to: path)
    } catch {
      throw CommandFailure(["failed to write schedule `\(path)`", error.description])
    }
  }
}
