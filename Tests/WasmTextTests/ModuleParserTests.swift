import Testing
import WasmBinary
import WasmSyntax

@testable import WasmText

@Suite struct ModuleParserTests {
  // MARK: Instructions

  @Test func foldedAndFlatAreTheSame() throws {
    let flat = try instructions(
      "i32.const 1 if (result i32) i32.const 2 else i32.const 3 end block $l loop br $l end end drop"
    )
    let folded = try instructions(
      """
      (drop (if (result i32) (i32.const 1) (then (i32.const 2)) (else (i32.const 3)))
        (block $l (loop (br $l))))
      """)
    #expect(flat == folded)
    #expect(
      flat == [
        0x41, 1, 0x04, 0x7F, 0x41, 2, 0x05, 0x41, 3, 0x0B, 0x02, 0x40, 0x03, 0x40, 0x0C, 1, 0x0B,
        0x0B, 0x1A,
      ])
  }

  @Test func labelsShadow() throws {
    let code = try instructions(
      "block $a block $a br $a end br $a block $b br $a br 0 end end", fields: "")
    #expect(
      code == [
        0x02, 0x40, 0x02, 0x40, 0x0C, 0, 0x0B, 0x0C, 0, 0x02, 0x40, 0x0C, 1, 0x0C, 0, 0x0B, 0x0B,
      ])
  }

  @Test func conditionOfAFoldedIfIsOutsideOfItsLabel() throws {
    #expect(
      try rejection("(func (if $l (br_if $l (i32.const 1)) (then)))").message == "unknown label")
    #expect(
      try instructions("(if $l (i32.const 0) (then (br $l)))") == [
        0x41, 0, 0x04, 0x40, 0x0C, 0, 0x0B,
      ])
  }

  @Test func catchLabelsAreOutsideOfTheirBlock() throws {
    #expect(
      try instructions(
        "block $o try_table $t (catch $e $o) (catch_all_ref 0) br $t end end",
        fields: "(tag $e)") == [
          0x02, 0x40, 0x1F, 0x40, 2, 0, 0, 0, 3, 0, 0x0C, 0, 0x0B, 0x0B,
        ])
  }

  @Test func indicesThatTheBinaryFormatTurnsAround() throws {
    let fields = """
      (memory 1) (memory $m 1) (data $d "") (table 1 funcref) (table $t 1 funcref)
      (elem $e func) (type $f (func))
      """
    #expect(try instructions("memory.init $m $d", fields: fields) == [0xFC, 8, 0, 1])
    #expect(try instructions("memory.init $d", fields: fields) == [0xFC, 8, 0, 0])
    #expect(try instructions("table.init $t $e", fields: fields) == [0xFC, 12, 0, 1])
    #expect(try instructions("call_indirect $t (type $f)", fields: fields) == [0x11, 0, 1])
    #expect(try instructions("memory.copy $m 0", fields: fields) == [0xFC, 10, 1, 0])
    #expect(try instructions("memory.copy", fields: fields) == [0xFC, 10, 0, 0])
    #expect(throws: ModuleError.self) { try instructions("memory.copy 0", fields: fields) }
  }

  @Test func memoryArguments() throws {
    let fields = "(memory 1) (memory $m 1)"
    #expect(try instructions("i32.load", fields: fields) == [0x28, 2, 0])
    #expect(
      try instructions("i64.load32_u $m offset=128 align=1", fields: fields) == [
        0x35, 0x40, 1, 0x80, 1,
      ])
    #expect(try instructions("v128.load8_lane 3", fields: fields) == [0xFD, 84, 0, 0, 3])
    #expect(try instructions("v128.load8_lane 1 3", fields: fields) == [0xFD, 84, 0x40, 1, 0, 3])
    #expect(
      try instructions("v128.load16_lane 1 align=1 3", fields: fields) == [
        0xFD, 85, 0x40, 1, 0, 3,
      ])
    for (text, message) in [
      ("i32.load align=0", "alignment must be a power of two"),
      ("i32.load align=6", "alignment must be a power of two"),
      ("i32.load offset=18446744073709551616", "i64 constant out of range"),
      ("i32.load offset=-1", "unexpected token offset=-1"),
      ("v128.load8_lane 256", "i8 constant out of range"),
      ("i32.load align=4 offset=4", "unexpected token offset=4"),
    ] {
      let error = try #require(throws: ModuleError.self) {
        try instructions(text, fields: fields)
      }
      #expect(error.message == message)
    }
  }

  @Test func nullabilityPicksTheOpcode() throws {
    #expect(try instructions("ref.test (ref i31)") == [0xFB, 20, 0x6C])
    #expect(try instructions("ref.test i31ref") == [0xFB, 21, 0x6C])
    #expect(try instructions("ref.cast (ref any)") == [0xFB, 22, 0x6E])
    #expect(try instructions("ref.cast (ref null any)") == [0xFB, 23, 0x6E])
    #expect(
      try instructions("br_on_cast 0 anyref (ref struct)") == [0xFB, 24, 1, 0, 0x6E, 0x6B])
    #expect(try instructions("select") == [0x1B])
    #expect(try instructions("select (result)") == [0x1C, 0])
    #expect(try instructions("select (result i32) (result)") == [0x1C, 1, 0x7F])
  }

  @Test func constants() throws {
    #expect(try instructions("i32.const 0xffffffff") == [0x41, 0x7F])
    #expect(try instructions("i64.const -64") == [0x42, 0x40])
    #expect(try instructions("f32.const 1.5") == [0x43, 0, 0, 0xC0, 0x3F])
    #expect(
      try instructions("v128.const i16x8 0 1 2 3 4 5 -1 65535")
        == [0xFD, 12, 0, 0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0] + [0xFF, 0xFF, 0xFF, 0xFF])
    #expect(
      try instructions("v128.const f64x2 -0.0 nan").suffix(16)
        == [0, 0, 0, 0, 0, 0, 0, 0x80, 0, 0, 0, 0, 0, 0, 0xF8, 0x7F])
  }

  @Test(arguments: [
    ("(func i32.const 4294967296)", "i32 constant out of range"),
    ("(func f32.const 1e39)", "f32 constant out of range"),
    ("(func v128.const i8x16 1 2)", "wrong number of lane literals"),
    ("(func i32.const)", "unexpected token )"), ("(func br)", "unexpected token )"),
    ("(func end)", "unexpected token end"), ("(func else)", "unexpected token else"),
    ("(func block)", "unexpected token )"), ("(func (block end))", "unexpected token end"),
    ("(func block $a end $b)", "mismatching label"), ("(func block end $b)", "mismatching label"),
    ("(func i32.const 0 if $a else $b end)", "mismatching label"),
    ("(func (nop nop))", "unexpected token nop"),
    ("(func (if (then) (then)))", "unexpected token then"),
    ("(func (if (i32.const 1)))", "unexpected token )"),
    ("(func (if (then) (else) nop))", "unexpected token nop"),
    ("(func (then))", "unexpected token then"),
    ("(func (i32.nop))", "unknown operator i32.nop"),
    ("(func nonsense)", "unknown operator nonsense"),
    ("(func local.get $x)", "unknown local"), ("(func call $x)", "unknown function"),
    ("(func br $x)", "unknown label"), ("(func global.get $x)", "unknown global"),
    ("(func block (result i32) (param i32) end)", "unexpected token param"),
    ("(func block (param $x i32) end)", "unexpected token $x"),
    ("(func (param $x i32) (local $x i32))", "duplicate local"),
    ("(func $f) (func $f)", "duplicate function"),
    ("(type $t (func)) (type $t (func))", "duplicate type"),
    ("(type (struct (field $x i32) (field $x i32)))", "duplicate field"),
    ("(type $t (struct)) (func struct.get $t $x)", "unknown field"),
    ("(func (type $t))", "unknown type"), ("(func (type 0) (param i32))", "unknown type"),
    (
      "(type (func)) (func (type 0) (param i32))",
      "inline function type does not match explicit type"
    ),
    ("(func) (import \"\" \"\" (func))", "import after func definition"),
    ("(memory 0) (func (import \"\" \"\"))", "import after memory definition"),
    ("(start 0) (func) (start 0)", "multiple start sections"),
    ("(memory 0 (pagesize 3))", "invalid custom page size"),
    ("(nonsense)", "unknown operator nonsense"),
    ("(memory 18446744073709551616)", "i64 constant out of range"),
    ("(table 1)", "unexpected token )"),
    ("(export \"a\" (nop 0))", "unexpected token nop"),
    ("(import \"\\ff\" \"\" (func))", "malformed UTF-8 encoding"),
    ("(func) func", "unexpected token func"),
    ("(module) (module)", "unexpected token behind the module"),
  ])
  func errors(_ text: String, _ message: String) throws {
    let error = try rejection(text)
    #expect(error.message == message)
    #expect(error.kind == .malformed)
  }

  @Test func errorsHaveLineAndColumn() throws {
    let error = try rejection("(module\n  (func\n    local.get 0\n    call $nowhere))")
    #expect(error.position == .line(4, column: 10))
  }

  // MARK: Types

  @Test func inlineTypesAreReusedOrAppended() throws {
    let module = try decode(
      """
      (module
        (func $a (param i32))
        (func $b (block (param i32) (result i64) unreachable) (call_indirect (param f32)))
        (type $t (func (param i32)))
        (rec (type $r (func (param f32))) (type (struct)))
        (func $c (param f32))
        (table 1 funcref))
      """)
    let f32Function = CompositeType.function(FunctionType(parameters: [.f32], results: []))
    #expect(module.functions == [0, 3, 5])
    #expect(module.types.types.count == 6)
    // The one in the recursion group does not count, so that one is added.
    #expect(module.types.types[1].composite == f32Function)
    #expect(module.types.types[5].composite == f32Function)
  }

  @Test func groupsAndFinalityKeepTheirSpelling() throws {
    func section(_ text: String) throws -> ArraySlice<UInt8> { try parse(text)[10...] }
    #expect(try section("(type (func))") == [1, 0x60, 0, 0])
    #expect(try section("(rec (type (func)))") == [1, 0x4E, 1, 0x60, 0, 0])
    #expect(try section("(type (sub final (func)))") == [1, 0x4F, 0, 0x60, 0, 0])
    #expect(try section("(type (sub (func)))") == [1, 0x50, 0, 0x60, 0, 0])
    #expect(
      try section("(type (sub (array i8))) (type (sub final 0 (array i8)))")
        == [2, 0x50, 0, 0x5E, 0x78, 0, 0x4F, 1, 0, 0x5E, 0x78, 0])
  }

  @Test func typesMayBeUsedBeforeTheyAreDefined() throws {
    let module = try decode(
      "(rec (type $a (struct (field (ref null $b)))) (type $b (array (mut (ref $a)))))")
    #expect(module.types.recursionGroups == [0..<2])
    #expect(
      module.types.types[0].composite
        == .structure([
          FieldType(
            storage: .value(ValueType(nullable: true, HeapType(index: 1))), isMutable: false)
        ]))
  }

  // MARK: Fields

  @Test func abbreviationsExpand() throws {
    let module = try decode(
      """
      (global $g (export "g1") (export "g2") (import "m" "g") i64)
      (table $t (export "t") i64 funcref (elem $f $f))
      (memory $m (data "abc" "de"))
      (memory $n i64 (pagesize 1) (data "xyz"))
      (func $f (export "f"))
      (elem $e (i32.const 0) $f)
      (data $d "passive")
      """)
    #expect(module.imports.count == 1)
    #expect(module.exports.map(\.name) == ["g1", "g2", "t", "f"])
    #expect(module.tables[0].limits == Limits(minimum: 2, maximum: 2))
    #expect(module.tables[0].addressType == .i64)
    #expect(module.memories[0].limits == Limits(minimum: 1, maximum: 1))
    #expect(module.memories[1].limits == Limits(minimum: 3, maximum: 3))
    #expect(module.memories[1].pageSizeLog2 == 0)
    #expect(module.elementSegments.count == 2)
    #expect(module.dataSegments.count == 3)
    // Segments inside tables and memories have their indices in the order of the fields.
    let names = NameSection(of: module)
    #expect(names.elements == [1: "e"])
    #expect(names.data == [2: "d"])
  }

  @Test func formsOfElementSegments() throws {
    func form(_ text: String) throws -> UInt8 {
      let bytes = Bytes(
        try parse("(func $f) (table 1 externref) (table $t 1 funcref) \(text)"))
      defer { withExtendedLifetime(bytes) {} }
      var reader = ByteReader(bytes)
      try reader.skip(8)
      while try reader.readByte() != SectionID.element.rawValue {
        try reader.skip(try reader.readCount())
      }
      _ = try reader.readCount()
      _ = try reader.readCount()
      return try reader.readByte()
    }
    #expect(try form("(elem (i32.const 0) $f)") == 0)
    #expect(try form("(elem (offset i32.const 0) func $f)") == 0)
    #expect(try form("(elem func $f)") == 1)
    #expect(try form("(elem (table $t) (i32.const 0) func $f)") == 2)
    #expect(try form("(elem declare func $f)") == 3)
    #expect(try form("(elem (i32.const 0) funcref (ref.func $f))") == 4)
    #expect(try form("(elem funcref (item ref.func $f))") == 5)
    #expect(try form("(elem (i32.const 0) externref (ref.null extern))") == 6)
    #expect(try form("(elem declare (ref null func) (ref.null func))") == 7)
  }

  @Test func dataCountOnlyWhereNeeded() throws {
    #expect(try decode("(memory 1) (data \"\")").dataCount == nil)
    #expect(try decode("(memory 1) (data \"\") (func data.drop 0)").dataCount == 1)
    #expect(try decode("(memory 1) (data \"\") (@apus.datacount)").dataCount == 1)
  }

  @Test func localsAreGrouped() throws {
    #expect(
      try code("(func (param i32) (local i32) (local $x i32) (local i64 i32))") == [
        3, 2, 0x7F, 1, 0x7E, 1, 0x7F, 0x0B,
      ])
  }

  // MARK: Names and annotations

  @Test func identifiersBecomeNames() throws {
    let module = try decode(
      """
      (module $m
        (type $t (struct (field i32) (field $x i32)))
        (import "" "" (func $i))
        (func $f (param i32) (param $p i32) (local $l i32) (local $"q r" i64)
          block $outer loop block $inner end end end)
        (func $g (@name "other"))
        (func (@name "other") (param (@name "p q") i32))
        (table $tab 1 funcref) (memory $mem 1) (tag $tag) (global $glob i32 (i32.const 0))
        (elem $el func) (data $dat ""))
      """)
    let names = NameSection(of: module)
    #expect(names.module == "m")
    #expect(names.functions == [0: "i", 1: "f", 2: "other", 3: "other"])
    #expect(names.locals == [1: [1: "p", 2: "l", 3: "q r"], 3: [0: "p q"]])
    #expect(names.labels == [1: [0: "outer", 2: "inner"]])
    #expect(names.types == [0: "t"])
    #expect(names.fields == [0: [1: "x"]])
    #expect(names.tables == [0: "tab"])
    #expect(names.memories == [0: "mem"])
    #expect(names.tags == [0: "tag"])
    #expect(names.globals == [0: "glob"])
    #expect(names.elements == [0: "el"])
    #expect(names.data == [0: "dat"])
  }

  /// The example of the specification's appendix.
  @Test func customSectionsFindTheirPlace() throws {
    let module = try decode(
      """
      (module
        (@custom "A" "aaa")
        (type $t (func))
        (@custom "B" (after func) "bbb")
        (@custom "C" (before func) "ccc")
        (@custom "D" (after last) "d" "dd")
        (table 10 funcref)
        (func (type $t))
        (@custom "E" (after import) "eee")
        (@custom "F" (before type) "fff")
        (@custom "G" (after data) "ggg")
        (@custom "H" (after code) "hhh")
        (@custom "I" (after func) "iii")
        (@custom "J" (before func) "jjj")
        (@custom "K" (before first) "kkk"))
      """)
    #expect(
      module.customSections.map(\.name) == [
        "K", "F", "E", "C", "J", "B", "I", "H", "G", "name", "A", "D",
      ])
    #expect(module.customSections.map(\.after) == [0, 0, 1, 1, 1, 3, 3, 10, 10, 10, 10, 10])
    let last = try #require(module.customSections.last)
    #expect(module.bytes.slice(last.payload).array == Array("ddd".utf8))
  }

  @Test func branchHintsKnowTheirInstructions() throws {
    let module = try decode(
      """
      (func)
      (func (local i32)
        (@metadata.code.branch_hint "\\01") (if (i32.const 0) (then nop))
        (block i32.const 1 (@metadata.code.branch_hint "\\00") br_if 0)
        ((@metadata.code.branch_hint "\\01") br_if 0 (i32.const 2)))
      """)
    let section = try #require(try BranchHintSection(of: module))
    #expect(section.functions.map(\.function) == [1])
    #expect(
      section.functions[0].hints == [
        .init(offset: 5, isLikely: true), .init(offset: 13, isLikely: false),
        .init(offset: 18, isLikely: true),
      ])
    #expect(module.customSections[0].after == SectionID.function.rawValue)
  }

  @Test(arguments: [
    ("(type (@custom \"bla\") $t (func))", "misplaced @custom annotation"),
    ("(module (@name \"a\") (@name \"b\"))", "@name annotation: multiple names"),
    ("(module (func) (@name \"a\"))", "misplaced @name annotation"),
    ("(func (param (@name \"x\") i32 i32))", "unexpected token i32"),
    ("(@custom)", "@custom annotation: missing section name"),
    ("(@custom \"\" (after nothing))", "@custom annotation: malformed section kind"),
    ("(@custom \"\" \"\" x)", "@custom annotation: unexpected token"),
    (
      "(module (@metadata.code.branch_hint \"\\01\"))",
      "misplaced @metadata.code.branch_hint annotation"
    ),
    (
      "(func (@metadata.code.branch_hint \"\\02\") br_if 0)",
      "@metadata.code.branch_hint annotation: invalid hint value"
    ),
    (
      "(func (@metadata.code.branch_hint \"\\01\") nop)",
      "@metadata.code.branch_hint annotation: invalid target"
    ),
  ])
  func misplacedAnnotations(_ text: String, _ message: String) throws {
    #expect(try rejection(text).message == message)
  }

  @Test func manyAnnotationsInOnePlace() throws {
    let text = String(repeating: "(@custom \"x\" (after type))", count: 20_000)
    #expect(try decode(text).customSections.count == 20_000)
  }

  // MARK: Forms of modules

  @Test func binaryAndQuotedModules() throws {
    let bytes = try parse("(module binary \"\\00asm\" \"\\01\\00\\00\\00\")")
    #expect(bytes == [0, 0x61, 0x73, 0x6D, 1, 0, 0, 0])
    #expect(try parse("(module $m quote \"(module)\")") == bytes)
    #expect(try parse("(module quote \"\")") == bytes)
    #expect(try parse("") == bytes)
    #expect(throws: ModuleError.self) { try parse("(module quote \"(module quote \\\"\\\")\")") }
  }
}
