// Waitables, their sets, streams and futures, without threads: the transitions of the specification.

import Testing
import WasmSyntax
import WasmValidation

@testable import ComponentRuntime

@Suite struct WaitableTests {
  private let world = World()
  private let heap = Heap(size: 4096)
  private var instance: InstanceRef
  private let thread: ThreadRef
  private let t: RuntimeTypeID
  private let elements: BoundPlan

  init() throws {
    instance = try world.instance()
    thread = try world.task(instance, isAsync: true).implicitThread
    t = world.typeID(world.make(.u8))
    elements = try world.plan(world.make(.u8))
    heap.options.pointee.isAsync = true
  }

  private func new(isFuture: Bool = false, in other: InstanceRef? = nil) throws -> (
    readable: UInt32, writable: UInt32
  ) {
    let ends = try (other ?? instance).canonCopyNew(
      isFuture: isFuture, t, isNoneOrNumberType: true)
    return (UInt32(truncatingIfNeeded: ends), UInt32(ends >> 32))
  }

  private func copy(
    _ kind: CopyEnd.Kind, _ index: UInt32, _ ptr: UInt64, _ length: UInt32
  ) throws -> UInt32 {
    let result = try instance.canonCopy(
      kind, t, elements.ref, heap.options, index, ptr: ptr, length: length, thread)
    guard case .done(let value) = result else {
      Issue.record("an asynchronous copy does not wait")
      return 0
    }
    return value
  }

  private func event(_ kind: CopyEnd.Kind, _ index: UInt32) throws -> Event {
    try instance.copyEnd(index, kind, t).waitable.getPendingEvent()
  }

  @Test func aStreamIsCopiedPieceByPiece() throws {
    heap.write(1...8, at: 0)
    let (readable, writable) = try new()
    #expect(try copy(.writableStream, writable, 0, 8) == blocked)
    expectTrap(.concurrentCopy) { _ = try copy(.writableStream, writable, 0, 8) }
    #expect(try copy(.readableStream, readable, 100, 3) == 3 << 4)
    #expect(try copy(.readableStream, readable, 103, 2) == 2 << 4)
    #expect(heap.read(6, at: 100) == [1, 2, 3, 4, 5, 0])
    // The event says how far the writer has got by the time it is taken.
    #expect(try event(.writableStream, writable) == Event(.streamWrite, writable, 5 << 4))
    #expect(try copy(.readableStream, readable, 105, 9) == blocked)
    try instance.canonCopyDrop(.writableStream, t, writable)
    #expect(try event(.readableStream, readable) == Event(.streamRead, readable, 1))
    expectTrap(.readAfterWriterDropped) { _ = try copy(.readableStream, readable, 0, 1) }
    try instance.canonCopyDrop(.readableStream, t, readable)
    #expect(world.store.liveCounts.streamsAndFutures == 0)
    #expect(world.store.liveCounts.copyEnds == 0)
  }

  @Test func zeroLengthCopies() throws {
    let (readable, writable) = try new()
    #expect(try copy(.readableStream, readable, 0, 0) == blocked)
    // A write of nothing is not done until there is a reader with room, or another of nothing.
    #expect(try copy(.writableStream, writable, 0, 0) == 0)
    #expect(try copy(.writableStream, writable, 0, 2) == blocked)
    #expect(try event(.readableStream, readable) == Event(.streamRead, readable, 0))
    #expect(try copy(.readableStream, readable, 100, 0) == 0)
    #expect(try copy(.readableStream, readable, 100, 2) == 2 << 4)
    #expect(try event(.writableStream, writable) == Event(.streamWrite, writable, 2 << 4))
  }

  @Test func cancellingACopy() throws {
    let (readable, writable) = try new()
    expectTrap(.noCopyToCancel) {
      _ = try instance.canonCancelCopy(.readableStream, t, readable, isAsync: true, thread)
    }
    #expect(try copy(.writableStream, writable, 0, 4) == blocked)
    #expect(try copy(.readableStream, readable, 100, 1) == 1 << 4)
    guard
      case .done(let result) = try instance.canonCancelCopy(
        .writableStream, t, writable, isAsync: true, thread)
    else {
      Issue.record("expected a result")
      return
    }
    // What was copied before counts, as part of a cancelled copy, and nothing is pending any more.
    #expect(result == 1 << 4 | 2)
    #expect(try copy(.readableStream, readable, 100, 1) == blocked)
    guard
      case .done(2) = try instance.canonCancelCopy(
        .readableStream, t, readable, isAsync: true, thread)
    else {
      Issue.record("expected a cancelled copy")
      return
    }
    #expect(try copy(.readableStream, readable, 100, 1) == blocked)
    expectTrap(.busyStreamReader) { try instance.canonCopyDrop(.readableStream, t, readable) }
  }

  @Test func futures() throws {
    heap.write([42], at: 0)
    let (readable, writable) = try new(isFuture: true)
    expectTrap(.dropUnwrittenFuture) { try instance.canonCopyDrop(.writableFuture, t, writable) }
    #expect(try copy(.readableFuture, readable, 100, 1) == blocked)
    #expect(try copy(.writableFuture, writable, 0, 1) == 0)
    #expect(heap[100] == 42)
    #expect(try event(.readableFuture, readable) == Event(.futureRead, readable, 0))
    expectTrap(.readAfterRead) { _ = try copy(.readableFuture, readable, 100, 1) }
    expectTrap(.writeAfterWrite) { _ = try copy(.writableFuture, writable, 0, 1) }
    try instance.canonCopyDrop(.readableFuture, t, readable)
    try instance.canonCopyDrop(.writableFuture, t, writable)
    let second = try new(isFuture: true)
    try instance.canonCopyDrop(.readableFuture, t, second.readable)
    #expect(try copy(.writableFuture, second.writable, 0, 1) == 1)
    try instance.canonCopyDrop(.writableFuture, t, second.writable)
    #expect(world.store.liveCounts.streamsAndFutures == 0)
  }

  @Test func oneInstanceMayOnlyPassNumbersToItself() throws {
    let char = world.typeID(world.make(.char))
    let chars = try world.plan(world.make(.char))
    let ends = try instance.canonCopyNew(isFuture: true, char, isNoneOrNumberType: false)
    _ = try instance.canonCopy(
      .readableFuture, char, chars.ref, heap.options, UInt32(truncatingIfNeeded: ends), ptr: 0,
      length: 1, thread)
    expectTrap(.intraComponentFuture) {
      _ = try instance.canonCopy(
        .writableFuture, char, chars.ref, heap.options, UInt32(ends >> 32), ptr: 8, length: 1,
        thread)
    }
  }

  @Test func buffersOfCopies() throws {
    let (readable, writable) = try new()
    expectTrap(.copyTooLong) { _ = try copy(.readableStream, readable, 0, 1 << 28) }
    expectTrap(.pointerOutOfBounds) { _ = try copy(.readableStream, readable, 4095, 2) }
    expectTrap(.pointerOutOfBounds) { _ = try copy(.writableStream, writable, 0xffff_ffff, 1) }
    #expect(try copy(.readableStream, readable, 0xffff_ffff, 0) == blocked)
  }

  // MARK: Sets

  @Test func setsOfWaitables() throws {
    let set = try instance.canonWaitableSetNew()
    let (one, two) = (try new(), try new())
    try instance.canonWaitableJoin(one.readable, set)
    try instance.canonWaitableJoin(two.readable, set)
    expectTrap(.setNotEmpty) { try instance.canonWaitableSetDrop(set) }
    #expect(try copy(.readableStream, one.readable, 100, 1) == blocked)
    #expect(try copy(.readableStream, two.readable, 101, 1) == blocked)
    let record = try instance.canonWaitableSet(set)
    let task = thread.pointee.task
    #expect(record.poll(task, cancellable: false) == Event(.none))
    #expect(try copy(.writableStream, two.writable, 0, 1) == 1 << 4)
    #expect(try copy(.writableStream, one.writable, 0, 1) == 1 << 4)
    // The order of events is that in which they happened.
    #expect(
      record.poll(task, cancellable: false) == Event(.streamRead, two.readable, 1 << 4))
    #expect(record.poll(task, cancellable: false) == Event(.streamRead, one.readable, 1 << 4))
    #expect(record.poll(task, cancellable: false) == Event(.none))
    try instance.canonWaitableJoin(one.readable, 0)
    try instance.canonCopyDrop(.readableStream, t, two.readable)
    #expect(record.pointee.elems.isEmpty)
    try instance.canonWaitableSetDrop(set)
    #expect(world.store.liveCounts.waitableSets == 0)
  }

  @Test func waitablesInSetsAreNotUsedSynchronously() throws {
    let set = try instance.canonWaitableSetNew()
    let (readable, _) = try new()
    try instance.canonWaitableJoin(readable, set)
    heap.options.pointee.isAsync = false
    expectTrap(.syncWaitInSet) { _ = try copy(.readableStream, readable, 100, 1) }
    try instance.canonWaitableJoin(readable, 0)
    let result = try instance.canonCopy(
      .readableStream, t, elements.ref, heap.options, readable, ptr: 100, length: 1, thread)
    guard case .wait(.pendingEvent(let waitable)) = result else {
      Issue.record("expected to wait")
      return
    }
    expectTrap(.joinWhileWaiting) { try instance.canonWaitableJoin(readable, set) }
    #expect(!waitable.hasPendingEvent)
  }

  @Test func threadsThatWaitForASetAreNotedInOrder() throws {
    let store = world.store
    let graph = try store.graph()
    let set = try instance.canonWaitableSet(try instance.canonWaitableSetNew())
    let (readable, writable) = try new()
    let end = try instance.copyEnd(readable, .readableStream, t).waitable
    end.join(set)
    var threads: [ThreadRef] = []
    for _ in 0..<3 {
      let waiter = try store.newThread(thread.pointee.task)
      waiter.pointee.cont = .running
      _ = waiter.waitUntil(set.startWaiting(exclusivelyIn: nil), graph)
      waiter.didBlock()
      threads.append(waiter)
    }
    #expect(graph.nextReady() == nil)
    expectTrap(.setNotEmpty) { try set.drop() }
    #expect(try copy(.readableStream, readable, 100, 1) == blocked)
    #expect(try copy(.writableStream, writable, 0, 1) == 1 << 4)
    #expect(graph.nextReady() == threads[0])
    #expect(graph.allReady == threads)
    // Somebody else takes the event: the thread goes back to the head of the line.
    _ = set.getPendingEvent()
    #expect(graph.nextReady() == nil)
    #expect(try copy(.readableStream, readable, 100, 1) == blocked)
    #expect(try copy(.writableStream, writable, 0, 1) == 1 << 4)
    #expect(graph.nextReady() == threads[0])
    threads[0].willResume(graph)
    #expect(set.finishWaiting(.false) == Event(.streamRead, readable, 1 << 4))
    #expect(graph.nextReady() == nil)
    // A cancelled thread passes on what it was woken for.
    #expect(try copy(.readableStream, readable, 100, 1) == blocked)
    #expect(try copy(.writableStream, writable, 0, 1) == 1 << 4)
    #expect(graph.nextReady() == threads[1])
    threads[1].willResume(graph)
    #expect(set.finishWaiting(.true) == Event(.taskCancelled))
    #expect(graph.nextReady() == threads[2])
    threads[2].willResume(graph)
    #expect(set.finishWaiting(.false).code == .streamRead)
    #expect(graph.pointee.waiting.isEmpty)
  }

  // MARK: Subtasks

  @Test func progressOfASubtaskIsAnEvent() throws {
    let store = world.store
    let subtask = try store.newSubtask(inst: instance)
    let index = try store.add(subtask, to: instance)
    expectTrap(.subtaskNotResolved) { try instance.canonSubtaskDrop(index) }
    subtask.start()
    #expect(subtask.waitable.getPendingEvent() == Event(.subtask, index, 1))
    subtask.resolve(.returned(flatResult: 7))
    expectTrap(.subtaskNotResolved) { try instance.canonSubtaskDrop(index) }
    #expect(subtask.waitable.getPendingEvent() == Event(.subtask, index, 2))
    expectTrap(.subtaskResolutionDelivered) {
      _ = try instance.canonSubtaskCancel(index, isAsync: true)
    }
    try instance.canonSubtaskDrop(index)
    #expect(store.liveCounts.subtasks == 0)
  }

  @Test func cancellingASubtask() throws {
    let store = world.store
    for (starts, state) in [(false, 3), (true, 4)] as [(Bool, UInt32)] {
      let subtask = try store.newSubtask(inst: instance)
      let index = try store.add(subtask, to: instance)
      if starts { subtask.start() }
      #expect(try instance.canonSubtaskCancel(index, isAsync: true) == subtask)
      subtask.markCancellationRequested()
      guard case .done(blocked) = subtask.finishCancel(isAsync: true, thread) else {
        Issue.record("expected to be told later")
        return
      }
      expectTrap(.subtaskCancelledTwice) {
        _ = try instance.canonSubtaskCancel(index, isAsync: true)
      }
      subtask.resolve(.cancelled)
      #expect(subtask.waitable.getPendingEvent() == Event(.subtask, index, state))
      try instance.canonSubtaskDrop(index)
    }
  }

  @Test func errorContexts() throws {
    let index = try instance.canonErrorContextNew()
    heap.options.pointee.isAsync = false
    try instance.canonErrorContextDebugMessage(heap.options, index, ptr: 16)
    #expect(heap.read(8, at: 16).suffix(4) == [0, 0, 0, 0])
    expectTrap(.unalignedPointer) {
      try instance.canonErrorContextDebugMessage(heap.options, index, ptr: 18)
    }
    // Handles in several instances are one value.
    let other = try world.instance()
    let plan = try world.plan(world.make(.errorContext))
    let destination = Slots()
    try Transfer.values(
      plan.ref, from: context(heap.options, instance), world.slots([UInt64(index)]),
      maxSource: 16, to: context(heap.options, other), destination.pointer,
      maxDestination: 16)
    try instance.canonErrorContextDrop(index)
    #expect(world.store.liveCounts.errorContexts == 1)
    try other.canonErrorContextDrop(UInt32(destination[0]))
    #expect(world.store.liveCounts.errorContexts == 0)
    expectTrap(.unknownHandle) { try instance.canonErrorContextDrop(index) }
  }
}
