// CanonicalABI.md, Component Instances: what the runtime knows of one instance of a component.

package typealias InstanceRef = UnsafeMutablePointer<ComponentInstance>

/// Component Instances: `ComponentInstance`.
package struct ComponentInstance: BitwiseCopyable {
  package let store: StoreRef
  package let parent: InstanceRef?
  /// Instances above this one.
  let depth: UInt32
  package var handles = HandleTable<Handle>()
  package internal(set) var threads = HandleTable<ThreadIndex>()
  /// The implicit thread of a call that is nearly always over before anybody asks for its index: it is given one when
  /// somebody does, or when another thread comes or goes. Whoever looks at `threads` calls `indexThreads` first.
  var unindexedThread: ThreadRef?
  package var mayEnter = true
  package var mayLeave = true
  package var backpressure: UInt32 = 0
  package var numWaitingToEnter: UInt32 = 0
  package var exclusiveThread: ThreadRef?
  /// Calls of functions whose type is not `async` that have been entered and are not resolved: until then only some
  /// threads of the instance may run, and none may block.
  package var unresolvedSyncCalls: UInt32 = 0
  /// Threads that could go on if `exclusiveThread` were none, the one that has waited longest first.
  var exclusiveWaiters = LinkedList<Thread.QueueMembership>()
  /// Threads that could go on if there were no backpressure.
  var entryWaiters = LinkedList<Thread.QueueMembership>()
  /// What the linker keeps for this instance; unretained.
  package var owner: UnsafeMutableRawPointer?

  init(store: StoreRef, parent: InstanceRef?, limit: UInt32) {
    self.store = store
    self.parent = parent
    depth = parent.map { $0.pointee.depth &+ 1 } ?? 0
    handles.limit = limit
    threads.limit = limit
  }
}

extension InstanceRef {
  /// `may_enter_from`
  package func mayEnter(from caller: InstanceRef?) -> Bool {
    mayEnter(below: caller.flatMap { commonAncestor(with: $0) })
  }

  /// `enter_from`
  package func enter(from caller: InstanceRef?) {
    enter(below: caller.flatMap { commonAncestor(with: $0) })
  }

  /// `leave_to`
  package func leave(to caller: InstanceRef?) {
    leave(below: caller.flatMap { commonAncestor(with: $0) })
  }

  // MARK: The entering set

  // `entering_set` is this instance with its ancestors, without the caller with its ancestors: a path upwards that ends
  // below the nearest instance that both have in common, nil where there is none. Adapters know it in advance.

  /// The nearest instance that is this one or an ancestor of it, and the same of the other.
  package func commonAncestor(with other: InstanceRef) -> InstanceRef? {
    var a: InstanceRef? = self
    var b: InstanceRef? = other
    while let x = a, let y = b, x != y {
      if x.pointee.depth >= y.pointee.depth { a = x.pointee.parent }
      if y.pointee.depth >= x.pointee.depth { b = y.pointee.parent }
    }
    return b == nil ? nil : a
  }

  // Almost always the instance itself is all there is to enter.

  @inline(__always)
  package func mayEnter(below end: InstanceRef?) -> Bool {
    if pointee.parent == end { return pointee.mayEnter }
    return mayEnterAll(below: end)
  }

  private func mayEnterAll(below end: InstanceRef?) -> Bool {
    var instance: InstanceRef? = self
    while let current = instance, current != end {
      if !current.pointee.mayEnter { return false }
      instance = current.pointee.parent
    }
    return true
  }

  @inline(__always)
  package func enter(below end: InstanceRef?) {
    if self == end { return }
    assert(pointee.mayEnter)
    pointee.mayEnter = false
    if pointee.parent != end { pointee.parent?.enterAll(below: end) }
  }

  private func enterAll(below end: InstanceRef?) {
    var instance: InstanceRef? = self
    while let current = instance, current != end {
      assert(current.pointee.mayEnter)
      current.pointee.mayEnter = false
      instance = current.pointee.parent
    }
  }

  @inline(__always)
  package func leave(below end: InstanceRef?) {
    if self == end { return }
    assert(!pointee.mayEnter)
    pointee.mayEnter = true
    if pointee.parent != end { pointee.parent?.leaveAll(below: end) }
  }

  private func leaveAll(below end: InstanceRef?) {
    var instance: InstanceRef? = self
    while let current = instance, current != end {
      assert(!current.pointee.mayEnter)
      current.pointee.mayEnter = true
      instance = current.pointee.parent
    }
  }

  /// Whether one of the two instances is the other or an ancestor of it: such calls of lifted functions trap, by the
  /// reference suite (trap-on-reenter), although nothing in `may_enter_from` stops a call to an ancestor or to itself.
  package func isRelated(to other: InstanceRef) -> Bool {
    let common = commonAncestor(with: other)
    return common == self || common == other
  }

  /// The outermost instance around this one.
  package var root: InstanceRef {
    var instance = self
    while let parent = instance.pointee.parent { instance = parent }
    return instance
  }

  // MARK: Threads

  package var hasThreads: Bool {
    pointee.threads.count > 0 || pointee.unindexedThread != nil
  }

  /// Gives the thread that has none yet its index.
  @inline(__always)
  func indexThreads() throws(ComponentTrap) {
    if let thread = pointee.unindexedThread { try index(thread) }
  }

  @inline(never)
  private func index(_ thread: ThreadRef) throws(ComponentTrap) {
    pointee.unindexedThread = nil
    try add(thread)
  }

  /// `threads.add`
  @inline(__always)
  func add(_ thread: ThreadRef) throws(ComponentTrap) {
    try indexThreads()
    guard let index = pointee.threads.add(ThreadIndex(thread)) else {
      throw ComponentTrap(.tableFull)
    }
    thread.pointee.index = index
  }

  /// `threads.remove`, if it is there.
  @inline(__always)
  func remove(_ thread: ThreadRef) throws(ComponentTrap) {
    if pointee.unindexedThread == thread {
      pointee.unindexedThread = nil
      return
    }
    if thread.pointee.index == 0 { return }
    try indexThreads()
    pointee.threads.remove(thread.pointee.index)
    thread.pointee.index = 0
  }

  // MARK: Waiting for the instance

  /// The thread that had the instance to itself gives it up.
  package func releaseExclusive() {
    pointee.exclusiveThread = nil
    noteWaiters()
  }

  /// `canon backpressure.inc`
  package func incrementBackpressure() throws(ComponentTrap) {
    try trapIf(pointee.backpressure >= (1 << 16) - 1, .backpressureOverflow)
    pointee.backpressure += 1
  }

  /// `canon backpressure.dec`
  package func decrementBackpressure() throws(ComponentTrap) {
    try trapIf(pointee.backpressure == 0, .backpressureOverflow)
    pointee.backpressure -= 1
    noteWaiters()
  }

  /// Puts the first thread that waits for the instance among those that may be ready. Whoever stops waiting for the
  /// instance passes that on, so that no more than one is woken in vain.
  func noteWaiters() {
    if pointee.exclusiveThread == nil, let first = pointee.exclusiveWaiters.first { first.note() }
    if pointee.backpressure == 0, let first = pointee.entryWaiters.first { first.note() }
  }
}
