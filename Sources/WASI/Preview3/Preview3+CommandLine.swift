// wasi:cli/stdin, stdout and stderr of WASI 0.3.

import ComponentRuntime

extension Preview3 {
  /// `error-code` of wasi:cli/types
  private static var errors: ErrorCode {
    ErrorCode(.enum(["io", "illegal-byte-sequence", "pipe"])) { error in
      switch error as? SystemError {
      case .pipe?: .enum("pipe")
      case .illegalByteSequence?: .enum("illegal-byte-sequence")
      case _?: .enum("io")
      case nil: nil
      }
    }
  }

  func standardInput(_ name: String) -> ImportItem? {
    switch name {
    case "read-via-stream":
      world.function([], .given(.u8, Self.errors)) { [world] _ in
        try SourceTask.start(world, Self.errors) { () throws(SystemError) in
          world.context.standardInput
        }
      }
    default: nil
    }
  }

  /// wasi:cli/stdout and stderr
  func output(_ name: String, _ sink: any ByteSink) -> ImportItem? {
    switch name {
    case "write-via-stream":
      world.function([.stream(.u8)], .taken(Self.errors)) { [world] arguments in
        try SinkTask.start(
          world, arguments.stream(0), Self.errors, isOutput: true
        ) { () throws(SystemError) in
          sink
        }
      }
    default: nil
    }
  }
}

extension HostValueType {
  /// `tuple<stream<T>, future<result<_, error-code>>>`: what the host gives as a stream, and how that ended.
  static func given(_ element: HostValueType, _ errors: ErrorCode) -> HostValueType {
    .tuple([.stream(element), .taken(errors)])
  }

  /// `future<result<_, error-code>>`: how it ended to take a stream.
  static func taken(_ errors: ErrorCode) -> HostValueType {
    .future(.result(nil, error: errors.type))
  }
}
