// A store as synchronous code sees it that runs on its executor: `Store.run`, and synchronous functions of the host.

import ComponentRuntime
import WasmExecution

/// Access to a store without leaving its executor, for as long as the closure runs that it was given to.
public struct StoreContext: ~Copyable {
  let driver: StoreDriver

  init(_ driver: StoreDriver) { self.driver = driver }

  /// Calls a function and returns its result.
  ///
  /// - Throws: `CallError`: `wouldBlock` if the function has to wait for something (it is given up then: cancelled if it can
  ///   be, what it still returns is let go of, and functions of the host that it waits for end by themselves); `cannotEnter` if its component is in the tree that the running function of the host
  ///   was called from.
  public borrowing func call(
    _ function: Function, _ arguments: [ComponentValue] = []
  ) throws(CallError) -> ComponentValue? {
    guard function.store.driver === driver else {
      throw .mismatch("the function belongs to another store")
    }
    let (call, invocation) = driver.makeCall(function, arguments)
    try driver.runNow(call)
    guard let result = invocation.result else { return nil }
    return try driver.lift(result, nil)
  }

  /// A stream of the host's: see `Store.makeStream`.
  public borrowing func makeStream(
    of element: ValueType?
  ) throws(CallError) -> (reader: StreamReader, writer: StreamWriter) {
    guard let store = driver.store else { throw .closed }
    let (readable, writable) = try driver.makeEnds(isFuture: false, element)
    return (StreamReader(store, readable), StreamWriter(store, writable))
  }

  /// A future of the host's: see `Store.makeFuture`.
  public borrowing func makeFuture(
    of type: ValueType?
  ) throws(CallError) -> (reader: FutureReader, writer: FutureWriter) {
    guard let store = driver.store else { throw .closed }
    let (readable, writable) = try driver.makeEnds(isFuture: true, type)
    return (FutureReader(store, readable), FutureWriter(store, writable))
  }

  /// Fuel that is left, nil without a limit (`Store.Limits.fuel`).
  public var fuel: UInt64? {
    get { driver.runtime.core.fuel }
    nonmutating set { driver.runtime.core.fuel = newValue }
  }

  /// What the store holds.
  public var counts: Store.Counts { driver.counts }
}

extension StoreDriver {
  /// A call with boxed values; its arguments are looked at when it begins.
  func makeCall(
    _ function: Function, _ arguments: [ComponentValue], timeout: Duration? = nil,
    fuel: UInt64? = nil
  ) -> (StoreCall, DynamicInvocation) {
    let invocation = DynamicInvocation(function.function)
    let call = StoreCall(
      invocation, name: function.name, timeout: timeout, fuel: fuel
    ) {
      [unowned self] call throws(CallError) in
      invocation.arguments = try self.lower(arguments, &call.gifts)
      do throws(ValueMismatch) {
        try invocation.check(self.runtime.state)
      } catch {
        throw .mismatch("arguments of `\(function.name)`: \(self.text(of: error))")
      }
    }
    return (call, invocation)
  }

  /// Makes a call that must not wait for anything outside.
  func runNow(_ call: StoreCall) throws(CallError) {
    guard runtime.quantum == nil else { throw .wouldBlock }
    start(call)
    while !call.isDone {
      guard let progress = try? runtime.tick() else { continue }
      if case .ran = progress { continue }
      break
    }
    if !call.isDone {
      runtime.abandon(call.invocation, .wouldBlock)
      if runtime.quantum == nil { try? runtime.requestCancellation(of: call.invocation) }
    }
    if let error = call.error { throw error }
  }

  var counts: Store.Counts { Store.Counts(runtime.state.liveCounts) }
}
