// Resources of guests in the hands of the host.

import Testing

@testable import Apus

/// `make` returns a resource, `use` is lent one and returns its number, `take` is given one, `drops` counts destructors.
private let counter = guest(
  """
  (core module $dtors
    (global $drops (mut i32) (i32.const 0))
    (func (export "dtor") (param i32) 
      (global.set $drops (i32.add (global.get $drops) (local.get 0))))
    (func (export "drops") (result i32) (global.get $drops)))
  (core instance $dtors (instantiate $dtors))
  (type $R (resource (rep i32) (dtor (core func $dtors "dtor"))))
  """,
  [
    .init("new", "(param i32) (result i32)", "resource.new $R"),
    .init("drop-r", "(param i32)", "resource.drop $R"),
    .returnU32, .yield,
  ],
  core: """
    (func (export "make") (param i32) (result i32) (call $new (local.get 0)))
    (func (export "use") (param i32) (result i32) (local.get 0))
    (func (export "take") (param i32) (call $drop-r (local.get 0)))
    (func (export "slow") (param i32)
      (drop (call $yield)) (drop (call $yield)) (drop (call $yield))
      (call $return-u32 (local.get 0)))
    """,
  exports: """
    (export $R' "thing" (type $R))
    (func (export "make") (param "number" u32) (result (own $R'))
      (canon lift (core func $i "make")))
    (func (export "use") (param "thing" (borrow $R')) (result u32)
      (canon lift (core func $i "use")))
    (func (export "take") (param "thing" (own $R')) (canon lift (core func $i "take")))
    (func (export "slow") async (param "thing" (borrow $R')) (result u32)
      (canon lift (core func $i "slow") async))
    (func (export "drops") (result u32) (canon lift (core func $dtors "drops")))
    """)

@Suite struct ResourceTests {
  private func make(_ fixture: Fixture, _ number: UInt32) async throws -> Resource {
    guard case .own(let resource)? = try await fixture.call("make", .u32(number)) else {
      throw Unlucky()
    }
    return resource
  }

  @Test func lendsGivesAndDrops() async throws {
    let fixture = try await Fixture(counter)
    let first = try await make(fixture, 1)
    let second = try await make(fixture, 10)
    #expect(try await fixture.call("use", .borrow(first)) == .u32(1))
    #expect(try await fixture.call("use", .borrow(second)) == .u32(10))
    #expect(await fixture.remains.hostResources == 2)
    _ = try await fixture.call("take", .own(first))
    #expect(!first.isUsable)
    #expect(try await fixture.call("drops") == .u32(1))
    await #expect(throws: CallError.self) { try await fixture.call("use", .borrow(first)) }
    await #expect(throws: CallError.self) { try await fixture.call("take", .own(first)) }
    try await second.drop()
    #expect(try await fixture.call("drops") == .u32(11))
    await #expect(throws: CallError.self) { try await second.drop() }
    #expect(await fixture.remains == Store.Counts())
  }

  @Test func theLastReferenceDrops() async throws {
    let fixture = try await Fixture(counter)
    for number in 1...10 { _ = try await make(fixture, UInt32(number)) }
    #expect(await eventually { try! await fixture.call("drops") == .u32(55) })
    #expect(await fixture.remains == Store.Counts())
  }

  @Test func whatIsLentIsNotDroppedBeforeTheCallHasEnded() async throws {
    let fixture = try await Fixture(counter)
    var resource: Resource? = try await make(fixture, 7)
    let slow = try fixture.instance.function("slow")
    let task = SwiftTask { [value = ComponentValue.borrow(resource!)] in try await slow.call(value)
    }
    resource = nil
    #expect(try await task.value == .u32(7))
    #expect(await eventually { try! await fixture.call("drops") == .u32(7) })
  }

  @Test func theSameResourceCannotBeGivenTwiceOrGivenAndLent() async throws {
    let fixture = try await Fixture(counter)
    let other = try await Fixture(counter)
    let resource = try await make(fixture, 3)
    await #expect(throws: CallError.self) { try await other.call("use", .borrow(resource)) }
    await #expect(throws: CallError.self) { try await other.call("take", .own(resource)) }
    await #expect(throws: CallError.self) { try await fixture.call("take", .borrow(resource)) }
    #expect(resource.isUsable)
    #expect(try await fixture.call("use", .borrow(resource)) == .u32(3))
  }

  @Test func aHostResourceGoesThroughAGuestAndComesBack() async throws {
    let log = Log<String>()
    let type = HostResourceType(Thing.self)
    var linker = Linker()
    linker.resource("thing", in: "host", type)
    let fixture = try await Fixture(
      guest(
        """
        (import "host" (instance $host (export "thing" (type $thing (sub resource)))))
        (alias export $host "thing" (type $R))
        """,
        core: #"(func (export "pass") (param i32) (result i32) (local.get 0))"#,
        exports: """
          (func (export "pass") (param "thing" (own $R)) (result (own $R))
            (canon lift (core func $i "pass")))
          """), linker)
    let thing = Thing(log)
    let result = try await fixture.call("pass", .own(Resource(thing, as: type)))
    guard case .own(let back)? = result else {
      Issue.record("\(String(describing: result))")
      return
    }
    #expect(try back.object(as: Thing.self) === thing)
    try await back.drop()
    #expect(log.entries.isEmpty)
    #expect(await fixture.remains == Store.Counts())
  }

  @Test func aHostResourceThatACallDoesNotTakeKeepsItsObject() async throws {
    let type = HostResourceType(Thing.self)
    let fixture = try await Fixture(counter)
    let thing = Thing(Log<String>())
    let resource = Resource(thing, as: type)
    // What `take` wants is a resource of the guest's.
    await #expect {
      try await fixture.call("take", .own(resource))
    } throws: { error in
      if case .mismatch? = error as? CallError { true } else { false }
    }
    #expect(try resource.object(as: Thing.self) === thing)
    try await resource.drop()
    #expect(await fixture.remains == Store.Counts())
  }

  @Test func whyThereIsNoObject() async throws {
    func message(_ resource: Resource) -> String? {
      #expect(throws: HostFunctionError.self) { try resource.object(as: Thing.self) }?.description
    }
    final class Other: HostResource {
      func dropped() {}
    }
    let fixture = try await Fixture(counter)
    let guests = try await make(fixture, 1)
    #expect(message(guests) == "the resource is a guest's, which is no object")
    try await guests.drop()
    #expect(
      message(guests)
        == "the resource was passed on or dropped, or was lent for a call that has ended")
    let other = Resource(Other(), as: HostResourceType(Other.self))
    #expect(message(other) == "the resource is no Thing, but Other")
  }

  /// `take` reads a stream of things of the host's to its end and drops them; `count` is how many there were.
  @Test func theHostWritesItsResourcesToAStream() async throws {
    let log = Log<String>()
    let type = HostResourceType(Thing.self)
    var linker = Linker()
    linker.resource("thing", in: "host", type)
    let fixture = try await Fixture(
      guest(
        """
        (import "host" (instance $host (export "thing" (type $thing (sub resource)))))
        (alias export $host "thing" (type $R))
        (type $ST (stream (own $R)))
        """,
        [.returnU32, .init("drop-r", "(param i32)", "resource.drop $R")]
          + GuestImport.copies("stream", "$ST"),
        core: """
          (func (export "take") (param i32)
            (local $result i32) (local $n i32)
            (loop $l
              (local.set $result
                (call $stream.read-sync (local.get 0) (i32.const 64) (i32.const 1)))
              (if (i32.shr_u (local.get $result) (i32.const 4)) (then
                (call $drop-r (i32.load (i32.const 64)))
                (local.set $n (i32.add (local.get $n) (i32.const 1)))))
              (br_if $l (i32.eqz (i32.and (local.get $result) (i32.const 15)))))
            (call $stream.drop-readable (local.get 0))
            (call $return-u32 (local.get $n)))
          """,
        exports: """
          (func (export "take") async (param "things" $ST) (result u32)
            (canon lift (core func $i "take") async))
          """), linker)
    let (reader, writer) = try await fixture.store.makeStream(ofOwned: type)
    async let count = fixture.call("take", .stream(reader))
    let things = (0..<3).map { _ in ComponentValue.own(Resource(Thing(log), as: type)) }
    #expect(try await writer.write(things) == 3)
    writer.close()
    #expect(try await count == .u32(3))
    #expect(log.entries.count == 3)
    #expect(await eventually { await fixture.remains == Store.Counts() })
  }

  @Test func closingLetsGoOfTheHostsObjects() async throws {
    let type = HostResourceType(Thing.self)
    var linker = Linker()
    linker.resource("thing", in: "host", type)
    let log = Log<String>()
    weak var thing: Thing?
    let fixture = try await Fixture(
      guest(
        """
        (import "host" (instance $host (export "thing" (type $thing (sub resource)))))
        (alias export $host "thing" (type $R))
        """,
        core: #"(func (export "keep") (param i32))"#,
        exports: """
          (func (export "keep") (param "thing" (own $R)) (canon lift (core func $i "keep")))
          """), linker)
    do {
      let object = Thing(log)
      thing = object
      _ = try await fixture.call("keep", .own(Resource(object, as: type)))
    }
    #expect(thing != nil)
    #expect(await fixture.remains.handles == 1)
    await fixture.store.close()
    #expect(thing == nil && log.entries.isEmpty)
    #expect(await fixture.remains == Store.Counts())
  }
}
