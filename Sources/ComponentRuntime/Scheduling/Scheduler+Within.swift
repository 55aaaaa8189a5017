// Functions that run in the middle of something else and cannot block: `realloc` and post-return functions. `may_leave`
// is false while they run, so they reach no built-in and no import.

import CWasmExecution
import WasmExecution

/// What a `realloc` option is called with: `LiftLowerOptions.reallocContext`.
struct ReallocFunction: BitwiseCopyable {
  let scheduler: SchedulerRef
  let inst: InstanceRef
  let function: FunctionPointer

  /// `LiftLowerOptions.Realloc`
  static let entry: LiftLowerOptions.Realloc = {
    record, old, oldByteLength, alignment, newByteLength, result in
    guard let record else { return 1 }
    let realloc = record.assumingMemoryBound(to: ReallocFunction.self)
    return realloc.pointee.call(old, oldByteLength, alignment, newByteLength, result)
  }

  /// `canon_lift(self.opts.realloc, ...)`: a task with fresh context slots.
  @inline(__always)
  private func call(
    _ old: UInt64, _ oldByteLength: UInt64, _ alignment: UInt64, _ newByteLength: UInt64,
    _ result: UnsafeMutablePointer<UInt64>
  ) -> Int32 {
    let state = scheduler.state
    let task = scheduler.pointee.reallocTask
    let previous = state.pointee.currentThread
    state.pointee.currentThread = .guest(task.beginRealloc(inst))
    var status: Int32 = 0
    do throws(ComponentTrap) {
      result.pointee = try scheduler.callWithin(function) { slots in
        slots[0] = old
        slots[1] = oldByteLength
        slots[2] = alignment
        slots[3] = newByteLength
      }
    } catch {
      if error.reason != .guestCode { scheduler.pointee.failure = ComponentFailure(error) }
      status = 1
    }
    task.endRealloc()
    state.pointee.currentThread = previous
    return status
  }
}

extension SchedulerRef {
  /// Calls a core function to its end, with at most one result.
  @inline(__always)
  func callWithin(
    _ function: FunctionPointer, _ arguments: (SlotPointer) -> Void
  ) throws(ComponentTrap) -> UInt64 {
    let context = pointee.within
    arguments(try prepare(context, function))
    let status = withCore { $0.enterWithin(context) }
    if UInt32(bitPattern: status) == WASM_DONE.rawValue { return context.baseSlots[0] }
    return try finishWithin(context, status)
  }

  @inline(never)
  private func finishWithin(
    _ context: ContextPointer, _ status: Int32
  ) throws(ComponentTrap) -> UInt64 {
    var status = status
    while UInt32(bitPattern: status) == WASM_SUSPEND.rawValue, !pointee.isSwitching,
      let reason = context.takeSuspension()
    {
      status = goOnWithin(context, after: reason)
    }
    if UInt32(bitPattern: status) == WASM_DONE.rawValue { return context.baseSlots[0] }
    pointee.failure = takeFailure(
      UInt32(bitPattern: status) == WASM_EXCEPTION.rawValue
        ? ComponentTrap(.uncaughtException) : nil, context)
    throw ComponentTrap(.guestCode)
  }

  /// A notification of shared memory is waited for on the OS thread.
  private func goOnWithin(_ context: ContextPointer, after reason: SuspensionReason) -> Int32 {
    withCore { core in
      switch core.waitBlocking(for: reason) {
      case .over(let result):
        context.endSuspension(result: result)
        return core.enterWithin(context)
      case .trap(let reason):
        context.endSuspension(result: nil)
        context.pointee.trap = reason.rawValue
        return Int32(WASM_TRAP.rawValue)
      case .notHere: return context.trap(component: "internal error")
      }
    }
  }
}
