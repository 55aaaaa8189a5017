// What the tests of the embedding API share.

import Synchronization
import Testing

@testable import Apus

/// An engine with everything switched on that scripts of the reference suite may use.
let engine: Engine = {
  var configuration = Engine.Configuration()
  for feature in configuration.features {
    configuration.setFeature(feature.name, enabled: feature.name != "component-model-nested-names")
  }
  return Engine(configuration: configuration)
}()

/// An instance of a component in a store of its own.
struct Fixture {
  let store: Store
  let instance: Instance

  init(
    _ text: String, _ linker: Linker = Linker(), limits: Store.Limits = Store.Limits()
  ) async throws {
    store = try Store(engine: engine, limits: limits)
    instance = try await store.instantiate(Component(engine: engine, text: text), linker)
  }

  func call(
    _ name: String, _ arguments: ComponentValue..., timeout: Duration? = nil
  ) async throws -> ComponentValue? {
    try await store.call(instance.function(name), arguments, timeout: timeout)
  }

  /// What the store holds that calls have left behind.
  var remains: Store.Counts {
    get async { await store.counts }
  }
}

/// Something that happens once, for tests that wait for it.
final class Signal: Sendable {
  private struct State {
    var isSet = false
    var waiters: [CheckedContinuation<Void, Never>] = []
  }
  private let state = Mutex(State())

  func set() {
    let waiters = state.withLock { state in
      state.isSet = true
      defer { state.waiters = [] }
      return state.waiters
    }
    for waiter in waiters { waiter.resume() }
  }

  var isSet: Bool { state.withLock { $0.isSet } }

  func wait() async {
    await withCheckedContinuation { continuation in
      let isSet = state.withLock { state in
        if !state.isSet { state.waiters.append(continuation) }
        return state.isSet
      }
      if isSet { continuation.resume() }
    }
  }
}

/// What has happened, in order.
final class Log<Entry: Sendable>: Sendable {
  private let state = Mutex<[Entry]>([])
  func add(_ entry: Entry) { state.withLock { $0.append(entry) } }
  var entries: [Entry] { state.withLock { $0 } }
}

/// Waits until something holds; false if it does not within five seconds.
func eventually(_ condition: () async throws -> Bool) async rethrows -> Bool {
  for _ in 0..<1000 {
    if try await condition() { return true }
    try? await _Concurrency.Task.sleep(for: .milliseconds(5))
  }
  return false
}
