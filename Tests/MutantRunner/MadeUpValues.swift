// Values for what component mutants are called with and return, and what is done with those that they give.

import ComponentRuntime
import WasmSyntax
import WasmValidation

struct MadeUpValues {
  private unowned let store: ComponentStore
  private let resource: HostResourceDefinition
  var random: SplitMix
  /// Handles that the host has, to be passed on.
  private var owned: [HostResourceID] = []
  private var errorContexts: [ErrorContextID] = []
  /// Ends that the host has.
  private var readable: [(id: CopyEndID, isFuture: Bool)] = []
  private var writable: [Writable] = []

  private struct Writable {
    let id: CopyEndID
    let element: ValueTypeID?
    let types: ComponentTypes
  }

  init(_ store: ComponentStore, _ resource: HostResourceDefinition, seed: UInt64) {
    self.store = store
    self.resource = resource
    random = SplitMix(seed: ~seed)
  }

  // MARK: Making

  /// nil if there is nothing of the type. As deep as the type, which the validator limits.
  mutating func value(_ type: ValueTypeID, _ types: ComponentTypes) -> ComponentValue? {
    switch types[type].shape {
    case .primitive(let primitive): return value(primitive)
    case .record(let fields):
      var made: [ComponentValue.RecordField] = []
      for field in fields {
        guard let value = value(field.type, types) else { return nil }
        made.append(.init(field.label, value))
      }
      return .record(made)
    case .variant(let cases):
      let item = cases[random.below(cases.count)]
      guard let payload = payload(item.type, types) else { return nil }
      return .variant(label: item.label, payload: payload)
    case .list(let element):
      return list(element, types, random.chance(95) ? random.below(4) : 100).map { .list($0) }
    case .fixedLengthList(let element, let length):
      return length > 1000 ? nil : list(element, types, Int(length)).map { .list($0) }
    case .tuple(let elements):
      var made: [ComponentValue] = []
      for element in elements {
        guard let value = value(element, types) else { return nil }
        made.append(value)
      }
      return .tuple(made)
    case .flags(let labels): return .flags(labels.filter { _ in random.chance(50) })
    case .enum(let labels): return .enum(labels[random.below(labels.count)])
    case .option(let element):
      return random.chance(30) ? .option(nil) : value(element, types).map { .option($0) }
    case .result(let ok, let error):
      let isOK = random.chance(50)
      guard let payload = payload(isOK ? ok : error, types) else { return nil }
      return .result(isOK ? .ok(payload) : .error(payload))
    case .map(let key, let mapped, entry: _):
      var made: [ComponentValue.MapEntry] = []
      for _ in 0..<random.below(3) {
        guard let key = value(key, types), let mapped = value(mapped, types) else { return nil }
        made.append(.init(key, mapped))
      }
      return .map(made)
    case .own: return handle().map { .own($0) }
    case .borrow: return handle().map { .borrow($0) }
    case .stream(let element): return end(of: element, types, isFuture: false)
    case .future(let element): return end(of: element, types, isFuture: true)
    }
  }

  private mutating func list(
    _ element: ValueTypeID, _ types: ComponentTypes, _ count: Int
  ) -> [ComponentValue]? {
    var made: [ComponentValue] = []
    for _ in 0..<count {
      guard let value = value(element, types) else { return nil }
      made.append(value)
    }
    return made
  }

  private mutating func payload(
    _ type: ValueTypeID?, _ types: ComponentTypes
  ) -> ComponentValue?? {
    guard let type else { return .some(nil) }
    return value(type, types).map { .some($0) }
  }

  private mutating func value(_ type: PrimitiveValType) -> ComponentValue? {
    let bits = random.chance(50) ? UInt64(random.below(8)) : random.next()
    switch type {
    case .bool: return .bool(bits & 1 == 1)
    case .s8: return .s8(Int8(truncatingIfNeeded: bits))
    case .u8: return .u8(UInt8(truncatingIfNeeded: bits))
    case .s16: return .s16(Int16(truncatingIfNeeded: bits))
    case .u16: return .u16(UInt16(truncatingIfNeeded: bits))
    case .s32: return .s32(Int32(truncatingIfNeeded: bits))
    case .u32: return .u32(UInt32(truncatingIfNeeded: bits))
    case .s64: return .s64(Int64(truncatingIfNeeded: bits))
    case .u64: return .u64(bits)
    case .f32: return .f32(Float(bitPattern: UInt32(truncatingIfNeeded: bits)))
    case .f64: return .f64(Double(bitPattern: bits))
    case .char: return .char(Unicode.Scalar(UInt32(bits % 0xD800)) ?? "a")
    case .string: return .string(["", "a", "Über 😀", "日本"][random.below(4)])
    case .errorContext: return errorContexts.last.map { .errorContext($0) }
    }
  }

  private mutating func handle() -> HostResourceID? {
    if !owned.isEmpty, random.chance(60) { return owned[random.below(owned.count)] }
    guard let type = try? store.resourceType(of: resource),
      let made = try? store.state.addHostResource(type, UInt64(random.below(100)), own: true)
    else { return nil }
    owned.append(made.id)
    return made.id
  }

  private mutating func end(
    of element: ValueTypeID?, _ types: ComponentTypes, isFuture: Bool
  ) -> ComponentValue? {
    if let old = readable.last, old.isFuture == isFuture, random.chance(40) {
      return isFuture ? .future(old.id) : .stream(old.id)
    }
    let type = element.map { HostValueType($0, in: types) }
    guard let ends = try? store.makeCopy(isFuture: isFuture, of: type) else { return nil }
    writable.append(Writable(id: ends.writable, element: element, types: types))
    return isFuture ? .future(ends.readable) : .stream(ends.readable)
  }

  // MARK: Taking

  /// Keeps what is in a value that a guest has given.
  mutating func take(_ value: ComponentValue) {
    switch value {
    case .own(let id): owned.append(id)
    case .stream(let id): readable.append((id, isFuture: false))
    case .future(let id): readable.append((id, isFuture: true))
    case .errorContext(let id): errorContexts.append(id)
    case .list(let values), .tuple(let values): for value in values { take(value) }
    case .record(let fields): for field in fields { take(field.value) }
    case .map(let entries):
      for entry in entries {
        take(entry.key)
        take(entry.value)
      }
    case .variant(_, let payload), .option(let payload): if let payload { take(payload) }
    case .result(.ok(let payload)), .result(.error(let payload)): if let payload { take(payload) }
    case .bool, .s8, .u8, .s16, .u16, .s32, .u32, .s64, .u64, .f32, .f64, .char, .string, .bytes,
      .enum, .flags, .borrow:
      break
    }
  }

  /// Reads, writes, cancels or drops something; false if there is nothing.
  mutating func moveStreams() throws(ComponentFailure) -> Bool {
    if let end = readable.randomElement(using: &random), random.chance(50) {
      try read(end.id)
      return true
    }
    if let end = writable.randomElement(using: &random) {
      try write(end)
      return true
    }
    if let id = owned.popLast() {
      try? store.dropResource(id)
      return true
    }
    return false
  }

  private mutating func read(_ id: CopyEndID) throws(ComponentFailure) {
    let plan = store.elementPlan(of: id)
    if plan == nil || random.chance(20) {
      readable.removeAll { $0.id == id }
      return store.dropEnd(id)
    }
    if random.chance(20) { return store.cancelTransfer(id) }
    _ = try store.transfer(id, HostBuffer(.values([])), count: 1 + random.below(3)) { _ in }
  }

  private mutating func write(_ end: Writable) throws(ComponentFailure) {
    var values: [ComponentValue] = []
    if let element = end.element {
      for _ in 0..<random.below(3) + 1 {
        guard let value = value(element, end.types) else { break }
        values.append(value)
      }
    }
    let plan = store.elementPlan(of: end.id)
    if plan == nil || values.isEmpty || random.chance(20) {
      writable.removeAll { $0.id == end.id }
      return store.dropEnd(end.id)
    }
    if random.chance(20) { return store.cancelTransfer(end.id) }
    let count = values.count
    _ = try store.transfer(end.id, HostBuffer(.values(values)), count: count) { _ in }
  }
}
