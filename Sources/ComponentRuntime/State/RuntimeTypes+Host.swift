// Types in the host's words, written out as `RuntimeTypes` does it: the same bytes for the same type.

import WasmSyntax

extension HostValueType {
  /// Recurses as deep as the type is nested. Handles are of no resource type, and so equal to no guest's.
  func write(_ key: inout [UInt8]) {
    func part(_ type: HostValueType?) {
      if let type { type.write(&key) } else { key.append(0) }
    }
    func number(_ value: Int) {
      withUnsafeBytes(of: UInt64(truncatingIfNeeded: value)) { key += $0 }
    }
    func label(_ label: String) {
      number(label.utf8.count)
      key += label.utf8
    }
    switch self {
    case .primitive(let type): key += [1, type.rawValue]
    case .record(let fields):
      key.append(2)
      number(fields.count)
      for field in fields {
        label(field.label)
        part(field.type)
      }
    case .variant(let cases):
      key.append(3)
      number(cases.count)
      for item in cases {
        label(item.label)
        part(item.type)
      }
    case .list(let element):
      key.append(4)
      part(element)
    case .fixedLengthList(let element, let length):
      key.append(5)
      number(Int(length))
      part(element)
    case .tuple(let elements):
      key.append(6)
      number(elements.count)
      for element in elements { part(element) }
    case .flags(let labels):
      key.append(7)
      number(labels.count)
      for item in labels { label(item) }
    case .enum(let labels):
      key.append(8)
      number(labels.count)
      for item in labels { label(item) }
    case .option(let element):
      key.append(9)
      part(element)
    case .result(let ok, let error):
      key.append(10)
      part(ok)
      part(error)
    case .own:
      key.append(11)
      number(0)
    case .borrow:
      key.append(12)
      number(0)
    case .stream(let element):
      key.append(13)
      part(element)
    case .future(let element):
      key.append(14)
      part(element)
    case .map(let mapKey, let value):
      key.append(15)
      part(mapKey)
      part(value)
    }
  }
}

extension PrimitiveValType {
  /// A number, in the sense of `none_or_number_type`.
  var isNumber: Bool {
    switch self {
    case .u8, .u16, .u32, .u64, .s8, .s16, .s32, .s64, .f32, .f64: true
    case .bool, .char, .string, .errorContext: false
    }
  }
}
