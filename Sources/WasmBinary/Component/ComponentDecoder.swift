// Component bytes to a `Component`. Only the grammar is checked: whether indices exist, names are names and features are
// on is the validator's business, except where the syntax has no place for what the bytes say (an attribute given
// twice, a module type within a module type).

import WasmSyntax

/// Decodes a component without validating it.
package func decodeComponent(
  _ bytes: Bytes, limits: ImplementationLimits = ImplementationLimits()
) throws(ModuleError) -> Component {
  defer { withExtendedLifetime(bytes) {} }
  if bytes.count > limits.moduleBytes {
    throw ModuleError(
      .limit, "component of \(bytes.count) bytes: the limit is \(limits.moduleBytes)",
      at: .offset(bytes.range.lowerBound))
  }
  do throws(ModuleError) {
    return try decodeNested(bytes, limits: limits)
  } catch {
    throw error.inComponentWords
  }
}

/// A component being read. Components nest on a list of these, not on the native stack.
private struct OpenComponent {
  var component: Component
  var reader: ByteReader
  /// Where the component's section began in the file.
  var offset: Int
  /// The id of the last section that was not a custom one.
  var lastSection: UInt8 = 0

  init(_ bytes: Bytes, offset: Int, isNested: Bool) throws(ModuleError) {
    component = Component(bytes: bytes)
    self.offset = offset
    reader = ByteReader(bytes)
    try reader.readComponentPreamble(isNested: isNested)
  }
}

private func decodeNested(
  _ bytes: Bytes, limits: ImplementationLimits
) throws(ModuleError) -> Component {
  var parents: [OpenComponent] = []
  var current = try OpenComponent(bytes, offset: bytes.range.lowerBound, isNested: false)
  while true {
    if current.reader.isAtEnd {
      guard var parent = parents.popLast() else { return current.component }
      parent.component.definitions.append(
        ComponentDefinition(.component(current.component), offset: current.offset))
      current = parent
      continue
    }
    guard let nested = try current.readSection(limits: limits) else { continue }
    guard parents.count < limits.componentNesting else {
      throw ModuleError(
        .limit, "nested components: the limit is \(limits.componentNesting)",
        at: .offset(nested.offset))
    }
    parents.append(current)
    current = nested
  }
}

extension OpenComponent {
  /// Reads a section into the component, but a nested component only as far as its preamble.
  fileprivate mutating func readSection(
    limits: ImplementationLimits
  ) throws(ModuleError) -> OpenComponent? {
    let start = reader.position
    guard let id = ComponentSectionID(rawValue: try reader.readByte()) else {
      throw reader.malformed("malformed section id", at: start)
    }
    let size = try reader.readCount()
    let payload = try reader.split(count: size)
    let range = payload.position..<payload.endPosition
    if id != .custom { lastSection = id.rawValue }
    switch id {
    case .custom: try readCustomSection(payload)
    case .coreModule:
      let bytes = component.bytes.slice(range)
      try checkModulePreamble(bytes)
      component.definitions.append(ComponentDefinition(.coreModule(bytes), offset: payload.offset))
    case .component:
      return try OpenComponent(
        component.bytes.slice(range), offset: payload.offset, isNested: true)
    default:
      var decoder = ComponentDefinitionDecoder(payload, bytes: component.bytes, limits: limits)
      try decoder.readDefinitions(of: id, into: &component.definitions)
    }
    return nil
  }

  private mutating func readCustomSection(_ payload: ByteReader) throws(ModuleError) {
    var payload = payload
    let name = try payload.readName()
    component.customSections.append(
      CustomSection(
        name: name, payload: payload.position..<payload.endPosition, after: lastSection))
  }

  /// The rest of an embedded module is decoded when it is validated.
  private func checkModulePreamble(_ bytes: Bytes) throws(ModuleError) {
    if Preamble.isComponent(bytes) {
      throw ModuleError(
        .malformed, "expected a version header for a module", at: .offset(bytes.range.lowerBound))
    }
  }
}

extension ByteReader {
  fileprivate mutating func readComponentPreamble(isNested: Bool) throws(ModuleError) {
    let start = position
    for byte in Preamble.magic {
      guard try readByte() == byte else {
        throw malformed("magic header not detected", at: start)
      }
    }
    let version = try readF32Bits()
    switch version {
    case 0x0001_000D: return
    case 0x0000_0001:
      throw malformed("expected a version header for a component", at: start + 4)
    default: throw malformed("unknown binary version", at: start + 4)
    }
  }
}

extension ModuleError {
  /// The component suite says "end-of-file" where the core suite has two other wordings.
  package var inComponentWords: ModuleError {
    guard kind == .malformed, message == "unexpected end" || message == "length out of bounds"
    else { return self }
    return ModuleError(kind, "unexpected end-of-file", at: position)
  }
}
