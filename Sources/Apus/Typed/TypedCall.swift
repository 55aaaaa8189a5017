// One call of a typed function: its arguments until the callee begins, its result once it has returned.

import ComponentRuntime
import WasmExecution

/// What a conversion is to do: lower the arguments, or lift the result. Either is nil.
struct ConversionStep {
  var lower: LowerStateRef?
  var lift: LiftStateRef?
  let place: Place
}

/// The conversions of a typed function's calls, one at a time. Not generic: what knows the types is in two closures.
final class TypedCall: InvocationConversion, @unchecked Sendable {
  // Invariant: only used on the store's executor, once the call is under way.
  typealias Conversion = (ConversionStep) throws(ConversionError) -> Void
  // Conversions only run on behalf of it.
  private unowned(unsafe) let driver: StoreDriver
  private let function: FunctionRef
  /// Converts while somebody waits for the call. From synchronous code it is only there until that goes on.
  @exclusivity(unchecked) var conversion: Conversion?
  /// Lifts a result that nobody waits for, and lets go of it.
  private let discard: Conversion
  @exclusivity(unchecked) private var handles: [RuntimeValue] = []
  /// Why the Swift type does not accept the result.
  @exclusivity(unchecked) private var refusal: ConversionError?

  init(_ driver: StoreDriver, _ function: FunctionRef, discard: @escaping Conversion) {
    self.driver = driver
    self.function = function
    self.discard = discard
  }

  /// Throws if the call has returned something that the Swift type does not accept.
  func checkResult() throws(CallError) {
    guard let refusal else { return }
    self.refusal = nil
    throw refusal.callError
  }

  /// Finds out whether the arguments can be passed, and takes what changes hands.
  func takeHandles(_ gifts: inout [StoreCall.Gift]) throws(CallError) {
    guard let lifted = function.pointee.lifted else { return }
    let plan = function.pointee.parameters
    var state = LowerState(lifted.pointee.cx, plan, driver)
    state.check = plan.handleCheck(driver, is64: lifted.pointee.cx.is64)
    defer {
      gifts += state.gifts
      handles = state.handles
    }
    do throws(ConversionError) {
      try lower(&state, Place(address: 0))
    } catch {
      throw error.callError
    }
  }

  private func lower(_ state: inout LowerState, _ place: Place) throws(ConversionError) {
    guard let conversion else { throw ConversionError(.trap(ComponentTrap(.bug))) }
    try withUnsafeMutablePointer(to: &state) { (state) throws(ConversionError) in
      try conversion(ConversionStep(lower: state, place: place))
    }
  }

  func lowerArguments(_ cx: ContextRef, _ slots: SlotPointer) throws(ComponentTrap) {
    let plan = function.pointee.parameters
    var state = LowerState(cx.pointee, plan, driver)
    if !handles.isEmpty {
      state.handles = handles
      handles = []
    }
    let place = try withUnsafePointer(to: state.context) { (cx) throws(ComponentTrap) in
      try cx.lowerPlace(plan, slots, maxFlat: maximumFlatParameters)
    }
    do throws(ConversionError) {
      try lower(&state, place)
    } catch {
      if case .trap(let trap) = error.cause { throw trap }
      // It has passed something else when it was asked before.
      throw ComponentTrap(.bug)
    }
  }

  func liftResult(
    _ cx: ContextRef, _ slots: SlotPointer, maxSource: Int, isAwaited: Bool
  ) throws(ComponentTrap) {
    let plan = function.pointee.result
    let place = try cx.liftPlace(plan, slots, maxFlat: maxSource)
    var state = LiftState(cx.pointee, plan, driver)
    state.context.isHostPeer = true
    do throws(ConversionError) {
      try withUnsafeMutablePointer(to: &state) { (state) throws(ConversionError) in
        let step = ConversionStep(lift: state, place: place)
        if isAwaited, let conversion { try conversion(step) } else { try discard(step) }
      }
    } catch {
      if case .trap(let trap) = error.cause { throw trap }
      if isAwaited { refusal = error }
    }
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

extension ConversionStep {
  /// Lowers the values of a plan, which form a record.
  @inline(__always)
  func lowerFields<each Value: ComponentPayload>(
    _ state: LowerStateRef, _ values: repeat each Value
  ) throws(ConversionError) {
    let record = ComponentDestination(state, state.pointee.plan.root, place)
    var index = 0
    for value in repeat each values {
      try record.field(index, value)
      index += 1
    }
  }

  /// The value of a plan of one type, or of none.
  @inline(__always)
  func liftResult<Value: ComponentPayload>(
    _ state: LiftStateRef
  ) throws(ConversionError) -> Value {
    let root = state.pointee.plan.root
    let record = ComponentSource(state, root, place)
    return root.pointee.parts.isEmpty ? try Value.lift(from: record) : try record.field(0)
  }
}

extension ComponentPayload {
  /// Lowers the value of a plan of one type, or of none.
  func lowerResult(to state: inout LowerState, _ place: Place) throws(ConversionError) {
    try withUnsafeMutablePointer(to: &state) { (state) throws(ConversionError) in
      let root = state.pointee.plan.root
      if root.pointee.parts.isEmpty { return }
      try ComponentDestination(state, root, place).field(0, self)
    }
  }
}
