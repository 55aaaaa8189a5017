// The grammar of modules: sections, their order and sizes, and that errors say where.

import Testing
import WasmBinary
import WasmSyntax

@Suite struct ModuleDecoderTests {
  static let header: [UInt8] = [0x00, 0x61, 0x73, 0x6D, 0x01, 0x00, 0x00, 0x00]
  static let type: [UInt8] = [0x01, 0x04, 0x01, 0x60, 0x00, 0x00]
  static let function: [UInt8] = [0x03, 0x02, 0x01, 0x00]
  static let code: [UInt8] = [0x0A, 0x04, 0x01, 0x02, 0x00, 0x0B]

  func error(
    _ bytes: [UInt8], limits: ImplementationLimits = ImplementationLimits()
  ) throws -> ModuleError {
    try #require(throws: ModuleError.self) { try decodeModule(Bytes(bytes), limits: limits) }
  }

  @Test func smallestFunction() throws {
    let module = try decodeModule(Bytes(Self.header + Self.type + Self.function + Self.code))
    #expect(module.functions == [0])
    #expect(module.types.recursionGroups == [0..<1])
    let body = try #require(module.code.first)
    #expect(module.bytes.slice(body.body).array == [0x0B])
    #expect(module.bytes.slice(body.locals).array == [0x00])
  }

  @Test(
    arguments: [
      (
        [0x01, 0x04, 0x01, 0x60, 0x00, 0x00, 0x01, 0x01, 0x00], 14,
        "unexpected content after last section"
      ),
      ([0x03, 0x01, 0x00, 0x01, 0x01, 0x00], 11, "unexpected content after last section"),
      ([0x01, 0x05, 0x01, 0x60, 0x00, 0x00, 0x00], 14, "section size mismatch"),
      ([0x0E, 0x00], 8, "malformed section id"),
      ([0x01, 0x7F], 9, "length out of bounds"),
      ([0x00, 0x02, 0x01, 0xFF], 11, "malformed UTF-8 encoding"),
      ([0x05, 0x03, 0x01, 0x10, 0x00], 11, "malformed limits flags"),
      ([0x04, 0x04, 0x01, 0x70, 0x02, 0x00], 12, "malformed limits flags"),
      ([0x0C, 0x01, 0x01], 11, "data count and data section have inconsistent lengths"),
    ] as [([UInt8], Int, String)])
  func malformed(_ sections: [UInt8], _ offset: Int, _ message: String) throws {
    let error = try error(Self.header + sections)
    #expect(error == ModuleError(.malformed, message, at: .offset(offset)))
  }

  @Test func missingCode() throws {
    let error = try error(Self.header + Self.type + Self.function)
    #expect(error.message == "function and code section have inconsistent lengths")
  }

  @Test func tooManyLocals() throws {
    let locals: [UInt8] = [
      0x02, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F, 0x7F, 0x02, 0x7E, 0x0B,
    ]
    let code: [UInt8] = [0x0A, UInt8(locals.count + 2), 0x01, UInt8(locals.count)] + locals
    #expect(try error(Self.header + Self.type + Self.function + code).message == "too many locals")
  }

  /// A module in the middle of a file: errors count from the start of the file.
  @Test func offsetsOfSlices() throws {
    let file = Bytes([UInt8](repeating: 0xAA, count: 100) + Self.header + [0x0E, 0x00])
    let error = try #require(throws: ModuleError.self) {
      try decodeModule(file.slice(100..<file.count))
    }
    #expect(error.position == .offset(108))
  }

  @Test func tagSectionStandsBeforeGlobals() throws {
    let tags: [UInt8] = [0x0D, 0x03, 0x01, 0x00, 0x00]
    let globals: [UInt8] = [0x06, 0x01, 0x00]
    #expect(try decodeModule(Bytes(Self.header + tags + globals)).tags == [0])
    #expect(try error(Self.header + globals + tags).kind == .malformed)
  }

  @Test func customSections() throws {
    var writer = ByteWriter()
    writer.writeBytes(Self.header + Self.type)
    writer.writeCustomSection(name: "note".utf8) { $0.writeBytes([1, 2, 3]) }
    let module = try decodeModule(Bytes(writer.bytes))
    let section = try #require(module.customSections.first)
    #expect(section.name == "note")
    #expect(section.after == 1)
    #expect(module.bytes.slice(section.payload).array == [1, 2, 3])
  }

  // MARK: Limits

  @Test func limits() throws {
    let bytes = Self.header + Self.type + Self.function + Self.code
    func check(_ set: (inout ImplementationLimits) -> Void) throws {
      var limits = ImplementationLimits()
      set(&limits)
      #expect(try error(bytes, limits: limits).kind == .limit)
    }
    try check { $0.moduleBytes = bytes.count - 1 }
    try check { $0.types = 0 }
    try check { $0.functions = 0 }
    try check { $0.functionBytes = 1 }
  }

  /// Counts are refused before memory is reserved for what they announce.
  @Test func hugeCounts() throws {
    for id in [1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 13] as [UInt8] {
      let error = try error(Self.header + [id, 0x05, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F])
      #expect(error.message == "length out of bounds")
    }
  }
}
