// From the host to a guest: bytes of a source, and elements that are made one after the other.

import ComponentRuntime

/// Gives a guest what it asks for, and then says in a future how it ended.
class GivingTask: StreamTask, @unchecked Sendable {
  /// The most elements that are taken at once.
  fileprivate static let chunk = 1 << 16
  fileprivate let stream: CopyEndID
  /// Whether it is told when the guest drops its end.
  private var isWatching = false
  /// nil for streams that nothing is said about.
  private let future: CopyEndID?
  private let errors: ErrorCode?
  /// Called when the stream is over, whoever ended it.
  private let onEnd: () -> Void

  fileprivate init(
    _ world: ComponentWorld, _ stream: CopyEndID, _ future: CopyEndID?, _ errors: ErrorCode?,
    _ onEnd: @escaping () -> Void
  ) {
    self.stream = stream
    self.future = future
    self.errors = errors
    self.onEnd = onEnd
    super.init(world)
  }

  /// What there is for a guest that asks for at most so many elements.
  fileprivate enum Supply {
    case elements(HostBuffer.Elements, count: Int)
    case wait(Readiness)
    case end
  }

  fileprivate func take(_ count: Int) throws -> Supply { .end }

  final override func step() {
    // Elements are lowered, which may call a guest's `realloc`.
    store.whenFree { [weak self] _ in self?.stepNow() }
  }

  private func stepNow() {
    // Whatever was waited for has happened; if the guest has let go, that is told separately.
    if isWatching, !store.unwatch(stream) { return }
    isWatching = false
    switch store.demand(at: stream) {
    case .dropped: finish(nil)
    case .idle:
      // A write of nothing is over when the guest reads.
      if !transfer(stream, .bytes([]), count: 0, onEnd: { _, _ in self.step() }) { finish(nil) }
    case .readiness: supply(Self.chunk)
    case .elements(let count): supply(count)
    }
  }

  private func supply(_ count: Int) {
    do {
      switch try take(count) {
      case .elements(let elements, let count): give(elements, count)
      case .wait(let readiness): watch(until: readiness)
      case .end: finish(nil)
      }
    } catch {
      finish(error)
    }
  }

  private func watch(until readiness: Readiness) {
    isWatching = store.watch(stream) {
      self.isWatching = false
      self.cancelWait()
      self.finish(nil)
    }
    if isWatching { wait(for: readiness) } else { finish(nil) }
  }

  /// The guest may take less than it asked for, if it thinks better of it.
  private func give(_ elements: HostBuffer.Elements, _ count: Int) {
    let isWriting = transfer(stream, elements, count: count) { result, _ in
      if result.count < count, result.result != .dropped {
        let (rest, restCount) = (elements.dropFirst(result.count), count - result.count)
        self.store.whenFree { _ in self.give(rest, restCount) }
      } else {
        self.step()
      }
    }
    if !isWriting { finish(nil) }
  }

  /// Ends it, before it has begun as well.
  final func finish(_ error: (any Error)?) {
    store.dropEnd(stream)
    onEnd()
    guard let future, let errors else { return end() }
    let value = try? errors.result {
      if let error { throw error }
      return nil
    }
    resolve(future, value ?? .result(.ok(nil)))
  }
}

/// Bytes of a source.
final class SourceTask: GivingTask, @unchecked Sendable {
  private let source: any ByteSource

  private init(
    _ world: ComponentWorld, _ source: any ByteSource, _ stream: CopyEndID, _ future: CopyEndID,
    _ errors: ErrorCode, _ onEnd: @escaping () -> Void
  ) {
    self.source = source
    super.init(world, stream, future, errors, onEnd)
  }

  fileprivate override func take(_ count: Int) throws -> Supply {
    guard let bytes = try source.read(upTo: min(count, Self.chunk)) else {
      return .wait(source.readiness)
    }
    return bytes.isEmpty ? .end : .elements(.bytes(bytes), count: bytes.count)
  }

  /// `tuple<stream<u8>, future<result<_, error-code>>>`, over at once if there is no source.
  static func start(
    _ world: ComponentWorld, _ errors: ErrorCode, onEnd: @escaping () -> Void = {},
    _ open: () throws(SystemError) -> any ByteSource
  ) throws -> ComponentValue {
    let stream = try world.store.makeCopy(isFuture: false, of: .u8)
    let future = try world.makeResultFuture(errors)
    func task(_ source: any ByteSource) -> SourceTask {
      SourceTask(world, source, stream.writable, future.writable, errors, onEnd)
    }
    do throws(SystemError) {
      task(try open()).start(holding: stream.writable, future.writable)
    } catch {
      task(EmptySource()).finish(error)
    }
    return .tuple([.stream(stream.readable), .future(future.readable)])
  }
}

/// Elements of any type, one at a time.
final class ElementTask: GivingTask, @unchecked Sendable {
  enum Next {
    case element(ComponentValue)
    case wait(Readiness)
    case end
  }
  private let next: () throws -> Next

  init(
    _ world: ComponentWorld, _ stream: CopyEndID, future: CopyEndID? = nil,
    errors: ErrorCode? = nil, _ next: @escaping () throws -> Next
  ) {
    self.next = next
    super.init(world, stream, future, errors, {})
  }

  fileprivate override func take(_ count: Int) throws -> Supply {
    switch try next() {
    case .element(let element): .elements(.values([element]), count: 1)
    case .wait(let readiness): .wait(readiness)
    case .end: .end
    }
  }
}

extension HostBuffer.Elements {
  fileprivate func dropFirst(_ count: Int) -> Self {
    switch self {
    case .bytes(let bytes): .bytes(Array(bytes.dropFirst(count)))
    case .values(let values): .values(Array(values.dropFirst(count)))
    case .units(let units): .units(max(0, units - count))
    }
  }
}
