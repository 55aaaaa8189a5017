// For a room that switches between guest threads itself: contexts are prepared and entered one by one, and what a status
// means is that room's business. Nothing here retains, allocates or keeps state between two calls, except the stack
// that a context owns.

import CWasmExecution
import WasmSyntax

package typealias ContextPointer = UnsafeMutablePointer<WasmContext>
package typealias SlotPointer = UnsafeMutablePointer<UInt64>
package typealias FunctionPointer = UnsafeMutablePointer<WasmFunction>

extension CoreStore {
  /// Guest threads are about to be entered from here; nil if too much of the native stack is in use. Its end is
  /// `endDriving`, with what this returned. `startsCall` is whether the time that a call from outside may take begins now.
  package func beginDriving(startsCall: Bool) -> Driving? {
    guard nativeDepth < limits.nativeDepth, hasNativeStack, !isPoisoned else { return nil }
    nativeDepth += 1
    let previous = currentContext
    if let previous {
      fuelSlice = previous.pointee.fuel
    } else {
      beginCall(setsDeadline: startsCall)
    }
    return Driving(previous: previous)
  }

  package func endDriving(_ driving: Driving) {
    currentContext = driving.previous
    if let previous = driving.previous {
      previous.pointee.fuel = fuelSlice
    } else {
      endCall()
    }
    nativeDepth -= 1
  }

  /// Runs a context until its thread leaves the handlers.
  @inline(__always)
  package func enter(_ context: ContextPointer) -> Int32 {
    currentContext = context
    context.pointee.fuel = fuelSlice
    let status = wasm_enter(context)
    fuelSlice = context.pointee.fuel
    return status
  }

  /// Runs a function on a context of its own while another one is in the middle of a host function, to its end.
  @inline(__always)
  package func enterWithin(_ context: ContextPointer) -> Int32 {
    let previous = currentContext
    if let previous { fuelSlice = previous.pointee.fuel }
    nativeDepth += 1
    let status = enter(context)
    nativeDepth -= 1
    currentContext = previous
    if let previous { previous.pointee.fuel = fuelSlice }
    return status
  }

  /// An internal error: no guest code runs in the store any more.
  package func poison() { isPoisoned = true }

  /// What a trapped context can say of it.
  package func takeTrap(_ context: ContextPointer) -> Trap {
    let thread = GuestThread.of(context)
    let reason = TrapReason(rawValue: context.pointee.trap) ?? .bug
    let (frames, omitted) = thread.backtrace(limit: limits.backtraceFrames)
    let detail = thread.trapDetail ?? thread.detail(of: reason)
    thread.trapDetail = nil
    if reason == .bug { isPoisoned = true }
    return Trap(reason, detail: detail, backtrace: frames, omittedFrames: omitted)
  }

  /// The error with which a host function ended the thread, if one did.
  package func takeHostError(_ context: ContextPointer) -> InvocationError? {
    let thread = GuestThread.of(context)
    defer { thread.hostFailure = nil }
    return thread.hostFailure
  }
}

/// An open stretch of `CoreStore.enter` calls.
package struct Driving {
  fileprivate let previous: ContextPointer?
}

extension ContextPointer {
  /// Makes the stack at least so large, moving it if need be; false beyond the limit.
  @inline(never)
  package func reserveStack(_ bytes: Int) -> Bool { GuestThread.of(self).reserve(bytes) }

  /// Notes the words of a Component Model trap; the status for a host function to return.
  @inline(never)
  package func trap(component words: String) -> Int32 {
    let thread = GuestThread.of(self)
    return thread.fail(.component, words)
  }

  /// Likewise for any other reason.
  @inline(never)
  package func fail(_ reason: TrapReason, _ detail: String?) -> Int32 {
    GuestThread.of(self).fail(reason, detail)
  }

  /// Ends a host function with an error of the host's.
  @inline(never)
  package func failHost(_ error: any Error) -> Int32 {
    GuestThread.of(self).fail(HostFailure.error(error))
  }

  /// What the handlers of a suspended thread wait for by themselves, nil if it is somebody else's suspension.
  package func takeSuspension() -> SuspensionReason? {
    let thread = GuestThread.of(self)
    guard case .suspended(let reason) = thread.state else { return nil }
    return reason
  }

  /// What a thread's handlers waited for is over.
  package func endSuspension(result: UInt64?) {
    let thread = GuestThread.of(self)
    if let result { thread.slots(at: thread.resultOffset)[0] = result }
    thread.state = .idle
  }
}

// MARK: - Threads that are driven

extension CoreStore {
  /// A thread that somebody else keeps: retained until it is released. nil if there is no memory for its stack.
  package func makeDrivenThread() -> ContextPointer? {
    guard let thread = GuestThread(store: self) else { return nil }
    thread.isDriven = true
    return Unmanaged.passRetained(thread).takeUnretainedValue().context
  }

  /// Releases all such threads, whatever they are doing.
  package func releaseDrivenThreads() {
    var driven: [GuestThread] = []
    threads.visit { if $0.isDriven { driven.append($0) } }
    for thread in driven {
      thread.isDriven = false
      Unmanaged.passUnretained(thread).release()
    }
  }

  /// Where base frames return to, and where those of host functions begin.
  package static var baseReturn: UnsafePointer<WasmIns> { GuestThread.baseReturn }
  package static var enterHost: UnsafePointer<WasmIns> { GuestThread.enterHost }

  /// What contexts run in where there is no instance.
  package var nothingInstance: UnsafeMutablePointer<WasmInstance> { nothing.instance }
}

extension ContextPointer {
  package func releaseDrivenThread() {
    let thread = Unmanaged<GuestThread>.fromOpaque(pointee.thread)
    thread._withUnsafeGuaranteedRef { $0.isDriven = false }
    thread.release()
  }

  /// Leaves the thread idle; the memory of a deep recursion goes back.
  @inline(__always)
  package func rest() {
    pointee.fp = pointee.stack_base
    if pointee.stack_limit - pointee.stack_base > GuestThread.keptStackBytes { trim() }
  }

  @inline(never)
  private func trim() { GuestThread.of(self).trim() }
}
