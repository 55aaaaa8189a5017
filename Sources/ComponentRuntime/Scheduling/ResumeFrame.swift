// definitions.py nests a function call for every `Thread.resume`. Here they are frames on a stack of their own, so that
// resuming takes no native stack: when the running thread blocks or ends, the topmost frame says what goes on.

/// What goes on when the thread that was resumed blocks or ends.
struct ResumeFrame: BitwiseCopyable {
  enum Kind: UInt8, BitwiseCopyable {
    /// Nothing: whoever runs the scheduler has it back.
    case bottom
    /// `Store.tick`
    case tick
    /// `Store.invoke`
    case invoke
    /// `canon_lower`, behind the call of an `async`-typed callee.
    case lowered
    /// The beginning of a call that found its instance taken by a thread that was ready.
    case enter
    /// The loop of `canon_lift` for a function whose type is not `async`.
    case sync
    /// `canon_subtask_cancel`, behind the request.
    case cancel
  }
  var kind: Kind
  /// The thread that called and goes on.
  var thread: ThreadRef?
  /// `sync` and `enter`: the call.
  var task: TaskRef?
  /// The lowered function or the built-in that the thread is in.
  var record: UnsafeMutableRawPointer?
  var subtask: SubtaskRef?
  /// The instance that was entered, and below which one.
  var entered: InstanceRef?
  var below: InstanceRef?

  init(_ kind: Kind) { self.kind = kind }
}

/// The frames of a store.
struct ResumeFrames {
  // Invariant: the first `count` frames are initialised as far as their kinds look at them, `count <= capacity`.
  private var frames: UnsafeMutablePointer<ResumeFrame>
  private(set) var count = 0
  private var capacity = 32

  init() { frames = .allocate(capacity: capacity) }

  func deallocate() { frames.deallocate() }

  @inline(__always)
  var top: UnsafeMutablePointer<ResumeFrame>? { count == 0 ? nil : frames + (count &- 1) }

  @inline(__always)
  mutating func push(_ frame: ResumeFrame) {
    if count == capacity { grow() }
    (frames + count).initialize(to: frame)
    count += 1
  }

  /// A frame of kind `sync`, which has nothing but a task.
  @inline(__always)
  mutating func push(sync task: TaskRef) {
    if count == capacity { grow() }
    frames[count].kind = .sync
    frames[count].task = task
    count &+= 1
  }

  /// A frame of kind `invoke`.
  @inline(__always)
  mutating func push(invoke inst: InstanceRef) {
    if count == capacity { grow() }
    frames[count].kind = .invoke
    frames[count].entered = inst
    frames[count].below = nil
    count &+= 1
  }

  @inline(__always)
  mutating func pop() {
    assert(count > 0)
    count &-= 1
  }

  mutating func cut(to height: Int) { count = min(count, height) }

  func forEach(above height: Int, _ body: (ResumeFrame) -> Void) {
    for index in height..<max(count, height) { body(frames[index]) }
  }

  private mutating func grow() {
    let larger = UnsafeMutablePointer<ResumeFrame>.allocate(capacity: capacity * 2)
    larger.update(from: frames, count: count)
    frames.deallocate()
    frames = larger
    capacity *= 2
  }
}
