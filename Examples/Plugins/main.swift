// A host of plugins that nobody has to trust: they wait for an `async` function of the host at the same time, each in a
// store of its own, and one that computes for too long, or asks for what it must not know, stops nobody but itself.

import Apus

struct AccessDenied: Error {
  let name: String
}

let directory = ["ada": "+44 1815", "grace": "+1 1906"]

var linker = Linker()
linker.asyncFunction("lookup", in: "example:plugins/directory@1.0.0") {
  (name: String) async throws -> String? in
  // A database or a server would take its time, too.
  try await Task.sleep(for: .milliseconds(20))
  // An error that the host throws stops the plugin that has called.
  if name == "secret" { throw AccessDenied(name: name) }
  return directory[name]
}

let engine = Engine()
let librarian = try Component(engine: engine, bytes: PackageResources.librarian_wat)
let spinner = try Component(engine: engine, bytes: PackageResources.spinner_wat)

/// A plugin: an instance alone in a store that limits what it may use.
struct Plugin: Sendable {
  let name: String
  let answer: TypedFunction<String, String>

  init(_ name: String, _ component: Component, _ linker: Linker) async throws {
    var limits = Store.Limits()
    limits.deadline = .milliseconds(100)
    limits.memoryBytes = 1 << 20
    let store = try Store(engine: engine, limits: limits)
    let instance = try await store.instantiate(component, linker)
    self.name = name
    answer = try instance.function("answer", as: ((String) -> String).self)
  }

  /// The answer, or why there is none.
  func reply(to question: String) async -> String {
    do throws(CallError) {
      return try await answer(question)
    } catch {
      switch error {
      case .trap(let trap): return "stopped: \(trap.reason)"
      case .host(let error, backtrace: _): return "stopped by the host: \(error)"
      case .cannotEnter(poisonedBy: let trap?): return "unusable since: \(trap.reason)"
      default: return "failed: \(error)"
      }
    }
  }
}

let plugins = [
  try await Plugin("librarian", librarian, linker),
  try await Plugin("spinner", spinner, linker),
  try await Plugin("gossip", librarian, linker),
]

/// Asks all plugins at the same time, each its question, and prints the answers in the order of the plugins.
func ask(_ questions: [String]) async {
  await withTaskGroup { group in
    for (index, (plugin, question)) in zip(plugins, questions).enumerated() {
      group.addTask { (index, await plugin.reply(to: question)) }
    }
    var replies = [String](repeating: "", count: plugins.count)
    for await (index, reply) in group { replies[index] = reply }
    for (plugin, reply) in zip(plugins, replies) { print("\(plugin.name): \(reply)") }
  }
}

await ask(["ada", "anybody", "secret"])
// What was stopped stays so, until the host makes a new instance of it; the librarian has noticed nothing.
await ask(["grace", "anybody", "ada"])
await ask(["nobody", "anybody", "ada"])
