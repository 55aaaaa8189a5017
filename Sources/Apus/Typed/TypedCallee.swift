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

  /// A call with nothing but core values.
  @usableFromInline
  func call(
    in context: borrowing StoreContext, arguments: (UnsafeMutablePointer<UInt64>) -> Void,
    result: (UInt64) -> Void
  ) throws(CallError) {
    let driver = context.driver
    guard function.store.driver === driver else {
      throw .mismatch("the function belongs to another store")
    }
    if driver.isClosed { throw .closed }
    guard let direct else { throw .mismatch("the function cannot be called directly") }
    let record = function.function
    let rest: Invocation?
    do throws(ComponentFailure) {
      rest = try driver.runtime.callDirect(record, direct) { (_, slots) throws(ComponentTrap) in
        arguments(slots)
      } lift: { (_, slots) throws(ComponentTrap) in
        result(slots.pointee)
      } rest: {
        ConvertedInvocation(record, TypedCall(driver, record, discard))
      }
    } catch {
      throw CallError(error)
    }
    if let rest { try driver.finishNow(rest) }
  }

  /// A call from synchronous code on the store.
  @usableFromInline
  func call(
    in context: borrowing StoreContext, lower: Lowering, lift: Lifting
  ) throws(CallError) {
    let driver = context.driver
    guard function.store.driver === driver else {
      throw .mismatch("the function belongs to another store")
    }
    if driver.isClosed { throw .closed }
    if let direct {
      let rest = try callDirect(direct, driver, lower, lift) {
        TypedCall(driver, self.function.function, self.discard)
      }
      if let rest { try driver.finishNow(rest.invocation) }
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

  /// What stands for the rest of a call that waits for something.
  typealias Rest = (invocation: Invocation, conversions: TypedCall)

  private func callDirect(
    _ lifted: LiftedRef, _ driver: StoreDriver, _ lower: Lowering, _ lift: Lifting,
    rest: () -> TypedCall
  ) throws(CallError) -> Rest? {
    let plan = function.function.pointee.parameters
    guard hasHandles else {
      if !takesAnything {
        do throws(ConversionError) {
          try driver.look(plan, lifted.cx, lower)
        } catch {
          throw error.callError
        }
      }
      return try callDirect(lifted, driver, nil, lower, lift, rest)
    }
    var passed = PassedValues(plan, lifted.cx, driver)
    do throws(CallError) {
      do throws(ConversionError) {
        try driver.look(plan, lifted.cx, &passed, lower)
      } catch {
        throw error.callError
      }
      return try withUnsafeMutablePointer(to: &passed) { (passed) throws(CallError) in
        try callDirect(lifted, driver, passed, lower, lift, rest)
      }
    } catch {
      for gift in passed.gifts { driver.giveBack(gift) }
      throw error
    }
  }

  @inline(__always)
  private func callDirect(
    _ lifted: LiftedRef, _ driver: StoreDriver, _ passed: UnsafeMutablePointer<PassedValues>?,
    _ lower: Lowering, _ lift: Lifting, _ rest: () -> TypedCall
  ) throws(CallError) -> Rest? {
    let record = function.function
    var refusal: CallError?
    var isRefused = false
    var conversions: TypedCall?
    let invocation: Invocation?
    do throws(ComponentFailure) {
      invocation = try driver.runtime.callDirect(record, lifted) {
        (cx, slots) throws(ComponentTrap) in
        try driver.lowerArguments(record.pointee.parameters, cx, slots, passed, lower)
      } lift: { (cx, slots) throws(ComponentTrap) in
        try driver.liftResult(record.pointee.result, cx, slots, maximumFlatResults, lift) {
          isRefused = true
          refusal = $0.callError
        }
      } rest: {
        let call = rest()
        conversions = call
        return ConvertedInvocation(record, call)
      }
    } catch {
      throw CallError(error)
    }
    if isRefused, let refusal { throw refusal }
    guard let invocation, let conversions else { return nil }
    return (invocation, conversions)
  }

  // MARK: Calls that are awaited

  /// A call that a Swift task awaits.
  @usableFromInline
  func call(
    timeout: Duration?, fuel: UInt64?, lower: @escaping SendableLowering,
    lift: @escaping SendableLifting
  ) async throws(CallError) {
    if isDirect, timeout == nil, fuel == nil,
      try await function.store.performDirectly(self, lower: lower, lift: lift)
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
    _ driver: StoreDriver, _ lower: @escaping Lowering, _ lift: @escaping Lifting
  ) throws(CallError) -> Rest? {
    guard let direct else { throw .mismatch("the function cannot be called directly") }
    return try callDirect(direct, driver, lower, lift) {
      let call = TypedCall(driver, function.function, discard)
      call.await(lower, lift)
      return call
    }
  }
}

extension StoreDriver {
  /// Lets the store go on until a call is done, which must not wait for anything outside.
  func finishNow(_ invocation: Invocation) throws(CallError) {
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
    case .returned: return
    case .running, .cancelled: throw .cancelled
    case .failed(let failure): throw CallError(failure)
    }
  }
}
