// What component text abbreviates: each pair of texts must encode to the same bytes, where the second says everything in
// full and by index. Names are left out of the comparison.

import Testing
import WasmBinary
import WasmSyntax

@testable import WasmText

/// A component's bytes from its definitions.
func component(_ definitions: String) throws -> [UInt8] {
  try parseComponent(Array("(component \(definitions))".utf8))
}

func componentRejection(_ definitions: String) throws -> ModuleError {
  try #require(throws: ModuleError.self) { try component(definitions) }
}

struct UnexpectedSyntax: Error {}

@Suite struct ComponentParserTests {
  /// The definitions, nested components included, without name sections.
  private func withoutNames(_ bytes: [UInt8]) throws -> [UInt8] {
    var pending = [(try decodeComponent(Bytes(bytes)), ComponentEncoder(), 0)]
    while true {
      let (component, _, position) = pending[pending.count - 1]
      guard position < component.definitions.count else {
        let bytes = pending.removeLast().1.finish()
        if pending.isEmpty { return bytes }
        pending[pending.count - 1].1.appendComponent(Bytes(bytes))
        continue
      }
      pending[pending.count - 1].2 += 1
      switch component.definitions[position].kind {
      case .component(let nested): pending.append((nested, ComponentEncoder(), 0))
      case .coreModule:
        // Modules are only there to be named.
        pending[pending.count - 1].1.appendCoreModule(Bytes(Preamble.module))
      case let kind: pending[pending.count - 1].1.append(kind)
      }
    }
  }

  private func expectSame(
    _ text: String, _ full: String, at location: SourceLocation = #_sourceLocation
  ) throws {
    let short = try withoutNames(try component(text))
    let long = try withoutNames(try component(full))
    #expect(short == long, sourceLocation: location)
  }

  @Test(arguments: [
    // Types written inline come in front, the innermost first.
    (
      "(import \"f\" (func (param \"a\" (list (option u8))) (result (tuple string char))))",
      """
      (type (option u8)) (type (list 0)) (type (tuple string char))
      (type (func (param "a" 1) (result 2))) (import "f" (func (type 3)))
      """
    ),
    (
      "(import \"i\" (instance (export \"f\" (func (param \"a\" (list u8))))))",
      """
      (type (instance (type (list u8)) (type (func (param "a" 0))) (export "f" (func (type 1)))))
      (import "i" (instance (type 0)))
      """
    ),
    (
      "(import \"c\" (component (import \"i\" (instance)) (export \"m\" (core module))))",
      """
      (type (component (type (instance)) (import "i" (instance (type 0)))
        (core type (module)) (export "m" (core module (type 0)))))
      (import "c" (component (type 0)))
      """
    ),
    (
      "(import \"v\" (value (list u8)))",
      "(type (list u8)) (import \"v\" (value 0))"
    ),
    // A signature in a module type stands for a type in front of it, or for one the text defines.
    (
      "(core type (module (import \"\" \"a\" (func (param i32))) (type (func)) (export \"b\" (func))))",
      """
      (core type (module (type (func (param i32))) (import "" "a" (func (type 0))) (type (func))
        (export "b" (func (type 1)))))
      """
    ),
  ])
  func inlineTypes(_ text: String, _ full: String) throws { try expectSame(text, full) }

  @Test(arguments: [
    // Inline imports and exports on every sort; exports come last.
    (
      "(func (import \"a\") (param \"x\" u8)) (func (import \"b\"))",
      """
      (type (func (param "x" u8))) (import "a" (func (type 0)))
      (type (func)) (import "b" (func (type 1)))
      """
    ),
    (
      """
      (type (export "t") u8) (core module (export "m")) (component (export "c"))
      (instance (export "i")) (value (export "v") u8 7) (type (export "r") (import "s") (sub resource))
      """,
      """
      (type u8) (core module) (component) (instance) (value u8 (binary "\\07"))
      (import "s" (type (sub resource)))
      (export "t" (type 0)) (export "m" (core module 0)) (export "c" (component 0))
      (export "i" (instance 0)) (export "v" (value 0)) (export "r" (type 1))
      """
    ),
    (
      """
      (core module (import "m")) (component (import "c")) (value (import "v") string)
      (instance (import "i" (external-id "x") (implements "a:b/c"))) (type (import "t") (eq 1))
      """,
      """
      (core type (module)) (import "m" (core module (type 0)))
      (type (component)) (import "c" (component (type 0))) (import "v" (value string))
      (type (instance)) (import "i" (implements "a:b/c") (external-id "x") (instance (type 1)))
      (import "t" (type (eq 1)))
      """
    ),
  ])
  func inlineImportsAndExports(_ text: String, _ full: String) throws {
    try expectSame(text, full)
  }

  @Test(arguments: [
    (
      """
      (import "i" (instance $i (export "f" (func)) (export "n" (instance (export "g" (func))))))
      (export "f" (func $i "f")) (export "g" (func $i "n" "g"))
      """,
      """
      (import "i" (instance $i (export "f" (func)) (export "n" (instance (export "g" (func))))))
      (alias export 0 "f" (func)) (export "f" (func 0))
      (alias export 0 "n" (instance)) (alias export 1 "g" (func)) (export "g" (func 2))
      """
    ),
    (
      """
      (core module $M) (core instance $m (instantiate $M))
      (core instance (export "a" (func $m "f")) (export "b" (memory $m "mem")))
      (core instance (instantiate $M (with "x" (instance (export "t" (table $m "t"))))))
      """,
      """
      (core module) (core instance (instantiate 0))
      (alias core export 0 "f" (core func)) (alias core export 0 "mem" (core memory))
      (core instance (export "a" (func 0)) (export "b" (memory 0)))
      (alias core export 0 "t" (core table)) (core instance (export "t" (table 0)))
      (core instance (instantiate 0 (with "x" (instance 2))))
      """
    ),
    (
      "(component $C) (component (instance (instantiate $C)) (instance (instantiate $C)))",
      """
      (component) (component
        (alias outer 1 0 (component)) (instance (instantiate 0))
        (alias outer 1 0 (component)) (instance (instantiate 1)))
      """
    ),
    (
      """
      (component $A (type $t u8) (core type $f (func)) (component (type (instance
        (export "f" (func (param "x" $t))) (core type (module (export "g" (func (type $f)))))))))
      """,
      """
      (component (type u8) (core type (func)) (component (type (instance
        (alias outer 2 0 (type)) (type (func (param "x" 0))) (export "f" (func (type 1)))
        (core type (module (alias outer 3 0 (type)) (export "g" (func (type 0)))))))))
      """
    ),
    (
      """
      (import "i" (instance $i)) (func $f (alias export $i "f")) (type $t (alias export $i "t"))
      (instance (alias export $i "i")) (component $C (alias export $i "c"))
      (core module (alias export $i "m")) (value (alias export $i "v"))
      (component (component (alias outer 1 $C)) (type (alias outer 1 $t)))
      """,
      """
      (import "i" (instance)) (alias export 0 "f" (func)) (alias export 0 "t" (type))
      (alias export 0 "i" (instance)) (alias export 0 "c" (component))
      (alias export 0 "m" (core module)) (alias export 0 "v" (value))
      (component (alias outer 1 0 (component)) (alias outer 1 1 (type)))
      """
    ),
    (
      """
      (core module $M) (core instance $m (instantiate $M)) (core func (alias core export $m "f"))
      (core memory (alias core export $m "m")) (core table (alias core export $m "t"))
      (core global (alias core export $m "g")) (core tag (alias core export $m "e"))
      """,
      """
      (core module) (core instance (instantiate 0)) (alias core export 0 "f" (core func))
      (alias core export 0 "m" (core memory)) (alias core export 0 "t" (core table))
      (alias core export 0 "g" (core global)) (alias core export 0 "e" (core tag))
      """
    ),
  ])
  func aliases(_ text: String, _ full: String) throws { try expectSame(text, full) }

  @Test(arguments: [
    (
      """
      (core module $M) (core instance $m (instantiate $M))
      (func (export "f") async (param "s" string) (canon lift (core func $m "f")
        string-encoding=utf16 (memory (core memory $m "mem")) async (callback (core func $m "cb"))))
      """,
      """
      (core module) (core instance (instantiate 0)) (type (func async (param "s" string)))
      (alias core export 0 "f" (core func)) (alias core export 0 "mem" (core memory))
      (alias core export 0 "cb" (core func))
      (canon lift (core func 0) string-encoding=utf16 (memory 0) async (callback 1)
        (func (type 0)))
      (export "f" (func 0))
      """
    ),
    (
      """
      (import "i" (instance $i)) (core func (canon lower (func $i "f")))
      (core func (canon resource.drop (type $i "r"))) (core func (canon task.return (result (list u8))))
      """,
      """
      (import "i" (instance)) (alias export 0 "f" (func)) (canon lower (func 0) (core func))
      (alias export 0 "r" (type)) (canon resource.drop 1 (core func))
      (type (list u8)) (canon task.return (result 2) (core func))
      """
    ),
  ])
  func canon(_ text: String, _ full: String) throws { try expectSame(text, full) }

  /// Every built-in, in the order of the table, with its immediates in binary order.
  @Test func builtins() throws {
    func immediates(_ shape: CanonImmediateShape) -> String {
      switch shape {
      case .none: ""
      case .type: "1"
      case .typeOptions: "1 string-encoding=utf8 (memory 2)"
      case .typeAsync: "1 async"
      case .async: "async"
      case .cancellable: "cancellable"
      case .cancellableMemory: "cancellable (memory 2)"
      case .options: "(realloc 3) (post-return 4)"
      case .resultOptions: "(result string) string-encoding=latin1+utf16"
      case .valueTypeSlot: "i64 1"
      case .typeTable: "1 (core table 2)"
      case .sharedType: "shared (core type 1)"
      case .sharedTypeTable: "shared 1 2"
      case .shared: "shared"
      }
    }
    for builtin in CanonBuiltin.allCases {
      let shape = builtin.definition.immediate
      let bytes = try component(
        "(core func $f (canon \(builtin.definition.name) \(immediates(shape))))")
      let definition = try #require(try decodeComponent(Bytes(bytes)).definitions.first)
      guard case .canon(.builtin(builtin, let found)) = definition.kind else {
        Issue.record("\(builtin)")
        continue
      }
      switch shape {
      case .none: break
      case .type: #expect(found.type == 1)
      case .typeOptions:
        #expect(found.type == 1 && found.options == [.stringEncoding(.utf8), .memory(2)])
      case .typeAsync: #expect(found.type == 1 && found.flag)
      case .async, .cancellable, .shared: #expect(found.flag)
      case .cancellableMemory: #expect(found.flag && found.memory == 2)
      case .options: #expect(found.options == [.realloc(3), .postReturn(4)])
      case .resultOptions:
        #expect(found.result == .primitive(.string))
        #expect(found.options == [.stringEncoding(.latin1UTF16)])
      case .valueTypeSlot: #expect(found.valueType == .i64 && found.slot == 1)
      case .typeTable: #expect(found.type == 1 && found.table == 2)
      case .sharedType: #expect(found.flag && found.type == 1)
      case .sharedTypeTable: #expect(found.flag && found.type == 1 && found.table == 2)
      }
    }
  }

  @Test(
    arguments: [
      ("bool true", [1]), ("u8 255", [255]), ("s8 -1", [255]), ("u16 0x80", [0x80, 1]),
      ("s16 -2", [0x7E]), ("u64 1", [1]),
      ("s64 -9223372036854775808", [128, 128, 128, 128, 128, 128, 128, 128, 128, 127]),
      ("f32 nan", [0, 0, 0xC0, 0x7F]), ("f64 1", [0, 0, 0, 0, 0, 0, 0xF0, 0x3F]),
      ("char 'a'", [0x61]), ("char '\\u{20ac}'", [0xE2, 0x82, 0xAC]), ("char '\\''", [0x27]),
      ("char ' '", [0x20]), ("char '('", [0x28]), ("string \"hi\"", [2, 0x68, 0x69]),
      ("(record (field \"a\" bool) (field \"b\" u8)) (record true 1)", [1, 1]),
      ("(variant (case \"a\") (case \"b\" u8)) (variant \"b\" 9)", [1, 9]),
      ("(variant (case \"a\") (case \"b\" u8)) (variant \"a\")", [0]),
      ("(list (result (option u8))) (list error (ok (some 1)) (ok none))", [3, 1, 0, 1, 1, 0, 0]),
      ("(list u8 2) (list 1 2)", [1, 2]), ("(tuple u8 string) (tuple 1 \"\")", [1, 0]),
      (
        "(flags \"a\" \"b\" \"c\" \"d\" \"e\" \"f\" \"g\" \"h\" \"i\") (flags \"i\" \"b\")", [2, 1]
      ),
      ("(enum \"a\" \"b\") (enum \"b\")", [1]), ("(result (error u8)) (error 3)", [1, 3]),
      ("(result (error u8)) ok", [0]), ("(map string u8) (list (tuple \"k\" 1))", [1, 1, 0x6B, 1]),
      ("(tuple u8 u8) (binary \"\\05\\06\")", [5, 6]),
      ("(tuple u8 u8) (tuple 1 (binary \"\\06\"))", [1, 6]),
    ] as [(String, [UInt8])])
  func values(_ text: String, _ bytes: [UInt8]) throws {
    let definitions = try decodeComponent(Bytes(try component("(value \(text))"))).definitions
    guard case .value(let value) = try #require(definitions.last).kind else {
      Issue.record("no value")
      return
    }
    #expect(value.bytes.array == bytes)
  }

  @Test func valuesOfNamedTypes() throws {
    let bytes = try component(
      """
      (type $t (tuple u8 (list u8)))
      (component (import "u" (type $u (eq $t))) (export $v "v" (type $u))
        (value $w $v (tuple 1 (list 2 3))))
      """)
    guard case .component(let inner)? = try decodeComponent(Bytes(bytes)).definitions.last?.kind,
      case .value(let value)? = inner.definitions.last?.kind
    else {
      Issue.record("no value")
      return
    }
    #expect(value.type == .index(2))
    #expect(value.bytes.array == [1, 2, 2, 3])
  }

  @Test(arguments: [
    "u8 256", "s8 128", "s8 -129", "bool 1", "char \"a\"", "char 'ab'", "char '\\41'",
    "f32 nan:0x1",
    "(list u8 2) (list 1)", "(tuple u8 u8) (tuple 1)", "(tuple u8) (tuple 1 2)",
    "(enum \"a\") (enum \"b\")", "(option u8) (some)", "(result) (ok 1)", "(own 0) 1", "7 1",
  ])
  func malformedValues(_ text: String) throws {
    #expect(try componentRejection("(value \(text))").kind == .malformed)
  }

  @Test(arguments: [
    ("(func (param \"a\" $t))", "unexpected token"),
    ("(type (func (param \"a\" $t)))", "unknown type $t"),
    ("(type $t u8) (type $t u8)", "duplicate type $t"),
    ("(import \"f\" (func $f)) (component (export \"f\" (func $f)))", "is not a module, type"),
    ("(alias outer $C 0 (type))", "outer component `C` not found"),
    ("(alias outer 9 $t (type))", "outer count of `9` is too large"),
    ("(alias outer 0 0 (func))", "cannot be an outer alias"),
    ("(canon lift (func 0) (func))", "unexpected token func"),
    ("(canon lower (func 0) (memory $m \"mem\") (core func))", "unknown core instance $m"),
    ("(core func (canon nothing))", "unknown operator nothing"),
    ("(type (list))", "unexpected token )"), ("(type (list u8 u8))", "unknown operator u8"),
    ("(type (record (case \"a\" u8)))", "unexpected token ("),
    ("(type (param u8))", "unexpected token param"),
    ("(import \"a\" (core func))", "cannot be imported"),
    ("(import \"\\ff\" (func))", "malformed UTF-8"),
    (
      "(import \"a\" (implements \"b\") (implements \"b\") (instance))",
      "unexpected token, attribute given twice"
    ),
    ("(core type (module (type (module))))", "a module type cannot contain another"),
    ("(export \"a\" (func 4294967296))", "out of range"), ("(start)", "unexpected token )"),
    ("(core module (func", "unexpected end"), ("'a'", "unexpected token 'a'"),
  ])
  func refusals(_ definitions: String, _ message: String) throws {
    let error = try componentRejection(definitions)
    #expect(error.message.contains(message), "\(error)")
  }

  @Test func positionsAreLinesAndColumns() throws {
    let error = try componentRejection("\n  (type $t u8)\n  (export \"a\" (func $f))")
    #expect(error.position == .line(3, column: 21))
  }

  @Test func coreTypes() throws {
    let bytes = try component(
      """
      (core type $f (func (param $f i32) (result (ref null $f))))
      (core rec (type $a (struct (field (ref null $b)) (field $x (mut i8))))
        (type $b (sub (array (ref $a)))))
      (core type (sub final $b (array (ref $a))))
      (component (core type (func (param (ref $b) (ref $b)))))
      """)
    var types: [SubType] = []
    let definitions = try decodeComponent(Bytes(bytes)).definitions
    for case .coreType(.recursionGroup(let group)) in definitions.map(\.kind) { types += group }
    try #require(types.count == 4)
    #expect(
      types[0].composite
        == .function(
          FunctionType(
            parameters: [.i32], results: [ValueType(nullable: true, HeapType(index: 0))])))
    #expect(!types[2].isFinal)
    #expect(types[3].supertypes == [2])
    guard case .component(let inner)? = definitions.last?.kind else { throw UnexpectedSyntax() }
    // Both references to the outer type go through one alias.
    #expect(inner.definitions.count == 2)
  }

  @Test func formsOfComponents() throws {
    let empty = try component("")
    #expect(try parseText(Array("(component quote \"\")".utf8)) == empty)
    #expect(
      try parseText(Array("(component binary \"\\00asm\" \"\\0d\\00\\01\\00\")".utf8)) == empty)
    #expect(try parseText(Array("(module)".utf8)) == parse("(module)"))
    #expect(
      try component("(component binary \"ab\") (core module binary \"c\")").suffix(7)
        == [4, 2, 0x61, 0x62, 1, 1, 0x63])
    #expect(throws: ModuleError.self) { try parseText(Array("(component) (component)".utf8)) }
  }
}
