// A thousand calls into one store at the same time, each of which waits for a function of the host.

import Apus

/// Lets nobody pass before so many have come.
actor Gate {
  private let size: Int
  private var waiting: [CheckedContinuation<Void, Never>] = []

  init(size: Int) { self.size = size }

  func pass() async {
    await withCheckedContinuation { continuation in
      waiting.append(continuation)
      guard waiting.count == size else { return }
      for continuation in waiting { continuation.resume() }
      waiting = []
    }
  }
}

let count: UInt32 = 1000
let gate = Gate(size: Int(count))

var linker = Linker()
linker.asyncFunction("fetch", in: "example:shop/prices@1.0.0") {
  (item: UInt32) async throws -> UInt32 in
  // No price is known before all have been asked for: this returns only if all calls wait together.
  await gate.pass()
  return 100 + item
}

let engine = Engine()
let store = try Store(engine: engine)
let orders = try await store.instantiate(
  Component(engine: engine, bytes: PackageResources.orders_wat), linker)
let total = try orders.function("total", as: ((UInt32, UInt32) -> UInt64).self)

let right = try await withThrowingTaskGroup { group in
  for item in 0..<count {
    group.addTask {
      let amount = item % 7
      return try await total(item, amount, timeout: .seconds(60)) == UInt64((100 + item) * amount)
    }
  }
  var right = 0
  for try await isRight in group where isRight { right += 1 }
  return right
}
print("\(count) calls waited at the same time, \(right) of the results are right")
print("tasks and handles that are left: \(await store.counts.tasks), \(await store.counts.handles)")
