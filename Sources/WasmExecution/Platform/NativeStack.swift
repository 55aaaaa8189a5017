// How much of its native stack the running OS thread has left.

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

#if !canImport(Darwin)
  // The C headers show it to GNU programs only, which Swift's import of them is not.
  @_silgen_name("pthread_getattr_np")
  private func getAttributes(
    _ thread: pthread_t, _ attributes: UnsafeMutablePointer<pthread_attr_t>
  ) -> Int32
#endif

/// The bounds of one OS thread's stack, asked for once: on Linux that can mean reading a file.
struct NativeStack {
  private let thread: pthread_t
  private let lowest: UInt

  init() {
    thread = pthread_self()
    #if canImport(Darwin)
      let top = UInt(bitPattern: pthread_get_stackaddr_np(thread))
      lowest = top - UInt(pthread_get_stacksize_np(thread))
    #else
      var attributes = pthread_attr_t()
      var base: UnsafeMutableRawPointer?
      var bytes = 0
      if getAttributes(thread, &attributes) == 0 {
        pthread_attr_getstack(&attributes, &base, &bytes)
        pthread_attr_destroy(&attributes)
      }
      lowest = UInt(bitPattern: base)
    #endif
  }

  /// Whether these are the bounds of the thread that runs now.
  var isCurrent: Bool { pthread_equal(thread, pthread_self()) != 0 }

  /// Bytes below the caller's frame.
  var remaining: UInt {
    var marker: UInt8 = 0
    let here = withUnsafeMutablePointer(to: &marker) { UInt(bitPattern: $0) }
    return here > lowest ? here - lowest : 0
  }
}
