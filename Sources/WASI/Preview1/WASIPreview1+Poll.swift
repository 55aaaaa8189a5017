// `poll_oneoff` of WASI 0.1: waits for the first of several clocks and descriptors.
//
//   subscription  userdata 0 | tag 8 | clock: id 16, timeout 24, precision 32, flags 40; descriptor: number 16
//   event         userdata 0 | error 8 | type 10 | nbytes 16 | flags 24

import WasmExecution

private let subscriptionSize: UInt64 = 48
private let eventSize: UInt64 = 32
/// More than a guest can have descriptors.
private let maximumSubscriptions: UInt64 = 1 << 17

/// What is waited for, or the error that is the answer already.
private struct Subscription {
  var userdata: UInt64
  var tag: UInt8
  var readiness: Readiness
  var errno = Errno.success
  var descriptor: OpenDescriptor?
}

extension WASIPreview1 {
  func pollOneoff(_ call: Preview1Call) throws {
    let count = UInt64(call.u32(2))
    guard count > 0 else { throw Errno.inval }
    guard call.u32(0) % 8 == 0, call.u32(1) % 8 == 0 else {
      throw HostFailure.trap(.hostError, detail: "misaligned pointer")
    }
    let input = try call.memory.list(call.u32(0), count * subscriptionSize)
    _ = try call.memory.slice(call.u32(1), count * eventSize)
    guard count <= maximumSubscriptions else { throw Errno.nomem }
    var subscriptions: [Subscription] = []
    for start in stride(from: 0, to: input.count, by: Int(subscriptionSize)) {
      let record = input[start..<start + Int(subscriptionSize)]
      subscriptions.append(try subscription(UnsafeMutableRawBufferPointer(rebasing: record)))
    }
    let (waitingFor, address, result) = (subscriptions, call.u32(1), call.u32(3))
    let memory = call.memory
    // Clocks go on meanwhile: the end of the wait is not asked for again.
    try wait(for: subscriptions.map(\.readiness), in: call) {
      let output = try memory.slice(address, count * eventSize)
      var end = 0
      for subscription in waitingFor where subscription.readiness.isTrue {
        let record = output[end..<end + Int(eventSize)]
        self.put(subscription, UnsafeMutableRawBufferPointer(rebasing: record))
        end += Int(eventSize)
      }
      try memory.store(UInt32(end / Int(eventSize)), at: result)
    }
  }

  private func subscription(_ record: UnsafeMutableRawBufferPointer) throws -> Subscription {
    let tag: UInt8 = record.get(8)
    var subscription = Subscription(userdata: record.get(0), tag: tag, readiness: .ready)
    do throws(Errno) {
      switch tag {
      case 0: subscription.readiness = try clockReadiness(record)
      case 1, 2:
        let entry = try descriptors[record.get(16)]
        guard entry.canTransfer(writing: tag == 2) else { throw .badf }
        subscription.readiness = entry.readiness(forWriting: tag == 2)
        subscription.descriptor = entry
      default: throw .inval
      }
    } catch .badf, .notsup {
      subscription.errno = tag == 0 ? .notsup : .badf
    }
    return subscription
  }

  private func clockReadiness(_ record: UnsafeMutableRawBufferPointer) throws(Errno) -> Readiness {
    let timeout: UInt64 = record.get(24)
    let flags: UInt16 = record.get(40)
    guard flags <= 1, let clock = ClockID(rawValue: record.get(16)) else { throw .inval }
    let isAbsolute = flags & 1 != 0
    let now = context.clocks.monotonicTime
    let left: UInt64
    switch clock {
    case .monotonic: left = isAbsolute ? timeout - min(now, timeout) : timeout
    case .realtime:
      left = isAbsolute ? timeout - min(context.clocks.wallTime.timestamp, timeout) : timeout
    case .processCPUTime, .threadCPUTime: throw .notsup
    }
    let (time, overflow) = now.addingReportingOverflow(left)
    return context.clocks.readiness(at: overflow ? .max : time)
  }

  private func put(_ subscription: Subscription, _ record: UnsafeMutableRawBufferPointer) {
    record.initializeMemory(as: UInt8.self, repeating: 0)
    record.put(subscription.userdata, at: 0)
    record.put(subscription.errno.rawValue, at: 8)
    record.put(subscription.tag, at: 10)
    guard let entry = subscription.descriptor else { return }
    record.put(bytesAvailable(entry, forWriting: subscription.tag == 2), at: 16)
  }

  /// How much can be transferred at least.
  private func bytesAvailable(_ entry: OpenDescriptor, forWriting: Bool) -> UInt64 {
    guard case .file(let descriptor) = entry.object, !forWriting, let stat = try? descriptor.stat(),
      stat.type == .regularFile
    else { return 1 }
    return stat.size - min(stat.size, entry.position)
  }
}
