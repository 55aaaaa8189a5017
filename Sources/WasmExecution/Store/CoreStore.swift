// A store (Execution, Runtime Structure, Store): everything that instances are made of. Used by one thread at a time.
// It owns what is created in it until it is dropped itself: instances stay reachable through tables of others, so none
// is freed earlier, and `ResourceLimits.instances` bounds how many there are.

import CWasmExecution
import WasmSyntax

/// Instances, memories, tables, globals, tags, host functions, guest threads and the objects they share.
package final class CoreStore {
  package let engine: Engine
  package let limits: ResourceLimits
  /// References held by Swift.
  package let roots = RootTable()
  let functionRoot: ReferenceRoot
  package let heap: GCHeap
  let epoch: EpochClient
  /// What handlers find where there is no instance or no memory.
  let nothing: NullInstance

  // MARK: What the store owns

  @exclusivity(unchecked) package internal(set) var instances: [CoreInstance] = []
  /// Instances that could not be made but left objects behind.
  var abandoned: [CoreInstance] = []
  @exclusivity(unchecked) var memories: [CoreMemory] = []
  @exclusivity(unchecked) var tables: [CoreTable] = []
  @exclusivity(unchecked) var globals: [CoreGlobal] = []
  @exclusivity(unchecked) var tags: [CoreTag] = []
  var hostFunctions: [HostFunction] = []
  var rawHostFunctions: [RawHostFunction] = []
  var typeHolders: [TypeHolder] = []
  /// Threads unregister themselves when they are dropped.
  let threads = ThreadList()
  /// Guest threads kept for the next call.
  @exclusivity(unchecked) var idleThreads: [GuestThread] = []
  @exclusivity(unchecked) var memoryBytes: UInt64 = 0
  var tableElements: UInt64 = 0

  // MARK: What runs

  /// The context of the thread whose guest or host code runs now.
  @exclusivity(unchecked) var currentContext: UnsafeMutablePointer<WasmContext>?
  /// Calls into handlers that are open on the native stack.
  @exclusivity(unchecked) var nativeDepth = 0
  /// The native stack of the OS thread that nested calls were last made on.
  var nativeStack: NativeStack?
  /// Fuel outside the current slice; nil without a limit.
  @exclusivity(unchecked) var fuelReserve: UInt64?
  /// What is left of the slice while nothing runs.
  @exclusivity(unchecked) var fuelSlice: Int64 = 0
  /// Ticks of the epoch that the next calls from outside may take; nil for no limit.
  @exclusivity(unchecked) package var deadlineTicks: UInt64? {
    didSet { if deadlineTicks == nil { deadline = .max } }
  }
  /// The epoch at which guest code is interrupted.
  @exclusivity(unchecked) package var deadline: UInt64 = .max
  /// Whether guest code outside nested calls is suspended when the epoch moves on (`SuspensionReason.preempted`).
  @exclusivity(unchecked) package var givesWay = false
  @exclusivity(unchecked) var sliceEpoch: UInt64 = 0
  /// Words that only Swift code of this room holds at the moment; scanned like a guest stack.
  @exclusivity(unchecked) var temporaryRoots: [UInt64] = []
  /// Set by an internal error: no guest code runs any more.
  @exclusivity(unchecked) package internal(set) var isPoisoned = false

  package init(engine: Engine, limits: ResourceLimits? = nil) {
    self.engine = engine
    let limits = limits ?? engine.configuration.resources
    self.limits = limits
    functionRoot = ReferenceRoot(table: roots, index: nil)
    heap = GCHeap(limit: limits.gcHeapBytes)
    epoch = EpochClient()
    nothing = .shared
    fuelReserve = limits.fuel
    deadlineTicks = limits.deadlineTicks
  }

  deinit {
    epoch.retire()
    // Threads point at the store, objects at the types that instances keep.
    idleThreads = []
    heap.dispose()
  }

  // MARK: Fuel

  /// Fuel left, nil without a limit. Exact whenever no guest code runs, and inside host functions.
  package var fuel: UInt64? {
    get {
      guard let reserve = fuelReserve else { return nil }
      let slice = currentContext?.pointee.fuel ?? fuelSlice
      return slice < 0 ? reserve &- min(reserve, slice.magnitude) : reserve &+ UInt64(slice)
    }
    set {
      fuelReserve = newValue
      fuelSlice = 0
      currentContext?.pointee.fuel = 0
    }
  }
}

/// Guest threads of a store, without owning them. Threads hold it, so that they can be dropped after their store.
final class ThreadList {
  @exclusivity(unchecked) private var threads: [Unmanaged<GuestThread>?] = []
  @exclusivity(unchecked) private var free: [Int] = []
  /// Of all stacks.
  var stackBytes = 0

  var count: Int { threads.count - free.count }

  func add(_ thread: GuestThread) -> Int {
    let entry = Unmanaged.passUnretained(thread)
    if let index = free.popLast() {
      threads[index] = entry
      return index
    }
    threads.append(entry)
    return threads.count - 1
  }

  func remove(_ index: Int) {
    threads[index] = nil
    free.append(index)
  }

  func visit(_ body: (GuestThread) -> Void) {
    for entry in threads {
      if let entry { body(entry.takeUnretainedValue()) }
    }
  }
}

/// An instance without anything, with an empty memory 0: one for all stores, since nobody writes to it.
final class NullInstance: @unchecked Sendable {
  let memory: UnsafeMutablePointer<WasmMemory>
  let instance: UnsafeMutablePointer<WasmInstance>

  static let shared = NullInstance()

  private init() {
    memory = .allocate(capacity: 1)
    memory.initialize(to: WasmMemory())
    memory.pointee.page_size_log2 = MemoryType.defaultPageSizeLog2
    // Handlers may form the address of nothing; they never read through it.
    memory.pointee.base = UnsafeMutableRawPointer(memory).assumingMemoryBound(to: UInt8.self)
    instance = .allocate(capacity: 1)
    instance.initialize(to: WasmInstance())
    instance.pointee.memory0 = memory
  }
}
