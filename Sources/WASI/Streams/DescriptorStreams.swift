// The process's own standard streams. They are shared with other processes, so they are not switched to nonblocking
// mode, which would change them for everybody: poll(2) says before every operation whether it would block.

/// Reads from a descriptor in blocking mode.
package final class DescriptorSource: ByteSource {
  private let descriptor: FileDescriptor
  package let isTerminal: Bool

  package init(_ descriptor: FileDescriptor) {
    self.descriptor = descriptor
    isTerminal = descriptor.isTerminal
  }

  package func read(
    into buffer: UnsafeMutableRawBufferPointer
  ) throws(SystemError) -> ReadOutcome {
    if buffer.isEmpty { return .bytes(0) }
    guard readiness.isTrue else { return .wouldBlock }
    do throws(SystemError) {
      let count = try descriptor.read(into: buffer)
      return count == 0 ? .end : .bytes(count)
    } catch .wouldBlock {
      return .wouldBlock
    }
  }

  package var readiness: Readiness { .readable(descriptor) }
}

/// Writes to a descriptor in blocking mode.
package final class DescriptorSink: ByteSink {
  private let descriptor: FileDescriptor
  /// Whether writing may have to wait for a reader.
  private let canBlock: Bool
  package let isTerminal: Bool

  package init(_ descriptor: FileDescriptor) {
    self.descriptor = descriptor
    isTerminal = descriptor.isTerminal
    let type = try? descriptor.status().type
    canBlock = type != .regularFile
  }

  package func write(_ bytes: UnsafeRawBufferPointer) throws(SystemError) -> WriteOutcome {
    if bytes.isEmpty { return .bytes(0) }
    guard canBlock else { return try writeNow(bytes) }
    guard readiness.isTrue else { return .wouldBlock }
    return try writeNow(
      UnsafeRawBufferPointer(rebasing: bytes.prefix(FileDescriptor.atomicPipeBytes)))
  }

  private func writeNow(_ bytes: UnsafeRawBufferPointer) throws(SystemError) -> WriteOutcome {
    do throws(SystemError) {
      return .bytes(try descriptor.write(bytes))
    } catch .wouldBlock {
      return .wouldBlock
    } catch .pipe {
      return .closed
    }
  }

  package var readiness: Readiness { canBlock ? .writable(descriptor) : .ready }
}
