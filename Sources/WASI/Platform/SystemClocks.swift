// The system's clocks.

import WasmExecution

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// The time of day and the monotonic clock of the system.
package final class SystemClocks: Clocks {
  package init() {}

  package var wallTime: WASIInstant {
    let time = Self.read(CLOCK_REALTIME)
    return WASIInstant(seconds: Int64(time.tv_sec), nanoseconds: UInt32(clamping: time.tv_nsec))
  }

  package var wallResolution: UInt64 { Self.resolution(CLOCK_REALTIME) }
  package var monotonicTime: UInt64 { OSThread.now }
  package var monotonicResolution: UInt64 { Self.resolution(CLOCK_MONOTONIC) }
  package func readiness(at time: UInt64) -> Readiness { .time(time) }

  package var processTime: UInt64 { Self.nanoseconds(Self.read(CLOCK_PROCESS_CPUTIME_ID)) }
  package var threadTime: UInt64 { Self.nanoseconds(Self.read(CLOCK_THREAD_CPUTIME_ID)) }

  private static func read(_ clock: clockid_t) -> timespec {
    var time = timespec()
    clock_gettime(clock, &time)
    return time
  }

  private static func resolution(_ clock: clockid_t) -> UInt64 {
    var time = timespec()
    clock_getres(clock, &time)
    return max(1, nanoseconds(time))
  }

  private static func nanoseconds(_ time: timespec) -> UInt64 {
    UInt64(clamping: time.tv_sec) &* 1_000_000_000 &+ UInt64(clamping: time.tv_nsec)
  }
}
