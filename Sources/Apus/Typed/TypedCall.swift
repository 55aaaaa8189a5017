// One call of a typed function: its arguments until the callee begins, its result once it has returned. Not generic: what
// knows the types is in closures, which are made where the types are known.

import ComponentRuntime
import WasmExecution

/// Puts values in their places, which form a record.
@usableFromInline
typealias Lowering = (borrowing ComponentDestination) throws(ConversionError) -> Void

/// Takes the values of a plan of one type, or of none.
@usableFromInline
typealias Lifting = (borrowing ComponentSource) throws(ConversionError) -> Void

/// The same where a Swift task waits for the call.
@usableFromInline
typealias SendableLowering =
  @Sendable (borrowing ComponentDestination) throws(ConversionError) -> Void
@usableFromInline
typealias SendableLifting = @Sendable (borrowing ComponentSource) throws(ConversionError) -> Void

/// The conversions of one call that may wait.
final class TypedCall: InvocationConversion, @unchecked Sendable {
  // Invariant: only used on the store's executor, once the call is under way.
  // Conversions only run on behalf of it.
  private unowned(unsafe) let driver: StoreDriver
  private let function: FunctionRef
  /// The conversions of whoever waits for the call. From synchronous code they are only there until that goes on.
  private var lower: Lowering?
  private var lift: Lifting?
  /// Lifts a result that nobody waits for, and lets go of it.
  private let discard: Lifting
  private var passed: PassedValues?
  /// Why the Swift type does not accept the result.
  private var refusal: ConversionError?

  init(_ driver: StoreDriver, _ function: FunctionRef, _ discard: @escaping Lifting) {
    self.driver = driver
    self.function = function
    self.discard = discard
  }

  func await(_ lower: @escaping Lowering, _ lift: @escaping Lifting) {
    self.lower = lower
    self.lift = lift
  }

  func stopAwaiting() {
    lower = nil
    lift = nil
  }

  /// Throws if the call has returned something that the Swift type does not accept.
  func checkResult() throws(CallError) {
    if let refusal { throw refusal.callError }
  }

  /// Finds out whether the arguments can be passed, and takes what changes hands.
  func takeHandles(_ gifts: inout [StoreCall.Gift]) throws(CallError) {
    guard let lower, let lifted = function.pointee.lifted else { return }
    let plan = function.pointee.parameters
    do throws(ConversionError) {
      guard plan.hasHandles else {
        return plan.takesAnything ? () : try driver.look(plan, lifted.cx, lower)
      }
      var passed = PassedValues(plan, lifted.cx, driver)
      defer {
        gifts += passed.gifts
        self.passed = passed
      }
      try driver.look(plan, lifted.cx, &passed, lower)
    } catch {
      throw error.callError
    }
  }

  func lowerArguments(_ cx: ContextRef, _ slots: SlotPointer) throws(ComponentTrap) {
    guard let lower else { throw ComponentTrap(.bug) }
    // Arguments may keep the store alive, and the store the call.
    self.lower = nil
    let plan = function.pointee.parameters
    guard var passed else {
      return try driver.lowerArguments(plan, cx, slots, nil, lower)
    }
    self.passed = nil
    try withUnsafeMutablePointer(to: &passed) { (passed) throws(ComponentTrap) in
      try driver.lowerArguments(plan, cx, slots, passed, lower)
    }
  }

  func liftResult(
    _ cx: ContextRef, _ slots: SlotPointer, maxSource: Int, isAwaited: Bool
  ) throws(ComponentTrap) {
    let lift = isAwaited ? lift : nil
    try driver.liftResult(function.pointee.result, cx, slots, maxSource, lift ?? discard) {
      if lift != nil { refusal = $0 }
    }
  }
}

/// `MAX_FLAT_PARAMS`
let maximumFlatParameters = 16

/// `MAX_FLAT_RESULTS`
let maximumFlatResults = 1

extension PlanRef {
  /// What finds out whether handles can be passed.
  func handleCheck(_ driver: StoreDriver, is64: Bool) -> ValueCheck {
    pointee.object._withUnsafeGuaranteedRef { ValueCheck($0, driver.runtime.state, is64: is64) }
  }
}

extension StoreDriver {
  /// Finds out whether values can be passed, and takes what changes hands.
  func look(
    _ plan: PlanRef, _ cx: ContextRef, _ passed: inout PassedValues, _ lower: Lowering
  ) throws(ConversionError) {
    try withUnsafeMutablePointer(to: &passed) { (passed) throws(ConversionError) in
      try look(plan, cx, lower, passed)
    }
  }

  /// Finds out whether values can be passed.
  func look(
    _ plan: PlanRef, _ cx: ContextRef, _ lower: Lowering,
    _ passed: UnsafeMutablePointer<PassedValues>? = nil
  ) throws(ConversionError) {
    var state = LowerState(cx, plan, self, isChecking: true, passed)
    try withUnsafeMutablePointer(to: &state) { (state) throws(ConversionError) in
      try lower(ComponentDestination(state, plan.root, Place(address: 0)))
    }
  }

  /// Lowers the arguments of a guest's function.
  @inline(__always)
  func lowerArguments(
    _ plan: PlanRef, _ cx: ContextRef, _ slots: SlotPointer,
    _ passed: UnsafeMutablePointer<PassedValues>?, _ lower: Lowering
  ) throws(ComponentTrap) {
    var context = cx.pointee
    context.isHostPeer = true
    try withUnsafePointer(to: context) { (cx) throws(ComponentTrap) in
      let place = try cx.lowerPlace(plan, slots, maxFlat: maximumFlatParameters)
      // What a conversion does not pass is zero, and nothing that was there before.
      if let slots = place.slots {
        for index in 0..<Int(plan.root.pointee.flatCount) { slots[index] = 0 }
      }
      var state = LowerState(cx, plan, self, passed)
      do throws(ConversionError) {
        try withUnsafeMutablePointer(to: &state) { (state) throws(ConversionError) in
          try lower(ComponentDestination(state, plan.root, place))
        }
      } catch {
        if case .trap(let trap) = error.cause { throw trap }
        // It has passed something else when it was asked before.
        throw ComponentTrap(.bug)
      }
    }
  }

  /// Lifts the result of a guest's function; `refused` is called with an error that is the Swift type's.
  @inline(__always)
  func liftResult(
    _ plan: PlanRef, _ cx: ContextRef, _ slots: SlotPointer, _ maxSource: Int, _ lift: Lifting,
    refused: (ConversionError) -> Void
  ) throws(ComponentTrap) {
    var context = cx.pointee
    context.isHostPeer = true
    try withUnsafePointer(to: context) { (cx) throws(ComponentTrap) in
      let place = try cx.liftPlace(plan, slots, maxFlat: maxSource)
      var state = LiftState(cx, plan, self)
      do throws(ConversionError) {
        try withUnsafeMutablePointer(to: &state) { (state) throws(ConversionError) in
          try lift(ComponentSource(state, plan.root, place))
        }
      } catch {
        if case .trap(let trap) = error.cause { throw trap }
        refused(error)
      }
    }
  }
}
