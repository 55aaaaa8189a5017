// Mutants of binary modules: structure-aware ones, where one to three sites are replaced and sizes repaired, and raw
// ones, where bytes change without regard to what they mean.

import WasmBinary
import WasmSyntax

enum BinaryMutator {
  /// Rows by the shape of their immediate, so that a replaced opcode keeps the bytes behind it meaningful.
  private static let rowsByShape: [ImmediateShape: [InstructionDefinition]] =
    Dictionary(grouping: InstructionTable.shared.rows, by: \.immediate)

  private static let rowsByShapeAndSignature: [String: [InstructionDefinition]] =
    Dictionary(grouping: InstructionTable.shared.rows, by: key)

  private static func key(_ row: InstructionDefinition) -> String {
    "\(row.immediate) \(row.signature)"
  }

  /// Replaces opcodes, indices, types and immediates; nil if the module has nothing to replace.
  static func structural(
    _ decoded: DecodedSections, using random: inout SplitMix
  ) -> [UInt8]? {
    guard !decoded.sites.isEmpty else { return nil }
    var mutant = decoded
    // Later sites first, so that a replacement of another length leaves the ranges of the others right.
    var chosen: Set<Int> = []
    for _ in 0..<(random.chance(75) ? 1 : 1 + random.below(3)) {
      chosen.insert(random.below(decoded.sites.count))
    }
    for index in chosen.sorted(by: >) {
      let site = decoded.sites[index]
      let current = mutant.bytes(at: site)
      mutant.replace(
        site, with: replacement(for: site.kind, current, decoded.indexBounds, using: &random))
    }
    return mutant.encoded
  }

  /// `indexBounds` is one more than the largest index in each space.
  static func replacement(
    for kind: MutationSite.Kind, _ current: [UInt8], _ indexBounds: [UInt32],
    using random: inout SplitMix
  ) -> [UInt8] {
    var writer = ByteWriter()
    switch kind {
    case .opcode(let definition):
      let sameSignature = rowsByShapeAndSignature[key(definition)] ?? []
      let rows =
        random.chance(80) && sameSignature.count > 1
        ? sameSignature : rowsByShape[definition.immediate] ?? []
      guard let row = rows.randomElement(using: &random) else { return current }
      if let prefix = row.opcode.prefix {
        writer.writeByte(prefix)
        writer.writeU32(row.opcode.sub)
      } else {
        writer.writeByte(UInt8(truncatingIfNeeded: row.opcode.rawValue))
      }
    case .index(let space):
      let bound = indexBounds[space.rawValue]
      switch random.below(10) {
      case 0: writer.writeU32(UInt32(truncatingIfNeeded: random.next()))
      case 1: writer.writeU32(bound)
      default: writer.writeU32(UInt32.random(in: 0..<bound, using: &random))
      }
    case .valueType: return valueType(indexBounds, using: &random)
    case .heapType: return heapType(indexBounds, using: &random)
    case .blockType:
      switch random.below(3) {
      case 0: writer.writeByte(0x40)
      case 1: return valueType(indexBounds, using: &random)
      default:
        let types = indexBounds[IndexSpace.type.rawValue]
        writer.writeS33(Int64(UInt32.random(in: 0..<types, using: &random)))
      }
    case .signed(let bits):
      let value = interestingNumber(using: &random)
      if bits == 32 {
        writer.writeS32(Int32(truncatingIfNeeded: value))
      } else {
        writer.writeS64(Int64(bitPattern: value))
      }
    case .unsigned:
      let value = interestingNumber(using: &random)
      writer.writeU64(random.chance(70) ? value & 0xFFFF : value)
    case .fixed:
      let numbers: [UInt64] = [
        interestingFloat(using: &random), interestingFloat(using: &random),
      ]
      writer.writeV128(low: numbers[0], high: numbers[1])
      return Array(writer.bytes.prefix(current.count))
    case .alignment:
      let memoryFlag = (current.first ?? 0) & 0x40
      writer.writeByte(UInt8(random.below(random.chance(90) ? 5 : 64)) | memoryFlag)
    case .byte:
      writer.writeByte(UInt8(random.chance(80) ? random.below(8) : random.below(256)))
    }
    return writer.bytes
  }

  private static func valueType(
    _ indexBounds: [UInt32], using random: inout SplitMix
  ) -> [UInt8] {
    if random.chance(70) {
      return [([0x7F, 0x7E, 0x7D, 0x7C, 0x7B, 0x70, 0x6F] as [UInt8])[random.below(7)]]
    }
    return [random.chance(50) ? 0x63 : 0x64] + heapType(indexBounds, using: &random)
  }

  private static func heapType(
    _ indexBounds: [UInt32], using random: inout SplitMix
  ) -> [UInt8] {
    if random.chance(60) { return [UInt8(0x69 + random.below(12))] }
    var writer = ByteWriter()
    let types = indexBounds[IndexSpace.type.rawValue]
    writer.writeS33(Int64(UInt32.random(in: 0..<types, using: &random)))
    return writer.bytes
  }

  private static func interestingNumber(using random: inout SplitMix) -> UInt64 {
    switch random.below(6) {
    case 0: UInt64(random.below(16))
    case 1: 1 << UInt64(random.below(64))
    case 2: (1 << UInt64(random.below(64))) &- 1
    case 3: ~UInt64(random.below(256))
    case 4: UInt64(random.below(1 << 17))
    default: random.next()
    }
  }

  private static func interestingFloat(using random: inout SplitMix) -> UInt64 {
    switch random.below(4) {
    case 0: Double(random.below(1000)).bitPattern
    case 1: Double.nan.bitPattern | random.next() & 0xFFFF_FFFF
    case 2: Double.infinity.bitPattern
    default: random.next()
    }
  }

  /// Changes, removes, inserts or repeats bytes.
  static func raw(_ module: [UInt8], using random: inout SplitMix) -> [UInt8] {
    var mutant = module
    for _ in 0...random.below(3) where !mutant.isEmpty {
      let position = random.below(mutant.count)
      switch random.below(6) {
      case 0: mutant[position] ^= 1 << UInt8(random.below(8))
      case 1: mutant[position] = UInt8(random.below(256))
      case 2: mutant.remove(at: position)
      case 3: mutant.insert(UInt8(random.below(256)), at: position)
      case 4: mutant.removeLast(min(mutant.count, 1 + random.below(16)))
      default:
        let end = min(mutant.count, position + 1 + random.below(32))
        mutant.insert(contentsOf: mutant[position..<end], at: random.below(mutant.count))
      }
    }
    return mutant
  }
}

extension DecodedSections {
  func bytes(at site: MutationSite) -> [UInt8] {
    switch sections[site.section].content {
    case .plain(let payload): Array(payload[site.range])
    case .code(let bodies): site.body.map { Array(bodies[$0][site.range]) } ?? []
    }
  }

  mutating func replace(_ site: MutationSite, with bytes: [UInt8]) {
    switch sections[site.section].content {
    case .plain(var payload):
      payload.replaceSubrange(site.range, with: bytes)
      sections[site.section].content = .plain(payload)
    case .code(var bodies):
      guard let body = site.body else { return }
      bodies[body].replaceSubrange(site.range, with: bytes)
      sections[site.section].content = .code(bodies: bodies)
    }
  }
}
