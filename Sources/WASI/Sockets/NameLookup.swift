// wasi:sockets/ip-name-lookup: addresses of a host name. The system's resolver can only block, so every lookup has an OS
// thread of its own, and there is a bound on how many there are.

import Synchronization
import WasmExecution

/// A lookup under way, `resolve-address-stream`.
package final class NameLookup: Sendable {
  private static let running = Atomic<Int>(0)
  private static let maximumRunning = 64
  private let result: Mutex<Result<[IPAddress], SystemError>?>
  private let done = Signal()

  init(_ name: String) throws(SystemError) {
    guard Self.isValid(name) else { throw .invalid }
    if let address = IPAddress(parsing: name) {
      result = Mutex(.success([address]))
      done.set()
      return
    }
    result = Mutex(nil)
    guard Self.running.add(1, ordering: .relaxed).newValue <= Self.maximumRunning,
      OSThread.start({
        let found = resolveHostName(name)
        Self.running.subtract(1, ordering: .relaxed)
        self.result.withLock { $0 = found }
        self.done.set()
      })
    else {
      Self.running.subtract(1, ordering: .relaxed)
      throw .temporaryResolverFailure
    }
  }

  /// All addresses in the resolver's order of preference; `wouldBlock` until they are there.
  package func addresses() throws(SystemError) -> [IPAddress] {
    guard let result = result.withLock({ $0 }) else { throw .wouldBlock }
    return try result.get()
  }

  package var readiness: Readiness { .signal(done) }

  private static func isValid(_ name: String) -> Bool {
    let bytes = name.utf8
    return !bytes.isEmpty && bytes.count <= 255
      && bytes.allSatisfy { $0 > 0x20 && $0 != 0x7F && $0 != UInt8(ascii: "/") }
  }
}
