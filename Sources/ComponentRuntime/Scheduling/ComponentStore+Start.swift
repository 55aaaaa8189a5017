// Start functions of core modules: each runs inside an implicit task that is not asynchronous (Explainer, Core Instance
// Definitions). And calls that wait for their result.

import WasmExecution

extension ComponentStore {
  /// Calls a core module's start function; false if the run waits for something outside.
  func callStart(_ function: CoreFunction, _ inst: InstanceRef) throws(ComponentFailure) -> Bool {
    guard quantum == nil else { throw .wouldBlock }
    guard inst.mayEnter(from: nil) else {
      throw .cannotEnter(poisonedBy: poisoned[inst] ?? poisoned[inst.root])
    }
    return try run(startsCall: true) { () throws(ComponentTrap) in
      inst.enter(from: nil)
      var frame = ResumeFrame(.invoke)
      frame.entered = inst
      scheduler.pointee.frames.push(frame)
      _ = try begin(try state.newTask(inst: inst, caller: .start), function)
    }
  }

  /// Has a task run a core function on a stack of its own.
  func begin(_ task: TaskRef, _ function: CoreFunction) throws(ComponentTrap) -> ContextPointer {
    let thread = task.implicitThread
    thread.willResume(nil)
    state.pointee.currentThread = .guest(thread)
    _ = try task.enterImplicitThread()
    scheduler.pushSync(task)
    task.start()
    let context = try scheduler.takeStack(thread)
    _ = try scheduler.prepare(context, function.record)
    scheduler.pointee.next = context
    return context
  }

  /// Makes a call and waits for its end; `wait` is called while nothing can go on without the host.
  package func invoke(
    _ invocation: Invocation, waiting wait: () throws(ComponentFailure) -> Void
  ) throws(ComponentFailure) {
    try start(invocation)
    try self.wait(for: invocation, wait)
  }

  /// Lets the store go on until a call that was started has ended.
  func wait(
    for invocation: Invocation, _ wait: () throws(ComponentFailure) -> Void
  ) throws(ComponentFailure) {
    while invocation.isRunning {
      // In the middle of a call nothing else goes on, nor after an internal error.
      guard depth == 0 else { throw .wouldBlock }
      guard !core.isPoisoned else { throw ComponentFailure(ComponentTrap(.bug)) }
      // A failure elsewhere has reached whoever waits for it.
      guard let progress = try? tick() else { continue }
      switch progress {
      case .ran: continue
      case .waits, .idle(isHostPending: true): try wait()
      case .idle(isHostPending: false):
        // What the host had posted may have ended the call.
        guard invocation.isRunning else { continue }
        throw deadlock()
      }
    }
    switch invocation.state {
    case .running, .returned: return
    case .cancelled: throw .cancelled
    case .failed(let failure): throw failure
    }
  }

  /// Who waits for what, as an error.
  package func deadlock() -> ComponentFailure {
    guard case .tasks(let graph) = state.pointee.concurrency else { return .deadlock([]) }
    return .deadlock(graph.waitReports)
  }
}
