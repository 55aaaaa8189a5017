// Calls from the host to functions of components (definitions.py, `Store.invoke`): the host's `on_start` and `on_resolve`.

import WasmExecution

/// A call that the host makes. What is passed and how is a subclass's.
package class Invocation {
  package enum State {
    case running
    case returned
    case cancelled
    case failed(ComponentFailure)
  }
  @exclusivity(unchecked) package internal(set) final var state = State.running
  /// The callee's task, while it lives.
  @exclusivity(unchecked) final var task = TaskID.none
  /// What lends the arguments that are borrowed; nil if there are none.
  @exclusivity(unchecked) final var subtask: SubtaskRef?
  /// Called once when the state is not `running` any more.
  package final var onEnd: (() -> Void)?
  /// What is done with a result that nobody waits for any more.
  final var discard: ((ComponentValue) -> Void)?
  /// Called when the callee's task does not point here any more.
  final var onResolve: (() -> Void)?
  /// nil for functions of core modules.
  final let function: FunctionRef?
  /// What it may use besides the store's own limits.
  package final var budget: CallBudget?

  package init(_ function: FunctionRef?) { self.function = function }

  /// The callee's task; nil before it has begun.
  package final var runningTask: TaskID? { task.isNone ? nil : task }

  package final var isRunning: Bool {
    if case .running = state { true } else { false }
  }

  /// `on_start`: lowers the arguments, which have been found to fit.
  func lowerArguments(_ cx: ContextRef, _ slots: SlotPointer) throws(ComponentTrap) {}

  /// `on_resolve`: lifts the result.
  func liftResult(
    _ cx: ContextRef, _ slots: SlotPointer, maxSource: Int
  ) throws(ComponentTrap) {}

  /// A function of the host that was passed on without a guest in between.
  func callHost(_ host: HostFunction, _ call: inout HostCall) throws -> HostOutcome {
    try host.body(&call)
  }

  /// The result of a pending function of the host that was called without a guest in between.
  func endDirectly(_ result: Result<ComponentValue?, any Error>) {
    switch result {
    case .success: end(.returned)
    case .failure(let error): end(.failed(.host(error, backtrace: [])))
    }
  }

  /// Ends the loans of a call that will not resolve.
  final func releaseSubtask(_ store: StoreRef) {
    guard let subtask else { return }
    self.subtask = nil
    store.releaseLenders(subtask)
    store.removeSubtask(subtask)
  }

  /// Whether the callee's task does not point here any more.
  @exclusivity(unchecked) package private(set) final var isResolved = false

  /// Makes an invocation that has resolved ready for another call of its function.
  package final func reset() {
    assert(isResolved && subtask == nil)
    state = .running
    task = .none
    isResolved = false
  }

  fileprivate final func resolved() {
    isResolved = true
    let onResolve = onResolve
    self.onResolve = nil
    onResolve?()
  }

  /// A function of a core module has returned.
  final func endCore() {
    end(.returned)
    resolved()
  }

  final func end(_ state: State) {
    guard isRunning else { return }
    self.state = state
    let onEnd = onEnd
    self.onEnd = nil
    onEnd?()
  }
}

/// What a task keeps of the invocation that it is of: not retained, since the store retains it while it runs.
struct InvocationRef {
  private let invocation: Unmanaged<Invocation>

  init(_ invocation: Invocation) { self.invocation = .passUnretained(invocation) }

  init(_ token: UInt64) throws(ComponentTrap) {
    guard let address = UnsafeRawPointer(bitPattern: UInt(token)) else { throw ComponentTrap(.bug) }
    invocation = .fromOpaque(address)
  }

  var token: UInt64 { UInt64(UInt(bitPattern: invocation.toOpaque())) }

  func lowerArguments(_ cx: ContextRef, _ slots: SlotPointer) throws(ComponentTrap) {
    let invocation = invocation.takeUnretainedValue()
    if let subtask = invocation.subtask {
      subtask.start()
      var lending = cx.pointee
      lending.subtask = subtask
      return try withUnsafePointer(to: lending) { (cx) throws(ComponentTrap) in
        try invocation.lowerArguments(cx, slots)
      }
    }
    try invocation.lowerArguments(cx, slots)
  }

  func liftResult(
    _ cx: ContextRef, _ slots: SlotPointer, maxSource: Int
  ) throws(ComponentTrap) {
    let invocation = invocation.takeUnretainedValue()
    try invocation.liftResult(cx, slots, maxSource: maxSource)
    if let subtask = invocation.subtask {
      subtask.resolve(.returned(flatResult: 0))
      Self.deliver(subtask, invocation)
    }
    invocation.end(.returned)
    invocation.resolved()
  }

  func resolveCancelled() {
    let invocation = invocation.takeUnretainedValue()
    if let subtask = invocation.subtask {
      subtask.markCancellationRequested()
      subtask.resolve(.cancelled)
      Self.deliver(subtask, invocation)
    }
    invocation.end(.cancelled)
    invocation.resolved()
  }

  /// The host learns of the resolution at once.
  private static func deliver(_ subtask: SubtaskRef, _ invocation: Invocation) {
    guard let store = subtask.pointee.hostStore else { return }
    subtask.deliverResolve(store)
    store.removeSubtask(subtask)
    invocation.subtask = nil
  }
}

extension InvocationRef {
  /// For tasks that have an invocation for sure.
  func withInvocation<R>(_ body: (Invocation) -> R) -> R {
    invocation._withUnsafeGuaranteedRef(body)
  }
}

/// A call with boxed values.
package final class DynamicInvocation: Invocation {
  private let callee: FunctionRef
  package var arguments: [ComponentValue]
  /// The result of a call that has returned, nil if the function has none.
  package private(set) var result: ComponentValue?

  /// The arguments must fit the function's parameters: `check` says whether they do.
  package init(_ function: FunctionRef, _ arguments: [ComponentValue] = []) {
    self.arguments = arguments
    callee = function
    super.init(function)
  }

  /// Whether the arguments are of the parameters' types.
  package func check(_ store: StoreRef) throws(ValueMismatch) {
    let is64 = callee.pointee.lifted?.cx.is64 ?? false
    try ValueCheck.values(
      callee.pointee.description.takeUnretainedValue().parameters, arguments, store, is64: is64)
  }

  override func lowerArguments(
    _ cx: ContextRef, _ slots: SlotPointer
  ) throws(ComponentTrap) {
    let description = callee.pointee.description.takeUnretainedValue()
    try LowerValue.values(
      description.parameters, arguments, to: cx, slots, maxDestination: SchedulerRef.maxFlatParams)
  }

  override func liftResult(
    _ cx: ContextRef, _ slots: SlotPointer, maxSource: Int
  ) throws(ComponentTrap) {
    let description = callee.pointee.description.takeUnretainedValue()
    let value =
      try LiftValue.values(description.result, from: cx, slots, maxSource: maxSource).first
    if isRunning { result = value } else if let value { discard?(value) }
  }

  override func endDirectly(_ result: Result<ComponentValue?, any Error>) {
    if case .success(let value) = result { self.result = value }
    super.endDirectly(result)
  }

  override func callHost(_ host: HostFunction, _ call: inout HostCall) throws -> HostOutcome {
    call.values = arguments
    let outcome = try host.body(&call)
    result = call.hostResult
    return outcome
  }
}
