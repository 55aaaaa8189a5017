// args, environ, clock, proc, sched and random of WASI 0.1.

import WasmExecution

extension WASIPreview1 {
  // MARK: args and environ

  private var environmentStrings: [String] {
    context.environment.map { "\($0.name)=\($0.value)" }
  }

  func argsGet(_ call: Preview1Call) throws { try put(context.arguments, call) }
  func argsSizesGet(_ call: Preview1Call) throws { try putSizes(context.arguments, call) }
  func environGet(_ call: Preview1Call) throws { try put(environmentStrings, call) }
  func environSizesGet(_ call: Preview1Call) throws { try putSizes(environmentStrings, call) }

  /// A pointer to each string, and the strings with a NUL behind each.
  private func put(_ strings: [String], _ call: Preview1Call) throws {
    var pointer = call.u32(0)
    var address = call.u32(1)
    for string in strings {
      try call.memory.store(address, at: pointer)
      let bytes = Array(string.utf8) + [0]
      try call.memory.slice(address, UInt64(bytes.count)).copyBytes(from: bytes)
      pointer &+= 4
      address &+= UInt32(truncatingIfNeeded: bytes.count)
    }
  }

  private func putSizes(_ strings: [String], _ call: Preview1Call) throws {
    let bytes = strings.reduce(0) { $0 + $1.utf8.count + 1 }
    guard let bytes = UInt32(exactly: bytes) else { throw Errno.overflow }
    try call.memory.store(UInt32(strings.count), at: call.u32(0))
    try call.memory.store(bytes, at: call.u32(1))
  }

  // MARK: clock

  func clockResGet(_ call: Preview1Call) throws {
    let resolution: UInt64
    switch try clock(call) {
    case .realtime: resolution = context.clocks.wallResolution
    case .monotonic: resolution = context.clocks.monotonicResolution
    case .processCPUTime, .threadCPUTime: resolution = 1
    }
    try call.memory.store(resolution, at: call.u32(1))
  }

  func clockTimeGet(_ call: Preview1Call) throws {
    let clocks = context.clocks
    let time: UInt64
    switch try clock(call) {
    case .realtime: time = clocks.wallTime.timestamp
    case .monotonic: time = clocks.monotonicTime
    case .processCPUTime: time = clocks.processTime
    case .threadCPUTime: time = clocks.threadTime
    }
    try call.memory.store(time, at: call.u32(2))
  }

  private func clock(_ call: Preview1Call) throws(Errno) -> ClockID {
    guard let clock = ClockID(rawValue: call.u32(0)) else { throw .inval }
    return clock
  }

  // MARK: proc, sched, random

  func procExit(_ call: Preview1Call) throws {
    throw HostFailure.error(WASIExit(code: call.u32(0)))
  }

  /// No guest may send signals, not even to itself.
  func procRaise(_ call: Preview1Call) throws { throw Errno.notsup }

  func schedYield(_ call: Preview1Call) {}

  func randomGet(_ call: Preview1Call) throws {
    context.random.fill(try call.memory.list(call.u32(0), call.u32(1)))
  }
}
