// Handle tables, resources and who owns a borrow.

import Testing
import WasmSyntax
import WasmValidation

@testable import ComponentRuntime

@Suite struct HandleTests {
  private let world = World()

  @Test func indicesAreReusedLastFirst() throws {
    let instance = try world.instance()
    let rt = try world.store.newResourceType(impl: instance, dtor: nil)
    #expect(try (1...3).map { try instance.canonResourceNew(rt, $0 * 100) } == [1, 2, 3])
    _ = try instance.canonResourceDrop(rt, 2)
    #expect(try instance.canonResourceNew(rt, 400) == 2)
    #expect(try instance.canonResourceRep(rt, 2) == 400)
    for index: UInt32 in 1...3 { _ = try instance.canonResourceDrop(rt, index) }
    #expect(try (1...4).map { try instance.canonResourceNew(rt, $0) } == [3, 2, 1, 4])
    #expect(instance.pointee.handles.length == 5)
    #expect(world.store.liveCounts.handles == 4)
  }

  @Test func unknownIndices() throws {
    let instance = try world.instance()
    let rt = try world.store.newResourceType(impl: instance, dtor: nil)
    _ = try instance.canonResourceNew(rt, 1)
    _ = try instance.canonResourceDrop(rt, 1)
    for index in [0, 1, 2, 5, .max] as [UInt32] {
      expectTrap(.unknownHandle) { _ = try instance.canonResourceRep(rt, index) }
      expectTrap(.unknownHandle) { _ = try instance.canonResourceDrop(rt, index) }
    }
    do {
      _ = try instance.canonResourceRep(rt, .max)
    } catch {
      #expect(error.message == "unknown handle index 4294967295")
    }
  }

  @Test func typesAreRemembered() throws {
    let instance = try world.instance()
    let rt1 = try world.store.newResourceType(impl: instance, dtor: nil)
    let rt2 = try world.store.newResourceType(impl: instance, dtor: nil)
    _ = try instance.canonResourceNew(rt1, 100)
    do {
      _ = try instance.canonResourceDrop(rt2, 1)
      Issue.record("expected a trap")
    } catch {
      #expect(
        error.message == """
          handle index 1 used with the wrong type, expected guest-defined resource but found \
          a different guest-defined resource
          """)
    }
    let set = try instance.canonWaitableSetNew()
    expectTrap(.wrongHandleType) { _ = try instance.canonResourceRep(rt1, set) }
    expectTrap(.wrongHandleType) { try instance.canonWaitableSetDrop(1) }
    try instance.canonWaitableSetDrop(set)
    #expect(world.store.liveCounts.waitableSets == 0)
  }

  @Test func tableLimit() throws {
    var limits = StateLimits()
    limits.handles = 20
    let world = World(limits: limits)
    let instance = try world.instance()
    let rt = try world.store.newResourceType(impl: instance, dtor: nil)
    for rep in 1...20 { _ = try instance.canonResourceNew(rt, UInt64(rep)) }
    expectTrap(.tableFull) { _ = try instance.canonResourceNew(rt, 21) }
    _ = try instance.canonResourceDrop(rt, 7)
    #expect(try instance.canonResourceNew(rt, 22) == 7)
  }

  @Test func dropAsksForTheDestructor() throws {
    let root = try world.instance()
    let definer = try world.instance(root)
    let user = try world.instance(root)
    root.enter(from: nil)
    user.enter(from: root)
    let marker = UnsafeMutableRawPointer(bitPattern: 8)
    let rt = try world.store.newResourceType(impl: definer, dtor: marker)
    let index = try user.add(Handle(own: 42, rt))
    guard case .destroy(rep: 42, rt) = try user.canonResourceDrop(rt, index) else {
      Issue.record("expected a destructor")
      return
    }
    // Without a destructor the implementing instance is entered all the same.
    let plain = try world.store.newResourceType(impl: definer, dtor: nil)
    let second = try user.add(Handle(own: 43, plain))
    let third = try user.add(Handle(own: 43, plain))
    guard case .done = try user.canonResourceDrop(plain, second) else {
      Issue.record("expected nothing more to do")
      return
    }
    definer.pointee.mayEnter = false
    expectTrap(.cannotEnter) { _ = try user.canonResourceDrop(plain, third) }
  }

  @Test func mayLeave() throws {
    let instance = try world.instance()
    let rt = try world.store.newResourceType(impl: instance, dtor: nil)
    _ = try instance.canonResourceNew(rt, 1)
    instance.pointee.mayLeave = false
    expectTrap(.cannotLeave) { _ = try instance.canonResourceNew(rt, 1) }
    expectTrap(.cannotLeave) { _ = try instance.canonResourceDrop(rt, 1) }
    expectTrap(.cannotLeave) { _ = try instance.canonWaitableSetNew() }
    #expect(try instance.canonResourceRep(rt, 1) == 1)
  }

  // MARK: Borrows

  /// A caller with handles, a callee, and a call between them that is lent as many as asked for.
  private struct Lending {
    let world = World()
    let caller: InstanceRef
    let callee: InstanceRef
    let rt: ResourceTypeRef
    let subtask: SubtaskRef
    let task: TaskRef
    let from: ContextRef
    let to: ContextRef
    private let heap = Heap(size: 0)

    init() throws {
      let root = try world.instance()
      caller = try world.instance(root)
      callee = try world.instance(root)
      rt = try world.store.newResourceType(impl: root, dtor: nil)
      subtask = try world.store.newSubtask(inst: caller)
      task = try world.task(callee)
      subtask.start()
      from = context(heap.options, caller, subtask: subtask)
      to = context(heap.options, callee, task: task)
    }

    /// Lends a handle of the caller's; returns the callee's.
    func lend(_ index: UInt32) throws -> UInt32 {
      UInt32(try to.lowerBorrow(try from.liftBorrow(index, rt), rt))
    }

    func resolve() {
      task.didResolve()
      subtask.resolve(.returned(flatResult: 0))
    }
  }

  @Test func lendsAreCountedUntilTheResolutionIsDelivered() throws {
    let lending = try Lending()
    let own = try lending.caller.add(Handle(own: 7, lending.rt))
    let borrow = try lending.lend(own)
    #expect(lending.task.pointee.numBorrows == 1)
    expectTrap(.lentHandle) { _ = try lending.from.liftOwn(own, lending.rt) }
    expectTrap(.lentHandle) { _ = try lending.caller.canonResourceDrop(lending.rt, own) }
    expectTrap(.borrowAsOwn) {
      _ = try context(lending.from.opts, lending.callee).liftOwn(borrow, lending.rt)
    }
    expectTrap(.borrowsRemain) { try lending.task.checkReturn() }
    #expect(
      lending.world.store.remainingBorrows(of: lending.task)
        == [RemainingBorrow(index: borrow, rt: lending.rt, numLends: 0)])
    _ = try lending.callee.canonResourceDrop(lending.rt, borrow)
    try lending.task.checkReturn()
    lending.resolve()
    // The callee is done, its caller does not know yet.
    expectTrap(.lentHandle) { _ = try lending.caller.canonResourceDrop(lending.rt, own) }
    lending.subtask.deliverResolve(lending.world.store)
    _ = try lending.caller.canonResourceDrop(lending.rt, own)
  }

  @Test func aBorrowDroppedByAnotherTaskCountsAgainstItsOwn() throws {
    let lending = try Lending()
    let own = try lending.caller.add(Handle(own: 7, lending.rt))
    let borrow = try lending.lend(own)
    let sibling = try lending.world.task(lending.callee)
    lending.world.store.pointee.currentThread = .guest(sibling.implicitThread)
    _ = try lending.callee.canonResourceDrop(lending.rt, borrow)
    #expect(lending.task.pointee.numBorrows == 0)
    #expect(sibling.pointee.numBorrows == 0)
    try lending.task.checkReturn()
  }

  @Test func manyLendersOfOneCall() throws {
    let lending = try Lending()
    var owns: [UInt32] = []
    for rep in 1...100 { owns.append(try lending.caller.add(Handle(own: UInt64(rep), lending.rt))) }
    var borrows: [UInt32] = []
    for own in owns { borrows.append(try lending.lend(own)) }
    borrows.append(try lending.lend(owns[0]))
    #expect(lending.subtask.pointee.lenders.sorted() == (owns + [owns[0]]).sorted())
    #expect(try lending.caller.handle(owns[0]).pointee.numLends == 2)
    for borrow in borrows.shuffled() {
      _ = try lending.callee.canonResourceDrop(lending.rt, borrow)
    }
    lending.resolve()
    lending.subtask.deliverResolve(lending.world.store)
    #expect(lending.world.store.pointee.lenderBlocks.count == 0)
    for own in owns { _ = try lending.caller.canonResourceDrop(lending.rt, own) }
    #expect(lending.world.store.liveCounts.handles == 0)
  }

  @Test func theDefinerGetsTheRepresentation() throws {
    let instance = try world.instance()
    let rt = try world.store.newResourceType(impl: instance, dtor: nil)
    let task = try world.task(instance)
    let heap = Heap(size: 0)
    let context = ComponentRuntimeTests.context(heap.options, instance, task: task)
    #expect(try context.lowerBorrow(42, rt) == 42)
    #expect(task.pointee.numBorrows == 0)
    #expect(instance.pointee.handles.count == 0)
  }

  @Test func staleTaskIDs() throws {
    let instance = try world.instance()
    let task = try world.task(instance)
    let id = task.id
    #expect(world.store.task(id) == task)
    task.didResolve()
    try task.exitImplicitThread()
    world.store.removeTask(task)
    #expect(world.store.task(id) == nil)
    expectTrap(.bug) { try world.store.returnBorrow(id) }
    let next = try world.task(instance)
    #expect(next == task)
    #expect(world.store.task(id) == nil)
    expectTrap(.bug) { try world.store.returnBorrow(id) }
  }

  /// The specification's `test_handles`, without its calls.
  @Test func testHandles() throws {
    let root = try world.instance()
    let definer = try world.instance(root)
    let instance = try world.instance(root)
    let marker = UnsafeMutableRawPointer(bitPattern: 8)
    let rt = try world.store.newResourceType(impl: definer, dtor: marker)
    let rt2 = try world.store.newResourceType(impl: instance, dtor: marker)
    let heap = Heap(size: 0)
    let make = world.make
    let parameters = try world.plan(
      make.own(rt), make.own(rt), make.borrow(rt), make.borrow(rt2))
    // The host lends one of its own and passes the others.
    let hostCall = try world.store.newSubtask(inst: nil)
    let task = try world.task(instance)
    let held = try [(42, rt), (43, rt), (44, rt), (13, rt2)].map {
      try world.store.addHostResource($0.1, UInt64($0.0), own: true).id
    }
    let arguments: [ComponentValue] = [
      .own(held[0]), .own(held[1]), .borrow(held[2]), .borrow(held[3]),
    ]
    let slots = Slots()
    try ValueCheck.values(parameters, arguments, world.store, is64: false)
    try LowerValue.values(
      parameters, arguments,
      to: context(heap.options, instance, subtask: hostCall, task: task), slots.pointer,
      maxDestination: 16)
    #expect((0..<4).map { slots[$0] } == [1, 2, 3, 13])
    #expect(instance.pointee.handles.length == 4)
    #expect(try (1...3).map { try instance.canonResourceRep(rt, $0) } == [42, 43, 44])
    #expect(task.pointee.numBorrows == 1)
    #expect(world.store.liveCounts.hostResources == 2)
    expectTrap(.lentHandle) { _ = try world.store.takeHostResource(held[2]) }
    expectTrap(.unknownHandle) { _ = try world.store.takeHostResource(held[0]) }

    // A call to the host, which returns a resource.
    let subtask = try world.store.newSubtask(inst: instance)
    let hostTask = try world.task(nil)
    let borrows = try world.plan(make.borrow(rt), make.borrow(rt))
    let lent = try LiftValue.values(
      borrows, from: context(heap.options, instance, subtask: subtask),
      world.slots([1, 3]), maxSource: 16, hostTask: hostTask)
    #expect(
      lent.compactMap { (value) -> UInt64? in
        guard case .borrow(let id) = value else { return nil }
        return world.store.pointee.hostResources[id]?.pointee.rep
      } == [42, 44])
    world.store.endHostBorrows(of: hostTask)
    #expect(world.store.liveCounts.hostResources == 2)
    subtask.start()
    subtask.resolve(.returned(flatResult: 4))
    subtask.deliverResolve(world.store)
    #expect(try instance.add(Handle(own: 45, rt)) == 4)

    guard case .destroy(rep: 42, rt) = try instance.canonResourceDrop(rt, 1) else {
      Issue.record("expected a destructor")
      return
    }
    #expect(try instance.canonResourceNew(rt, 46) == 1)
    _ = try instance.canonResourceDrop(rt, 3)
    let results = try world.plan(make.own(rt), make.own(rt), make.own(rt))
    let returned = try LiftValue.values(
      results, from: context(heap.options, instance), world.slots([1, 2, 4]),
      maxSource: 16)
    #expect(
      returned.compactMap { (value) -> UInt64? in
        guard case .own(let id) = value else { return nil }
        return world.store.pointee.hostResources[id]?.pointee.rep
      } == [46, 43, 45])
    try task.checkReturn()
    #expect(instance.pointee.handles.length == 5)
    #expect(instance.pointee.handles.count == 0)
  }
}
