// The embedding API's modules: loading both formats, what they declare, and why they are refused.

import Apus
import Testing

@Suite struct ModuleTests {
  let engine = Engine()

  @Test func declaresItsImportsAndExports() throws {
    let module = try Module(
      engine: engine,
      text: """
        (module
          (import "host" "log" (func (param i32)))
          (memory (export "memory") 1)
          (func (export "run") i32.const 1 call 0))
        """)
    #expect(module.imports.map { "\($0.module).\($0.name) \($0.kind)" } == ["host.log function"])
    #expect(module.exports.map { "\($0.name) \($0.kind)" } == ["memory memory", "run function"])
  }

  @Test func refusesWithReasonAndPlace() {
    let malformed = refusal("(module (func i32.foo))")
    #expect(malformed?.reason == .malformed)
    #expect(malformed?.description.contains("1:15") == true)
    let invalid = refusal("(module\n  (func (result i32)))")
    #expect(invalid?.reason == .invalid)
    #expect(invalid?.description.hasPrefix("2:") == true)
  }

  @Test func tellsModulesAndComponentsApart() throws {
    #expect(refusal("(component)")?.description == "1:1: this is a component, not a core module")
    let binary: [UInt8] = [0x00, 0x61, 0x73, 0x6D, 0x01, 0x00, 0x00, 0x00]
    let error = #expect(throws: LoadError.self) { try Component(engine: engine, bytes: binary) }
    #expect(
      error?.description == "this is a core module, not a component (at offset 0x4)"
        && error?.reason == .malformed)
  }

  @Test func namesTheFile() {
    let path =
      #filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined()
      + "/Examples/gcd.wat"
    let error = #expect(throws: LoadError.self) { try Component(engine: engine, path: path) }
    #expect(error?.description == "\(path):1:1: this is a core module, not a component")
  }

  @Test func namesTheSwitchOfADisabledFeature() throws {
    let text = "(module (memory 1 1 shared))"
    #expect(refusal(text)?.reason == .featureDisabled("threads"))
    var configuration = Engine.Configuration()
    let known = configuration.setFeature("threads", enabled: true)
    let unknown = configuration.setFeature("no-such-feature", enabled: true)
    #expect(known && !unknown)
    _ = try Module(engine: Engine(configuration: configuration), text: text)
  }

  private func refusal(_ text: String) -> LoadError? {
    do throws(LoadError) {
      _ = try Module(engine: engine, text: text)
      return nil
    } catch {
      return error
    }
  }
}
