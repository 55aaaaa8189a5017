// wasi:clocks of WASI 0.3.

import ComponentRuntime

extension Preview3 {
  func systemClock(_ name: String) -> ImportItem? {
    let clocks = world.context.clocks
    return switch name {
    case "now":
      world.function([], FilesystemDialect.instant) { _ in
        FilesystemDialect.instant(clocks.wallTime)
      }
    case "get-resolution": world.number { clocks.wallResolution }
    default: nil
    }
  }

  func monotonicClock(_ name: String) -> ImportItem? {
    let clocks = world.context.clocks
    return switch name {
    case "now": world.number { clocks.monotonicTime }
    case "get-resolution": world.number { clocks.monotonicResolution }
    case "wait-until": waiting { $0 }
    case "wait-for": waiting { clocks.monotonicTime.addingClamped($0) }
    default: nil
    }
  }

  /// `end` says when the wait is over, given the argument.
  private func waiting(until end: @escaping (UInt64) -> UInt64) -> ImportItem {
    let clocks = world.context.clocks
    return world.waiting([.u64], isAsync: true) { arguments in
      let time = end(try arguments.u64(0))
      return {
        let readiness = clocks.readiness(at: time)
        return readiness.isTrue ? .done(nil) : .wait([readiness])
      }
    }
  }

  /// Guests are told nothing of where they run: the only zone is UTC.
  func timezone(_ name: String) -> ImportItem? {
    switch name {
    case "iana-id": world.function([], .option(.string)) { _ in .option(.string("UTC")) }
    case "utc-offset":
      world.function([FilesystemDialect.instant], .option(.s64)) { _ in .option(.s64(0)) }
    case "to-debug-string": world.function([], .string) { _ in .string("UTC") }
    default: nil
    }
  }
}
