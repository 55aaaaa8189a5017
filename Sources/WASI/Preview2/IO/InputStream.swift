// `input-stream` of wasi:io/streams.

import ComponentRuntime

/// A source as a guest of WASI 0.2 reads it.
final class InputStream {
  private let source: any ByteSource
  private var isClosed = false

  init(_ source: any ByteSource) { self.source = source }

  /// At most so many bytes, nil if there are none yet.
  func read(_ count: UInt64) throws(StreamError) -> [UInt8]? {
    if isClosed { throw .closed }
    if count == 0 { return [] }
    do throws(SystemError) {
      guard let bytes = try source.read(upTo: Int(clamping: count)) else { return nil }
      isClosed = bytes.isEmpty
      if !isClosed { return bytes }
    } catch {
      isClosed = true
      throw .lastOperationFailed(error)
    }
    throw .closed
  }

  var readiness: Readiness { isClosed ? .ready : source.readiness }
}

extension Preview2 {
  func inputStream(_ method: String) -> ImportItem? {
    switch method {
    case "read": reading(.bytes) { .bytes($0) }
    case "blocking-read": blockingReading(.bytes) { .bytes($0) }
    case "skip": reading(.u64) { .u64(UInt64($0.count)) }
    case "blocking-skip": blockingReading(.u64) { .u64(UInt64($0.count)) }
    case "subscribe":
      world.function([.borrow], .own) { [inputStreams, pollables] arguments in
        let stream = try arguments.resource(0, inputStreams)
        return try pollables.own(Pollable { stream.readiness })
      }
    default: nil
    }
  }

  private func reading(
    _ result: HostValueType, _ convert: @escaping ([UInt8]) -> ComponentValue
  ) -> ImportItem {
    world.function([.borrow, .u64], result, errors: streamErrors) { [inputStreams] arguments in
      convert(try arguments.resource(0, inputStreams).read(arguments.u64(1)) ?? [])
    }
  }

  private func blockingReading(
    _ result: HostValueType, _ convert: @escaping ([UInt8]) -> ComponentValue
  ) -> ImportItem {
    world.waiting([.borrow, .u64], result, errors: streamErrors) { [inputStreams] arguments in
      let stream = try arguments.resource(0, inputStreams)
      let count = try arguments.u64(1)
      return {
        guard let bytes = try stream.read(count) else { return .wait([stream.readiness]) }
        return .done(convert(bytes))
      }
    }
  }
}
