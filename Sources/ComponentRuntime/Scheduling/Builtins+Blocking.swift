// What built-ins that may block, cancel or copy have in common.

import CWasmExecution
import WasmExecution

private let goOn = Int32(WASM_CONTINUE.rawValue)

extension BuiltinRef {
  /// Where the result goes, once the built-in's thread is not running any more.
  private func results(_ context: ContextPointer) -> SlotPointer {
    context.hostResults(argumentBytes: pointee.argumentBytes)
  }

  /// Ends a built-in whose result is whether its thread was cancelled.
  func go(
    _ thread: ThreadRef, _ blocking: Blocking, _ slots: SlotPointer
  ) throws(ComponentTrap) -> Int32 {
    switch blocking {
    case .done(let cancelled):
      slots[0] = UInt64(cancelled.rawValue)
      return goOn
    case .block(switchTo: let other):
      let scheduler = pointee.scheduler
      try scheduler.block(
        thread, .builtin(UnsafeMutableRawPointer(self), .resumption), switchTo: other)
      return scheduler.switchAway()
    }
  }

  /// Waits, cancellably if the built-in says so.
  func wait(
    _ ready: ReadyCondition, _ wait: Thread.Wait, _ slots: SlotPointer
  ) throws(ComponentTrap) -> Int32 {
    let thread = try self.thread()
    let scheduler = pointee.scheduler
    let early = scheduler.pointee.policy.returnsEarly(.event)
    switch thread.waitUntil(
      ready, cancellable: pointee.flag, returnsEarly: early, try scheduler.state.graph())
    {
    case .done(let cancelled):
      slots[0] = try result(of: wait, cancelled)
      return goOn
    case .block:
      try scheduler.block(thread, .builtin(UnsafeMutableRawPointer(self), wait))
      return scheduler.switchAway()
    }
  }

  /// What a wait comes to when it is over.
  func result(of wait: Thread.Wait, _ cancelled: Cancelled) throws(ComponentTrap) -> UInt64 {
    switch wait {
    case .resumption: return UInt64(cancelled.rawValue)
    case .event(let set, let pointer):
      let event = pointee.scheduler.finishWaiting(set, cancelled)
      return UInt64(try cx.unpackEvent(pointer, event))
    case .copy(let end): return UInt64(end.finishCopyWait())
    case .cancellation(let subtask): return UInt64(subtask.finishCancelWait())
    }
  }

  /// A built-in that is synchronous waits for one event, which cannot be cancelled.
  private func finish(
    _ result: BuiltinResult, _ wait: Thread.Wait, _ thread: ThreadRef, _ slots: SlotPointer
  ) throws(ComponentTrap) -> Int32 {
    switch result {
    case .done(let value):
      slots[0] = UInt64(value)
      return goOn
    case .wait(let ready):
      let scheduler = pointee.scheduler
      guard case .block = thread.waitUntil(ready, try scheduler.state.graph()) else {
        throw ComponentTrap(.bug)
      }
      try scheduler.block(thread, .builtin(UnsafeMutableRawPointer(self), wait))
      return scheduler.switchAway()
    }
  }

  /// By the reference suite (trap-if-block-and-sync) a synchronous built-in that is given a wrong index where it could
  /// not block traps for the latter.
  func orCannotBlock<R>(_ body: () throws(ComponentTrap) -> R) throws(ComponentTrap) -> R {
    do throws(ComponentTrap) {
      return try body()
    } catch {
      switch error.reason {
      case .unknownHandle, .wrongHandleType:
        if !isAsyncOperation, try !pointee.scheduler.mayBlock(inst) {
          throw ComponentTrap(.cannotBlockDeadlock)
        }
      default: break
      }
      throw error
    }
  }

  private var isAsyncOperation: Bool { pointee.flag || pointee.options.pointee.isAsync }

  // MARK: Streams and futures

  func newCopy(isFuture: Bool) throws(ComponentTrap) -> UInt64 {
    try inst.canonCopyNew(
      isFuture: isFuture, pointee.type, isNoneOrNumberType: pointee.isNoneOrNumberType)
  }

  private func end(_ index: UInt32, _ kind: CopyEnd.Kind) throws(ComponentTrap) -> CopyEndRef {
    try inst.copyEnd(index, kind, pointee.type)
  }

  /// `stream_copy` and `future_copy`
  func copy(_ kind: CopyEnd.Kind, _ slots: SlotPointer) throws(ComponentTrap) -> Int32 {
    let index = UInt32(truncatingIfNeeded: slots[0])
    let thread = try self.thread()
    let is64 = pointee.cx.is64
    let pointer = is64 ? slots[1] : slots[1] & 0xffff_ffff
    let length = kind.isFuture ? 1 : is64 ? slots[2] : slots[2] & 0xffff_ffff
    let result = try orCannotBlock { () throws(ComponentTrap) in
      try inst.canonCopy(
        kind, pointee.type, pointee.elements, pointee.options, index, ptr: pointer,
        length: UInt32(clamping: length), thread)
    }
    if case .done(let value) = result {
      slots[0] = UInt64(value)
      return goOn
    }
    return try finish(result, .copy(end(index, kind)), thread, slots)
  }

  /// `cancel_copy`
  func cancelCopy(_ kind: CopyEnd.Kind, _ slots: SlotPointer) throws(ComponentTrap) -> Int32 {
    let index = UInt32(truncatingIfNeeded: slots[0])
    let thread = try self.thread()
    let result = try orCannotBlock { () throws(ComponentTrap) in
      try inst.canonCancelCopy(kind, pointee.type, index, isAsync: pointee.flag, thread)
    }
    if case .done(let value) = result {
      slots[0] = UInt64(value)
      return goOn
    }
    return try finish(result, .copy(end(index, kind)), thread, slots)
  }

  // MARK: Threads

  /// `canon_thread_new_indirect`
  func newThread(
    _ context: ContextPointer, _ slots: SlotPointer
  ) throws(ComponentTrap) -> Int32 {
    try inst.checkMayLeave()
    guard let table = pointee.table, let type = pointee.threadType else {
      throw ComponentTrap(.bug)
    }
    let index = pointee.is64 ? slots[0] : slots[0] & 0xffff_ffff
    guard index < table.pointee.size else { return context.fail(.undefinedElement, nil) }
    guard let function = FunctionPointer(bitPattern: UInt(table.pointee.elements[Int(index)]))
    else { return context.fail(.indirectCallToNull, "\(index)") }
    guard function.pointee.type == type else {
      return context.fail(.indirectCallTypeMismatch, nil)
    }
    let task = try thread().pointee.task
    let new = try pointee.scheduler.state.newThread(task)
    new.pointee.next = .start(UnsafeMutableRawPointer(function), argument: slots[1])
    try task.register(new)
    slots[0] = UInt64(try new.index())
    return goOn
  }

  // MARK: Cancellation

  /// `canon_subtask_cancel` behind its checks.
  func cancel(_ subtask: SubtaskRef, _ slots: SlotPointer) throws(ComponentTrap) -> Int32 {
    let thread = try self.thread()
    let scheduler = pointee.scheduler
    if !subtask.resolved {
      subtask.markCancellationRequested()
      if try scheduler.requestCancellation(of: subtask, from: inst, self, thread) {
        return scheduler.switchAway()
      }
    }
    return try finish(
      subtask.finishCancel(isAsync: pointee.flag, thread), .cancellation(subtask), thread, slots)
  }
}

extension SchedulerRef {
  /// A built-in's wait is over.
  func finish(
    _ builtin: BuiltinRef, _ wait: Thread.Wait, _ thread: ThreadRef, _ cancelled: Cancelled
  ) throws(ComponentTrap) {
    let context = try stack(of: thread)
    let result = try builtin.result(of: wait, cancelled)
    context.hostResults(argumentBytes: builtin.pointee.argumentBytes)[0] = result
    pointee.next = context
  }

  /// `subtask.on_cancel`: true if a thread of the callee runs now; `finishCancel` then follows.
  func requestCancellation(
    of subtask: SubtaskRef, from inst: InstanceRef, _ builtin: BuiltinRef, _ thread: ThreadRef
  ) throws(ComponentTrap) -> Bool {
    guard let task = state.task(subtask.pointee.callee) else { throw ComponentTrap(.bug) }
    guard let callee = task.pointee.inst else {
      try cancelHostCall(task)
      return false
    }
    var frame = ResumeFrame(.cancel)
    frame.thread = thread
    frame.record = UnsafeMutableRawPointer(builtin)
    frame.subtask = subtask
    switch task.requestCancellation(from: inst) {
    case .pending: return false
    case .resumeImplicitThread:
      pointee.frames.push(frame)
      try resume(task.implicitThread, .true)
    case .resumeCandidate:
      frame.entered = callee
      frame.below = callee.commonAncestor(with: inst)
      callee.enter(below: frame.below)
      pointee.frames.push(frame)
      try resumeCancelled(task)
    }
    return true
  }

  /// Tells one of a task's threads that it is cancelled.
  func resumeCancelled(_ task: TaskRef) throws(ComponentTrap) {
    let candidates = task.cancellationCandidates
    guard !candidates.isEmpty else { throw ComponentTrap(.bug) }
    try resume(candidates[pointee.policy.choose(candidates.count)], .true)
  }

  /// `canon_subtask_cancel` behind the request.
  func finishCancel(_ frame: ResumeFrame) throws(ComponentTrap) {
    guard let thread = frame.thread, let subtask = frame.subtask, let record = frame.record else {
      throw ComponentTrap(.bug)
    }
    frame.entered?.leave(below: frame.below)
    state.pointee.currentThread = .guest(thread)
    let builtin = record.assumingMemoryBound(to: BuiltinFunction.self)
    let context = try stack(of: thread)
    switch subtask.finishCancel(isAsync: builtin.pointee.flag, thread) {
    case .done(let value):
      context.hostResults(argumentBytes: builtin.pointee.argumentBytes)[0] = UInt64(value)
      pointee.next = context
    case .wait(let ready):
      guard case .block = thread.waitUntil(ready, try state.graph()) else {
        throw ComponentTrap(.bug)
      }
      try block(thread, .builtin(record, .cancellation(subtask)))
    }
  }
}

extension TaskRef {
  /// The function that a task is a call of; nil for those of the host and of the runtime itself.
  var liftedFunction: FunctionRef? {
    pointee.function?.assumingMemoryBound(to: FunctionInstance.self)
  }
}
