// One call of a typed function: its arguments until the callee begins, its result once it has returned.

import ComponentRuntime
import WasmExecution

/// The conversion of a typed function's calls, one at a time.
final class TypedCall<each Argument: ComponentPayload, Output: ComponentPayload>:
  InvocationConversion, @unchecked Sendable
{
  // Invariant: only used on the store's executor, once the call is under way.
  private unowned let driver: StoreDriver
  private let function: FunctionRef
  private var arguments: (repeat each Argument)?
  private var handles: [RuntimeValue] = []
  /// The result, or why the Swift type has none.
  private var result: Result<Output, ConversionError>?

  init(_ driver: StoreDriver, _ function: FunctionRef) {
    self.driver = driver
    self.function = function
  }

  /// What the next call passes.
  func setArguments(_ arguments: repeat each Argument) { self.arguments = (repeat each arguments) }

  /// The result of the call that has returned.
  func takeResult() throws(CallError) -> Output {
    defer { result = nil }
    guard let result else { throw .mismatch("the function has returned nothing") }
    do throws(ConversionError) {
      return try result.get()
    } catch {
      throw error.callError
    }
  }

  /// Forgets a call that came to nothing.
  func clear() {
    arguments = nil
    handles = []
    result = nil
  }

  /// Finds out whether the arguments can be passed, and takes what changes hands.
  func takeHandles(_ gifts: inout [StoreCall.Gift]) throws(CallError) {
    guard let arguments, let lifted = function.pointee.lifted else { return }
    let plan = function.pointee.parameters
    var state = LowerState(lifted.pointee.cx, plan, driver)
    state.check = plan.handleCheck(driver, is64: lifted.pointee.cx.is64)
    defer {
      gifts += state.gifts
      handles = state.handles
    }
    do throws(ConversionError) {
      try lowerFields(repeat each arguments, to: &state, Place(address: 0))
    } catch {
      throw error.callError
    }
  }

  func lowerArguments(_ cx: ContextRef, _ slots: SlotPointer) throws(ComponentTrap) {
    guard let arguments else { throw ComponentTrap(.bug) }
    let plan = function.pointee.parameters
    var state = LowerState(cx.pointee, plan, driver)
    if !handles.isEmpty { state.handles = handles }
    let place = try withUnsafePointer(to: state.context) { (cx) throws(ComponentTrap) in
      try cx.lowerPlace(plan, slots, maxFlat: maximumFlatParameters)
    }
    do throws(ConversionError) {
      try lowerFields(repeat each arguments, to: &state, place)
    } catch {
      if case .trap(let trap) = error.cause { throw trap }
      // It has passed something else when it was asked before.
      throw ComponentTrap(.bug)
    }
    self.arguments = nil
    if !handles.isEmpty { handles = [] }
  }

  func liftResult(
    _ cx: ContextRef, _ slots: SlotPointer, maxSource: Int, isAwaited: Bool
  ) throws(ComponentTrap) {
    let plan = function.pointee.result
    let place = try cx.liftPlace(plan, slots, maxFlat: maxSource)
    var state = LiftState(cx.pointee, plan, driver)
    state.context.isHostPeer = true
    let result: Result<Output, ConversionError>
    do throws(ConversionError) {
      result = .success(try Output.liftResult(from: &state, place))
    } catch {
      if case .trap(let trap) = error.cause { throw trap }
      result = .failure(error)
    }
    // What nobody waits for is let go of here.
    if isAwaited { self.result = result }
  }
}

/// `MAX_FLAT_PARAMS`
let maximumFlatParameters = 16

extension PlanRef {
  /// What finds out whether handles can be passed.
  func handleCheck(_ driver: StoreDriver, is64: Bool) -> ValueCheck {
    pointee.object._withUnsafeGuaranteedRef { ValueCheck($0, driver.runtime.state, is64: is64) }
  }
}

/// Lowers the values of a plan, which form a record.
@inline(__always)
func lowerFields<each Value: ComponentPayload>(
  _ values: repeat each Value, to state: inout LowerState, _ place: Place
) throws(ConversionError) {
  try withUnsafeMutablePointer(to: &state) { (state) throws(ConversionError) in
    let record = ComponentDestination(state, state.pointee.plan.root, place)
    var index = 0
    for value in repeat each values {
      try record.field(index, value)
      index += 1
    }
  }
}

extension ComponentPayload {
  /// The value of a plan of one type, or of none.
  static func liftResult(
    from state: inout LiftState, _ place: Place
  ) throws(ConversionError) -> Self {
    try withUnsafeMutablePointer(to: &state) { (state) throws(ConversionError) in
      let record = ComponentSource(state, state.pointee.plan.root, place)
      return payloadType == nil ? try lift(from: record) : try record.field(0)
    }
  }

  /// Lowers the value of a plan of one type, or of none.
  func lowerResult(to state: inout LowerState, _ place: Place) throws(ConversionError) {
    try withUnsafeMutablePointer(to: &state) { (state) throws(ConversionError) in
      let record = ComponentDestination(state, state.pointee.plan.root, place)
      if Self.payloadType != nil { try record.field(0, self) }
    }
  }
}
