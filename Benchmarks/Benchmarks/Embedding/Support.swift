// Components of the benchmarks, and measuring in code that is synchronous with a store.

import Apus
import Benchmark

/// What all benchmarks share: compiled once.
enum Shared {
  static let engine = Engine()

  /// A component of Benchmarks/Components.
  static func component(_ name: String) throws -> Component {
    // This file lies in Benchmarks/Benchmarks/Embedding.
    let folder = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3)
    return try Component(
      engine: engine, path: folder.joined(separator: "/") + "/Components/\(name).wat")
  }
}

/// A resource of the host's with nothing in it.
final class Token: HostResource {
  func dropped() {}
}

extension Benchmark {
  /// Adds a benchmark that prepares something and then measures what it does with it, again and again.
  static func add<State: Sendable>(
    _ name: String, _ prepare: @escaping @Sendable () async throws -> State,
    _ body: @escaping @Sendable (Benchmark, State) async throws -> Void
  ) {
    Benchmark(name) { benchmark in
      let state = try await prepare()
      benchmark.startMeasurement()
      try await body(benchmark, state)
      benchmark.stopMeasurement()
    }
  }
}
