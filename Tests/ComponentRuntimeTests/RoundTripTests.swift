// Random values of random types go from the host to a component, on to another one, to a function of the host, and all
// the way back, through every pair of string encodings and pointer sizes, and come back equal.

import Testing
import WasmSyntax

@testable import ComponentRuntime
@testable import WasmValidation

@Suite struct RoundTripTests {
  private static let encodings: [StringEncoding] = [.utf8, .utf16, .latin1UTF16]

  /// What a component that passes calls on consists of: it imports `next`, and exports `f`.
  private func component(
    _ name: String, _ options: PassingOptions, _ text: TypeText, _ function: String,
    _ parameters: [ValueTypeID], _ result: ValueTypeID
  ) -> String {
    let flattening = Flattening(types: text.types, pointer: options.pointer)
    var flat = parameters.flatMap(flattening.flat)
    if flat.count > 16 { flat = [options.pointer] }
    let flatResult = flattening.flat(result)
    let inMemory = flatResult.count > 1
    let pass = flat.indices.map { "(local.get \($0))" }.joined()
    let core = inMemory ? options.pointer : flatResult[0]
    let params = flat.map { "(param \($0))" }.joined()
    return """
      (component \(name)
        \(text.preamble)
        (import "next" (func $next \(function)))
        \(options.memory)
        (core func $next' (canon lower (func $next) \(options.options)))
        (core module $M
          (import "" "next" (func $next \(params) \(inMemory ? "(param \(core))" : "(result \(core))")))
          (func (export "f") \(params) (result \(core))
            (call $next \(pass) \(inMemory ? "(\(core).const 0x400000)" : ""))
            \(inMemory ? "(\(core).const 0x400000)" : "")))
        (core instance $m (instantiate $M (with "" (instance (export "next" (func $next'))))))
        (func (export "f") \(function) (canon lift (core func $m "f") \(options.options))))
      """
  }

  private final class Seen {
    var arguments: [ComponentValue] = []
  }

  @Test(arguments: 0..<12 as Range<UInt64>) func valuesComeBackEqual(seed: UInt64) throws {
    let world = World()
    var random = RandomValues(seed: seed + 77, world.make)
    let parameters = random.types(1...5, 4)
    let result = world.make.make(.tuple(parameters))
    var text = TypeText(world.make.types)
    let named = parameters.enumerated().map { "(param \"p\($0)\" \(text.text($1)))" }.joined()
    let function = "\(named) (result \(text.text(result)))"
    for pair in 0..<36 {
      let options = [
        PassingOptions(encoding: Self.encodings[pair % 3], is64: pair / 9 % 2 == 1),
        PassingOptions(encoding: Self.encodings[pair / 3 % 3], is64: pair / 18 == 1),
      ]
      let source = """
        (component
          \(text.preamble)
          (import "next" (func $next \(function)))
          \(component("$B", options[1], text, function, parameters, result))
          \(component("$A", options[0], text, function, parameters, result))
          (instance $b (instantiate $B \(text.arguments) (with "next" (func $next))))
          (instance $a (instantiate $A \(text.arguments) (with "next" (func $b "f"))))
          (export "f" (func $a "f")))
        """
      let store = try makeStore(concurrency: pair % 2 == 0)
      let seen = Seen()
      let host = HostFunction { call in
        seen.arguments = try call.arguments()
        try call.setResult(.tuple(seen.arguments))
        return .returned
      }
      let instance = try store.instantiate(source) { $0 == "next" ? .function(host) : nil }
      for _ in 0..<3 {
        let values = parameters.map { random.value($0) }
        let returned = try store.call("f", of: instance, values)
        #expect(seen.arguments == values)
        #expect(returned == .tuple(values))
      }
    }
  }
}
