import Testing
import WasmBinary
import WasmSyntax
import WasmValidation

/// Deep nesting is accepted up to the limit and refused with an error beyond, on a small stack.
struct NestingTests {
  /// The outcome of validating on a stack of 512 KiB.
  private func outcome(_ bytes: [UInt8]) -> ModuleError.Kind? {
    nonisolated(unsafe) var kind: ModuleError.Kind?
    onSmallStack {
      do throws(ModuleError) { _ = try validateComponent(Bytes(bytes), features: .all) } catch {
        kind = error.kind
      }
    }
    return kind
  }

  /// Components within components; each but the innermost is one section.
  private func nestedComponents(_ count: Int) -> [UInt8] {
    // Built backwards, so that sizes are known and nothing is copied twice.
    var reversed: [UInt8] = Preamble.component.reversed()
    for _ in 0..<count {
      var header = ByteWriter()
      header.writeBytes(Preamble.component)
      header.writeByte(ComponentSectionID.component.rawValue)
      header.writeCount(reversed.count)
      reversed += header.bytes.reversed()
    }
    return reversed.reversed()
  }

  private func typeSection(_ types: [[UInt8]]) -> [UInt8] {
    var writer = ByteWriter()
    writer.writeBytes(Preamble.component)
    writer.writeByte(ComponentSectionID.type.rawValue)
    writer.writeSized {
      $0.writeCount(types.count)
      for type in types { $0.writeBytes(type) }
    }
    return writer.bytes
  }

  @Test func components() {
    #expect(outcome(nestedComponents(99)) == nil)
    #expect(outcome(nestedComponents(101)) == .limit)
    #expect(outcome(nestedComponents(200_000)) == .limit)
  }

  /// `(type (component (type (component ...))))` and the like with instance types.
  @Test(arguments: [0x41, 0x42] as [UInt8])
  func declaredTypes(_ opcode: UInt8) {
    func nested(_ count: Int) -> [UInt8] {
      typeSection([Array(repeatElement([opcode, 1, 1], count: count).joined()) + [opcode, 0]])
    }
    #expect(outcome(nested(98)) == nil)
    #expect(outcome(nested(101)) == .limit)
    #expect(outcome(nested(200_000)) == .limit)
  }

  /// Each type a list, option or tuple of the one before.
  @Test(arguments: [[0x70], [0x6B], [0x6F, 1]] as [[UInt8]])
  func valueTypes(_ constructor: [UInt8]) {
    func chain(_ count: Int) -> [UInt8] {
      typeSection(
        [[0x7D]]
          + (0..<count).map { index in
            var writer = ByteWriter()
            writer.writeBytes(constructor)
            writer.writeS33(Int64(index))
            return writer.bytes
          })
    }
    #expect(outcome(chain(99)) == nil)
    #expect(outcome(chain(101)) == .limit)
    #expect(outcome(chain(200_000)) == .limit)
  }

  /// Each type a tuple of the one before, twice: small in bytes, enormous written out.
  @Test func effectiveTypeSize() {
    func doubled(_ count: Int) -> [UInt8] {
      typeSection([[0x70, 0x7D]] + (0..<count).map { [0x6A, 1, UInt8($0), 1, UInt8($0)] })
    }
    #expect(outcome(doubled(15)) == nil)
    #expect(outcome(doubled(30)) == .limit)
  }

  /// Instance types that export the one before twice, compared with each other.
  @Test func sharedInstanceTypes() {
    let levels = 17
    func types(_ prefix: String) -> String {
      "(type $\(prefix)0 (instance))"
        + (1...levels).map { level in
          "(type $\(prefix)\(level) (instance (alias outer 1 $\(prefix)\(level - 1) (type $t))"
            + " (export \"a\" (instance (type $t))) (export \"b\" (instance (type $t)))))"
        }.joined()
    }
    expectValid(
      types("x") + types("y")
        + """
        (import "i" (instance $i (type $x\(levels))))
        (component $C (alias outer 1 $y\(levels) (type $t)) (import "i" (instance (type $t))))
        (instance (instantiate $C (with "i" (instance $i))))
        """)
  }
}
