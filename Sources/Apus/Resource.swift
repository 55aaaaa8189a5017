// Resources as Swift values: what guests have given or lent to the host, and the host's own.

import ComponentRuntime
import Synchronization

/// A resource of the host's: a guest has handles to it, and calls functions of the host with them.
public protocol HostResource: AnyObject, Sendable {
  /// A guest has dropped its handle: called exactly then, on the store's executor, before the guest goes on. Not called
  /// for resources that the host gets back, or that a guest still has when its store is closed.
  func dropped()
}

/// A resource type of the host's (Canonical ABI, Resource State), to be defined in linkers (`Linker.resource`).
public final class HostResourceType: Sendable {
  /// For messages.
  public let name: String
  let definition: HostResourceDefinition
  /// The object behind a representation, which it keeps alive.
  let object: @Sendable (UInt64) -> any HostResource
  /// Lets go of the object.
  let release: @Sendable (UInt64) -> Void
  private let retain: @Sendable (any HostResource) -> UInt64?

  /// The type of resources that are instances of a class.
  public init<Object: HostResource>(_ type: Object.Type, name: String? = nil) {
    self.name = name ?? "\(type)"
    let release: @Sendable (UInt64) -> Void = {
      Unmanaged<Object>.fromOpaque(Self.pointer($0)).release()
    }
    self.release = release
    object = { Unmanaged<Object>.fromOpaque(Self.pointer($0)).takeUnretainedValue() }
    retain = { object in
      (object as? Object).map { UInt64(UInt(bitPattern: Unmanaged.passRetained($0).toOpaque())) }
    }
    definition = HostResourceDefinition(self.name) { representation in
      Unmanaged<Object>.fromOpaque(Self.pointer(representation)).takeRetainedValue().dropped()
    } abandoned: {
      release($0)
    }
    definition.owner = self
  }

  /// Representations are never anything but what `retain` has made.
  @inline(__always)
  private static func pointer(_ representation: UInt64) -> UnsafeRawPointer {
    UnsafeRawPointer(bitPattern: UInt(representation)).unsafelyUnwrapped
  }

  /// The representation of an object, retained; nil for an object of another class.
  func representation(of object: any HostResource) -> UInt64? { retain(object) }
}

/// A resource in the hands of the host: one of a guest's that it owns or was lent, or one of its own.
///
/// One that the host owns is dropped when the last reference goes, or at once with `drop()`. One that was lent can be
/// used until the call that lent it has ended; afterwards using it throws.
public final class Resource: Sendable, Hashable {
  enum State {
    /// The host's own, not in any store: no guest has a handle.
    case object(any HostResource, HostResourceType)
    /// The host has a handle of the store.
    case handle(HostResourceID, isOwn: Bool, object: (any HostResource)?)
    /// Passed on, dropped, or not lent any more.
    case gone
  }
  private struct Holding {
    var state: State
    /// nil for the host's own before they have been given or lent.
    var owner: Store?
  }
  // Stores on different threads may want it at once: whoever changes it looks and writes under one lock.
  private let holding: Mutex<Holding>
  /// The call that it was lent for.
  private let scope: HostCallScope?

  /// A resource of the host's, to be given or lent to a guest.
  public init<Object: HostResource>(_ object: Object, as type: HostResourceType) {
    holding = Mutex(Holding(state: .object(object, type), owner: nil))
    scope = nil
  }

  init(object: any HostResource, _ type: HostResourceType) {
    holding = Mutex(Holding(state: .object(object, type), owner: nil))
    scope = nil
  }

  init(
    _ id: HostResourceID, isOwn: Bool, _ store: Store, _ scope: HostCallScope?,
    _ object: (any HostResource)? = nil
  ) {
    holding = Mutex(Holding(state: .handle(id, isOwn: isOwn, object: object), owner: store))
    self.scope = scope
  }

  deinit {
    let (state, owner) = holding.withLock { ($0.state, $0.owner) }
    guard case .handle(let id, isOwn: true, object: _) = state else { return }
    owner?.driver.post { $0.dropLate(id) }
  }

  /// The object behind a resource of the host's.
  ///
  /// - Throws: `HostFunctionError` if it is a guest's, was of another class, was passed on, or was lent for a call that
  ///   has ended.
  public func object<Object: HostResource>(
    as type: Object.Type = Object.self
  ) throws(HostFunctionError) -> Object {
    let object: (any HostResource)? =
      switch current {
      case .object(let object, _): object
      case .handle(_, isOwn: _, let object): object
      case .gone:
        throw HostFunctionError(description: Self.goneMessage)
      }
    guard let object else {
      throw HostFunctionError(description: "the resource is a guest's, which is no object")
    }
    guard let object = object as? Object else {
      throw HostFunctionError(
        description: "the resource is no \(type), but \(Swift.type(of: object))")
    }
    return object
  }

  /// Whether it can still be used: it was not passed on or dropped, and the call that lent it has not ended.
  public var isUsable: Bool {
    if case .gone = current { false } else { true }
  }

  /// Drops a resource that the host owns: the guest's destructor has run when this returns.
  ///
  /// - Throws: what the destructor ended with; `CallError.mismatch` if it is not the host's to drop, or lent to a call.
  public func drop() async throws(CallError) {
    // What goes with the state goes outside of the lock: a `deinit` of the program may ask for this resource.
    let (old, store) = holding.withLock { holding -> (State, Store?) in
      if isOver { return (.gone, nil) }
      let old = holding.state
      if case .object = old { holding.state = .gone }
      return (old, holding.owner)
    }
    switch old {
    case .object: return
    case .handle(let id, isOwn: true, object: _):
      try await store?.drop(id)
      _ = holding.withLock { holding -> State in
        let old = holding.state
        if case .handle(id, isOwn: _, object: _) = old { holding.state = .gone }
        return old
      }
    case .handle, .gone: throw .mismatch("the resource is not the host's to drop")
    }
  }

  public static func == (a: Resource, b: Resource) -> Bool { a === b }

  public func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }

  // MARK: The store's side

  private static let goneMessage =
    "the resource was passed on or dropped, or was lent for a call that has ended"

  /// Whether the call that it was lent for has ended.
  private var isOver: Bool { scope?.hasEnded ?? false }

  private var current: State { isOver ? .gone : holding.withLock { $0.state } }

  /// The handle to lend. The host's own objects get one now.
  func lend(_ driver: StoreDriver) throws(CallError) -> HostResourceID {
    try holding.withLock { (holding) throws(CallError) in
      if isOver { throw .mismatch(Self.goneMessage) }
      switch holding.state {
      case .handle(let id, isOwn: _, object: _):
        try Self.check(holding, driver)
        return id
      case .object(let object, let type):
        let id = try driver.attach(object, type)
        holding.owner = driver.store
        holding.state = .handle(id, isOwn: true, object: object)
        return id
      case .gone: throw .mismatch(Self.goneMessage)
      }
    }
  }

  /// The handle to give away; `giveBack` if that comes to nothing.
  func give(_ driver: StoreDriver) throws(CallError) -> HostResourceID {
    try holding.withLock { (holding) throws(CallError) in
      if isOver { throw .mismatch(Self.goneMessage) }
      let id: HostResourceID
      switch holding.state {
      case .handle(let own, isOwn: true, object: _):
        try Self.check(holding, driver)
        id = own
      case .object(let object, let type):
        id = try driver.attach(object, type)
        holding.owner = driver.store
      case .handle: throw .mismatch("the resource is only lent to the host")
      case .gone: throw .mismatch("the resource was passed on or dropped")
      }
      holding.state = .gone
      return id
    }
  }

  func giveBack(_ id: HostResourceID, _ object: (any HostResource)?) {
    holding.withLock { $0.state = .handle(id, isOwn: true, object: object) }
  }

  private static func check(
    _ holding: borrowing Holding, _ driver: StoreDriver
  ) throws(CallError) {
    guard holding.owner?.driver === driver else {
      throw .mismatch("the resource belongs to another store")
    }
  }
}

/// A call of a function of the host, as what was lent for it sees it, and as what it awaits does.
final class HostCallScope: Sendable {
  private let ended = Atomic<Bool>(false)
  /// The store that waits for the call with everything in it, since the function's type is not `async`.
  let parked: ObjectIdentifier?
  /// The call that this one was made from.
  let outer: HostCallScope?

  /// The call that the running Swift task works for.
  @TaskLocal static var current: HostCallScope?

  init(parking driver: StoreDriver? = nil) {
    parked = driver.map { ObjectIdentifier($0) }
    outer = driver == nil ? nil : Self.current
  }

  var hasEnded: Bool { ended.load(ordering: .acquiring) }

  func end() { ended.store(true, ordering: .releasing) }

  /// Whether the running task works for a call that this store waits for.
  static func isParked(_ driver: StoreDriver) -> Bool {
    var scope = current
    while let call = scope {
      if call.parked == ObjectIdentifier(driver), !call.hasEnded { return true }
      scope = call.outer
    }
    return false
  }
}
