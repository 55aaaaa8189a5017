// The ways into a store: invocations, the completion of host calls, and the loop that lets threads run (definitions.py,
// `Store.invoke` and `Store.tick`). Each opens a run: frames from a bottom one up, which end, or wait, or fail.

import CWasmExecution
import WasmExecution

extension ComponentStore {
  // MARK: Runs

  /// Runs from here on until the frames that `prepare` pushes are done; false if the run waits for something outside.
  /// A failure has poisoned what was entered. The run is charged to `budget`. `returned` goes on for a direct call when its
  /// function has returned.
  @inline(__always)
  func run(
    startsCall: Bool = false, budget: CallBudget? = nil,
    _ prepare: () throws(ComponentTrap) -> Void,
    returned: (ContextPointer) throws(ComponentTrap) -> Void = { _ throws(ComponentTrap) in
      throw ComponentTrap(.bug)
    }
  ) throws(ComponentFailure) -> Bool {
    guard let driving = core.beginDriving(startsCall: startsCall) else {
      throw ComponentFailure(ComponentTrap(core.isPoisoned ? .bug : .stackExhausted))
    }
    defer { core.endDriving(driving) }
    budget?.begin(core)
    defer { budget?.end(core) }
    let outer = (thread: state.pointee.currentThread, next: scheduler.pointee.next)
    let height = scheduler.pointee.frames.count
    let isNested = scheduler.pointee.depth > 0
    let entered = isNested ? enteredOutside : []
    if isNested { noteEntered() }
    scheduler.pointee.depth += 1
    defer {
      scheduler.pointee.depth -= 1
      scheduler.pointee.next = outer.next
      if isNested { enteredOutside = entered }
    }
    scheduler.pointee.next = nil
    scheduler.pointee.frames.push(ResumeFrame(.bottom))
    var result: RunResult
    do throws(ComponentTrap) {
      try prepare()
      result = scheduler.run()
      if case .returned(let context) = result {
        try returned(context)
        result = scheduler.run()
      }
    } catch {
      result = .failed(scheduler.takeFailure(error))
    }
    return try finish(result, height, outer.thread)
  }

  private func finish(
    _ result: RunResult, _ height: Int, _ thread: CurrentThread
  ) throws(ComponentFailure) -> Bool {
    switch result {
    case .ended:
      state.pointee.currentThread = thread
      return true
    case .returned:
      let failure = ComponentFailure(ComponentTrap(.bug))
      poison(failure, above: height, thread)
      throw failure
    case .parked(let call):
      guard scheduler.pointee.depth == 1 else { throw blocked(height, thread) }
      quantum = .parked(call)
      return false
    case .suspended(let reason):
      guard scheduler.pointee.depth == 1, let context = scheduler.pointee.next else {
        throw blocked(height, thread)
      }
      quantum = .suspended(context, reason)
      return false
    case .failed(let failure):
      poison(failure, above: height, thread)
      throw failure
    }
  }

  /// A nested run that would have to wait: the guest's computation ends.
  private func blocked(_ height: Int, _ thread: CurrentThread) -> ComponentFailure {
    scheduler.pointee.parked = nil
    poison(.wouldBlock, above: height, thread)
    return .wouldBlock
  }

  /// Goes on with the run that waits.
  private func goOn() throws(ComponentFailure) -> Bool {
    guard let driving = core.beginDriving(startsCall: false) else {
      throw ComponentFailure(ComponentTrap(core.isPoisoned ? .bug : .stackExhausted))
    }
    defer { core.endDriving(driving) }
    let budget = budget(of: state.pointee.currentThread.task)
    budget?.begin(core)
    defer { budget?.end(core) }
    scheduler.pointee.depth += 1
    defer { scheduler.pointee.depth -= 1 }
    return try finish(scheduler.run(), 0, .none)
  }

  private func noteEntered() {
    state.pointee.instances.forEachLive { inst in
      if !inst.pointee.mayEnter { enteredOutside.insert(inst) }
    }
  }

  // MARK: Invocations

  /// `Store.invoke`: calls a function; the invocation has ended when this returns, or waits for other threads.
  package func start(_ invocation: Invocation) throws(ComponentFailure) {
    guard quantum == nil else { throw .wouldBlock }
    guard let function = invocation.function else {
      guard let core = invocation as? CoreInvocation else {
        throw ComponentFailure(ComponentTrap(.bug))
      }
      return try start(core)
    }
    switch function.pointee.implementation {
    case .host(let host): try callHost(host.takeUnretainedValue(), function, invocation)
    case .lifted(let lifted): try call(function, lifted, invocation)
    }
  }

  private func call(
    _ function: FunctionRef, _ lifted: LiftedRef, _ invocation: Invocation
  ) throws(ComponentFailure) {
    // Both are only called by the store. A weak reference would make each retain of it a slow one.
    invocation.discard = { [unowned self] value in later { $0.discard(value) } }
    retain(invocation)
    do throws(ComponentFailure) {
      try enter(function, lifted, invocation)
    } catch {
      invocations[ObjectIdentifier(invocation)] = nil
      throw error
    }
  }

  /// The task of an invocation points to it without a reference.
  func retain(_ invocation: Invocation) {
    let key = ObjectIdentifier(invocation)
    invocations[key] = invocation
    invocation.onResolve = { [unowned self, unowned(unsafe) invocation] in
      if invocation.budget != nil { budgets[invocation.task] = nil }
      invocations[key] = nil
    }
  }

  /// `start` for a caller that keeps the invocation until this returns: nothing is allocated for a call that resolves by
  /// then.
  package func startKept(_ invocation: Invocation) throws(ComponentFailure) {
    guard quantum == nil else { throw .wouldBlock }
    guard let function = invocation.function,
      case .lifted(let lifted) = function.pointee.implementation
    else {
      return try start(invocation)
    }
    try enter(function, lifted, invocation)
    if !invocation.isResolved { retain(invocation) }
  }

  private func enter(
    _ function: FunctionRef, _ lifted: LiftedRef, _ invocation: Invocation
  ) throws(ComponentFailure) {
    let inst = lifted.pointee.inst
    guard inst.mayEnter(from: nil) else { throw cannotEnter(inst) }
    try reserve(subtask: function.pointee.takesBorrows)
    do throws(ComponentFailure) {
      _ = try run(startsCall: true, budget: invocation.budget) { () throws(ComponentTrap) in
        inst.enter(from: nil)
        scheduler.pointee.frames.push(invoke: inst)
        if function.pointee.takesBorrows {
          let subtask = try state.newSubtask(inst: nil)
          subtask.pointee.hostStore = state
          invocation.subtask = subtask
        }
        let task = try state.newTask(
          inst: inst, isAsyncFunction: function.pointee.isAsync,
          hasExclusiveOptions: lifted.pointee.hasExclusiveOptions,
          caller: .host(InvocationRef(invocation).token),
          function: UnsafeMutableRawPointer(function))
        invocation.task = task.id
        if let budget = invocation.budget { budgets[task.id] = budget }
        if !function.pointee.isAsync { scheduler.pushSync(task) }
        try scheduler.begin(task)
      }
    } catch {
      if invocation.budget != nil { budgets[invocation.task] = nil }
      invocation.end(.failed(error))
      invocation.releaseSubtask(state)
      throw error
    }
  }

  /// A call that the store has no room for fails before it has entered anything: the guest is not to blame.
  func reserve(subtask: Bool) throws(ComponentFailure) {
    do throws(ComponentTrap) {
      let limit = state.pointee.limits.tasks
      try trapIf(
        state.pointee.tasks.count >= limit || subtask && state.pointee.subtasks.count >= limit,
        .tooManyTasks)
      try scheduler.pointee.stacks.reserve()
    } catch {
      throw ComponentFailure(error)
    }
  }

  /// A function of the host that was exported again: nothing of a guest is involved.
  private func callHost(
    _ host: HostFunction, _ function: FunctionRef, _ invocation: Invocation
  ) throws(ComponentFailure) {
    var call = HostCall(scheduler, function, nil, nil, nil)
    do {
      switch try invocation.callHost(host, &call) {
      case .returned:
        call.end()
        invocation.end(.returned)
      case .pending(let pending):
        let key = ObjectIdentifier(invocation)
        invocations[key] = invocation
        pending.onDirectResult = { [weak self] result in
          self?.invocations[key] = nil
          invocation.endDirectly(result)
        }
      }
    } catch let failure as ComponentFailure {
      throw failure
    } catch {
      throw .host(error, backtrace: [])
    }
  }

  // MARK: Other threads

  /// What came of letting the store go on.
  package enum Progress {
    /// Something ran.
    case ran
    /// A run waits for the host, or for its handlers' own wait to end.
    case waits(for: SuspensionReason?)
    /// Nothing is ready. Whether the host has something pending says if that can change.
    case idle(isHostPending: Bool)
  }

  /// `Store.tick`, after what the host has delivered: lets one thread run. A failure is that of the thread that ran; it
  /// has reached whoever waits for it.
  package func tick() throws(ComponentFailure) -> Progress {
    // In the middle of a call nothing else goes on.
    guard depth == 0 else { return .idle(isHostPending: true) }
    mailbox.deliver(to: self)
    doDeferredWork()
    if deliverHostEvents() { return .ran }
    if let quantum {
      switch quantum {
      case .parked: return .waits(for: nil)
      case .suspended(_, let reason): return .waits(for: reason)
      }
    }
    guard let thread = try nextThread() else { return .idle(isHostPending: isHostPending) }
    guard let inst = thread.pointee.task.pointee.inst else {
      throw ComponentFailure(ComponentTrap(.bug))
    }
    _ = try run(budget: budget(of: thread.pointee.task)) { () throws(ComponentTrap) in
      inst.enter(from: nil)
      var frame = ResumeFrame(.tick)
      frame.entered = inst
      scheduler.pointee.frames.push(frame)
      try scheduler.resume(thread)
    }
    return .ran
  }

  /// Runs that are open on the native stack: not 0 while a function of the host is being called.
  package var depth: Int { scheduler.pointee.depth }

  /// Whether `tick` may have something to do now.
  package var mayGoOn: Bool {
    if quantum != nil || !deferredWork.isEmpty { return true }
    guard case .tasks(let graph) = state.pointee.concurrency else { return false }
    return graph.pointee.ready.first != nil || graph.pointee.hostEvents.first != nil
  }

  /// Does something that enters guests, once none is running.
  func later(_ work: @escaping (ComponentStore) -> Void) { deferredWork.append(work) }

  /// The same, at once if no run waits: a run that waits may be in the middle of its allocator.
  package func whenFree(_ work: @escaping (ComponentStore) -> Void) {
    if quantum == nil { work(self) } else { later(work) }
  }

  private func doDeferredWork() {
    while !deferredWork.isEmpty, quantum == nil { deferredWork.removeFirst()(self) }
  }

  private func nextThread() throws(ComponentFailure) -> ThreadRef? {
    do throws(ComponentTrap) {
      return try scheduler.chooseReady {
        $0.pointee.task.pointee.inst?.mayEnter(from: nil) ?? false
      }
    } catch {
      throw ComponentFailure(error)
    }
  }

  /// Whether a call of a host function is not done, or the host holds an end of a stream or future.
  package var isHostPending: Bool {
    mailbox.hasMail || quantum != nil || outsideWaits > 0 || scheduler.pointee.pendingHostCalls > 0
      || holdsCopyEnds
  }

  /// The handlers of the run that waits can go on.
  package func endSuspension(result: UInt64?) throws(ComponentFailure) {
    guard case .suspended(let context, _) = quantum else { return }
    quantum = nil
    context.endSuspension(result: result)
    // The run that was left has taken it back.
    scheduler.pointee.next = context
    _ = try goOn()
  }

  /// The wait of the run's handlers ends in a trap.
  package func endSuspension(trapping reason: TrapReason) throws(ComponentFailure) {
    try endSuspension { _ = $0.fail(reason, nil) }
  }

  /// The wait of a function of the host ends in an error.
  package func endSuspension(failing error: any Error) throws(ComponentFailure) {
    try endSuspension { _ = $0.failHost(error) }
  }

  private func endSuspension(_ fail: (ContextPointer) -> Void) throws(ComponentFailure) {
    guard case .suspended(let context, _) = quantum else { return }
    quantum = nil
    context.endSuspension(result: nil)
    fail(context)
    let failure = scheduler.takeFailure(nil, context)
    poison(failure, above: 0, .none)
    throw failure
  }

  // MARK: Host calls

  /// Whether somebody still waits for a call's result.
  package func isPending(_ pending: PendingHostCall) -> Bool { state.task(pending.task) != nil }

  /// The result of a call that was pending. On the store's own thread.
  package func complete(
    _ pending: PendingHostCall, _ result: Result<ComponentValue?, any Error>
  ) throws(ComponentFailure) {
    switch result {
    case .success(let value):
      try complete(pending) { slots, lowered in
        try HostCall.lower(
          value, pending.function.pointee.description.takeUnretainedValue(), lowered, slots,
          self.state)
      } directly: {
        .success(value)
      }
    case .failure(let error): try fail(pending, error)
    }
  }

  /// The same where `lower` knows how to put the result into the caller's slots.
  package func complete(
    _ pending: PendingHostCall, lower: @escaping (SlotPointer, LoweredRef) throws -> Void,
    directly: () -> Result<ComponentValue?, any Error>
  ) throws(ComponentFailure) {
    guard state.task(pending.task) != nil else { return }
    if let onDirectResult = pending.onDirectResult {
      try? scheduler.complete(pending, nil)
      return onDirectResult(directly())
    }
    guard let lowered = pending.lowered else { return }
    assert(pending.isParked || quantum == nil, "no guest code runs while a run waits")
    let isParked = pending.isParked
    if isParked { quantum = nil }
    do {
      try withFreshRun(budget(of: state.task(pending.task))) {
        try self.scheduler.complete(pending) { try lower($0, lowered) }
      }
    } catch {
      try failRun(of: pending, error)
    }
    if isParked { _ = try goOn() }
  }

  /// The call ends because its caller asked for that.
  package func completeCancelled(_ pending: PendingHostCall) throws(ComponentFailure) {
    guard state.task(pending.task) != nil else { return }
    do {
      try scheduler.complete(pending, nil)
    } catch {
      throw ComponentFailure(ComponentTrap(.bug))
    }
  }

  /// Lowering a result may call `realloc`.
  private func withFreshRun(_ budget: CallBudget?, _ body: () throws -> Void) throws {
    guard let driving = core.beginDriving(startsCall: false) else {
      throw ComponentTrap(.stackExhausted)
    }
    defer { core.endDriving(driving) }
    budget?.begin(core)
    defer { budget?.end(core) }
    try body()
  }

  private func fail(
    _ pending: PendingHostCall, _ error: any Error
  ) throws(ComponentFailure) {
    guard let task = state.task(pending.task) else { return }
    if let onDirectResult = pending.onDirectResult {
      try? scheduler.complete(pending, nil)
      return onDirectResult(.failure(error))
    }
    if pending.isParked { quantum = nil }
    scheduler.forget(task)
    try failRun(of: pending, error)
  }

  /// The caller's computation ends with an error of the host's.
  private func failRun(
    of pending: PendingHostCall, _ error: any Error
  ) throws(ComponentFailure) {
    var failure = (error as? ComponentFailure) ?? .host(error, backtrace: [])
    if let trap = error as? ComponentTrap { failure = scheduler.takeFailure(trap) }
    if let context = pending.context, pending.isParked {
      _ = context.failHost(error)
      failure = scheduler.takeFailure(error as? ComponentTrap, context)
    }
    if !pending.isParked, let inst = pending.lowered?.pointee.inst { inst.enter(from: nil) }
    poison(failure, above: 0, .none)
    forgetSubtask(of: pending)
    throw failure
  }
}

extension SchedulerRef {
  /// The loop of `canon_lift` for a call that is not asynchronous.
  @inline(__always)
  func pushSync(_ task: TaskRef) {
    pointee.frames.push(sync: task)
    task.pointee.inst?.pointee.unresolvedSyncCalls &+= 1
  }
}
