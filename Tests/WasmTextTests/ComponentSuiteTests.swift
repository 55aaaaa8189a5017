// The Component Model's suite as data: every script parses with its constants, every component in text is encoded, and what
// is printed parses to the same bytes.

import TestSupport
import Testing
import WasmSyntax

@testable import WasmText

@Suite struct ComponentSuiteTests {
  @Test func suiteIsThere() { #expect(Suites.component.count > 50) }

  @Test(arguments: Suites.component) func script(_ script: Suites.Script) throws {
    for directive in try Script(try readFile(script.path)).directives {
      try check(directive, "\(script.name):\(directive.line)")
    }
  }

  private func check(_ directive: Directive, _ place: String) throws {
    switch directive.kind {
    case .unknown, .malformed: Issue.record("\(place): \(directive.kind)")
    case .module(let module), .definition(let module), .assertInvalid(let module, _),
      .assertUnlinkable(.module(let module), _), .assertTrap(.module(let module), _):
      try checkRoundTrip(module, place)
    case .assertMalformed(let module, let message):
      // The malformed binaries are for the tests of the decoder.
      guard case .quote = module.form else { return }
      let error = try #require(throws: ModuleError.self, "\(place)") { try module.encode() }
      #expect(error.kind == .malformed, "\(place)")
      #expect(error.message.contains(message), "\(place): \(error)")
    case .action(let action), .assertTrap(.action(let action), _): try check(action, place)
    case .assertReturn(let action, let results):
      try check(action, place)
      for result in results { #expect(try result.componentConstant() != nil, "\(place)") }
    default: break
    }
  }

  private func check(_ action: Action, _ place: String) throws {
    guard case .invoke(_, _, let arguments) = action else { return }
    for argument in arguments { #expect(try argument.componentConstant() != nil, "\(place)") }
  }

  private func checkRoundTrip(_ module: ScriptModule, _ place: String) throws {
    #expect(module.isComponent, "\(place)")
    let bytes = try module.encode()
    let printed: [UInt8]
    do {
      printed = try printBinary(Bytes(bytes))
    } catch {
      // What is invalid may be malformed inside.
      if case .binary = module.form { return }
      throw error
    }
    let parsed = try parseText(printed)
    guard parsed != bytes else { return }
    // Only binaries that are not in the shortest form may change, and only into it.
    guard case .binary = module.form else {
      Issue.record("\(place): printed text parses to other bytes")
      return
    }
    #expect(parsed.count < bytes.count, "\(place)")
    #expect(try parseText(try printBinary(Bytes(parsed))) == parsed, "\(place)")
  }
}
