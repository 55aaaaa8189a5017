// wasi:io/poll.

import ComponentRuntime

/// `pollable`: what becomes ready, asked anew each time, since a stream's readiness depends on what was done with it.
struct Pollable {
  let readiness: () -> Readiness
}

extension Preview2 {
  func ioPoll(_ name: String) -> ImportItem? {
    switch name {
    case "pollable": pollables.item
    case "[method]pollable.ready":
      world.function([.borrow], .bool) { [pollables] arguments in
        .bool(try arguments.resource(0, pollables).readiness().isTrue)
      }
    case "[method]pollable.block":
      world.waiting([.borrow]) { [pollables] arguments in
        let pollable = try arguments.resource(0, pollables)
        return {
          let readiness = pollable.readiness()
          return readiness.isTrue ? .done(nil) : .wait([readiness])
        }
      }
    case "poll": poll
    default: nil
    }
  }

  private var poll: ImportItem {
    world.waiting([.list(.borrow)], .list(.u32)) { [pollables] arguments in
      let waited = try arguments[0].asList().map { try pollables.resource($0, in: arguments.call) }
      guard !waited.isEmpty else { throw WASIMisuse(description: "poll: the list is empty") }
      return {
        let readinesses = waited.map { $0.readiness() }
        let ready = Readiness.indices(ofTrue: readinesses)
        if ready.isEmpty { return .wait(readinesses) }
        return .done(.list(ready.map { .u32(UInt32($0)) }))
      }
    }
  }
}
