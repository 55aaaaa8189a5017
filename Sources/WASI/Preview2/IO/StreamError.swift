// `stream-error` of wasi:io/streams, and `error` of wasi:io/error.

import ComponentRuntime

/// Why an operation on a stream failed.
enum StreamError: Error {
  case lastOperationFailed(SystemError)
  case closed
}

extension Preview2 {
  /// wasi:io/error
  func ioError(_ name: String) -> ImportItem? {
    switch name {
    case "error": errors.item
    case "[method]error.to-debug-string":
      world.function([.borrow], .string) { [errors] arguments in
        .string("\(try arguments.resource(0, errors))")
      }
    default: nil
    }
  }

  /// `stream-error`
  var streamErrors: ErrorCode {
    let type = HostValueType.variant([
      .init("last-operation-failed", .own), .init("closed"),
    ])
    return ErrorCode(type) { [errors] error in
      switch error as? StreamError {
      case .lastOperationFailed(let error)?:
        .variant(label: "last-operation-failed", payload: try errors.own(error))
      case .closed?: .variant(label: "closed", payload: nil)
      case nil: nil
      }
    }
  }
}
