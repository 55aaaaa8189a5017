// A store with an instance in it, made and let go of.

import Apus
import Benchmark

func instantiation() {
  Benchmark.add("instantiate") {
    try Shared.component("small")
  } _: { benchmark, component in
    for _ in benchmark.scaledIterations {
      let store = try Store(engine: Shared.engine)
      blackHole(try await store.instantiate(component))
      await store.close()
    }
  }
}
