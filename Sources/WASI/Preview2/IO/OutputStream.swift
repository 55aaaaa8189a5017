// `output-stream` of wasi:io/streams.

import ComponentRuntime

/// A sink as a guest of WASI 0.2 writes it.
final class OutputStream {
  let buffer: OutputBuffer
  /// What `check-write` has promised.
  private var permit: UInt64 = 0
  /// The most that the blocking functions take.
  static let blockingLimit = 4096

  init(_ buffer: OutputBuffer) { self.buffer = buffer }

  func checkWrite() throws(StreamError) -> UInt64 {
    permit = try buffer.checkWrite()
    return permit
  }

  func write(_ bytes: [UInt8]) throws {
    permit -= UInt64(bytes.count)
    try buffer.write(bytes)
  }

  /// Writing more than was promised is a mistake that ends the guest.
  func checkPermit(_ count: UInt64) throws {
    guard count <= permit else {
      throw WASIMisuse(
        description: "write of \(count) bytes exceeds the \(permit) that check-write permitted")
    }
  }
}

extension Preview2 {
  func outputStream(_ method: String) -> ImportItem? {
    switch method {
    case "check-write":
      world.function([.borrow], .u64, errors: streamErrors) { [outputStreams] arguments in
        .u64(try arguments.resource(0, outputStreams).checkWrite())
      }
    case "write": writing(.bytes) { try Contents($0) }
    case "write-zeroes": writing(.u64) { try Contents(zeroes: $0) }
    case "blocking-write-and-flush": blockingWriting(.bytes) { try Contents($0) }
    case "blocking-write-zeroes-and-flush": blockingWriting(.u64) { try Contents(zeroes: $0) }
    case "flush":
      world.function([.borrow], errors: streamErrors) { [outputStreams] arguments in
        _ = try arguments.resource(0, outputStreams).buffer.checkFlushed()
        return nil
      }
    case "blocking-flush":
      world.waiting([.borrow], errors: streamErrors) { [outputStreams] arguments in
        let buffer = try arguments.resource(0, outputStreams).buffer
        return { try buffer.checkFlushed() ? .done(nil) : .wait([buffer.readiness]) }
      }
    case "subscribe":
      world.function([.borrow], .own) { [outputStreams, pollables] arguments in
        let buffer = try arguments.resource(0, outputStreams).buffer
        return try pollables.own(Pollable { buffer.readiness })
      }
    case "splice":
      world.function([.borrow, .borrow, .u64], .u64, errors: streamErrors) { [self] arguments in
        try splice(arguments).now()
      }
    case "blocking-splice":
      world.waiting([.borrow, .borrow, .u64], .u64, errors: streamErrors) { [self] arguments in
        let splice = try splice(arguments)
        return { try splice.attempt() }
      }
    default: nil
    }
  }

  private func writing(
    _ contents: HostValueType, _ convert: @escaping (ComponentValue) throws -> Contents
  ) -> ImportItem {
    world.function([.borrow, contents], errors: streamErrors) { [outputStreams] arguments in
      let stream = try arguments.resource(0, outputStreams)
      let contents = try convert(arguments[1])
      try stream.checkPermit(contents.count)
      try stream.write(contents.bytes)
      return nil
    }
  }

  private func blockingWriting(
    _ contents: HostValueType, _ convert: @escaping (ComponentValue) throws -> Contents
  ) -> ImportItem {
    world.waiting([.borrow, contents], errors: streamErrors) { [outputStreams] arguments in
      let buffer = try arguments.resource(0, outputStreams).buffer
      let contents = try convert(arguments[1])
      guard contents.count <= OutputStream.blockingLimit else {
        throw WASIMisuse(
          description: "blocking-write-and-flush takes at most \(OutputStream.blockingLimit) bytes")
      }
      var isWritten = false
      return {
        // What was written before comes first.
        guard try buffer.checkFlushed() else { return .wait([buffer.readiness]) }
        if isWritten { return .done(nil) }
        try buffer.write(contents.bytes)
        isWritten = true
        return try buffer.checkFlushed() ? .done(nil) : .wait([buffer.readiness])
      }
    }
  }

  private func splice(_ arguments: Arguments) throws -> Splice {
    Splice(
      output: try arguments.resource(0, outputStreams),
      input: try arguments.resource(1, inputStreams), count: try arguments.u64(2))
  }
}

/// What is to be written: bytes, or so many zeroes, which are only made once it is known that they are not too many.
private struct Contents {
  let count: UInt64
  private let given: [UInt8]?

  init(_ value: ComponentValue) throws {
    let bytes = try value.asBytes()
    count = UInt64(bytes.count)
    given = bytes
  }

  init(zeroes value: ComponentValue) throws {
    count = try value.asU64()
    given = nil
  }

  var bytes: [UInt8] { given ?? [UInt8](repeating: 0, count: Int(clamping: count)) }
}

/// `splice`: `check-write`, `read`, `write`.
private struct Splice {
  let output: OutputStream
  let input: InputStream
  let count: UInt64

  func now() throws -> ComponentValue {
    let room = try output.checkWrite()
    let bytes = try input.read(min(count, room)) ?? []
    try output.write(bytes)
    return .u64(UInt64(bytes.count))
  }

  func attempt() throws -> Attempt {
    let room = try output.checkWrite()
    guard room > 0 else { return .wait([output.buffer.readiness]) }
    guard let bytes = try input.read(min(count, room)) else { return .wait([input.readiness]) }
    try output.write(bytes)
    return .done(.u64(UInt64(bytes.count)))
  }
}
