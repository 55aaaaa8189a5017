// Nesting takes no native stack: anything nested 200,000 times is parsed or refused on a thread of 512 KiB.

import Testing
import WasmSyntax

@testable import WasmText

@Suite struct NestingTests {
  private static let depth = 200_000

  private static func nest(
    _ open: String, _ middle: String, _ close: String, depth: Int = depth
  ) -> [UInt8] {
    var text: [UInt8] = []
    for _ in 0..<depth { text += open.utf8 }
    text += middle.utf8
    for _ in 0..<depth { text += close.utf8 }
    return text
  }

  private static func outcome(_ text: [UInt8]) throws -> Result<Int, ModuleError> {
    try onSmallStack {
      do throws(ModuleError) {
        return .success(try parseModule(text).count)
      } catch {
        return .failure(error)
      }
    }
  }

  @Test(arguments: [
    ("(func (drop ", "(i32.eqz ", "(i32.const 0)", ")", "))"), ("(func ", "(block ", "", ")", ")"),
    ("(func ", "block $l ", "br $l", " end", ")"),
    ("(func ", "(if (i32.const 1) (then ", "", "))", ")"),
    ("(global i32 ", "(i32.eqz ", "", ")", ")"), ("(@a ", "(@b ", "", ")", ")"),
    ("", "(; ", "", ";)", ""),
  ])
  func isAccepted(
    _ start: String, _ open: String, _ middle: String, _ close: String, _ end: String
  ) throws {
    let text = Array(start.utf8) + Self.nest(open, middle, close) + Array(end.utf8)
    #expect(throws: Never.self) { try Self.outcome(text).get() }
  }

  @Test(arguments: ["(", "(rec ", "(;", "(func (block "])
  func isRefused(_ open: String) throws {
    #expect(throws: ModuleError.self) { try Self.outcome(Self.nest(open, "", "")).get() }
    #expect(throws: ModuleError.self) { try Self.outcome(Self.nest(open, "x y", ")")).get() }
  }

  @Test func isPrinted() throws {
    let text =
      Array("(func ".utf8) + Self.nest("block ", "", "end ", depth: 40_000) + Array(")".utf8)
    let isSame = try onSmallStack {
      guard let bytes = try? parseModule(text), let printed = try? printModule(Bytes(bytes)) else {
        return false
      }
      return (try? parseModule(printed)) == bytes
    }
    #expect(isSame)
  }

  @Test func scripts() throws {
    let count = try onSmallStack {
      let text = Self.nest("(thread $t ", "", ")") + Self.nest("(either ", "", ")")
      return (try? Script(text))?.directives.count
    }
    #expect(count == 2)
  }
}
