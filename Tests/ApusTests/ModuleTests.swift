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
    #expect(refusal("(module (func (result i32)))")?.reason == .invalid)
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
