// Why a guest thread left the handlers without being done, and how it ended when it is.

import CWasmExecution

/// What a suspended thread waits for.
package enum SuspensionReason: Sendable {
  /// A host function will have results later: `GuestThread.resume(returning:)`.
  case host
  /// A notification of shared memory: resume once the wait is over.
  case atomicWait(AtomicWait)
  /// Nothing; the thread gave way because the epoch moved on.
  case preempted
}

/// What running a thread came to.
package enum ThreadOutcome {
  case returned
  case trapped(Trap)
  /// An exception that no frame caught.
  case threw(Reference)
  /// A host function ended the computation with an error.
  case failed(any Error, backtrace: [BacktraceFrame])
  case suspended(SuspensionReason)
}
