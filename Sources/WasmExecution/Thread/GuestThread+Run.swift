// Starting, resuming and leaving guest code.

import CWasmExecution
import WasmSyntax

extension GuestThread {
  // MARK: From outside

  /// Calls a function on an idle thread; its results are read with `results` when it has returned.
  package func start(
    _ function: CoreFunction, _ arguments: [Value]
  ) throws(InvocationError) -> ThreadOutcome {
    guard case .idle = state, function.store === store else {
      throw .mismatch("the thread is busy or belongs to another store")
    }
    try store.check(arguments, of: function)
    return start(function.record) { slots in
      var next = slots
      for argument in arguments { next = self.store.write(argument, to: next) }
    }
  }

  /// Goes on with a thread whose host function's results are these. They must fit the function's type.
  package func resume(returning values: [Value]) throws(InvocationError) -> ThreadOutcome {
    guard case .suspended(.host) = state, let callee = context.pointee.callee else {
      throw .mismatch("the thread does not wait for a host function")
    }
    guard store.accepts(values, as: store.functionType(of: callee).results) else {
      throw .mismatch("the results do not fit the function's type")
    }
    return resume { slots in
      var next = slots
      for value in values { next = self.store.write(value, to: next) }
    }
  }

  /// Goes on with a suspended thread; `deliver` writes the results of what it waited for.
  package func resume(
    deliver: (UnsafeMutablePointer<UInt64>) -> Void = { _ in }
  ) -> ThreadOutcome {
    guard case .suspended = state else { return .trapped(Trap(.bug, detail: "not suspended")) }
    deliver(slots(at: resultOffset))
    return run { self.enter() }
  }

  func resume(after wait: BlockingWait) -> ThreadOutcome { run { self.enter(after: wait) } }

  /// Goes on with a suspended thread as if its host function had failed in this way.
  package func resume(failing failure: HostFailure) -> ThreadOutcome {
    guard case .suspended = state else { return .trapped(Trap(.bug, detail: "not suspended")) }
    return run {
      let status = self.fail(failure)
      return status == Status.restart ? self.enter() : status
    }
  }

  /// The results of a function that has returned.
  package var results: [Value] {
    guard let entryFunction else { return [] }
    let type = store.functionType(of: UnsafePointer(entryFunction))
    return store.values(type.results, at: UnsafePointer(slots(at: argumentOffset)))
  }

  /// The slots that results are in after returning.
  package var resultSlots: UnsafeMutablePointer<UInt64> { slots(at: argumentOffset) }

  // MARK: Activations

  /// Starts the first activation.
  package func start(
    _ function: UnsafeMutablePointer<WasmFunction>,
    writing arguments: (UnsafeMutablePointer<UInt64>) -> Void
  ) -> ThreadOutcome {
    run { self.begin(function, at: Self.frameBytes, writing: arguments) }
  }

  /// Runs guest code with this thread as the store's current one.
  private func run(_ body: () -> Int32) -> ThreadOutcome {
    guard !store.isPoisoned else { return .trapped(Trap(.bug, detail: "the store is poisoned")) }
    let previous = store.currentContext
    if let previous {
      store.fuelSlice = previous.pointee.fuel
    } else {
      store.beginCall()
    }
    state = .running
    store.currentContext = context
    context.pointee.fuel = store.fuelSlice
    let status = store.countingDepth(context, body)
    store.fuelSlice = context.pointee.fuel
    let outcome = outcome(of: status)
    store.currentContext = previous
    if let previous {
      previous.pointee.fuel = store.fuelSlice
    } else {
      store.endCall()
    }
    return outcome
  }

  /// Calls a function on top of the host function that this thread is running, and waits for it if need be.
  func callNested(
    _ function: UnsafeMutablePointer<WasmFunction>,
    writing arguments: (UnsafeMutablePointer<UInt64>) -> Void,
    reading results: (UnsafeMutablePointer<UInt64>) -> Void
  ) -> ThreadOutcome {
    let saved = Activation(
      pc: context.pointee.pc, frameOffset: context.pointee.fp - stackBase,
      instance: context.pointee.instance, callee: context.pointee.callee)
    let savedArguments = argumentOffset
    let savedFunction = entryFunction
    let start = (top + Self.slack + 15) & ~15
    outer.append(saved)
    var outcome = outcome(
      of: store.countingDepth(context) { begin(function, at: start, writing: arguments) })
    while case .suspended(let reason) = outcome {
      let wait = store.waitBlocking(for: reason)
      if case .notHere = wait { break }
      state = .running
      outcome = self.outcome(of: store.countingDepth(context) { enter(after: wait) })
    }
    state = .running
    if case .returned = outcome { results(slots(at: argumentOffset)) }
    outer.removeLast()
    context.pointee.pc = saved.pc
    context.pointee.fp = stackBase + saved.frameOffset
    context.pointee.instance = saved.instance
    context.pointee.callee = saved.callee
    argumentOffset = savedArguments
    entryFunction = savedFunction
    return outcome
  }

  /// Pushes a base frame whose arguments start at an offset, and enters the function.
  private func begin(
    _ function: UnsafeMutablePointer<WasmFunction>, at offset: Int,
    writing arguments: (UnsafeMutablePointer<UInt64>) -> Void
  ) -> Int32 {
    let info = function.pointee.type.pointee
    let argumentBytes = 8 * Int(max(info.parameter_slots, info.result_slots))
    guard reserve(offset + argumentBytes + Self.frameBytes + Self.slack) else {
      return fail(.callStackExhausted)
    }
    argumentOffset = offset
    entryFunction = function
    arguments(slots(at: offset))
    let fp = stackBase + offset + argumentBytes
    let header = Self.header(fp)
    header.initialize(to: WasmFrame())
    header.pointee.return_pc = Self.baseReturn
    header.pointee.flags = UInt32(WASM_FRAME_BASE)
    context.pointee.fp = fp
    guard let code = function.pointee.code else {
      return beginHost(UnsafePointer(function), header)
    }
    header.pointee.code = code
    context.pointee.instance = function.pointee.instance
    context.pointee.pc = code.pointee.entry
    return enter()
  }

  /// Runs a host function that was called from outside.
  private func beginHost(
    _ function: UnsafePointer<WasmFunction>, _ header: UnsafeMutablePointer<WasmFrame>
  ) -> Int32 {
    header.pointee.flags |= UInt32(WASM_FRAME_HOST | WASM_FRAME_CROSS)
    header.pointee.caller_instance = store.nothing.instance
    context.pointee.instance = store.nothing.instance
    context.pointee.callee = function
    context.pointee.pc = Self.baseReturn
    guard let host = function.pointee.host else { return fail(.bug) }
    let status = host(context, function.pointee.host_context, slots(at: argumentOffset))
    return status == Int32(WASM_CONTINUE.rawValue) ? Int32(WASM_DONE.rawValue) : status
  }

  private func enter() -> Int32 { wasm_enter(context) }

  /// Goes on when a wait on this OS thread is over.
  func enter(after wait: BlockingWait) -> Int32 {
    switch wait {
    case .over(let result):
      if let result { slots(at: resultOffset)[0] = result }
      return enter()
    case .trap(let reason): return fail(reason)
    case .notHere: return fail(.bug)
    }
  }

  func fail(_ reason: TrapReason) -> Int32 {
    context.pointee.trap = reason.rawValue
    return Int32(WASM_TRAP.rawValue)
  }

  /// What a status means, and the state that follows from it.
  private func outcome(of status: Int32) -> ThreadOutcome {
    switch UInt32(bitPattern: status) {
    case WASM_DONE.rawValue:
      finish()
      return .returned
    case WASM_TRAP.rawValue: return trapOutcome()
    case WASM_EXCEPTION.rawValue:
      let word = context.pointee.exception
      let exception = store.rooted(word)
      context.pointee.exception = 0
      finish()
      return .threw(exception)
    case WASM_SUSPEND.rawValue:
      guard case .suspended(let reason) = state else { break }
      return .suspended(reason)
    default: break
    }
    context.pointee.trap = TrapReason.bug.rawValue
    trapDetail = "unexpected status \(status)"
    return trapOutcome()
  }

  private func trapOutcome() -> ThreadOutcome {
    let reason = TrapReason(rawValue: context.pointee.trap) ?? .bug
    let (frames, omitted) = backtrace(limit: store.limits.backtraceFrames)
    let failure = hostFailure
    hostFailure = nil
    let detail = trapDetail ?? detail(of: reason)
    trapDetail = nil
    if reason == .bug { store.isPoisoned = true }
    finish()
    switch failure {
    case .trap(let trap): return .trapped(trap)
    case .host(let error, backtrace: let inner):
      return .failed(error, backtrace: inner.isEmpty ? frames : inner)
    case .mismatch, .wouldBlock, .exception:
      return .failed(failure ?? .wouldBlock, backtrace: frames)
    case nil: break
    }
    return .trapped(Trap(reason, detail: detail, backtrace: frames, omittedFrames: omitted))
  }

  /// The running activation is over.
  private func finish() {
    guard outer.isEmpty else { return }
    state = .idle
    context.pointee.fp = stackBase
    context.pointee.instance = store.nothing.instance
    context.pointee.callee = nil
  }
}

extension CoreStore {
  /// Runs something that enters the handlers, unless too much of the native stack is in use.
  fileprivate func countingDepth(
    _ context: UnsafeMutablePointer<WasmContext>, _ body: () -> Int32
  ) -> Int32 {
    guard nativeDepth < limits.nativeDepth, hasNativeStack else {
      context.pointee.trap = TrapReason.callStackExhausted.rawValue
      return Int32(WASM_TRAP.rawValue)
    }
    nativeDepth += 1
    context.pointee.native_depth = UInt32(nativeDepth)
    defer { nativeDepth -= 1 }
    return body()
  }

  /// Whether a nested call leaves host functions enough of the native stack. Not worth asking for the first few.
  var hasNativeStack: Bool {
    if nativeDepth < 8 { return true }
    if nativeStack?.isCurrent != true { nativeStack = NativeStack() }
    return (nativeStack?.remaining ?? 0) >= Self.nativeStackReserve
  }

  /// Bytes of native stack that a host function can count on.
  private static var nativeStackReserve: UInt { 96 << 10 }

  /// The outermost call into this store begins.
  func beginCall(setsDeadline: Bool = true) {
    epoch.enter()
    if setsDeadline, let ticks = deadlineTicks {
      let (end, overflow) = EpochTimer.shared.epoch.addingReportingOverflow(ticks)
      deadline = overflow ? .max : end
    }
  }

  func endCall() { epoch.leave() }
}
