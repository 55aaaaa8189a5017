// What a function reports as the error of its `result`.

import ComponentRuntime

/// An error type of an interface.
struct ErrorCode {
  let type: HostValueType
  /// nil for errors that are no results: they end the guest.
  let value: (any Error) throws -> ComponentValue?

  init(_ type: HostValueType, _ value: @escaping (any Error) throws -> ComponentValue?) {
    self.type = type
    self.value = value
  }

  /// Runs `body` and makes a `result` of what comes out.
  func result(_ body: () throws -> ComponentValue?) throws -> ComponentValue {
    do {
      return .result(.ok(try body()))
    } catch {
      guard let code = try value(error) else { throw error }
      return .result(.error(code))
    }
  }

  /// The same of something that may have to wait.
  func attempt(_ body: () throws -> Attempt) throws -> Attempt {
    do {
      switch try body() {
      case .done(let payload): return .done(.result(.ok(payload)))
      case .wait(let readinesses): return .wait(readinesses)
      }
    } catch {
      guard let code = try value(error) else { throw error }
      return .done(.result(.error(code)))
    }
  }
}
