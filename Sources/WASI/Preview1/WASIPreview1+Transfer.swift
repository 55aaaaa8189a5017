// Reading and writing in WASI 0.1: every descriptor takes lists of buffers and blocks, unless it was told not to.

import WasmExecution

extension WASIPreview1 {
  // MARK: Reading

  func fdRead(_ call: Preview1Call) throws {
    let entry = try descriptors[call.u32(0)]
    let buffers = try call.memory.buffers(call.u32(1), call.u32(2))
    let count: Int
    switch entry.object {
    case .source(let source):
      count = try read(buffers, from: entry, call) { try source.read(into: $0) }
    case .socket(let socket):
      count = try read(buffers, from: entry, call) { try socket.receive(into: $0) }
    case .file(let descriptor):
      count = try read(buffers, from: descriptor, entry, at: entry.position, call)
      entry.position += UInt64(count)
    case .directory: throw Errno.isdir
    case .sink: throw Errno.badf
    }
    try call.memory.store(UInt32(count), at: call.u32(3))
  }

  func fdPread(_ call: Preview1Call) throws {
    let entry = try descriptors[call.u32(0)]
    let buffers = try call.memory.buffers(call.u32(1), call.u32(2))
    let descriptor = try positioned(entry)
    let count = try read(buffers, from: descriptor, entry, at: call.u64(3), call)
    try call.memory.store(UInt32(count), at: call.u32(4))
  }

  /// The file behind a descriptor that is used with an offset.
  private func positioned(_ entry: OpenDescriptor) throws(Errno) -> Descriptor {
    switch entry.object {
    case .file(let descriptor): return descriptor
    case .directory: throw .isdir
    case .source, .sink, .socket: throw .spipe
    }
  }

  private func read(
    _ buffers: [UnsafeMutableRawBufferPointer], from descriptor: Descriptor,
    _ entry: OpenDescriptor, at offset: UInt64, _ call: Preview1Call
  ) throws -> Int {
    var position = offset
    return try read(buffers, from: entry, call) { buffer in
      do throws(SystemError) {
        let count = try descriptor.read(into: buffer, at: position)
        position += UInt64(count)
        return count == 0 ? .end : .bytes(count)
      } catch .wouldBlock {
        return .wouldBlock
      }
    }
  }

  /// Fills buffers for as long as there is something to read; blocks, and fails, only while there is nothing at all.
  func read(
    _ buffers: [UnsafeMutableRawBufferPointer], from entry: OpenDescriptor, _ call: Preview1Call,
    _ read: (UnsafeMutableRawBufferPointer) throws -> ReadOutcome
  ) throws -> Int {
    var total = 0
    // A read of nothing still fails if the descriptor cannot be read at all.
    if buffers.isEmpty { _ = try read(UnsafeMutableRawBufferPointer(start: nil, count: 0)) }
    var remaining = buffers[...]
    while let buffer = remaining.first {
      let outcome: ReadOutcome
      do {
        outcome = try read(buffer)
      } catch _ where total > 0 {
        return total
      }
      switch outcome {
      case .bytes(let count):
        total += count
        if count < buffer.count { return total }
        remaining.removeFirst()
      case .end: return total
      case .wouldBlock:
        if total > 0 { return total }
        guard !entry.flags.contains(.nonblock) else { throw Errno.again }
        try wait(for: [entry.readiness(forWriting: false)], in: call)
      }
    }
    return total
  }

  // MARK: Writing

  func fdWrite(_ call: Preview1Call) throws {
    let entry = try descriptors[call.u32(0)]
    let buffers = try call.memory.buffers(call.u32(1), call.u32(2))
    let count: Int
    switch entry.object {
    case .sink(let sink):
      count = try write(buffers, to: entry, call) { try sink.write($0) }
    case .socket(let socket):
      count = try write(buffers, to: entry, call) { try socket.send($0) }
    case .file(let descriptor):
      count = try write(buffers, to: descriptor, entry, at: entry.position, call)
      entry.position =
        entry.flags.contains(.append)
        ? try descriptor.stat().size : entry.position + UInt64(count)
    case .directory, .source: throw Errno.badf
    }
    try call.memory.store(UInt32(count), at: call.u32(3))
  }

  func fdPwrite(_ call: Preview1Call) throws {
    let entry = try descriptors[call.u32(0)]
    let buffers = try call.memory.buffers(call.u32(1), call.u32(2))
    let descriptor = try positioned(entry)
    let count = try write(buffers, to: descriptor, entry, at: call.u64(3), call)
    try call.memory.store(UInt32(count), at: call.u32(4))
  }

  private func write(
    _ buffers: [UnsafeMutableRawBufferPointer], to descriptor: Descriptor,
    _ entry: OpenDescriptor, at offset: UInt64, _ call: Preview1Call
  ) throws -> Int {
    var position = offset
    return try write(buffers, to: entry, call) { bytes in
      do throws(SystemError) {
        if entry.flags.contains(.append) { return .bytes(try descriptor.append(bytes)) }
        let count = try descriptor.write(bytes, at: position)
        position += UInt64(count)
        return .bytes(count)
      } catch .wouldBlock {
        return .wouldBlock
      }
    }
  }

  /// Writes all buffers, and blocks until they are taken; fails only if nothing at all could be written. Where calls suspend
  /// their guest, what is taken at once is enough.
  func write(
    _ buffers: [UnsafeMutableRawBufferPointer], to entry: OpenDescriptor, _ call: Preview1Call,
    _ write: (UnsafeRawBufferPointer) throws -> WriteOutcome
  ) throws -> Int {
    try withJoined(buffers) { bytes in
      var total = 0
      repeat {
        do {
          switch try write(UnsafeRawBufferPointer(rebasing: bytes.dropFirst(total))) {
          case .bytes(let count): total += count
          case .closed: throw Errno.pipe
          case .wouldBlock:
            guard !entry.flags.contains(.nonblock) else { throw Errno.again }
            // What begins anew must not have written anything: the guest itself asks for the rest.
            if suspends, total > 0 { return total }
            try wait(for: [entry.readiness(forWriting: true)], in: call)
          }
        } catch let error where total > 0 && !(error is HostFailure) {
          return total
        }
      } while total < bytes.count
      return total
    }
  }

  /// The buffers as one: a line that a guest writes in pieces then reaches a terminal or a log whole.
  private func withJoined(
    _ buffers: [UnsafeMutableRawBufferPointer], _ body: (UnsafeRawBufferPointer) throws -> Int
  ) throws -> Int {
    guard buffers.count > 1 else {
      return try body(
        buffers.first.map { UnsafeRawBufferPointer($0) } ?? .init(start: nil, count: 0))
    }
    var joined: [UInt8] = []
    for buffer in buffers {
      // A short write is allowed; what a guest names many times over is not copied as often.
      if joined.count + buffer.count > 1 << 20, !joined.isEmpty { break }
      joined.append(contentsOf: buffer)
    }
    return try joined.withUnsafeBytes(body)
  }
}
