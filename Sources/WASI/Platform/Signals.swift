// Signals that must not end the process.

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// Makes writing to a pipe whose reader has gone an error for the guest, instead of the end of the whole process. A
/// handler that the program has installed stays.
func ignoreBrokenPipes() { _ = ignored }

private let ignored: Void = {
  let previous = signal(SIGPIPE, SIG_IGN)
  let isDefault = unsafeBitCast(previous, to: Int.self) == unsafeBitCast(SIG_DFL, to: Int.self)
  if !isDefault { _ = signal(SIGPIPE, previous) }
}()
