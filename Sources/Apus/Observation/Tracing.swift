// The trait `Tracing`: calls as spans of swift-distributed-tracing.

#if Tracing
  import ComponentRuntime
  import Tracing

  extension Engine.Configuration {
    /// Who makes the spans of calls into the engine's stores; nil, as at first, for the tracer of the process.
    ///
    /// A call is a span, with the function's name, in the context of the Swift task that makes it. Functions of the host see
    /// the span's context as the current one while they work for the call.
    ///
    /// Its attributes are those of OpenTelemetry's conventions where they have any:
    ///
    /// * `code.function.name`: the function's name, within its interface if it is in one;
    /// * `apus.interface`: that interface, with its version;
    /// * `apus.timeout`: the time that the call is given, in seconds;
    /// * `error.type`: how a call ended that did not return: the case of `CallError`, as `timedOut`;
    /// * `apus.trap` and `code.stacktrace`: the reason of the trap that stopped the guest, and its functions, the innermost
    ///   first.
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
      let parts = call.name.split(separator: "#", maxSplits: 1)
      if parts.count == 2 { span.attributes["apus.interface"] = String(parts[0]) }
      span.attributes["code.function.name"] = String(parts.last ?? "")
      if let timeout = call.timeout { span.attributes["apus.timeout"] = timeout / .seconds(1) }
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
        attributes["error.type"] = error.kind
        if let trap = error.ownTrap {
          attributes["apus.trap"] = "\(trap.reason)"
          attributes["code.stacktrace"] = trap.backtrace.map(\.description).joined(separator: "\n")
        }
      }
      end()
    }
  }

  extension CallError {
    /// The case's name.
    fileprivate var kind: String {
      switch self {
      case .trap: "trap"
      case .host: "host"
      case .cannotEnter: "cannotEnter"
      case .mismatch: "mismatch"
      case .wouldBlock: "wouldBlock"
      case .deadlock: "deadlock"
      case .cancelled: "cancelled"
      case .cancelledWithoutResolution: "cancelledWithoutResolution"
      case .timedOut: "timedOut"
      case .limit: "limit"
      case .closed: "closed"
      }
    }

    /// The trap that ended this call, and no earlier one.
    fileprivate var ownTrap: Trap? {
      switch self {
      case .trap(let trap), .timedOut(let trap?): trap
      default: nil
      }
    }
  }
#endif
