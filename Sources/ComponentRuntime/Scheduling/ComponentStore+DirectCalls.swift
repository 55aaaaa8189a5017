// Calls that the host makes from code that goes on when they return: of functions whose type is not `async`. No object stands
// for such a call; closures of the caller convert its values while it is on the stack.

import CWasmExecution
import WasmExecution

extension FunctionInstance {
  /// The callee, if `callDirect` can call it.
  package var directCallee: LiftedRef? { isAsync ? nil : lifted }
}

extension ComponentStore {
  /// `Store.invoke` for a caller that waits. `lower` puts the arguments into slots, at most `SchedulerRef.maxFlatParams`, or
  /// into memory behind the first one; `lift` takes the result from slots, or from memory if its type has more than
  /// `SchedulerRef.maxFlatResults`.
  ///
  /// - Returns: nil if the call has returned. If it waits for something, the invocation that stands for the rest of it:
  ///   what `rest` has made.
  package func callDirect(
    _ function: FunctionRef, _ lifted: LiftedRef,
    lower: (ContextRef, SlotPointer) throws(ComponentTrap) -> Void,
    lift: (ContextRef, SlotPointer) throws(ComponentTrap) -> Void, rest: () -> Invocation
  ) throws(ComponentFailure) -> Invocation? {
    guard quantum == nil else { throw .wouldBlock }
    let inst = lifted.pointee.inst
    guard inst.mayEnter(from: nil) else { throw cannotEnter(inst) }
    try reserve(subtask: function.pointee.takesBorrows)
    var task: TaskRef?
    // What lends the arguments that are borrowed.
    var lender: SubtaskRef?
    let hasEnded: Bool
    do throws(ComponentFailure) {
      hasEnded = try run(startsCall: true) { () throws(ComponentTrap) in
        task = try begin(function, lifted, &lender, lower)
      } returned: { (context) throws(ComponentTrap) in
        guard let task else { throw ComponentTrap(.bug) }
        if task.pointee.numBorrows > 0 {
          // What lifting traps with comes first (`task.return_`).
          try LiftCheck.values(
            function.pointee.result, from: lifted.cx, context.baseSlots,
            maxSource: SchedulerRef.maxFlatResults)
          try task.checkReturn()
        }
        try lift(lifted.cx, context.baseSlots)
        if let resolved = lender {
          lender = nil
          resolved.resolve(.returned(flatResult: 0))
          resolved.deliverResolve(state)
          state.removeSubtask(resolved)
        }
        try end(task, function, lifted, context)
      }
    } catch {
      if let lender {
        state.releaseLenders(lender)
        state.removeSubtask(lender)
      }
      throw error
    }
    if hasEnded { return nil }
    guard let task else { throw ComponentFailure(ComponentTrap(.bug)) }
    let invocation = rest()
    invocation.task = task.id
    invocation.subtask = lender
    task.pointee.caller = .host(InvocationRef(invocation).token)
    retain(invocation)
    return invocation
  }

  /// `canon_lift` up to the callee's first instruction.
  @inline(__always)
  private func begin(
    _ function: FunctionRef, _ lifted: LiftedRef, _ lender: inout SubtaskRef?,
    _ lower: (ContextRef, SlotPointer) throws(ComponentTrap) -> Void
  ) throws(ComponentTrap) -> TaskRef {
    let inst = lifted.pointee.inst
    inst.enter(from: nil)
    scheduler.pointee.frames.push(invoke: inst)
    if function.pointee.takesBorrows {
      let subtask = try state.newSubtask(inst: nil)
      subtask.pointee.hostStore = state
      lender = subtask
    }
    let task = try state.newTask(
      inst: inst, caller: .direct, function: UnsafeMutableRawPointer(function))
    scheduler.pushSync(task)
    let thread = task.implicitThread
    thread.pointee.cont = .running
    state.pointee.currentThread = .guest(thread)
    try task.enterSync(inst)
    let context = try scheduler.takeStack(thread)
    let slots = try scheduler.prepare(context, lifted.pointee.callee)
    task.start()
    lifted.pointee.cx.task = task
    if let lender {
      lender.start()
      var lending = lifted.pointee.cx
      lending.subtask = lender
      try withUnsafePointer(to: lending) { (cx) throws(ComponentTrap) in try lower(cx, slots) }
    } else {
      try lower(lifted.cx, slots)
    }
    scheduler.pointee.next = context
    return task
  }

  /// The rest of `canon_lift` once the result has been lifted.
  @inline(__always)
  private func end(
    _ task: TaskRef, _ function: FunctionRef, _ lifted: LiftedRef, _ context: ContextPointer
  ) throws(ComponentTrap) {
    task.didResolve()
    if let postReturn = lifted.pointee.postReturn {
      try lifted.callPostReturn(
        postReturn, function.pointee.result, context.baseSlots, scheduler)
    }
    try task.exitSync(lifted.pointee.inst)
    scheduler.releaseStack(task.implicitThread)
    try scheduler.popSync(task)
    scheduler.removeIfDone(task)
  }

  func cannotEnter(_ inst: InstanceRef) -> ComponentFailure {
    .cannotEnter(poisonedBy: poisoned[inst] ?? poisoned[inst.root])
  }
}
