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
          (func (export "trap") unreachable))
        (core instance $i (instantiate $m (with "" (instance
          (export "now" (func $now')) (export "later" (func $later'))))))
        (func (export "f") async (canon lift (core func $i "f")))
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
    }
  }
#endif
