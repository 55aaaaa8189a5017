// What stores log, with the trait `Logging`.

#if Logging
  import Apus
  import InMemoryLogging
  import Logging
  import Testing

  private let text = """
    (component
      (import "host" (func $host async))
      (core func $host' (canon lower (func $host)))
      (core func $set (canon waitable-set.new))
      (core module $libc (memory (export "mem") 1))
      (core instance $libc (instantiate $libc))
      (core func $wait (canon waitable-set.wait (memory (core memory $libc "mem"))))
      (core module $m
        (import "" "host" (func $host))
        (import "" "set" (func $set (result i32)))
        (import "" "wait" (func $wait (param i32 i32) (result i32)))
        (func $inner unreachable)
        (func (export "trap") (call $inner))
        (func (export "wait") (call $host))
        (func (export "stuck") (drop (call $wait (call $set) (i32.const 0)))))
      (core instance $i (instantiate $m (with "" (instance
        (export "host" (func $host')) (export "set" (func $set)) (export "wait" (func $wait))))))
      (func (export "trap") (canon lift (core func $i "trap")))
      (func (export "wait") async (canon lift (core func $i "wait") async))
      (func (export "stuck") async (canon lift (core func $i "stuck") async)))
    """

  @Suite struct LoggingTests {
    @Test func whatIsLogged() async throws {
      let handler = InMemoryLogHandler()
      var logger = Logger(label: "test") { _ in handler }
      logger.logLevel = .trace
      var configuration = Engine.Configuration()
      for feature in configuration.features {
        configuration.setFeature(feature.name, enabled: true)
      }
      configuration.logger = logger
      let engine = Engine(configuration: configuration)
      var linker = Linker()
      linker.asyncFunction("host") { _ in
        try await Task.sleep(for: .seconds(60))
        return nil
      }
      var limits = Store.Limits()
      limits.cancellationDeadline = .milliseconds(10)
      let store = try Store(engine: engine, limits: limits)
      let instance = try await store.instantiate(Component(engine: engine, text: text), linker)
      for (name, timeout) in [("stuck", nil), ("wait", Duration.milliseconds(10)), ("trap", nil)] {
        await #expect(throws: CallError.self) {
          _ = try await instance.function(name).call(timeout: timeout)
        }
      }
      await #expect(throws: InstantiationError.self) {
        _ = try await store.instantiate(Component(engine: engine, text: text))
      }
      let entries = handler.entries
      #expect(
        entries.map { "\($0.level) \($0.message)" } == [
          "debug instantiated", "warning deadlock", "notice call ended early", "error trap",
          "debug instantiation failed",
        ])
      guard entries.count == 5, case .array(let backtrace)? = entries[3].metadata["backtrace"]
      else {
        Issue.record("\(entries)")
        return
      }
      #expect(entries[1].metadata["function"] == "stuck")
      #expect(backtrace.count == 2)
    }

    @Test func aLeakedBorrowIsLogged() async throws {
      let handler = InMemoryLogHandler()
      var configuration = Engine.Configuration()
      configuration.logger = Logger(label: "test") { _ in handler }
      let engine = Engine(configuration: configuration)
      let type = HostResourceType(Thing.self)
      var linker = Linker()
      linker.resource("thing", type)
      let store = try Store(engine: engine)
      let instance = try await store.instantiate(
        Component(
          engine: engine,
          text: """
            (component
              (import "thing" (type $R (sub resource)))
              (core module $m (func (export "keep") (param i32)))
              (core instance $i (instantiate $m))
              (func (export "keep") (param "x" (borrow $R)) (canon lift (core func $i "keep"))))
            """), linker)
      let thing = Resource(Thing(Log()), as: type)
      await #expect(throws: CallError.self) {
        _ = try await instance.function("keep").call(.borrow(thing))
      }
      let entries = handler.entries
      #expect(entries.map { "\($0.level) \($0.message)" } == ["error borrows leaked"])
      let reason = "\(entries.first?.metadata["reason"] ?? "")"
      #expect(reason.hasPrefix("borrow handles still remain at the end of the call: handles 1"))
    }
  }
#endif
