// Where those who watch a store are told of what happens: logs and traces, each behind a trait of the package. Without them
// nothing of this is left.

import ComponentRuntime
import WasmExecution

#if Logging
  import Logging
#endif
#if Tracing
  import Tracing
#endif

/// Who is told.
struct Observers: Sendable {
  #if Logging
    var logger: Logger?
  #endif
  #if Tracing
    /// nil for that of the process.
    var tracer: (any Tracer)?
  #endif
}

/// A call under observation, until it ends.
struct CallObservation {
  #if Logging
    let log: CallLog
  #endif
  #if Tracing
    let span: any Span
  #endif

  func end(_ error: CallError?) {
    #if Logging
      log.end(error)
    #endif
    #if Tracing
      span.end(error)
    #endif
  }
}

extension Store {
  nonisolated func observe(_ call: StoreCall) -> CallObservation {
    #if Logging && Tracing
      CallObservation(
        log: CallLog(engine.observers.logger, call), span: engine.observers.span(call))
    #elseif Logging
      CallObservation(log: CallLog(engine.observers.logger, call))
    #elseif Tracing
      CallObservation(span: engine.observers.span(call))
    #else
      CallObservation()
    #endif
  }

  /// Whether somebody is told of each call.
  nonisolated var isObserved: Bool {
    #if Tracing
      true
    #elseif Logging
      engine.observers.logger != nil
    #else
      false
    #endif
  }

  nonisolated func noteInstantiation(_ error: InstantiationError?) {
    #if Logging
      engine.observers.logger?.note(error)
    #endif
  }

  /// Traps are told of where they happen: there need not be a call that waits for their guest.
  nonisolated func observeTraps() {
    #if Logging
      guard let logger = engine.observers.logger else { return }
      driver.runtime.onPoison = { logger.note($0) }
    #endif
  }
}

extension StoreDriver {
  /// The function as it is called for a guest.
  func observed(_ function: HostFunction) -> HostFunction {
    #if Tracing
      HostFunction(signature: function.signature) { [unowned self] call in
        try inCallersContext { try function.body(&call) }
      }
    #else
      function
    #endif
  }

  /// Does something for the running guest in the context of the call that it works for.
  func inCallersContext<Result>(_ body: () throws -> Result) rethrows -> Result {
    #if Tracing
      guard let span = runtime.attachment as? any Span else { return try body() }
      return try InstrumentationContext.withValue(span.context, operation: body)
    #else
      return try body()
    #endif
  }
}
