// What a store's actor isolates: the component store, the calls that wait, and what is to be done when it is free. Only
// touched on the store's executor, except for `post`.

import ComponentRuntime
import Synchronization
import WasmExecution

/// The inside of a store.
final class StoreDriver: @unchecked Sendable {
  // Invariant: everything but `closed` and `waker` is only used by code that is isolated to the store's actor, or that
  // such code calls. Nothing has a weak reference to it: retaining it would be slow from then on.
  let runtime: ComponentStore
  let limits: Store.Limits
  private let waker = StoreWaker()
  /// `limits.deadline` in ticks of the epoch.
  let deadlineTicks: UInt64?

  /// What waits until no run of the store waits: calls that have come in the meantime, in order.
  private var queue: [QueueItem] = []
  private var queueStart = 0
  /// Calls that have begun and not ended, in no order.
  var calls: [ObjectIdentifier: StoreCall] = [:]
  /// Calls whose cancellation could not be requested yet.
  var cancellations: [StoreCall] = []
  /// The types whose resources guests of this store can have.
  var resourceTypes: [ObjectIdentifier: HostResourceType] = [:]
  /// What is to be dropped when it is not lent any more.
  var lateDrops: [HostResourceID] = []
  /// Whether the store is somebody's who is about to go on with it: nothing begins until then.
  var isClaimed = false
  /// What providers have in this store.
  var hosts: [(provider: any ImportProvider, host: any ImportHost)] = []
  /// Calls of functions of the host that have views of memory.
  let views = ViewScopes()
  /// The wait that a timer or notification will end.
  var armedWait: AtomicWait?
  /// Whether some task goes on with the store until nothing is ready.
  var isPumping = false
  let handOver = HandOver()
  /// Whether nobody could go on with anything the last time.
  var isQuiet = false
  private let closed = Atomic<Bool>(false)

  enum QueueItem {
    case call(StoreCall)
    case work((StoreDriver) -> Void)
  }

  init(
    engine: Engine, limits: Store.Limits, scheduling: Store.Scheduling
  ) throws(ComponentFailure) {
    self.limits = limits
    deadlineTicks = limits.deadline.map { min(EpochTimer.ticks($0), 1 << 62) }
    runtime = try ComponentStore(
      engine: engine.core, limits: limits.resources, stateLimits: limits.state,
      concurrency: engine.hasConcurrency, policy: scheduling.policy)
    runtime.core.givesWay = true
    runtime.driver = self
    runtime.mailbox.setOnPost { [waker] in waker.wakeUp() }
  }

  /// To be called once.
  func attach(to store: Store) { waker.store = store }

  var store: Store? { waker.store }

  deinit { runtime.close(.closed) }

  var isClosed: Bool { closed.load(ordering: .acquiring) }

  // MARK: Other threads

  /// Has something done on the store's executor, soon; on any thread.
  func post(_ work: @escaping @Sendable (StoreDriver) -> Void) {
    runtime.mailbox.postToDriver(work)
  }

  /// Sees to it that somebody goes on with the store.
  func wakeUp() { waker.wakeUp() }

  func willPump() { waker.hasWokenUp() }

  // MARK: The queue

  /// Whether no run of the store waits for something outside, so that guests can be entered.
  var isFree: Bool { runtime.quantum == nil && runtime.depth == 0 }

  /// Whether a call can begin now: it is nobody else's turn.
  var canStart: Bool { isFree && !isClaimed && queueStart == queue.count }

  /// Does something that needs the store to be free: now, or when it is.
  func whenFree(_ work: @escaping (StoreDriver) -> Void) {
    if canStart { work(self) } else { queue.append(.work(work)) }
  }

  func enqueue(_ call: StoreCall) {
    if canStart { start(call) } else { queue.append(.call(call)) }
  }

  /// Begins what has waited.
  func startQueued() {
    while isFree, !isClaimed, queueStart < queue.count {
      let item = queue[queueStart]
      queueStart += 1
      if queueStart == queue.count {
        queue.removeAll(keepingCapacity: true)
        queueStart = 0
      }
      switch item {
      case .call(let call): if !call.isDone { start(call) }
      case .work(let work): work(self)
      }
    }
  }

  var hasQueued: Bool { queueStart < queue.count }

  // MARK: Closing

  /// Ends everything that is under way.
  func close() {
    guard !closed.exchange(true, ordering: .acquiringAndReleasing) else { return }
    let waiting = queue[queueStart...]
    queue = []
    queueStart = 0
    cancellations = []
    armedWait = nil
    runtime.close(.closed)
    for item in waiting {
      switch item {
      case .call(let call): call.finish(.closed)
      case .work(let work): work(self)
      }
    }
    for call in calls.values { call.finish(.closed) }
    calls = [:]
    closeHosts()
  }
}

extension HostMailbox {
  /// Has something done on the store's executor, soon, unless the store goes first; on any thread.
  func postToDriver(_ work: @escaping @Sendable (StoreDriver) -> Void) {
    post { store in
      if let driver = store.driver as? StoreDriver { work(driver) }
    }
  }
}

/// Who wakes a store up, on any thread.
private final class StoreWaker: @unchecked Sendable {
  // Invariant: `store` is set before anybody else has the store.
  weak var store: Store?
  private let isDue = Atomic<Bool>(false)

  func wakeUp() {
    guard !isDue.exchange(true, ordering: .acquiringAndReleasing) else { return }
    // Detached: what the store goes on with has nothing to do with who woke it up.
    SwiftTask.detached { [weak store] in
      // Not kept in between: a guest that computes on and on ends with the last reference that others have.
      var isFirst = true
      while await store?.pump(isFirst: isFirst) == true {
        isFirst = false
        await SwiftTask.yield()
      }
    }
  }

  func hasWokenUp() { isDue.store(false, ordering: .releasing) }
}
