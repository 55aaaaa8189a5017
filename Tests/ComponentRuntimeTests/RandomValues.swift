// Random types and values of them, the same for the same seed.

import WasmSyntax

@testable import ComponentRuntime
@testable import WasmValidation

/// SplitMix64.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64
  init(seed: UInt64) { state = seed &* 0x9e37_79b9_7f4a_7c15 &+ 1 }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ z >> 30) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ z >> 27) &* 0x94d0_49bb_1331_11eb
    return z ^ z >> 31
  }
}

struct RandomValues {
  var generator: SeededGenerator
  let make: TypeMaker

  init(seed: UInt64, _ make: TypeMaker) {
    generator = SeededGenerator(seed: seed)
    self.make = make
  }

  mutating func number(_ range: ClosedRange<Int>) -> Int { .random(in: range, using: &generator) }

  private static let primitives = PrimitiveValType.allCases.filter { $0 != .errorContext }
  private static let keys = primitives.filter { $0 != .f32 && $0 != .f64 }

  private mutating func primitive(_ choice: [PrimitiveValType]) -> ValueTypeID {
    make(choice[number(0...choice.count - 1)])
  }

  private func labels(_ count: Int) -> [String] { (0..<count).map { "label-\($0)" } }

  mutating func type(depth: Int) -> ValueTypeID {
    if depth == 0 || number(0...9) < 4 { return primitive(Self.primitives) }
    switch number(0...10) {
    case 0, 1: return make.list(type(depth: depth - 1))
    case 2: return make.list(type(depth: depth - 1), UInt32(number(1...4)))
    case 3: return make.make(.tuple(types(1...4, depth)))
    case 4:
      let fields = types(1...4, depth)
      return make.make(
        .record(zip(labels(4), fields).map { ResolvedField(label: $0, type: $1) }))
    case 5:
      let payloads = types(1...4, depth).map { number(0...3) == 0 ? nil : $0 }
      return make.make(
        .variant(zip(labels(4), payloads).map { ResolvedCase(label: $0, type: $1) }))
    case 6: return make.make(.flags(labels([1, 2, 8, 9, 16, 17, 32][number(0...6)])))
    case 7: return make.make(.enum(labels([1, 2, 256, 257][number(0...3)])))
    case 8: return make.option(type(depth: depth - 1))
    case 9:
      let payloads = types(2...2, depth).map { number(0...3) == 0 ? nil : $0 }
      return make.result(payloads[0], payloads[1])
    default: return make.map(primitive(Self.keys), type(depth: depth - 1))
    }
  }

  mutating func types(_ count: ClosedRange<Int>, _ depth: Int) -> [ValueTypeID] {
    (0..<number(count)).map { _ in type(depth: depth - 1) }
  }

  private mutating func bits<Integer: FixedWidthInteger>(_: Integer.Type) -> Integer {
    Integer(truncatingIfNeeded: generator.next())
  }

  private mutating func scalar() -> Unicode.Scalar {
    let ranges: [ClosedRange<UInt32>] = [
      0x20...0x7e, 0...0xff, 0x100...0xd7ff, 0xe000...0xffff, 0x10000...0x10ffff,
    ]
    let range = ranges[number(0...4)]
    return Unicode.Scalar(.random(in: range, using: &generator)) ?? "?"
  }

  private mutating func string() -> String {
    // Mostly of one kind, so that every form of latin1+utf16 comes up.
    let ranges: [ClosedRange<UInt32>] = [0x20...0x7e, 0...0xff, 0x100...0xd7ff, 0x10000...0x1ffff]
    let range = ranges[number(0...3)]
    var scalars = String.UnicodeScalarView()
    for _ in 0..<number(0...12) {
      if number(0...7) == 0 {
        scalars.append(scalar())
      } else {
        scalars.append(Unicode.Scalar(.random(in: range, using: &generator)) ?? "?")
      }
    }
    return String(scalars)
  }

  private mutating func values(_ type: ValueTypeID, _ count: Int) -> [ComponentValue] {
    (0..<count).map { _ in value(type) }
  }

  mutating func value(_ type: ValueTypeID) -> ComponentValue {
    switch make.types[type].shape {
    case .primitive(let primitive): return value(primitive)
    case .record(let fields):
      return .record(fields.map { ComponentValue.RecordField($0.label, value($0.type)) })
    case .variant(let cases):
      let item = cases[number(0...cases.count - 1)]
      return .variant(label: item.label, payload: item.type.map { value($0) })
    case .list(let element): return .list(values(element, number(0...3)))
    case .fixedLengthList(let element, let length): return .list(values(element, Int(length)))
    case .tuple(let elements): return .tuple(elements.map { value($0) })
    case .flags(let labels): return .flags(labels.filter { _ in number(0...1) == 1 })
    case .enum(let labels): return .enum(labels[number(0...labels.count - 1)])
    case .option(let payload): return .option(number(0...2) == 0 ? nil : value(payload))
    case .result(let ok, let error):
      return .result(
        number(0...1) == 0 ? .ok(ok.map { value($0) }) : .error(error.map { value($0) }))
    case .map(let key, let payload, _):
      return .map((0..<number(0...3)).map { _ in .init(value(key), value(payload)) })
    case .own, .borrow, .stream, .future: return .bool(false)
    }
  }

  private mutating func value(_ type: PrimitiveValType) -> ComponentValue {
    switch type {
    case .bool: .bool(number(0...1) == 1)
    case .s8: .s8(bits(Int8.self))
    case .u8: .u8(bits(UInt8.self))
    case .s16: .s16(bits(Int16.self))
    case .u16: .u16(bits(UInt16.self))
    case .s32: .s32(bits(Int32.self))
    case .u32: .u32(bits(UInt32.self))
    case .s64: .s64(bits(Int64.self))
    case .u64: .u64(bits(UInt64.self))
    case .f32: .f32(Float(bits(Int32.self)) / 7)
    case .f64: .f64(Double(bits(Int64.self)) / 7)
    case .char: .char(scalar())
    case .string: .string(string())
    case .errorContext: .bool(false)
    }
  }
}
