// The threads proposal's `thread` blocks: directives that run on an OS thread with a store of their own. What such a
// block sees of its parent are the memories that named modules share.

import Synchronization
import WasmExecution
import WasmSyntax
import WasmText

/// The shared memories that an instance exports, on their way to another store.
struct SharedNamespace: Sendable {
  let name: String
  private let memories: [ExactName: SharedMemory]

  init(name: String, _ namespace: Namespace) {
    self.name = name
    memories = namespace.exports.compactMapValues {
      if case .memory(let memory) = $0 { memory.shared } else { nil }
    }
  }

  func adopt(into store: CoreStore) throws(InstantiationError) -> Namespace {
    var exports: [ExactName: ExternValue] = [:]
    for (name, memory) in memories { exports[name] = .memory(try store.adopt(memory)) }
    return Namespace(exports: exports)
  }
}

/// A block that runs; `join` is called exactly once.
final class ScriptThread: Sendable {
  private let thread: JoinableThread
  private let count: Counter

  /// Shared with the thread, which sets it before it ends.
  private final class Counter: Sendable {
    let value = Mutex(DirectiveCount())
  }

  init?(
    _ environment: ScriptEnvironment, shared: [SharedNamespace], _ directives: [Directive]
  ) {
    let counter = Counter()
    let thread = JoinableThread {
      do throws(InstantiationError) {
        let runner = try ScriptRunner(environment, shared: shared)
        runner.run(directives)
        counter.value.withLock { $0 = runner.count }
      } catch {
        let line = directives.first?.line ?? 1
        environment.report("\(environment.file):\(line): expected a store, got \(error)")
        counter.value.withLock { $0.failed += max(1, directives.count) }
      }
    }
    guard let thread else { return nil }
    self.thread = thread
    count = counter
  }

  func join() -> DirectiveCount {
    thread.join()
    return count.value.withLock { $0 }
  }
}
