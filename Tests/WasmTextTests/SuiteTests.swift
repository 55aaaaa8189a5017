// The reference suites as data: every script parses, every text module is encoded, what is malformed is refused, and what
// is printed parses to the same bytes.

import TestSupport
import Testing
import WasmBinary
import WasmSyntax

@testable import WasmText

@Suite struct SuiteTests {
  @Test func suitesAreThere() { #expect(Suites.core.count > 200) }

  @Test(arguments: Suites.core) func script(_ script: Suites.Script) throws {
    let directives = try Script(try readFile(script.path)).directives
    for directive in directives { try check(directive, "\(script.name):\(directive.line)") }
  }

  private func check(_ directive: Directive, _ place: String) throws {
    switch directive.kind {
    case .unknown, .malformed: Issue.record("\(place): \(directive.kind)")
    case .module(let module), .definition(let module), .assertInvalid(let module, _),
      .assertUnlinkable(.module(let module), _), .assertTrap(.module(let module), _):
      try checkRoundTrip(module, place)
    case .assertMalformed(let module, _):
      // The malformed binary modules are for the tests of the decoder.
      if case .binary = module.form { return }
      #expect(throws: ModuleError.self, "\(place)") {
        try decodeModule(Bytes(try module.encode()))
      }
    case .assertMalformedCustom(let module, _), .assertInvalidCustom(let module, _):
      #expect(throws: ModuleError.self, "\(place)") { try module.encode() }
    case .thread(_, _, let directives):
      for inner in directives { try check(inner, place) }
    case .instance, .register, .action, .assertReturn, .assertTrap, .assertExhaustion,
      .assertException, .assertSuspension, .assertUnlinkable, .wait:
      break
    }
  }

  private func checkRoundTrip(_ module: ScriptModule, _ place: String) throws {
    let bytes: [UInt8]
    let parsed: [UInt8]
    do {
      bytes = try module.encode()
      parsed = try parseModule(try printModule(Bytes(bytes)))
    } catch {
      Issue.record("\(place): \(error)")
      return
    }
    guard parsed != bytes else { return }
    // Only binaries that are not in the shortest form may change, and only into it.
    guard case .binary = module.form else {
      Issue.record("\(place): printed text parses to other bytes")
      return
    }
    #expect(parsed.count < bytes.count, "\(place)")
    #expect(try parseModule(try printModule(Bytes(parsed))) == parsed, "\(place)")
  }
}
