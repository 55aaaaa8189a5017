// Values of static Swift types, lifted and lowered without boxes: what a typed embedding is made of.

import Testing
import WasmSyntax

@testable import ComponentRuntime
@testable import WasmValidation

@Suite struct TypedAccessTests {
  private struct Person: Equatable {
    var name: String
    var scores: [UInt32]
    var height: Double?
  }

  private func lower(
    _ person: Person, _ node: PlanNodeRef, _ place: Place, _ to: ContextRef
  ) throws(ComponentTrap) {
    let parts = node.pointee.parts
    try to.lowerString(person.name, place.field(parts[0], to.is64))
    guard let list = parts[1].node, let element = list.pointee.element,
      let option = parts[2].node, let payload = option.pointee.parts[1].node
    else { throw ComponentTrap(.bug) }
    let count = UInt64(person.scores.count)
    let address = try to.allocateList(count, element)
    person.scores.withUnsafeBytes {
      UnsafeMutableRawBufferPointer(start: to.bytes(address), count: $0.count)
        .copyMemory(from: $0)
    }
    to.lowerList(address, count, place.field(parts[1], to.is64))
    let height = place.field(parts[2], to.is64)
    if let value = person.height {
      to.lowerScalar(value.bitPattern, payload, height.payload(option, to.is64))
    }
    to.lowerDiscriminant(person.height == nil ? 0 : 1, option, height)
  }

  private func lift(
    _ node: PlanNodeRef, _ place: Place, _ from: ContextRef
  ) throws(ComponentTrap) -> Person {
    let parts = node.pointee.parts
    let name = try from.liftString(place.field(parts[0], from.is64)).value
    guard let list = parts[1].node, let element = list.pointee.element,
      let option = parts[2].node, let payload = option.pointee.parts[1].node
    else { throw ComponentTrap(.bug) }
    let (address, length) = try from.liftList(element, place.field(parts[1], from.is64))
    let bytes = UnsafeRawBufferPointer(start: from.bytes(address), count: Int(length) * 4)
    let scores = (0..<Int(length)).map {
      bytes.loadUnaligned(fromByteOffset: $0 * 4, as: UInt32.self)
    }
    let height = place.field(parts[2], from.is64)
    guard try from.liftDiscriminant(option, height) == 1 else {
      return Person(name: name, scores: scores, height: nil)
    }
    let bits = try from.liftScalar(payload, height.payload(option, from.is64))
    return Person(name: name, scores: scores, height: Double(bitPattern: bits))
  }

  @Test(arguments: [false, true], [1, 16]) func aRecord(is64: Bool, maxFlat: Int) throws {
    let world = World()
    let make = world.make
    let type = make.record([
      "name": make(.string), "scores": make.list(make(.u32)), "height": make.option(make(.f64)),
    ])
    let plan = try world.plan(type)
    let node = try #require(plan.plan.root.pointee.parts.first?.node)
    let heap = Heap(size: 1000, encoding: .utf16, is64: is64)
    let context = ComponentRuntimeTests.context(heap.options, try world.instance())
    for person in [
      Person(name: "Ada", scores: [1, 2, .max], height: 1.65),
      Person(name: "Éva 😀", scores: [], height: nil),
    ] {
      let slots = world.slots()
      let target = try context.lowerPlace(plan.ref, slots, maxFlat: maxFlat)
      try lower(person, node, target, context)
      let source = try context.liftPlace(plan.ref, slots, maxFlat: maxFlat)
      #expect(try lift(node, source, context) == person)
      // The same as boxed values.
      let boxed = try LiftValue.values(plan, from: context, slots, maxSource: maxFlat)
      #expect(
        boxed == [
          .record([
            .init("name", .string(person.name)),
            .init("scores", .list(person.scores.map { .u32($0) })),
            .init("height", .option(person.height.map { .f64($0) })),
          ])
        ])
    }
  }
}
