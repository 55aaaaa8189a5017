// Functions of the host as components call them. A host function works on a `HostCall`: it takes arguments from it and
// puts the result there, boxed or by itself, now or later.

import CWasmExecution
import WasmExecution

/// How a host function is done.
package enum HostOutcome {
  /// Its result is in the call.
  case returned
  /// The result comes later: `ComponentStore.complete`.
  case pending(PendingHostCall)
}

/// A function of the host: shared by all that import it from one store.
package final class HostFunction {
  package typealias Body = (inout HostCall) throws -> HostOutcome
  package let body: Body
  /// The same for callers that have all arguments in slots and want the result in the first, if it can be called so.
  let inSlots: ((SlotPointer) throws -> Void)?
  /// The types that it takes and returns, if it insists.
  package let signature: HostSignature?

  package init(
    signature: HostSignature? = nil, inSlots: ((SlotPointer) throws -> Void)? = nil,
    _ body: @escaping Body
  ) {
    self.signature = signature
    self.inSlots = inSlots
    self.body = body
  }
}

/// A resource type of the host.
package final class HostResourceDefinition: Sendable {
  package let name: String
  /// What it is the definition of, to whoever has it.
  package nonisolated(unsafe) unowned(unsafe) var owner: AnyObject?
  /// Called when a guest drops its handle, with the representation.
  let dropped: @Sendable (UInt64) throws -> Void
  /// Called instead when the store is closed while a guest has the handle.
  let abandoned: @Sendable (UInt64) -> Void

  package init(
    _ name: String, dropped: @escaping @Sendable (UInt64) throws -> Void = { _ in },
    abandoned: @escaping @Sendable (UInt64) -> Void = { _ in }
  ) {
    self.name = name
    self.dropped = dropped
    self.abandoned = abandoned
  }
}

/// One call of a host function. Valid until the function returns. The call is a task of the host; its record is only made
/// when something is lent to it, when it suspends, or when it calls back.
package struct HostCall {
  package let scheduler: SchedulerRef
  package let function: FunctionRef
  /// nil where the host itself calls.
  let lowered: LoweredRef?
  let context: ContextPointer?
  let thread: ThreadRef?
  package private(set) var task: TaskRef?
  private(set) var subtask: SubtaskRef?
  /// Arguments and result where the host itself calls.
  var values: [ComponentValue] = []
  private(set) var hostResult: ComponentValue?

  @inline(__always)
  init(
    _ scheduler: SchedulerRef, _ function: FunctionRef, _ lowered: LoweredRef?,
    _ context: ContextPointer?, _ thread: ThreadRef?
  ) {
    self.scheduler = scheduler
    self.function = function
    self.lowered = lowered
    self.context = context
    self.thread = thread
  }

  private var description: FunctionDescription {
    function.pointee.description.takeUnretainedValue()
  }

  /// The flat arguments, to be overwritten by a flat result; nil where the host itself calls.
  @inline(__always)
  package var slots: SlotPointer? {
    guard let lowered, let context else { return nil }
    return context.hostResults(argumentBytes: lowered.pointee.argumentBytes)
  }

  /// The caller's side of the call's conversions.
  @inline(__always)
  package var cx: ContextRef? { lowered?.cx }

  /// Whether the guest has the result in slots.
  @inline(__always)
  package var maxFlatResults: Int { lowered?.pointee.maxFlatResults ?? 0 }

  // MARK: Boxed values

  /// The arguments. To be asked for once: what is owned goes to the host with them. `bytesInBulk` says whether a
  /// `list<u8>` is to be `bytes`.
  package mutating func arguments(bytesInBulk: Bool = false) throws -> [ComponentValue] {
    guard let lowered, let slots else { return values }
    if function.pointee.takesBorrows { try materialize() }
    lowered.pointee.cx.subtask = subtask
    return try LiftValue.values(
      description.parameters, from: lowered.cx, slots, maxSource: lowered.pointee.maxFlatParams,
      hostTask: task, bytesInBulk: bytesInBulk)
  }

  /// Puts the result into the call.
  package mutating func setResult(_ result: ComponentValue?) throws {
    guard let lowered, let slots else {
      hostResult = result
      return
    }
    try Self.lower(result, description, lowered, slots, scheduler.state)
  }

  static func lower(
    _ result: ComponentValue?, _ description: FunctionDescription, _ lowered: LoweredRef,
    _ slots: SlotPointer, _ state: StoreRef
  ) throws {
    let values = result.map { [$0] } ?? []
    try ValueCheck.values(description.result, values, state, is64: lowered.cx.is64)
    var flat: UInt64 = 0
    let outParam = lowered.outParam(slots)
    lowered.pointee.cx.task = nil
    try LowerValue.values(
      description.result, values, to: lowered.cx, &flat,
      maxDestination: lowered.pointee.maxFlatResults, outParam: outParam)
    if lowered.pointee.argumentBytes > 0 { slots[0] = flat }
  }

  // MARK: Values without boxes

  /// Where the arguments are, as the record that they form, and the caller's side as it stands to the host. To be asked
  /// for once, before anything is lifted. nil where the host itself calls.
  @inline(__always)
  package mutating func argumentsPlace() throws(ComponentTrap) -> (ContextRef, Place)? {
    guard let lowered, let slots else { return nil }
    if function.pointee.takesBorrows { try materialize() }
    lowered.pointee.cx.subtask = subtask
    let place = try lowered.cx.liftPlace(
      function.pointee.parameters, slots, maxFlat: lowered.pointee.maxFlatParams)
    return (lowered.cx, place)
  }

  /// Where the result goes; nil where the host itself calls.
  @inline(__always)
  package func resultPlace() throws(ComponentTrap) -> (ContextRef, Place)? {
    guard let lowered, let slots else { return nil }
    return try lowered.hostResultPlace(slots)
  }

  /// Puts a result that is one core value into its slot; false if the guest has it in memory.
  // Mutating so that the caller does not copy the call.
  @inline(__always)
  package mutating func setFlatResult(_ bits: UInt64) -> Bool {
    guard let lowered, let slots, lowered.pointee.argumentBytes > 0,
      function.pointee.result.isFlat(lowered.pointee.maxFlatResults)
    else { return false }
    slots[0] = bits
    return true
  }

  // MARK: The record

  /// Makes the call's task, and the subtask as which the caller sees it.
  package mutating func materialize() throws(ComponentTrap) {
    guard task == nil else { return }
    let state = scheduler.state
    if let lowered, let thread, let slots {
      let subtask = try lowered.newSubtask(thread, slots)
      self.subtask = subtask
      subtask.pointee.isHostCall = true
      let task = try state.newTask(
        inst: nil, isAsyncFunction: function.pointee.isAsync, caller: .subtask(subtask))
      subtask.pointee.callee = task.id
      subtask.start()
      self.task = task
      task.start()
    } else {
      let task = try state.newTask(
        inst: nil, isAsyncFunction: function.pointee.isAsync, caller: .host(0))
      self.task = task
      task.start()
    }
  }

  /// The result comes later. `onCancel` is called at most once, if the caller asks for cancellation.
  package mutating func suspend(
    onCancel: @escaping () -> Void = {}
  ) throws -> PendingHostCall {
    try materialize()
    guard let task else { throw ComponentTrap(.bug) }
    let pending = PendingHostCall(self, task, onCancel)
    task.pointee.function = Unmanaged.passRetained(pending).toOpaque()
    scheduler.pointee.pendingHostCalls += 1
    return pending
  }

  /// The function has returned, or failed: whatever was lent to it is given back.
  @inline(__always)
  mutating func end() {
    guard let task else { return }
    let state = scheduler.state
    state.endHostBorrows(of: task)
    if let subtask {
      if !subtask.resolved { subtask.resolve(.returned(flatResult: 0)) }
      subtask.deliverResolve(state)
      state.removeSubtask(subtask)
    }
    state.removeTask(task)
    self.task = nil
    subtask = nil
  }
}

extension LoweredRef {
  /// Where the result of a function of the host goes, and the caller's side as it stands to the host.
  @inline(__always)
  package func hostResultPlace(
    _ slots: SlotPointer
  ) throws(ComponentTrap) -> (ContextRef, Place) {
    pointee.cx.task = nil
    let place = try cx.lowerPlace(
      pointee.function.pointee.result, slots, maxFlat: pointee.maxFlatResults,
      outParam: outParam(slots))
    return (cx, place)
  }
}

/// A call whose host function is not done: retained by its task. It names the call to other threads, which may keep it and
/// hand it back; what is in it is only looked at on the store's own.
package final class PendingHostCall: @unchecked Sendable {
  let scheduler: SchedulerRef
  let function: FunctionRef
  let lowered: LoweredRef?
  let context: ContextPointer?
  let thread: ThreadRef?
  package let task: TaskID
  let subtask: SubtaskRef?
  private var onCancel: (() -> Void)?
  /// Whether the function was asked to end early.
  package private(set) var isCancelled = false
  /// Whether the caller is parked in the call.
  package internal(set) var isParked = false
  /// What gets the result where the host itself calls.
  var onDirectResult: ((Result<ComponentValue?, any Error>) -> Void)?

  fileprivate init(_ call: HostCall, _ task: TaskRef, _ onCancel: @escaping () -> Void) {
    scheduler = call.scheduler
    function = call.function
    lowered = call.lowered
    context = call.context
    thread = call.thread
    self.task = task.id
    subtask = call.subtask
    self.onCancel = onCancel
  }

  /// Asks the function to end early.
  func cancel() {
    let onCancel = onCancel
    self.onCancel = nil
    isCancelled = true
    onCancel?()
  }
}

/// What parks a run: see `Scheduler.parked`.
typealias HostCallRef = PendingHostCall
