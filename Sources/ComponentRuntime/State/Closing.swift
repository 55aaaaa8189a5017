// The end of a store: every record goes, whatever it was in the middle of. What instances and types are made of stays
// until the memory is freed, since functions that the embedding still holds point at it.

extension StoreRef {
  /// Removes every task, subtask, handle, end, set, error context and handle of the host. No guest runs any more.
  /// `abandoned` is called with each resource that is owned by a handle; `body` with each task.
  package func removeAll(
    abandoned: (UInt64, ResourceTypeRef) -> Void, _ body: (TaskRef) -> Void
  ) {
    pointee.currentThread = .none
    removeTasks(above: nil, body)
    pointee.instances.forEachLive { removeTasks(of: $0, body) }
    pointee.tasks.forEachLive { task in
      body(task)
      pointee.tasks.remove(task)
    }
    pointee.instances.forEachLive { inst in
      inst.pointee.handles.forEachLive { _, handle in
        guard handle.pointee.kind == .own, let rt = handle.pointee.rt else { return }
        abandoned(handle.pointee.rep, rt)
      }
      inst.pointee.handles.deallocate()
      inst.pointee.threads.deallocate()
      inst.pointee.unindexedThread = nil
    }
    pointee.hostResources.forEachLive { resource in
      if resource.pointee.own { abandoned(resource.pointee.rep, resource.pointee.rt) }
      pointee.hostResources.remove(resource)
    }
    pointee.subtasks.forEachLive { removeSubtask($0) }
    pointee.errorContexts.forEachLive { context in
      context.deallocateMessage()
      pointee.errorContexts.remove(context)
    }
    guard case .tasks(let graph) = pointee.concurrency else { return }
    graph.pointee.threads.forEachLive { graph.pointee.threads.remove($0) }
    graph.pointee.copyEnds.forEachLive { graph.pointee.copyEnds.remove($0) }
    graph.pointee.shared.forEachLive { graph.pointee.shared.remove($0) }
    graph.pointee.waitableSets.forEachLive { graph.pointee.waitableSets.remove($0) }
    graph.pointee.waiting = LinkedList()
    graph.pointee.ready = LinkedList()
    graph.pointee.hostEvents = LinkedList()
  }
}
