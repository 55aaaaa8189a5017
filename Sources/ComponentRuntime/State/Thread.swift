// CanonicalABI.md, Threads. What a thread is doing, without the doing: stacks are switched by the scheduler, which
// keeps what it needs for that in `stack`. A transition that blocks returns `.block`; the scheduler then switches
// away and, when the thread is resumed, hands the result on.

package typealias ThreadRef = UnsafeMutablePointer<Thread>

/// Stack Switching: `Cancelled`.
package enum Cancelled: UInt32, BitwiseCopyable, Sendable {
  case `false` = 0
  case `true` = 1
}

/// Threads: `Thread`.
package struct Thread: BitwiseCopyable {
  /// `cont`
  package enum Continuation: UInt8, BitwiseCopyable, Sendable {
    /// None: the thread runs.
    case running
    /// It has not begun.
    case new
    /// It goes on where it blocked.
    case blocked
    /// It has ended.
    case done
  }
  package internal(set) var cont: Continuation
  package internal(set) var cancellable: Bool
  /// Whether the thread is its task's `implicit_thread` and lies in its record.
  package internal(set) var isImplicit: Bool
  /// Its index in the instance's table of threads, 0 if it is not there.
  package internal(set) var index: UInt32
  package internal(set) var task: TaskRef
  /// The context slots.
  package var storage: (UInt64, UInt64)
  /// The scheduler's: where the thread's frames are.
  package var stack: UnsafeMutableRawPointer?
  /// `ready_func`
  package internal(set) var readyFunc: ReadyCondition
  /// The list that a waiting thread is in.
  var queue: Queue
  var taskLink: Link<Thread>
  var waitingLink: Link<Thread>
  var queueLink: Link<Thread>
  /// The scheduler's: what a thread that does not run does when it goes on.
  package var next: Next

  /// Where a thread goes on.
  package enum Next: BitwiseCopyable {
    /// In its task's function, with the arguments lifted now.
    case enter
    /// In a function that it was made for (`thread.new-indirect`).
    case start(UnsafeMutableRawPointer, argument: UInt64)
    /// In its task's callback: after a wait for the set, or after a yield.
    case callback(WaitableSetRef?)
    /// Behind a built-in; what that has to do first is its own.
    case builtin(UnsafeMutableRawPointer, Wait)
    /// Behind a synchronously lowered call.
    case lowered(SubtaskRef)
    /// Behind a call of a function of the host that is not done yet.
    case host
  }

  /// What a built-in waited for.
  package enum Wait: BitwiseCopyable {
    /// Nothing but to be resumed: the result is whether it was cancelled.
    case resumption
    case event(WaitableSetRef, pointer: UInt64)
    case copy(CopyEndRef)
    case cancellation(SubtaskRef)
  }

  enum Queue: BitwiseCopyable {
    case none
    /// Among those that may be ready.
    case ready
    case set(WaitableSetRef)
    case exclusive(InstanceRef)
    case entry(InstanceRef)
  }

  /// `Task.threads`
  package enum TaskMembership: ListMembership {
    package static func link(of element: ThreadRef) -> Link<Thread> { element.pointee.taskLink }
    package static func setLink(of element: ThreadRef, _ link: Link<Thread>) {
      element.pointee.taskLink = link
    }
  }
  /// `Store.waiting`
  package enum WaitingMembership: ListMembership {
    package static func link(of element: ThreadRef) -> Link<Thread> { element.pointee.waitingLink }
    package static func setLink(of element: ThreadRef, _ link: Link<Thread>) {
      element.pointee.waitingLink = link
    }
  }
  /// One of the lists that `queue` names.
  package enum QueueMembership: ListMembership {
    package static func link(of element: ThreadRef) -> Link<Thread> { element.pointee.queueLink }
    package static func setLink(of element: ThreadRef, _ link: Link<Thread>) {
      element.pointee.queueLink = link
    }
  }
}

/// The outcome of an operation that may block.
package enum Blocking: BitwiseCopyable {
  /// Nothing blocks; this is its result.
  case done(Cancelled)
  /// The thread leaves its stack, for another thread's if one is named.
  case block(switchTo: ThreadRef?)
}

extension ThreadRef {
  /// `Thread(task, thread_func)`. Sets field by field what is looked at before it is set otherwise: building the record
  /// first and copying it costs more than all the rest of a call's bookkeeping.
  @inline(__always)
  func setUp(_ task: TaskRef, isImplicit: Bool) {
    pointee.cont = .new
    pointee.cancellable = false
    pointee.isImplicit = isImplicit
    pointee.index = 0
    pointee.task = task
    pointee.storage = (0, 0)
    pointee.stack = nil
    pointee.readyFunc = .none
    pointee.queue = .none
    pointee.next = .enter
  }

  /// Its index in the instance's table of threads.
  package func index() throws(ComponentTrap) -> UInt32 {
    try pointee.task.pointee.inst?.indexThreads()
    return pointee.index
  }

  package var running: Bool { pointee.cont == .running }
  package var suspended: Bool { !running && pointee.readyFunc.isNone }
  package var waiting: Bool { !running && !pointee.readyFunc.isNone }
  package var ready: Bool { waiting && pointee.readyFunc.holds }

  /// `start_waiting_internal`
  func startWaitingInternal(_ readyFunc: ReadyCondition, _ graph: TaskGraphRef) {
    assert(pointee.readyFunc.isNone)
    pointee.readyFunc = readyFunc
    pointee.queue = .none
    graph.pointee.waiting.append(self)
    if readyFunc.holds { note(graph) } else { park() }
  }

  /// `stop_waiting_internal`
  func stopWaitingInternal(_ graph: TaskGraphRef) {
    leaveQueue(graph)
    graph.pointee.waiting.remove(self)
    let readyFunc = pointee.readyFunc
    pointee.readyFunc = .none
    // What the thread has waited for may do for another one too.
    switch readyFunc {
    case .setEvent(let set, exclusivelyIn: let instance):
      if set.hasPendingEvent { set.noteWaiter() }
      instance?.noteWaiters()
    case .noBackpressure(let task): task.pointee.inst?.noteWaiters()
    case .notExclusive(let instance): instance.noteWaiters()
    case .none, .always, .subtaskResolved, .pendingEvent, .host: break
    }
  }

  /// `resume_later`
  package func resumeLater(_ graph: TaskGraphRef) {
    assert(suspended)
    startWaitingInternal(.always, graph)
  }

  /// The beginning of `resume`: the thread is about to run.
  package func willResume(_ graph: TaskGraphRef?) {
    assert(!running)
    if waiting, let graph { stopWaitingInternal(graph) }
    pointee.cont = .running
  }

  /// The thread has left its stack.
  package func didBlock() { pointee.cont = .blocked }

  // MARK: Operations that may block

  /// `suspend`
  package func suspend(cancellable: Bool) -> Blocking {
    assert(running)
    if pointee.task.deliverPendingCancel(cancellable) { return .done(.true) }
    return block(cancellable, nil)
  }

  /// `wait_until`. The scheduler chooses whether a thread that is ready returns at once.
  package func waitUntil(
    _ readyFunc: ReadyCondition, cancellable: Bool = false, returnsEarly: Bool = false,
    _ graph: TaskGraphRef
  ) -> Blocking {
    assert(running)
    if pointee.task.deliverPendingCancel(cancellable) { return .done(.true) }
    if returnsEarly && readyFunc.holds { return .done(.false) }
    startWaitingInternal(readyFunc, graph)
    return block(cancellable, nil)
  }

  /// `yield_`
  package func yield(
    cancellable: Bool, returnsEarly: Bool = false, _ graph: TaskGraphRef
  ) -> Blocking {
    waitUntil(.always, cancellable: cancellable, returnsEarly: returnsEarly, graph)
  }

  /// `suspend_then_resume`
  package func suspendThenResume(cancellable: Bool, _ other: ThreadRef) -> Blocking {
    assert(running && other.suspended)
    if pointee.task.deliverPendingCancel(cancellable) { return .done(.true) }
    return block(cancellable, other)
  }

  /// `yield_then_resume`
  package func yieldThenResume(
    cancellable: Bool, _ other: ThreadRef, _ graph: TaskGraphRef
  ) -> Blocking {
    assert(running && other.suspended)
    if pointee.task.deliverPendingCancel(cancellable) { return .done(.true) }
    startWaitingInternal(.always, graph)
    return block(cancellable, other)
  }

  /// `suspend_then_promote`
  package func suspendThenPromote(
    cancellable: Bool, _ other: ThreadRef, _ graph: TaskGraphRef
  ) -> Blocking {
    assert(running)
    if pointee.task.deliverPendingCancel(cancellable) { return .done(.true) }
    guard other.ready else { return suspend(cancellable: cancellable) }
    other.stopWaitingInternal(graph)
    return suspendThenResume(cancellable: cancellable, other)
  }

  /// `yield_then_promote`
  package func yieldThenPromote(
    cancellable: Bool, _ other: ThreadRef, returnsEarly: Bool = false, _ graph: TaskGraphRef
  ) -> Blocking {
    assert(running)
    if pointee.task.deliverPendingCancel(cancellable) { return .done(.true) }
    guard other.ready else {
      return yield(cancellable: cancellable, returnsEarly: returnsEarly, graph)
    }
    other.stopWaitingInternal(graph)
    return yieldThenResume(cancellable: cancellable, other, graph)
  }

  private func block(_ cancellable: Bool, _ other: ThreadRef?) -> Blocking {
    pointee.cancellable = cancellable
    return .block(switchTo: other)
  }
}
