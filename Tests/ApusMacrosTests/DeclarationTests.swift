// Declarations that are no such types, and names.

import ApusMacroPlugin
import SwiftParser
import SwiftSyntax
import SwiftSyntaxMacroExpansion
import SwiftSyntaxMacros
import Testing

@Suite struct DeclarationTests {
  @Test(arguments: [
    ("maxBytes", "max-bytes"), ("HTTPServer", "http-server"), ("userID", "user-id"),
    ("x", "x"), ("`default`", "default"), ("a2B", "a2-b"), ("snake_case", "snake-case"),
    ("_leading", "leading"), ("utf8Text", "utf8-text"),
  ])
  func namesInKebabCase(_ name: String, _ label: String) {
    #expect(kebabCase(name) == label)
    #expect(isLabel(label))
  }

  @Test(arguments: ["", "-a", "a-", "a--b", "1a", "aB", "a_b", "ä"])
  func namesThatAreNoLabels(_ name: String) { #expect(!isLabel(name)) }

  @Test(arguments: [
    ("@ComponentRecord enum E { case a }", "@ComponentRecord is for structs"),
    ("@ComponentVariant struct S { var a: Bool }", "@ComponentVariant is for enums"),
    ("@ComponentRecord struct S {}", "the type has nothing to be converted"),
    ("@ComponentRecord struct S { var a = 1 }", "the property needs a name and a type"),
    (
      "@ComponentRecord struct S { let a: Int32 = 1 }",
      "a constant with a value cannot be set: make it a variable"
    ),
    ("@ComponentRecord struct S { var aB: Int32; var a_b: Int32 }", "`a-b` is there twice"),
    (
      #"@ComponentRecord struct S { @ComponentName("a_b") var a: Int32 }"#,
      "the name has to be a literal in kebab case"
    ),
    (
      "@ComponentRecord struct S { var ä: Int32 }",
      "`ä` is no name of components: use @ComponentName"
    ),
    ("@ComponentEnum enum E { case a(Bool) }", "a case of an enum has no associated value"),
    (
      "@ComponentVariant enum E { case a(Bool, Bool) }",
      "a case can have one associated value: use a record or `Tuple`"
    ),
    ("@ComponentFlags struct S { var a: UInt8 }", "a flag is a `Bool`"),
    (
      "@ComponentFlags struct S { \((0..<33).map { "var a\($0): Bool" }.joined(separator: "; ")) }",
      "there can be 32 flags"
    ),
  ])
  func problemsAreReported(_ source: String, _ message: String) {
    let file = Parser.parse(source: source)
    let context = BasicMacroExpansionContext(
      sourceFiles: [file: .init(moduleName: "Test", fullFilePath: "test.swift")])
    _ = file.expand(
      macros: [
        "ComponentRecord": ComponentRecordMacro.self,
        "ComponentVariant": ComponentVariantMacro.self,
        "ComponentEnum": ComponentEnumMacro.self, "ComponentFlags": ComponentFlagsMacro.self,
        "ComponentName": ComponentNameMacro.self,
      ], contextGenerator: { _ in context })
    #expect(context.diagnostics.map(\.message) == [message])
  }
}
