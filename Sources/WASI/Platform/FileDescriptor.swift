// An open file descriptor of the process, owned by reference counting: whoever reads, writes or waits holds the object,
// so that its number cannot come to mean another file meanwhile.

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// Closes the descriptor when the last reference goes, unless it was only lent.
package final class FileDescriptor: Sendable {
  package let number: Int32
  private let isOwned: Bool

  /// Takes the descriptor over.
  package init(owning number: Int32) {
    self.number = number
    isOwned = true
  }

  /// Uses a descriptor that stays open by itself, such as standard input.
  package init(lent number: Int32) {
    self.number = number
    isOwned = false
  }

  deinit {
    if isOwned { _ = close(number) }
  }

  /// Whether it is a terminal.
  package var isTerminal: Bool { isatty(number) == 1 }

  /// The most bytes that every system takes in one call.
  static let maximumTransfer = Int(Int32.max)

  /// Reads what is there, at most what fits; 0 at the end.
  func read(into buffer: UnsafeMutableRawBufferPointer) throws(SystemError) -> Int {
    try retrying { posixRead(number, buffer.baseAddress, min(buffer.count, Self.maximumTransfer)) }
  }

  /// Writes as much as the descriptor takes now.
  func write(_ bytes: UnsafeRawBufferPointer) throws(SystemError) -> Int {
    try retrying { posixWrite(number, bytes.baseAddress, min(bytes.count, Self.maximumTransfer)) }
  }

  func read(
    into buffer: UnsafeMutableRawBufferPointer, at offset: Int64
  ) throws(SystemError) -> Int {
    let count = min(buffer.count, Self.maximumTransfer)
    return try retrying { pread(number, buffer.baseAddress, count, off_t(offset)) }
  }

  func write(_ bytes: UnsafeRawBufferPointer, at offset: Int64) throws(SystemError) -> Int {
    let count = min(bytes.count, Self.maximumTransfer)
    return try retrying { pwrite(number, bytes.baseAddress, count, off_t(offset)) }
  }

  /// What a pipe that poll(2) calls writable takes without blocking: PIPE_BUF.
  static let atomicPipeBytes: Int = {
    #if canImport(Darwin)
      512
    #else
      4096
    #endif
  }()

  /// Sets or clears status flags such as O_NONBLOCK.
  func setStatusFlags(_ flags: Int32, to isOn: Bool) throws(SystemError) {
    let current = fcntl(number, F_GETFL)
    guard current >= 0, fcntl(number, F_SETFL, isOn ? current | flags : current & ~flags) >= 0
    else { throw .current }
  }
}

/// Runs a system call again for as long as a signal interrupts it.
func retrying<Result: SignedInteger>(_ call: () -> Result) throws(SystemError) -> Result {
  while true {
    let result = call()
    if result >= 0 { return result }
    if errno != EINTR { throw .current }
  }
}

/// The same for a call that returns nothing but its success.
func checking(_ call: () -> Int32) throws(SystemError) {
  _ = try retrying(call)
}

private func posixRead(_ number: Int32, _ base: UnsafeMutableRawPointer?, _ count: Int) -> Int {
  #if canImport(Darwin)
    Darwin.read(number, base, count)
  #elseif canImport(Musl)
    Musl.read(number, base, count)
  #else
    Glibc.read(number, base, count)
  #endif
}

private func posixWrite(_ number: Int32, _ base: UnsafeRawPointer?, _ count: Int) -> Int {
  #if canImport(Darwin)
    Darwin.write(number, base, count)
  #elseif canImport(Musl)
    Musl.write(number, base, count)
  #else
    Glibc.write(number, base, count)
  #endif
}
