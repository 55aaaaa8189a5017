// What fusion makes of typical loops, and that the code means the same with and without it where that is hardest:
// operands that are read late, constants folded into addresses, values carried by branches.

import CWasmExecution
import Testing
import WasmSyntax

@testable import WasmExecution

@Suite struct TranslationTests {
  private static func engine(fusion: Bool) -> Engine {
    .forTests { $0.instructionFusion = fusion }
  }

  /// The names of a function's translated instructions.
  private static func names(_ text: String, fusion: Bool = true) throws -> [String] {
    let module = try engine(fusion: fusion).module(text)
    let function = UInt32(module.syntax.importedFunctionCount)
    return try module.translation(ofFunction: function).disassembly.split(separator: "\n").map {
      String($0.split(separator: "\t")[2])
    }
  }

  /// Calls the export `f` of a module in both modes; the results must be these.
  private static func expect(
    _ expected: UInt32, from text: String, _ arguments: UInt32...,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    for fusion in [true, false] {
      let store = CoreStore.forTests(engine: engine(fusion: fusion))
      let instance = try store.instance("(module \(text))")
      let function = try #require(instance.function(named: "f"))
      let results = try store.invoke(function, arguments.map { .i32($0) })
      guard case .i32(let result)? = results.first else {
        Issue.record("unexpected \(results)", sourceLocation: sourceLocation)
        continue
      }
      #expect(result == expected, "fusion \(fusion)", sourceLocation: sourceLocation)
    }
  }

  private static func expectTrap(
    _ reason: TrapReason, from text: String, _ arguments: UInt32...,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    for fusion in [true, false] {
      let store = CoreStore.forTests(engine: engine(fusion: fusion))
      let instance = try store.instance("(module \(text))")
      let function = try #require(instance.function(named: "f"))
      do throws(InvocationError) {
        let results = try store.invoke(function, arguments.map { .i32($0) })
        Issue.record("returned \(results)", sourceLocation: sourceLocation)
      } catch {
        guard case .trap(let trap) = error else {
          Issue.record("unexpected \(error)", sourceLocation: sourceLocation)
          continue
        }
        #expect(trap.reason == reason, "fusion \(fusion)", sourceLocation: sourceLocation)
      }
    }
  }

  // MARK: Fusion

  @Test func countingLoopIsTwoInstructions() throws {
    let names = try Self.names(
      """
      (module (memory 1) (func (param i32 i32) (result i32) (local i32)
        (loop $l
          (local.set 2 (i32.add (local.get 2) (i32.load offset=8 (local.get 0))))
          (br_if $l (i32.ne (local.tee 0 (i32.add (local.get 0) (i32.const 4))) (local.get 1))))
        (local.get 2)))
      """)
    #expect(names == ["entry.1", "loop", "load32.add.ss", "i32.add, br.loop.ne.ss", "return.s"])
  }

  @Test func addressesAndOperationsJoinTheirAccess() throws {
    let names = try Self.names(
      """
      (module (memory 1) (func (param i32 i32) (param f64)
        ;; base + constant, base + (index << 3), read-modify-write, copy
        (i32.store (i32.add (local.get 0) (i32.const 12)) (i32.add (local.get 1) (i32.const 1)))
        (f64.store (i32.const 16)
          (f64.add (local.get 2) (local.get 2)))
        (i64.store (local.get 0)
          (i64.load (i32.add (local.get 0) (i32.shl (local.get 1) (i32.const 3)))))
        (i32.store8 (local.get 0) (i32.load8_u offset=5 (local.get 1)))))
      """)
    #expect(
      names == [
        "entry.0", "i32.add.store32.wi", "f64.add.store.n", "load64.y3", "store64.ss",
        "copy.store8.ss", "return",
      ])
  }

  @Test func conditionsJoinTheirBranch() throws {
    let names = try Self.names(
      """
      (module (memory 1) (func (param i32 i32) (param f64) (result i32)
        (block $b
          (br_if $b (i32.eqz (i32.and (local.get 0) (i32.const 3))))
          (br_if $b (i32.eq (i32.load8_u (local.get 0)) (i32.const 44)))
          (br_if $b (i32.eqz (f64.lt (local.get 2) (f64.const 4))))
          (if (i32.lt_u (local.get 0) (local.get 1)) (then (local.set 1 (i32.const 0)))))
        (select (local.get 0) (local.get 1) (i32.gt_s (local.get 0) (local.get 1)))))
      """)
    #expect(
      names == [
        "entry.0", "br.i32.and.eq.sii", "load8_u, br.eq.si", "br.f64.nlt.sk", "br.i32.ge_u.ss",
        "const", "i32.select.gt_s.ss", "return.s",
      ])
  }

  /// The slot of a stored value may be where an operand of the address was.
  @Test(
    arguments: [
      ("(i32.load (i32.const 900))", "(i32.add (local.get 1) (i32.const 4))", 16, 7),
      ("(i32.shl (i32.const 1) (i32.const 3))", "(i32.mul (local.get 1) (local.get 1))", 24, 9),
      (
        "(i32.shl (i32.and (local.get 1) (i32.const 31)) (i32.const 3))",
        "(i32.load (i32.const 904))", 40, 77
      ),
    ] as [(String, String, UInt32, UInt32)])
  func storedValuesLeaveTheirAddressAlone(
    index: String, value: String, place: UInt32, expected: UInt32
  ) throws {
    for store in ["i32.store", "i64.store32"] {
      let stored = store == "i32.store" ? value : "(i64.extend_i32_u \(value))"
      try Self.expect(
        expected,
        from: """
          (memory 1)
          (data (i32.const 904) "\\4d")
          (func (export "f") (param i32 i32) (result i32)
            (\(store) (i32.add (local.get 0) \(index)) \(stored))
            (i32.load (i32.const \(place))))
          """, 16, 3)
    }
    // Constants too large for an immediate are put into a slot.
    try Self.expect(
      0x89AB_CDEF,
      from: """
        (memory 1)
        (func (export "f") (param i32 i32) (result i32)
          (i64.store (i32.add (local.get 0) \(index)) (i64.const 0x123456789abcdef))
          (i32.load (i32.const \(place))))
        """, 16, 3)
  }

  @Test func withoutFusionNothingIsCombined() throws {
    let names = try Self.names(
      "(module (func (param i32) (result i32) (i32.add (local.get 0) (i32.const 1))))",
      fusion: false)
    #expect(names == ["entry.0", "move", "const", "i32.add.ss", "return.s"])
  }

  @Test func everyHandlerHasAName() {
    for definition in InstructionTable.shared.rows {
      let row = HandlerTable.shared.rows[Int(definition.opcode.rawValue)]
      #expect((row.shape == .none) == (row.handlers.0 == nil && row.shape != .nothing))
      if let handler = row.handlers.0 { #expect(HandlerNames.shared[handler] != "?") }
    }
  }

  @Test func fuelDoesNotDependOnFusion() throws {
    let text = """
      (module (func (param i32) (result i32) (local i32)
        (loop $outer
          (local.set 1 (i32.const 7))
          (loop $inner
            (br_if $inner (local.tee 1 (i32.sub (local.get 1) (i32.const 1)))))
          (if (local.get 1) (then (return (i32.const 1)) (nop)))
          (br_if $outer (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))
        (local.get 0)))
      """
    let costs = try [true, false].map { fusion -> [Int32] in
      let translation = try Self.engine(fusion: fusion).module(text).translation(ofFunction: 0)
      let instructions = UnsafeBufferPointer(
        start: translation.entry, count: translation.end - translation.entry)
      let loops = instructions.filter { $0.handler == wasm_special(WASM_SPECIAL_LOOP) }
      return [instructions[0].d] + loops.map(\.a)
    }
    #expect(costs[0] == costs[1])
    // Outside: loop, local.get, end. Outer loop: 14 without the inner one's six and the unreachable nop.
    #expect(costs[0] == [3, 14, 6])
  }

  @Test func trapsInFusedLoadsNameTheLoad() throws {
    let store = CoreStore.forTests(engine: Self.engine(fusion: true))
    let instance = try store.instance(
      """
      (module (memory 1) (func (export "f") (param i32)
        (block $b (br_if $b (i32.eq (i32.load (local.get 0)) (i32.const 5))) (nop))))
      """)
    let trap = try instance.trap("f", .i32(65536))
    let offset = try #require(trap.backtrace.first?.offset)
    #expect(instance.module.syntax.bytes.array[offset] == 0x28)
  }

  // MARK: Late reading

  @Test func localsAreReadBeforeTheyChange() throws {
    try Self.expect(
      7,
      from: "(func (export \"f\") (param i32) (result i32) "
        + "(local.get 0) (local.set 0 (i32.const 100)))", 7)
    try Self.expect(
      12,
      from: "(func (export \"f\") (param i32) (result i32) "
        + "(i32.add (local.get 0) (i32.const 5)) (local.set 0 (i32.const 100)))", 7)
    try Self.expect(
      17,
      from: "(func (export \"f\") (param i32) (result i32) "
        + "(i32.add (local.get 0) (local.tee 0 (i32.const 10))))", 7)
    // The old value, the new one, and a sum with the new one.
    try Self.expect(
      7 + 8 + 18,
      from: "(func (export \"f\") (param i32) (result i32) "
        + "(local.get 0) (local.set 0 (i32.add (local.get 0) (i32.const 1)))"
        + "(local.get 0) (i32.add (local.get 0) (i32.const 10)) i32.add i32.add)", 7)
  }

  @Test func localsBelowABlockSurviveItsBranches() throws {
    let text = """
      (func (export "f") (param i32 i32) (result i32)
        (local.get 0)
        (block $b
          (br_if $b (local.get 1))
          (local.set 0 (i32.const 50)))
        (i32.add (local.get 0)))
      """
    try Self.expect(14, from: text, 7, 1)
    try Self.expect(57, from: text, 7, 0)
  }

  @Test func steppedLocalWithAnOlderValuePending() throws {
    // The branch takes the old value along, so the step must not be folded into it.
    let text = """
      (func (export "f") (param i32) (result i32)
        (block $b (result i32)
          (local.get 0)
          (br_if $b (i32.ne (local.tee 0 (i32.add (local.get 0) (i32.const 1))) (i32.const 9)))
          (drop)
          (i32.const 1000))
        (i32.mul (local.get 0)))
      """
    try Self.expect(7 * 8, from: text, 7)
    try Self.expect(1000 * 9, from: text, 8)
  }

  // MARK: Addresses

  @Test func addressesWrapOnlyWhereTheyAreAdded() throws {
    let load = """
      (memory 1) (data (i32.const 4) "\\2a")
      (func (export "f") (param i32) (result i32)
        (i32.load (i32.add (local.get 0) (i32.const -4))))
      """
    try Self.expect(42, from: load, 8)
    try Self.expectTrap(.memoryOutOfBounds, from: load, 0)
    let index = """
      (memory 1) (data (i32.const 4) "\\2a")
      (func (export "f") (param i32 i32) (result i32)
        (i32.load (i32.add (local.get 0) (i32.shl (local.get 1) (i32.const 2)))))
      """
    try Self.expect(42, from: index, 12, 0xFFFF_FFFE)
    try Self.expectTrap(.memoryOutOfBounds, from: index, 0xFFFF_FFFC, 0)
    // An offset does not wrap, not with a constant either.
    try Self.expectTrap(
      .memoryOutOfBounds,
      from: "(memory 1) (func (export \"f\") (result i32) (i32.load offset=4 (i32.const -4)))")
    try Self.expectTrap(
      .memoryOutOfBounds,
      from: "(memory 1) (func (export \"f\") (param i32) (result i32) "
        + "(i32.load8_u offset=0xFFFFFFFF (local.get 0)))", 0xFFFF_FFFF)
  }

  @Test func theLastBytes() throws {
    for (width, last) in [("8_u", UInt32(65535)), ("16_u", 65534), ("", 65532)] {
      let text =
        "(memory 1) (func (export \"f\") (param i32) (result i32) (i32.load\(width) (local.get 0)))"
      try Self.expect(0, from: text, last)
      try Self.expectTrap(.memoryOutOfBounds, from: text, last + 1)
      try Self.expectTrap(
        .memoryOutOfBounds, from: text.replacing("memory 1", with: "memory 0"), 0)
    }
    try Self.expectTrap(
      .memoryOutOfBounds,
      from: "(memory i64 0) (func (export \"f\") (param i32) (result i32) "
        + "(i32.load offset=0xFFFFFFFFFFFFFFFF (i64.const 1)))", 0)
  }

  @Test func aCopyChecksBothEnds() throws {
    let text = """
      (memory 1) (data (i32.const 0) "\\07")
      (func (export "f") (param i32 i32) (result i32)
        (i32.store (local.get 1) (i32.load (local.get 0)))
        (i32.load (local.get 1)))
      """
    try Self.expect(7, from: text, 0, 100)
    try Self.expectTrap(.memoryOutOfBounds, from: text, 65533, 0)
    try Self.expectTrap(.memoryOutOfBounds, from: text, 0, 65533)
  }

  // MARK: Numbers

  @Test func normalizedConstants() throws {
    let unary = { (operation: String) in
      "(func (export \"f\") (param i32) (result i32) \(operation))"
    }
    try Self.expect(5, from: unary("(i32.sub (local.get 0) (i32.const 0x80000000))"), 0x8000_0005)
    try Self.expect(3, from: unary("(i32.rotr (local.get 0) (i32.const 33))"), 6)
    try Self.expect(6, from: unary("(i32.rotr (local.get 0) (i32.const 0))"), 6)
    try Self.expect(12, from: unary("(i32.shl (local.get 0) (i32.const 33))"), 6)
    try Self.expect(
      1,
      from: unary(
        "(i64.eq (i64.const 0x80000000) (i64.sub (i64.extend_i32_u (local.get 0))"
          + " (i64.const -0x80000000)))"), 0)
    try Self.expect(
      1,
      from: unary(
        "(i64.eq (i64.rotr (i64.extend_i32_u (local.get 0)) (i64.const 1))"
          + " (i64.const 0x8000000000000000))"), 1)
    try Self.expect(
      9, from: unary("(i32.sub (i32.const 20) (i32.add (local.get 0) (i32.const 4)))"), 7)
  }

  @Test func invertedFloatComparisonsHoldForNaN() throws {
    for (comparison, expected) in [
      ("lt", 1), ("gt", 1), ("le", 1), ("ge", 1), ("eq", 1), ("ne", 0),
    ] {
      let text = """
        (func (export "f") (param i32) (result i32)
          (block $b
            (br_if $b (i32.eqz (f64.\(comparison)
              (f64.reinterpret_i64 (i64.const 0x7FF8000000000000)) (f64.const 1))))
            (return (i32.const 0)))
          (i32.const 1))
        """
      try Self.expect(UInt32(expected), from: text, 0)
    }
  }

  // MARK: Branches with values

  @Test func resultsOverwriteParameters() throws {
    let text = """
      (func $swap (param i32 i32 i32) (result i32 i32 i32)
        (local.get 2) (local.get 0) (local.get 1))
      (func (export "f") (param i32) (result i32)
        (call $swap (i32.const 1) (i32.const 20) (i32.const 300))
        (i32.sub) (i32.add))
      """
    try Self.expect(300 + 1 - 20, from: text, 0)
  }

  @Test func branchTableCarriesValuesToDifferentHeights() throws {
    let text = """
      (func (export "f") (param i32) (result i32)
        (block $a (result i32)
          (i32.const 1)
          (block $b (result i32)
            (i32.const 10) (i32.const 20)
            (block $c (result i32)
              (i32.const 5)
              (br_table $c $b $a $c (i32.add (local.get 0) (i32.const 100)) (local.get 0)))
            (i32.add) (i32.add) (i32.const 1000) (i32.add))
          (i32.add)))
      """
    // To $c: the value, 20, 10, 1000 and 1 are added up; to $b: the value and 1; to $a: the value alone.
    try Self.expect(100 + 20 + 10 + 1000 + 1, from: text, 0)
    try Self.expect(101 + 1, from: text, 1)
    try Self.expect(102, from: text, 2)
    try Self.expect(109 + 20 + 10 + 1000 + 1, from: text, 9)
  }

  @Test func loopParameters() throws {
    let text = """
      (func (export "f") (param i32) (result i32)
        (i32.const 1) (local.get 0)
        (loop $l (param i32 i32) (result i32)
          (local.set 0)
          (i32.mul (local.get 0))
          (i32.sub (local.get 0) (i32.const 1))
          (br_if $l (i32.gt_s (local.get 0) (i32.const 1)))
          (drop)))
      """
    try Self.expect(720, from: text, 6)
  }

  // MARK: Size

  @Test func deepNestingTakesNoNativeStack() throws {
    let depth = 200_000
    let blocks = String(repeating: "block ", count: depth)
    let ends = String(repeating: "end ", count: depth)
    for fusion in [true, false] {
      let store = CoreStore.forTests(engine: Self.engine(fusion: fusion))
      let instance = try store.instance(
        """
        (module (func (export "f") (param i32) (result i32)
          \(blocks) local.get 0 br_if \(depth - 1) i32.const 5 return \(ends) i32.const 6))
        """)
      #expect(try instance.int("f", .i32(0)) == 5)
      #expect(try instance.int("f", .i32(1)) == 6)
    }
  }

  @Test func manyPendingOperands() throws {
    let count = 100_000
    let gets = String(repeating: "local.get 0 ", count: count)
    let adds = String(repeating: "i32.add ", count: count - 1)
    try Self.expect(
      UInt32(3 * count),
      from: "(func (export \"f\") (param i32) (result i32) \(gets)"
        + " i32.const 9 local.set 0 \(adds))", 3)
  }
}
