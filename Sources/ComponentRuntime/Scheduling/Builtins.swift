// The core functions that canonical built-ins are: one C function each, which takes its arguments from slots, makes the
// transition and puts the result into the first slot. CanonicalABI.md's order; transitions are in CanonicalABI/.

import CWasmExecution
import WasmExecution
import WasmSyntax

private let goOn = Int32(WASM_CONTINUE.rawValue)

/// The frame of every built-in.
@inline(__always)
private func builtin(
  _ context: ContextPointer?, _ record: UnsafeMutableRawPointer?, _ slots: SlotPointer?,
  _ body: (BuiltinRef, ContextPointer, SlotPointer) throws(ComponentTrap) -> Int32
) -> Int32 {
  guard let context, let record, let slots else { return Int32(WASM_TRAP.rawValue) }
  let builtin = record.assumingMemoryBound(to: BuiltinFunction.self)
  do throws(ComponentTrap) {
    return try body(builtin, context, slots)
  } catch {
    return builtin.pointee.scheduler.fail(context, error)
  }
}

/// A built-in with one result that is there at once.
@inline(__always)
private func value(
  _ context: ContextPointer?, _ record: UnsafeMutableRawPointer?, _ slots: SlotPointer?,
  _ body: (BuiltinRef, SlotPointer) throws(ComponentTrap) -> UInt64
) -> Int32 {
  builtin(context, record, slots) { (builtin, _, slots) throws(ComponentTrap) in
    slots[0] = try body(builtin, slots)
    return goOn
  }
}

/// A built-in without a result.
@inline(__always)
private func effect(
  _ context: ContextPointer?, _ record: UnsafeMutableRawPointer?, _ slots: SlotPointer?,
  _ body: (BuiltinRef, SlotPointer) throws(ComponentTrap) -> Void
) -> Int32 {
  builtin(context, record, slots) { (builtin, _, slots) throws(ComponentTrap) in
    try body(builtin, slots)
    return goOn
  }
}

@inline(__always)
private func u32(_ slot: UInt64) -> UInt32 { UInt32(truncatingIfNeeded: slot) }

extension BuiltinRef {
  @inline(__always) var inst: InstanceRef { pointee.inst }

  @inline(__always)
  func thread() throws(ComponentTrap) -> ThreadRef {
    guard case .guest(let thread) = pointee.scheduler.state.pointee.currentThread else {
      throw ComponentTrap(.bug)
    }
    return thread
  }

  @inline(__always)
  fileprivate func rt() throws(ComponentTrap) -> ResourceTypeRef {
    guard let rt = pointee.rt else { throw ComponentTrap(.bug) }
    return rt
  }

  /// An address in the memory of the built-in's options.
  @inline(__always)
  fileprivate func pointer(_ slot: UInt64) -> UInt64 {
    pointee.cx.is64 ? slot : slot & 0xffff_ffff
  }
}

extension BuiltinFunction {
  /// The C function behind a built-in; nil for those that are refused.
  static func entry(_ builtin: CanonBuiltin) -> WasmHostFunction? {
    switch builtin {
    case .resourceNew: resourceNew
    case .resourceDrop: resourceDrop
    case .resourceRep: resourceRep
    case .contextGet: contextGet
    case .contextSet: contextSet
    case .backpressureInc: backpressureInc
    case .backpressureDec: backpressureDec
    case .taskReturn: taskReturn
    case .taskCancel: taskCancel
    case .waitableSetNew: waitableSetNew
    case .waitableSetWait: waitableSetWait
    case .waitableSetPoll: waitableSetPoll
    case .waitableSetDrop: waitableSetDrop
    case .waitableJoin: waitableJoin
    case .subtaskCancel: subtaskCancel
    case .subtaskDrop: subtaskDrop
    case .streamNew: streamNew
    case .streamRead: streamRead
    case .streamWrite: streamWrite
    case .streamCancelRead: streamCancelRead
    case .streamCancelWrite: streamCancelWrite
    case .streamDropReadable: streamDropReadable
    case .streamDropWritable: streamDropWritable
    case .futureNew: futureNew
    case .futureRead: futureRead
    case .futureWrite: futureWrite
    case .futureCancelRead: futureCancelRead
    case .futureCancelWrite: futureCancelWrite
    case .futureDropReadable: futureDropReadable
    case .futureDropWritable: futureDropWritable
    case .threadIndex: threadIndex
    case .threadNewIndirect: threadNewIndirect
    case .threadResumeLater: threadResumeLater
    case .threadSuspend: threadSuspend
    case .threadYield: threadYield
    case .threadSuspendThenResume: threadSuspendThenResume
    case .threadYieldThenResume: threadYieldThenResume
    case .threadSuspendThenPromote: threadSuspendThenPromote
    case .threadYieldThenPromote: threadYieldThenPromote
    case .errorContextNew: errorContextNew
    case .errorContextDebugMessage: errorContextDebugMessage
    case .errorContextDrop: errorContextDrop
    case .threadSpawnRef, .threadSpawnIndirect, .threadAvailableParallelism: nil
    }
  }

  // MARK: canon resource.*

  private static let resourceNew: WasmHostFunction = { context, record, slots in
    value(context, record, slots) { (builtin, slots) throws(ComponentTrap) in
      let rep = builtin.pointee.is64 ? slots[0] : slots[0] & 0xffff_ffff
      return UInt64(try builtin.inst.canonResourceNew(builtin.rt(), rep))
    }
  }

  private static let resourceDrop: WasmHostFunction = { context, record, slots in
    builtin(context, record, slots) { (builtin, context, slots) throws(ComponentTrap) in
      switch try builtin.inst.canonResourceDrop(builtin.rt(), u32(slots[0])) {
      case .done: return goOn
      case .destroy(let rep, let rt):
        guard let destructor = builtin.pointee.destructor else {
          return try builtin.pointee.scheduler.dropHostResource(context, rep, rt)
        }
        var rep = rep
        return try destructor.callShared(context, &rep)
      }
    }
  }

  private static let resourceRep: WasmHostFunction = { context, record, slots in
    value(context, record, slots) { (builtin, slots) throws(ComponentTrap) in
      try builtin.inst.canonResourceRep(builtin.rt(), u32(slots[0]))
    }
  }

  // MARK: canon context.*, backpressure.*

  private static let contextGet: WasmHostFunction = { context, record, slots in
    value(context, record, slots) { (builtin, _) throws(ComponentTrap) in
      try builtin.thread().canonContextGet(builtin.pointee.slot, is64: builtin.pointee.is64)
    }
  }

  private static let contextSet: WasmHostFunction = { context, record, slots in
    effect(context, record, slots) { (builtin, slots) throws(ComponentTrap) in
      try builtin.thread().canonContextSet(
        builtin.pointee.slot, builtin.pointee.is64 ? slots[0] : slots[0] & 0xffff_ffff)
    }
  }

  private static let backpressureInc: WasmHostFunction = { context, record, slots in
    effect(context, record, slots) { (builtin, _) throws(ComponentTrap) in
      try builtin.inst.incrementBackpressure()
    }
  }

  private static let backpressureDec: WasmHostFunction = { context, record, slots in
    effect(context, record, slots) { (builtin, _) throws(ComponentTrap) in
      try builtin.inst.decrementBackpressure()
    }
  }

  // MARK: canon task.*

  private static let taskReturn: WasmHostFunction = { context, record, slots in
    effect(context, record, slots) { (builtin, slots) throws(ComponentTrap) in
      let task = try builtin.thread().pointee.task
      try builtin.inst.checkMayLeave()
      guard let function = task.liftedFunction, let lifted = function.pointee.lifted else {
        throw ComponentTrap(.notAsyncTask)
      }
      try task.checkTaskReturn(
        type: builtin.pointee.type, ofTask: function.pointee.resultType,
        builtin.pointee.options, ofTask: lifted.pointee.options)
      try builtin.pointee.scheduler.resolve(
        task, function, lifted, slots, maxSource: SchedulerRef.maxFlatParams)
    }
  }

  private static let taskCancel: WasmHostFunction = { context, record, slots in
    effect(context, record, slots) { (builtin, _) throws(ComponentTrap) in
      let task = try builtin.thread().pointee.task
      try builtin.inst.checkMayLeave()
      guard let lifted = task.liftedFunction?.pointee.lifted else {
        throw ComponentTrap(.notAsyncTask)
      }
      try task.checkTaskCancel(lifted.pointee.options)
      try builtin.pointee.scheduler.resolveCancelled(task)
    }
  }

  // MARK: canon waitable-set.*, waitable.join

  private static let waitableSetNew: WasmHostFunction = { context, record, slots in
    value(context, record, slots) { (builtin, _) throws(ComponentTrap) in
      UInt64(try builtin.inst.canonWaitableSetNew())
    }
  }

  private static let waitableSetWait: WasmHostFunction = { context, record, slots in
    builtin(context, record, slots) { (builtin, _, slots) throws(ComponentTrap) in
      let set = try builtin.inst.canonWaitableSet(u32(slots[0]))
      let pointer = builtin.pointer(slots[1])
      let ready = set.startWaiting(exclusivelyIn: nil)
      return try builtin.wait(ready, .event(set, pointer: pointer), slots)
    }
  }

  private static let waitableSetPoll: WasmHostFunction = { context, record, slots in
    value(context, record, slots) { (builtin, slots) throws(ComponentTrap) in
      let set = try builtin.inst.canonWaitableSet(u32(slots[0]))
      let event = set.poll(
        try builtin.thread().pointee.task, cancellable: builtin.pointee.flag,
        at: builtin.pointee.scheduler.choosePending(set))
      return UInt64(try builtin.cx.unpackEvent(builtin.pointer(slots[1]), event))
    }
  }

  private static let waitableSetDrop: WasmHostFunction = { context, record, slots in
    effect(context, record, slots) { (builtin, slots) throws(ComponentTrap) in
      try builtin.inst.canonWaitableSetDrop(u32(slots[0]))
    }
  }

  private static let waitableJoin: WasmHostFunction = { context, record, slots in
    effect(context, record, slots) { (builtin, slots) throws(ComponentTrap) in
      try builtin.inst.canonWaitableJoin(u32(slots[0]), u32(slots[1]))
    }
  }

  // MARK: canon subtask.*

  private static let subtaskCancel: WasmHostFunction = { context, record, slots in
    builtin(context, record, slots) { (builtin, _, slots) throws(ComponentTrap) in
      let subtask = try builtin.orCannotBlock { () throws(ComponentTrap) in
        try builtin.inst.canonSubtaskCancel(u32(slots[0]), isAsync: builtin.pointee.flag)
      }
      return try builtin.cancel(subtask, slots)
    }
  }

  private static let subtaskDrop: WasmHostFunction = { context, record, slots in
    effect(context, record, slots) { (builtin, slots) throws(ComponentTrap) in
      try builtin.inst.canonSubtaskDrop(u32(slots[0]))
    }
  }

  // MARK: canon stream.*, future.*

  private static let streamNew: WasmHostFunction = { context, record, slots in
    value(context, record, slots) { (builtin, _) throws(ComponentTrap) in
      try builtin.newCopy(isFuture: false)
    }
  }
  private static let futureNew: WasmHostFunction = { context, record, slots in
    value(context, record, slots) { (builtin, _) throws(ComponentTrap) in
      try builtin.newCopy(isFuture: true)
    }
  }

  private static let streamRead: WasmHostFunction = { context, record, slots in
    builtin(context, record, slots) { (builtin, _, slots) throws(ComponentTrap) in
      try builtin.copy(.readableStream, slots)
    }
  }
  private static let streamWrite: WasmHostFunction = { context, record, slots in
    builtin(context, record, slots) { (builtin, _, slots) throws(ComponentTrap) in
      try builtin.copy(.writableStream, slots)
    }
  }
  private static let futureRead: WasmHostFunction = { context, record, slots in
    builtin(context, record, slots) { (builtin, _, slots) throws(ComponentTrap) in
      try builtin.copy(.readableFuture, slots)
    }
  }
  private static let futureWrite: WasmHostFunction = { context, record, slots in
    builtin(context, record, slots) { (builtin, _, slots) throws(ComponentTrap) in
      try builtin.copy(.writableFuture, slots)
    }
  }

  private static let streamCancelRead: WasmHostFunction = { context, record, slots in
    builtin(context, record, slots) { (builtin, _, slots) throws(ComponentTrap) in
      try builtin.cancelCopy(.readableStream, slots)
    }
  }
  private static let streamCancelWrite: WasmHostFunction = { context, record, slots in
    builtin(context, record, slots) { (builtin, _, slots) throws(ComponentTrap) in
      try builtin.cancelCopy(.writableStream, slots)
    }
  }
  private static let futureCancelRead: WasmHostFunction = { context, record, slots in
    builtin(context, record, slots) { (builtin, _, slots) throws(ComponentTrap) in
      try builtin.cancelCopy(.readableFuture, slots)
    }
  }
  private static let futureCancelWrite: WasmHostFunction = { context, record, slots in
    builtin(context, record, slots) { (builtin, _, slots) throws(ComponentTrap) in
      try builtin.cancelCopy(.writableFuture, slots)
    }
  }

  private static let streamDropReadable: WasmHostFunction = { context, record, slots in
    effect(context, record, slots) { (builtin, slots) throws(ComponentTrap) in
      try builtin.inst.canonCopyDrop(.readableStream, builtin.pointee.type, u32(slots[0]))
    }
  }
  private static let streamDropWritable: WasmHostFunction = { context, record, slots in
    effect(context, record, slots) { (builtin, slots) throws(ComponentTrap) in
      try builtin.inst.canonCopyDrop(.writableStream, builtin.pointee.type, u32(slots[0]))
    }
  }
  private static let futureDropReadable: WasmHostFunction = { context, record, slots in
    effect(context, record, slots) { (builtin, slots) throws(ComponentTrap) in
      try builtin.inst.canonCopyDrop(.readableFuture, builtin.pointee.type, u32(slots[0]))
    }
  }
  private static let futureDropWritable: WasmHostFunction = { context, record, slots in
    effect(context, record, slots) { (builtin, slots) throws(ComponentTrap) in
      try builtin.inst.canonCopyDrop(.writableFuture, builtin.pointee.type, u32(slots[0]))
    }
  }

  // MARK: canon thread.*

  private static let threadIndex: WasmHostFunction = { context, record, slots in
    value(context, record, slots) { (builtin, _) throws(ComponentTrap) in
      try builtin.inst.checkMayLeave()
      return UInt64(try builtin.thread().index())
    }
  }

  private static let threadNewIndirect: WasmHostFunction = { context, record, slots in
    builtin(context, record, slots) { (builtin, context, slots) throws(ComponentTrap) in
      try builtin.newThread(context, slots)
    }
  }

  private static let threadResumeLater: WasmHostFunction = { context, record, slots in
    effect(context, record, slots) { (builtin, slots) throws(ComponentTrap) in
      let other = try builtin.inst.suspendedThread(u32(slots[0]))
      other.resumeLater(try builtin.pointee.scheduler.state.graph())
    }
  }

  private static let threadSuspend: WasmHostFunction = { context, record, slots in
    builtin(context, record, slots) { (builtin, _, slots) throws(ComponentTrap) in
      try builtin.inst.checkMayLeave()
      let thread = try builtin.thread()
      return try builtin.go(thread, thread.suspend(cancellable: builtin.pointee.flag), slots)
    }
  }

  private static let threadYield: WasmHostFunction = { context, record, slots in
    builtin(context, record, slots) { (builtin, _, slots) throws(ComponentTrap) in
      try builtin.inst.checkMayLeave()
      let thread = try builtin.thread()
      let scheduler = builtin.pointee.scheduler
      return try builtin.go(
        thread,
        thread.yield(
          cancellable: builtin.pointee.flag,
          returnsEarly: scheduler.pointee.policy.returnsEarly(.turn),
          try scheduler.state.graph()), slots)
    }
  }

  private static let threadSuspendThenResume: WasmHostFunction = { context, record, slots in
    builtin(context, record, slots) { (builtin, _, slots) throws(ComponentTrap) in
      let other = try builtin.inst.suspendedThread(u32(slots[0]))
      let thread = try builtin.thread()
      return try builtin.go(
        thread, thread.suspendThenResume(cancellable: builtin.pointee.flag, other), slots)
    }
  }

  private static let threadYieldThenResume: WasmHostFunction = { context, record, slots in
    builtin(context, record, slots) { (builtin, _, slots) throws(ComponentTrap) in
      let other = try builtin.inst.suspendedThread(u32(slots[0]))
      let thread = try builtin.thread()
      let graph = try builtin.pointee.scheduler.state.graph()
      return try builtin.go(
        thread, thread.yieldThenResume(cancellable: builtin.pointee.flag, other, graph), slots)
    }
  }

  private static let threadSuspendThenPromote: WasmHostFunction = { context, record, slots in
    builtin(context, record, slots) { (builtin, _, slots) throws(ComponentTrap) in
      try builtin.inst.checkMayLeave()
      let other = try builtin.inst.thread(u32(slots[0]))
      let thread = try builtin.thread()
      let graph = try builtin.pointee.scheduler.state.graph()
      return try builtin.go(
        thread, thread.suspendThenPromote(cancellable: builtin.pointee.flag, other, graph), slots)
    }
  }

  private static let threadYieldThenPromote: WasmHostFunction = { context, record, slots in
    builtin(context, record, slots) { (builtin, _, slots) throws(ComponentTrap) in
      try builtin.inst.checkMayLeave()
      let other = try builtin.inst.thread(u32(slots[0]))
      let thread = try builtin.thread()
      let scheduler = builtin.pointee.scheduler
      let graph = try scheduler.state.graph()
      return try builtin.go(
        thread,
        thread.yieldThenPromote(
          cancellable: builtin.pointee.flag, other,
          returnsEarly: scheduler.pointee.policy.returnsEarly(.turn), graph), slots)
    }
  }

  // MARK: canon error-context.*

  private static let errorContextNew: WasmHostFunction = { context, record, slots in
    value(context, record, slots) { (builtin, _) throws(ComponentTrap) in
      UInt64(try builtin.inst.canonErrorContextNew())
    }
  }

  private static let errorContextDebugMessage: WasmHostFunction = { context, record, slots in
    effect(context, record, slots) { (builtin, slots) throws(ComponentTrap) in
      try builtin.inst.canonErrorContextDebugMessage(
        builtin.pointee.options, u32(slots[0]), ptr: builtin.pointer(slots[1]))
    }
  }

  private static let errorContextDrop: WasmHostFunction = { context, record, slots in
    effect(context, record, slots) { (builtin, slots) throws(ComponentTrap) in
      try builtin.inst.canonErrorContextDrop(u32(slots[0]))
    }
  }
}
