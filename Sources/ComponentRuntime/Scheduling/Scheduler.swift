// Runs the guest threads of one store (definitions.py, Stack Switching, with `Store.tick` and `Thread.resume`). Threads
// leave the handlers whenever they block, call an `async`-typed function or end; the loop here then enters whichever
// is next. So native stack depth is constant, and suspending costs what leaving and entering the handlers costs.

import CWasmExecution
import WasmExecution

package typealias SchedulerRef = UnsafeMutablePointer<Scheduler>

/// What runs the threads of a store, and what is next.
package struct Scheduler: ~Copyable {
  let core: Unmanaged<CoreStore>
  package let state: StoreRef
  /// What contexts find where there is no instance.
  let nothing: UnsafeMutablePointer<WasmInstance>
  /// Where base frames return to.
  let baseReturn = CoreStore.baseReturn
  var frames = ResumeFrames()
  /// The context to enter; nil if the running thread has blocked or ended.
  var next: ContextPointer?
  /// Set by whoever has the running context leave the handlers, to tell it from what the handlers do by themselves.
  var isSwitching = false
  /// Set by a host function whose type is not `async` and that is not done: nothing else runs in between.
  var parked: HostCallRef?
  /// Calls of functions of the host that are not done.
  var pendingHostCalls = 0
  var policy: SchedulePolicy
  var stacks: StackPool
  /// Where realloc and post-return functions run: they cannot block, so one stack does for all.
  let within: ContextPointer
  /// The task of realloc functions.
  let reallocTask: TaskRef
  /// How a function that a conversion called ended, if it did not return.
  var failure: ComponentFailure?
  /// The trap that a function of ours has ended its caller's context with, on the way through the handlers.
  var trap: ComponentTrap?
  /// Nested runs: a host function calls an export, and so on.
  var depth = 0

  init(
    core: CoreStore, state: StoreRef, policy: SchedulePolicy, reallocTask: TaskRef
  ) throws(ComponentTrap) {
    self.reallocTask = reallocTask
    self.core = .passUnretained(core)
    self.state = state
    self.policy = policy
    nothing = core.nothingInstance
    var stacks = StackPool(core)
    do throws(ComponentTrap) {
      within = try stacks.take()
    } catch {
      frames.deallocate()
      stacks.deallocate()
      throw error
    }
    self.stacks = stacks
  }

  consuming func deallocate() {
    frames.deallocate()
    stacks.deallocate()
  }
}

/// How a run ended.
enum RunResult {
  /// The frame that it began with is reached.
  case ended
  /// The function that a direct call is of has returned; the rest is its caller's.
  case returned(ContextPointer)
  /// A host function is not done; the run goes on with `SchedulerRef.run` when it is.
  case parked(HostCallRef)
  /// The handlers wait for something by themselves.
  case suspended(SuspensionReason)
  case failed(ComponentFailure)
}

extension SchedulerRef {
  @inline(__always)
  func withCore<R>(_ body: (CoreStore) -> R) -> R {
    pointee.core._withUnsafeGuaranteedRef(body)
  }

  var state: StoreRef { pointee.state }

  // MARK: The loop

  /// Runs until the frame that the caller pushed comes up, or something has to be waited for outside.
  func run() -> RunResult {
    while true {
      guard let context = pointee.next else {
        do throws(ComponentTrap) {
          if try !unwind() { return .ended }
        } catch {
          return .failed(takeFailure(error))
        }
        continue
      }
      pointee.next = nil
      let status = withCore { $0.enter(context) }
      if pointee.isSwitching {
        pointee.isSwitching = false
        continue
      }
      if let result = leave(context, status) { return result }
    }
  }

  /// A context has left the handlers by itself; nil if the loop goes on.
  private func leave(_ context: ContextPointer, _ status: Int32) -> RunResult? {
    switch UInt32(bitPattern: status) {
    case WASM_DONE.rawValue:
      if isDirectReturn { return .returned(context) }
      do throws(ComponentTrap) {
        try baseReturned(context)
        return nil
      } catch {
        return .failed(takeFailure(error, context))
      }
    case WASM_SUSPEND.rawValue:
      if let call = pointee.parked {
        pointee.parked = nil
        return .parked(call)
      }
      pointee.next = context
      if let reason = context.takeSuspension() { return .suspended(reason) }
      return .failed(takeFailure(ComponentTrap(.bug), context))
    case WASM_EXCEPTION.rawValue:
      return .failed(takeFailure(ComponentTrap(.uncaughtException), context))
    default: return .failed(takeFailure(nil, context))
    }
  }

  /// Whether the thread that has returned is that of a direct call.
  private var isDirectReturn: Bool {
    guard case .guest(let thread) = state.pointee.currentThread, thread.pointee.isImplicit,
      case .direct = thread.pointee.task.pointee.caller
    else { return false }
    return true
  }

  /// Has the running thread leave the handlers: what is next is set. For host functions to return.
  @inline(__always)
  func switchAway() -> Int32 {
    pointee.isSwitching = true
    return Int32(WASM_SUSPEND.rawValue)
  }

  /// Goes on with the topmost frame, since the running thread has blocked or ended; false at the bottom.
  private func unwind() throws(ComponentTrap) -> Bool {
    guard let top = pointee.frames.top else { return false }
    let frame = top.pointee
    switch frame.kind {
    case .bottom:
      pointee.frames.pop()
      return false
    case .tick, .invoke:
      pointee.frames.pop()
      frame.entered?.leave(below: frame.below)
      state.pointee.currentThread = .none
    case .lowered:
      pointee.frames.pop()
      try finishLowered(frame)
    case .enter:
      pointee.frames.pop()
      if let thread = frame.task?.implicitThread, thread.ready { try resume(thread) }
    case .sync: try resumeSibling(frame)
    case .cancel:
      pointee.frames.pop()
      try finishCancel(frame)
    }
    return true
  }

  /// The loop of `canon_lift` for a function whose type is not `async`: another thread of the instance runs, or the
  /// callee's own once it is ready again.
  private func resumeSibling(_ frame: ResumeFrame) throws(ComponentTrap) {
    guard let task = frame.task, let inst = task.pointee.inst else { throw ComponentTrap(.bug) }
    guard let thread = try eligibleThread(of: inst) else {
      throw ComponentTrap(.cannotBlockDeadlock)
    }
    try resume(thread)
  }

  /// A ready thread that may run while a call of a function whose type is not `async` is not resolved. By the reference
  /// suite (during-sync-call-no-exclusive-resume) that is none of the implicit threads that need their instance to
  /// themselves; definitions.py only leaves out the one that has it.
  func eligibleThread(of inst: InstanceRef) throws(ComponentTrap) -> ThreadRef? {
    try chooseReady {
      let task = $0.pointee.task
      return task.pointee.inst == inst && !($0.pointee.isImplicit && task.pointee.needsExclusive)
    }
  }

  /// A ready thread that passes the filter, as the policy chooses.
  func chooseReady(
    _ isEligible: (ThreadRef) -> Bool
  ) throws(ComponentTrap) -> ThreadRef? {
    guard case .tasks(let graph) = state.pointee.concurrency else { return nil }
    if pointee.policy.isFIFO { return graph.nextReady(where: isEligible) }
    let candidates = graph.allReady.filter(isEligible)
    return candidates.isEmpty ? nil : candidates[pointee.policy.choose(candidates.count)]
  }

  /// Whether a thread of this instance could block without trapping: `canon_lift`'s `trap_if(not candidates)` asked in
  /// advance.
  func mayBlock(_ inst: InstanceRef) throws(ComponentTrap) -> Bool {
    if inst.pointee.unresolvedSyncCalls == 0 { return true }
    guard case .tasks(let graph) = state.pointee.concurrency else { return false }
    return graph.nextReady {
      let task = $0.pointee.task
      return task.pointee.inst == inst && !($0.pointee.isImplicit && task.pointee.needsExclusive)
    } != nil
  }

  // MARK: Threads

  /// `Thread.resume`, up to entering its context.
  func resume(_ thread: ThreadRef, _ cancelled: Cancelled = .false) throws(ComponentTrap) {
    if case .tasks(let graph) = state.pointee.concurrency {
      thread.willResume(graph)
    } else {
      thread.willResume(nil)
    }
    state.pointee.currentThread = .guest(thread)
    switch thread.pointee.next {
    case .enter: try enter(thread.pointee.task, cancelled)
    case .start(let function, let argument): try start(thread, function, argument)
    case .callback(let set): try goOnWithCallback(thread, set, cancelled)
    case .builtin(let record, let wait):
      try finish(record.assumingMemoryBound(to: BuiltinFunction.self), wait, thread, cancelled)
    case .lowered(let subtask): try finishLoweredWait(thread, subtask)
    case .host: pointee.next = try stack(of: thread)
    }
  }

  /// The running thread blocks: it goes on with `next`, and another one or the topmost frame goes on now.
  @inline(__always)
  func block(
    _ thread: ThreadRef, _ next: Thread.Next, switchTo other: ThreadRef? = nil
  ) throws(ComponentTrap) {
    thread.didBlock()
    thread.pointee.next = next
    if let other { try resume(other) }
  }

  /// Begins a thread that `thread.new-indirect` made.
  private func start(
    _ thread: ThreadRef, _ function: UnsafeMutableRawPointer, _ argument: UInt64
  ) throws(ComponentTrap) {
    let context = try takeStack(thread)
    let slots = try prepare(
      context, function.assumingMemoryBound(to: WasmFunction.self))
    slots[0] = argument
    pointee.next = context
  }

  /// A stack for a thread that begins.
  func takeStack(_ thread: ThreadRef) throws(ComponentTrap) -> ContextPointer {
    let context = try pointee.stacks.take()
    thread.pointee.stack = UnsafeMutableRawPointer(context)
    return context
  }

  func releaseStack(_ thread: ThreadRef) {
    guard let stack = thread.pointee.stack else { return }
    thread.pointee.stack = nil
    pointee.stacks.give(stack.assumingMemoryBound(to: WasmContext.self))
  }

  func stack(of thread: ThreadRef) throws(ComponentTrap) -> ContextPointer {
    guard let stack = thread.pointee.stack else { throw ComponentTrap(.bug) }
    return stack.assumingMemoryBound(to: WasmContext.self)
  }

  /// Where the arguments of a function that is to run on an idle stack go.
  @inline(__always)
  func prepare(
    _ context: ContextPointer, _ function: FunctionPointer
  ) throws(ComponentTrap) -> SlotPointer {
    guard let slots = context.prepare(function, self) else {
      throw ComponentTrap(.stackExhausted)
    }
    return slots
  }

  /// Ends a task once none of its threads is left.
  @inline(__always)
  func removeIfDone(_ task: TaskRef) {
    if task.pointee.threads.isEmpty { state.removeTask(task) }
  }
}
