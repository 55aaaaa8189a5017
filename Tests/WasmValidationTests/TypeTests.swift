// Iso-recursive equivalence and subtyping.

import Testing
import WasmSyntax
import WasmValidation

@Suite struct TypeTests {
  func keys(_ text: String) throws -> [RecursionGroupKey] {
    let section = try validate(text).types
    // As a registry would: a type's canonical id is the first of an equal group.
    var canonical: [UInt32] = []
    var known: [RecursionGroupKey: UInt32] = [:]
    var keys: [RecursionGroupKey] = []
    for group in section.recursionGroups {
      let first = UInt32(group.lowerBound)
      let key = RecursionGroupKey(section.types[group], first: first) { canonical[Int($0)] }
      let id = known[key] ?? first
      known[key] = id
      canonical.append(contentsOf: group.indices.map { id + UInt32($0 - group.lowerBound) })
      keys.append(key)
    }
    return keys
  }

  @Test func equalGroups() throws {
    let keys = try keys(
      """
      (module
        (rec (type $a (struct (field (ref null $b)))) (type $b (func (param (ref $a)))))
        (rec (type $c (struct (field (ref null $d)))) (type $d (func (param (ref $c)))))
        (rec (type $e (struct (field (ref null $b)))) (type $f (func (param (ref $e)))))
        (type $g (func (param (ref $a))))
        (type $h (func (param (ref $c))))
        (type $i (func (param (ref null $a)))))
      """)
    #expect(keys[0] == keys[1])
    // Refers to the first group instead of to itself.
    #expect(keys[0] != keys[2])
    #expect(keys[3] == keys[4])
    #expect(keys[3] != keys[5])
  }

  @Test(arguments: [
    ("(type (struct))", "(type (struct (field i32)))"),
    ("(type (struct (field i32)))", "(type (struct (field (mut i32))))"),
    ("(type (struct (field i8)))", "(type (struct (field i16)))"),
    ("(type (array i8))", "(type (struct (field i8)))"),
    ("(type (func (param i32 i32)))", "(type (func (param i32) (result i32)))"),
    ("(type (sub (func)))", "(type (func))"),
    ("(rec (type (func)))(rec (type (func)))", "(rec (type (func)) (type (func)))"),
  ]) func differentGroups(_ first: String, _ second: String) throws {
    #expect(try keys("(module \(first))") != keys("(module \(second))"))
  }

  /// Values of equivalent types go where either is asked for.
  @Test func equivalentTypesInCode() throws {
    _ = try validate(
      """
      (module
        (rec (type $a (struct (field (mut (ref null $a))))))
        (rec (type $b (struct (field (mut (ref null $b))))))
        (func (param (ref $a)) (result (ref $b))
          (struct.set $b 0 (local.get 0) (local.get 0))
          (local.get 0)))
      """)
    let error = try rejection(
      """
      (module
        (rec (type $a (struct)) (type (func)))
        (rec (type $b (struct)))
        (func (param (ref $a)) (result (ref $b)) (local.get 0)))
      """)
    #expect(error.kind == .invalid)
  }

  @Test(arguments: [
    "(type $a (sub (struct (field i32)))) (type (sub $a (struct)))",
    "(type $a (struct)) (type (sub $a (struct)))",
    "(type $a (sub (struct))) (type (sub $a (array i8)))",
    "(type $a (sub (struct (field (mut anyref))))) (type (sub $a (struct (field (mut eqref)))))",
    "(type $a (sub (func (param anyref)))) (type (sub $a (func (param eqref))))",
    "(type $a (sub (func (result eqref)))) (type (sub $a (func (result anyref))))",
    "(rec (type (sub 1 (struct))) (type (sub (struct))))",
    "(type (func (param (ref 1))))",
  ]) func badDeclarations(_ types: String) throws {
    #expect(try rejection("(module \(types))").kind == .invalid)
  }

  @Test func goodDeclarations() throws {
    _ = try validate(
      """
      (module
        (type $a (sub (struct (field anyref))))
        (type $b (sub $a (struct (field (ref $a)) (field i8))))
        (type $f (sub (func (param (ref null $b)) (result (ref null $a)))))
        (type (sub $f (func (param anyref) (result (ref $b))))))
      """)
  }

  @Test func abstractHierarchy() {
    func below(_ top: AbstractHeapType) -> [AbstractHeapType] {
      AbstractHeapType.allCases.filter { $0 != .bottom && $0.matches(top) }
    }
    #expect(Set(below(.any)) == [.any, .eq, .i31, .struct, .array, .none])
    #expect(Set(below(.eq)) == [.eq, .i31, .struct, .array, .none])
    #expect(Set(below(.i31)) == [.i31, .none])
    #expect(Set(below(.func)) == [.func, .nofunc])
    #expect(Set(below(.extern)) == [.extern, .noextern])
    #expect(Set(below(.exn)) == [.exn, .noexn])
    for bottom in [AbstractHeapType.none, .nofunc, .noextern, .noexn] {
      #expect(below(bottom) == [bottom])
    }
  }

  @Test func subtypingDepth() throws {
    func chain(_ length: Int) -> String {
      let types = (1...length).map { "(type (sub \($0 - 1) (struct)))" }
      return "(module (type (sub (struct))) \(types.joined()))"
    }
    _ = try validate(chain(63))
    #expect(try rejection(chain(64)).kind == .limit)
  }
}
