// Component Binary Format, Name Section, in the direction of reading. A section that is wrong is not an error: it names
// nothing.

import WasmBinary
import WasmSyntax

extension ComponentNames {
  /// The names in the payload of a `component-name` section; nil unless they are written the way the encoder would.
  package init?(canonicalPayload payload: Bytes) {
    self.init()
    do throws(ModuleError) {
      try decode(payload)
    } catch {
      return nil
    }
    guard !isEmpty, encodedPayload.elementsEqual(payload.array) else { return nil }
  }

  private mutating func decode(_ payload: Bytes) throws(ModuleError) {
    defer { withExtendedLifetime(payload) {} }
    var reader = ByteReader(payload)
    while !reader.isAtEnd {
      let id = try reader.readByte()
      var subsection = try reader.split(count: try reader.readCount())
      if id == 0 {
        component = try subsection.readName()
        continue
      }
      let code = try subsection.readByte()
      let coreCode = code == 0 ? try subsection.readByte() : 0
      guard id == 1, let sort = Sort(code: code, coreCode: coreCode) else { return }
      var names: [(index: UInt32, name: String)] = []
      for _ in 0..<(try subsection.readCount()) {
        let index = try subsection.readU32()
        names.append((index, try subsection.readName()))
      }
      definitions.append((sort, names))
    }
  }

  /// The payload as the encoder writes it, sorts and indices in their order and each once.
  private var encodedPayload: [UInt8] {
    var sorted = ComponentNames()
    sorted.component = component
    for sort in Sort.nameOrder {
      guard let names = definitions.first(where: { $0.sort == sort })?.names else { continue }
      var unique: [(index: UInt32, name: String)] = []
      for name in names.sorted(by: { $0.index < $1.index }) where name.index != unique.last?.index {
        unique.append(name)
      }
      sorted.definitions.append((sort, unique))
    }
    var encoder = ComponentEncoder()
    encoder.appendNameSection(sorted)
    let bytes = encoder.finish()
    // Behind the preamble, the section's id, its size and its name.
    let header = Preamble.component.count + 1
    let sizeBytes = bytes.dropFirst(header).prefix { $0 >= 0x80 }.count + 1
    return Array(bytes.dropFirst(header + sizeBytes + 1 + "component-name".utf8.count))
  }
}

extension Sort {
  /// The sort of the binary format's `sort`.
  init?(code: UInt8, coreCode: UInt8) {
    switch code {
    case 0x00:
      guard let sort = CoreSort(rawValue: coreCode) else { return nil }
      self = .core(sort)
    case 0x01: self = .function
    case 0x02: self = .value
    case 0x03: self = .type
    case 0x04: self = .component
    case 0x05: self = .instance
    default: return nil
    }
  }
}
