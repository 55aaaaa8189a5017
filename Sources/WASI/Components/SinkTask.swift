// From a guest to the host: bytes for a sink.

import ComponentRuntime

/// Takes a chunk from a guest, writes all of it, and takes the next.
final class SinkTask: StreamTask, @unchecked Sendable {
  private let sink: any ByteSink
  private let stream: CopyEndID
  private let future: CopyEndID
  private let errors: ErrorCode
  private let isOutput: Bool
  /// Called when all is written, or nothing can be any more.
  private let onEnd: () -> Void
  private var chunk: [UInt8] = []
  private var written = 0
  /// Whether the guest has closed its end.
  private var isLast = false
  private static let chunkBytes = 1 << 16

  private init(
    _ world: ComponentWorld, _ sink: any ByteSink, _ stream: CopyEndID, _ future: CopyEndID,
    _ errors: ErrorCode, _ isOutput: Bool, _ onEnd: @escaping () -> Void
  ) {
    self.sink = sink
    self.stream = stream
    self.future = future
    self.errors = errors
    self.isOutput = isOutput
    self.onEnd = onEnd
    super.init(world)
  }

  /// Writes what comes out of a guest's stream, and returns a `future<result<_, error-code>>`. Nothing is taken if there
  /// is no sink.
  static func start(
    _ world: ComponentWorld, _ stream: CopyEndID, _ errors: ErrorCode, isOutput: Bool = false,
    onEnd: @escaping () -> Void = {}, _ open: () throws(SystemError) -> any ByteSink
  ) throws -> ComponentValue {
    let future = try world.makeResultFuture(errors)
    func task(_ sink: any ByteSink) -> SinkTask {
      SinkTask(world, sink, stream, future.writable, errors, isOutput, onEnd)
    }
    do throws(SystemError) {
      task(try open()).start(holding: stream, future.writable)
    } catch {
      task(DiscardingSink()).finish(error)
    }
    return .future(future.readable)
  }

  override var pendingOutput: Readiness? {
    isOutput && written < chunk.count ? sink.readiness : nil
  }

  override func step() {
    do throws(SystemError) {
      while written < chunk.count {
        switch try sink.write(chunk[written...]) {
        case .bytes(let count): written += count
        case .wouldBlock: return wait(for: sink.readiness)
        case .closed: throw .pipe
        }
      }
    } catch {
      return finish(error)
    }
    if isLast { return finish(nil) }
    let isReading = transfer(stream, .bytes([]), count: Self.chunkBytes) { result, buffer in
      self.chunk = buffer.bytes
      self.written = 0
      self.isLast = result.result == .dropped
      self.step()
    }
    if !isReading { finish(nil) }
  }

  private func finish(_ error: SystemError?) {
    (chunk, written) = ([], 0)
    store.dropEnd(stream)
    onEnd()
    let value = try? errors.result {
      if let error { throw error }
      return nil
    }
    resolve(future, value ?? .result(.ok(nil)))
  }
}

extension HostBuffer {
  /// What is in it, of a stream of bytes.
  fileprivate var bytes: [UInt8] {
    switch elements {
    case .bytes(let bytes): bytes
    case .values, .units: []
    }
  }
}
