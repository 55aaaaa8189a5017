// Calls whose arguments and result are converted by whoever makes them: the ground for typed calls without boxes.

import WasmExecution

/// A call with conversions of its own.
package final class CustomInvocation: Invocation {
  /// Puts the arguments into slots, at most `SchedulerRef.maxFlatParams`, or into memory behind the first one.
  package typealias Lower = (ContextRef, SlotPointer) throws(ComponentTrap) -> Void
  /// Takes the result from slots, or from memory if its type has more than `maxSource`.
  package typealias Lift = (ContextRef, SlotPointer, _ maxSource: Int) throws(ComponentTrap) -> Void
  private let lower: Lower
  private let lift: Lift

  package init(_ function: FunctionRef, lower: @escaping Lower, lift: @escaping Lift) {
    self.lower = lower
    self.lift = lift
    super.init(function)
  }

  override func lowerArguments(
    _ cx: ContextRef, _ slots: SlotPointer
  ) throws(ComponentTrap) {
    try lower(cx, slots)
  }

  override func liftResult(
    _ cx: ContextRef, _ slots: SlotPointer, maxSource: Int
  ) throws(ComponentTrap) {
    try lift(cx, slots, maxSource)
  }

  /// There is no guest whose conversions could be used.
  override func callHost(_ host: HostFunction, _ call: inout HostCall) throws -> HostOutcome {
    throw ComponentFailure.mismatch("a function of the host cannot be called with a typed call")
  }
}
