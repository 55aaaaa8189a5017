// What is passed from the host to a guest, on to another guest and back is what it was; and what is spoilt on the way
// is noticed for the reason that the specification gives.

import Testing
import WasmSyntax

@testable import ComponentRuntime
@testable import WasmValidation

@Suite struct PropertyTests {
  private static let encodings: [StringEncoding] = [.utf8, .utf16, .latin1UTF16]

  @Test(arguments: 0..<40 as Range<UInt64>) func valuesComeBackEqual(seed: UInt64) throws {
    let world = World()
    var random = RandomValues(seed: seed, world.make)
    for _ in 0..<5 {
      let types = random.types(1...5, 4)
      let values = types.map { random.value($0) }
      let plan = try world.plan(types)
      for source in Self.encodings {
        for target in Self.encodings {
          let sizes = (random.number(0...1) == 1, random.number(0...1) == 1)
          let returned = try pass(
            values, plan, world, Heap(size: 30_000, encoding: source, is64: sizes.0),
            Heap(size: 30_000, encoding: target, is64: sizes.1))
          #expect(returned == values)
        }
      }
    }
  }

  private func pass(
    _ values: [ComponentValue], _ plan: BoundPlan, _ world: World, _ source: Heap, _ target: Heap
  ) throws -> [ComponentValue] {
    let from = context(source.options, try world.instance())
    let to = context(target.options, try world.instance())
    let (slots, destination) = (Slots(), Slots())
    try ValueCheck.values(plan, values, world.store, is64: source.options.pointee.is64)
    try LowerValue.values(plan, values, to: from, slots.pointer, maxDestination: 16)
    try Transfer.values(
      plan.ref, from: from, slots.pointer, maxSource: 16, to: to, destination.pointer,
      maxDestination: 16)
    return try LiftValue.values(plan, from: to, destination.pointer, maxSource: 16)
  }

  /// Results have one slot and go where the caller says; asynchronous calls have four for parameters.
  @Test(arguments: 0..<40 as Range<UInt64>) func otherLimitsOfSlots(seed: UInt64) throws {
    let world = World()
    var random = RandomValues(seed: seed + 1000, world.make)
    for maxSource in [1, 4, 16] {
      for maxTarget in [0, 1, 16] {
        let types = random.types(1...3, 3)
        let values = types.map { random.value($0) }
        let plan = try world.plan(types)
        let (source, target) = (Heap(size: 30_000), Heap(size: 30_000, is64: true))
        let from = context(source.options, try world.instance())
        let to = context(target.options, try world.instance())
        let (slots, destination) = (Slots(), Slots())
        try LowerValue.values(plan, values, to: from, slots.pointer, maxDestination: maxSource)
        let outParam: UInt64 = 20_000
        try Transfer.values(
          plan.ref, from: from, slots.pointer, maxSource: maxSource, to: to, destination.pointer,
          maxDestination: maxTarget, outParam: outParam)
        if !plan.ref.isFlat(maxTarget) { destination[0] = outParam }
        let returned = try LiftValue.values(
          plan, from: to, destination.pointer, maxSource: maxTarget)
        #expect(returned == values)
      }
    }
  }

  /// Whatever the bytes, two guests and the host agree about what is wrong with them.
  @Test(arguments: 0..<60 as Range<UInt64>) func spoiltBytes(seed: UInt64) throws {
    let world = World()
    var random = RandomValues(seed: seed + 2000, world.make)
    for _ in 0..<20 {
      let types = random.types(1...3, 3)
      let plan = try world.plan(types)
      let encoding = Self.encodings[random.number(0...2)]
      let source = Heap(size: 2_000, encoding: encoding, is64: random.number(0...1) == 1)
      let from = context(source.options, try world.instance())
      let slots = Slots()
      try LowerValue.values(
        plan, types.map { random.value($0) }, to: from, slots.pointer, maxDestination: 16)
      source.memory.pointee.size = 600
      for _ in 0..<random.number(1...3) {
        if random.number(0...3) == 0 {
          let slot = random.number(0...15)
          slots[slot] ^= 1 << UInt64(random.number(0...40))
        } else {
          source[UInt64(random.number(8...200))] = UInt8(random.number(0...255))
        }
      }
      var host: ComponentTrap.Reason?
      do {
        _ = try LiftValue.values(plan, from: from, slots.pointer, maxSource: 16)
      } catch { host = error.reason }
      var guest: ComponentTrap.Reason?
      let target = Heap(size: 200_000, encoding: .utf8)
      target.answer = random.number(0...2) == 0 ? { _ in nil } : nil
      let to = context(target.options, try world.instance())
      do {
        try Transfer.values(
          plan.ref, from: from, slots.pointer, maxSource: 16, to: to, Slots().pointer,
          maxDestination: 16)
      } catch { guest = error.reason }
      if guest != .guestCode || host != nil { #expect(guest?.amongGuests == host?.amongGuests) }
    }
  }
}

extension ComponentTrap.Reason {
  /// The same check in the words for two guests.
  fileprivate var amongGuests: Self {
    switch self {
    case .hostStringOutOfBounds: .stringOutOfBounds
    case .hostListOutOfBounds: .listOutOfBounds
    default: self
    }
  }
}
