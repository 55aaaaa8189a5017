// Runs a component mutant as far as it goes: in the order that the runtime prefers, under a random schedule, and without
// concurrency if it can do without. What is left in each store when it is closed is a mistake of the runtime's.

import ComponentRuntime
import WasmExecution
import WasmSyntax
import WasmValidation

struct ComponentExecution {
  let engine: Engine

  func run(_ bytes: Bytes, seed: UInt64) throws(ModuleError) -> MutantOutcome {
    let component = try LoadedComponent(engine: engine, bytes: bytes)
    var executed = false
    var schedules: [(LoadedComponent, concurrency: Bool, SchedulePolicy)] = [
      (component, true, SchedulePolicy()), (component, true, SchedulePolicy(.random(seed: seed))),
    ]
    if let plain = try? LoadedComponent(engine: engine, bytes: bytes, concurrency: false) {
      schedules.append((plain, false, SchedulePolicy()))
    }
    for (component, concurrency, policy) in schedules {
      weak var closed: ComponentStore?
      do throws(ComponentFailure) {
        let store = try ComponentStore(
          engine: engine, limits: nil, stateLimits: Self.limits, concurrency: concurrency,
          policy: policy)
        closed = store
        let host = MadeUpHost(store, seed: seed)
        if host.run(component) { executed = true }
        store.close(.wouldBlock)
        let counts = store.state.liveCounts
        if counts != LiveCounts() { return .wrong("left in the closed store: \(counts)") }
      } catch {
        return .wrong("no store: \(error)")
      }
      if let store = closed { return .wrong("the store is kept: \(store.state.liveCounts)") }
    }
    return executed ? .executed : .validated
  }

  private static var limits: StateLimits {
    var limits = StateLimits()
    limits.tasks = 10_000
    limits.threads = 10_000
    limits.handles = 10_000
    limits.waitables = 10_000
    limits.hostValueBytes = 4 << 20
    return limits
  }
}
