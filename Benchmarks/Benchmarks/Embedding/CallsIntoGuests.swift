// Calls of functions that guests export: with numbers, a string of 16 bytes, 4 KiB of bytes and a borrowed resource; in
// synchronous code on the store, and awaited.

import Apus
import Benchmark

private struct Guest: Sendable {
  let store: Store
  let add: TypedFunction<UInt32, UInt32, UInt32>
  let stringLength: TypedFunction<String, UInt32>
  let bytesLength: TypedFunction<[UInt8], UInt32>
  let borrow: TypedFunction<BorrowedResource, UInt32>

  static let tokens = HostResourceType(Token.self)

  static func make() async throws -> Guest {
    var linker = Linker()
    linker.resource("resource", tokens)
    let store = try Store(engine: Shared.engine)
    let instance = try await store.instantiate(Shared.component("calls"), linker)
    return Guest(
      store: store,
      add: try instance.function("add", as: ((UInt32, UInt32) -> UInt32).self),
      stringLength: try instance.function("string-length", as: ((String) -> UInt32).self),
      bytesLength: try instance.function("bytes-length", as: (([UInt8]) -> UInt32).self),
      borrow: try instance.function("borrow", as: ((BorrowedResource) -> UInt32).self))
  }
}

func callsIntoGuests() {
  Benchmark.add("host-to-guest-add", Guest.make) { benchmark, guest in
    let range = benchmark.scaledIterations
    try await guest.store.run { context in
      for index in range {
        blackHole(try guest.add(UInt32(truncatingIfNeeded: index), 2, in: context))
      }
    }
  }
  Benchmark.add("host-to-guest-add-await", Guest.make) { benchmark, guest in
    for index in benchmark.scaledIterations {
      blackHole(try await guest.add(UInt32(truncatingIfNeeded: index), 2))
    }
  }
  Benchmark.add("host-to-guest-string", Guest.make) { benchmark, guest in
    let range = benchmark.scaledIterations
    let text = String("0123456789abcdefg".dropLast())
    try await guest.store.run { context in
      for _ in range { blackHole(try guest.stringLength(text, in: context)) }
    }
  }
  Benchmark.add("host-to-guest-bytes", Guest.make) { benchmark, guest in
    let range = benchmark.scaledIterations
    let bytes = [UInt8](repeating: 7, count: 4096)
    try await guest.store.run { context in
      for _ in range { blackHole(try guest.bytesLength(bytes, in: context)) }
    }
  }
  Benchmark.add("host-to-guest-borrow", Guest.make) { benchmark, guest in
    let range = benchmark.scaledIterations
    let token = BorrowedResource(Resource(Token(), as: Guest.tokens))
    try await guest.store.run { context in
      for _ in range { blackHole(try guest.borrow(token, in: context)) }
    }
  }
  Benchmark("plain-copy-bytes") { benchmark in
    let bytes = [UInt8](repeating: 7, count: 4096)
    var copy = [UInt8](repeating: 0, count: 4096)
    benchmark.startMeasurement()
    for _ in benchmark.scaledIterations {
      copy.withUnsafeMutableBytes { copy in bytes.withUnsafeBytes { copy.copyMemory(from: $0) } }
      blackHole(copy)
    }
    benchmark.stopMeasurement()
  }
}
