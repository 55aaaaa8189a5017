// The custom sections that the project reads.

import Testing
import WasmBinary
import WasmSyntax

@Suite struct CustomSectionTests {
  func module(
    _ name: String, _ write: (inout ByteWriter) -> Void
  ) throws -> Module {
    var writer = ByteWriter()
    writer.writeModuleHeader()
    writer.writeCustomSection(name: name.utf8) { write(&$0) }
    return try decodeModule(Bytes(writer.bytes))
  }

  func writeMap(_ writer: inout ByteWriter, _ map: [(UInt32, String)]) {
    writer.writeCount(map.count)
    for (index, name) in map {
      writer.writeU32(index)
      writer.writeName(name)
    }
  }

  @Test func names() throws {
    let module = try module("name") { writer in
      writer.writeByte(0)
      writer.writeSized { $0.writeName("m") }
      writer.writeByte(1)
      writer.writeSized { writeMap(&$0, [(0, "f"), (7, "g")]) }
      writer.writeByte(2)
      writer.writeSized { writer in
        writer.writeCount(1)
        writer.writeU32(7)
        writeMap(&writer, [(1, "x")])
      }
      // An unknown subsection is passed over.
      writer.writeByte(99)
      writer.writeSized { $0.writeBytes([1, 2, 3]) }
      writer.writeByte(11)
      writer.writeSized { writeMap(&$0, [(2, "t")]) }
    }
    let names = NameSection(of: module)
    #expect(names.module == "m")
    #expect(names.functions == [0: "f", 7: "g"])
    #expect(names.locals == [7: [1: "x"]])
    #expect(names.tags == [2: "t"])
    #expect(NameSection(of: module, only: [.functions]).tags.isEmpty)
  }

  @Test func brokenNamesAreCutOff() throws {
    let module = try module("name") { writer in
      writer.writeByte(0)
      writer.writeSized { $0.writeName("m") }
      writer.writeByte(1)
      writer.writeBytes([0x7F, 0x00])
    }
    let names = NameSection(of: module)
    #expect(names.module == "m")
    #expect(names.functions.isEmpty)
  }

  @Test func branchHints() throws {
    var section = BranchHintSection()
    section.functions = [
      .init(
        function: 3, hints: [.init(offset: 5, isLikely: true), .init(offset: 200, isLikely: false)])
    ]
    let module = try module(BranchHintSection.name) { $0.writeBranchHints(section) }
    let read = try #require(try BranchHintSection(of: module))
    #expect(read.functions.map(\.function) == [3])
    #expect(read.functions.first?.hints == section.functions.first?.hints)
    #expect(try BranchHintSection(of: try self.module("other") { _ in }) == nil)
  }

  @Test func brokenBranchHints() throws {
    let module = try module(BranchHintSection.name) { $0.writeBytes([1, 0, 1, 5, 1, 2]) }
    #expect(throws: ModuleError.self) { try BranchHintSection(of: module) }
  }
}
