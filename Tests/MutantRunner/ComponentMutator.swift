// Mutants of binary components that keep their structure: one to three sites are replaced, or definitions repeated, left
// out or moved; sizes are repaired.

import WasmBinary
import WasmSyntax

enum ComponentMutator {
  private static let builtinsByShape: [CanonImmediateShape: [CanonBuiltin]] =
    Dictionary(grouping: CanonBuiltin.allCases, by: \.definition.immediate)

  /// nil if the component has nothing to replace.
  static func structural(
    _ decoded: DecodedComponent, using random: inout SplitMix
  ) -> [UInt8]? {
    guard decoded.siteCount > 0 else { return nil }
    var mutant = decoded
    for _ in 0..<(random.chance(75) ? 1 : 1 + random.below(3)) {
      if !mutate(&mutant, using: &random) { return nil }
    }
    return mutant.encoded
  }

  /// Changes one thing, here or within; false if what came of it cannot be taken apart again.
  private static func mutate(
    _ component: inout DecodedComponent, using random: inout SplitMix
  ) -> Bool {
    var position = random.below(max(1, component.siteCount))
    if position < component.sites.count {
      if random.chance(8) {
        move(&component, using: &random)
      } else {
        replace(component.sites[position], in: &component, using: &random)
      }
      // The ranges of the other sites have moved.
      guard let again = DecodedComponent(component.encoded) else { return false }
      component = again
      return true
    }
    position -= component.sites.count
    for index in component.sections.indices {
      switch component.sections[index].content {
      case .definitions, .opaque: continue
      case .module(let module):
        if position < module.sites.count {
          guard let bytes = BinaryMutator.structural(module, using: &random),
            let mutant = DecodedSections(bytes)
          else { return false }
          component.sections[index].content = .module(mutant)
          return true
        }
        position -= module.sites.count
      case .component(var nested):
        let count = nested.siteCount
        if position < count {
          guard mutate(&nested, using: &random) else { return false }
          component.sections[index].content = .component(nested)
          return true
        }
        position -= count
      }
    }
    return false
  }

  // MARK: Definitions

  private static func move(_ component: inout DecodedComponent, using random: inout SplitMix) {
    let vectors = component.sections.indices.filter {
      guard case .definitions(let definitions) = component.sections[$0].content else {
        return false
      }
      return !definitions.isEmpty
    }
    guard let index = vectors.randomElement(using: &random),
      case .definitions(var definitions) = component.sections[index].content
    else { return }
    let chosen = random.below(definitions.count)
    switch random.below(4) {
    case 0: definitions.remove(at: chosen)
    case 1: definitions.insert(definitions[chosen], at: random.below(definitions.count))
    case 2: definitions.swapAt(chosen, random.below(definitions.count))
    default: return component.sections.swapAt(index, random.below(component.sections.count))
    }
    component.sections[index].content = .definitions(definitions)
  }

  // MARK: Sites

  private static func replace(
    _ site: ComponentSite, in component: inout DecodedComponent, using random: inout SplitMix
  ) {
    guard case .definitions(var definitions) = component.sections[site.section].content else {
      return
    }
    let current = Array(definitions[site.definition][site.range])
    definitions[site.definition].replaceSubrange(
      site.range, with: replacement(for: site, current, component, using: &random))
    component.sections[site.section].content = .definitions(definitions)
  }

  private static func replacement(
    for site: ComponentSite, _ current: [UInt8], _ component: DecodedComponent,
    using random: inout SplitMix
  ) -> [UInt8] {
    var writer = ByteWriter()
    switch site.kind {
    case .index(let space):
      let bound = component.indexBounds[space.rawValue]
      switch random.below(20) {
      case 0: writer.writeU32(UInt32(truncatingIfNeeded: random.next()))
      case 1: writer.writeU32(bound)
      default: writer.writeU32(UInt32.random(in: 0..<bound, using: &random))
      }
    case .anyIndex, .unsigned:
      writer.writeU32(UInt32(random.chance(80) ? random.below(6) : random.below(1 << 32)))
    case .core(let kind):
      let types = component.indexBounds[ComponentSpace.coreType.rawValue]
      return BinaryMutator.replacement(
        for: kind, current, Array(repeating: types, count: IndexSpace.allCases.count),
        using: &random)
    case .sort:
      let sorts: [[UInt8]] = [
        [0, 0], [0, 1], [0, 2], [0, 3], [0, 0x10], [0, 0x11], [0, 0x12], [1], [2], [3], [4], [5],
      ]
      return sorts[random.below(sorts.count)]
    case .coreSort: return [([0, 1, 2, 3, 4, 0x10, 0x11, 0x12] as [UInt8])[random.below(8)]]
    case .valType: return valType(component, using: &random)
    case .definedType: return definedType(component, using: &random)
    case .resultList:
      return random.chance(30) ? [1, 0] : [0] + valType(component, using: &random)
    case .functionType: return [current == [0x40] ? 0x43 : 0x40]
    case .builtin(let builtin):
      let other = builtinsByShape[builtin.definition.immediate]?.randomElement(using: &random)
      return [(other ?? builtin).rawValue]
    case .options: return options(component, current, using: &random)
    case .flag, .byte:
      return [UInt8(random.chance(90) ? random.below(3) : random.below(256))]
    case .name: writer.writeName(component.names.randomElement(using: &random) ?? "a")
    case .externName:
      writer.writeByte(UInt8(random.below(2)))
      writer.writeName(component.names.randomElement(using: &random) ?? "a")
    }
    return writer.bytes
  }

  private static func valType(
    _ component: DecodedComponent, using random: inout SplitMix
  ) -> [UInt8] {
    if random.chance(60) {
      return [(PrimitiveValType.allCases.randomElement(using: &random) ?? .u32).rawValue]
    }
    var writer = ByteWriter()
    let types = component.indexBounds[ComponentSpace.type.rawValue]
    writer.writeS33(Int64(UInt32.random(in: 0..<types, using: &random)))
    return writer.bytes
  }

  private static func definedType(
    _ component: DecodedComponent, using random: inout SplitMix
  ) -> [UInt8] {
    func type(_ random: inout SplitMix) -> [UInt8] { valType(component, using: &random) }
    switch random.below(10) {
    case 0: return [0x70] + type(&random)
    case 1: return [0x6B] + type(&random)
    case 2: return [0x6F, 2] + type(&random) + type(&random)
    case 3: return [0x6A, 1] + type(&random) + [1] + type(&random)
    case 4: return [random.chance(50) ? 0x66 : 0x65, 1] + type(&random)
    case 5: return [0x67] + type(&random) + [UInt8(random.below(5))]
    case 6: return [0x63] + type(&random) + type(&random)
    case 7:
      var writer = ByteWriter()
      writer.writeByte(random.chance(50) ? 0x69 : 0x68)
      writer.writeU32(
        .random(in: 0..<component.indexBounds[ComponentSpace.type.rawValue], using: &random))
      return writer.bytes
    case 8: return [0x6D, 2, 1, 0x61, 1, 0x62]
    default: return type(&random)
    }
  }

  /// Options added, taken away or changed.
  private static func options(
    _ component: DecodedComponent, _ current: [UInt8], using random: inout SplitMix
  ) -> [UInt8] {
    var options: [(kind: UInt8, index: UInt32?)] = []
    let bytes = Bytes(current)
    defer { withExtendedLifetime(bytes) {} }
    var reader = ByteReader(bytes)
    do throws(ModuleError) {
      for _ in 0..<(try reader.readCount()) {
        let kind = try reader.readByte()
        options.append((kind, [3, 4, 5, 7].contains(kind) ? try reader.readU32() : nil))
      }
    } catch { return current }
    let kind = UInt8(random.below(8))
    var index: UInt32?
    if [3, 4, 5, 7].contains(kind) {
      let space = kind == 3 ? ComponentSpace.coreMemory : .coreFunction
      index = .random(in: 0..<component.indexBounds[space.rawValue], using: &random)
    }
    if options.isEmpty || random.chance(30) {
      options.append((kind, index))
    } else if random.chance(40) {
      options.remove(at: random.below(options.count))
    } else {
      options[random.below(options.count)] = (kind, index)
    }
    var writer = ByteWriter()
    writer.writeCount(options.count)
    for option in options {
      writer.writeByte(option.kind)
      if let index = option.index { writer.writeU32(index) }
    }
    return writer.bytes
  }
}
