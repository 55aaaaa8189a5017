// For a room that switches between guest threads itself: contexts are prepared and entered one by one, and what a status
// means is that room's business. Nothing here retains, allocates or keeps state between two calls, except the stack
// that a context owns.

import CWasmExecution
import WasmSyntax

package typealias ContextPointer = UnsafeMutablePointer<WasmContext>
package typealias SlotPointer = UnsafeMutablePointer<UInt64>
package typealias FunctionPointer = UnsafeMutablePointer<WasmFunction>

extension CoreStore {
  /// Guest threads are about to be entered from here; false if too much of the native stack is in use. Its end is
  /// `endDriving`, with what this returned.
  package func beginDriving() -> Driving? {
    guard nativeDepth < limits.nativeDepth, hasNativeStack, !isPoisoned else { return nil }
    nativeDepth += 1
    let previous = currentContext
    if let previous {
      fuelSlice = previous.pointee.fuel
    } else {
      beginCall()
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
  @inline(__always) private static var headerBytes: Int { MemoryLayout<WasmFrame>.size }
  private static var slack: Int { Int(WASM_STACK_SLACK) }

  /// Prepares an idle context to run a function from the start. Returns where the arguments go and the results end up;
  /// nil if the stack cannot be made large enough.
  @inline(__always)
  package func prepare(
    _ function: FunctionPointer, nothing: UnsafeMutablePointer<WasmInstance>
  ) -> SlotPointer? {
    let type = function.pointee.type.pointee
    let argumentBytes = 8 * Int(Swift.max(type.parameter_slots, type.result_slots))
    let offset = Self.headerBytes
    let needed = offset + argumentBytes + Self.headerBytes + Self.slack
    if pointee.stack_limit - pointee.stack_base < needed {
      pointee.fp = pointee.stack_base
      guard reserve(needed) else { return nil }
    }
    let fp = pointee.stack_base + offset + argumentBytes
    let header = UnsafeMutableRawPointer(fp).assumingMemoryBound(to: WasmFrame.self)
    header.pointee.return_pc = GuestThread.baseReturn
    header.pointee.code = function.pointee.code
    header.pointee.caller_delta = 0
    pointee.fp = fp
    if let code = function.pointee.code {
      header.pointee.flags = UInt32(WASM_FRAME_BASE)
      pointee.instance = function.pointee.instance
      pointee.pc = code.pointee.entry
    } else {
      header.pointee.flags = UInt32(WASM_FRAME_BASE | WASM_FRAME_HOST | WASM_FRAME_CROSS)
      header.pointee.caller_instance = nothing
      pointee.instance = nothing
      pointee.callee = UnsafePointer(function)
      pointee.pc = GuestThread.enterHost
    }
    return slots(at: offset)
  }

  /// The results of a function that `prepare` prepared and that has returned.
  @inline(__always)
  package var baseSlots: SlotPointer { slots(at: Self.headerBytes) }

  @inline(__always)
  private func slots(at offset: Int) -> SlotPointer {
    UnsafeMutableRawPointer(pointee.stack_base + offset).assumingMemoryBound(to: UInt64.self)
  }

  /// Room for so many bytes above the running HOST frame's start, and for a header above them; the stack may move.
  @inline(__always)
  package func reserveAboveFrame(_ bytes: Int) -> Bool {
    let needed = bytes + Self.headerBytes + Self.slack
    if pointee.stack_limit - pointee.fp >= needed { return true }
    return reserve(pointee.fp - pointee.stack_base + needed)
  }

  @inline(never)
  private func reserve(_ bytes: Int) -> Bool { GuestThread.of(self).reserve(bytes) }

  /// The slots behind the HOST frame's header.
  @inline(__always)
  package var hostFrameSlots: SlotPointer {
    UnsafeMutableRawPointer(pointee.fp + Self.headerBytes).assumingMemoryBound(to: UInt64.self)
  }

  /// Where the running host function's results go, given how many bytes its arguments or results take.
  @inline(__always)
  package func hostResults(argumentBytes: Int) -> SlotPointer {
    UnsafeMutableRawPointer(pointee.fp - argumentBytes).assumingMemoryBound(to: UInt64.self)
  }

  /// Writes the first result; nothing for a function with neither arguments nor results.
  @inline(__always)
  package func setHostResult(_ result: UInt64, argumentBytes: Int) {
    if argumentBytes > 0 { hostResults(argumentBytes: argumentBytes)[0] = result }
  }

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
