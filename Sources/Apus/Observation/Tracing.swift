// The trait `Tracing`: calls as spans of swift-distributed-tracing.

#if Tracing
  import ComponentRuntime
  import Tracing

  extension Engine.Configuration {
    /// Who makes the spans of calls into the engine's stores; nil, as at first, for the tracer of the process.
    ///
    /// A call is a span, with the function's name, in the context of the Swift task that makes it. Functions of the host see
    /// the span's context as the current one while they work for the call.
    public var tracer: (any Tracer)? {
      get { observers.tracer }
      set { observers.tracer = newValue }
    }
  }

  extension Observers {
    /// Begins the span of a call, and attaches it to the call.
    func span(_ call: StoreCall) -> any Span {
      let tracer = tracer ?? InstrumentationSystem.tracer
      let span: any Span = tracer.startSpan(
        call.name, context: InstrumentationContext.current ?? .topLevel, ofKind: .internal)
      if let budget = call.invocation.budget {
        budget.attachment = span
      } else {
        call.invocation.budget = CallBudget(attachment: span)
      }
      return span
    }
  }

  extension Span {
    func end(_ error: CallError?) {
      if let error {
        recordError(error)
        setStatus(SpanStatus(code: .error, message: error.description))
        if case .trap(let trap) = error { attributes["apus.trap"] = "\(trap.reason)" }
      }
      end()
    }
  }
#endif
