// What a conversion into a box has passed: see `BoxedConversion`.

import ComponentRuntime

/// What `lower` has passed, in order; the type says how it belongs together.
struct BoxedParts {
  enum Part {
    case bits(UInt64, PlanNode.Kind)
    case string(String)
    case count(Int)
    case branch(Int)
    case handle(ComponentValue)
  }
  private var parts: [Part] = []
  private var index = 0

  mutating func append(_ part: Part) { parts.append(part) }

  /// The parts as a value of a type, which must be all of them.
  mutating func value(of type: ValueType) throws(ConversionError) -> ComponentValue {
    let value = try next(type)
    guard index == parts.count else { throw .unlike("more than \(type)") }
    return value
  }

  private mutating func part(_ type: ValueType) throws(ConversionError) -> Part {
    guard index < parts.count else { throw .unlike("less than \(type)") }
    defer { index += 1 }
    return parts[index]
  }

  /// Recurses as deep as the type is nested.
  private mutating func next(_ type: ValueType) throws(ConversionError) -> ComponentValue {
    switch type {
    case .bool, .s8, .u8, .s16, .u16, .s32, .u32, .s64, .u64, .f32, .f64, .char, .flags:
      guard case .bits(let bits, let kind) = try part(type), kind == type.scalarKind else {
        throw .unlike("something else than \(type)")
      }
      return type.scalar(bits)
    case .string:
      guard case .string(let string) = try part(type) else {
        throw .unlike("something else than a string")
      }
      return .string(string)
    case .record(let fields):
      var values: [ComponentValue.Field] = []
      for field in fields { values.append(.init(field.label, try next(field.type))) }
      return .record(values)
    case .tuple(let types):
      var values: [ComponentValue] = []
      for type in types { values.append(try next(type)) }
      return .tuple(values)
    case .list(let element): return .list(try list(element, type))
    case .fixedLengthList(let element, let length):
      let values = try list(element, type)
      guard values.count == length else { throw .unlike("\(values.count) elements") }
      return .list(values)
    case .map(let key, let value):
      var entries: [ComponentValue.Entry] = []
      for _ in 0..<(try count(type)) { entries.append(.init(try next(key), try next(value))) }
      return .map(entries)
    case .variant, .enum, .option, .result: return try variant(type)
    case .own, .borrow, .stream, .future, .errorContext:
      guard case .handle(let value) = try part(type) else {
        throw .unlike("something else than \(type)")
      }
      return value
    }
  }

  private mutating func count(_ type: ValueType) throws(ConversionError) -> Int {
    guard case .count(let count) = try part(type) else {
      throw .unlike("something else than a list")
    }
    return count
  }

  private mutating func list(
    _ element: ValueType, _ type: ValueType
  ) throws(ConversionError) -> [ComponentValue] {
    var values: [ComponentValue] = []
    for _ in 0..<(try count(type)) { values.append(try next(element)) }
    return values
  }

  private mutating func variant(_ type: ValueType) throws(ConversionError) -> ComponentValue {
    let cases = type.cases
    guard case .branch(let index) = try part(type), cases.indices.contains(index) else {
      throw .unlike("something else than \(type)")
    }
    let payload = try cases[index].type.map { (type) throws(ConversionError) in try next(type) }
    return switch type {
    case .enum: .enum(cases[index].label)
    case .option: .option(payload)
    case .result: index == 0 ? .ok(payload) : .error(payload)
    default: .variant(cases[index].label, payload)
    }
  }
}
