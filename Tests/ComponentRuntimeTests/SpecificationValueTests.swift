// The cases of the specification's run_tests.py that concern values, under its function names.

import Testing
import WasmSyntax

@testable import ComponentRuntime
@testable import WasmValidation

@Suite struct SpecificationValueTests {
  private let world = World()

  /// Lifts slots, compares, passes the value to another instance and compares again. nil expects a trap.
  private func test(
    _ type: ValueTypeID, _ slots: [UInt64], _ expected: ComponentValue?,
    _ heap: Heap = Heap(size: 0), target: StringEncoding? = nil,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let plan = try world.plan(type)
    let instance = try world.instance()
    let from = context(heap.options, instance)
    let source = Slots(slots)
    guard let expected else {
      #expect(throws: ComponentTrap.self, sourceLocation: sourceLocation) {
        try LiftValue.values(plan, from: from, source.pointer, maxSource: 16)
      }
      return
    }
    let lifted = try LiftValue.values(plan, from: from, source.pointer, maxSource: 16)
    #expect(lifted == [expected], sourceLocation: sourceLocation)
    let size = 5 * Int(heap.memory.pointee.size) + 64
    let is64 = heap.options.pointee.is64
    let encoding = target ?? heap.options.pointee.stringEncoding
    let other = Heap(size: size, encoding: encoding, is64: is64)
    let to = context(other.options, try world.instance())
    let destination = Slots()
    try Transfer.values(
      plan.ref, from: from, source.pointer, maxSource: 16, to: to, destination.pointer,
      maxDestination: 16)
    let again = try LiftValue.values(plan, from: to, destination.pointer, maxSource: 16)
    #expect(again == [expected], sourceLocation: sourceLocation)
  }

  private func testPairs(
    _ type: PrimitiveValType, _ pairs: [(UInt64, ComponentValue?)]
  ) throws {
    for (slot, value) in pairs { try test(world.make(type), [slot], value) }
  }

  @Test func testFlatValues() throws {
    let make = world.make
    let (u8, u16, u32) = (make(.u8), make(.u16), make(.u32))
    try test(
      make.record(["x": u8, "y": u16, "z": u32]), [1, 2, 3],
      .record([.init("x", .u8(1)), .init("y", .u16(2)), .init("z", .u32(3))]))
    try test(
      make.tuple(make.tuple(u8, u8), u8), [1, 2, 3], .tuple([.tuple([.u8(1), .u8(2)]), .u8(3)]))
    try test(make.list(u8, 3), [1, 2, 3], .list([.u8(1), .u8(2), .u8(3)]))
    try test(
      make.list(make.list(u8, 2), 3), [1, 2, 3, 4, 5, 6],
      .list([
        .list([.u8(1), .u8(2)]), .list([.u8(3), .u8(4)]), .list([.u8(5), .u8(6)]),
      ]))
    let flags = make.flags("a", "b")
    for (bits, labels) in [(0, []), (2, ["b"]), (3, ["a", "b"]), (4, [])] as [(UInt64, [String])] {
      try test(flags, [bits], .flags(labels))
    }
    let labels = (0..<32).map { "f\($0)" }
    try test(make.make(.flags(labels)), [0xffff_ffff], .flags(labels))
  }

  @Test func testVariants() throws {
    let make = world.make
    let (u8, u32, f32) = (make(.u8), make(.u32), make(.f32))
    let xyz = make.variant(["x": u8, "y": f32, "z": nil])
    try test(xyz, [0, 42], .variant(label: "x", payload: .u8(42)))
    try test(xyz, [0, 256], .variant(label: "x", payload: .u8(0)))
    try test(xyz, [1, 0x4048_f5c3], .variant(label: "y", payload: .f32(3.14)))
    try test(xyz, [2, 0xffff_ffff], .variant(label: "z", payload: nil))
    try test(xyz, [3, 0], nil)
    let option = make.option(f32)
    let bits = UInt64(Float(3.14).bitPattern)
    try test(option, [0, bits], .option(nil))
    try test(option, [1, bits], .option(.f32(3.14)))
    let result = make.result(u8, u32)
    try test(result, [0, 42], .result(.ok(.u8(42))))
    try test(result, [1, 1000], .result(.error(.u32(1000))))
    let mixed = make.variant(["f": f32, "l": make(.u64), "d": make(.f64), "i": u32])
    try test(mixed, [0, 0xffff_ffff_4048_f5c3], .variant(label: "f", payload: .f32(3.14)))
    try test(mixed, [1, .max], .variant(label: "l", payload: .u64(.max)))
    try test(mixed, [2, 3.14.bitPattern], .variant(label: "d", payload: .f64(3.14)))
    try test(mixed, [3, 0xdead_beef_0000_0007], .variant(label: "i", payload: .u32(7)))
  }

  @Test func testPairs() throws {
    let big: UInt64 = 1 << 32
    try testPairs(
      .bool, [(0, .bool(false)), (1, .bool(true)), (2, .bool(true)), (big - 1, .bool(true))])
    try testPairs(
      .u8,
      [
        (127, .u8(127)), (128, .u8(128)), (255, .u8(255)), (256, .u8(0)), (big - 1, .u8(255)),
        (big - 128, .u8(128)), (big - 129, .u8(127)),
      ])
    try testPairs(
      .s8,
      [
        (127, .s8(127)), (128, .s8(-128)), (255, .s8(-1)), (256, .s8(0)), (big - 1, .s8(-1)),
        (big - 128, .s8(-128)), (big - 129, .s8(127)),
      ])
    try testPairs(
      .u16,
      [
        (32767, .u16(32767)), (32768, .u16(32768)), (65535, .u16(65535)), (65536, .u16(0)),
        (big - 1, .u16(65535)), (big - 32768, .u16(32768)), (big - 32769, .u16(32767)),
      ])
    try testPairs(
      .s16,
      [
        (32767, .s16(32767)), (32768, .s16(-32768)), (65535, .s16(-1)), (65536, .s16(0)),
        (big - 1, .s16(-1)), (big - 32768, .s16(-32768)), (big - 32769, .s16(32767)),
      ])
    try testPairs(
      .u32, [(big / 2 - 1, .u32(.max / 2)), (big / 2, .u32(1 << 31)), (big - 1, .u32(.max))])
    try testPairs(
      .s32, [(big / 2 - 1, .s32(.max)), (big / 2, .s32(.min)), (big - 1, .s32(-1))])
    try testPairs(.u64, [(.max / 2, .u64(.max / 2)), (1 << 63, .u64(1 << 63)), (.max, .u64(.max))])
    try testPairs(.s64, [(.max / 2, .s64(.max)), (1 << 63, .s64(.min)), (.max, .s64(-1))])
    try testPairs(.f32, [(UInt64(Float(3.14).bitPattern), .f32(3.14))])
    try testPairs(.f64, [(3.14.bitPattern, .f64(3.14))])
    try testPairs(
      .char,
      [
        (0, .char("\0")), (65, .char("A")), (0xd7ff, .char("\u{d7ff}")), (0xd800, nil),
        (0xdfff, nil), (0xe000, .char("\u{e000}")), (0x10ffff, .char("\u{10ffff}")),
        (0x110000, nil), (0xffff_ffff, nil),
      ])
    let ab = world.make.make(.enum(["a", "b"]))
    try test(ab, [0], .enum("a"))
    try test(ab, [1], .enum("b"))
    try test(ab, [2], nil)
  }

  private func nanTest(
    _ type: PrimitiveValType, _ bits: UInt64, _ expected: UInt64, size: Int
  ) throws {
    let heap = Heap(size: 64)
    withUnsafeBytes(of: bits) { heap.write($0.prefix(size), at: 8) }
    let from = context(heap.options, try world.instance())
    let plan = try world.plan(world.make(type))
    let node = try #require(plan.plan.root.pointee.parts.first?.node)
    #expect(try from.liftScalar(node, Place(slots: world.slots([bits]))) == expected)
    #expect(try from.liftScalar(node, Place(address: 8)) == expected)
    // A list of floats is not copied as it is.
    let list = try world.plan(world.make.list(world.make(type)))
    let other = Heap(size: 64)
    let destination = Slots()
    try Transfer.values(
      list.ref, from: from, world.slots([8, 1]), maxSource: 16,
      to: context(other.options, try world.instance()), destination.pointer,
      maxDestination: 16)
    let copied = other.read(size, at: destination[0])
    #expect(copied == withUnsafeBytes(of: expected) { Array($0.prefix(size)) })
  }

  @Test func testNan32() throws {
    for (bits, expected) in [
      (0x7fc0_0000, 0x7fc0_0000), (0x7fc0_0001, 0x7fc0_0000), (0x7fe0_0000, 0x7fc0_0000),
      (0x7fff_ffff, 0x7fc0_0000), (0xffff_ffff, 0x7fc0_0000), (0x7f80_0000, 0x7f80_0000),
      (0x3fc0_0000, 0x3fc0_0000), (0x8000_0000, 0x8000_0000), (0xff80_0000, 0xff80_0000),
    ] as [(UInt64, UInt64)] {
      try nanTest(.f32, bits, expected, size: 4)
    }
  }

  @Test func testNan64() throws {
    let nan: UInt64 = 0x7ff8_0000_0000_0000
    for (bits, expected) in [
      (nan, nan), (nan + 1, nan), (0x7ffc_0000_0000_0000, nan), (0x7fff_ffff_ffff_ffff, nan),
      (.max, nan), (0x7ff0_0000_0000_0000, 0x7ff0_0000_0000_0000),
      (0x3ff0_0000_0000_0000, 0x3ff0_0000_0000_0000), (1 << 63, 1 << 63),
    ] as [(UInt64, UInt64)] {
      try nanTest(.f64, bits, expected, size: 8)
    }
  }

  // MARK: Strings

  private static let strings = [
    "", "a", "hi", "\0", "a\0b", "\u{80}", "\u{80}b", "ab\u{ef}c", "\u{1ff}y", "xy\u{1ff}",
    "a\u{d7ff}b", "a\u{2ff}\u{3ff}\u{4ff}bc", "\u{f123}", "\u{f123}\u{f123}abc",
    "abcdef\u{f123}", "x\u{1f600}y", "\u{10ffff}",
  ]

  private func encode(_ string: String, _ encoding: StringEncoding) -> [(
    bytes: [UInt8], units: UInt64, isTagged: Bool
  )] {
    let utf16 = string.utf16.flatMap { [UInt8($0 & 0xff), UInt8($0 >> 8)] }
    switch encoding {
    case .utf8: return [(Array(string.utf8), UInt64(string.utf8.count), false)]
    case .utf16: return [(utf16, UInt64(string.utf16.count), false)]
    case .latin1UTF16:
      let wide = [(bytes: utf16, units: UInt64(string.utf16.count), isTagged: true)]
      guard string.unicodeScalars.allSatisfy({ $0.value < 256 }) else { return wide }
      let latin1 = string.unicodeScalars.map { UInt8($0.value) }
      return wide + [(bytes: latin1, units: UInt64(latin1.count), isTagged: false)]
    }
  }

  @Test(arguments: [false, true]) func testString(is64: Bool) throws {
    for source in [StringEncoding.utf8, .utf16, .latin1UTF16] {
      for target in [StringEncoding.utf8, .utf16, .latin1UTF16] {
        for string in Self.strings {
          for form in encode(string, source) {
            let heap = Heap(size: form.bytes.count, encoding: source, is64: is64)
            heap.write(form.bytes)
            let tag: UInt64 = form.isTagged ? (is64 ? 1 << 63 : 1 << 31) : 0
            try test(
              world.make(.string), [0, form.units | tag], .string(string), heap, target: target)
          }
        }
      }
    }
  }

  // MARK: Memory

  private func testHeap(
    _ type: ValueTypeID, _ expected: ComponentValue?, _ slots: [UInt64], _ bytes: [UInt8],
    is64: Bool = false, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let heap = Heap(size: bytes.count, is64: is64)
    heap.write(bytes)
    try test(type, slots, expected, heap, sourceLocation: sourceLocation)
  }

  @Test func testHeap() throws {
    let make = world.make
    let bools = ComponentValue.list([.bool(true), .bool(false), .bool(true)])
    try testHeap(make.list(make(.bool)), bools, [0, 3], [1, 0, 1])
    try testHeap(make.list(make(.bool)), bools, [0, 3], [1, 0, 2])
    try testHeap(make.list(make(.bool)), bools, [3, 3], [255, 255, 255, 1, 0, 1])
    let u8s = ComponentValue.list([.u8(1), .u8(2), .u8(3)])
    try testHeap(make.list(make(.u8)), u8s, [0, 3], [1, 2, 3])
    let u16s = ComponentValue.list([.u16(1), .u16(2), .u16(3)])
    try testHeap(make.list(make(.u16)), u16s, [0, 3], [1, 0, 2, 0, 3, 0])
    try testHeap(make.list(make(.u16)), nil, [1, 3], [0, 1, 0, 2, 0, 3, 0])
    try testHeap(
      make.list(make(.u32)), .list([.u32(1), .u32(2)]), [0, 2], [1, 0, 0, 0, 2, 0, 0, 0])
    try testHeap(
      make.list(make(.s8)), .list([.s8(-1), .s8(-2), .s8(-3)]), [0, 3], [255, 254, 253])
    try testHeap(
      make.list(make(.s16)), .list([.s16(-1), .s16(-2)]), [0, 2], [255, 255, 254, 255])
    try testHeap(
      make.list(make(.s64)), .list([.s64(-1)]), [0, 1], Array(repeating: 255, count: 8))
    try testHeap(
      make.list(make(.char)), .list([.char("A"), .char("c")]), [0, 2], [65, 0, 0, 0, 99, 0, 0, 0])
    try testHeap(make.list(make(.char)), nil, [0, 1], [0, 0xd8, 0, 0])
    let words = ComponentValue.list([.string("hi"), .string("wat")])
    let text: [UInt8] = [0x68, 0x69, 15, 15, 15, 0x77, 0x61, 0x74]
    try testHeap(
      make.list(make(.string)), words, [0, 2],
      [16, 0, 0, 0, 2, 0, 0, 0, 21, 0, 0, 0, 3, 0, 0, 0] + text)
    let wide: [UInt8] = ([32, 2, 37, 3] as [UInt8]).flatMap {
      [$0, 0, 0, 0, 0, 0, 0, 0] as [UInt8]
    }
    try testHeap(make.list(make(.string)), words, [0, 2], wide + text, is64: true)
    let lists = ComponentValue.list([
      .list([.u8(3), .u8(4), .u8(5)]), .list([]), .list([.u8(6), .u8(7)]),
    ])
    let listOfLists = make.list(make.list(make(.u8)))
    let pairs: [UInt8] = ([24, 3, 0, 0, 27, 2] as [UInt8]).flatMap { [$0, 0, 0, 0] }
    try testHeap(listOfLists, lists, [0, 3], pairs + [3, 4, 5, 6, 7])
    let widePairs: [UInt8] = ([48, 3, 0, 0, 51, 2] as [UInt8]).flatMap {
      [$0, 0, 0, 0, 0, 0, 0, 0]
    }
    try testHeap(listOfLists, lists, [0, 3], widePairs + [3, 4, 5, 6, 7], is64: true)
    let u16Lists = make.list(make.list(make(.u16)))
    try testHeap(
      u16Lists, .list([.list([.u16(5), .u16(6)])]), [0, 1], [8, 0, 0, 0, 2, 0, 0, 0, 5, 0, 6, 0])
    try testHeap(u16Lists, nil, [0, 1], [9, 0, 0, 0, 2, 0, 0, 0, 0, 5, 0, 6, 0])
    let u32Pairs = make.list(make.list(make(.u32), 2))
    let numbers: [UInt8] = ([1, 2, 3, 4] as [UInt8]).flatMap { [$0, 0, 0, 0] }
    try testHeap(
      u32Pairs, .list([.list([.u32(1), .u32(2)]), .list([.u32(3), .u32(4)])]), [0, 2], numbers)
    try testHeap(u32Pairs, nil, [1, 2], [0] + numbers)
  }

  @Test func testHeapRecords() throws {
    let make = world.make
    let (u8, u16, u32) = (make(.u8), make(.u16), make(.u32))
    try testHeap(
      make.list(make.tuple(u8, u8, u16, u32)),
      .list([
        .tuple([.u8(6), .u8(7), .u16(8), .u32(9)]), .tuple([.u8(4), .u8(5), .u16(6), .u32(7)]),
      ]), [0, 2], [6, 7, 8, 0, 9, 0, 0, 0, 4, 5, 6, 0, 7, 0, 0, 0])
    try testHeap(
      make.list(make.tuple(u8, u16, u8, u32)),
      .list([.tuple([.u8(6), .u16(7), .u8(8), .u32(9)])]), [0, 1],
      [6, 255, 7, 0, 8, 255, 255, 255, 9, 0, 0, 0])
    try testHeap(
      make.list(make.tuple(make.tuple(u16, u8), u8)),
      .list([.tuple([.tuple([.u16(4), .u8(5)]), .u8(6)])]), [0, 1], [4, 0, 5, 255, 6, 255])
    try testHeap(
      make.list(make.flags("a", "b")), .list([.flags([]), .flags(["b"]), .flags([])]), [0, 3],
      [0, 2, 4])
    let nine = (0..<9).map { "f\($0)" }
    try testHeap(
      make.list(make.make(.flags(nine))), .list([.flags(nine), .flags([])]), [0, 2],
      [0xff, 0x3, 0, 0])
    let seventeen = (0..<17).map { "f\($0)" }
    try testHeap(
      make.list(make.make(.flags(seventeen))), .list([.flags(seventeen), .flags([])]), [0, 2],
      [0xff, 0xff, 0x3, 0, 0, 0, 0, 0])
    try testHeap(
      make.map(u8, u16), .map([.init(.u8(42), .u16(83)), .init(.u8(43), .u16(84))]), [0, 2],
      [42, 255, 83, 0, 43, 255, 84, 0])
  }

  // MARK: Functions

  @Test(arguments: [AddressType.i32, .i64]) func testFlatten(pointer: AddressType) throws {
    let make = world.make
    let (u8, f32, f64) = (make(.u8), make(.f32), make(.f64))
    func check(
      _ parameters: [ValueTypeID], _ result: ValueTypeID?, _ flat: [ValueType],
      _ flatResults: [ValueType]
    ) {
      let type = ResolvedFunctionType(
        isAsync: false,
        parameters: parameters.enumerated().map {
          ResolvedField(label: "p\($0.offset)", type: $0.element)
        }, result: result)
      let parameters = flat.count > 16 ? [pointer.valueType] : flat
      let spills = flatResults.count > 1
      let lift = make.types.flattenForLift(
        type, pointer: pointer, isAsync: false, hasCallback: false)
      #expect(lift.type.parameters == parameters)
      #expect(lift.type.results == (spills ? [pointer.valueType] : flatResults))
      let lower = make.types.flattenForLower(type, pointer: pointer, isAsync: false)
      #expect(lower.type.parameters == parameters + (spills ? [pointer.valueType] : []))
      #expect(lower.type.results == (spills ? [] : flatResults))
    }
    let three: [ValueType] = [.i32, .f32, .f64]
    check([u8, f32, f64], nil, three, [])
    check([u8, f32, f64], f32, three, [.f32])
    check([u8, f32, f64], u8, three, [.i32])
    check([u8, f32, f64], make.tuple(f32), three, [.f32])
    check([u8, f32, f64], make.tuple(f32, f32), three, [.f32, .f32])
    let many = [ValueTypeID](repeating: u8, count: 17)
    check(many, nil, [ValueType](repeating: .i32, count: 17), [])
    check(many, make.tuple(u8, u8), [ValueType](repeating: .i32, count: 17), [.i32, .i32])
  }

  @Test(arguments: [false, true]) func testRoundtrips(is64: Bool) throws {
    let make = world.make
    let string = make(.string)
    let sixteen = [ValueTypeID](repeating: make(.u32), count: 16)
    let wide = make.make(.tuple(sixteen + [string]))
    let numbers = (1...16).map { ComponentValue.u32($0) }
    let cases: [(ValueTypeID, ComponentValue)] = [
      (make(.s8), .s8(-1)),
      (make.tuple(make(.u16), make(.u16)), .tuple([.u16(3), .u16(4)])),
      (make.list(string), .list([.string("hello there")])),
      (
        make.list(make.list(string)),
        .list([.list([.string("one"), .string("two")]), .list([.string("three")])])
      ),
      (
        make.list(make.option(make.tuple(string, make(.u16)))),
        .list([.option(.tuple([.string("answer"), .u16(42)]))])
      ),
      (
        make.variant(["x": wide]),
        .variant(label: "x", payload: .tuple(numbers + [.string("wat")]))
      ),
    ]
    for (type, value) in cases {
      let plan = try world.plan(type)
      let heap = Heap(size: 1000, is64: is64)
      let context = ComponentRuntimeTests.context(heap.options, try world.instance())
      let slots = Slots()
      try ValueCheck.values(plan, [value], world.store, is64: is64)
      try LowerValue.values(plan, [value], to: context, slots.pointer, maxDestination: 16)
      let lifted = try LiftValue.values(plan, from: context, slots.pointer, maxSource: 16)
      #expect(lifted == [value])
    }
  }

  /// What of `test_cross_component_realloc` is the conversion's: the tasks are the linker's.
  @Test func testCrossComponentRealloc() throws {
    let producer = Heap(size: 16)
    producer.write([10, 11, 12], at: 1)
    producer.write([1, 0, 0, 0, 3, 0, 0, 0], at: 4)
    let consumer = Heap(size: 24)
    let instance = try world.instance()
    consumer.answer = { arguments in
      #expect(arguments == [0, 0, 1, 3])
      #expect(!instance.pointee.mayLeave)
      return 16
    }
    let plan = try world.plan(world.make.list(world.make(.u8)))
    try Transfer.values(
      plan.ref, from: context(producer.options, try world.instance()),
      world.slots([4]), maxSource: 1, to: context(consumer.options, instance),
      world.slots(), maxDestination: 1, outParam: 8)
    #expect(consumer.calls.count == 1)
    #expect(instance.pointee.mayLeave)
    #expect(consumer.read(8, at: 8) == [16, 0, 0, 0, 3, 0, 0, 0])
    #expect(consumer.read(3, at: 16) == [10, 11, 12])
  }
}
