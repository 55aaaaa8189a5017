import Testing
import WasmSyntax

@testable import WasmExecution

@Suite struct TypeRegistryTests {
  @Test func equalGroupsAreOneAcrossModules() throws {
    let engine = Engine.forTests()
    let first = try engine.module(
      """
      (module (type (func (param i32)))
        (rec (type $a (struct (field (ref null $b)))) (type $b (struct (field (ref null $a)))))
        (type $c (sub (struct (field i32)))) (type $d (sub final $c (struct (field i32) (field i64)))))
      """)
    let second = try engine.module(
      """
      (module (type (struct))
        (rec (type $x (struct (field (ref null $y)))) (type $y (struct (field (ref null $x)))))
        (rec (type $p (struct (field (ref null $q)))) (type $q (struct (field (ref null $p)) )))
        (rec (type $q2 (struct (field (ref null $p2)))) (type $p2 (struct (field i32))))
        (type (func (param i32))))
      """)
    #expect(first.types.info(0) == second.types.info(7))
    #expect(first.types.info(1) == second.types.info(1))
    #expect(second.types.info(1) == second.types.info(3))
    #expect(first.types.info(1) != first.types.info(2))
    #expect(second.types.info(5) != second.types.info(1))
    let sub = try #require(first.types.info(4))
    let sup = try #require(first.types.info(3))
    #expect(sub.isSubtype(of: sup))
    #expect(!sup.isSubtype(of: sub))
    #expect(
      engine.types.matches(
        HeapType(index: sub.pointee.id), HeapType(index: sup.pointee.id)))
  }

  @Test func layout() throws {
    let engine = Engine.forTests()
    let module = try engine.module(
      """
      (module (type (struct (field i8) (field i32) (field anyref) (field i16) (field v128)
        (field (mut externref)))))
      """)
    let info = try #require(module.types.info(0)).pointee
    let offsets = (0..<6).map { info.field_offsets[$0] }
    #expect(offsets == [16, 20, 24, 32, 48, 64])
    #expect(info.object_size == 72)
    #expect((0..<Int(info.reference_count)).map { info.reference_offsets[$0] } == [24, 64])
  }

  /// Loading and dropping modules leaves the registry as it was.
  @Test func lifetimesAreCounted() throws {
    let engine = Engine.forTests()
    let kept = try engine.module("(module (type (func (param i64 i64))))")
    var modules: [Module] = []
    for index in 0..<100 {
      let text = """
        (module (type (func (param i64 i64)))
          (rec (type $a (struct (field (ref null $b)) \(String(repeating: "(field i32)", count: index))))
               (type $b (array (ref null $a))))
          (type (func (param (ref null $a)) (result (ref null 0)))))
        """
      modules.append(try engine.module(text).syntax)
    }
    for round in 0..<1000 {
      for module in modules { _ = try CoreModule(engine: engine, validated: module) }
      if round == 0 { #expect(engine.types.idCapacity < 10) }
    }
    #expect(engine.types.groupCount == 1)
    #expect(engine.types.idCapacity < 10)
    withExtendedLifetime(kept) {}
  }

  /// A chain of 100,000 groups, each naming the one before it, is freed without recursion.
  @Test func longChainsOfGroups() throws {
    let engine = Engine()
    var section = TypeSection()
    for index in 0..<100_000 {
      let field = FieldType(
        storage: index == 0
          ? .i8 : .value(ValueType(nullable: true, HeapType(index: UInt32(index - 1)))),
        isMutable: false)
      section.types.append(SubType(composite: .structure([field])))
      section.recursionGroups.append(index..<index + 1)
    }
    let built = section
    onThreads(1, stackBytes: 512 << 10) { _ in
      do {
        let holder = try engine.types.register(built)
        #expect(engine.types.groupCount == 100_000)
        withExtendedLifetime(holder) {}
      } catch {
        Issue.record("\(error)")
      }
    }
    #expect(engine.types.groupCount == 0)
  }
}
