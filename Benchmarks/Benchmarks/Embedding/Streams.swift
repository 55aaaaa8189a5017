// Bytes through a stream from the host to a guest, 64 KiB at a time: time per chunk.

import Apus
import Benchmark

func streams() {
  Benchmark.add("stream-to-guest-64k") {
    let store = try Store(engine: Shared.engine)
    return try await store.instantiate(Shared.component("streams"))
  } _: { benchmark, instance in
    let (reader, writer) = try await instance.store.makeStream(of: .u8)
    let consume = try instance.function("consume")
    async let total = consume.call(.stream(reader))
    let chunk = [UInt8](repeating: 7, count: 65536)
    for _ in benchmark.scaledIterations { try await writer.write(bytes: chunk) }
    writer.close()
    blackHole(try await total)
  }
}
