// What the hosts of WASI 0.2 and 0.3 have in common: the world that the guests of one store live in.

import ComponentRuntime
import WasmExecution

/// A context in one store. Used on the store's thread only.
final class ComponentWorld {
  let context: WASIContext
  /// Functions of the store keep this; it outlives them.
  unowned let store: ComponentStore
  let mailbox: HostMailbox
  /// Standard output and error, whoever writes to them.
  let standardOutput: OutputBuffer
  let standardError: OutputBuffer
  /// What moves the streams of WASI 0.3, while it does.
  var streamTasks: [ObjectIdentifier: StreamTask] = [:]

  init(_ context: WASIContext, _ store: ComponentStore) {
    self.context = context
    self.store = store
    mailbox = store.mailbox
    standardOutput = OutputBuffer(context.standardOutput)
    standardError = OutputBuffer(context.standardError)
  }

  /// What the first of what is on its way to standard output or error waits for; nil if nothing is.
  func pendingOutput() -> Readiness? {
    while store.deliverToHost() {}
    for buffer in [standardOutput, standardError] where !buffer.flush() { return buffer.readiness }
    return streamTasks.values.lazy.compactMap(\.pendingOutput).first
  }

  /// Blocks until nothing is on its way to standard output or error.
  func finish() {
    let event = OSEvent()
    mailbox.setOnPost { event.set() }
    defer { mailbox.setOnPost(nil) }
    while true {
      while store.deliverToHost() {}
      guard streamTasks.values.contains(where: { $0.pendingOutput != nil }) else { break }
      _ = event.wait()
    }
    for buffer in [standardOutput, standardError] {
      while !buffer.flush() { Poller.shared.wait(forAnyOf: [buffer.readiness]) }
    }
  }
}
