// Calls from guests to the host (CanonicalABI.md, canon lower with a callee of the host's).

import CWasmExecution
import WasmExecution

extension LoweredFunction {
  /// The core function that a lowered function is if the callee is the host's.
  static let hostEntry: WasmHostFunction = { context, record, slots in
    guard let context, let record, let slots else { return Int32(WASM_TRAP.rawValue) }
    let lowered = record.assumingMemoryBound(to: LoweredFunction.self)
    do throws(ComponentTrap) {
      return try lowered.callHost(context)
    } catch {
      return lowered.pointee.scheduler.fail(context, error)
    }
  }
}

extension LoweredRef {
  fileprivate func callHost(_ context: ContextPointer) throws(ComponentTrap) -> Int32 {
    let function = pointee.function
    let scheduler = pointee.scheduler
    let state = scheduler.state
    try pointee.inst.checkMayLeave()
    if function.pointee.isAsync { try checkMayBlock() }
    guard case .guest(let thread) = state.pointee.currentThread,
      case .host(let host) = function.pointee.implementation
    else { throw ComponentTrap(.bug) }
    if !pointee.isAsync, host._withUnsafeGuaranteedRef({ $0.inSlots != nil }) {
      return try callInSlots(host, context, thread)
    }
    var call = HostCall(scheduler, function, self, context, thread)
    let outcome: HostOutcome
    do {
      outcome = try host._withUnsafeGuaranteedRef { try $0.body(&call) }
    } catch let trap as ComponentTrap {
      state.pointee.currentThread = .guest(thread)
      call.end()
      throw trap
    } catch {
      state.pointee.currentThread = .guest(thread)
      call.end()
      return context.failHost(error)
    }
    state.pointee.currentThread = .guest(thread)
    switch outcome {
    case .returned:
      call.end()
      if pointee.isAsync {
        context.hostResults(argumentBytes: pointee.argumentBytes)[0] =
          UInt64(Subtask.State.returned.rawValue)
      }
      return Int32(WASM_CONTINUE.rawValue)
    case .pending(let pending): return try goOn(with: pending, context, thread)
    }
  }

  /// Nothing is known of such a call: nothing can be lent to it, and it does not wait.
  private func callInSlots(
    _ host: Unmanaged<HostFunction>, _ context: ContextPointer, _ thread: ThreadRef
  ) throws(ComponentTrap) -> Int32 {
    let slots = context.hostResults(argumentBytes: pointee.argumentBytes)
    let state = pointee.scheduler.state
    do {
      try host._withUnsafeGuaranteedRef { try $0.inSlots?(slots) }
    } catch let trap as ComponentTrap {
      state.pointee.currentThread = .guest(thread)
      throw trap
    } catch {
      state.pointee.currentThread = .guest(thread)
      return context.failHost(error)
    }
    state.pointee.currentThread = .guest(thread)
    return Int32(WASM_CONTINUE.rawValue)
  }

  private func goOn(
    with pending: PendingHostCall, _ context: ContextPointer, _ thread: ThreadRef
  ) throws(ComponentTrap) -> Int32 {
    let scheduler = pointee.scheduler
    guard let subtask = pending.subtask else { throw ComponentTrap(.bug) }
    if !pointee.function.pointee.isAsync {
      // Nothing of the store runs until it is done.
      pending.isParked = true
      scheduler.pointee.parked = pending
      return Int32(WASM_SUSPEND.rawValue)
    }
    guard let result = try scheduler.progress(of: subtask, self, thread) else {
      return scheduler.switchAway()
    }
    context.setHostResult(result, argumentBytes: pointee.argumentBytes)
    return Int32(WASM_CONTINUE.rawValue)
  }
}

extension SchedulerRef {
  /// `canon_resource_drop` of a resource of the host's.
  func dropHostResource(
    _ context: ContextPointer, _ rep: UInt64, _ rt: ResourceTypeRef
  ) throws(ComponentTrap) -> Int32 {
    guard let dtor = rt.pointee.dtor else { throw ComponentTrap(.bug) }
    let previous = state.pointee.currentThread
    defer { state.pointee.currentThread = previous }
    let definition = Unmanaged<HostResourceDefinition>.fromOpaque(dtor)
    do {
      try definition._withUnsafeGuaranteedRef { try $0.dropped(rep) }
      return Int32(WASM_CONTINUE.rawValue)
    } catch {
      return context.failHost(error)
    }
  }

  /// A guest's request to cancel a call of the host's.
  func cancelHostCall(_ task: TaskRef) throws(ComponentTrap) {
    guard let pending = task.pendingHostCall else { throw ComponentTrap(.bug) }
    task.pointee.state = .cancelDelivered
    pending.cancel()
  }

  /// The task of a pending call goes.
  func forget(_ task: TaskRef) {
    task.pendingHostCallReference?.release()
    task.pointee.function = nil
    pointee.pendingHostCalls -= 1
    state.endHostBorrows(of: task)
    state.removeTask(task)
  }

  /// The end of a pending call: `lower` puts the result into the slots it is given, nil stands for a cancelled call.
  func complete(
    _ pending: PendingHostCall, _ lower: ((SlotPointer) throws -> Void)?
  ) throws {
    guard let task = state.task(pending.task) else { return }
    forget(task)
    guard let lowered = pending.lowered, let subtask = pending.subtask else { return }
    if let lower {
      if pending.isParked, let context = pending.context {
        try lower(context.hostResults(argumentBytes: lowered.pointee.argumentBytes))
        subtask.resolve(.returned(flatResult: 0))
        subtask.deliverResolve(state)
        state.removeSubtask(subtask)
        if lowered.pointee.isAsync {
          context.hostResults(argumentBytes: lowered.pointee.argumentBytes)[0] =
            UInt64(Subtask.State.returned.rawValue)
        }
        pointee.next = context
        return
      }
      // `outParam` is the last argument, and the flat result overwrites the first: a copy keeps both.
      var slots = subtask.pointee.arguments
      var flat: UInt64 = 0
      let isAsync = lowered.pointee.isAsync
      let arguments = try self.arguments(of: subtask, lowered)
      if isAsync {
        try withUnsafeMutableBytes(of: &slots) {
          try lower($0.baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: UInt64.self))
        }
      } else {
        try lower(arguments)
        if lowered.pointee.argumentBytes > 0 { flat = arguments[0] }
      }
      subtask.resolve(.returned(flatResult: flat))
    } else {
      subtask.resolve(.cancelled)
    }
  }
}

extension TaskRef {
  /// Tasks of the host: the call, if it is pending.
  var pendingHostCallReference: Unmanaged<PendingHostCall>? {
    guard pointee.inst == nil, let function = pointee.function else { return nil }
    return .fromOpaque(function)
  }

  var pendingHostCall: PendingHostCall? { pendingHostCallReference?.takeUnretainedValue() }
}
