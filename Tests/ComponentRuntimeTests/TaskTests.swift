// Instances, tasks and threads: who may enter, who waits for whom, and what is left behind.

import Testing
import WasmSyntax
import WasmValidation

@testable import ComponentRuntime

@Suite struct TaskTests {
  private let world = World()

  // MARK: Entering

  /// The specification's sets.
  private func enteringSet(_ callee: InstanceRef, _ caller: InstanceRef?) -> Set<InstanceRef> {
    func path(_ instance: InstanceRef) -> Set<InstanceRef> {
      var result: Set<InstanceRef> = []
      var current: InstanceRef? = instance
      while let instance = current {
        result.insert(instance)
        current = instance.pointee.parent
      }
      return result
    }
    return path(callee).subtracting(caller.map(path) ?? [])
  }

  @Test(arguments: 0..<20 as Range<UInt64>) func enteringIsWhatTheSetsSay(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let world = World()
    var instances = [try world.instance(), try world.instance()]
    for _ in 0..<30 {
      instances.append(try world.instance(instances.randomElement(using: &random)))
    }
    for _ in 0..<200 {
      for instance in instances { instance.pointee.mayEnter = .random(using: &random) }
      guard let callee = instances.randomElement(using: &random) else { return }
      let caller = Bool.random(using: &random) ? instances.randomElement(using: &random) : nil
      let set = enteringSet(callee, caller)
      #expect(callee.mayEnter(from: caller) == set.allSatisfy { $0.pointee.mayEnter })
      for instance in instances { instance.pointee.mayEnter = true }
      callee.enter(from: caller)
      #expect(Set(instances.filter { !$0.pointee.mayEnter }) == set)
      callee.leave(to: caller)
      #expect(instances.allSatisfy { $0.pointee.mayEnter })
      if let caller {
        let related = enteringSet(callee, caller).isEmpty || enteringSet(caller, callee).isEmpty
        #expect(callee.isRelated(to: caller) == related)
      }
    }
  }

  // MARK: Tasks

  @Test func aTaskThatNeverReturns() throws {
    let task = try world.task(world.instance())
    expectTrap(.noResult) { try task.exitImplicitThread() }
  }

  @Test func returningTwice() throws {
    let task = try world.task(world.instance(), isAsync: true)
    try task.checkReturn()
    task.didResolve()
    expectTrap(.alreadyResolved) { try task.checkReturn() }
    expectTrap(.alreadyResolved) { try task.checkCancel() }
    try task.exitImplicitThread()
    world.store.removeTask(task)
    #expect(world.store.liveCounts == LiveCounts())
  }

  @Test func taskReturnChecks() throws {
    let instance = try world.instance()
    let task = try world.task(instance, isAsync: true)
    let (heap, other) = (Heap(size: 8), Heap(size: 8))
    let (u8, u16) = (world.typeID(world.make(.u8)), world.typeID(world.make(.u16)))
    func check(_ type: RuntimeTypeID, _ options: Heap) throws {
      try task.checkTaskReturn(
        type: type, ofTask: u8, options.options, ofTask: heap.options)
    }
    expectTrap(.notAsyncTask) { try check(u8, heap) }
    heap.options.pointee.isAsync = true
    try check(u8, heap)
    expectTrap(.wrongTaskReturn) { try check(u16, heap) }
    expectTrap(.wrongTaskReturn) { try check(.none, heap) }
    expectTrap(.wrongTaskReturn) { try check(u8, other) }
    expectTrap(.notCancelled) { try task.checkTaskCancel(heap.options) }
    instance.pointee.mayLeave = false
    expectTrap(.cannotLeave) { try check(u8, heap) }
  }

  @Test func cancellation() throws {
    let instance = try world.instance()
    let store = world.store
    let graph = try store.graph()
    // Before it has started.
    let starting = try store.newTask(inst: instance, isAsyncFunction: true, caller: .host(0))
    guard case .resumeImplicitThread = starting.requestCancellation(from: nil) else {
      Issue.record("expected the thread to be resumed")
      return
    }
    try starting.checkCancel()
    starting.didResolve()
    store.removeTask(starting)
    // While nothing can be told.
    let task = try world.task(instance, isAsync: true)
    guard case .pending = task.requestCancellation(from: nil) else {
      Issue.record("expected it to be delivered later")
      return
    }
    let thread = task.implicitThread
    guard case .done(.true) = thread.suspend(cancellable: true) else {
      Issue.record("expected the cancellation")
      return
    }
    task.didResolve()
    try task.exitImplicitThread()
    store.removeTask(task)
    // While a thread waits.
    let waiting = try world.task(instance, isAsync: true)
    guard
      case .block(switchTo: nil) = waiting.implicitThread.waitUntil(
        .host(isReady: false), cancellable: true, graph)
    else {
      Issue.record("expected to block")
      return
    }
    waiting.implicitThread.didBlock()
    #expect(waiting.cancellationCandidates == [waiting.implicitThread])
    instance.pointee.mayEnter = false
    guard case .pending = waiting.requestCancellation(from: nil) else {
      Issue.record("an instance that is entered is not entered again")
      return
    }
  }

  // MARK: Backpressure

  @Test func entriesWaitTheirTurn() throws {
    let instance = try world.instance()
    let store = world.store
    let graph = try store.graph()
    func enter() throws -> TaskRef {
      let task = try store.newTask(inst: instance, isAsyncFunction: true, caller: .host(0))
      task.implicitThread.pointee.cont = .running
      return task
    }
    let first = try enter()
    #expect(try first.enterImplicitThread())
    #expect(instance.pointee.exclusiveThread == first.implicitThread)
    var waiting: [TaskRef] = []
    for _ in 0..<3 {
      let task = try enter()
      #expect(try !task.enterImplicitThread())
      _ = task.implicitThread.waitUntil(.noBackpressure(task), cancellable: true, graph)
      task.implicitThread.didBlock()
      waiting.append(task)
    }
    #expect(instance.pointee.numWaitingToEnter == 3)
    #expect(graph.nextReady() == nil)
    first.didResolve()
    try first.exitImplicitThread()
    store.removeTask(first)
    for task in waiting {
      #expect(graph.nextReady() == task.implicitThread)
      task.implicitThread.willResume(graph)
      #expect(try task.finishEntering(.false))
      #expect(graph.nextReady() == nil)
      task.start()
      task.didResolve()
      try task.exitImplicitThread()
      store.removeTask(task)
    }
    #expect(store.liveCounts == LiveCounts())
  }

  @Test func backpressureCounts() throws {
    let instance = try world.instance()
    expectTrap(.backpressureOverflow) { try instance.decrementBackpressure() }
    for _ in 0..<65535 { try instance.incrementBackpressure() }
    expectTrap(.backpressureOverflow) { try instance.incrementBackpressure() }
  }

  /// A hundred thousand threads wait for one instance, and each is looked at a bounded number of times.
  @Test func waitingIsLinear() throws {
    let instance = try world.instance()
    let store = world.store
    let graph = try store.graph()
    let holder = try world.task(instance, isAsync: true)
    let count = 100_000
    for _ in 0..<count {
      let task = try store.newTask(inst: instance, isAsyncFunction: true, caller: .host(0))
      task.implicitThread.pointee.cont = .running
      #expect(try !task.enterImplicitThread())
      _ = task.implicitThread.waitUntil(.noBackpressure(task), cancellable: true, graph)
      task.implicitThread.didBlock()
    }
    holder.didResolve()
    try holder.exitImplicitThread()
    store.removeTask(holder)
    var resumed = 0
    while let thread = graph.nextReady() {
      let task = thread.pointee.task
      thread.willResume(graph)
      _ = try task.finishEntering(.false)
      task.start()
      task.didResolve()
      try task.exitImplicitThread()
      store.removeTask(task)
      resumed += 1
    }
    #expect(resumed == count)
    #expect(store.liveCounts == LiveCounts())
  }

  // MARK: Threads

  @Test func switchingThreads() throws {
    let instance = try world.instance()
    let store = world.store
    let graph = try store.graph()
    let task = try world.task(instance, isAsync: true)
    let thread = task.implicitThread
    let other = try store.newThread(task)
    try task.register(other)
    #expect(other.pointee.index == 2)
    #expect(other.suspended)
    expectTrap(.threadNotSuspended) { _ = try instance.suspendedThread(1) }
    expectTrap(.unknownThread) { _ = try instance.suspendedThread(3) }
    guard case .block(switchTo: other) = thread.suspendThenResume(cancellable: false, other) else {
      Issue.record("expected a switch")
      return
    }
    thread.didBlock()
    other.willResume(graph)
    #expect(thread.suspended && other.running)
    thread.resumeLater(graph)
    #expect(graph.nextReady() == thread)
    expectTrap(.threadNotSuspended) { _ = try instance.suspendedThread(1) }
    // A ready thread can be promoted.
    guard
      case .block(switchTo: thread) = other.yieldThenPromote(cancellable: false, thread, graph)
    else {
      Issue.record("expected a switch")
      return
    }
    other.didBlock()
    thread.willResume(graph)
    #expect(graph.allReady == [other])
    other.willResume(graph)
    try task.unregister(other)
    store.removeThread(other)
    thread.pointee.cont = .running
    task.didResolve()
    try task.exitImplicitThread()
    store.removeTask(task)
    #expect(store.liveCounts == LiveCounts())
  }

  @Test func contextSlots() throws {
    let thread = try world.task(world.instance()).implicitThread
    #expect(thread.canonContextGet(0, is64: true) == 0)
    thread.canonContextSet(0, 1 << 40 | 7)
    thread.canonContextSet(1, 9)
    #expect(thread.canonContextGet(0, is64: true) == 1 << 40 | 7)
    #expect(thread.canonContextGet(0, is64: false) == 7)
    #expect(thread.canonContextGet(1, is64: false) == 9)
  }

  // MARK: Without concurrency

  @Test func withoutConcurrencyTasksAreAStack() throws {
    let world = World(hasConcurrency: false)
    let instance = try world.instance()
    let (first, second) = (try world.task(instance), try world.task(instance))
    guard case .none(top: second) = world.store.pointee.concurrency else {
      Issue.record("expected the second task on top")
      return
    }
    for task in [second, first] {
      task.didResolve()
      try task.exitImplicitThread()
      world.store.removeTask(task)
    }
    expectTrap(.bug) { _ = try instance.canonWaitableSetNew() }
    expectTrap(.bug) {
      _ = try instance.canonCopyNew(isFuture: true, .none, isNoneOrNumberType: true)
    }
    #expect(world.store.liveCounts == LiveCounts())
  }

  @Test func taskLimit() throws {
    var limits = StateLimits()
    limits.tasks = 3
    let world = World(limits: limits)
    let instance = try world.instance()
    for _ in 0..<3 { _ = try world.task(instance) }
    expectTrap(.tooManyTasks) { _ = try world.task(instance) }
  }

  /// A trap takes the tasks of its instance with it, whatever they wait for, and nobody else's.
  @Test func tasksOfAPoisonedInstanceGo() throws {
    let (poisoned, other) = (try world.instance(), try world.instance())
    let store = world.store
    let graph = try store.graph()
    let survivor = try world.task(other, isAsync: true)
    _ = survivor.implicitThread.waitUntil(.always, graph)
    survivor.implicitThread.didBlock()
    let holder = try world.task(poisoned, isAsync: true)
    let set = try poisoned.canonWaitableSet(try poisoned.canonWaitableSetNew())
    _ = holder.implicitThread.waitUntil(set.startWaiting(exclusivelyIn: poisoned), graph)
    holder.implicitThread.didBlock()
    let second = try store.newThread(holder)
    try holder.register(second)
    second.resumeLater(graph)
    let entering = try store.newTask(inst: poisoned, isAsyncFunction: true, caller: .host(7))
    entering.implicitThread.pointee.cont = .running
    #expect(try !entering.enterImplicitThread())
    _ = entering.implicitThread.waitUntil(.noBackpressure(entering), graph)
    entering.implicitThread.didBlock()
    let subtask = try store.newSubtask(inst: poisoned)
    let third = try store.newThread(holder)
    third.pointee.cont = .running
    try holder.register(third)
    _ = third.waitUntil(subtask.startWaiting(third), graph)
    third.didBlock()
    #expect(graph.waitReports.count == 5)
    #expect(graph.waitReports.last?.condition == .subtask(.none))

    var removed: [TaskRef] = []
    store.removeTasks(of: poisoned) { removed.append($0) }
    #expect(Set(removed) == [holder, entering])
    #expect(graph.allReady == [survivor.implicitThread])
    #expect(store.liveCounts.tasks == 1)
    #expect(store.liveCounts.threads == 1)
    #expect(graph.pointee.threads.count == 0)
    // What the removed threads waited for can still happen.
    subtask.start()
    subtask.resolve(.returned(flatResult: 0))
    #expect(graph.nextReady() == survivor.implicitThread)
  }

  @Test func aTrapCutsTheStackOfTasks() throws {
    let world = World(hasConcurrency: false)
    let instance = try world.instance()
    let bottom = try world.task(instance)
    let above = [try world.task(instance), try world.task(nil)]
    var removed: [TaskRef] = []
    world.store.removeTasks(above: bottom) { removed.append($0) }
    #expect(removed == above.reversed())
    #expect(world.store.liveCounts.tasks == 1)
    #expect(world.store.liveCounts.threads == 1)
  }

  @Test func callPath() throws {
    let instance = try world.instance()
    let outer = try world.task(instance)
    world.store.pointee.currentThread = .guest(outer.implicitThread)
    let middle = try world.task(nil)
    world.store.pointee.currentThread = .host(middle)
    let inner = try world.task(instance)
    #expect(world.store.callPath(of: inner) == [middle, outer])
    middle.didResolve()
    try middle.exitImplicitThread()
    world.store.removeTask(middle)
    #expect(world.store.callPath(of: inner).isEmpty)
  }

  // MARK: Traps

  @Test func everyTrapHasAMessage() {
    var messages: Set<String> = []
    for reason in ComponentTrap.Reason.allCases {
      let message = ComponentTrap(reason).message
      #expect(!message.isEmpty)
      // The suite has one wording for a waitable in a set that is waited for, in whichever order that came to be.
      #expect(messages.insert(message).inserted || reason == .joinWhileWaiting, "\(message)")
    }
    let both = ComponentTrap(.cannotBlockDeadlock).message
    #expect(both.contains(ComponentTrap(.cannotBlock).message))
    #expect(both.contains(ComponentTrap(.deadlock).message))
  }
}
