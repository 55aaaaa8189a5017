// Which imports link, and that what does not fit the WIT does not.

import ComponentRuntime
import Testing

@testable import WASI

@Suite struct WorldTests {
  /// Linking compares the type of every function with that of the WIT.
  @Test(arguments: ["0.2.12", "0.2.0", "0.2.3", "0.2.999"])
  func everythingOf02Links(version: String) throws {
    let text = try World.text("wasi-0.2.wat").replacing("@0.2.12", with: "@\(version)")
    _ = try ComponentGuest(text)
  }

  @Test(arguments: ["0.3.0", "0.3.1"])
  func everythingOf03Links(version: String) throws {
    let text = try World.text("wasi-0.3.wat").replacing("@0.3.0", with: "@\(version)")
    _ = try ComponentGuest(text)
  }

  @Test(arguments: [
    "wasi:random/random@0.1.0", "wasi:random/random@0.4.0", "wasi:random/random@1.2.0",
    "wasi:random/random@0.2.0-rc-2023-11-10", "wasi:random/random@0.3.0-rc-2026-03-15",
    "wasi:random/random@0.2.x", "wasi:random/random", "wasi:random/other@0.2.0",
    "other:random/random@0.2.0", "wasi:random/random@0.2.",
  ])
  func otherNamesDoNot(name: String) throws {
    let store = try ComponentGuest("(component)").store
    #expect(try WASIHost(WASIConfiguration(), store).importItem(name) == nil)
  }

  @Test(arguments: [
    #"(export "get-random-u64" (func (result u32)))"#,
    #"(export "get-random-u64" (func (param "n" u64) (result u64)))"#,
    #"(export "get-random-u64" (func async (result u64)))"#,
    #"(export "get-random-bytes" (func (param "len" u64) (result string)))"#,
    #"(export "get-random-u128" (func (result u64)))"#,
  ])
  func wrongTypesAreRefused(export: String) throws {
    let text = #"(component (import "wasi:random/random@0.2.0" (instance \#(export))))"#
    #expect { _ = try ComponentGuest(text) } throws: { error in
      guard case ComponentFailure.unlinkable = error else { return false }
      return true
    }
  }

  @Test func preview3CanBeLeftOut() throws {
    let store = try ComponentGuest("(component)").store
    let host = WASIHost(try WASIContext(WASIConfiguration()), store, providesPreview3: false)
    #expect(host.importItem("wasi:random/random@0.3.0") == nil)
    #expect(host.importItem("wasi:random/random@0.2.0") != nil)
  }
}
