// The trait `Logging`: what stores log with swift-log.

#if Logging
  import ComponentRuntime
  import Logging
  import WasmExecution

  extension Engine.Configuration {
    /// Where the engine's stores log: instantiations (debug), traps with their backtraces and leaked borrows (error),
    /// deadlocks (warning), calls that were cancelled or took too long (notice). nil, as at first, for nowhere.
    public var logger: Logger? {
      get { observers.logger }
      set { observers.logger = newValue }
    }
  }

  /// What is logged of a call.
  struct CallLog {
    private let logger: Logger?
    private let name: String

    init(_ logger: Logger?, _ call: StoreCall) {
      self.logger = logger
      name = call.name
    }

    func end(_ error: CallError?) {
      guard let logger, let error else { return }
      switch error {
      case .deadlock(let waits):
        logger.warning(
          "deadlock",
          metadata: ["function": "\(name)", "waits": .array(waits.map { "\($0)" })])
      case .cancelled, .cancelledWithoutResolution, .timedOut:
        logger.notice("call ended early", metadata: ["function": "\(name)", "reason": "\(error)"])
      case .trap, .host, .cannotEnter, .mismatch, .wouldBlock, .limit, .closed: break
      }
    }
  }

  extension Logger {
    func note(_ error: InstantiationError?) {
      if let error {
        debug("instantiation failed", metadata: ["reason": "\(error)"])
      } else {
        debug("instantiated")
      }
    }

    /// What has left instances that cannot be entered any more.
    func note(_ failure: ComponentFailure) {
      switch failure {
      case .trap(let trap, let component):
        let isLeak = component?.reason == .borrowsRemain
        error(
          isLeak ? "borrows leaked" : "trap",
          metadata: [
            "reason": "\(trap.message)",
            "backtrace": .array(trap.backtrace.map { "\($0)" }),
          ])
      case .host(let failure, let backtrace):
        error(
          "function of the host failed",
          metadata: [
            "reason": "\(failure)", "backtrace": .array(backtrace.map { "\($0)" }),
          ])
      case .cannotEnter, .mismatch, .wouldBlock, .deadlock, .cancelled,
        .cancelledWithoutResolution, .unlinkable, .limit, .closed:
        break
      }
    }
  }
#endif
