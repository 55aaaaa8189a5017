// Calls of a store's functions: beginning, cancelling, running out of time.

import ComponentRuntime
import Synchronization
import WasmExecution

/// A call that a Swift task awaits.
final class StoreCall: @unchecked Sendable {
  // Invariant: only used on the store's executor, except for its identity.
  let invocation: Invocation
  let timeout: Duration?
  /// The function's, for those who watch.
  let name: String
  /// Checks and lowers what is passed, once the store is free.
  private var prepare: ((StoreCall) throws(CallError) -> Void)?
  /// What was given away with the arguments: to be given back if the call never took it.
  var gifts: [Gift] = []
  private(set) var isDone = false
  private(set) var error: CallError?
  var hasStarted = false
  var isCancelled = false
  var hasTimedOut = false
  /// Timers that are under way.
  var timers: [SwiftTask<Void, Never>] = []
  private var continuation: UnsafeContinuation<Void, Never>?
  private let handOver = HandOver()

  enum Gift {
    case resource(Resource, HostResourceID)
    case end(HostEnd)
    /// Only kept while somebody waits for the call; it goes late if it is still lent then (`dropLate`).
    case loan(Resource)
  }

  init(
    _ invocation: Invocation, name: String = "", timeout: Duration? = nil, fuel: UInt64? = nil,
    prepare: ((StoreCall) throws(CallError) -> Void)? = nil
  ) {
    invocation.budget = CallBudget(fuel: fuel, time: timeout)
    self.invocation = invocation
    self.name = name
    self.timeout = timeout
    self.prepare = prepare
  }

  func runPreparation() throws(CallError) {
    let prepare = prepare
    self.prepare = nil
    try prepare?(self)
  }

  func finish(_ error: CallError?) {
    handOver.begin()
    defer { handOver.end() }
    guard !isDone else { return }
    isDone = true
    self.error = error
    for timer in timers { timer.cancel() }
    timers = []
    let continuation = continuation
    self.continuation = nil
    continuation?.resume()
  }

  func wait(_ continuation: UnsafeContinuation<Void, Never>) {
    handOver.begin()
    if isDone { continuation.resume() } else { self.continuation = continuation }
    handOver.end()
  }
}

/// Orders nothing that the actor does not: ThreadSanitizer does not see how an actor goes from one thread to another.
struct HandOver: ~Copyable {
  private let order = Atomic<Bool>(false)

  func begin() { _ = order.load(ordering: .acquiring) }
  func end() { order.store(true, ordering: .releasing) }
}

extension StoreDriver {
  /// Begins a call; the store is free.
  func start(_ call: StoreCall) {
    if isClosed { return call.finish(.closed) }
    do throws(CallError) {
      try call.runPreparation()
    } catch {
      takeBack(call)
      return call.finish(error)
    }
    adopt(call)
    do throws(ComponentFailure) {
      try runtime.start(call.invocation)
    } catch {
      calls[ObjectIdentifier(call)] = nil
      takeBack(call)
      call.finish(self.error(error, call))
    }
  }

  /// A call has begun.
  func adopt(_ call: StoreCall) {
    let key = ObjectIdentifier(call)
    calls[key] = call
    call.hasStarted = true
    call.invocation.onEnd = { [unowned self, unowned call] in
      self.calls[key] = nil
      self.ended(call)
    }
  }

  private func ended(_ call: StoreCall) {
    if !cancellations.isEmpty { cancellations.removeAll { $0 === call } }
    switch call.invocation.state {
    case .running: return
    case .returned: call.finish(nil)
    case .cancelled: call.finish(call.hasTimedOut ? .timedOut(nil) : .cancelled)
    case .failed(let failure):
      takeBack(call)
      call.finish(error(failure, call))
    }
  }

  private func error(_ failure: ComponentFailure, _ call: StoreCall) -> CallError {
    let error = CallError(failure)
    guard call.hasTimedOut || call.invocation.budget?.isOverdue == true else { return error }
    switch error {
    case .trap(let trap) where trap.reason == .deadline: return .timedOut(trap)
    case .cancelledWithoutResolution: return .timedOut(nil)
    default: return error
    }
  }

  /// What the call has not taken is the caller's again.
  private func takeBack(_ call: StoreCall) {
    for gift in call.gifts { giveBack(gift) }
    call.gifts = []
  }

  // MARK: Cancellation

  /// The Swift task that awaits the call was cancelled.
  func cancel(_ call: StoreCall) {
    guard !call.isDone, !call.isCancelled else { return }
    call.isCancelled = true
    guard call.hasStarted else {
      return call.finish(call.hasTimedOut ? .timedOut(nil) : .cancelled)
    }
    cancellations.append(call)
    requestCancellations()
    guard !call.isDone else { return }
    call.timers.append(
      timer(limits.cancellationDeadline) { [weak call] driver in
        if let call { driver.abandon(call) }
      })
  }

  /// Asks the callees of cancelled calls to end, if the store is free.
  func requestCancellations() {
    while isFree, let call = cancellations.popLast() {
      // A failure has reached whoever waits for it.
      if !call.isDone { try? runtime.requestCancellation(of: call.invocation) }
    }
  }

  private func abandon(_ call: StoreCall) {
    guard !call.isDone else { return }
    runtime.abandon(call.invocation, .cancelledWithoutResolution)
  }

  /// The time that a call was given is over: a guest that computes is stopped, one that waits is cancelled.
  func timeOut(_ call: StoreCall) {
    guard !call.isDone else { return }
    call.hasTimedOut = true
    if call.hasStarted, runtime.isStoppable(in: call.invocation) {
      try? runtime.endSuspension(trapping: .deadline)
    }
    cancel(call)
  }

  /// Does something after a while, unless the timer is cancelled.
  func timer(
    _ duration: Duration, _ work: @escaping @Sendable (StoreDriver) -> Void
  ) -> SwiftTask<Void, Never> {
    SwiftTask.detached { [mailbox = runtime.mailbox] in
      // Clocks count nanoseconds in 64 bits.
      let duration = min(duration, .seconds(1 << 32))
      guard (try? await SwiftTask.sleep(for: duration)) != nil else { return }
      mailbox.postToDriver(work)
    }
  }
}
