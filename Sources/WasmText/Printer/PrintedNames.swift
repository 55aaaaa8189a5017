// Names from the name section become identifiers, if parsing the text will make the same section of them again. Otherwise
// the section is printed as it is, and the text goes without names.

import WasmBinary
import WasmSyntax

/// How the members of one index space are written.
struct PrintedSpace {
  let names: NameSection.NameMap
  /// The member that a name identifies: the first that has it.
  private var owners: [String: UInt32] = [:]

  init(_ names: NameSection.NameMap) {
    self.names = names
    for (index, name) in names where !name.isEmpty {
      owners[name] = min(owners[name] ?? index, index)
    }
  }

  /// The name of a member if it serves as its identifier.
  func identifier(_ index: UInt32) -> String? {
    guard let name = names[index], owners[name] == index else { return nil }
    return name
  }
}

struct PrintedNames {
  let section: NameSection
  /// Which custom section the names come from, nil if they are not used.
  let customIndex: Int?
  let functions: PrintedSpace
  let types: PrintedSpace
  let tables: PrintedSpace
  let memories: PrintedSpace
  let globals: PrintedSpace
  let elements: PrintedSpace
  let data: PrintedSpace
  let tags: PrintedSpace
  private let structureFields: [UInt32: PrintedSpace]

  /// The fields of a structure.
  func fields(of type: UInt32) -> PrintedSpace {
    structureFields[type] ?? PrintedSpace([:])
  }

  init(_ module: Module, _ forms: EncodingForms) throws(ModuleError) {
    let candidate = module.customSections.lastIndex { $0.name.utf8.elementsEqual("name".utf8) }
    var section = NameSection()
    var customIndex: Int?
    if let candidate {
      let decoded = NameSection(of: module)
      if try Self.isReproducible(decoded, module.customSections[candidate], module, forms) {
        section = decoded
        customIndex = candidate
      }
    }
    self.section = section
    self.customIndex = customIndex
    functions = PrintedSpace(section.functions)
    types = PrintedSpace(section.types)
    tables = PrintedSpace(section.tables)
    memories = PrintedSpace(section.memories)
    globals = PrintedSpace(section.globals)
    elements = PrintedSpace(section.elements)
    data = PrintedSpace(section.data)
    tags = PrintedSpace(section.tags)
    structureFields = section.fields.mapValues { PrintedSpace($0) }
  }

  private static func isReproducible(
    _ names: NameSection, _ custom: CustomSection, _ module: Module, _ forms: EncodingForms
  ) throws(ModuleError) -> Bool {
    // It stands at the end, and is written the way the parser writes it.
    guard custom.after == (forms.sections.last?.rawValue ?? 0) else { return false }
    let payload = module.bytes.slice(custom.payload)
    let isCanonical = payload.withUnsafeBytes {
      $0.elementsEqual(ModuleNames(names).payload.bytes)
    }
    guard isCanonical, payload.count > 0 else { return false }
    // Everything that has a name exists, and has a place in the text to be named at.
    func fits(_ map: NameSection.NameMap, _ count: Int) -> Bool {
      map.keys.allSatisfy { Int($0) < count }
    }
    guard fits(names.functions, module.functions.count),
      fits(names.types, module.types.types.count), fits(names.tables, module.tables.count),
      fits(names.memories, module.memories.count), fits(names.globals, module.globals.count),
      fits(names.elements, module.elementSegments.count),
      fits(names.data, module.dataSegments.count), fits(names.tags, module.tags.count)
    else { return false }
    guard fieldsExist(names.fields, module), try localsExist(names.locals, module) else {
      return false
    }
    return try labelsExist(names.labels, module)
  }

  private static func fieldsExist(
    _ fields: NameSection.IndirectNameMap, _ module: Module
  ) -> Bool {
    fields.allSatisfy { type, map in
      guard type < module.types.types.count,
        case .structure(let fields) = module.types.types[Int(type)].composite
      else { return false }
      return !map.isEmpty && map.keys.allSatisfy { Int($0) < fields.count }
    }
  }

  private static func localsExist(
    _ locals: NameSection.IndirectNameMap, _ module: Module
  ) throws(ModuleError) -> Bool {
    for (function, map) in locals {
      guard let body = module.body(of: function), let type = module.functionType(function),
        !map.isEmpty
      else { return false }
      var count = UInt64(type.parameters.count)
      for group in try module.localGroups(of: body) { count += UInt64(group.count) }
      guard map.keys.allSatisfy({ UInt64($0) < count }) else { return false }
    }
    return true
  }

  private static func labelsExist(
    _ labels: NameSection.IndirectNameMap, _ module: Module
  ) throws(ModuleError) -> Bool {
    defer { withExtendedLifetime(module.bytes) {} }
    for (function, map) in labels {
      guard let body = module.body(of: function), !map.isEmpty else { return false }
      var blocks = 0
      var cursor = InstructionCursor(module.bytes, range: body.body)
      try cursor.skipExpression { (definition, _) throws(ModuleError) in
        if definition.beginsBlock { blocks += 1 }
      }
      guard map.keys.allSatisfy({ Int($0) < blocks }) else { return false }
    }
    return true
  }
}

extension Module {
  /// The body of a function that is not imported.
  func body(of function: UInt32) -> FunctionBody? {
    let index = Int(function) - importedFunctionCount
    return code.indices.contains(index) ? code[index] : nil
  }

  /// The local declarations of a body.
  func localGroups(
    of body: FunctionBody
  ) throws(ModuleError) -> [(count: UInt32, type: ValueType)] {
    defer { withExtendedLifetime(bytes) {} }
    var reader = ByteReader(bytes, range: body.locals)
    var groups: [(count: UInt32, type: ValueType)] = []
    for _ in 0..<(try reader.readCount()) {
      let count = try reader.readU32()
      groups.append((count, try reader.readValueType()))
    }
    return groups
  }
}
