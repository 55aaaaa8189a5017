// From a component's binary form to text that parses to the same bytes again, as far as the text format can say what they
// are: empty sections, sections split in two and numbers in more bytes than they need come out as the encoder writes them.

import WasmBinary
import WasmSyntax

/// Prints a component. It need not be valid, but it must be well-formed.
package func printComponent(
  _ bytes: Bytes, limits: ImplementationLimits = ImplementationLimits()
) throws(ModuleError) -> [UInt8] {
  var printer = ComponentPrinter(limits)
  try printer.printRoot(try decodeComponent(bytes, limits: limits))
  return printer.out.bytes
}

/// Prints a component or a core module, whichever the bytes are.
package func printBinary(
  _ bytes: Bytes, limits: ImplementationLimits = ImplementationLimits()
) throws(ModuleError) -> [UInt8] {
  Preamble.isComponent(bytes)
    ? try printComponent(bytes, limits: limits) : try printModule(bytes, limits: limits)
}

/// Recurses into nested components and types, whose depth the decoder limits.
struct ComponentPrinter {
  let limits: ImplementationLimits
  var out = TextWriter()
  /// The innermost component or type last.
  var scopes: [ComponentPrintScope] = []

  init(_ limits: ImplementationLimits) { self.limits = limits }

  var scope: ComponentPrintScope {
    _read { yield scopes[scopes.count - 1] }
    _modify { yield &scopes[scopes.count - 1] }
  }

  // MARK: Components

  fileprivate mutating func printRoot(_ component: Component) throws(ModuleError) {
    let contents = ComponentContents(component)
    out.write("(component")
    if let name = contents.names.component {
      out.write(" ")
      if name.isEmpty { writeNameAnnotation(name) } else { out.write(identifier: name) }
    }
    try printContents(contents)
    out.write(")\n")
  }

  /// A component among the definitions of another.
  mutating func printNested(_ component: Component) throws(ModuleError) {
    let contents = ComponentContents(component)
    out.write("(component")
    let name = writeBinding(.component)
    writeOwnName(contents.names.component, unless: name)
    try printContents(contents)
    out.write(")")
  }

  private mutating func printContents(_ contents: ComponentContents) throws(ModuleError) {
    scopes.append(ComponentPrintScope(contents.names))
    out.depth += 1
    var customs = contents.customSections[...]
    for definition in contents.component.definitions {
      while let custom = customs.first, custom.offset < definition.offset {
        print(custom)
        customs.removeFirst()
      }
      out.newLine()
      try print(definition.kind)
      define(definition.kind.defined)
    }
    for custom in customs { print(custom) }
    out.depth -= 1
    out.newLine()
    scopes.removeLast()
  }

  private mutating func print(_ custom: ComponentContents.Custom) {
    out.newLine()
    out.write("(@custom ")
    out.write(string: custom.name)
    out.write(" ")
    out.write(data: custom.payload)
    out.write(")")
  }

  private mutating func print(_ definition: ComponentDefinition.Kind) throws(ModuleError) {
    switch definition {
    case .coreModule(let bytes): printCoreModule(bytes)
    case .coreInstance(let expression): printCoreInstance(expression)
    case .coreType(let type): printCoreType(type)
    case .component(let component): try printNested(component)
    case .instance(let expression): printInstance(expression)
    case .alias(let alias): printAlias(alias)
    case .type(let type): printType(type)
    case .canon(let canon): printCanon(canon)
    case .start(let start): printStart(start)
    case .import(let item): printImport(item)
    case .export(let item): printExport(item)
    case .value(let value): printValue(value)
    }
  }

  // MARK: Core modules

  /// The module's text, or its bytes if they are no module.
  private mutating func printCoreModule(_ bytes: Bytes) {
    out.write("(core module")
    let name = writeBinding(.core(.module))
    let text: [UInt8]
    let ownName: String?
    do throws(ModuleError) {
      var printer = try ModulePrinter(try decodeModule(bytes, limits: limits), limits)
      ownName = printer.names.section.module
      text = try printer.print()
    } catch {
      out.write(" binary ")
      out.write(data: bytes.array)
      out.write(")")
      return
    }
    writeOwnName(ownName, unless: name)
    // The first line is the module's own header, and the last its parenthesis; no string contains a line feed.
    let lines = text.split(separator: 0x0A)
    for line in lines.dropFirst().dropLast() {
      out.newLine()
      out.write(Array(line))
    }
    out.newLine()
    out.write(")")
  }

  // MARK: Bindings and references

  mutating func writeNameAnnotation(_ name: String) {
    out.write("(@name ")
    out.write(string: name)
    out.write(")")
  }

  /// What a module or component calls itself, where that is not what the component around it calls it.
  private mutating func writeOwnName(_ ownName: String?, unless name: String?) {
    guard ownName.map(ExactName.init) != name.map(ExactName.init) else { return }
    out.write(" (@apus.name")
    if let ownName {
      out.write(" ")
      out.write(string: ownName)
    }
    out.write(")")
  }

  /// Counts what has been printed: only then can it be referred to.
  mutating func define(_ definitions: (sort: Sort, count: Int)) {
    scope.counts[definitions.sort, default: 0] &+= UInt32(truncatingIfNeeded: definitions.count)
  }

  /// What binds the next index of a sort, or one behind it, with a blank in front: its identifier, or its index as a comment
  /// and its name as an annotation. Returns the name.
  @discardableResult
  mutating func writeBinding(_ sort: Sort, _ distance: Int = 0) -> String? {
    let index = (scope.counts[sort] ?? 0) &+ UInt32(truncatingIfNeeded: distance)
    out.write(" ")
    let space = scope.spaces[sort]
    if let identifier = space?.identifier(index) {
      out.write(identifier: identifier)
      return identifier
    }
    out.write("(;")
    out.write(index)
    out.write(";)")
    guard let name = space?.names[index] else { return nil }
    out.write(" ")
    writeNameAnnotation(name)
    return name
  }

  /// An index, by identifier if that has been bound already.
  mutating func write(_ index: UInt32, _ sort: Sort) {
    if index < scope.counts[sort] ?? 0, let identifier = scope.spaces[sort]?.identifier(index) {
      out.write(identifier: identifier)
    } else {
      out.write(index)
    }
  }

  /// `(sort index)` with a blank in front.
  mutating func writeReference(_ index: UInt32, _ sort: Sort) {
    out.write(" (")
    out.write(text: sort.name)
    out.write(" ")
    write(index, sort)
    out.write(")")
  }
}

/// Index spaces while they are printed.
struct ComponentPrintScope {
  var counts: [Sort: UInt32] = [:]
  var spaces: [Sort: PrintedSpace] = [:]

  /// Of a type, whose definitions have no names.
  init() {}

  init(_ names: ComponentNames) {
    for (sort, names) in names.definitions {
      spaces[sort] = PrintedSpace(
        Dictionary(names.map { ($0.index, $0.name) }, uniquingKeysWith: { first, _ in first }))
    }
  }
}

/// A component with its names apart from the other custom sections.
struct ComponentContents {
  struct Custom {
    var name: String
    var payload: [UInt8]
    /// From the start of the file.
    var offset: Int
  }
  let component: Component
  private(set) var names = ComponentNames()
  private(set) var customSections: [Custom] = []

  init(_ component: Component) {
    self.component = component
    let start = component.bytes.range.lowerBound
    customSections = component.customSections.map {
      Custom(
        name: $0.name, payload: component.bytes.slice($0.payload).array,
        offset: start + $0.payload.lowerBound)
    }
    // Names become identifiers where parsing makes the same section of them again, at the end. Otherwise the section is
    // printed like any other.
    guard let last = component.customSections.last,
      last.name.utf8.elementsEqual("component-name".utf8),
      last.payload.upperBound == component.bytes.count,
      let names = ComponentNames(canonicalPayload: component.bytes.slice(last.payload)),
      Self.exist(names, in: component)
    else { return }
    self.names = names
    customSections.removeLast()
  }

  /// Whether everything that has a name is there to be named.
  private static func exist(_ names: ComponentNames, in component: Component) -> Bool {
    var counts: [Sort: Int] = [:]
    for definition in component.definitions {
      let (sort, count) = definition.kind.defined
      counts[sort, default: 0] += count
    }
    return names.definitions.allSatisfy { sort, names in
      names.allSatisfy { $0.index < counts[sort] ?? 0 }
    }
  }
}

extension ComponentDefinition.Kind {
  /// What the definition adds to which index space.
  fileprivate var defined: (sort: Sort, count: Int) {
    switch self {
    case .coreModule: (.core(.module), 1)
    case .coreInstance: (.core(.instance), 1)
    case .coreType(.recursionGroup(let types)): (.core(.type), types.count)
    case .coreType(.module): (.core(.type), 1)
    case .component: (.component, 1)
    case .instance: (.instance, 1)
    case .alias(let alias): (alias.sort, 1)
    case .type: (.type, 1)
    case .canon(.lift): (.function, 1)
    case .canon(.lower), .canon(.builtin): (.core(.function), 1)
    case .start(let start): (.value, Int(start.resultCount))
    case .import(let item): (item.type.sort, 1)
    case .export(let item): (item.item.sort, 1)
    case .value: (.value, 1)
    }
  }
}

extension Alias {
  var sort: Sort {
    switch self {
    case .export(_, _, let sort), .outer(_, _, let sort): sort
    case .coreExport(_, _, let sort): .core(sort)
    }
  }
}
