// Two hundred thousand components, types and values in each other are accepted or refused with an error, also on a small
// native stack.

import TestSupport
import Testing
import WasmBinary
import WasmExecution
import WasmSyntax
import WasmText

@testable import ComponentRuntime
@testable import WasmValidation

private let depth = 200_000

private func nest(_ open: String, _ middle: String, _ close: String) -> String {
  String(repeating: open, count: depth) + middle + String(repeating: close, count: depth)
}

/// What a component text can nest.
private let texts: [(name: String, text: String)] = [
  ("components", nest("(component ", "", ")")),
  ("core instances", "(component (core instance " + nest("(export \"a\" ", "", ")") + "))"),
  ("component types", "(component " + nest("(type (component ", "", "))") + ")"),
  ("instance types", "(component " + nest("(type (instance ", "", "))") + ")"),
  ("module types", "(component (core type " + nest("(module ", "", ")") + "))"),
  ("instances", "(component (import \"a\" " + nest("(instance (export \"a\" ", "", "))") + "))"),
  ("imports", "(component (import \"a\" " + nest("(component (import \"a\" ", "", "))") + "))"),
  ("lists", "(component (type " + nest("(list ", "u8", ")") + "))"),
  ("options", "(component (type " + nest("(option ", "u8", ")") + "))"),
  ("tuples", "(component (type " + nest("(tuple ", "u8", ")") + "))"),
  ("results", "(component (type " + nest("(result ", "", ")") + "))"),
  ("errors", "(component (type " + nest("(result (error ", "u8", "))") + "))"),
  ("records", "(component (type " + nest("(record (field \"a\" ", "u8", "))") + "))"),
  ("variants", "(component (type " + nest("(variant (case \"a\" ", "u8", "))") + "))"),
  ("streams", "(component (type " + nest("(stream ", "u8", ")") + "))"),
  ("futures", "(component (type " + nest("(future ", "u8", ")") + "))"),
  ("maps", "(component (type " + nest("(map u8 ", "u8", ")") + "))"),
  ("parameters", "(component (type (func (param \"a\" " + nest("(list ", "u8", ")") + "))))"),
  ("values", "(component (value (list u8) " + nest("(list.const ", "", ")") + "))"),
  ("payloads", "(component (value (option u8) " + nest("(some.const ", "", ")") + "))"),
  (
    "arguments",
    "(component (component $C) (instance (instantiate $C "
      + nest("(with \"a\" (instance (export \"a\" ", "", ")))") + ")))"
  ),
  ("aliases", "(component (export \"a\" (func " + nest("(alias export ", "", ")") + ")))"),
  ("lifts", "(component (func (canon lift " + nest("(core func (canon lower ", "", "))") + ")))"),
  ("annotations", "(component " + nest("(@a ", "", ")") + ")"),
  ("comments", "(component " + nest("(;", "", ";)") + ")"),
  (
    "outer",
    "(component (alias outer 200000 0 (type)) (alias outer 4294967295 4294967295 (component)))"
  ),
  ("flat components", "(component " + String(repeating: "(component)", count: depth) + ")"),
  ("flat types", "(component " + String(repeating: "(type (list u8))", count: depth) + ")"),
  (
    "flat instances",
    "(component (component $C)"
      + String(repeating: "(instance (instantiate $C))", count: depth) + ")"
  ),
  (
    "flat fields",
    "(component (type (record "
      + (0..<depth).map { "(field \"a\($0)\" u8)" }.joined() + ")))"
  ),
]

@Suite struct DeepNestingTests {
  private static var engine: Engine {
    var configuration = EngineConfiguration()
    configuration.features = .all
    return Engine(configuration: configuration)
  }

  private static func load(_ bytes: [UInt8]) -> String {
    do throws(ModuleError) {
      let engine = engine
      let component = try LoadedComponent(engine: engine, bytes: Bytes(bytes))
      do throws(ComponentFailure) {
        let store = try ComponentStore(engine: engine)
        _ = try ComponentInstantiation(component, in: store) { _ in nil }.run {
          () throws(ComponentFailure) in throw .wouldBlock
        }
        return "instantiated"
      } catch { return "\(error)" }
    } catch { return "\(error)" }
  }

  @Test(arguments: texts.indices) func text(_ index: Int) throws {
    try onSmallStack {
      do throws(ModuleError) {
        _ = Self.load(try parseComponent(Array(texts[index].text.utf8)))
      } catch {
        #expect(!error.description.isEmpty)
      }
    }
  }

  @Test(arguments: texts.indices) func scripts(_ index: Int) throws {
    try onSmallStack {
      do throws(ModuleError) {
        let script = try Script(Bytes(Array(texts[index].text.utf8)))
        #expect(script.directives.count <= 1)
      } catch {
        #expect(!error.description.isEmpty)
      }
    }
  }

  // MARK: Binary

  /// Components in components: each section's size is that of all within.
  @Test func binaryComponents() throws {
    try onSmallStack {
      var sizes = [8]
      for level in 1..<depth {
        var writer = ByteWriter()
        writer.writeCount(sizes[level - 1])
        sizes.append(8 + 1 + writer.bytes.count + sizes[level - 1])
      }
      var writer = ByteWriter()
      writer.writeBytes(Preamble.component)
      for size in sizes.dropLast().reversed() {
        writer.writeByte(ComponentSectionID.component.rawValue)
        writer.writeCount(size)
        writer.writeBytes(Preamble.component)
      }
      let outcome = Self.load(writer.bytes)
      #expect(outcome.contains("limit"), "\(outcome)")
    }
  }

  private func types(_ definitions: [[UInt8]]) -> [UInt8] {
    var writer = ByteWriter()
    writer.writeBytes(Preamble.component)
    writer.writeByte(ComponentSectionID.type.rawValue)
    writer.writeSized { writer in
      writer.writeCount(definitions.count)
      for definition in definitions { writer.writeBytes(definition) }
    }
    return writer.bytes
  }

  /// Types each of which consists of the one before.
  @Test(arguments: [[0x70], [0x6B], [0x6F, 1], [0x66, 1], [0x63, 0x7D]] as [[UInt8]])
  func binaryTypes(prefix: [UInt8]) throws {
    let definitions = (0..<depth).map { index in
      var writer = ByteWriter()
      writer.writeBytes(prefix)
      if index == 0 { writer.writeByte(0x7D) } else { writer.writeS33(Int64(index - 1)) }
      return writer.bytes
    }
    let bytes = types(definitions)
    try onSmallStack {
      let outcome = Self.load(bytes)
      #expect(!outcome.isEmpty)
    }
  }

  /// Component and instance types in each other.
  @Test(arguments: [0x41, 0x42] as [UInt8]) func binaryDeclarators(kind: UInt8) throws {
    let definition =
      (0..<depth).flatMap { _ in [kind, 1, 0x01] as [UInt8] } + [0x42, 0] as [UInt8]
    let bytes = types([definition])
    try onSmallStack {
      let outcome = Self.load(bytes)
      #expect(outcome.contains("limit"), "\(outcome)")
    }
  }

  // MARK: WAVE

  @Test(arguments: [
    ("[", "]"), ("(", ")"), ("{a: ", "}"), ("some(", ")"), ("ok(", ")"), ("err(", ")"),
    ("a(", ")"), ("{", "}"), ("%some(", ")"), ("-", ""), ("\"", "\""), ("'", "'"), ("//\n", ""),
  ])
  func wave(_ brackets: (open: String, close: String)) throws {
    let text = nest(brackets.open, "1", brackets.close)
    try onSmallStack {
      let world = World()
      let make = world.make
      var shapes: [ValueTypeID] = [make(.u8), make(.string), make(.char), make(.s64), make(.f32)]
      for _ in 0..<90 {
        shapes = [
          make.list(shapes[0]), make.tuple(shapes[1]), make.option(shapes[2]),
          make.result(nil, shapes[3]), make.record(["a": shapes[4]]),
        ]
      }
      for type in shapes { _ = try? WaveReader.value(text, type, in: make.types) }
      _ = try? WaveCall("f(\(text))")
      _ = try? WaveCall(text)
    }
  }
}
