// CanonicalABI.md, Threads: the specification's `ready_func`s are the cases of one enum. A thread whose condition
// does not hold is parked with what it waits for, and noted when that happens: the store then looks at the condition
// again. So a hundred thousand waiting threads cost nothing until one of them can go on.

/// `ready_func`
package enum ReadyCondition: BitwiseCopyable {
  /// Not waiting.
  case none
  /// `lambda: True`
  case always
  /// `not has_backpressure()` for a task that waits to enter its instance.
  case noBackpressure(TaskRef)
  /// `subtask.resolved`
  case subtaskResolved(SubtaskRef)
  /// `has_pending_event`
  case pendingEvent(WaitableRef)
  /// `ready_and_has_event`; with an instance also `not inst.exclusive_thread`.
  case setEvent(WaitableSetRef, exclusivelyIn: InstanceRef?)
  /// `not inst.exclusive_thread`
  case notExclusive(InstanceRef)
  /// The host says when; see `hostReady`.
  case host(isReady: Bool)

  var isNone: Bool {
    if case .none = self { return true }
    return false
  }

  package var holds: Bool {
    switch self {
    case .none: false
    case .always: true
    case .noBackpressure(let task): !task.hasBackpressure
    case .subtaskResolved(let subtask): subtask.resolved
    case .pendingEvent(let waitable): waitable.hasPendingEvent
    case .setEvent(let set, exclusivelyIn: let instance):
      set.hasPendingEvent && (instance == nil || instance?.pointee.exclusiveThread == nil)
    case .notExclusive(let instance): instance.pointee.exclusiveThread == nil
    case .host(let isReady): isReady
    }
  }
}

extension ThreadRef {
  /// What the thread waits for may have happened.
  func note() {
    guard case .tasks(let graph) = pointee.task.pointee.store.pointee.concurrency else { return }
    note(graph)
  }

  func note(_ graph: TaskGraphRef) {
    if case .ready = pointee.queue { return }
    leaveQueue(graph)
    pointee.queue = .ready
    graph.pointee.ready.append(self)
  }

  /// The host says that its condition holds.
  package func hostReady() {
    guard case .host = pointee.readyFunc else { return }
    pointee.readyFunc = .host(isReady: true)
    note()
  }

  func leaveQueue(_ graph: TaskGraphRef) {
    switch pointee.queue {
    case .none: break
    case .ready: graph.pointee.ready.remove(self)
    case .set(let set): set.pointee.waiters.remove(self)
    case .exclusive(let instance): instance.pointee.exclusiveWaiters.remove(self)
    case .entry(let instance): instance.pointee.entryWaiters.remove(self)
    }
    pointee.queue = .none
  }

  /// Puts a thread whose condition does not hold where it is noted once that changes. `first` keeps its place before
  /// those that have waited less long.
  func park(first: Bool = false) {
    switch pointee.readyFunc {
    case .noBackpressure(let task):
      guard let instance = task.pointee.inst else { break }
      if instance.pointee.backpressure > 0 {
        pointee.queue = .entry(instance)
        add(to: &instance.pointee.entryWaiters, first)
      } else {
        parkExclusively(in: instance, first)
      }
    case .setEvent(let set, exclusivelyIn: let instance):
      if let instance, set.hasPendingEvent {
        parkExclusively(in: instance, first)
      } else {
        pointee.queue = .set(set)
        add(to: &set.pointee.waiters, first)
      }
    case .notExclusive(let instance): parkExclusively(in: instance, first)
    // These wait for something that knows them.
    case .none, .always, .subtaskResolved, .pendingEvent, .host: break
    }
  }

  private func parkExclusively(in instance: InstanceRef, _ first: Bool) {
    pointee.queue = .exclusive(instance)
    add(to: &instance.pointee.exclusiveWaiters, first)
  }

  private func add(to list: inout LinkedList<Thread.QueueMembership>, _ first: Bool) {
    if first { list.prepend(self) } else { list.append(self) }
  }
}
