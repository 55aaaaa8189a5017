// The arguments of a call, taken apart. Signatures are checked when a component is linked, so a value of another type is
// a mistake of ours.

import ComponentRuntime

/// The arguments of one call of a host function.
struct Arguments {
  let call: HostCall
  let values: [ComponentValue]

  subscript(_ index: Int) -> ComponentValue {
    get throws {
      guard index < values.count else { throw ComponentTrap(.bug) }
      return values[index]
    }
  }

  func bool(_ index: Int) throws -> Bool { try self[index].asBool() }
  func u8(_ index: Int) throws -> UInt8 { try self[index].asU8() }
  func u32(_ index: Int) throws -> UInt32 { try self[index].asU32() }
  func u64(_ index: Int) throws -> UInt64 { try self[index].asU64() }
  func string(_ index: Int) throws -> String { try self[index].asString() }
  func bytes(_ index: Int) throws -> [UInt8] { try self[index].asBytes() }
  /// The name of a case.
  func label(_ index: Int) throws -> String { try self[index].asCase().label }

  /// Whether a `result` without payloads is `ok`.
  func isOK(_ index: Int) throws -> Bool {
    guard case .result(let result) = try self[index] else { throw ComponentTrap(.bug) }
    return switch result {
    case .ok: true
    case .error: false
    }
  }

  /// The set whose bits have these labels, in their order.
  func flags<Flags: OptionSet>(_ index: Int, _ labels: [String]) throws -> Flags
  where Flags.RawValue == UInt8 {
    guard case .flags(let set) = try self[index] else { throw ComponentTrap(.bug) }
    var bits: UInt8 = 0
    for (bit, label) in labels.enumerated() where set.contains(label) { bits |= 1 << UInt8(bit) }
    return Flags(rawValue: bits)
  }

  func resource<Resource>(
    _ index: Int, _ table: ResourceTable<Resource>
  ) throws -> Resource {
    try table.resource(self[index], in: call)
  }

  /// The readable end of a stream, which is the host's now.
  func stream(_ index: Int) throws -> CopyEndID {
    guard case .stream(let end) = try self[index] else { throw ComponentTrap(.bug) }
    return end
  }
}

extension ComponentValue {
  func asBool() throws -> Bool {
    guard case .bool(let value) = self else { throw ComponentTrap(.bug) }
    return value
  }

  func asU8() throws -> UInt8 {
    guard case .u8(let value) = self else { throw ComponentTrap(.bug) }
    return value
  }

  func asU16() throws -> UInt16 {
    guard case .u16(let value) = self else { throw ComponentTrap(.bug) }
    return value
  }

  func asU32() throws -> UInt32 {
    guard case .u32(let value) = self else { throw ComponentTrap(.bug) }
    return value
  }

  func asU64() throws -> UInt64 {
    guard case .u64(let value) = self else { throw ComponentTrap(.bug) }
    return value
  }

  func asS64() throws -> Int64 {
    guard case .s64(let value) = self else { throw ComponentTrap(.bug) }
    return value
  }

  func asString() throws -> String {
    guard case .string(let value) = self else { throw ComponentTrap(.bug) }
    return value
  }

  func asBytes() throws -> [UInt8] {
    guard case .bytes(let value) = self else { throw ComponentTrap(.bug) }
    return value
  }

  func asList() throws -> [ComponentValue] {
    guard case .list(let values) = self else { throw ComponentTrap(.bug) }
    return values
  }

  func asOption() throws -> ComponentValue? {
    guard case .option(let value) = self else { throw ComponentTrap(.bug) }
    return value
  }

  func asTuple() throws -> [ComponentValue] {
    guard case .tuple(let values) = self else { throw ComponentTrap(.bug) }
    return values
  }

  /// A case of an enum or a variant.
  func asCase() throws -> (label: String, payload: ComponentValue?) {
    switch self {
    case .enum(let label): return (label, nil)
    case .variant(let label, let payload): return (label, payload)
    default: throw ComponentTrap(.bug)
    }
  }

  func field(_ label: String) throws -> ComponentValue {
    guard case .record(let fields) = self,
      let field = fields.first(where: { $0.label == label })
    else { throw ComponentTrap(.bug) }
    return field.value
  }

  static func record(_ fields: KeyValuePairs<String, ComponentValue>) -> ComponentValue {
    .record(fields.map { RecordField($0.key, $0.value) })
  }
}
