import Testing
import WasmBinary
import WasmSyntax

@testable import WasmText

@Suite struct PrinterTests {
  private func print(_ bytes: [UInt8]) throws -> String {
    String(decoding: try printModule(Bytes(bytes)), as: UTF8.self)
  }

  @Test func text() throws {
    let bytes = try parse(
      """
      (module $m
        (import "env" "log" (func $log (param i32)))
        (memory (export "memory") 1 2)
        (func $sum (param $n i32) (result i32) (local $total i64) (local i32 i32)
          (block $done
            (loop $next
              (br_if $done (i32.eqz (local.get $n)))
              (call $log (i32.load offset=4 align=1 (local.get $n)))
              (br $next)))
          (f32.const 0x1.8p1) drop
          (local.get 2))
        (data (i32.const 8) "a\\"\\ff"))
      """)
    #expect(
      try print(bytes) == """
        (module $m
          (type (;0;) (func (param i32)))
          (type (;1;) (func (param i32) (result i32)))
          (import "env" "log" (func $log (type 0) (param i32)))
          (memory (;0;) 1 2)
          (export "memory" (memory 0))
          (func $sum (type 1) (param $n i32) (result i32)
            (local $total i64) (local i32 i32)
            block $done
              loop $next
                local.get $n
                i32.eqz
                br_if $done
                local.get $n
                i32.load offset=4 align=1
                call $log
                br $next
              end
            end
            f32.const 3.0
            drop
            local.get 2
          )
          (data (;0;) (offset i32.const 8) "a\\"\\ff")
        )

        """)
  }

  /// Text whose names, annotations and spellings must all survive.
  @Test(arguments: [
    "(module $\"a b\" (func $\"\u{202E}x\") (func $\"q\\\"\\\\\"))",
    "(module (@name \"\") (func (@name \"\")) (func $a) (func (@name \"a\")))",
    "(func (param (@name \"x\") i32) (param (@name \"x\") i32) local.get 1)",
    "(func block $a block $a br 1 br $a end end block (@name \"\") end)",
    "(rec (type (func))) (type (sub final (func))) (rec) (rec (type (struct)) (type (func)))",
    "(type $s (struct (field $x i32) (field $y (mut i8)) (field i16))) (func struct.get_s $s $y)",
    "(memory 1 (pagesize 65536)) (memory 1 (pagesize 1)) (memory i64 1 2 shared)",
    "(memory 1) (data (memory 0) (i32.const 0) \"\") (data \"\") (@apus.datacount)",
    "(table 1 funcref) (func) (elem (table 0) (i32.const 0) func 0) (elem (i32.const 0) funcref)",
    "(table 1 externref (ref.null extern)) (elem (table 0) (i32.const 0) externref)",
    "(func $f) (@custom \"a\" (after func) \"x\") (@custom \"b\" (after code)) (@custom \"c\")",
    "(@custom \"a\" (before first)) (@custom \"b\")", "(@custom \"name\" \"\\00\\01x\") (func $f)",
    "(@custom \"name\" (before func) \"\") (func)",
    "(func (@metadata.code.branch_hint \"\\00\") (if (i32.const 1) (then)))",
    "(@custom \"x\" (before code) \"\") (func (@metadata.code.branch_hint \"\\01\") br_if 0)",
    "(@custom \"metadata.code.branch_hint\" (before code) \"\\00\") (func)",
    "(@custom \"metadata.code.branch_hint\" (before code) \"\\01\\00\\01\\01\\01\\00\") (func nop)",
    "(global f64 (f64.const nan:0x1)) (global f32 f32.const -nan) (global f32 (f32.const -0.0))",
    "(global f64 (f64.const 5e-324)) (global f64 (f64.const 1e300)) (global f32 (f32.const 1e-45))",
    "(func (type 7)) (func (result i32)) (export \"\\00\" (func 9))",
    "(func select (result) select (result i32 i64) i32.const 1 if else end)",
    "(tag $t (param i32)) (func block try_table (catch 0 0) (catch_all_ref 1) end end)",
  ])
  func survives(_ text: String) throws {
    let bytes = try parse(text)
    let printed = try print(bytes)
    #expect(try parse(printed) == bytes, "\(printed)")
  }

  @Test func namesThatCannotBeReproducedStayBytes() throws {
    // Names of a function and a local that do not exist, subsections in the wrong order, one that is empty.
    for payload: [UInt8] in [
      [1, 4, 1, 5, 1, 0x61], [2, 6, 1, 0, 1, 3, 1, 0x61], [4, 1, 0, 1, 1, 0], [1, 1, 0], [0xFF],
      [],
    ] {
      var writer = ByteWriter()
      writer.writeBytes(try parse("(func)"))
      writer.writeCustomSection(name: "name".utf8) { $0.writeBytes(payload) }
      let text = try print(writer.bytes)
      #expect(text.contains("(@custom \"name\""))
      #expect(try parse(text) == writer.bytes)
    }
  }

  @Test func refusesWhatCannotBePrinted() throws {
    var limits = ImplementationLimits()
    limits.locals = 3
    let bytes = Bytes(try parse("(func (local i32 i32 i32 i32))"))
    let error = try #require(throws: ModuleError.self) { try printModule(bytes, limits: limits) }
    #expect(error.kind == .limit)
    // A page size of 2^65.
    let memory = Bytes(Array(try parse("").prefix(8)) + [5, 4, 1, 8, 0, 65])
    #expect(throws: ModuleError.self) { try printModule(memory) }
    // Bodies without `end`, with something behind it, with a lone `else`.
    for body: [UInt8] in [[0], [0, 0x0B, 0x01], [0, 0x05, 0x0B], [0, 0x02, 0x40, 0x0B]] {
      var writer = ByteWriter()
      writer.writeModuleHeader()
      writer.writeSection(.type) { $0.writeBytes([1, 0x60, 0, 0]) }
      writer.writeSection(.function) { $0.writeBytes([1, 0]) }
      writer.writeSection(.code) { writer in
        writer.writeByte(1)
        writer.writeName(body)
      }
      #expect(throws: ModuleError.self) { try print(writer.bytes) }
    }
  }
}
