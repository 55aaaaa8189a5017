// Calls that guests make of functions of the host: with numbers, a string of 16 bytes, 4 KiB of bytes and a borrowed
// resource, and of asynchronous ones that are ready, or suspend once.

import Apus
import Benchmark

private struct Guest: Sendable {
  let add: TypedFunction<UInt32, UInt32>
  let string: TypedFunction<UInt32, UInt32>
  let bytes: TypedFunction<UInt32, UInt32>

  static func make() async throws -> Guest {
    var linker = Linker()
    linker.function("host-add") { (_, a: UInt32, b: UInt32) -> UInt32 in a &+ b }
    linker.function("host-string") { (_, text: BorrowedString) -> UInt32 in
      UInt32(try text.withUTF8Span { $0.byteCount })
    }
    linker.function("host-bytes") { (_, bytes: BorrowedBytes) -> UInt32 in UInt32(bytes.count) }
    let store = try Store(engine: Shared.engine)
    let instance = try await store.instantiate(Shared.component("host-calls"), linker)
    func find(_ name: String) throws -> TypedFunction<UInt32, UInt32> {
      try instance.function(name, as: ((UInt32) -> UInt32).self)
    }
    return Guest(
      add: try find("add"), string: try find("string"), bytes: try find("bytes"))
  }
}

private func lender() async throws -> TypedFunction<UInt32, UInt32> {
  let tokens = HostResourceType(Token.self)
  var linker = Linker()
  linker.resource("resource", tokens)
  linker.function("make") { (_) -> Resource in Resource(Token(), as: tokens) }
  linker.function("host-borrow") { (_, token: BorrowedResource) -> UInt32 in
    token.resource.isUsable ? 1 : 0
  }
  let store = try Store(engine: Shared.engine)
  let instance = try await store.instantiate(Shared.component("host-borrow"), linker)
  return try instance.function("borrow", as: ((UInt32) -> UInt32).self)
}

private func waiter(suspends: Bool) async throws -> TypedFunction<UInt32, UInt32> {
  var linker = Linker()
  linker.asyncFunction("host-wait") { (value: UInt32) async -> UInt32 in
    if suspends { await Task.yield() }
    return value
  }
  let store = try Store(engine: Shared.engine)
  let instance = try await store.instantiate(Shared.component("async-host-calls"), linker)
  return try instance.function("wait", as: ((UInt32) -> UInt32).self)
}

func callsOfTheHost() {
  for (name, function) in [
    ("add", \Guest.add), ("string", \Guest.string), ("bytes", \Guest.bytes),
  ] as [(String, KeyPath<Guest, TypedFunction<UInt32, UInt32>> & Sendable)] {
    Benchmark.add("guest-to-host-\(name)", Guest.make) { benchmark, guest in
      blackHole(try await guest[keyPath: function](UInt32(benchmark.scaledIterations.count)))
    }
  }
  Benchmark.add("guest-to-host-borrow", lender) { benchmark, borrow in
    blackHole(try await borrow(UInt32(benchmark.scaledIterations.count)))
  }
  for suspends in [false, true] {
    Benchmark.add(suspends ? "async-host-suspends" : "async-host-ready") {
      try await waiter(suspends: suspends)
    } _: { benchmark, wait in
      blackHole(try await wait(UInt32(benchmark.scaledIterations.count)))
    }
  }
}
