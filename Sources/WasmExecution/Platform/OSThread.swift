// OS threads and waiting, without Foundation.

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

package enum OSThread {
  /// Runs `body` on a detached thread; false if there cannot be another one.
  package static func start(stackBytes: Int? = nil, _ body: @escaping @Sendable () -> Void) -> Bool
  {
    let box = Unmanaged.passRetained(Body(body))
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    defer { pthread_attr_destroy(&attributes) }
    pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
    if let stackBytes { pthread_attr_setstacksize(&attributes, stackBytes) }
    #if canImport(Darwin)
      var thread: pthread_t?
    #else
      var thread = pthread_t()
    #endif
    let status = pthread_create(&thread, &attributes, runBody, box.toOpaque())
    if status != 0 { box.release() }
    return status == 0
  }

  package static func sleep(milliseconds: Int) {
    var time = timespec()
    time.tv_sec = time_t(milliseconds / 1000)
    time.tv_nsec = milliseconds % 1000 * 1_000_000
    nanosleep(&time, nil)
  }

  /// Nanoseconds of a clock that never goes back.
  package static var now: UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) &* 1_000_000_000 &+ UInt64(time.tv_nsec)
  }

  private final class Body {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    func run() { body() }
  }

  #if canImport(Darwin)
    private static let runBody:
      @convention(c) (UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? = { argument in
        Unmanaged<Body>.fromOpaque(argument).takeRetainedValue().run()
        return nil
      }
  #else
    private static let runBody:
      @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { argument in
        if let argument { Unmanaged<Body>.fromOpaque(argument).takeRetainedValue().run() }
        return nil
      }
  #endif
}

/// A flag that one OS thread waits for and another sets.
package final class OSEvent: @unchecked Sendable {
  // Invariant: `isSet` is only touched under `mutex`; both are initialised once and destroyed in deinit.
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private var isSet = false

  package init() {
    mutex.initialize(to: pthread_mutex_t())
    condition.initialize(to: pthread_cond_t())
    pthread_mutex_init(mutex, nil)
    #if canImport(Darwin)
      pthread_cond_init(condition, nil)
    #else
      var attributes = pthread_condattr_t()
      pthread_condattr_init(&attributes)
      pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
      pthread_cond_init(condition, &attributes)
      pthread_condattr_destroy(&attributes)
    #endif
  }

  deinit {
    pthread_cond_destroy(condition)
    pthread_mutex_destroy(mutex)
    condition.deallocate()
    mutex.deallocate()
  }

  package func set() {
    pthread_mutex_lock(mutex)
    isSet = true
    pthread_cond_broadcast(condition)
    pthread_mutex_unlock(mutex)
  }

  /// Waits until the event is set and clears it; false if `nanoseconds` went by first.
  package func wait(nanoseconds: UInt64? = nil) -> Bool {
    let end = nanoseconds.map { OSThread.now.addingReportingOverflow($0) }
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    while !isSet {
      guard let end, !end.overflow else {
        pthread_cond_wait(condition, mutex)
        continue
      }
      let now = OSThread.now
      if now >= end.partialValue { return false }
      var time = timespec()
      #if canImport(Darwin)
        let left = end.partialValue - now
        time.tv_sec = time_t(left / 1_000_000_000)
        time.tv_nsec = Int(left % 1_000_000_000)
        pthread_cond_timedwait_relative_np(condition, mutex, &time)
      #else
        time.tv_sec = time_t(end.partialValue / 1_000_000_000)
        time.tv_nsec = Int(end.partialValue % 1_000_000_000)
        pthread_cond_timedwait(condition, mutex, &time)
      #endif
    }
    isSet = false
    return true
  }
}
