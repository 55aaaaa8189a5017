// The code metadata section `metadata.code.branch_hint`: which branches are likely taken.

import WasmSyntax

/// Hints by function index, in the section's order.
package struct BranchHintSection: Sendable {
  package static let name = "metadata.code.branch_hint"

  package struct Hint: Hashable, Sendable {
    /// Where the instruction begins, counted from the function's local declarations.
    package var offset: UInt32
    package var isLikely: Bool
    package init(offset: UInt32, isLikely: Bool) {
      self.offset = offset
      self.isLikely = isLikely
    }
  }

  package struct FunctionHints: Sendable {
    package var function: UInt32
    package var hints: [Hint]
    package init(function: UInt32, hints: [Hint]) {
      self.function = function
      self.hints = hints
    }
  }

  package var functions: [FunctionHints] = []

  package init() {}

  /// Reads the module's branch hints; nil if it has no such section, an error if the section is not in its grammar.
  package init?(of module: Module) throws(ModuleError) {
    guard
      let section = module.customSections.first(where: {
        $0.name.utf8.elementsEqual(Self.name.utf8)
      })
    else { return nil }
    defer { withExtendedLifetime(module.bytes) {} }
    var reader = ByteReader(module.bytes, range: section.payload)
    for _ in 0..<(try reader.readCount()) {
      let function = try reader.readU32()
      var hints: [Hint] = []
      for _ in 0..<(try reader.readCount()) { hints.append(try Self.readHint(&reader)) }
      functions.append(FunctionHints(function: function, hints: hints))
    }
    guard reader.isAtEnd else { throw reader.malformed("section size mismatch") }
  }

  private static func readHint(_ reader: inout ByteReader) throws(ModuleError) -> Hint {
    let offset = try reader.readU32()
    guard try reader.readU32() == 1 else { throw reader.malformed("branch hint of a wrong size") }
    switch try reader.readByte() {
    case 0: return Hint(offset: offset, isLikely: false)
    case 1: return Hint(offset: offset, isLikely: true)
    default: throw reader.malformed("invalid branch hint value")
    }
  }
}

extension ByteWriter {
  /// The payload of a branch hint section.
  package mutating func writeBranchHints(_ section: BranchHintSection) {
    writeCount(section.functions.count)
    for function in section.functions {
      writeU32(function.function)
      writeCount(function.hints.count)
      for hint in function.hints {
        writeU32(hint.offset)
        writeU32(1)
        writeByte(hint.isLikely ? 1 : 0)
      }
    }
  }
}
