// A guest thread: a stack on the heap and the state of the handlers. Native stack depth does not depend on the guest's,
// so a thread is suspended at any depth by returning from the handlers, and goes on later by entering them again.
//
// A thread runs activations. The first is started from outside; a host function that calls back pushes another one on
// the same stack, above its own frame. Only the first can be suspended.
//
//   stack_base [ root frame | arguments | BASE frame ... HOST frame | arguments | BASE frame ... ] stack_limit
//                             ^ first activation                      ^ nested activation
//
// The root frame is an empty base frame, so that there is a frame to look at in any state.

import CWasmExecution
import WasmSyntax

/// A thread of guest code in one store.
package final class GuestThread {
  // Invariant: everything `context` points at within the stack is moved along when the stack grows; Swift code keeps
  // offsets from `stack_base` and never addresses across anything that can run guest code or grow the stack.
  // Nothing but deinit may happen to a thread once its store is gone.
  package unowned(unsafe) let store: CoreStore
  package let context: UnsafeMutablePointer<WasmContext>
  private let list: ThreadList
  private var listIndex = -1

  /// What a thread is doing.
  package enum State {
    case idle
    case running
    case suspended(SuspensionReason)
  }
  @exclusivity(unchecked) package internal(set) var state: State = .idle

  /// What the activation below has to find again when a nested one is done.
  struct Activation {
    var pc: UnsafePointer<WasmIns>?
    var frameOffset: Int
    var instance: UnsafeMutablePointer<WasmInstance>?
    var callee: UnsafePointer<WasmFunction>?
  }
  /// The activations below the running one.
  @exclusivity(unchecked) var outer: [Activation] = []
  /// Where the running activation's arguments start and its results end up.
  @exclusivity(unchecked) var argumentOffset = GuestThread.frameBytes
  /// The function that the running activation was started with.
  @exclusivity(unchecked) var entryFunction: UnsafeMutablePointer<WasmFunction>?
  /// Where a suspended operation's results go.
  @exclusivity(unchecked) var resultOffset = 0
  /// How a host function ended this thread's computation.
  @exclusivity(unchecked) var hostFailure: InvocationError?
  /// More words on why it trapped.
  @exclusivity(unchecked) var trapDetail: String?

  /// Whether another room enters its context and keeps it (`Driving`).
  @exclusivity(unchecked) var isDriven = false

  static let initialStackBytes = 2 << 10
  static let keptStackBytes = 64 << 10
  static let frameBytes = MemoryLayout<WasmFrame>.size
  static let slack = Int(WASM_STACK_SLACK)
  /// Where base frames return to. A copy, because an imported constant has no lasting address in Swift.
  nonisolated(unsafe) static let baseReturn: UnsafePointer<WasmIns> = {
    let copy = UnsafeMutablePointer<WasmIns>.allocate(capacity: 1)
    copy.initialize(to: wasm_base_return)
    return UnsafePointer(copy)
  }()

  /// Where base frames of host functions begin; likewise a copy.
  nonisolated(unsafe) static let enterHost: UnsafePointer<WasmIns> = {
    let copy = UnsafeMutablePointer<WasmIns>.allocate(capacity: 1)
    copy.initialize(to: wasm_enter_host)
    return UnsafePointer(copy)
  }()

  /// nil if there is no memory for its stack.
  package init?(store: CoreStore) {
    guard store.threads.stackBytes + Self.initialStackBytes <= store.limits.allStackBytes,
      let stack = SystemMemory.allocate(Self.initialStackBytes, alignment: 16)
    else { return nil }
    self.store = store
    list = store.threads
    list.stackBytes += Self.initialStackBytes
    context = .allocate(capacity: 1)
    var fields = WasmContext()
    fields.stack_base = stack.assumingMemoryBound(to: UInt8.self)
    fields.stack_limit = fields.stack_base + Self.initialStackBytes
    fields.fp = fields.stack_base
    fields.pc = Self.baseReturn
    fields.instance = store.nothing.instance
    fields.helpers = HelperTable.pointer
    Self.header(fields.stack_base).initialize(to: WasmFrame())
    Self.header(fields.stack_base).pointee.flags = UInt32(WASM_FRAME_BASE)
    context.initialize(to: fields)
    context.pointee.thread = Unmanaged.passUnretained(self).toOpaque()
    context.pointee.store = Unmanaged.passUnretained(store).toOpaque()
    listIndex = list.add(self)
  }

  deinit {
    if case .suspended(.atomicWait(let wait)) = state { wait.cancel() }
    list.remove(listIndex)
    list.stackBytes -= stackBytes
    SystemMemory.free(context.pointee.stack_base)
    context.deallocate()
  }

  /// The thread that a context belongs to.
  package static func of(_ context: UnsafeMutablePointer<WasmContext>) -> GuestThread {
    Unmanaged<GuestThread>.fromOpaque(context.pointee.thread).takeUnretainedValue()
  }

  // MARK: Stack

  var stackBase: UnsafeMutablePointer<UInt8> { context.pointee.stack_base }
  var stackBytes: Int { context.pointee.stack_limit - context.pointee.stack_base }

  func slots(at offset: Int) -> UnsafeMutablePointer<UInt64> {
    UnsafeMutableRawPointer(stackBase + offset).assumingMemoryBound(to: UInt64.self)
  }

  static func header(_ fp: UnsafeMutablePointer<UInt8>) -> UnsafeMutablePointer<WasmFrame> {
    UnsafeMutableRawPointer(fp).assumingMemoryBound(to: WasmFrame.self)
  }

  /// Bytes up to the end of the running frame.
  var top: Int {
    guard let fp = context.pointee.fp else { return Self.frameBytes }
    let frameBytes = Self.header(fp).pointee.code.map { Int($0.pointee.frame_size) } ?? 0
    return fp - stackBase + max(frameBytes, Self.frameBytes)
  }

  /// The words that may hold references.
  var liveWords: UnsafeBufferPointer<UInt64> {
    let words = min(top, stackBytes) / MemoryLayout<UInt64>.size
    return UnsafeBufferPointer(start: slots(at: 0), count: words)
  }

  /// Makes the stack at least so large, moving it if need be; false beyond the limit.
  func reserve(_ bytes: Int) -> Bool {
    let current = stackBytes
    if bytes <= current { return true }
    guard bytes <= store.limits.stackBytes else { return false }
    var larger = min(max(bytes, current * 2), store.limits.stackBytes)
    let available = store.limits.allStackBytes - (list.stackBytes - current)
    guard bytes <= available else { return false }
    larger = min(larger, available)
    let frameOffset = context.pointee.fp - stackBase
    guard let moved = SystemMemory.reallocate(stackBase, larger) else { return false }
    let base = moved.assumingMemoryBound(to: UInt8.self)
    context.pointee.stack_base = base
    context.pointee.stack_limit = base + larger
    context.pointee.fp = base + frameOffset
    list.stackBytes += larger - current
    return true
  }

  /// Gives the memory of a deep recursion back once the thread is idle.
  func trim() {
    let kept = Self.keptStackBytes
    let current = stackBytes
    guard current > kept, let base = SystemMemory.reallocate(stackBase, kept) else { return }
    list.stackBytes -= current - kept
    context.pointee.stack_base = base.assumingMemoryBound(to: UInt8.self)
    context.pointee.stack_limit = context.pointee.stack_base + kept
    context.pointee.fp = context.pointee.stack_base
  }
}

extension CoreStore {
  /// An idle thread, one used before if there is any; nil if there is no memory for its stack.
  package func takeThread() -> GuestThread? { idleThreads.popLast() ?? GuestThread(store: self) }

  /// Takes a thread back that is not needed any more; one that is not idle is simply dropped.
  package func recycle(_ thread: GuestThread) {
    guard case .idle = thread.state, idleThreads.count < 64 else { return }
    thread.trim()
    idleThreads.append(thread)
  }
}
