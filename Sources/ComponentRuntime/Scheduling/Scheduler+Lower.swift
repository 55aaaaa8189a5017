// CanonicalABI.md, canon lower of functions whose type is `async`: the callee runs on a stack of its own, and the caller
// goes on when it blocks or is done.

import CWasmExecution
import WasmExecution

extension LoweredFunction {
  /// The core function that a lowered function is if the callee is a guest's and its type is `async`.
  static let asyncEntry: WasmHostFunction = { context, record, slots in
    guard let context, let record, let slots else { return Int32(WASM_TRAP.rawValue) }
    let lowered = record.assumingMemoryBound(to: LoweredFunction.self)
    do throws(ComponentTrap) {
      try lowered.callAsync(slots)
      return lowered.pointee.scheduler.switchAway()
    } catch {
      return lowered.pointee.scheduler.fail(context, error)
    }
  }
}

extension LoweredRef {
  fileprivate func callAsync(_ slots: SlotPointer) throws(ComponentTrap) {
    let function = pointee.function
    let scheduler = pointee.scheduler
    let state = scheduler.state
    guard let lifted = function.pointee.lifted,
      case .guest(let caller) = state.pointee.currentThread
    else { throw ComponentTrap(.bug) }
    try pointee.inst.checkMayLeave()
    try checkMayBlock()
    let inst = lifted.pointee.inst
    try trapIf(
      pointee.isRelated || !inst.mayEnter(below: pointee.commonAncestor), .cannotEnter)
    inst.enter(below: pointee.commonAncestor)
    let subtask = try newSubtask(caller, slots)
    let task = try state.newTask(
      inst: inst, isAsyncFunction: true, hasExclusiveOptions: lifted.pointee.hasExclusiveOptions,
      caller: .subtask(subtask), function: UnsafeMutableRawPointer(function))
    subtask.pointee.callee = task.id
    var frame = ResumeFrame(.lowered)
    frame.thread = caller
    frame.record = UnsafeMutableRawPointer(self)
    frame.subtask = subtask
    frame.entered = inst
    frame.below = pointee.commonAncestor
    scheduler.pointee.frames.push(frame)
    try scheduler.begin(task)
  }

  /// By the reference suite (trap-if-block-and-sync, dont-block-start) a synchronously lowered call of an `async`-typed
  /// function traps before its callee is entered if it could not block, although it might not have to.
  func checkMayBlock() throws(ComponentTrap) {
    if !pointee.isAsync, try !pointee.scheduler.mayBlock(pointee.inst) {
      throw ComponentTrap(.cannotBlockDeadlock)
    }
  }

  /// The subtask of a call, with what it needs to know of the caller.
  func newSubtask(_ caller: ThreadRef, _ slots: SlotPointer) throws(ComponentTrap) -> SubtaskRef {
    let subtask = try pointee.scheduler.state.newSubtask(inst: pointee.inst)
    subtask.pointee.owner = UnsafeMutableRawPointer(self)
    subtask.pointee.callerThread = caller
    if pointee.isAsync {
      subtask.argumentSlots.update(from: slots, count: Swift.min(pointee.argumentCount, 5))
    }
    return subtask
  }
}

extension SchedulerRef {
  /// `canon_lower` after `callee(on_start, on_resolve, ...)`.
  func finishLowered(_ frame: ResumeFrame) throws(ComponentTrap) {
    guard let thread = frame.thread, let subtask = frame.subtask, let lowered = subtask.lowered
    else { throw ComponentTrap(.bug) }
    frame.entered?.leave(below: frame.below)
    state.pointee.currentThread = .guest(thread)
    let context = try stack(of: thread)
    if let result = try progress(of: subtask, lowered, thread) {
      context.setHostResult(result, argumentBytes: lowered.pointee.argumentBytes)
      pointee.next = context
    }
  }

  /// What a lowered call comes to now: its flat result, or nil if its thread has blocked.
  func progress(
    of subtask: SubtaskRef, _ lowered: LoweredRef, _ thread: ThreadRef
  ) throws(ComponentTrap) -> UInt64? {
    if subtask.resolved {
      let flatResult = subtask.pointee.flatResult
      subtask.deliverResolve(state)
      state.removeSubtask(subtask)
      return lowered.pointee.isAsync ? UInt64(Subtask.State.returned.rawValue) : flatResult
    }
    if lowered.pointee.isAsync {
      let index = try state.add(subtask, to: lowered.pointee.inst)
      return UInt64(subtask.pointee.state.rawValue) | UInt64(index) << 4
    }
    // `thread.wait_until(subtask.resolved)`: not ready, so it does not return early.
    let ready = subtask.startWaiting(thread)
    guard case .block = thread.waitUntil(ready, try state.graph()) else {
      throw ComponentTrap(.bug)
    }
    try block(thread, .lowered(subtask))
    return nil
  }

  /// The wait of a synchronously lowered call is over.
  func finishLoweredWait(
    _ thread: ThreadRef, _ subtask: SubtaskRef
  ) throws(ComponentTrap) {
    guard let lowered = subtask.lowered else { throw ComponentTrap(.bug) }
    subtask.finishWaiting()
    let context = try stack(of: thread)
    context.setHostResult(
      subtask.pointee.flatResult, argumentBytes: lowered.pointee.argumentBytes)
    subtask.deliverResolve(state)
    state.removeSubtask(subtask)
    pointee.next = context
  }
}
