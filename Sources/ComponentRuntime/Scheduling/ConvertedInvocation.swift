// Calls whose values are converted by an object that outlives them: typed functions, which make many calls.

import WasmExecution

/// How the arguments and the result of a call are converted.
package protocol InvocationConversion: AnyObject {
  /// Puts the arguments into slots, at most `SchedulerRef.maxFlatParams`, or into memory behind the first one.
  func lowerArguments(_ cx: ContextRef, _ slots: SlotPointer) throws(ComponentTrap)
  /// Takes the result from slots, or from memory if its type has more than `maxSource`. `isAwaited` is false if nobody
  /// waits for it any more.
  func liftResult(
    _ cx: ContextRef, _ slots: SlotPointer, maxSource: Int, isAwaited: Bool
  ) throws(ComponentTrap)
}

/// A call with such a conversion, which it keeps.
package final class ConvertedInvocation: Invocation {
  private let conversion: any InvocationConversion

  package init(_ function: FunctionRef, _ conversion: any InvocationConversion) {
    self.conversion = conversion
    super.init(function)
  }

  override func lowerArguments(
    _ cx: ContextRef, _ slots: SlotPointer
  ) throws(ComponentTrap) {
    try conversion.lowerArguments(cx, slots)
  }

  override func liftResult(
    _ cx: ContextRef, _ slots: SlotPointer, maxSource: Int
  ) throws(ComponentTrap) {
    try conversion.liftResult(cx, slots, maxSource: maxSource, isAwaited: isRunning)
  }

  /// There is no guest whose conversions could be used.
  override func callHost(_ host: HostFunction, _ call: inout HostCall) throws -> HostOutcome {
    throw ComponentFailure.mismatch("a function of the host cannot be called with a typed call")
  }
}
