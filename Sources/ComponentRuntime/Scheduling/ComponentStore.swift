// A store with components in it: the core store, the records of tasks and handles, the scheduler, and what the linker has
// made. Used by one thread at a time.

import CWasmExecution
import WasmExecution
import WasmSyntax
import WasmValidation

/// Instances of components, and the calls into them.
///
/// Only one thread uses it at a time, and no accessor calls out while it has a field: fields of the hot paths are not checked
/// for exclusive access.
package final class ComponentStore {
  package let engine: Engine
  package let core: CoreStore
  let componentState: ComponentState
  package let scheduler: SchedulerRef
  package let hasConcurrency: Bool
  var runtimeTypes = RuntimeTypes()
  /// Everything that records point at lives as long as the store.
  let records = RecordKeeper()
  /// What calls of core modules' functions enter.
  var coreEntrances: [InstanceRef] = []
  /// Resource types of the host, by definition.
  var hostResources: [ObjectIdentifier: ResourceTypeRef] = [:]
  /// Invocations that run: their tasks point at them.
  @exclusivity(unchecked) var invocations: [ObjectIdentifier: Invocation] = [:]
  /// What calls under way may still use, by their callees' tasks.
  @exclusivity(unchecked) var budgets: [TaskID: CallBudget] = [:]
  /// What instances that cannot be entered any more have ended with.
  @exclusivity(unchecked) var poisoned: [InstanceRef: ComponentFailure] = [:]
  /// Instances that the runs below the current one have entered.
  @exclusivity(unchecked) var enteredOutside: Set<InstanceRef> = []
  /// What the host reads or writes, by the ends.
  @exclusivity(unchecked) var hostTransfers: [CopyEndID: HostTransfer] = [:]
  /// Ends that the host only uses when a guest does, or when it waits for something outside.
  var idleEnds: Set<CopyEndID> = []
  /// How many things outside are waited for on behalf of such ends.
  package var outsideWaits = 0
  /// Element types of streams and futures that functions mention.
  var payloads: [RuntimeTypeID: Payload] = [:]
  private let jointPlans = JointPlans()
  /// Whether some component knows a resource as more than one type.
  var hasViews = false
  /// A run that waits for something outside: nothing else runs until then.
  @exclusivity(unchecked) package internal(set) var quantum: Quantum?
  /// The call of a core function of the host that the run waits for, or one that a run that was ended waited for: who wants
  /// to end the suspension knows by it whether it is still theirs.
  package weak var suspendedCall: AnyObject?
  /// Told of what instances that cannot be entered any more have ended with.
  package var onPoison: ((ComponentFailure) -> Void)?
  /// What is to be done when no guest is running.
  @exclusivity(unchecked) var deferredWork: [(ComponentStore) -> Void] = []
  /// What the host has to say from other threads.
  package let mailbox = HostMailbox()
  /// Who drives the store, for work that comes by mail.
  package unowned(unsafe) var driver: AnyObject?

  package var state: StoreRef { componentState.state }

  package init(
    engine: Engine, limits: ResourceLimits? = nil, stateLimits: StateLimits = StateLimits(),
    concurrency: Bool = true, policy: SchedulePolicy = SchedulePolicy()
  ) throws(ComponentFailure) {
    self.engine = engine
    core = CoreStore(engine: engine, limits: limits)
    hasConcurrency = concurrency
    componentState = ComponentState(
      hasConcurrency: concurrency, limits: stateLimits,
      copyBuffers: copyBetweenBuffers(plan: { [jointPlans] in jointPlans.plan($0) }) {
        (from, to, count) throws(ComponentTrap) in
        try HostBuffer.copy(from, to, count)
      })
    let made: Scheduler
    do throws(ComponentTrap) {
      made = try Scheduler(
        core: core, state: componentState.state, policy: policy,
        reallocTask: componentState.state.newReallocTask())
    } catch {
      throw ComponentFailure(error)
    }
    scheduler = .allocate(capacity: 1)
    scheduler.initialize(to: made)
    jointPlans.store = self
  }

  deinit {
    state.pointee.tasks.forEachLive { $0.pendingHostCallReference?.release() }
    scheduler.move().deallocate()
    scheduler.deallocate()
  }

  /// A run that waits.
  package enum Quantum {
    case parked(PendingHostCall)
    case suspended(ContextPointer, SuspensionReason)
  }
}

/// Keeps what records point at.
final class RecordKeeper {
  @exclusivity(unchecked) private var memory = Arena()
  @exclusivity(unchecked) private var objects: [AnyObject] = []
  /// Index spaces and the components defined in them refer to each other.
  @exclusivity(unchecked) var environments: [ComponentEnvironment] = []
  /// Instances made so far.
  @exclusivity(unchecked) var instanceCount = 0

  /// A record that lives as long as the keeper.
  func make<Record: BitwiseCopyable>(_ record: Record) -> UnsafeMutablePointer<Record> {
    let pointer = memory.allocate(Record.self)
    pointer.initialize(to: record)
    return pointer
  }

  func keep<Object: AnyObject>(_ object: Object) -> Unmanaged<Object> {
    objects.append(object)
    return .passUnretained(object)
  }

  deinit {
    for environment in environments { environment.letGo() }
  }
}
