// wasi:clocks of WASI 0.2.

import ComponentRuntime

extension Preview2 {
  func wallClock(_ name: String) -> ImportItem? {
    let clocks = world.context.clocks
    return switch name {
    case "now":
      world.function([], FilesystemDialect.datetime) { _ in
        FilesystemDialect.datetime(clocks.wallTime)
      }
    case "resolution":
      world.function([], FilesystemDialect.datetime) { _ in
        FilesystemDialect.datetime(WASIInstant(timestamp: clocks.wallResolution))
      }
    default: nil
    }
  }

  func monotonicClock(_ name: String) -> ImportItem? {
    let clocks = world.context.clocks
    return switch name {
    case "pollable": pollables.item
    case "now": world.number { clocks.monotonicTime }
    case "resolution": world.number { clocks.monotonicResolution }
    case "subscribe-instant":
      world.function([.u64], .own) { [self] arguments in
        try subscribe(until: arguments.u64(0))
      }
    case "subscribe-duration":
      world.function([.u64], .own) { [self] arguments in
        try subscribe(until: clocks.monotonicTime.addingClamped(arguments.u64(0)))
      }
    default: nil
    }
  }

  private func subscribe(until time: UInt64) throws -> ComponentValue {
    let clocks = world.context.clocks
    return try pollables.own(Pollable { clocks.readiness(at: time) })
  }

  /// Guests are told nothing of where they run: the only zone is UTC.
  func timezone(_ name: String) -> ImportItem? {
    switch name {
    case "display":
      world.function(
        [FilesystemDialect.datetime],
        .record([
          .init("utc-offset", .s32), .init("name", .string),
          .init("in-daylight-saving-time", .bool),
        ])
      ) { _ in
        .record([
          "utc-offset": .s32(0), "name": .string("UTC"), "in-daylight-saving-time": .bool(false),
        ])
      }
    case "utc-offset": world.function([FilesystemDialect.datetime], .s32) { _ in .s32(0) }
    default: nil
    }
  }
}

extension UInt64 {
  /// The sum, or the latest time that there is.
  func addingClamped(_ other: UInt64) -> UInt64 {
    let (sum, overflow) = addingReportingOverflow(other)
    return overflow ? .max : sum
  }
}
