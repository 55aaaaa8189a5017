// What a call between a program and a component costs through the embedding API. Components are in Benchmarks/Components;
// `compare.py` puts the figures beside those of libwasmtime's C API.

import Apus
import Benchmark

let benchmarks: @Sendable () -> Void = {
  Benchmark.defaultConfiguration = .init(
    metrics: [.wallClock], warmupIterations: 3, scalingFactor: .kilo, maxDuration: .seconds(2),
    maxIterations: 400)
  callsIntoGuests()
  callsOfTheHost()
  instantiation()
  streams()
}
