// What a conversion out of a box asks for: see `BoxedConversion`.

import ComponentRuntime

/// A boxed value and those in it that were asked for, each with its type. Places are their numbers.
struct BoxedValues {
  private(set) var values: [(value: ComponentValue, type: ValueType)]

  init(_ value: ComponentValue, _ type: ValueType) { values = [(value, type)] }

  private mutating func add(_ value: ComponentValue, _ type: ValueType) -> Int {
    values.append((value, type))
    return values.count - 1
  }

  private func unlike(_ box: Int) -> ConversionError {
    ConversionError("the value \(values[box].value) is no \(values[box].type)")
  }

  mutating func field(_ index: Int, of box: Int) throws(ConversionError) -> Int {
    switch values[box] {
    case (.record(let fields), .record(let types)) where types.indices.contains(index):
      guard let field = fields.first(where: { $0.label == types[index].label }) else {
        throw unlike(box)
      }
      return add(field.value, types[index].type)
    case (.tuple(let elements), .tuple(let types))
    where types.indices.contains(index) && elements.count == types.count:
      return add(elements[index], types[index])
    default: throw unlike(box)
    }
  }

  func caseIndex(of box: Int) throws(ConversionError) -> Int {
    let (value, type) = values[box]
    switch (value, type) {
    case (.option(let payload), .option): return payload == nil ? 0 : 1
    case (.ok, .result): return 0
    case (.error, .result): return 1
    case (.variant(let label, _), .variant), (.enum(let label), .enum):
      guard let index = type.cases.firstIndex(where: { $0.label == label }) else {
        throw unlike(box)
      }
      return index
    default: throw unlike(box)
    }
  }

  mutating func payload(of box: Int) throws(ConversionError) -> Int {
    let type = values[box].type.cases[try caseIndex(of: box)].type
    switch (values[box].value, type) {
    case (.option(let value?), let type?), (.ok(let value?), let type?),
      (.error(let value?), let type?), (.variant(_, let value?), let type?):
      return add(value, type)
    case (_, nil): return add(.tuple([]), .tuple([]))
    default: throw unlike(box)
    }
  }

  mutating func elements(of box: Int) throws(ConversionError) -> (first: Int, count: Int) {
    let first = values.count
    switch values[box] {
    case (.list(let elements), .list(let type)),
      (.list(let elements), .fixedLengthList(let type, length: _)):
      for element in elements { values.append((element, type)) }
      return (first, elements.count)
    case (.map(let entries), .map(let key, let value)):
      for entry in entries {
        values.append((.tuple([entry.key, entry.value]), .tuple([key, value])))
      }
      return (first, entries.count)
    default: throw unlike(box)
    }
  }

  func string(of box: Int) throws(ConversionError) -> String {
    guard case .string(let string) = values[box].value else { throw unlike(box) }
    return string
  }

  func bits(of box: Int, _ kind: PlanNode.Kind) throws(ConversionError) -> UInt64 {
    let (value, type) = values[box]
    guard type.scalarKind == kind, let bits = value.bits(type) else { throw unlike(box) }
    return bits
  }
}
