// Calls as spans, with the trait `Tracing`.

#if Tracing
  import Apus
  import InMemoryTracing
  import Testing
  import Tracing

  @Suite struct TracingTests {
    private let text = """
      (component
        (import "now" (func $now))
        (import "later" (func $later async))
        (core func $now' (canon lower (func $now)))
        (core func $later' (canon lower (func $later)))
        (core module $m
          (import "" "now" (func $now))
          (import "" "later" (func $later))
          (func (export "f") (call $now) (call $later) (call $now))
          (func (export "spin") (loop $again (br $again)))
          (func (export "trap") unreachable))
        (core instance $i (instantiate $m (with "" (instance
          (export "now" (func $now')) (export "later" (func $later'))))))
        (func (export "f") async (canon lift (core func $i "f")))
        (func $spin (canon lift (core func $i "spin")))
        (instance $deep (export "spin" (func $spin)))
        (export "example:deep/down@1.0.0" (instance $deep))
        (func (export "trap") (canon lift (core func $i "trap"))))
      """

    @Test func callsAreSpansAndFunctionsOfTheHostAreWithinThem() async throws {
      let tracer = InMemoryTracer()
      var configuration = Engine.Configuration()
      for feature in configuration.features {
        configuration.setFeature(feature.name, enabled: true)
      }
      configuration.tracer = tracer
      let engine = Engine(configuration: configuration)
      var linker = Linker()
      linker.function("now") { _, _ in
        tracer.startSpan("now").end()
        return nil
      }
      linker.asyncFunction("later") { _ in
        try await Task.sleep(for: .milliseconds(5))
        tracer.startSpan("later").end()
        return nil
      }
      let store = try Store(engine: engine)
      let instance = try await store.instantiate(Component(engine: engine, text: text), linker)
      // Two at the same time: each has its own.
      async let first = instance.function("f").call()
      async let second = instance.function("f").call()
      _ = try await (first, second)
      await #expect(throws: CallError.self) { _ = try await instance.function("trap").call() }
      let other = try await store.instantiate(Component(engine: engine, text: text), linker)
      await #expect(throws: CallError.self) {
        _ = try await other.function("example:deep/down@1.0.0#spin").call(
          timeout: .milliseconds(500))
      }

      let spans = tracer.finishedSpans
      let calls = spans.filter { $0.operationName == "f" }
      #expect(calls.count == 2)
      for call in calls {
        let within = spans.filter { $0.parentSpanID == call.spanID }.map(\.operationName)
        #expect(within == ["now", "later", "now"])
        #expect(call.errors.isEmpty)
      }
      let trap = try #require(spans.first { $0.operationName == "trap" })
      #expect(trap.errors.first?.error is CallError)
      #expect(trap.status?.code == .error)
      #expect(trap.attributes["apus.trap"]?.toSpanAttribute() == .string("unreachable"))
      #expect(trap.attributes["error.type"]?.toSpanAttribute() == .string("trap"))
      #expect(trap.attributes["code.function.name"]?.toSpanAttribute() == .string("trap"))
      #expect(trap.attributes["apus.interface"] == nil)
      guard case .string(let stack)? = trap.attributes["code.stacktrace"]?.toSpanAttribute() else {
        Issue.record("no stack trace")
        return
      }
      #expect(stack.split(separator: "\n").count == 1)
      let spin = try #require(
        spans.first { $0.operationName == "example:deep/down@1.0.0#spin" }?.attributes)
      #expect(spin["code.function.name"]?.toSpanAttribute() == .string("spin"))
      #expect(spin["apus.interface"]?.toSpanAttribute() == .string("example:deep/down@1.0.0"))
      #expect(spin["apus.timeout"]?.toSpanAttribute() == .double(0.5))
      #expect(spin["error.type"]?.toSpanAttribute() == .string("timedOut"))
      #expect(spin["apus.trap"]?.toSpanAttribute() == .string("deadline"))
    }
  }
#endif
