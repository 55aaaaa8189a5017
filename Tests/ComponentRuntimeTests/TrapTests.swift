// Every way in which a value can be spoilt, and which trap comes first.

import Testing
import WasmSyntax

@testable import ComponentRuntime
@testable import WasmValidation

@Suite struct TrapTests {
  private let world = World()

  private func transfer(
    _ types: [ValueTypeID], _ slots: [UInt64], _ source: Heap = Heap(size: 64),
    _ target: Heap = Heap(size: 1000), from sourceInstance: InstanceRef? = nil,
    to targetInstance: InstanceRef? = nil
  ) throws {
    let plan = try world.plan(types)
    let from = context(source.options, try sourceInstance ?? world.instance())
    let to = context(target.options, try targetInstance ?? world.instance())
    try Transfer.values(
      plan.ref, from: from, world.slots(slots), maxSource: 16, to: to, world.slots(),
      maxDestination: 16)
  }

  private func lift(
    _ types: [ValueTypeID], _ slots: [UInt64], _ source: Heap = Heap(size: 64)
  ) throws {
    _ = try LiftValue.values(
      world.plan(types), from: context(source.options, world.instance()),
      world.slots(slots), maxSource: 16)
  }

  // MARK: Lifting

  @Test func pointersOfStrings() throws {
    let string = [world.make(.string)]
    for slots in [[65, 0], [64, 1], [63, 2], [0, 65], [0xffff_ffff, 1]] as [[UInt64]] {
      expectTrap(.stringOutOfBounds) { try transfer(string, slots) }
      expectTrap(.hostStringOutOfBounds) { try lift(string, slots) }
    }
    expectTrap(.stringTooLong) { try transfer(string, [0, 1 << 28]) }
    try transfer(string, [64, 0])
    let utf16 = Heap(size: 64, encoding: .utf16)
    expectTrap(.unalignedPointer) { try transfer(string, [1, 0], utf16) }
    expectTrap(.stringTooLong) { try transfer(string, [0, 1 << 27], utf16) }
    let compact = Heap(size: 64, encoding: .latin1UTF16)
    expectTrap(.unalignedPointer) { try transfer(string, [1, 0], compact) }
    expectTrap(.unalignedPointer) { try transfer(string, [1, 1 << 31], compact) }
    expectTrap(.stringOutOfBounds) { try transfer(string, [0, 1 << 31 | 33], compact) }
    let wide = Heap(size: 64, encoding: .latin1UTF16, is64: true)
    expectTrap(.stringTooLong) { try transfer(string, [0, 1 << 31 | 32], wide) }
    try transfer(string, [0, 1 << 63 | 32], wide)
    expectTrap(.stringOutOfBounds) { try transfer(string, [.max - 1, 2], wide) }
  }

  @Test func contentsOfStrings() throws {
    let string = [world.make(.string)]
    let invalid: [([UInt8], ComponentTrap.Reason)] = [
      ([0xff], .invalidUTF8), ([0x80], .invalidUTF8), ([0xc0, 0x80], .invalidUTF8),
      ([0xc1, 0xbf], .invalidUTF8), ([0xe0, 0x9f, 0xbf], .invalidUTF8),
      ([0xed, 0xa0, 0x80], .invalidUTF8), ([0xf0, 0x8f, 0xbf, 0xbf], .invalidUTF8),
      ([0xf4, 0x90, 0x80, 0x80], .invalidUTF8), ([0xf5, 0x80, 0x80, 0x80], .invalidUTF8),
      ([0xc3, 0x28], .invalidUTF8), ([0x61, 0xe2, 0x82, 0x28], .invalidUTF8),
      ([0xc3], .incompleteUTF8), ([0xe2, 0x82], .incompleteUTF8),
      ([0x61, 0xf0, 0x9f, 0x98], .incompleteUTF8),
    ]
    for (bytes, reason) in invalid {
      let heap = Heap(size: 64)
      // Behind enough ASCII to be looked at in other ways.
      for start in [0, 7, 8, 17] {
        heap.write([UInt8](repeating: 0x61, count: start) + bytes)
        expectTrap(reason) { try transfer(string, [0, UInt64(start + bytes.count)], heap) }
      }
    }
    for units in [[0xd800], [0xdc00], [0x61, 0xdbff, 0x61], [0xdc00, 0xd800]] as [[UInt16]] {
      let heap = Heap(size: 64, encoding: .utf16)
      heap.write(units.flatMap { [UInt8($0 & 0xff), UInt8($0 >> 8)] })
      expectTrap(.invalidUTF16) { try transfer(string, [0, UInt64(units.count)], heap) }
    }
  }

  @Test func pointersOfLists() throws {
    let list = [world.make.list(world.make(.u32))]
    expectTrap(.unalignedPointer) { try transfer(list, [2, 0]) }
    for slots in [[68, 0], [64, 1], [0, 17], [0xffff_fffc, 1]] as [[UInt64]] {
      expectTrap(.listOutOfBounds) { try transfer(list, slots) }
      expectTrap(.hostListOutOfBounds) { try lift(list, slots) }
    }
    expectTrap(.listTooLong) { try transfer(list, [0, 1 << 26]) }
    let wide = Heap(size: 64, is64: true)
    expectTrap(.listTooLong) { try transfer(list, [0, 1 << 62], wide) }
    expectTrap(.listTooLong) { try transfer(list, [0, .max], wide) }
    expectTrap(.listOutOfBounds) { try transfer(list, [.max - 3, 1], wide) }
    try transfer(list, [64, 0])
  }

  @Test func scalarsAndVariants() throws {
    let make = world.make
    for bits in [0xd800, 0xdfff, 0x110000, 0xffff_ffff] as [UInt64] {
      expectTrap(.invalidChar) { try transfer([make(.char)], [bits]) }
      let heap = Heap(size: 64)
      withUnsafeBytes(of: UInt32(bits)) { heap.write($0, at: 4) }
      expectTrap(.invalidChar) { try transfer([make.list(make(.char))], [0, 2], heap) }
    }
    let variant = make.variant(["a": make(.u8), "b": nil])
    for bits in [2, 3, 0xffff_ffff] as [UInt64] {
      expectTrap(.invalidDiscriminant) { try transfer([variant], [bits, 0]) }
      expectTrap(.invalidDiscriminant) { try transfer([make.option(make(.u8))], [bits, 0]) }
    }
    let heap = Heap(size: 64)
    heap[2] = 2
    expectTrap(.invalidDiscriminant) { try transfer([make.list(variant)], [0, 2], heap) }
  }

  @Test func spilledValues() throws {
    let make = world.make
    let many = [ValueTypeID](repeating: make(.u32), count: 17)
    expectTrap(.unalignedPointer) { try transfer(many, [2], Heap(size: 128)) }
    expectTrap(.pointerOutOfBounds) { try transfer(many, [64], Heap(size: 128)) }
    try transfer(many, [60], Heap(size: 128))
    let target = Heap(size: 128)
    target.answer = { _ in 2 }
    expectTrap(.unalignedPointer) { try transfer(many, [0], Heap(size: 128), target) }
    target.answer = { _ in 64 }
    expectTrap(.pointerOutOfBounds) { try transfer(many, [0], Heap(size: 128), target) }
    // Results go where the caller says.
    let plan = try world.plan(make.tuple(make(.u32), make(.u32)))
    for (outParam, reason) in [(1, .unalignedPointer), (60, .pointerOutOfBounds)]
      as [(UInt64, ComponentTrap.Reason)]
    {
      let (source, target) = (Heap(size: 64), Heap(size: 64))
      expectTrap(reason) {
        try Transfer.values(
          plan.ref, from: context(source.options, world.instance()), world.slots([0]),
          maxSource: 1, to: context(target.options, world.instance()), world.slots(),
          maxDestination: 1, outParam: outParam)
      }
    }
  }

  @Test func reallocations() throws {
    let make = world.make
    let list = [make.list(make(.u32))]
    let target = Heap(size: 64)
    for (pointer, reason, hostReason) in [
      (2, .unalignedPointer, .reallocUnaligned),
      (0xffff_ffff, .unalignedPointer, .reallocUnaligned),
      (68, .listOutOfBounds, .reallocOutOfBounds),
      (0xffff_fffc, .listOutOfBounds, .reallocOutOfBounds),
    ] as [(UInt64, ComponentTrap.Reason, ComponentTrap.Reason)] {
      target.answer = { _ in pointer }
      expectTrap(reason) { try transfer(list, [0, 0], Heap(size: 64), target) }
      expectTrap(hostReason) {
        try LowerValue.values(
          world.plan(list), [.list([])], to: context(target.options, world.instance()),
          world.slots(), maxDestination: 16)
      }
    }
    target.answer = { _ in 65 }
    expectTrap(.stringOutOfBounds) {
      try transfer([make(.string)], [0, 0], Heap(size: 64), target)
    }
    target.answer = { _ in nil }
    expectTrap(.guestCode) { try transfer(list, [0, 0], Heap(size: 64), target) }
  }

  // MARK: Handles

  @Test func handlesInValues() throws {
    let make = world.make
    let definer = try world.instance()
    let (source, target) = (try world.instance(), try world.instance())
    let rt = try world.store.newResourceType(impl: definer, dtor: nil)
    let other = try world.store.newResourceType(impl: definer, dtor: nil)
    let own = make.own(rt)
    expectTrap(.unknownHandle) { try transfer([own], [1], from: source) }
    let index = try source.add(Handle(own: 5, other))
    expectTrap(.wrongHandleType) { try transfer([own], [UInt64(index)], from: source) }
    let set = try source.canonWaitableSetNew()
    expectTrap(.wrongHandleType) { try transfer([own], [UInt64(set)], from: source) }
    let good = try source.add(Handle(own: 6, rt))
    try transfer([make.list(own, 1)], [UInt64(good)], from: source, to: target)
    #expect(try target.canonResourceRep(rt, 1) == 6)
    #expect(source.pointee.handles.count == 2)
    expectTrap(.unknownHandle) { try transfer([own], [UInt64(good)], from: source) }
  }

  @Test func streamsInValues() throws {
    let make = world.make
    let u8 = make(.u8)
    let (stream, future) = (make.make(.stream(u8)), make.make(.future(u8)))
    let t = world.typeID(u8)
    let (source, target) = (try world.instance(), try world.instance())
    let ends = try source.canonCopyNew(isFuture: false, t, isNoneOrNumberType: true)
    let (readable, writable) = (ends & 0xffff_ffff, ends >> 32)
    expectTrap(.wrongHandleType) { try transfer([stream], [writable], from: source) }
    expectTrap(.wrongHandleType) { try transfer([future], [readable], from: source) }
    expectTrap(.wrongHandleType) {
      try transfer([make.make(.stream(make(.u16)))], [readable], from: source)
    }
    try transfer([stream], [readable], from: source, to: target)
    #expect(target.pointee.handles.count == 1)
    #expect(source.pointee.handles.count == 1)
    #expect(world.store.liveCounts.copyEnds == 2)
    let set = try target.canonWaitableSetNew()
    try target.canonWaitableJoin(1, set)
    expectTrap(.streamInSet) { try transfer([stream], [1], from: target) }
    try target.canonWaitableJoin(1, 0)
    try target.canonCopyDrop(.readableStream, t, 1)
    try source.canonCopyDrop(.writableStream, t, UInt32(writable))
    #expect(world.store.liveCounts.streamsAndFutures == 0)
  }

  // MARK: Order

  @Test func liftingTrapsBeforeLowering() throws {
    let make = world.make
    let target = Heap(size: 64)
    let instance = try world.instance()
    let rt = try world.store.newResourceType(impl: instance, dtor: nil)
    let string = make(.string)
    for answer in [{ _ in nil }, { _ in 0xffff }, { _ in 3 }] as [([UInt64]) -> UInt64?] {
      target.answer = answer
      let list = make.list(make(.u16))
      expectTrap(.invalidChar) {
        try transfer([list, make(.char)], [0, 0, 0xd800], Heap(size: 64), target)
      }
      expectTrap(.stringOutOfBounds) {
        try transfer([list, string], [0, 0, 65, 0], Heap(size: 64), target)
      }
      expectTrap(.invalidChar) {
        try transfer([make.list(make(.char))], [0, 1], spoiltChar(), target)
      }
      // Handles that were lifted before the failure are not lifted again.
      let (one, two) = (
        try instance.add(Handle(own: 1, rt)), try instance.add(Handle(own: 2, rt))
      )
      let own = make.own(rt)
      expectTrap(.unknownHandle) {
        try transfer(
          [own, own, list, own], [UInt64(one), UInt64(two), 0, 0, UInt64(one)], Heap(size: 64),
          target, from: instance)
      }
    }
    target.answer = { _ in nil }
    expectTrap(.guestCode) {
      try transfer([string, make(.char)], [0, 0, 65], Heap(size: 64), target)
    }
  }

  private func spoiltChar() -> Heap {
    let heap = Heap(size: 64)
    heap.write([0, 0xd8, 0, 0])
    return heap
  }

  @Test func liftingTrapsBeforeTheBorrowCheck() throws {
    let plan = try world.plan(world.make(.char))
    let heap = Heap(size: 0)
    let from = context(heap.options, try world.instance())
    expectTrap(.invalidChar) {
      try LiftCheck.values(plan.ref, from: from, world.slots([0xd800]), maxSource: 1)
    }
    try LiftCheck.values(plan.ref, from: from, world.slots([0x41]), maxSource: 1)
  }

  @Test func noMoreIsLiftedForTheHostThanAllowed() throws {
    var limits = StateLimits()
    limits.hostValueBytes = 1 << 20
    let world = World(limits: limits)
    let make = world.make
    // 4000 lists, each all of memory.
    let heap = Heap(size: 32_000)
    heap.write((0..<4000).flatMap { _ in [0, 0, 0, 0, 0, 125, 0, 0] as [UInt8] })
    let plan = try world.plan(make.list(make.list(make(.u8))))
    let from = context(heap.options, try world.instance())
    expectTrap(.hostValueTooLarge) {
      _ = try LiftValue.values(plan, from: from, world.slots([0, 4000]), maxSource: 16)
    }
  }
}
