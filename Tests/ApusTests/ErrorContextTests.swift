// Error contexts of guests in the hands of the host.

import Testing

@testable import Apus

private let text = guest(
  "",
  [
    .init("error.new", "(param i32 i32) (result i32)", "error-context.new MEM"),
    .init("error.drop", "(param i32)", "error-context.drop"),
  ],
  core: """
    (func (export "make") (result i32)
      (local i32)
      (local.set 0 (call $error.new (i32.const 0) (i32.const 0)))
      (local.get 0))
    (func (export "take") (param i32) (result i32)
      (call $error.drop (local.get 0))
      (local.get 0))
    """,
  exports: """
    (func (export "make") (result error-context) (canon lift (core func $i "make")))
    (func (export "take") (param "e" error-context) (result u32)
      (canon lift (core func $i "take")))
    """)

@Suite struct ErrorContextTests {
  @Test func goesToTheHostAndBack() async throws {
    let fixture = try await Fixture(text)
    do {
      let result = try await fixture.call("make")
      guard case .errorContext(let context)? = result else {
        Issue.record("\(String(describing: result))")
        return
      }
      #expect(context.debugMessage.isEmpty)
      #expect(await fixture.store.counts.errorContexts == 1)
      // Passing it on leaves it the sender's: the guest has a second handle, after that of `make`.
      #expect(try await fixture.call("take", .errorContext(context)) == .u32(2))
      #expect(try await fixture.call("take", .errorContext(context)) == .u32(2))
      let other = try await Fixture(text)
      await #expect {
        _ = try await other.call("take", .errorContext(context))
      } throws: { error in
        if case .mismatch? = error as? CallError { true } else { false }
      }
    }
    // The guest still has its own.
    #expect(await fixture.store.counts.errorContexts == 1)
  }
}
