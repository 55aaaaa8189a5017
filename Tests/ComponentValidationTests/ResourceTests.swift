import Testing
import WasmSyntax
import WasmValidation

/// What a linker reads about resource types.
struct ResourceTests {
  @Test func definitionsListTheirResources() throws {
    let component = try validate(
      """
      (import "r" (type $r (sub resource)))
      (import "i" (instance $i (export "x" (func)) (export "a" (type (sub resource)))
        (export "j" (instance (export "b" (type (sub resource)))))))
      (type $own (resource (rep i32)))
      (component $C (type $t (resource (rep i32))) (export "u" (type $t))
        (export "v" (type $t)) (export "w" (type $t) (type (sub resource))))
      (instance $c (instantiate $C))
      (export "e" (type $own) (type (sub resource)))
      """)
    let paths = component.root.definitions.map { $0.resources.map(\.path) }.filter { !$0.isEmpty }
    #expect(paths == [[[]], [[1], [2, 0]], [[]], [[0], [2]], [[]]])
    let all = component.root.definitions.flatMap { $0.resources.map(\.resource) }
    #expect(Set(all).count == all.count)
  }

  @Test func instancesHaveTheirOwn() throws {
    let component = try validate(
      """
      (component $C (type $t (resource (rep i32))) (export "t" (type $t)))
      (instance $a (instantiate $C)) (instance $b (instantiate $C))
      (alias export $a "t" (type $at)) (alias export $b "t" (type $bt))
      """)
    let resources = component.root.types.map { type -> ResourceID? in
      guard case .resource(let reference) = type else { return nil }
      return reference.resource
    }
    #expect(resources.count == 2 && resources[0] != nil && resources[0] != resources[1])
  }

  @Test func componentTypes() throws {
    let component = try validate(
      """
      (component $C
        (import "i" (instance $i (export "r" (type (sub resource)))))
        (alias export $i "r" (type $r))
        (type $t (resource (rep i32)))
        (instance $bag (export "t" (type $t)) (export "r" (type $r)))
        (export "bag" (instance $bag)))
      """)
    let type = component.types[component.root.components[0]]
    #expect(type.importedResources.map(\.path) == [[0, 0]])
    #expect(type.definedResources.map(\.path) == [[0, 0]])
  }

  @Test func importsKnowNoLocalResources() {
    expectInvalid(
      "(type $r (resource (rep i32))) (import \"r\" (type (eq $r)))",
      "local resource type found in imports")
    expectInvalid(
      """
      (type $r (resource (rep i32)))
      (type $c (component (alias outer 1 $r (type $o)) (import "r" (type (eq $o)))))
      (import "c" (component (type $c)))
      """, "component not valid to be used as import")
  }

  @Test func componentSubtyping() {
    func fields(_ exports: String) -> String {
      """
      (component $A
        (import "r" (type $r (sub resource)))
        (type $t (resource (rep i32)))
        (export $u "t" (type $t)) (export "l" (type $r)))
      (component $B
        (import "c" (component
          (import "r" (type $r (sub resource))) (import "unused" (func)) \(exports))))
      (instance (instantiate $B (with "c" (component $A))))
      """
    }
    expectValid(fields("(export \"t\" (type (sub resource))) (export \"l\" (type (eq $r)))"))
    expectValid(fields("(export \"l\" (type (sub resource)))"))
    expectInvalid(
      fields("(export \"t\" (type (eq $r)))"),
      "type mismatch for import `c`: type mismatch in export `t`: resource types are not the same")
    expectInvalid(
      fields("(export \"t\" (type $t (sub resource))) (export \"l\" (type (eq $t)))"),
      "resource types are not the same")
    expectInvalid(fields("(export \"m\" (func))"), "missing expected export `m`")
  }
}
