// CanonicalABI.md, canon lift: what the implicit thread of a task does from entering its instance to leaving it. Calls of
// functions whose type is not `async` that guests make run on their caller's stack: `Scheduler+SharedCalls`.

import CWasmExecution
import WasmExecution

extension SchedulerRef {
  // MARK: Entering

  /// `thread.resume()` of a new task: the beginning of its thread function.
  func begin(_ task: TaskRef) throws(ComponentTrap) {
    let thread = task.implicitThread
    thread.willResume(nil)
    state.pointee.currentThread = .guest(thread)
    if try task.enterImplicitThread() { return try start(task) }
    let graph = try state.graph()
    let early = pointee.policy.returnsEarly(.turn)
    switch thread.waitUntil(.noBackpressure(task), cancellable: true, returnsEarly: early, graph) {
    case .done(let cancelled): try enter(task, cancelled)
    case .block:
      try block(thread, .enter)
      try letHolderGoOn(task)
    }
  }

  /// By the reference suite (sync-streams) an asynchronously lowered call whose instance is only taken by a thread that
  /// is ready starts at once: that thread goes on first. definitions.py would report such a call as starting.
  private func letHolderGoOn(_ task: TaskRef) throws(ComponentTrap) {
    guard case .subtask(let subtask) = task.pointee.caller,
      subtask.lowered?.pointee.isAsync == true,
      task.pointee.needsExclusive, let inst = task.pointee.inst, inst.pointee.backpressure == 0,
      inst.pointee.numWaitingToEnter == 1, let holder = inst.pointee.exclusiveThread, holder.ready
    else { return }
    var frame = ResumeFrame(.enter)
    frame.task = task
    pointee.frames.push(frame)
    try resume(holder)
  }

  /// The wait for the instance is over.
  func enter(_ task: TaskRef, _ cancelled: Cancelled) throws(ComponentTrap) {
    if try task.finishEntering(cancelled) { return try start(task) }
    // `task.cancel()`; the thread has never been registered.
    try task.checkCancel()
    try resolveCancelled(task)
    removeIfDone(task)
  }

  /// `task.start()`: lifts the arguments and has the callee run on a stack of its own.
  private func start(_ task: TaskRef) throws(ComponentTrap) {
    let function = try self.function(of: task)
    guard let lifted = function.pointee.lifted else { throw ComponentTrap(.bug) }
    let context = try takeStack(task.implicitThread)
    let slots = try prepare(context, lifted.pointee.callee)
    task.start()
    try onStart(task, function, lifted, slots)
    pointee.next = context
  }

  func function(of task: TaskRef) throws(ComponentTrap) -> FunctionRef {
    guard let function = task.pointee.function else { throw ComponentTrap(.bug) }
    return function.assumingMemoryBound(to: FunctionInstance.self)
  }

  /// `on_start` of whoever called.
  private func onStart(
    _ task: TaskRef, _ function: FunctionRef, _ lifted: LiftedRef, _ slots: SlotPointer
  ) throws(ComponentTrap) {
    lifted.pointee.cx.task = task
    switch task.pointee.caller {
    case .subtask(let subtask):
      guard let lowered = subtask.lowered else { throw ComponentTrap(.bug) }
      subtask.start()
      lowered.pointee.cx.subtask = subtask
      let arguments = try self.arguments(of: subtask, lowered)
      try Transfer.values(
        function.pointee.parameters, from: lowered.cx, arguments,
        maxSource: lowered.pointee.maxFlatParams, to: lifted.cx, slots,
        maxDestination: Self.maxFlatParams)
    case .host(let token):
      try InvocationRef(token).lowerArguments(lifted.cx, slots)
    case .guest, .direct, .destructor, .realloc, .start: break
    }
  }

  /// The flat arguments of a lowered call.
  func arguments(
    of subtask: SubtaskRef, _ lowered: LoweredRef
  ) throws(ComponentTrap) -> SlotPointer {
    if lowered.pointee.isAsync { return subtask.argumentSlots }
    guard let thread = subtask.pointee.callerThread else { throw ComponentTrap(.bug) }
    return try stack(of: thread).hostResults(argumentBytes: lowered.pointee.argumentBytes)
  }

  // MARK: Returning

  /// The function that a stack was prepared for has returned.
  func baseReturned(_ context: ContextPointer) throws(ComponentTrap) {
    guard case .guest(let thread) = state.pointee.currentThread else { throw ComponentTrap(.bug) }
    let task = thread.pointee.task
    guard thread.pointee.isImplicit else {
      try task.unregister(thread)
      releaseStack(thread)
      state.removeThread(thread)
      return removeIfDone(task)
    }
    guard task.pointee.function != nil else { return try coreReturned(task, context) }
    let function = try self.function(of: task)
    guard let lifted = function.pointee.lifted else { throw ComponentTrap(.bug) }
    if !lifted.pointee.options.pointee.isAsync {
      try returnSynchronously(task, function, lifted, context.baseSlots)
      return try exit(task)
    }
    guard lifted.pointee.callback != nil else { return try exit(task) }
    try goOn(task, lifted, packed: UInt32(truncatingIfNeeded: context.baseSlots[0]))
  }

  /// The results of a synchronously lifted function, and what it has to do after them.
  func returnSynchronously(
    _ task: TaskRef, _ function: FunctionRef, _ lifted: LiftedRef, _ results: SlotPointer
  ) throws(ComponentTrap) {
    try resolve(task, function, lifted, results, maxSource: Self.maxFlatResults)
    if let postReturn = lifted.pointee.postReturn {
      try lifted.callPostReturn(postReturn, function.pointee.result, results, self)
    }
  }

  /// `task.exit_implicit_thread()` at the end of the thread function.
  private func exit(_ task: TaskRef) throws(ComponentTrap) {
    try task.exitImplicitThread()
    releaseStack(task.implicitThread)
    if !task.pointee.isAsyncFunction { try popSync(task) }
    removeIfDone(task)
  }

  /// The loop of `canon_lift` for a call that is not asynchronous is over.
  @inline(__always)
  func popSync(_ task: TaskRef) throws(ComponentTrap) {
    guard let top = pointee.frames.top, top.pointee.kind == .sync, top.pointee.task == task else {
      throw ComponentTrap(.bug)
    }
    pointee.frames.pop()
    task.pointee.inst?.pointee.unresolvedSyncCalls &-= 1
  }

  /// The end of a core module's start function, or of a function that the host has called.
  private func coreReturned(
    _ task: TaskRef, _ context: ContextPointer
  ) throws(ComponentTrap) {
    if case .host(let token) = task.pointee.caller, token != 0 {
      try InvocationRef(token).returnCore(context.baseSlots)
      task.pointee.caller = .host(0)
    }
    task.didResolve()
    try exit(task)
  }

  /// `task.return_`: `results` are flat or, beyond `maxSource`, in memory.
  func resolve(
    _ task: TaskRef, _ function: FunctionRef, _ lifted: LiftedRef, _ results: SlotPointer,
    maxSource: Int
  ) throws(ComponentTrap) {
    let result = function.pointee.result
    if task.pointee.state == .resolved || task.pointee.numBorrows > 0 {
      // What lifting traps with comes first, and nothing has been lowered when these do.
      try LiftCheck.values(result, from: lifted.cx, results, maxSource: maxSource)
      try task.checkReturn()
    }
    switch task.pointee.caller {
    case .subtask(let subtask):
      guard let lowered = subtask.lowered else { throw ComponentTrap(.bug) }
      var flat: UInt64 = 0
      let outParam = try self.outParam(of: subtask, lowered)
      try Transfer.values(
        result, from: lifted.cx, results, maxSource: maxSource, to: lowered.cx, &flat,
        maxDestination: lowered.pointee.maxFlatResults, outParam: outParam)
      subtask.resolve(.returned(flatResult: flat))
    case .host(let token):
      try InvocationRef(token).liftResult(lifted.cx, results, maxSource: maxSource)
      // The invocation may be gone from now on.
      task.pointee.caller = .host(0)
    case .guest, .direct, .destructor, .realloc, .start: break
    }
    task.didResolve()
  }

  func outParam(
    of subtask: SubtaskRef, _ lowered: LoweredRef
  ) throws(ComponentTrap) -> UInt64? {
    guard lowered.pointee.hasOutParam else { return nil }
    let bits = try arguments(of: subtask, lowered)[lowered.pointee.argumentCount - 1]
    return lowered.cx.is64 ? bits : bits & 0xffff_ffff
  }

  /// `on_resolve(None)`
  func resolveCancelled(_ task: TaskRef) throws(ComponentTrap) {
    switch task.pointee.caller {
    case .subtask(let subtask): subtask.resolve(.cancelled)
    case .host(let token):
      try InvocationRef(token).resolveCancelled()
      task.pointee.caller = .host(0)
    case .guest, .direct, .destructor, .realloc, .start: break
    }
    task.didResolve()
  }

  // MARK: Callbacks

  /// A function with a callback, or the callback, has returned this.
  private func goOn(
    _ task: TaskRef, _ lifted: LiftedRef, packed: UInt32
  ) throws(ComponentTrap) {
    let (code, setIndex) = try unpackCallbackResult(packed)
    if code == .exit { return try exit(task) }
    let inst = lifted.pointee.inst
    let thread = task.implicitThread
    assert(inst.pointee.exclusiveThread == thread)
    inst.releaseExclusive()
    let graph = try state.graph()
    var set: WaitableSetRef?
    var condition = ReadyCondition.notExclusive(inst)
    if code == .wait {
      let found = try inst.waitableSet(setIndex)
      condition = found.startWaiting(exclusivelyIn: inst)
      set = found
    }
    let early = pointee.policy.returnsEarly(set == nil ? .turn : .event)
    switch thread.waitUntil(condition, cancellable: true, returnsEarly: early, graph) {
    case .done(let cancelled): try goOnWithCallback(thread, set, cancelled)
    case .block:
      releaseStack(thread)
      try block(thread, .callback(set))
    }
  }

  /// The wait between two callbacks is over.
  func goOnWithCallback(
    _ thread: ThreadRef, _ set: WaitableSetRef?, _ cancelled: Cancelled
  ) throws(ComponentTrap) {
    let task = thread.pointee.task
    guard let lifted = try function(of: task).pointee.lifted, let callback = lifted.pointee.callback
    else { throw ComponentTrap(.bug) }
    let event =
      if let set {
        finishWaiting(set, cancelled)
      } else {
        Event(cancelled == .true ? .taskCancelled : .none)
      }
    assert(lifted.pointee.inst.pointee.exclusiveThread == nil)
    lifted.pointee.inst.pointee.exclusiveThread = thread
    let context = try thread.pointee.stack == nil ? takeStack(thread) : stack(of: thread)
    let slots = try prepare(context, callback)
    slots[0] = UInt64(event.code.rawValue)
    slots[1] = UInt64(event.index)
    slots[2] = UInt64(event.payload)
    pointee.next = context
  }

  /// The event that a wait on a set was for.
  func finishWaiting(_ set: WaitableSetRef, _ cancelled: Cancelled) -> Event {
    set.finishWaiting(cancelled, at: choosePending(set))
  }

  /// Which of a set's events is taken.
  func choosePending(_ set: WaitableSetRef) -> UInt32 {
    pointee.policy.isFIFO ? 0 : UInt32(pointee.policy.choose(Int(set.pendingCount)))
  }
}

extension LiftedRef {
  /// `post_return`, with the flat results.
  @inline(never)
  func callPostReturn(
    _ function: FunctionPointer, _ result: PlanRef, _ values: SlotPointer,
    _ scheduler: SchedulerRef
  ) throws(ComponentTrap) {
    pointee.inst.pointee.mayLeave = false
    let count = result.flatSlots(cx)
    _ = try scheduler.callWithin(function) { $0.update(from: values, count: count) }
    pointee.inst.pointee.mayLeave = true
  }
}

extension SchedulerRef {
  static var maxFlatParams: Int { 16 }
  static var maxFlatResults: Int { 1 }
}

extension SubtaskRef {
  @inline(__always)
  var lowered: LoweredRef? { pointee.owner?.assumingMemoryBound(to: LoweredFunction.self) }

  /// The flat arguments of an asynchronously lowered call.
  @inline(__always)
  var argumentSlots: SlotPointer {
    let offset = MemoryLayout<Subtask>.offset(of: \.arguments) ?? 0
    return (UnsafeMutableRawPointer(self) + offset).assumingMemoryBound(to: UInt64.self)
  }
}

extension PlanRef {
  /// Slots of a synchronously lifted function's results.
  func flatSlots(_ cx: ContextRef) -> Int {
    let count = Int(root.pointee.flatCount)
    return count > SchedulerRef.maxFlatResults ? 1 : count
  }
}
