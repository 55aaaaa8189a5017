// poll(2), and the pipe that interrupts it.

import WasmExecution

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// The descriptors of one call of poll(2).
struct PollSet {
  private var polls: [pollfd] = []
  private var ids: [UInt64] = []

  var isEmpty: Bool { polls.isEmpty }

  /// Adds a descriptor; anything else is not poll's business.
  mutating func add(_ readiness: Readiness, id: UInt64) {
    let events: Int32
    let descriptor: FileDescriptor
    switch readiness {
    case .readable(let file): (descriptor, events) = (file, Int32(POLLIN))
    case .writable(let file): (descriptor, events) = (file, Int32(POLLOUT))
    case .ready, .time, .signal: return
    }
    polls.append(pollfd(fd: descriptor.number, events: Int16(events), revents: 0))
    ids.append(id)
  }

  /// Waits until one is ready, an error included, or the monotonic clock reaches `end`; returns which are.
  mutating func wait(until end: UInt64?) -> [UInt64] {
    let count = poll(&polls, nfds_t(polls.count), Self.milliseconds(until: end))
    if count < 0 {
      // More descriptors than the process may have at once, or no memory: let everybody try.
      return errno == EINTR ? [] : ids
    }
    return zip(polls, ids).compactMap { poll, id in poll.revents != 0 ? id : nil }
  }

  /// Rounded up: waking too early would make the caller turn in circles.
  private static func milliseconds(until end: UInt64?) -> Int32 {
    guard let end else { return -1 }
    let now = OSThread.now
    guard end > now else { return 0 }
    let left = (end - now - 1) / 1_000_000 + 1
    return Int32(clamping: left)
  }
}

/// A pipe whose reading end becomes readable when somebody writes to it.
struct WakeUpPipe: Sendable {
  let receiver: FileDescriptor
  private let sender: FileDescriptor

  /// nil if the process has no descriptors left.
  init?() {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { return nil }
    receiver = FileDescriptor(owning: ends[0])
    sender = FileDescriptor(owning: ends[1])
    for end in [receiver, sender] {
      _ = fcntl(end.number, F_SETFD, FD_CLOEXEC)
      guard (try? end.setStatusFlags(O_NONBLOCK, to: true)) != nil else { return nil }
    }
  }

  func wake() {
    var byte: UInt8 = 0
    // A full pipe is readable as well.
    _ = try? withUnsafeBytes(of: &byte) { bytes throws(SystemError) in try sender.write(bytes) }
  }

  func drain() {
    withUnsafeTemporaryAllocation(byteCount: 256, alignment: 1) { buffer in
      while let count = try? receiver.read(into: buffer), count == buffer.count {}
    }
  }
}
