// The records of one store: what definitions.py keeps in its objects, plus what says where they are. Nothing here runs
// guest code; the linker and the scheduler do, between one transition and the next.

package typealias StoreRef = UnsafeMutablePointer<StoreState>
package typealias TaskGraphRef = UnsafeMutablePointer<TaskGraph>

/// The current thread: a guest's, a task of the host, or nobody's.
package enum CurrentThread: BitwiseCopyable {
  case guest(ThreadRef)
  case host(TaskRef)
  case none

  package var task: TaskRef? {
    switch self {
    case .guest(let thread): thread.pointee.task
    case .host(let task): task
    case .none: nil
    }
  }
}

/// Whether the store has concurrency. What needs the graph cannot be reached without it.
package enum Concurrency: BitwiseCopyable {
  /// Tasks end in the order opposite to the one they began in; this is the last one.
  case none(top: TaskRef?)
  case tasks(TaskGraphRef)
}

/// How many records a store may have.
package struct StateLimits: Sendable {
  package var tasks = 1_000_000
  package var threads = 1_000_000
  /// Handles in the table of one instance.
  package var handles: UInt32 = 16_000_000
  /// Streams, futures and waitable sets.
  package var waitables = 1_000_000
  /// Bytes of values that one call passes to the host as `ComponentValue`s.
  package var hostValueBytes = 256 << 20

  package init() {}
}

/// Moves elements between the buffers of two ends, `count` being within both; progress is the caller's. Conversions
/// belong to another room's folder, so the store is given the function.
package typealias BufferCopy =
  (_ from: UnsafePointer<Buffer>, _ to: UnsafePointer<Buffer>, _ count: UInt32)
  throws(ComponentTrap) -> Void

/// The records of a store: the specification's `Store` and everything reachable from it.
package struct StoreState: ~Copyable {
  package let limits: StateLimits
  package internal(set) var concurrency: Concurrency
  package var currentThread = CurrentThread.none
  /// `nesting_depth`
  package var nestingDepth: UInt32 = 0

  package internal(set) var instances: Slab<ComponentInstance>
  package internal(set) var resourceTypes: Slab<ResourceType>
  package internal(set) var tasks: Slab<Task>
  /// See `newReallocTask`.
  var reallocTasks: Slab<Task>
  package internal(set) var subtasks: Slab<Subtask>
  package internal(set) var lenderBlocks: Slab<LenderBlock>
  package internal(set) var errorContexts: Slab<ErrorContext>
  package internal(set) var hostResources: Slab<HostResource>
  let copyBuffers: BufferCopy

  init(limits: StateLimits, concurrency: Concurrency, copyBuffers: @escaping BufferCopy) {
    self.limits = limits
    self.concurrency = concurrency
    self.copyBuffers = copyBuffers
    instances = Slab()
    resourceTypes = Slab()
    tasks = Slab(limit: limits.tasks)
    reallocTasks = Slab(limit: 1)
    subtasks = Slab(limit: limits.tasks)
    lenderBlocks = Slab(limit: limits.waitables)
    errorContexts = Slab(limit: limits.waitables)
    hostResources = Slab(limit: limits.waitables)
  }
}

/// What only a store with concurrency has.
package struct TaskGraph: ~Copyable {
  package internal(set) var threads: Slab<Thread>
  package internal(set) var copyEnds: Slab<CopyEnd>
  package internal(set) var shared: Slab<SharedCopy>
  package internal(set) var waitableSets: Slab<WaitableSet>
  /// `Store.waiting`
  package internal(set) var waiting = LinkedList<Thread.WaitingMembership>()
  /// Threads that were noted, in that order; see `nextReady`.
  var ready = LinkedList<Thread.QueueMembership>()
  /// Ends held by the host that have an event, in the order they got it.
  var hostEvents = LinkedList<Waitable.PendingMembership>()

  init(limits: StateLimits) {
    threads = Slab(limit: limits.threads)
    copyEnds = Slab(limit: limits.waitables)
    shared = Slab(limit: limits.waitables)
    waitableSets = Slab(limit: limits.waitables)
  }
}

/// Owns the records of a store.
package final class ComponentState {
  package let state: StoreRef

  package init(
    hasConcurrency: Bool, limits: StateLimits = StateLimits(),
    copyBuffers: @escaping BufferCopy
  ) {
    var concurrency = Concurrency.none(top: nil)
    if hasConcurrency {
      let graph = TaskGraphRef.allocate(capacity: 1)
      graph.initialize(to: TaskGraph(limits: limits))
      concurrency = .tasks(graph)
    }
    state = .allocate(capacity: 1)
    state.initialize(
      to: StoreState(limits: limits, concurrency: concurrency, copyBuffers: copyBuffers))
  }

  deinit {
    state.pointee.instances.forEachLive {
      $0.pointee.handles.deallocate()
      $0.pointee.threads.deallocate()
    }
    state.pointee.errorContexts.forEachLive { $0.deallocateMessage() }
    if case .tasks(let graph) = state.pointee.concurrency {
      graph.deinitialize(count: 1)
      graph.deallocate()
    }
    state.deinitialize(count: 1)
    state.deallocate()
  }
}

extension StoreRef {
  /// The part that only a store with concurrency has. Without it nothing that needs it passes validation.
  @inline(__always)
  package func graph() throws(ComponentTrap) -> TaskGraphRef {
    guard case .tasks(let graph) = pointee.concurrency else { throw ComponentTrap(.bug) }
    return graph
  }

  // MARK: Instances and resource types

  package func newInstance(parent: InstanceRef?) throws(ComponentTrap) -> InstanceRef {
    guard let instance = pointee.instances.add() else { throw ComponentTrap(.tooManyRecords) }
    instance.initialize(
      to: ComponentInstance(store: self, parent: parent, limit: pointee.limits.handles))
    return instance
  }

  package func newResourceType(
    impl: InstanceRef?, dtor: UnsafeMutableRawPointer?
  ) throws(ComponentTrap) -> ResourceTypeRef {
    guard let type = pointee.resourceTypes.add() else { throw ComponentTrap(.tooManyRecords) }
    type.initialize(to: ResourceType(impl: impl, dtor: dtor))
    return type
  }

  /// One more type that is this resource.
  package func newResourceView(
    of rt: ResourceTypeRef
  ) throws(ComponentTrap) -> ResourceTypeRef {
    guard let view = pointee.resourceTypes.add() else { throw ComponentTrap(.tooManyRecords) }
    view.initialize(to: ResourceType(viewOf: rt.base))
    return view
  }

  // MARK: Tasks

  /// `Task(...)` with its implicit thread.
  @inline(__always)
  package func newTask(
    inst: InstanceRef?, isAsyncFunction: Bool = false, hasExclusiveOptions: Bool = true,
    caller: Task.Caller, function: UnsafeMutableRawPointer? = nil
  ) throws(ComponentTrap) -> TaskRef {
    guard let task = pointee.tasks.add() else { throw ComponentTrap(.tooManyTasks) }
    task.implicitThread.setUp(task, isImplicit: true)
    task.pointee.store = self
    task.pointee.inst = inst
    task.pointee.state = .initial
    task.pointee.isAsyncFunction = isAsyncFunction
    task.pointee.hasExclusiveOptions = hasExclusiveOptions
    task.pointee.numBorrows = 0
    task.pointee.caller = caller
    task.pointee.callerTask = pointee.currentThread.task.map { $0.id } ?? .none
    task.pointee.function = function
    task.pointee.threads = LinkedList()
    task.pointee.hostBorrows = nil
    if case .none(let top) = pointee.concurrency {
      task.pointee.below = top
      pointee.concurrency = .none(top: task)
    }
    return task
  }

  /// The task of every call of a `realloc`, which are made one at a time. Since the instance may not be left meanwhile,
  /// guest code sees nothing of it but its context slots, and no table or list has it.
  package func newReallocTask() throws(ComponentTrap) -> TaskRef {
    guard let task = pointee.reallocTasks.add() else { throw ComponentTrap(.bug) }
    task.implicitThread.setUp(task, isImplicit: true)
    task.initialize(
      to: Task(
        implicitThread: task.pointee.implicitThread, store: self, inst: nil, state: .resolved,
        isAsyncFunction: false, hasExclusiveOptions: true, numBorrows: 0, caller: .realloc,
        callerTask: .none, function: nil, threads: LinkedList(), hostBorrows: nil, below: nil))
    return task
  }

  /// The one place where other tasks end. The task has no threads any more.
  @inline(__always)
  package func removeTask(_ task: TaskRef) {
    assert(task.pointee.threads.isEmpty)
    if case .none(let top) = pointee.concurrency {
      assert(top == task, "without concurrency tasks end in order")
      pointee.concurrency = .none(top: top?.pointee.below)
    }
    pointee.tasks.remove(task)
  }

  /// The task of this name; a stale name is nobody's.
  @inline(__always)
  package func task(_ id: TaskID) -> TaskRef? { pointee.tasks[id] }

  // MARK: Subtasks

  package func newSubtask(inst: InstanceRef?) throws(ComponentTrap) -> SubtaskRef {
    guard let subtask = pointee.subtasks.add() else { throw ComponentTrap(.tooManyTasks) }
    subtask.setUp(inst)
    return subtask
  }

  /// Adds a subtask to its caller's table: from now on its progress is an event.
  package func add(_ subtask: SubtaskRef, to inst: InstanceRef) throws(ComponentTrap) -> UInt32 {
    let index = try inst.add(Handle(subtask))
    subtask.pointee.waitable.index = index
    return index
  }

  package func removeSubtask(_ subtask: SubtaskRef) {
    if subtask.pointee.lenderCount > 0 {
      subtask.pointee.takeLenders(&pointee.lenderBlocks) { _ in }
    }
    pointee.subtasks.remove(subtask)
  }

  // MARK: Resources

  /// Gives a borrow back to the task that it was lent to, whichever task does it.
  @inline(__always)
  package func returnBorrow(_ scope: TaskID) throws(ComponentTrap) {
    guard let task = pointee.tasks[scope], task.pointee.numBorrows > 0 else {
      throw ComponentTrap(.bug)
    }
    task.pointee.numBorrows -= 1
  }

  // MARK: Threads

  /// `Thread(task, thread_func)`; not registered yet.
  package func newThread(_ task: TaskRef) throws(ComponentTrap) -> ThreadRef {
    guard let thread = try graph().pointee.threads.add() else {
      throw ComponentTrap(.tooManyThreads)
    }
    thread.setUp(task, isImplicit: false)
    return thread
  }

  /// The thread has ended. Implicit threads end with their task.
  package func removeThread(_ thread: ThreadRef) {
    guard !thread.pointee.isImplicit, case .tasks(let graph) = pointee.concurrency else { return }
    if thread.waiting { thread.stopWaitingInternal(graph) }
    graph.pointee.threads.remove(thread)
  }

  // MARK: Waitable sets

  package func newWaitableSet() throws(ComponentTrap) -> WaitableSetRef {
    guard let set = try graph().pointee.waitableSets.add() else {
      throw ComponentTrap(.tooManyRecords)
    }
    set.initialize(to: WaitableSet())
    return set
  }

  package func removeWaitableSet(_ set: WaitableSetRef) {
    guard case .tasks(let graph) = pointee.concurrency else { return }
    graph.pointee.waitableSets.remove(set)
  }
}

extension TaskGraphRef {
  /// The thread that has been ready longest, of those that the filter lets through (which must not change anything).
  package func nextReady(where isEligible: (ThreadRef) -> Bool = { _ in true }) -> ThreadRef? {
    var passedOver: ThreadRef?
    while true {
      let next =
        if let passedOver { pointee.ready.next(after: passedOver) } else { pointee.ready.first }
      guard let thread = next else { return nil }
      if thread.ready {
        if isEligible(thread) { return thread }
        passedOver = thread
        continue
      }
      // What it was noted for is gone: back to where it waited, before the others.
      let readyFunc = thread.pointee.readyFunc
      thread.leaveQueue(self)
      thread.park(first: true)
      passOn(readyFunc)
    }
  }

  /// Others that wait for the instance may be ready although this thread was not.
  private func passOn(_ readyFunc: ReadyCondition) {
    switch readyFunc {
    case .setEvent(_, exclusivelyIn: let instance?): instance.noteWaiters()
    case .noBackpressure(let task): task.pointee.inst?.noteWaiters()
    case .setEvent, .notExclusive, .none, .always, .subtaskResolved, .pendingEvent, .host: break
    }
  }

  /// Every ready thread, in the order they began to wait.
  package var allReady: [ThreadRef] {
    var threads: [ThreadRef] = []
    pointee.waiting.forEachLive { if $0.ready { threads.append($0) } }
    return threads
  }
}
