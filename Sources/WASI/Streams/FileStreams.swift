// Streams over an open file: `read-via-stream`, `write-via-stream` and `append-via-stream`. Each has a position of its own.

import Synchronization

/// Reads a file from an offset to its end.
package final class FileSource: ByteSource {
  private let descriptor: Descriptor
  private let position: Mutex<UInt64>

  package init(_ descriptor: Descriptor, from offset: UInt64) {
    self.descriptor = descriptor
    position = Mutex(offset)
  }

  package func read(
    into buffer: UnsafeMutableRawBufferPointer
  ) throws(SystemError) -> ReadOutcome {
    if buffer.isEmpty { return .bytes(0) }
    let result = position.withLock { position in
      Result { () throws(SystemError) in
        let count = try descriptor.read(into: buffer, at: position)
        position = position.addingReportingOverflow(UInt64(count)).partialValue
        return count
      }
    }
    do throws(SystemError) {
      let count = try result.get()
      return count == 0 ? .end : .bytes(count)
    } catch .wouldBlock {
      return .wouldBlock
    }
  }

  package var readiness: Readiness { descriptor.readiness(forWriting: false) }
}

/// Writes a file from an offset on, or always at its end.
package final class FileSink: ByteSink {
  private let descriptor: Descriptor
  /// nil to append.
  private let position: Mutex<UInt64?>

  package init(_ descriptor: Descriptor, from offset: UInt64) {
    self.descriptor = descriptor
    position = Mutex(offset)
  }

  package init(appendingTo descriptor: Descriptor) {
    self.descriptor = descriptor
    position = Mutex(nil)
  }

  package func write(_ bytes: UnsafeRawBufferPointer) throws(SystemError) -> WriteOutcome {
    if bytes.isEmpty { return .bytes(0) }
    let result = position.withLock { position in
      Result { () throws(SystemError) in
        guard let offset = position else { return try descriptor.append(bytes) }
        let count = try descriptor.write(bytes, at: offset)
        position = offset.addingReportingOverflow(UInt64(count)).partialValue
        return count
      }
    }
    do throws(SystemError) {
      return .bytes(try result.get())
    } catch .wouldBlock {
      return .wouldBlock
    } catch .pipe {
      return .closed
    }
  }

  package var readiness: Readiness { descriptor.readiness(forWriting: true) }
}
