// Types as deep as the validator lets them be, on a stack of the size that threads of Swift's pool have.

import TestSupport
import Testing
import WasmSyntax

@testable import ComponentRuntime
@testable import WasmValidation

@Suite struct DeepTypeTests {
  private enum Shape: CaseIterable {
    case list
    case tuple
    case option
    case result
    case fixedLengthList
    case record
    case variant
  }

  @Test(arguments: [0, 1, 2, 3, 4, 5, 6]) func everyWalk(shape: Int) throws {
    try onSmallStack {
      let world = World()
      let make = world.make
      let depth = ImplementationLimits().componentNesting - 1
      var type = make(.u8)
      var value = ComponentValue.u8(7)
      for _ in 1..<depth {
        switch Shape.allCases[shape] {
        case .list: (type, value) = (make.list(type), .list([value]))
        case .tuple: (type, value) = (make.tuple(type), .tuple([value]))
        case .option: (type, value) = (make.option(type), .option(value))
        case .result: (type, value) = (make.result(nil, type), .result(.error(value)))
        case .fixedLengthList: (type, value) = (make.list(type, 1), .list([value]))
        case .record: (type, value) = (make.record(["a": type]), .record([.init("a", value)]))
        case .variant:
          (type, value) = (make.variant(["a": type]), .variant(label: "a", payload: value))
        }
      }
      let plan = try world.plan(type)
      let (source, target) = (Heap(size: 10_000), Heap(size: 10_000, is64: true))
      let from = context(source.options, try world.instance())
      let to = context(target.options, try world.instance())
      let (slots, destination) = (world.slots(), world.slots())
      try ValueCheck.values(plan, [value], world.store, is64: false)
      try LowerValue.values(plan, [value], to: from, slots, maxDestination: 16)
      try LiftCheck.values(plan.ref, from: from, slots, maxSource: 16)
      try Transfer.values(
        plan.ref, from: from, slots, maxSource: 16, to: to, destination, maxDestination: 16)
      let lifted = try LiftValue.values(plan, from: to, destination, maxSource: 16)
      #expect(lifted[0] == value)
      #expect(lifted[0].hashValue == value.hashValue)
      let text = WavePrinter.text(value)
      let isSame = try WaveReader.value(text, type, in: make.types) == value
      #expect(isSame)
      #expect(world.typeID(type) != .none)
    }
  }
}
