// Standard output and error, written through at once: a guest may end the process at any time.

import WasmSyntax

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

enum StandardStream: Int32 {
  case output = 1
  case error = 2

  /// Writes all of the text. Output that cannot be written ends the process with status 1: what was asked for is lost.
  func write(_ text: some Collection<UInt8>) {
    do {
      try Bytes(text).write(to: rawValue)
    } catch {
      guard self == .output else { return }
      Self.error.write("Error: failed to write to standard output\n")
      exit(1)
    }
  }

  func write(_ text: String) { write(text.utf8) }

  /// Puts `/dev/null` in the place of standard streams that are closed: the next file that is opened would be one of them,
  /// and what is printed would go into it.
  static func openMissing() {
    // The lowest number that is free is the one that `open` takes.
    for descriptor in 0...2 as ClosedRange<Int32> where fcntl(descriptor, F_GETFD) == -1 {
      _ = open("/dev/null", O_RDWR)
    }
  }
}
