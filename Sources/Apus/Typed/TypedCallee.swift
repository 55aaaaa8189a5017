// The function behind a `TypedFunction`, and how it is called: what does not know the types, so that it is compiled once.

import ComponentRuntime
import WasmExecution

/// A function of an instance with the conversions of its callers.
@usableFromInline
final class TypedCallee: @unchecked Sendable {
  // Invariant: what is not itself safe to share is only used on the store's executor; `function` keeps the store alive.
  let function: Function
  /// The callee, if a call needs no object.
  private let direct: LiftedRef?
  /// Whether any arguments can be passed, and whether something changes hands with them.
  private let takesAnything: Bool
  private let hasHandles: Bool
  /// Lifts a result that nobody waits for, and lets go of it.
  private let discard: Lifting

  /// Throws if the function's type is not what is wanted; that depends on whether it is `async`.
  init(
    _ function: Function, wanted: (_ isAsync: Bool) -> FunctionType, discard: @escaping Lifting
  ) throws(LookupError) {
    self.function = function
    self.discard = discard
    let record = function.function
    takesAnything = record.pointee.parameters.takesAnything
    hasHandles = record.pointee.parameters.hasHandles
    direct = record.pointee.directCallee
    let found = function.type
    let wanted = wanted(found.isAsync)
    guard wanted.isSame(as: found) else {
      throw LookupError(
        name: function.name, expected: wanted.description, found: found.description, nearest: nil)
    }
  }

  /// Whether calls are made without an object.
  @usableFromInline var isDirect: Bool { direct != nil }

  // MARK: Synchronous code

  /// A direct call with nothing but core values.
  @usableFromInline
  func call(
    in context: borrowing StoreContext, arguments: (UnsafeMutablePointer<UInt64>) -> Void,
    result: (UInt64) -> Void
  ) throws(CallError) {
    let driver = try driver(context)
    let rest = try enter(driver) { (_, slots) in
      arguments(slots)
    } lift: { (_, slots) in
      result(slots.pointee)
    } rest: {
      TypedCall(driver, function.function, discard)
    }
    if let rest { try driver.giveUp(rest.invocation) }
  }

  /// A direct call whose result is a core value, or none. `looks` is false if all arguments certainly fit.
  @usableFromInline
  func call(
    in context: borrowing StoreContext, looks: Bool, lower: Lowering, result: (UInt64) -> Void
  ) throws(CallError) {
    let driver = try driver(context)
    let rest = try enter(driver, looks, lower) { (_, slots) in
      result(slots.pointee)
    } rest: {
      TypedCall(driver, function.function, discard)
    }
    if let rest { try driver.giveUp(rest.invocation) }
  }

  /// A call from synchronous code on the store. `looks` is false if all arguments certainly fit.
  @usableFromInline
  func call(
    in context: borrowing StoreContext, looks: Bool, lower: Lowering, lift: Lifting
  ) throws(CallError) {
    let driver = try driver(context)
    if isDirect {
      let rest = try callDirect(driver, looks, lower, lift) {
        TypedCall(driver, function.function, discard)
      }
      if let rest { try driver.giveUp(rest.invocation) }
      return
    }
    let call = TypedCall(driver, function.function, discard)
    try withoutActuallyEscaping(lower) { (lower) throws(CallError) in
      try withoutActuallyEscaping(lift) { (lift) throws(CallError) in
        call.await(lower, lift)
        defer { call.stopAwaiting() }
        try driver.runNow(
          StoreCall(ConvertedInvocation(function.function, call)) { stored throws(CallError) in
            try call.takeHandles(&stored.gifts)
          })
      }
    }
    try call.checkResult()
  }

  @inline(__always)
  private func driver(_ context: borrowing StoreContext) throws(CallError) -> StoreDriver {
    let driver = context.driver
    guard function.store.driver === driver else {
      throw .mismatch("the function belongs to another store")
    }
    if driver.isClosed { throw .closed }
    return driver
  }

  // MARK: Direct calls

  /// What stands for the rest of a call that waits for something.
  typealias Rest = (invocation: Invocation, conversions: TypedCall)
  /// Lowers to, or lifts from, the slots of a call.
  private typealias InSlots = (ContextRef, SlotPointer) throws(ComponentTrap) -> Void

  private func callDirect(
    _ driver: StoreDriver, _ looks: Bool, _ lower: Lowering, _ lift: Lifting,
    rest: () -> TypedCall
  ) throws(CallError) -> Rest? {
    let result = function.function.pointee.result
    // Why the Swift type does not accept the result.
    var refusal: ConversionError?
    let rest = try enter(driver, looks, lower) { (cx, slots) throws(ComponentTrap) in
      try driver.liftResult(result, cx, slots, maximumFlatResults, lift) { refusal = $0 }
    } rest: {
      rest()
    }
    if let refusal { throw refusal.callError }
    return rest
  }

  /// Looks at the arguments if need be, and takes what changes hands with them.
  @inline(__always)
  private func enter(
    _ driver: StoreDriver, _ looks: Bool, _ lower: Lowering, lift: InSlots, rest: () -> TypedCall
  ) throws(CallError) -> Rest? {
    let plan = function.function.pointee.parameters
    guard hasHandles else {
      if looks && !takesAnything { try look(driver, plan, nil, lower) }
      return try enter(driver, plan, nil, lower, lift, rest)
    }
    return try enterPassing(driver, plan, lower, lift, rest)
  }

  @inline(never)
  private func enterPassing(
    _ driver: StoreDriver, _ plan: PlanRef, _ lower: Lowering, _ lift: InSlots,
    _ rest: () -> TypedCall
  ) throws(CallError) -> Rest? {
    guard let direct else { throw .mismatch("the function cannot be called directly") }
    var passed = PassedValues(plan, direct.cx, driver)
    do throws(CallError) {
      return try withUnsafeMutablePointer(to: &passed) { (passed) throws(CallError) in
        try look(driver, plan, passed, lower)
        return try enter(driver, plan, passed, lower, lift, rest)
      }
    } catch {
      for gift in passed.gifts { driver.giveBack(gift) }
      throw error
    }
  }

  @inline(never)
  private func look(
    _ driver: StoreDriver, _ plan: PlanRef, _ passed: UnsafeMutablePointer<PassedValues>?,
    _ lower: Lowering
  ) throws(CallError) {
    guard let direct else { return }
    do throws(ConversionError) {
      try driver.look(plan, direct.cx, lower, passed)
    } catch {
      throw error.callError
    }
  }

  @inline(__always)
  private func enter(
    _ driver: StoreDriver, _ plan: PlanRef, _ passed: UnsafeMutablePointer<PassedValues>?,
    _ lower: Lowering, _ lift: InSlots, _ rest: () -> TypedCall
  ) throws(CallError) -> Rest? {
    try enter(driver) { (cx, slots) throws(ComponentTrap) in
      try driver.lowerArguments(plan, cx, slots, passed, lower)
    } lift: {
      (cx, slots) throws(ComponentTrap) in
      try lift(cx, slots)
    } rest: {
      rest()
    }
  }

  @inline(__always)
  private func enter(
    _ driver: StoreDriver, lower: InSlots, lift: InSlots, rest: () -> TypedCall
  ) throws(CallError) -> Rest? {
    guard let direct else { throw .mismatch("the function cannot be called directly") }
    let record = function.function
    var conversions: TypedCall?
    let invocation: Invocation?
    do throws(ComponentFailure) {
      invocation = try driver.runtime.callDirect(record, direct, lower: lower, lift: lift) {
        let call = rest()
        conversions = call
        return ConvertedInvocation(record, call)
      }
    } catch {
      throw CallError(error)
    }
    guard let invocation, let conversions else { return nil }
    return (invocation, conversions)
  }

  // MARK: Calls that are awaited

  /// A direct call with nothing but core values; nil if it has to queue.
  @usableFromInline
  nonisolated(nonsending) func call(
    _ arguments: CoreArguments
  ) async throws(CallError) -> UInt64? {
    try await function.store.performDirectly(self, arguments)
  }

  /// A call that a Swift task awaits. `looks` is false if all arguments certainly fit.
  @usableFromInline
  nonisolated(nonsending) func call(
    timeout: Duration?, fuel: UInt64?, looks: Bool, lower: @escaping SendableLowering,
    lift: @escaping SendableLifting
  ) async throws(CallError) {
    if isDirect, timeout == nil, fuel == nil,
      try await function.store.performDirectly(self, looks: looks, lower: lower, lift: lift)
    {
      return
    }
    let call = TypedCall(function.store.driver, function.function, discard)
    call.await(lower, lift)
    try await function.store.perform(
      StoreCall(
        ConvertedInvocation(function.function, call), name: function.name, timeout: timeout,
        fuel: fuel
      ) { stored throws(CallError) in
        try call.takeHandles(&stored.gifts)
      })
    try call.checkResult()
  }
}

extension TypedCallee {
  /// A call that begins now; the store waits for nothing. Returns the rest of it if it is not done.
  func callDirect(
    _ driver: StoreDriver, looks: Bool, _ lower: @escaping Lowering, _ lift: @escaping Lifting
  ) throws(CallError) -> Rest? {
    try callDirect(driver, looks, lower, lift) {
      let call = TypedCall(driver, function.function, discard)
      call.await({ _ in }, lift)
      return call
    }
  }

  /// The same with nothing but core values. `late` is called with where the rest will leave the result.
  func callDirect(
    _ driver: StoreDriver, _ arguments: CoreArguments, _ result: inout UInt64,
    late: (TypedResultBox<UInt64>) -> Void
  ) throws(CallError) -> Rest? {
    try enter(driver) { (_, slots) in
      for index in 0..<arguments.count { slots[index] = arguments.values[index] }
    } lift: { (_, slots) in
      result = slots.pointee
    } rest: {
      let call = TypedCall(driver, function.function, discard)
      let box = TypedResultBox<UInt64>()
      call.await({ _ in }, { box.value = $0.place.slots?.pointee ?? 0 })
      late(box)
      return call
    }
  }
}

extension StoreDriver {
  /// Lets the store go on until a call of synchronous code has ended that waits for something, and gives it up.
  func giveUp(_ invocation: Invocation) throws(CallError) {
    while invocation.isRunning {
      guard let progress = try? runtime.tick() else { continue }
      if case .ran = progress { continue }
      break
    }
    if invocation.isRunning {
      runtime.abandon(invocation, .wouldBlock)
      if runtime.quantum == nil { try? runtime.requestCancellation(of: invocation) }
    }
    switch invocation.state {
    case .returned: throw .wouldBlock
    case .running, .cancelled: throw .cancelled
    case .failed(let failure): throw CallError(failure)
    }
  }
}
