// The synchronous way in: a call that waits for its results on the OS thread it is made from.

import CWasmExecution
import WasmSyntax

extension CoreStore {
  func runBlocking(
    _ function: CoreFunction, _ arguments: [Value], _ resultTypes: [ValueType]
  ) throws(InvocationError) -> [Value] {
    var results: [Value] = []
    try call(function.record) { slots in
      var next = slots
      for argument in arguments { next = write(argument, to: next) }
    } reading: { slots in
      results = values(resultTypes, at: UnsafePointer(slots))
    }
    return results
  }

  /// Calls a function whose arguments and results are slots.
  package func call(
    _ function: UnsafeMutablePointer<WasmFunction>,
    writing arguments: (UnsafeMutablePointer<UInt64>) -> Void,
    reading results: (UnsafeMutablePointer<UInt64>) -> Void
  ) throws(InvocationError) {
    if let currentContext {
      let thread = GuestThread.of(currentContext)
      try finish(thread.callNested(function, writing: arguments, reading: results))
    } else {
      try callOutermost(function, writing: arguments, reading: results)
    }
  }

  private func callOutermost(
    _ function: UnsafeMutablePointer<WasmFunction>,
    writing arguments: (UnsafeMutablePointer<UInt64>) -> Void,
    reading results: (UnsafeMutablePointer<UInt64>) -> Void
  ) throws(InvocationError) {
    guard let thread = takeThread() else {
      throw .trap(Trap(.callStackExhausted))
    }
    var outcome = thread.start(function, writing: arguments)
    while case .suspended(let reason) = outcome {
      let wait = waitBlocking(for: reason)
      if case .notHere = wait { break }
      outcome = thread.resume(after: wait)
    }
    if case .returned = outcome { results(thread.resultSlots) }
    recycle(thread)
    try finish(outcome)
  }

  private func finish(_ outcome: ThreadOutcome) throws(InvocationError) {
    switch outcome {
    case .returned: return
    case .trapped(let trap): throw .trap(trap)
    case .threw(let exception): throw .exception(exception)
    case .failed(let error, let backtrace): throw .host(error, backtrace: backtrace)
    case .suspended: throw .wouldBlock
    }
  }

  /// Blocks this OS thread until a suspended thread can go on.
  package func waitBlocking(for reason: SuspensionReason) -> BlockingWait {
    switch reason {
    case .host: return .notHere
    case .preempted: return .over(result: nil)
    case .atomicWait(let wait): return block(on: wait)
    }
  }

  private func block(on wait: AtomicWait) -> BlockingWait {
    let event = OSEvent()
    wait.onEnd { event.set() }
    let start = OSThread.now
    while true {
      if let result = wait.result { return .over(result: result) }
      var slice: UInt64?
      if let timeout = wait.timeout {
        let elapsed = OSThread.now - start
        if elapsed >= timeout { return .over(result: wait.expire()) }
        slice = timeout - elapsed
      }
      if deadline != .max {
        if isPastDeadline {
          wait.cancel()
          return .trap(.deadline)
        }
        slice = min(slice ?? .max, tickWhileWaiting())
      }
      _ = event.wait(nanoseconds: slice)
    }
  }

  /// Blocks until somebody sets an event; false if the deadline comes first.
  package func waitBlocking(for event: OSEvent) -> Bool {
    while deadline != .max {
      if isPastDeadline { return false }
      if event.wait(nanoseconds: tickWhileWaiting()) { return true }
    }
    return event.wait()
  }

  /// The nanoseconds after which to look at the deadline. The epoch only moves on while somebody runs: says that we do.
  private func tickWhileWaiting() -> UInt64 {
    epoch.enter()
    return UInt64(EpochTimer.tickMilliseconds) * 1_000_000
  }
}

/// How waiting on an OS thread ended.
package enum BlockingWait {
  /// The guest goes on, with a result if what it waited for has one.
  case over(result: UInt64?)
  case trap(TrapReason)
  /// Only somebody else can end this wait.
  case notHere
}
