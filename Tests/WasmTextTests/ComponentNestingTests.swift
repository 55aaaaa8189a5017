// Components, types and values nested 200,000 times are refused with an error, and up to the limit accepted, on a thread of
// 512 KiB.

import Testing
import WasmSyntax

@testable import WasmText

@Suite struct ComponentNestingTests {
  private static func nest(_ count: Int, _ open: String, _ middle: String, _ close: String)
    -> String
  {
    String(repeating: open, count: count) + middle + String(repeating: close, count: count)
  }

  /// Parses and prints; nil if that worked.
  private func refusal(_ definitions: String) throws -> ModuleError? {
    let text = Array("(component \(definitions))".utf8)
    return try onSmallStack {
      do throws(ModuleError) {
        _ = try printComponent(Bytes(try parseComponent(text)))
        return nil
      } catch {
        return error
      }
    }
  }

  @Test(arguments: [
    ("", "(component ", "", ")", ""), ("(type ", "(instance (type ", "u8", "))", ")"),
    ("(type ", "(component (type ", "u8", "))", ")"),
    ("(import \"a\" ", "(instance (export \"a\" ", "(func)", "))", ")"),
    ("", "(import \"a\" (component ", "", "))", ""), ("(type ", "(list ", "u8", ")", ")"),
    ("(type ", "(record (field \"a\" ", "u8", "))", ")"),
    ("(import \"a\" (func (param \"a\" ", "(result (error ", "u8", "))", ")))"),
  ])
  func types(
    _ start: String, _ open: String, _ middle: String, _ close: String, _ end: String
  ) throws {
    func text(_ count: Int) -> String { start + Self.nest(count, open, middle, close) + end }
    #expect(try refusal(text(99)) == nil)
    #expect(try refusal(text(102))?.kind == .limit)
    #expect(try refusal(text(200_000))?.kind == .limit)
  }

  @Test func values() throws {
    func text(_ count: Int) -> String {
      "(value " + Self.nest(count, "(option ", "u8", ")") + Self.nest(count, "(some ", "1", ")")
        + ")"
    }
    #expect(try refusal(text(99)) == nil)
    #expect(try refusal(text(200_000))?.kind == .limit)
  }

  /// What does not take native stack in the first place.
  @Test(arguments: [
    ("(core module (func ", "(block ", "", ")", "))"),
    ("(export \"a\" (func 0 ", "\"x\" ", "", "", "))"),
    ("(import \"a\" (func ", "(param \"a\" u8) ", "", "", "))"), ("", "(; ", "", ";)", ""),
    ("", "(@x ", "", ")", ""),
  ])
  func others(
    _ start: String, _ open: String, _ middle: String, _ close: String, _ end: String
  ) throws {
    let error = try refusal(start + Self.nest(200_000, open, middle, close) + end)
    #expect(error == nil || error?.kind == .limit, "\(error.map(String.init(describing:)) ?? "")")
  }

  @Test(arguments: ["(", "(component ", "(type ", "(type (", "(instance (export ", "(canon ("])
  func unclosed(_ open: String) throws {
    #expect(try refusal(Self.nest(200_000, open, "", "")) != nil)
  }

  @Test(arguments: [
    ("(option.some ", ")"), ("(list.const ", ")"), ("(record.const (field \"a\" ", "))"),
    ("(variant.const \"a\" ", ")"), ("(result.err ", ")"), ("(tuple.const ", ")"),
  ])
  func constants(_ open: String, _ close: String) throws {
    func kind(_ count: Int) throws -> ModuleError.Kind? {
      let text = Array(Self.nest(count, open, "(option.none)", close).utf8)
      return try onSmallStack {
        do throws(ModuleError) {
          _ = try ComponentConstant(try TextSource(text), at: 0)
          return nil
        } catch {
          return error.kind
        }
      }
    }
    #expect(try kind(99) == nil)
    #expect(try kind(200_000) == .limit)
  }
}
