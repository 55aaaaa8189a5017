// Resources, streams and futures as arguments and results with static types.

import Testing

@testable import Apus

/// `make` returns a resource, `use` is lent one and returns its number, `take` is given one and a text.
private let counter = guest(
  """
  (type $R (resource (rep i32)))
  """,
  [
    .init("new", "(param i32) (result i32)", "resource.new $R"),
    .init("drop-r", "(param i32)", "resource.drop $R"),
  ],
  core: """
    (func (export "make") (param i32) (result i32) (call $new (local.get 0)))
    (func (export "use") (param i32) (result i32) (local.get 0))
    (func (export "take") (param i32 i32 i32) (call $drop-r (local.get 0)))
    """,
  exports: """
    (export $R' "thing" (type $R))
    (func (export "make") (param "number" u32) (result (own $R'))
      (canon lift (core func $i "make")))
    (func (export "use") (param "thing" (borrow $R')) (result u32)
      (canon lift (core func $i "use")))
    (func (export "take") (param "thing" (own $R')) (param "also" (option (own $R')))
      (canon lift (core func $i "take")))
    """)

private final class NamedThing: HostResource {
  let name: String
  let log: Log<String>
  init(_ name: String, _ log: Log<String>) {
    self.name = name
    self.log = log
  }
  func dropped() { log.add("dropped \(name)") }
}

@Suite struct TypedHandleTests {
  @Test func resourcesOfGuests() async throws {
    let fixture = try await Fixture(counter)
    let make = try fixture.instance.function("make", as: ((UInt32) -> Resource).self)
    let use = try fixture.instance.function("use", as: ((BorrowedResource) -> UInt32).self)
    let take = try fixture.instance.function("take", as: ((Resource, Resource?) -> Void).self)
    let first = try await make(1)
    let second = try await make(2)
    #expect(try await use(BorrowedResource(first)) == 1)
    #expect(
      try await fixture.store.run { context in try use(BorrowedResource(second), in: context) } == 2
    )
    // Twice in a call is once too often: nothing has happened then, and nothing was trapped.
    await #expect(throws: CallError.self) { try await take(first, first) }
    #expect(first.isUsable)
    #expect(try await use(BorrowedResource(first)) == 1)
    try await take(first, nil)
    #expect(!first.isUsable)
    await #expect(throws: CallError.self) { try await take(second, first) }
    #expect(second.isUsable)
    try await second.drop()
    #expect(await fixture.remains == Store.Counts())
  }

  @Test func resourcesOfTheHost() async throws {
    let log = Log<String>()
    let kept = Log<Resource>()
    let type = HostResourceType(NamedThing.self)
    var linker = Linker()
    linker.resource("thing", type)
    linker.function("make") { (_, name: String) -> Resource in
      Resource(NamedThing(name, log), as: type)
    }
    linker.function("name") { (_, thing: BorrowedResource) -> UInt32 in
      kept.add(thing.resource)
      log.add(try thing.resource.object(as: NamedThing.self).name)
      return 1
    }
    linker.asyncFunction("later") { (thing: BorrowedResource) async throws -> UInt32 in
      await SwiftTask.yield()
      log.add("later \(try thing.resource.object(as: NamedThing.self).name)")
      return 2
    }
    let fixture = try await Fixture(
      guest(
        #"""
        (import "thing" (type $T (sub resource)))
        (import "make" (func $make (param "name" string) (result (own $T))))
        (import "name" (func $name (param "thing" (borrow $T)) (result u32)))
        (import "later" (func $later (param "thing" (borrow $T)) (result u32)))
        """#,
        [
          .init("make", "(param i32 i32) (result i32)", "lower (func $make) MEM"),
          .init("name", "(param i32) (result i32)", "lower (func $name)"),
          .init("later", "(param i32) (result i32)", "lower (func $later)"),
          .init("drop-t", "(param i32)", "resource.drop $T"),
        ],
        core: """
          (data (i32.const 16) "duck")
          (func (export "f") (result i32) (local $t i32) (local $sum i32)
            (local.set $t (call $make (i32.const 16) (i32.const 4)))
            (local.set $sum
              (i32.add (call $name (local.get $t)) (call $later (local.get $t))))
            (call $drop-t (local.get $t))
            (local.get $sum))
          """,
        exports: #"(func (export "f") (result u32) (canon lift (core func $i "f")))"#), linker)
    let f = try fixture.instance.function("f", as: (() -> UInt32).self)
    #expect(try await f() == 3)
    #expect(log.entries == ["duck", "later duck", "dropped duck"])
    #expect(kept.entries.allSatisfy { !$0.isUsable })
    #expect(await fixture.remains == Store.Counts())
  }

  @Test func streamsAndFutures() async throws {
    let text = guest(
      "(type $ST (stream u8)) (type $FT (future u32))", [],
      core: """
        (func (export "stream") (param i32) (result i32) (local.get 0))
        (func (export "future") (param i32) (result i32) (local.get 0))
        """,
      exports: """
        (func (export "stream") (param "s" (stream u8)) (result (stream u8))
          (canon lift (core func $i "stream")))
        (func (export "future") (param "f" (future u32)) (result (future u32))
          (canon lift (core func $i "future")))
        """)
    let fixture = try await Fixture(text)
    let stream = try fixture.instance.function(
      "stream", as: ((TypedStream<UInt8>) -> TypedStream<UInt8>).self)
    let future = try fixture.instance.function(
      "future", as: ((TypedFuture<UInt32>) -> TypedFuture<UInt32>).self)
    #expect(throws: LookupError.self) {
      try fixture.instance.function(
        "stream", as: ((TypedStream<UInt32>) -> TypedStream<UInt32>).self)
    }
    let (reader, writer) = try await fixture.store.makeStream(of: .u8)
    let back = try await stream(TypedStream(reader)).reader
    let writing = SwiftTask {
      _ = try await writer.write(bytes: [1, 2, 3])
      writer.close()
    }
    #expect(try await back.readBytes() == [1, 2, 3])
    try await writing.value
    let (value, promise) = try await fixture.store.makeFuture(of: .u32)
    let result = try await future(TypedFuture(value)).reader
    let fulfilling = SwiftTask { try await promise.write(.u32(7)) }
    #expect(try await result.value() == .u32(7))
    #expect(try await fulfilling.value)
    // One of another element is refused before anything happens.
    let (wrong, _) = try await fixture.store.makeStream(of: .u32)
    let error = await #expect(throws: CallError.self) { try await stream(TypedStream(wrong)) }
    guard case .mismatch? = error else {
      Issue.record("\(error as Any)")
      return
    }
    wrong.close()
    back.close()
    result.close()
  }
}
