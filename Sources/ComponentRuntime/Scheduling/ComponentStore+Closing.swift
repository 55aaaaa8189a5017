// Closing a store before it is freed: calls end, functions of the host are asked to end, nothing is left.

import WasmExecution

extension ComponentStore {
  /// Ends everything in the store; whoever waits for a call of it gets this failure. Not to be called from a function of
  /// the host.
  package func close(_ failure: ComponentFailure) {
    assert(depth == 0)
    if case .suspended(_, .atomicWait(let wait)) = quantum { wait.cancel() }
    quantum = nil
    deferredWork = []
    scheduler.pointee.frames.cut(to: 0)
    scheduler.pointee.next = nil
    scheduler.pointee.parked = nil
    state.pointee.instances.forEachLive { inst in
      inst.pointee.mayEnter = false
      if poisoned[inst] == nil { poisoned[inst] = failure }
    }
    let transfers = hostTransfers.values
    hostTransfers = [:]
    var calls: [PendingHostCall] = []
    state.removeAll { rep, rt in
      guard rt.pointee.impl == nil, let dtor = rt.pointee.dtor else { return }
      Unmanaged<HostResourceDefinition>.fromOpaque(dtor).takeUnretainedValue().abandoned(rep)
    } _: { task in
      if let call = task.pendingHostCallReference {
        task.pointee.function = nil
        calls.append(call.takeRetainedValue())
      } else if task.pointee.inst != nil {
        self.scheduler.dropStacks(of: task)
      }
    }
    scheduler.pointee.pendingHostCalls = 0
    budgets = [:]
    let ended = invocations.values
    invocations = [:]
    for invocation in ended {
      invocation.subtask = nil
      invocation.end(.failed(failure))
    }
    for transfer in transfers { transfer.onEnd(TransferResult(result: .cancelled, count: 0)) }
    for call in calls { call.cancel() }
  }
}
