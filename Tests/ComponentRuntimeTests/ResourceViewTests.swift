// Resources that a component knows as two types, where the host is the other side: to the host they are one.

import Synchronization
import Testing
import WasmExecution
import WasmSyntax
import WasmText

@testable import ComponentRuntime

@Suite struct ResourceViewTests {
  private let component = """
    (component
      (import "r" (type $R (sub resource)))
      (import "s" (type $S (sub resource)))
      (import "new-r" (func $new-r (result (own $R))))
      (import "new-s" (func $new-s (result (own $S))))
      (import "rep-s" (func $rep-s (param "x" (borrow $S)) (result u32)))
      (core module $Memory (memory (export "mem") 1))
      (core instance $memory (instantiate $Memory))
      (core func $new-r' (canon lower (func $new-r)))
      (core func $new-s' (canon lower (func $new-s)))
      (core func $rep-s' (canon lower (func $rep-s)))
      (core func $drop-s (canon resource.drop $S))
      (type $SS (stream (own $S)))
      (core func $new (canon stream.new $SS))
      (core func $write (canon stream.write $SS async (memory (core memory $memory "mem"))))
      (core func $read (canon stream.read $SS async (memory (core memory $memory "mem"))))
      (core module $M
        (import "" "mem" (memory 1))
        (import "" "new-r" (func $new-r (result i32)))
        (import "" "new-s" (func $new-s (result i32)))
        (import "" "rep-s" (func $rep-s (param i32) (result i32)))
        (import "" "drop-s" (func $drop-s (param i32)))
        (import "" "new" (func $new (result i64)))
        (import "" "write" (func $write (param i32 i32 i32) (result i32)))
        (import "" "read" (func $read (param i32 i32 i32) (result i32)))
        (func (export "pass") (param i32) (result i32) (local.get 0))
        (func (export "rep-s") (param i32) (result i32) (call $rep-s (local.get 0)))
        (func (export "lend-wrong") (drop (call $rep-s (call $new-r))))
        (func (export "stream") (result i32)
          (local $ends i64)
          (local.set $ends (call $new))
          (i32.store (i32.const 0) (call $new-s))
          (drop (call $write (i32.wrap_i64 (i64.shr_u (local.get $ends) (i64.const 32)))
            (i32.const 0) (i32.const 1)))
          (i32.wrap_i64 (local.get $ends)))
        (func (export "take") (param i32)
          (drop (call $read (local.get 0) (i32.const 8) (i32.const 1))))
        (func (export "drop-taken") (call $drop-s (i32.load (i32.const 8))))
      )
      (core instance $m (instantiate $M (with "" (instance
        (export "mem" (memory $memory "mem"))
        (export "new-r" (func $new-r')) (export "new-s" (func $new-s'))
        (export "rep-s" (func $rep-s')) (export "drop-s" (func $drop-s))
        (export "new" (func $new)) (export "write" (func $write)) (export "read" (func $read))
      ))))
      (func (export "pass-r") (param "x" (own $R)) (result (own $R))
        (canon lift (core func $m "pass")))
      (func (export "pass-s") (param "x" (own $S)) (result (own $S))
        (canon lift (core func $m "pass")))
      (func (export "rep-s") (param "x" (own $S)) (result u32) (canon lift (core func $m "rep-s")))
      (func (export "lend-wrong") (canon lift (core func $m "lend-wrong")))
      (func (export "stream") (result (stream (own $S))) (canon lift (core func $m "stream")))
      (func (export "take") (param "x" (stream (own $S))) (canon lift (core func $m "take")))
      (func (export "drop-taken") (canon lift (core func $m "drop-taken")))
      (component $C
        (import "t" (type $T (sub resource)))
        (import "u" (type $U (sub resource)))
        (import "new-u" (func $new-u (result (own $U))))
        (import "rep-u" (func $rep-u (param "x" (borrow $U)) (result u32)))
        (core func $new-u' (canon lower (func $new-u)))
        (core func $rep-u' (canon lower (func $rep-u)))
        (core func $drop-t (canon resource.drop $T))
        (core func $drop-u (canon resource.drop $U))
        (core module $M
          (import "" "new-u" (func $new-u (result i32)))
          (import "" "rep-u" (func $rep-u (param i32) (result i32)))
          (import "" "drop-t" (func $drop-t (param i32)))
          (import "" "drop-u" (func $drop-u (param i32)))
          (func (export "right") (result i32)
            (local $u i32)
            (local.set $u (call $new-u))
            (call $rep-u (local.get $u))
            (call $drop-u (local.get $u)))
          (func (export "wrong") (call $drop-t (call $new-u))))
        (core instance $m (instantiate $M (with "" (instance
          (export "new-u" (func $new-u')) (export "rep-u" (func $rep-u'))
          (export "drop-t" (func $drop-t)) (export "drop-u" (func $drop-u))
        ))))
        (func (export "right") (result u32) (canon lift (core func $m "right")))
        (func (export "wrong") (canon lift (core func $m "wrong"))))
      (instance $c (instantiate $C (with "t" (type $R)) (with "u" (type $S))
        (with "new-u" (func $new-s)) (with "rep-u" (func $rep-s))))
      (func (export "nested-right") (alias export $c "right"))
      (func (export "nested-wrong") (alias export $c "wrong")))
    """

  private final class Host: Sendable {
    let dropped = Mutex<[UInt64]>([])
  }

  /// Two instances of the component with one resource type of the host's for both of their types.
  private struct Fixture {
    let store: ComponentStore
    private var instances: [RootInstance] = []
    let host = Host()

    init(_ text: String) throws {
      let engine = Engine(configuration: EngineConfiguration())
      let loaded = try LoadedComponent(
        engine: engine, bytes: Bytes(try parseText(Array(text.utf8))))
      let store = try ComponentStore(engine: engine)
      let host = host
      let definition = HostResourceDefinition("thing") { rep in
        host.dropped.withLock { $0.append(rep) }
      }
      let rt = try store.resourceType(of: definition)
      let new = HostFunction { call in
        try call.setResult(try call.own(7, rt))
        return .returned
      }
      let rep = HostFunction { call in
        let rep = try call.representation(of: call.arguments()[0], definition)
        try call.setResult(.u32(UInt32(rep)))
        return .returned
      }
      for _ in 0..<2 {
        let instantiation = ComponentInstantiation(loaded, in: store) {
          switch $0 {
          case "r", "s": .resource(definition)
          case "new-r", "new-s": .function(new)
          case "rep-s": .function(rep)
          default: nil
          }
        }
        instances.append(
          try instantiation.run { () throws(ComponentFailure) in throw .wouldBlock })
      }
      self.store = store
    }

    func callAsFunction(
      _ name: String, _ arguments: ComponentValue..., of instance: Int = 0
    ) throws -> ComponentValue? {
      guard case .function(let function)? = instances[instance].exports[name] else {
        Issue.record("no export \(name)")
        return nil
      }
      let invocation = DynamicInvocation(function, arguments)
      try invocation.check(store.state)
      try store.invoke(invocation) { () throws(ComponentFailure) in throw .wouldBlock }
      return invocation.result
    }

    func newResource() throws -> ComponentValue {
      guard case .stream(let end)? = try self("stream") else {
        throw ComponentFailure(ComponentTrap(.bug))
      }
      let buffer = HostBuffer(.values([]))
      var read = 0
      #expect(try store.transfer(end, buffer, count: 1) { read = $0.count })
      while case .ran = try store.tick() {}
      #expect(read == 1)
      store.dropEnd(end)
      guard case .values(let values) = buffer.elements, let value = values.first else {
        throw ComponentFailure(ComponentTrap(.bug))
      }
      return value
    }
  }

  @Test func hostPassesOneTypeAsTheOther() throws {
    let call = try Fixture(component)
    var value = try call.newResource()
    value = try #require(try call("pass-r", value))
    value = try #require(try call("pass-s", value))
    #expect(try call("rep-s", value) == .u32(7))
  }

  @Test func hostPassesStreamsBetweenInstances() throws {
    let call = try Fixture(component)
    let stream = try #require(try call("stream"))
    _ = try call("take", stream, of: 1)
    _ = try call("drop-taken", of: 1)
    #expect(call.host.dropped.withLock { $0 } == [7])
  }

  @Test func functionsOfTheHostCheckTheCallersTypes() throws {
    #expect(throws: ComponentFailure.self) { _ = try Fixture(component)("lend-wrong") }
    let call = try Fixture(component)
    #expect(try call("nested-right") == .u32(7))
    #expect(call.host.dropped.withLock { $0 } == [7])
    #expect(throws: ComponentFailure.self) { _ = try call("nested-wrong") }
    #expect(call.host.dropped.withLock { $0 } == [7])
  }
}
