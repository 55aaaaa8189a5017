// What moves the elements of a stream between the host and a guest, step by step on the store's thread. Nothing is taken
// from a source before a guest asks for it, and nothing is taken from a guest before what it gave last has gone on.

import ComponentRuntime

/// One stream on its way. It lives in `ComponentWorld.streamTasks` until its end.
class StreamTask: @unchecked Sendable {
  unowned let world: ComponentWorld
  private var poll: Poller.Wait? {
    didSet { store.outsideWaits += (poll == nil ? 0 : 1) - (oldValue == nil ? 0 : 1) }
  }

  init(_ world: ComponentWorld) { self.world = world }

  deinit { if let poll { Poller.shared.cancel(poll) } }

  final var store: ComponentStore { world.store }

  /// What it waits for if it has bytes for standard output or error.
  var pendingOutput: Readiness? { nil }

  /// Does what can be done now, and sees to it that it is called again when there is more.
  func step() {}

  /// - Parameter ends: All that it holds: while it waits for a guest, nobody has to wait for it.
  final func start(holding ends: CopyEndID?...) {
    for case let end? in ends { store.markIdle(end) }
    world.streamTasks[ObjectIdentifier(self)] = self
    step()
  }

  final func end() {
    cancelWait()
    world.streamTasks[ObjectIdentifier(self)] = nil
  }

  /// Goes on when something is true.
  final func wait(for readiness: Readiness) {
    let mailbox = world.mailbox
    poll = Poller.shared.add(readiness) { [weak self] in
      mailbox.post { [weak self] _ in
        self?.poll = nil
        self?.step()
      }
    }
  }

  final func cancelWait() {
    if let poll { Poller.shared.cancel(poll) }
    poll = nil
  }

  /// Reads or writes an end. False if that is not possible any more.
  final func transfer(
    _ end: CopyEndID, _ elements: HostBuffer.Elements, count: Int,
    onEnd: @escaping (TransferResult, HostBuffer) -> Void
  ) -> Bool {
    let buffer = HostBuffer(elements)
    // An error is the guest's, whose memory could not take the elements.
    return (try? store.transfer(end, buffer, count: count) { onEnd($0, buffer) }) ?? false
  }

  /// Gives a future its value; with that, the task is over.
  final func resolve(_ future: CopyEndID, _ value: ComponentValue) {
    let store = store
    let isWritten = transfer(future, .values([value]), count: 1) { [unowned store, self] _, _ in
      store.dropEnd(future)
      end()
    }
    if !isWritten {
      store.dropEnd(future)
      end()
    }
  }
}

extension ComponentWorld {
  /// A future of a `result` without a payload.
  func makeResultFuture(
    _ errors: ErrorCode
  ) throws(ComponentFailure) -> (readable: CopyEndID, writable: CopyEndID) {
    try store.makeCopy(isFuture: true, of: .result(nil, error: errors.type))
  }
}
