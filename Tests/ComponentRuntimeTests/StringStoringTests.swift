// The calls of `realloc` that storing a string makes, as the specification counts them.

import Testing
import WasmSyntax

@testable import ComponentRuntime
@testable import WasmValidation

@Suite struct StringStoringTests {
  private let world = World()

  /// Old length, alignment and new length of every call; that later ones are given what earlier ones returned is
  /// checked on the way.
  private func calls(
    _ bytes: [UInt8], _ units: UInt64, _ source: StringEncoding, _ target: StringEncoding
  ) throws -> [[UInt64]] {
    let from = Heap(size: 64, encoding: source)
    from.write(bytes)
    let to = Heap(size: 256, encoding: target)
    var last: UInt64 = 0
    to.answer = { arguments in
      #expect(arguments[0] == last)
      last = 128
      return 128
    }
    let plan = try world.plan(world.make(.string))
    let destination = Slots()
    try Transfer.values(
      plan.ref, from: context(from.options, world.instance()), world.slots([0, units]),
      maxSource: 16, to: context(to.options, world.instance()), destination.pointer,
      maxDestination: 16)
    #expect(destination[0] == 128)
    return to.calls.map { Array($0.dropFirst()) }
  }

  @Test func copies() throws {
    #expect(try calls([0x61, 0xc3, 0xa9], 3, .utf8, .utf8) == [[0, 1, 3]])
    #expect(try calls([0x61, 0, 0xe9, 0], 2, .utf16, .utf16) == [[0, 2, 4]])
    #expect(try calls([0x61, 0xe9], 2, .latin1UTF16, .utf16) == [[0, 2, 4]])
    #expect(try calls([0x61, 0xe9], 2, .latin1UTF16, .latin1UTF16) == [[0, 2, 2]])
    #expect(try calls([], 0, .utf8, .utf8) == [[0, 1, 0]])
  }

  @Test func toUTF8() throws {
    #expect(try calls([0x61, 0], 1, .utf16, .utf8) == [[0, 1, 1]])
    #expect(
      try calls([0x61, 0, 0xe9, 0], 2, .utf16, .utf8) == [[0, 1, 2], [2, 1, 6], [6, 1, 3]])
    // Nothing to give back.
    #expect(try calls([0x00, 0x4e], 1, .utf16, .utf8) == [[0, 1, 1], [1, 1, 3]])
    #expect(try calls([0x61, 0x62], 2, .latin1UTF16, .utf8) == [[0, 1, 2]])
    #expect(try calls([0xe9], 1, .latin1UTF16, .utf8) == [[0, 1, 1], [1, 1, 2]])
    #expect(
      try calls([0x61, 0xe9], 2, .latin1UTF16, .utf8) == [[0, 1, 2], [2, 1, 4], [4, 1, 3]])
  }

  @Test func toUTF16() throws {
    #expect(try calls([0x61], 1, .utf8, .utf16) == [[0, 2, 2]])
    #expect(try calls([0xc3, 0xa9], 2, .utf8, .utf16) == [[0, 2, 4], [4, 2, 2]])
    #expect(try calls([0xf0, 0x9f, 0x98, 0x80], 4, .utf8, .utf16) == [[0, 2, 8], [8, 2, 4]])
  }

  @Test func toLatin1OrUTF16() throws {
    #expect(try calls([0x61], 1, .utf8, .latin1UTF16) == [[0, 2, 1]])
    #expect(try calls([0xc3, 0xa9], 2, .utf8, .latin1UTF16) == [[0, 2, 2], [2, 2, 1]])
    #expect(
      try calls([0x61, 0xce, 0xb1], 3, .utf8, .latin1UTF16)
        == [[0, 2, 3], [3, 2, 6], [6, 2, 4]])
    #expect(try calls([0xe9, 0], 1, .utf16, .latin1UTF16) == [[0, 2, 1]])
    #expect(try calls([0xb1, 0x03], 1, .utf16, .latin1UTF16) == [[0, 2, 1], [1, 2, 2]])
    // A tagged source is expected to stay UTF-16.
    #expect(try calls([0xb1, 0x03], 1 | 1 << 31, .latin1UTF16, .latin1UTF16) == [[0, 2, 2]])
    #expect(
      try calls([0x61, 0, 0x62, 0], 2 | 1 << 31, .latin1UTF16, .latin1UTF16)
        == [[0, 2, 4], [4, 1, 2]])
  }

  /// The tag is the top bit of the memory's own pointer size, on each side.
  @Test func tags() throws {
    let plan = try world.plan(world.make(.string))
    for (is64, toIs64) in [(false, true), (true, false), (true, true)] {
      let from = Heap(size: 64, encoding: .latin1UTF16, is64: is64)
      let to = Heap(size: 64, encoding: .latin1UTF16, is64: toIs64)
      from.write([0xb1, 0x03])
      let destination = Slots()
      try Transfer.values(
        plan.ref, from: context(from.options, world.instance()),
        world.slots([0, 1 | (is64 ? 1 << 63 : 1 << 31)]), maxSource: 16,
        to: context(to.options, world.instance()), destination.pointer,
        maxDestination: 16)
      let tag: UInt64 = toIs64 ? 1 << 63 : 1 << 31
      #expect(destination[1] == 1 | tag)
    }
  }
}
