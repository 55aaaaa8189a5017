// What the tests of WASI in the embedding API share.

import Apus
import ApusWASI
import ComponentRuntime
import Synchronization
import WASI
import WasmExecution

/// The guests of WASI 0.3 write streams without `async`, which is shorter.
let engine = {
  var configuration = Engine.Configuration()
  configuration.setFeature("component-model-more-async-builtins", enabled: true)
  return Engine(configuration: configuration)
}()

/// An instance of a component in a store, its own if none is given.
func instance(
  _ text: String, _ linker: Linker, in store: Store? = nil
) async throws -> Instance {
  try await (try store ?? Store(engine: engine))
    .instantiate(Component(engine: engine, text: text), linker)
}

/// A linker with WASI, and what its guests write.
func world(
  _ configure: (inout WASIConfiguration) -> Void = { _ in }
) -> (linker: Linker, output: CapturedOutput) {
  var configuration = WASIConfiguration()
  let output = CapturedOutput()
  configuration.standardOutput = .captured(output)
  configure(&configuration)
  var linker = Linker()
  linker.addWASI(configuration)
  return (linker, output)
}

/// A number that several tasks count up.
final class Counter: Sendable {
  private let state = Atomic<Int>(0)
  var value: Int { state.load(ordering: .relaxed) }
  func add() { state.add(1, ordering: .relaxed) }
}

/// Takes two bytes at a time.
final class SlowSink: ByteSink {
  private let state = Mutex<(bytes: [UInt8], isTired: Bool)>(([], false))

  var text: String { state.withLock { String(decoding: $0.bytes, as: UTF8.self) } }

  func write(_ bytes: UnsafeRawBufferPointer) -> WriteOutcome {
    state.withLock { state in
      state.isTired.toggle()
      if !state.isTired { return .wouldBlock }
      state.bytes += bytes.prefix(2)
      return .bytes(min(2, bytes.count))
    }
  }

  var readiness: Readiness { .time(OSThread.now + 1_000_000) }
}

/// WASI with such an output.
final class SlowOutput: ImportProvider {
  let sink = SlowSink()

  func makeHost(in store: ComponentStore) throws -> any ImportHost {
    WASIHost(try WASIContext(WASIConfiguration(), standardOutput: sink), store)
  }
}
