// How interfaces define their functions: with their types and a body on boxed values, which may have to wait. What is
// called in hot loops works on the caller's slots instead (`number`).

import ComponentRuntime

/// How far a function that may have to wait has come.
enum Attempt {
  case done(ComponentValue?)
  /// To be tried again when one of them is true.
  case wait([Readiness])
}

extension ComponentWorld {
  /// A function that returns at once. With `errors` its result is a `result`, and what it throws may be the error.
  func function(
    _ parameters: [HostValueType] = [], _ result: HostValueType? = nil,
    errors: ErrorCode? = nil, isAsync: Bool = false,
    _ body: @escaping (Arguments) throws -> ComponentValue?
  ) -> ImportItem {
    let signature = signature(parameters, result, errors, isAsync)
    return .function(
      HostFunction(signature: signature) { call in
        let values = try call.arguments(bytesInBulk: true)
        let arguments = Arguments(call: call, values: values)
        try call.setResult(errors?.result { try body(arguments) } ?? body(arguments))
        return .returned
      })
  }

  /// A function that may have to wait. `body` takes the arguments apart and returns what is tried until it is done.
  func waiting(
    _ parameters: [HostValueType] = [], _ result: HostValueType? = nil,
    errors: ErrorCode? = nil, isAsync: Bool = false,
    _ body: @escaping (Arguments) throws -> () throws -> Attempt
  ) -> ImportItem {
    let signature = signature(parameters, result, errors, isAsync)
    return .function(
      HostFunction(signature: signature) { [unowned store] call in
        let values = try call.arguments(bytesInBulk: true)
        let arguments = Arguments(call: call, values: values)
        // The arguments are taken apart once, while the call is there.
        var step: (() throws -> Attempt)?
        let tryStep = { () throws -> Attempt in
          let next = try step ?? body(arguments)
          step = next
          return try next()
        }
        let attempt = { try errors?.attempt(tryStep) ?? tryStep() }
        switch try attempt() {
        case .done(let value):
          try call.setResult(value)
          return .returned
        case .wait(let readinesses):
          return .pending(try BlockedCall.suspend(&call, store, readinesses, attempt))
        }
      })
  }

  /// A function `func() -> u64`, without boxes or allocations.
  func number(_ body: @escaping () -> UInt64) -> ImportItem {
    .function(
      HostFunction(signature: HostSignature([], result: .u64)) { call in
        if call.maxFlatResults > 0, let slots = call.slots {
          slots[0] = body()
        } else {
          try call.setResult(.u64(body()))
        }
        return .returned
      })
  }

  private func signature(
    _ parameters: [HostValueType], _ result: HostValueType?, _ errors: ErrorCode?, _ isAsync: Bool
  ) -> HostSignature {
    let result = errors.map { .result(result, error: $0.type) } ?? result
    return HostSignature(isAsync: isAsync, parameters, result: result)
  }
}
