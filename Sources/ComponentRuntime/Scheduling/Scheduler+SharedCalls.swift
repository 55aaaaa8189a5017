// Calls from guest to guest of functions whose type is not `async`: canon lower and canon lift in one. The callee runs on
// its caller's stack, on top of the frame of the lowered function:
//
//     caller's frame ... arguments [ HOST frame | 4 slots: lowered, task, caller's thread, subtask | arguments ] callee
//
// When the callee returns, the handlers call `finish` with the slots.

import CWasmExecution
import WasmExecution

/// The slots of a shared call's frame.
private struct SharedCallFrame {
  static var slotCount: Int { 4 }
  let slots: SlotPointer

  @inline(__always)
  init(_ slots: SlotPointer) { self.slots = slots }

  @inline(__always)
  func set(_ lowered: LoweredRef, _ task: TaskRef, _ caller: ThreadRef, _ subtask: SubtaskRef?) {
    slots[0] = UInt64(UInt(bitPattern: lowered))
    slots[1] = UInt64(UInt(bitPattern: task))
    slots[2] = UInt64(UInt(bitPattern: caller))
    slots[3] = UInt64(UInt(bitPattern: subtask))
  }

  // What `set` has put there.
  @inline(__always)
  private func pointer<Record>(_ index: Int) -> UnsafeMutablePointer<Record>? {
    UnsafeMutablePointer(bitPattern: UInt(slots[index]))
  }
  @inline(__always) var lowered: LoweredRef { pointer(0).unsafelyUnwrapped }
  @inline(__always) var task: TaskRef { pointer(1).unsafelyUnwrapped }
  @inline(__always) var caller: ThreadRef { pointer(2).unsafelyUnwrapped }
  @inline(__always) var subtask: SubtaskRef? { pointer(3) }
  /// Arguments of the callee, then its results.
  @inline(__always) var values: SlotPointer { slots + Self.slotCount }
}

extension LoweredFunction {
  /// Bytes between the lowered function's frame and the callee's.
  static func distance(argumentBytes: Int) -> Int32 {
    Int32(
      MemoryLayout<WasmFrame>.size
        + MemoryLayout<UInt64>.size * SharedCallFrame.slotCount + argumentBytes)
  }

  /// The core function that a lowered function is if the callee's type is not `async`.
  static let sharedEntry: WasmHostFunction = { context, record, slots in
    guard let context, let record, let slots else { return Int32(WASM_TRAP.rawValue) }
    let lowered = record.assumingMemoryBound(to: LoweredFunction.self)
    do throws(ComponentTrap) {
      try lowered.pointee.inst.checkMayLeave()
      if lowered.pointee.isRelated { throw ComponentTrap(.cannotEnter) }
      return try lowered.callShared(context, slots)
    } catch {
      return lowered.pointee.scheduler.fail(context, error)
    }
  }

  /// Goes on after the callee.
  static let sharedContinuation: WasmContinuation = { context, slots in
    guard let context, let slots else { return Int32(WASM_TRAP.rawValue) }
    let frame = SharedCallFrame(slots)
    do throws(ComponentTrap) {
      try frame.lowered.finishShared(context, frame)
      return Int32(WASM_CONTINUE.rawValue)
    } catch {
      return frame.lowered.pointee.scheduler.fail(context, error)
    }
  }
}

extension LoweredRef {
  /// `canon_lower` up to the callee's first instruction. `arguments` are the caller's, or the only argument of a destructor.
  @inline(__always)
  func callShared(
    _ context: ContextPointer, _ arguments: SlotPointer
  ) throws(ComponentTrap) -> Int32 {
    let function = pointee.function
    guard let lifted = pointee.lifted else { throw ComponentTrap(.bug) }
    let inst = lifted.pointee.inst
    let scheduler = pointee.scheduler
    let state = scheduler.state
    guard case .guest(let caller) = state.pointee.currentThread else { throw ComponentTrap(.bug) }
    // `Store.lift`
    try trapIf(!inst.mayEnter(below: pointee.commonAncestor), .cannotEnter)
    let arguments = try reserve(context, lifted, arguments)
    inst.enter(below: pointee.commonAncestor)
    // A subtask that lends nothing nobody can see.
    let subtask = function.pointee.takesBorrows ? try state.newSubtask(inst: pointee.inst) : nil
    let task = try state.newTask(
      inst: inst, caller: subtask.map { .subtask($0) } ?? .guest,
      function: UnsafeMutableRawPointer(function))
    let thread = task.implicitThread
    thread.pointee.cont = .running
    thread.pointee.stack = UnsafeMutableRawPointer(context)
    state.pointee.currentThread = .guest(thread)
    try task.enterSync(inst)
    scheduler.pushSync(task)

    task.start()
    subtask?.start()
    let frame = SharedCallFrame(context.hostFrameSlots)
    frame.set(self, task, caller, subtask)
    if !copyDirect(pointee.directParameters, arguments, frame.values) {
      pointee.cx.subtask = subtask
      lifted.pointee.cx.task = task
      try Transfer.values(
        function.pointee.parameters, from: cx, arguments, maxSource: pointee.maxFlatParams,
        to: lifted.cx, frame.values, maxDestination: SchedulerRef.maxFlatParams)
    }
    context.pointee.callee = UnsafePointer(lifted.pointee.callee)
    context.pointee.pc = pointee.instructions
    return Int32(WASM_RESTART.rawValue)
  }

  /// Makes room for the callee's frame. That may move the stack, and the arguments with it: returns where they are then.
  @inline(__always)
  private func reserve(
    _ context: ContextPointer, _ lifted: LiftedRef, _ arguments: SlotPointer
  ) throws(ComponentTrap) -> SlotPointer {
    let distance = LoweredFunction.distance(argumentBytes: 0)
    let base = context.pointee.stack_base.unsafelyUnwrapped
    guard context.reserveAboveFrame(Int(distance) &+ lifted.pointee.argumentBytes) else {
      throw ComponentTrap(.stackExhausted)
    }
    if context.pointee.stack_base == base { return arguments }
    let offset = UnsafeRawPointer(arguments) - UnsafeRawPointer(base)
    // A destructor's argument is not on the stack.
    guard offset >= 0, offset < context.pointee.fp - context.pointee.stack_base else {
      return arguments
    }
    return UnsafeMutableRawPointer(context.pointee.stack_base + offset)
      .assumingMemoryBound(to: UInt64.self)
  }

  /// `canon_lift` after the callee, and the rest of `canon_lower`.
  @inline(__always)
  fileprivate func finishShared(
    _ context: ContextPointer, _ frame: SharedCallFrame
  ) throws(ComponentTrap) {
    let scheduler = pointee.scheduler
    let state = scheduler.state
    let function = pointee.function
    let task = frame.task
    let subtask = frame.subtask
    guard let lifted = pointee.lifted else { throw ComponentTrap(.bug) }
    let inst = lifted.pointee.inst
    let result = function.pointee.result
    let destination = context.hostResults(argumentBytes: pointee.argumentBytes)
    if task.pointee.numBorrows > 0 {
      try LiftCheck.values(
        result, from: lifted.cx, frame.values, maxSource: SchedulerRef.maxFlatResults)
      try task.checkReturn()
    }
    if !copyDirect(pointee.directResults, frame.values, destination) {
      try Transfer.values(
        result, from: lifted.cx, frame.values, maxSource: SchedulerRef.maxFlatResults, to: cx,
        destination, maxDestination: pointee.maxFlatResults, outParam: outParam(destination))
    }
    subtask?.resolve(.returned(flatResult: 0))
    task.didResolve()
    if let postReturn = lifted.pointee.postReturn {
      try lifted.callPostReturn(postReturn, result, frame.values, scheduler)
    }
    try task.exitSync(inst)
    try scheduler.popSync(task)
    scheduler.removeIfDone(task)
    inst.leave(below: pointee.commonAncestor)
    state.pointee.currentThread = .guest(frame.caller)
    if let subtask {
      subtask.deliverResolve(state)
      state.removeSubtask(subtask)
    }
    if pointee.isAsync { destination[0] = UInt64(Subtask.State.returned.rawValue) }
  }

  /// Where the results go, if in memory.
  @inline(__always)
  func outParam(_ arguments: SlotPointer) -> UInt64? {
    guard pointee.hasOutParam else { return nil }
    let bits = arguments[pointee.argumentCount - 1]
    return cx.is64 ? bits : bits & 0xffff_ffff
  }
}

/// Copies values that need nothing done to them; false if these are not such values.
@inline(__always)
private func copyDirect(_ count: Int, _ source: SlotPointer, _ destination: SlotPointer) -> Bool {
  // Written out: what the optimizer makes of a loop for long arrays costs more than copying a slot or two.
  switch count {
  case 0: break
  case 1: destination[0] = source[0]
  case 2:
    destination[0] = source[0]
    destination[1] = source[1]
  case 3...: copyMany(count, source, destination)
  default: return false
  }
  return true
}

@inline(never)
private func copyMany(_ count: Int, _ source: SlotPointer, _ destination: SlotPointer) {
  destination.update(from: source, count: count)
}
