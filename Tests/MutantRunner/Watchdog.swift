// Enforces what a mutant may use: a thread that looks at the clock and at the process's memory and ends the process,
// naming the mutant, when either is exceeded. Signals that end the process name it too.

import Synchronization
import WasmSyntax

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

final class Watchdog: Sendable {
  /// Of the processor: a machine that is busy makes no mutant slow.
  static let secondsAllowed = 2.0
  /// For those that only wait.
  static let secondsToWait = 60.0
  static let bytesAllowed = 256 << 20

  private let mutant = Atomic<Int>(-1)
  private let started = Atomic<UInt64>(0)
  private let startedUsing = Atomic<UInt64>(0)
  private let baseline = Atomic<Int>(0)

  /// For signal handlers, which must not touch anything that is initialised when it is first used.
  nonisolated(unsafe) private static let crashing = UnsafeMutablePointer<Int>.allocate(capacity: 1)

  private static let signalStackBytes = 64 << 10
  nonisolated(unsafe) private static let signalStack = UnsafeMutableRawPointer.allocate(
    byteCount: signalStackBytes, alignment: 16)

  /// Names the mutant on standard error before the process ends by a signal.
  private static func handleSignals() {
    crashing.initialize(to: -1)
    // The stack may be what is exhausted.
    var stack = stack_t()
    stack.ss_sp = signalStack
    stack.ss_size = signalStackBytes
    sigaltstack(&stack, nil)
    for number in [SIGSEGV, SIGBUS, SIGILL, SIGTRAP, SIGABRT, SIGFPE] {
      var action = sigaction()
      #if canImport(Darwin)
        action.__sigaction_u.__sa_handler = reportCrash
      #else
        action.__sigaction_handler.sa_handler = reportCrash
      #endif
      action.sa_flags = Int32(SA_ONSTACK) | Int32(bitPattern: UInt32(SA_RESETHAND))
      sigaction(number, &action, nil)
    }
  }

  fileprivate static func writeCrashing() {
    var digits: (UInt64, UInt64, UInt64) = (0, 0, 0)
    withUnsafeMutableBytes(of: &digits) { buffer in
      var rest = crashing.pointee
      var position = buffer.count - 1
      buffer[position] = UInt8(ascii: "\n")
      repeat {
        position -= 1
        buffer[position] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
        rest /= 10
      } while rest > 0 && position > 0
      let text: StaticString = "the process was ended by mutant "
      _ = write(2, text.utf8Start, text.utf8CodeUnitCount)
      _ = write(2, buffer.baseAddress.unsafelyUnwrapped + position, buffer.count - position)
    }
  }

  func start() {
    Self.handleSignals()
    let box = Unmanaged.passRetained(self)
    #if canImport(Darwin)
      var thread: pthread_t?
      let status = pthread_create(
        &thread, nil,
        { argument in
          Unmanaged<Watchdog>.fromOpaque(argument).takeUnretainedValue().watch()
        }, box.toOpaque())
    #else
      var thread = pthread_t()
      let status = pthread_create(
        &thread, nil,
        { argument in
          if let argument { Unmanaged<Watchdog>.fromOpaque(argument).takeUnretainedValue().watch() }
          return nil
        }, box.toOpaque())
    #endif
    if status != 0 { Self.end("no thread for the watchdog") }
  }

  func begin(_ index: Int) {
    Self.crashing.pointee = index
    baseline.store(Self.residentBytes, ordering: .relaxed)
    started.store(Self.now, ordering: .relaxed)
    startedUsing.store(Self.used, ordering: .relaxed)
    mutant.store(index, ordering: .releasing)
  }

  /// Checks the bounds once more: a mutant may be done before the thread looks.
  func finish() {
    check()
    mutant.store(-1, ordering: .releasing)
  }

  private func watch() -> Never {
    while true {
      usleep(10_000)
      check()
    }
  }

  private func check() {
    let index = mutant.load(ordering: .acquiring)
    if index < 0 { return }
    let seconds = Double(Self.now &- started.load(ordering: .relaxed)) / 1e9
    let used = Double(Self.used &- startedUsing.load(ordering: .relaxed)) / 1e9
    let bytes = Self.residentBytes - baseline.load(ordering: .relaxed)
    // Another mutant may have begun meanwhile; then the figures are its own or too small.
    if mutant.load(ordering: .acquiring) != index { return }
    if used > Self.secondsAllowed && used < 1e6 {
      Self.end("mutant \(index) ran longer than \(Self.secondsAllowed) s")
    }
    if seconds > Self.secondsToWait && seconds < 1e6 {
      Self.end("mutant \(index) took longer than \(Self.secondsToWait) s")
    }
    if bytes > Self.bytesAllowed {
      Self.end("mutant \(index) took \(bytes >> 20) MiB of memory")
    }
  }

  static func end(_ message: String) -> Never {
    try? Bytes((message + "\n").utf8).write(to: 2)
    _exit(3)
  }

  private static var now: UInt64 { time(CLOCK_MONOTONIC) }
  private static var used: UInt64 { time(CLOCK_PROCESS_CPUTIME_ID) }

  private static func time(_ clock: clockid_t) -> UInt64 {
    var time = timespec()
    clock_gettime(clock, &time)
    return UInt64(time.tv_sec) &* 1_000_000_000 &+ UInt64(time.tv_nsec)
  }

  private static var residentBytes: Int {
    #if canImport(Darwin)
      var info = mach_task_basic_info()
      var count = mach_msg_type_number_t(
        MemoryLayout<mach_task_basic_info>.size / MemoryLayout<natural_t>.size)
      let status = withUnsafeMutablePointer(to: &info) { pointer in
        pointer.withMemoryRebound(to: integer_t.self, capacity: Int(count)) {
          task_info(mach_task_self_, task_flavor_t(MACH_TASK_BASIC_INFO), $0, &count)
        }
      }
      return status == KERN_SUCCESS ? Int(info.resident_size) : 0
    #else
      guard let file = fopen("/proc/self/statm", "r") else { return 0 }
      defer { fclose(file) }
      var line = [CChar](repeating: 0, count: 128)
      guard fgets(&line, Int32(line.count), file) != nil else { return 0 }
      let bytes = line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
      let fields = String(decoding: bytes, as: UTF8.self).split(separator: " ")
      return (fields.count > 1 ? Int(fields[1]) ?? 0 : 0) * sysconf(Int32(_SC_PAGESIZE))
    #endif
  }
}

private func reportCrash(_ signal: Int32) {
  Watchdog.writeCrashing()
  raise(signal)
}
