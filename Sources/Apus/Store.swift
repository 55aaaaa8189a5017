// A store: the actor that instances of components live in.

import ComponentRuntime
import WasmExecution

/// Instances of components and the calls into them.
///
/// Calls of any number of Swift tasks interleave: while one waits, others run. While a guest waits in a function of the
/// host that is not `async`, or has given way in a long computation, nothing else of the store runs, and calls queue.
/// Different stores run independently of each other, on different threads.
public actor Store {
  nonisolated let driver: StoreDriver
  /// The engine whose components it can instantiate.
  public nonisolated let engine: Engine
  private nonisolated let executor: Executor

  private enum Executor: Sendable {
    case own(DefaultExecutor)
    case custom(any SerialExecutor)
  }

  /// An empty store.
  ///
  /// - Parameters:
  ///   - engine: The engine that its components are loaded for.
  ///   - limits: How much it may use.
  ///   - scheduling: Which of several ready threads of its guests goes first.
  ///   - executor: Where its guests run, and functions of the host until they first suspend; nil for Swift's own threads.
  public init(
    engine: Engine, limits: Limits = Limits(), scheduling: Scheduling = .fifo,
    executor: (any SerialExecutor)? = nil
  ) throws(CallError) {
    self.engine = engine
    self.executor = executor.map { .custom($0) } ?? .own(DefaultExecutor())
    do throws(ComponentFailure) {
      driver = try StoreDriver(engine: engine, limits: limits, scheduling: scheduling)
    } catch {
      throw CallError(error)
    }
    driver.attach(to: self)
    observeTraps()
  }

  public nonisolated var unownedExecutor: UnownedSerialExecutor {
    switch executor {
    case .own(let executor): executor.unownedExecutor
    case .custom(let executor): executor.asUnownedSerialExecutor()
    }
  }

  // MARK: Instances

  /// Instantiates a component with what a linker has for its imports.
  ///
  /// Cancelling the Swift task asks a component's start function that waits to end early, as for calls. What a start function
  /// computes is bounded by `Limits.deadline`; that of a core module, which cannot be asked, ends with the store.
  ///
  /// - Throws: `InstantiationError`, with all imports that are missing or do not fit; or what a start function ended with.
  public func instantiate(
    _ component: Component, _ linker: Linker = Linker()
  ) async throws(InstantiationError) -> Instance {
    do throws(InstantiationError) {
      let instance = try await instantiateUnobserved(component, linker)
      noteInstantiation(nil)
      return instance
    } catch {
      noteInstantiation(error)
      throw error
    }
  }

  private func instantiateUnobserved(
    _ component: Component, _ linker: Linker
  ) async throws(InstantiationError) -> Instance {
    let imports = try driver.resolve(linker, for: component)
    let instantiation = ComponentInstantiation(component.loaded, in: driver.runtime) {
      imports[$0]
    }
    while true {
      if let error = await free() { throw .call(error) }
      let root: RootInstance?
      do throws(ComponentFailure) {
        root = try instantiation.advance()
      } catch {
        throw InstantiationError(error)
      }
      if let root { return Instance(self, root) }
      driver.wakeUp()
      if let invocation = instantiation.startInvocation, invocation.isRunning {
        let call = StoreCall(invocation)
        driver.adopt(call)
        await finish(call)
        if call.isCancelled, let error = call.error { throw .call(error) }
      }
    }
  }

  // MARK: Calls

  /// Calls a function and waits for its result.
  ///
  /// Cancelling the Swift task asks the callee to end early (Canonical ABI, `Task.request_cancellation`), and waits for it
  /// to do so for `Limits.cancellationDeadline` at most. A function whose type is not `async` cannot be asked.
  ///
  /// - Parameters:
  ///   - function: A function of an instance in this store.
  ///   - arguments: One value for each parameter. Resources and streams among them change hands when the call begins.
  ///   - timeout: How long the call may take; nil for no limit. See `CallError.timedOut`.
  ///   - fuel: How much the callee, and what it calls, may use of the store's fuel until it has returned; nil for no limit
  ///     of its own. The work of a turn is charged to the call that the turn began for. Trap: `fuelExhausted`.
  /// - Throws: `CallError`.
  public func call(
    _ function: Function, _ arguments: [ComponentValue] = [], timeout: Duration? = nil,
    fuel: UInt64? = nil
  ) async throws(CallError) -> ComponentValue? {
    guard function.store === self else { throw .mismatch("the function belongs to another store") }
    let (call, invocation) = driver.makeCall(function, arguments, timeout: timeout, fuel: fuel)
    try await perform(call)
    guard let result = invocation.result else { return nil }
    return try driver.lift(result, nil)
  }

  /// Makes a typed call if it can begin now, without an object if it is done at once. False if it has to queue.
  func performDirectly(
    _ callee: TypedCallee, looks: Bool, lower: @escaping SendableLowering,
    lift: @escaping SendableLifting
  ) async throws(CallError) -> Bool {
    guard try canPerformDirectly() else { return false }
    let rest: TypedCallee.Rest?
    do {
      defer { wakeUpForRest() }
      rest = try callee.callDirect(driver, looks: looks, lower, lift)
    }
    if let rest { try await finish(rest) }
    return true
  }

  /// The same with nothing but core values: the result, nil if it has to queue.
  func performDirectly(
    _ callee: TypedCallee, _ arguments: CoreArguments
  ) async throws(CallError) -> UInt64? {
    guard try canPerformDirectly() else { return nil }
    var result: UInt64 = 0
    var late: TypedResultBox<UInt64>?
    let rest: TypedCallee.Rest?
    do {
      defer { wakeUpForRest() }
      rest = try callee.callDirect(driver, arguments, &result) { late = $0 }
    }
    guard let rest else { return result }
    try await finish(rest)
    guard let result = late?.value else { throw .mismatch("the function has returned nothing") }
    return result
  }

  /// What a call has left ready goes on without it, also if it has failed.
  private func wakeUpForRest() {
    if driver.runtime.mayGoOn || !driver.lateDrops.isEmpty { driver.wakeUp() }
  }

  private func canPerformDirectly() throws(CallError) -> Bool {
    if HostCallScope.isParked(driver) { throw .wouldBlock }
    if driver.isClosed { throw .closed }
    return driver.canStart && !isObserved
  }

  /// Waits for the rest of a direct call.
  private func finish(_ rest: TypedCallee.Rest) async throws(CallError) {
    let call = StoreCall(rest.invocation)
    driver.adopt(call)
    await finish(call)
    if let error = call.error { throw error }
    try rest.conversions.checkResult()
  }

  /// Makes a call whose conversions are somebody else's.
  func perform(_ call: StoreCall) async throws(CallError) {
    let observation = observe(call)
    do throws(CallError) {
      try await performUnobserved(call)
      observation.end(nil)
    } catch {
      observation.end(error)
      throw error
    }
  }

  private func performUnobserved(_ call: StoreCall) async throws(CallError) {
    if HostCallScope.isParked(driver) { throw .wouldBlock }
    if driver.isClosed { throw .closed }
    driver.enqueue(call)
    if !call.isDone {
      await finish(call)
    } else {
      wakeUpForRest()
    }
    if let error = call.error { throw error }
  }

  private func finish(_ call: StoreCall) async {
    if let timeout = call.timeout {
      call.timers.append(
        driver.timer(timeout) { [weak call] driver in
          if let call { driver.timeOut(call) }
        })
    }
    driver.wakeUp()
    await withTaskCancellationHandler {
      await withUnsafeContinuation {
        assertIsolated()
        call.wait($0)
      }
    } onCancel: {
      driver.post { $0.cancel(call) }
    }
  }

  /// Runs a closure with synchronous access to the store, without a hop for each call. It begins when no guest of the
  /// store is in the middle of something.
  ///
  /// - Throws: what the closure throws; `CallError.closed`.
  // Swift 6.3 crashes when it specializes this.
  @_semantics("optimize.sil.specialize.generic.never")
  public func run<Result: Sendable>(
    _ body: @Sendable (borrowing StoreContext) throws -> Result
  ) async throws -> Result {
    if HostCallScope.isParked(driver) { throw CallError.wouldBlock }
    if let error = await free() { throw error }
    driver.runtime.core.givesWay = false
    defer {
      driver.runtime.core.givesWay = true
      driver.wakeUp()
    }
    return try body(StoreContext(driver))
  }

  // MARK: Streams and futures

  /// A stream of the host's, to pass its reader to a guest or another task.
  ///
  /// - Parameter element: The type of its elements, nil for nothing but their number. Types with resources are not
  ///   possible; see `makeStream(ofOwned:)`.
  public func makeStream(
    of element: ValueType?
  ) throws(CallError) -> (reader: StreamReader, writer: StreamWriter) {
    let (readable, writable) = try driver.makeEnds(isFuture: false, element)
    return (StreamReader(self, readable), StreamWriter(self, writable))
  }

  /// A stream of resources of the host's, which change hands when they are written (`ComponentValue.own`).
  public func makeStream(
    ofOwned type: HostResourceType
  ) throws(CallError) -> (reader: StreamReader, writer: StreamWriter) {
    let (readable, writable) = try driver.makeStream(ofOwned: type)
    return (StreamReader(self, readable), StreamWriter(self, writable))
  }

  /// A future of the host's, to pass its reader to a guest or another task.
  public func makeFuture(
    of type: ValueType?
  ) throws(CallError) -> (reader: FutureReader, writer: FutureWriter) {
    let (readable, writable) = try driver.makeEnds(isFuture: true, type)
    return (FutureReader(self, readable), FutureWriter(self, writable))
  }

  // MARK: Contents

  /// What the store holds.
  public var counts: Counts { driver.counts }

  /// Fuel that is left, nil without a limit (`Limits.fuel`).
  public var fuel: UInt64? { driver.runtime.core.fuel }

  /// Sets the fuel that is left; nil for no limit.
  public func setFuel(_ fuel: UInt64?) { driver.runtime.core.fuel = fuel }

  /// Ends everything in the store: calls throw `CallError.closed`, functions of the host are cancelled, streams close,
  /// nothing is left. Without it that happens when the last reference to the store, or to something in it, goes.
  public func close() { driver.close() }

  func drop(_ id: HostResourceID) async throws(CallError) {
    if HostCallScope.isParked(driver) { throw .wouldBlock }
    let error: CallError? = await withUnsafeContinuation { continuation in
      driver.drop(id) { continuation.resume(returning: $0) }
      driver.wakeUp()
    }
    if let error { throw error }
  }

  // MARK: Going on

  /// Goes on with the store for a while; whether it is to be gone on with when others have had a turn.
  func pump(isFirst: Bool) -> Bool {
    driver.handOver.begin()
    defer { driver.handOver.end() }
    if isFirst {
      driver.willPump()
      guard !driver.isPumping else { return false }
      driver.isPumping = true
    } else {
      driver.goOn()
    }
    switch driver.advance() {
    case .more, .gaveWay:
      driver.isQuiet = false
      return true
    case .deadlocked where !driver.isQuiet:
      // Calls that were made at the same time may be under way to the actor.
      driver.isQuiet = true
      return true
    case .deadlocked: driver.failDeadlocked()
    case .waits: break
    }
    driver.isQuiet = false
    driver.isPumping = false
    return false
  }
}

/// What a store runs on unless the embedder has something else.
private actor DefaultExecutor {}

extension Store {
  /// Waits until guests can be entered; the error if the store was closed.
  func free() async -> CallError? {
    while !driver.isFree || driver.isClaimed, !driver.isClosed {
      await withUnsafeContinuation { continuation in
        assertIsolated()
        driver.handOver.begin()
        defer { driver.handOver.end() }
        // Claimed: calls that are queued behind would be in the middle of something by then.
        driver.whenFree { driver in
          driver.isClaimed = true
          continuation.resume()
        }
        driver.wakeUp()
      }
      driver.isClaimed = false
    }
    return driver.isClosed ? .closed : nil
  }
}
