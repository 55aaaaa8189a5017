import Testing
import WasmBinary
import WasmSyntax

@testable import WasmText

@Suite struct ComponentPrinterTests {
  private func print(_ bytes: [UInt8]) throws -> String {
    String(decoding: try printComponent(Bytes(bytes)), as: UTF8.self)
  }

  @Test func text() throws {
    let bytes = try component(
      """
      $top
      (import "a:b/c@1.0.0" (external-id "x") (instance $i (export "r" (type (sub resource)))))
      (core module $m (memory (export "mem") 1))
      (core instance $c (instantiate $m))
      (func (export "f") (param "s" (list u8)) (canon lift (core func $c "f")
        (memory (core memory $c "mem"))))
      """)
    #expect(
      try print(bytes) == """
        (component $top
          (type (;0;) (instance
            (export "r" (type (;0;) (sub resource)))
          ))
          (import "a:b/c@1.0.0" (external-id "x") (instance $i (type 0)))
          (core module $m
            (memory (;0;) 1)
            (export "mem" (memory 0))
          )
          (core instance $c (instantiate $m))
          (type (;1;) (list u8))
          (type (;2;) (func (param "s" 1)))
          (alias core export $c "f" (core func (;0;)))
          (alias core export $c "mem" (core memory (;0;)))
          (canon lift (core func 0) (memory (core memory 0)) (func (;0;) (type 2)))
          (export (;1;) "f" (func 0))
        )

        """)
  }

  /// Text that must survive: what is printed parses to the same bytes.
  @Test(arguments: [
    // Names: of every sort, twice the same, empty, with other characters than identifiers have.
    """
    $c (core func $a (canon thread.yield)) (core func (@name "a") (canon thread.yield))
    (type $a u8) (type (@name "") u8) (type $"a b" (list $a)) (type (;3;) (list $"a b"))
    (core module $a) (core instance $a (instantiate $a)) (component $a) (instance $a)
    (core rec (type $x (struct)) (type (@name "x") (struct)))
    (value $v u8 1) (func $f (import "f")) (start $f (value $v) (result (value $r)) (result (value)))
    (alias core export $a "m" (core memory $m)) (export $e "e" (func $f))
    """,
    // A module or component that calls itself something else, or nothing.
    """
    (core module $a (@apus.name "b")) (core module $b (@apus.name) (func $f))
    (core module (@apus.name "c") (func)) (core module (@name "d") (@apus.name "e"))
    (component $a (@apus.name "b")) (component $b (@apus.name) (type $t u8))
    (component (@apus.name "c") (type $t u8))
    """,
    // Custom sections where they are.
    """
    (@custom "a" "\\00\\ff") (type u8) (@custom "b") (type u8)
    (component (@custom "c" "x" "y")) (@custom "component-name" "garbage")
    """,
    "(type $t u8) (@custom \"component-name\" \"\\00\\02\\01x\")",
    // Indices of what is not there, or comes later.
    "(type $a (list 1)) (type $b (list 0)) (export \"x\" (func 7)) (core instance $i (instantiate 3 (with \"\" (instance 0))))",
    // Values, and modules that are none.
    "(type $t (tuple u8)) (value $v $t (tuple 1)) (core module $m binary \"\\00asm\")",
    // Types.
    """
    (type (record (field "a" bool) (field "b" (variant (case "c") (case "d" s8)))))
    (type (tuple s16 (flags "a" "b") (enum "c") (option f32) (result) (result u8) (result (error u8))
      (result char (error string)) (map string u64) (list u8 3) (stream) (stream u8) (future)))
    (type (func async (param "a" (own 0)) (param "b" (borrow 0)) (result error-context)))
    (type (resource (rep i64) (dtor (core func 0))))
    (core type (module (type $f (func)) (import "a" "b" (func (type $f))) (export "t" (table i64 1 2 (ref null $f)))
      (export "m" (memory i64 1 2 shared)) (export "p" (memory 1 (pagesize 1))) (export "g" (global (mut v128)))
      (export "e" (tag (type $f))) (rec (type (sub (struct (field (mut i8)) (field (ref 0))))) (type (array i16)))))
    (type (component (import "a" (type (eq 0))) (export "b" (value (eq 0))) (export "c" (core module (type 0)))
      (alias outer 1 0 (type)) (alias export 0 "x" (instance)) (core rec (type (func)) (type (func)))
      (import "d" (instance (type 0))) (export "e" (component (type 0))) (export "f" (value u8))))
    """,
    // Attributes and ascriptions.
    """
    (instance (export "a" (implements "b:c/d") (versionsuffix ".1") (external-id "e") (instance 0)))
    (export "x" (external-id "y") (func 0) (func (type 0))) (export "t" (type 0) (type (sub resource)))
    """,
  ])
  func roundTrip(_ definitions: String) throws {
    let bytes = try component(definitions)
    let printed = try printComponent(Bytes(bytes))
    #expect(try parseComponent(printed) == bytes, "\(String(decoding: printed, as: UTF8.self))")
  }

  @Test func namesOfModules() throws {
    let bytes = try component(
      "(core module $a (@apus.name \"b\")) (component $c (@apus.name \"d\"))")
    let component = try decodeComponent(Bytes(bytes))
    #expect(ComponentContents(component).names.definitions.map(\.names[0].name) == ["a", "c"])
    guard case .coreModule(let module) = component.definitions[0].kind,
      case .component(let nested) = component.definitions[1].kind
    else { throw UnexpectedSyntax() }
    #expect(NameSection(of: try decodeModule(module)).module == "b")
    #expect(ComponentContents(nested).names.component == "d")
  }

  /// The longer forms of the binary format come out as the encoder writes them.
  @Test func otherEncodings() throws {
    let twoSections: [UInt8] = Preamble.component + [7, 2, 1, 0x73, 7, 0x82, 0, 1, 0x73, 7, 1, 0]
    let printed = try printComponent(Bytes(twoSections))
    #expect(try parseComponent(printed) == Preamble.component + [7, 3, 2, 0x73, 0x73])
  }
}
