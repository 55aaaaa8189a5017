// How much a store may use.

import ComponentRuntime
import WasmExecution

extension Store {
  /// Limits on one store, each with a trap or an error of its own.
  ///
  /// Those on what a store keeps for its guests (handles, calls, threads, stacks, streams) are such that each kind takes less
  /// than a gigabyte.
  public struct Limits: Sendable {
    /// Units of work of all calls together, nil for no limit: about one for each instruction. Trap: `fuelExhausted`.
    /// `Store.setFuel` adds more later, `Store.call` limits a single call.
    public var fuel: UInt64?
    /// How long a guest may compute without waiting before it is stopped, nil for no limit; counted in steps of 5 ms.
    /// Trap: `deadline`.
    public var deadline: Duration?
    /// Bytes of all linear memories together. `memory.grow` then returns -1; instantiation fails.
    public var memoryBytes: UInt64 = 64 << 30
    /// Elements of all tables together. `table.grow` then returns -1; instantiation fails.
    public var tableElements: UInt64 = 100_000_000
    /// Instances, which live as long as their store. Instantiation fails.
    public var instances = 1_000_000
    /// Bytes of one guest thread's stack. Trap: `callStackExhausted`.
    public var stackBytes = 8 << 20
    /// Bytes of all guest threads' stacks together, those of threads that wait included: 2 KiB each at least. Trap:
    /// `callStackExhausted`; a call from the host then fails without touching its callee.
    public var allStackBytes = 512 << 20
    /// Calls from the host to a guest that are nested in one another. Trap: `callStackExhausted`.
    public var nativeDepth = 200
    /// Bytes of all objects of the garbage collector. Trap: `gcHeapExhausted`.
    public var gcHeapBytes = 2 << 30
    /// Handles in the table of one instance. Trap: `component("tableFull")`.
    public var handles: UInt32 = 16_000_000
    /// Calls under way. Trap: `component("tooManyTasks")`; a call from the host then fails without touching its callee.
    public var tasks = 1_000_000
    /// Threads that guests make besides. Trap: `component("tooManyThreads")`.
    public var threads = 1_000_000
    /// Streams, futures, waitable sets and resources of the host. Trap: `component("tooManyRecords")`.
    public var waitables = 1_000_000
    /// Bytes that the values of one call may take as `ComponentValue`s. Trap: `component("hostValueTooLarge")`.
    public var hostValueBytes = 256 << 20
    /// How long a cancelled call is waited for before it ends with `CallError.cancelledWithoutResolution`.
    public var cancellationDeadline: Duration = .seconds(1)

    /// No limit on fuel and time, and high ones on everything else.
    public init() {}

    var resources: ResourceLimits {
      var limits = ResourceLimits()
      limits.fuel = fuel
      limits.deadlineTicks = deadline.map(EpochTimer.ticks)
      limits.memoryBytes = memoryBytes
      limits.tableElements = tableElements
      limits.instances = instances
      limits.stackBytes = stackBytes
      limits.allStackBytes = allStackBytes
      limits.nativeDepth = nativeDepth
      limits.gcHeapBytes = gcHeapBytes
      return limits
    }

    var state: StateLimits {
      var limits = StateLimits()
      limits.handles = handles
      limits.tasks = tasks
      limits.threads = threads
      limits.waitables = waitables
      limits.hostValueBytes = hostValueBytes
      return limits
    }
  }

  /// What a store holds.
  public struct Counts: Sendable, Hashable {
    /// Calls under way, of guests and of the host.
    public var tasks = 0
    /// Threads of guests.
    public var threads = 0
    /// Calls as their callers see them.
    public var subtasks = 0
    /// Entries in the tables of all instances.
    public var handles = 0
    /// Streams and futures of which an end is left.
    public var streamsAndFutures = 0
    /// Ends of streams and futures, in tables or in the host's hands.
    public var ends = 0
    /// Sets of waitables that guests have made.
    public var waitableSets = 0
    /// Error contexts that a guest or the host has.
    public var errorContexts = 0
    /// Resources in the host's hands.
    public var hostResources = 0

    /// Nothing.
    public init() {}

    init(_ counts: LiveCounts) {
      tasks = counts.tasks
      threads = counts.threads
      subtasks = counts.subtasks
      handles = counts.handles
      streamsAndFutures = counts.streamsAndFutures
      ends = counts.copyEnds
      waitableSets = counts.waitableSets
      errorContexts = counts.errorContexts
      hostResources = counts.hostResources
    }
  }
}
