// What a trap leaves behind: the instances that were entered, with all others of their roots, are never entered again,
// and their threads are gone. Whoever waits for a call that needs one of them learns of the trap.

import CWasmExecution
import WasmExecution

extension ComponentStore {
  /// Ends the run whose frames begin at a height.
  func poison(_ failure: ComponentFailure, above height: Int, _ thread: CurrentThread) {
    scheduler.pointee.frames.cut(to: height)
    scheduler.pointee.next = nil
    scheduler.pointee.isSwitching = false
    scheduler.pointee.parked = nil
    scheduler.pointee.failure = nil
    state.pointee.currentThread = thread
    onPoison?(failure)
    var roots: Set<InstanceRef> = []
    state.pointee.instances.forEachLive { inst in
      guard !inst.pointee.mayEnter, poisoned[inst] == nil, !enteredOutside.contains(inst) else {
        return
      }
      roots.insert(inst.root)
    }
    var instances: [InstanceRef] = []
    state.pointee.instances.forEachLive { inst in
      if roots.contains(inst.root), !enteredOutside.contains(inst) { instances.append(inst) }
    }
    // First the marks, so that nobody whom the failures below reach can enter.
    for inst in instances {
      inst.pointee.mayEnter = false
      poisoned[inst] = failure
    }
    for inst in instances { removeTasks(of: inst, failure) }
    if !instances.isEmpty {
      removeHostCalls(of: instances)
      closeCopies(of: instances)
    }
    if !hasConcurrency, thread.task == nil {
      state.removeTasks(above: nil) { self.end($0, failure) }
    }
    for inst in coreEntrances where poisoned[inst] != nil {
      poisoned[inst] = nil
      inst.pointee.mayEnter = true
    }
    if failure.trap?.reason == .bug { core.poison() }
  }

  private func removeTasks(of inst: InstanceRef, _ failure: ComponentFailure) {
    inst.pointee.unresolvedSyncCalls = 0
    guard inst.hasThreads || inst.pointee.numWaitingToEnter > 0 else { return }
    inst.pointee.numWaitingToEnter = 0
    state.removeTasks(of: inst) { task in
      self.scheduler.dropStacks(of: task)
      self.end(task, failure)
      self.forget(task)
      for caller in self.state.callPath(of: task) { self.end(caller, failure) }
    }
  }

  /// Functions of the host that these instances have called are asked to end; nobody wants their results any more.
  private func removeHostCalls(of instances: [InstanceRef]) {
    guard scheduler.pointee.pendingHostCalls > 0 else { return }
    let instances = Set(instances)
    var calls: [(TaskRef, PendingHostCall)] = []
    state.pointee.tasks.forEachLive { task in
      guard let call = task.pendingHostCall, let inst = call.lowered?.pointee.inst,
        instances.contains(inst)
      else { return }
      calls.append((task, call))
    }
    for (task, call) in calls {
      scheduler.forget(task)
      forgetSubtask(of: call)
      call.cancel()
    }
  }

  /// Whoever holds the other end of a stream or future learns that nothing more will come.
  private func closeCopies(of instances: [InstanceRef]) {
    guard case .tasks(let graph) = state.pointee.concurrency, graph.pointee.copyEnds.count > 0
    else { return }
    let instances = Set(instances)
    graph.pointee.copyEnds.forEachLive { end in
      if let inst = end.pointee.waitable.inst, instances.contains(inst) { end.abandon() }
    }
  }

  /// The caller's side of a call that came to nothing goes with the caller, unless the caller has a handle to it.
  func forgetSubtask(of call: PendingHostCall) {
    guard let subtask = call.subtask, subtask.pointee.waitable.index == 0 else { return }
    state.releaseLenders(subtask)
    state.removeSubtask(subtask)
  }

  /// The invocation is kept only for its task.
  private func forget(_ task: TaskRef) {
    guard case .host(let token) = task.pointee.caller, token != 0,
      let invocation = try? InvocationRef(token)
    else { return }
    budgets[task.id] = nil
    invocation.withInvocation {
      $0.releaseSubtask(state)
      invocations[ObjectIdentifier($0)] = nil
    }
  }

  /// A task goes, or can never end: its stacks are freed, and the host's call ends if it is one.
  private func end(_ task: TaskRef, _ failure: ComponentFailure) {
    if case .host(let token) = task.pointee.caller, token != 0,
      let invocation = try? InvocationRef(token)
    {
      invocation.withInvocation { $0.end(.failed(failure)) }
    }
  }
}

extension SchedulerRef {
  /// Frees the stacks of a task's threads for good, since guest frames are left on them.
  func dropStacks(of task: TaskRef) {
    let sharesStack =
      switch task.pointee.caller {
      case .guest, .subtask, .destructor, .realloc: !task.pointee.isAsyncFunction
      case .host, .direct, .start: false
      }
    task.pointee.threads.forEachLive { thread in
      guard let stack = thread.pointee.stack, !(thread.pointee.isImplicit && sharesStack) else {
        return
      }
      thread.pointee.stack = nil
      stack.assumingMemoryBound(to: WasmContext.self).releaseDrivenThread()
    }
  }
}
