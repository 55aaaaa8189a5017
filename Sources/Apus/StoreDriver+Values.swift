// Between public values and the runtime's: resources and ends change hands here.

import ComponentRuntime
import WasmExecution

extension StoreDriver {
  // MARK: To the runtime

  /// Values to pass to a guest. `gifts` notes what was given away with them.
  func lower(
    _ values: [ComponentValue], _ gifts: inout [StoreCall.Gift]
  ) throws(CallError) -> [RuntimeValue] {
    var result: [RuntimeValue] = []
    result.reserveCapacity(values.count)
    for value in values { result.append(try lower(value, &gifts)) }
    return result
  }

  /// Recurses as deep as the value is nested.
  func lower(
    _ value: ComponentValue, _ gifts: inout [StoreCall.Gift]
  ) throws(CallError) -> RuntimeValue {
    switch value {
    case .bool(let value): return .bool(value)
    case .s8(let value): return .s8(value)
    case .u8(let value): return .u8(value)
    case .s16(let value): return .s16(value)
    case .u16(let value): return .u16(value)
    case .s32(let value): return .s32(value)
    case .u32(let value): return .u32(value)
    case .s64(let value): return .s64(value)
    case .u64(let value): return .u64(value)
    case .f32(let value): return .f32(value)
    case .f64(let value): return .f64(value)
    case .char(let value): return .char(value)
    case .string(let value): return .string(value)
    case .enum(let label): return .enum(label)
    case .flags(let labels): return .flags(labels)
    default: return try lowerOther(value, &gifts)
    }
  }

  private func lowerOther(
    _ value: ComponentValue, _ gifts: inout [StoreCall.Gift]
  ) throws(CallError) -> RuntimeValue {
    switch value {
    case .list(let values): return .list(try lower(values, &gifts))
    case .tuple(let values): return .tuple(try lower(values, &gifts))
    case .map(let entries):
      var result: [RuntimeValue.MapEntry] = []
      for entry in entries {
        let key = try lower(entry.key, &gifts)
        result.append(.init(key, try lower(entry.value, &gifts)))
      }
      return .map(result)
    case .record(let fields):
      var result: [RuntimeValue.RecordField] = []
      for field in fields { result.append(.init(field.label, try lower(field.value, &gifts))) }
      return .record(result)
    case .variant(let label, let payload):
      return .variant(label: label, payload: try lowerPayload(payload, &gifts))
    case .option(let payload): return .option(try lowerPayload(payload, &gifts))
    case .ok(let payload): return .result(.ok(try lowerPayload(payload, &gifts)))
    case .error(let payload): return .result(.error(try lowerPayload(payload, &gifts)))
    default: return try lowerHandle(value, &gifts)
    }
  }

  private func lowerPayload(
    _ payload: ComponentValue?, _ gifts: inout [StoreCall.Gift]
  ) throws(CallError) -> RuntimeValue? {
    guard let payload else { return nil }
    return try lower(payload, &gifts)
  }

  func lowerHandle(
    _ value: ComponentValue, _ gifts: inout [StoreCall.Gift]
  ) throws(CallError) -> RuntimeValue {
    switch value {
    case .own(let resource):
      let id = try resource.give(self)
      gifts.append(.resource(resource, id))
      return .own(id)
    case .borrow(let resource):
      let id = try resource.lend(self)
      gifts.append(.loan(resource))
      return .borrow(id)
    case .stream(let reader):
      let id = try reader.end.give(self)
      gifts.append(.end(reader.end))
      return .stream(id)
    case .future(let reader):
      let id = try reader.end.give(self)
      gifts.append(.end(reader.end))
      return .future(id)
    case .errorContext(let context):
      guard context.store.driver === self else {
        throw .mismatch("the error context belongs to another store")
      }
      return .errorContext(context.id)
    default: throw .mismatch("not a value")
    }
  }

  // MARK: From the runtime

  /// Values that a guest has passed. What is lent belongs to `scope`.
  func lift(_ values: [RuntimeValue], _ scope: HostCallScope?) throws(CallError) -> [ComponentValue]
  {
    var result: [ComponentValue] = []
    result.reserveCapacity(values.count)
    for value in values { result.append(try lift(value, scope)) }
    return result
  }

  /// Recurses as deep as the value is nested.
  func lift(_ value: RuntimeValue, _ scope: HostCallScope?) throws(CallError) -> ComponentValue {
    switch value {
    case .bool(let value): return .bool(value)
    case .s8(let value): return .s8(value)
    case .u8(let value): return .u8(value)
    case .s16(let value): return .s16(value)
    case .u16(let value): return .u16(value)
    case .s32(let value): return .s32(value)
    case .u32(let value): return .u32(value)
    case .s64(let value): return .s64(value)
    case .u64(let value): return .u64(value)
    case .f32(let value): return .f32(value)
    case .f64(let value): return .f64(value)
    case .char(let value): return .char(value)
    case .string(let value): return .string(value)
    case .enum(let label): return .enum(label)
    case .flags(let labels): return .flags(labels)
    default: return try liftOther(value, scope)
    }
  }

  private func liftOther(
    _ value: RuntimeValue, _ scope: HostCallScope?
  ) throws(CallError) -> ComponentValue {
    switch value {
    case .list(let values): return .list(try lift(values, scope))
    case .tuple(let values): return .tuple(try lift(values, scope))
    case .map(let entries):
      var result: [ComponentValue.Entry] = []
      for entry in entries {
        let key = try lift(entry.key, scope)
        result.append(.init(key, try lift(entry.value, scope)))
      }
      return .map(result)
    case .record(let fields):
      var result: [ComponentValue.Field] = []
      for field in fields { result.append(.init(field.label, try lift(field.value, scope))) }
      return .record(result)
    case .variant(let label, let payload): return .variant(label, try liftPayload(payload, scope))
    case .option(let payload): return .option(try liftPayload(payload, scope))
    case .result(.ok(let payload)): return .ok(try liftPayload(payload, scope))
    case .result(.error(let payload)): return .error(try liftPayload(payload, scope))
    default: return try liftHandle(value, scope)
    }
  }

  private func liftPayload(
    _ payload: RuntimeValue?, _ scope: HostCallScope?
  ) throws(CallError) -> ComponentValue? {
    guard let payload else { return nil }
    return try lift(payload, scope)
  }

  func liftHandle(
    _ value: RuntimeValue, _ scope: HostCallScope?
  ) throws(CallError) -> ComponentValue {
    guard let store else { throw .closed }
    switch value {
    case .own(let id): return .own(try resource(id, isOwn: true, store, scope))
    case .borrow(let id): return .borrow(try resource(id, isOwn: false, store, scope))
    case .stream(let id): return .stream(StreamReader(store, id))
    case .future(let id): return .future(FutureReader(store, id))
    case .errorContext(let id):
      let message = runtime.state.pointee.errorContexts[id].map {
        String(decoding: $0.pointee.debugMessage, as: UTF8.self)
      }
      return .errorContext(ErrorContext(message ?? "", store, id))
    default: throw .mismatch("not a value")
    }
  }

  private func resource(
    _ id: HostResourceID, isOwn: Bool, _ store: Store, _ scope: HostCallScope?
  ) throws(CallError) -> Resource {
    guard let (object, type) = hostObject(id) else {
      return Resource(id, isOwn: isOwn, store, scope)
    }
    guard isOwn else { return Resource(id, isOwn: false, store, scope, object) }
    if let taken = try? runtime.state.takeHostResource(id) { type.release(taken.rep) }
    return Resource(object: object, type)
  }

  /// The object behind a handle, if it is one of the host's own.
  func hostObject(
    _ id: HostResourceID
  ) -> (object: any HostResource, type: HostResourceType)? {
    guard let record = runtime.state.pointee.hostResources[id],
      let type = record.pointee.rt.hostType
    else { return nil }
    return (type.object(record.pointee.rep), type)
  }

  // MARK: Resources

  /// A handle of the host's for one of its own objects.
  func attach(
    _ object: any HostResource, _ type: HostResourceType
  ) throws(CallError) -> HostResourceID {
    guard !isClosed else { throw .closed }
    guard let representation = type.representation(of: object) else {
      throw .mismatch("the object is no \(type.name)")
    }
    do throws(ComponentFailure) {
      let rt = try resourceType(of: type)
      return try runtime.ownResource(rt, representation)
    } catch {
      type.release(representation)
      throw CallError(error)
    }
  }

  /// The type as it exists in this store.
  func resourceType(of type: HostResourceType) throws(ComponentFailure) -> ResourceTypeRef {
    resourceTypes[ObjectIdentifier(type.definition)] = type
    return try runtime.resourceType(of: type.definition)
  }

  /// Drops a resource that nobody on the host's side has any more; one that is lent when that is over.
  func dropLate(_ id: HostResourceID) {
    if let resource = runtime.state.pointee.hostResources[id], resource.pointee.numLends > 0 {
      lateDrops.append(id)
    } else {
      drop(id) { _ in }
    }
  }

  /// Drops what has been lent for the last time.
  func dropLate() {
    guard !lateDrops.isEmpty, isFree else { return }
    let ids = lateDrops
    lateDrops = []
    for id in ids { dropLate(id) }
  }

  /// Drops a resource that the host owns, when the store is free.
  func drop(
    _ id: HostResourceID, _ completion: @escaping (CallError?) -> Void
  ) {
    whenFree { driver in
      if driver.isClosed { return completion(nil) }
      guard let resource = driver.runtime.state.pointee.hostResources[id],
        resource.pointee.numLends == 0
      else { return completion(.mismatch("the resource was passed on, or is lent to a call")) }
      do throws(ComponentFailure) {
        try driver.drop(resource, id) { completion($0.map { CallError($0) }) }
      } catch {
        completion(CallError(error))
      }
    }
  }

  private func drop(
    _ resource: HostResourceRef, _ id: HostResourceID,
    onEnd: @escaping (ComponentFailure?) -> Void
  ) throws(ComponentFailure) {
    guard let type = resource.pointee.rt.hostType else {
      return try runtime.dropResource(id, onEnd: onEnd)
    }
    // One of the host's own, that no guest has: it knows itself that it is done with it.
    if let taken = try? runtime.state.takeHostResource(id) { type.release(taken.rep) }
    onEnd(nil)
  }
}

extension ResourceTypeRef {
  /// The host's type that it is; nil for a guest's, and for what is not this library's. The store keeps it
  /// (`resourceTypes`).
  var hostType: HostResourceType? {
    guard pointee.impl == nil, let dtor = pointee.dtor else { return nil }
    let owner = Unmanaged<HostResourceDefinition>.fromOpaque(dtor)._withUnsafeGuaranteedRef {
      $0.owner
    }
    return owner as? HostResourceType
  }
}
