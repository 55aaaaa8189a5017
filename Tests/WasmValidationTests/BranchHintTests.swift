// Branch hints that point at something else than a branch make no module invalid; asked about, they are.

import Testing
import WasmBinary
import WasmSyntax
import WasmValidation

@Suite struct BranchHintTests {
  /// local declarations (1 byte), i32.const 0 at 1, if at 3, end, i32.const 0, br_if at 8, end
  func hinted(_ hints: [BranchHintSection.Hint], function: UInt32 = 0) throws -> Module {
    var section = BranchHintSection()
    section.functions = [.init(function: function, hints: hints)]
    var writer = ByteWriter()
    writer.writeBytes(
      module(body: [0x41, 0x00, 0x04, 0x40, 0x0B, 0x41, 0x00, 0x0D, 0x00, 0x0B]))
    writer.writeCustomSection(name: BranchHintSection.name.utf8) { $0.writeBranchHints(section) }
    return try validateModule(Bytes(writer.bytes))
  }

  @Test func good() throws {
    try validateBranchHints(
      try hinted([.init(offset: 3, isLikely: true), .init(offset: 8, isLikely: false)]))
  }

  @Test(arguments: [[1], [8, 3], [3, 3], [100]] as [[UInt32]])
  func bad(_ offsets: [UInt32]) throws {
    let module = try hinted(offsets.map { .init(offset: $0, isLikely: true) })
    let error = try #require(throws: ModuleError.self) { try validateBranchHints(module) }
    #expect(error.kind == .invalid)
  }

  @Test func unknownFunction() throws {
    let module = try hinted([], function: 1)
    #expect(throws: ModuleError.self) { try validateBranchHints(module) }
  }
}
