// Functions of the host: a Swift closure behind the C pointer that handlers call.

import CWasmExecution
import WasmSyntax

/// What a host function does. It may call back into guests through the call's store.
package typealias HostFunctionBody = (HostCall) throws(HostFailure) -> HostResult

/// How a host function is done.
package enum HostResult {
  case values([Value])
  /// The results are in `HostCall.slots`.
  case written
  /// The results come later: the thread is suspended until `GuestThread.resume(returning:)`.
  case suspended

  package static let none = HostResult.values([])
}

/// How a host function ends the guest's computation instead of returning.
package enum HostFailure: Error {
  case trap(TrapReason, detail: String? = nil)
  /// Throws an exception that the guest can catch.
  case exception(Reference)
  /// An error of the host's own; the caller of the guest gets it as `InvocationError.host`.
  case error(any Error)
  /// Passes on what a call back into a guest ended with.
  case invocation(InvocationError)
}

/// One call of a host function. Valid until the function returns.
package struct HostCall {
  // All of them outlive the call: no reference counting.
  package unowned(unsafe) let store: CoreStore
  package unowned(unsafe) let thread: GuestThread
  fileprivate unowned(unsafe) let function: HostFunction

  /// Arguments, to be overwritten by the results. Look them up again after calling back into a guest.
  package var slots: UnsafeMutablePointer<UInt64> {
    thread.hostSlots(of: function.info)
  }

  package var arguments: [Value] {
    store.values(function.type.parameters, at: UnsafePointer(slots))
  }

  /// The instance that calls, nil for calls from Swift.
  package var caller: CoreInstance? {
    let header = GuestThread.header(thread.context.pointee.fp)
    guard let owner = header.pointee.caller_instance?.pointee.owner else { return nil }
    return Unmanaged<CoreInstance>.fromOpaque(owner).takeUnretainedValue()
  }
}

/// A function of the host as the runtime's own rooms write them: a C function and a context, without conversions.
final class RawHostFunction {
  let record: UnsafeMutablePointer<WasmFunction>

  init(info: TypeInfo, entry: @escaping WasmHostFunction, context: UnsafeMutableRawPointer?) {
    record = .allocate(capacity: 1)
    record.initialize(to: WasmFunction())
    record.pointee.type = info
    record.pointee.host = entry
    record.pointee.host_context = context
  }

  deinit { record.deallocate() }
}

/// A closure as a function of a store. The store keeps it.
final class HostFunction {
  // The store owns its functions.
  unowned(unsafe) let store: CoreStore
  let type: FunctionType
  let info: TypeInfo
  private let body: HostFunctionBody

  init(store: CoreStore, type: FunctionType, info: TypeInfo, body: @escaping HostFunctionBody) {
    self.store = store
    self.type = type
    self.info = info
    self.body = body
  }

  /// Its record, to be kept by the store as well.
  func makeRaw() -> RawHostFunction {
    RawHostFunction(
      info: info, entry: Self.entry, context: Unmanaged.passUnretained(self).toOpaque())
  }

  private static let entry:
    @convention(c) (
      UnsafeMutablePointer<WasmContext>?, UnsafeMutableRawPointer?, UnsafeMutablePointer<UInt64>?
    ) -> Int32 = { context, hostContext, _ in
      guard let context, let hostContext else { return Int32(WASM_TRAP.rawValue) }
      return Unmanaged<HostFunction>.fromOpaque(hostContext)._withUnsafeGuaranteedRef {
        $0.call(context)
      }
    }

  private func call(_ context: UnsafeMutablePointer<WasmContext>) -> Int32 {
    let thread = GuestThread.of(context)
    let call = HostCall(store: store, thread: thread, function: self)
    do throws(HostFailure) {
      switch try body(call) {
      case .written: break
      case .suspended:
        thread.suspend(.host, resultsAt: call.slots)
        return Int32(WASM_SUSPEND.rawValue)
      case .values(let values):
        guard store.accepts(values, as: type.results) else {
          return thread.fail(.hostError, "the results do not fit the host function's type")
        }
        var next = call.slots
        for value in values { next = store.write(value, to: next) }
      }
      return Int32(WASM_CONTINUE.rawValue)
    } catch {
      return thread.fail(error)
    }
  }
}

extension GuestThread {
  /// Arguments and results of the host function that is running.
  func hostSlots(of info: TypeInfo) -> UnsafeMutablePointer<UInt64> {
    let bytes = 8 * Int(max(info.pointee.parameter_slots, info.pointee.result_slots))
    return slots(at: context.pointee.fp - stackBase - bytes)
  }

  /// Marks the thread as suspended, for a host function about to return SUSPEND; what it waits for is delivered to
  /// these slots.
  package func suspend(_ reason: SuspensionReason, resultsAt slots: UnsafeMutablePointer<UInt64>?) {
    state = .suspended(reason)
    if let slots {
      resultOffset = UnsafeRawPointer(slots) - UnsafeRawPointer(stackBase)
    }
  }

  /// Ends a host function that fails. The status for it to return: TRAP, EXCEPTION, or RESTART where a guest catches.
  package func fail(_ failure: HostFailure) -> Int32 {
    switch failure {
    case .trap(let reason, let detail): return fail(reason, detail)
    case .exception(let exception), .invocation(.exception(let exception)):
      guard case .exception = store.kind(of: exception) else {
        return fail(.nullExceptionReference)
      }
      return Unwinder.unwind(context, exception.word)
    case .error(let error):
      hostFailure = .host(error, backtrace: [])
      return fail(.hostError)
    case .invocation(let error):
      hostFailure = error
      return fail(.hostError)
    }
  }

  func fail(_ reason: TrapReason, _ detail: String?) -> Int32 {
    trapDetail = detail
    return fail(reason)
  }
}
