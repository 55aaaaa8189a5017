// CanonicalABI.md, the built-ins on tasks, subtasks and threads, as far as they do not switch stacks.

/// Subtask State and Stream State: `BLOCKED`
package let blocked: UInt32 = 0xffff_ffff

/// Where a built-in that may wait has got to.
package enum BuiltinResult: BitwiseCopyable {
  case done(UInt32)
  /// The thread waits, uncancellably; the built-in then goes on with its `finish` function.
  case wait(ReadyCondition)
}

extension TaskRef {
  /// `canon_task_return`, its checks before the results are lifted. What follows: lift, `checkReturn`, lower,
  /// `didResolve`.
  package func checkTaskReturn(
    type: RuntimeTypeID, ofTask taskType: RuntimeTypeID, _ opts: OptionsRef,
    ofTask taskOptions: OptionsRef
  ) throws(ComponentTrap) {
    if let inst = pointee.inst { try inst.checkMayLeave() }
    try trapIf(!taskOptions.pointee.isAsync, .notAsyncTask)
    try trapIf(type != taskType, .wrongTaskReturn)
    try trapIf(!opts.pointee.equalsForLifting(taskOptions.pointee), .wrongTaskReturn)
  }

  /// `canon_task_cancel`, up to `on_resolve`.
  package func checkTaskCancel(_ taskOptions: OptionsRef) throws(ComponentTrap) {
    if let inst = pointee.inst { try inst.checkMayLeave() }
    try trapIf(!taskOptions.pointee.isAsync, .notAsyncTask)
    try checkCancel()
  }
}

extension ThreadRef {
  /// `canon_context_get`
  package func canonContextGet(_ slot: UInt32, is64: Bool) -> UInt64 {
    let value = slot == 0 ? pointee.storage.0 : pointee.storage.1
    return is64 ? value : value & 0xffff_ffff
  }

  /// `canon_context_set`
  package func canonContextSet(_ slot: UInt32, _ value: UInt64) {
    if slot == 0 { pointee.storage.0 = value } else { pointee.storage.1 = value }
  }
}

extension InstanceRef {
  /// The checks with which `thread.resume-later` and the built-ins that switch to a suspended thread begin.
  package func suspendedThread(_ index: UInt32) throws(ComponentTrap) -> ThreadRef {
    try checkMayLeave()
    let other = try thread(index)
    try trapIf(!other.suspended, .threadNotSuspended)
    return other
  }

  /// `canon_subtask_cancel`, its checks. If the subtask is not resolved the callee's task is to be asked to cancel
  /// (`Task.requestCancellation`), and then comes `finishCancel`.
  package func canonSubtaskCancel(
    _ index: UInt32, isAsync: Bool
  ) throws(ComponentTrap) -> SubtaskRef {
    try checkMayLeave()
    let subtask = try subtask(index)
    try subtask.requestCancellation()
    try trapIf(subtask.waitable.inWaitableSet && !isAsync, .syncWaitInSet)
    return subtask
  }

  /// `canon_subtask_drop`
  package func canonSubtaskDrop(_ index: UInt32) throws(ComponentTrap) {
    try checkMayLeave()
    let subtask = try subtask(index)
    try subtask.drop()
    pointee.handles.remove(index)
    pointee.store.removeSubtask(subtask)
  }
}

extension SubtaskRef {
  /// `canon_subtask_cancel` after the request.
  package func finishCancel(isAsync: Bool, _ thread: ThreadRef) -> BuiltinResult {
    if !resolved {
      return isAsync ? .done(blocked) : .wait(waitable.startWaiting(thread))
    }
    return .done(takeResolution())
  }

  /// The wait that `finishCancel` asked for is over.
  package func finishCancelWait() -> UInt32 {
    waitable.finishWaiting()
    return takeResolution()
  }

  private func takeResolution() -> UInt32 {
    let event = waitable.getPendingEvent()
    assert(event.code == .subtask && pointee.resolveDelivered)
    return event.payload
  }
}
