// The socket functions of WASI 0.1. There is none that makes a socket: a guest has those that it was started with.

extension WASIPreview1 {
  private func socket(_ call: Preview1Call) throws -> (TCPSocket, OpenDescriptor) {
    let entry = try descriptors[call.u32(0)]
    guard case .socket(let socket) = entry.object else { throw Errno.notsock }
    return (socket, entry)
  }

  func sockAccept(_ call: Preview1Call) throws {
    let (listener, entry) = try socket(call)
    let flags = try call.flags(1, within: FDFlags.nonblock)
    var accepted = try accept(listener)
    while accepted == nil {
      guard !entry.flags.contains(.nonblock) else { throw Errno.again }
      try wait(for: [entry.readiness(forWriting: false)], in: call)
      accepted = try accept(listener)
    }
    guard let accepted else { return }
    let number = try descriptors.insert(OpenDescriptor(.socket(accepted), flags: flags))
    try call.memory.store(number, at: call.u32(2))
  }

  /// nil if there is no connection yet.
  private func accept(_ listener: TCPSocket) throws(SystemError) -> TCPSocket? {
    do throws(SystemError) {
      return try listener.accept()
    } catch .wouldBlock {
      return nil
    }
  }

  func sockRecv(_ call: Preview1Call) throws {
    let (socket, entry) = try socket(call)
    let buffers = try call.memory.buffers(call.u32(1), call.u32(2))
    // `recv_peek` and `recv_waitall`.
    guard call.u32(3) < 4 else { throw Errno.inval }
    let peeks = call.u32(3) & 1 != 0
    // What was only looked at is still there for the next buffer.
    let used = peeks ? Array(buffers.prefix(1)) : buffers
    let count = try read(used, from: entry, call) { try socket.receive(into: $0, peeking: peeks) }
    try call.memory.store(UInt32(count), at: call.u32(4))
    try call.memory.store(UInt16(0), at: call.u32(5))
  }

  func sockSend(_ call: Preview1Call) throws {
    let (socket, entry) = try socket(call)
    let buffers = try call.memory.buffers(call.u32(1), call.u32(2))
    guard call.u32(3) == 0 else { throw Errno.inval }
    let count = try write(buffers, to: entry, call) { try socket.send($0) }
    try call.memory.store(UInt32(count), at: call.u32(4))
  }

  func sockShutdown(_ call: Preview1Call) throws {
    let (socket, _) = try socket(call)
    guard (1...3).contains(call.u32(1)) else { throw Errno.inval }
    try socket.shutdown(receiving: call.u32(1) & 1 != 0, sending: call.u32(1) & 2 != 0)
  }
}
