// What a trap leaves behind. The instances that were entered are never entered again (they stay as they are: nothing
// sets `may_enter` back), and their threads and tasks go. Their handles stay until the store is closed, because others
// may still resolve calls that were made from there.

extension StoreRef {
  /// Removes the tasks of an instance, with their threads. `body` is called with each task before it goes, so that the
  /// scheduler can free its threads' stacks and tell whoever waits for it; it must not remove anything itself.
  package func removeTasks(of instance: InstanceRef, _ body: (TaskRef) -> Void) {
    instance.pointee.exclusiveThread = nil
    guard case .tasks(let graph) = pointee.concurrency else {
      // The stack of tasks is cut where the trap is caught.
      return
    }
    pointee.tasks.forEachLive { task in
      guard task.pointee.inst == instance else { return }
      body(task)
      while let thread = task.pointee.threads.first { discard(thread, graph) }
      // One that waits to enter has not been registered.
      if task.implicitThread.waiting { stopWaiting(task.implicitThread, graph) }
      pointee.tasks.remove(task)
    }
  }

  /// Without concurrency: removes the tasks above one, or all.
  package func removeTasks(above bottom: TaskRef?, _ body: (TaskRef) -> Void) {
    while case .none(let top?) = pointee.concurrency, top != bottom {
      body(top)
      if let inst = top.pointee.inst {
        top.pointee.threads.forEachLive { inst.forget($0) }
      }
      top.pointee.threads = LinkedList()
      removeTask(top)
    }
  }

  private func discard(_ thread: ThreadRef, _ graph: TaskGraphRef) {
    if thread.waiting { stopWaiting(thread, graph) }
    let task = thread.pointee.task
    task.pointee.threads.remove(thread)
    task.pointee.inst?.forget(thread)
    thread.pointee.cont = .done
    if !thread.pointee.isImplicit { graph.pointee.threads.remove(thread) }
  }

  /// Nobody may point at the thread any more.
  private func stopWaiting(_ thread: ThreadRef, _ graph: TaskGraphRef) {
    switch thread.pointee.readyFunc {
    case .pendingEvent(let waitable): waitable.pointee.syncWaiter = nil
    case .subtaskResolved(let subtask): subtask.finishWaiting()
    case .none, .always, .noBackpressure, .setEvent, .notExclusive, .host: break
    }
    thread.stopWaitingInternal(graph)
  }
}

extension InstanceRef {
  /// The table is never looked at again: which indices are free does not matter.
  fileprivate func forget(_ thread: ThreadRef) {
    if pointee.unindexedThread == thread { pointee.unindexedThread = nil }
    if thread.pointee.index != 0 { pointee.threads.remove(thread.pointee.index) }
    thread.pointee.index = 0
  }
}
